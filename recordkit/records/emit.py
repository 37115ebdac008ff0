"""Nodes (texts, lists, mappings) as lines of YAML that every reader takes for the
same nodes: what YAML 1.1 or 1.2 would turn into a number, a date or a truth value
is quoted, and long text stands under `|`."""

from __future__ import annotations

import re
from typing import Any

from .text import width

_WIDTH = 100
# Words and shapes that YAML 1.1 or 1.2 takes for something else than text.
_RETYPED = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|<<|=|[-+.]?[0-9][ -~]*|[-+]?\.(inf|nan)[ -~]*|\.\.\.)"
)
_MISREAD = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`~]|[\s　]|.*(: |:$| #|[\s　]$|[\t\n])", re.DOTALL)
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]')
_SHORT = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


class Exact(str):
    """Stands plain although it looks like something else than text: a number or
    a date that is one, and the identifier `on`."""

    __slots__ = ()


class Inline(dict[str, Any]):
    """Stands on one line where it fits: `{state: 已签, on: 2026-03-05}`."""

    __slots__ = ()


def entry(key: str, node: Any, indent: int = 0) -> list[str]:
    """The lines of `key: node`. A text that ends in a line feed stands under `|`."""
    head = f"{' ' * indent}{_atom(key, narrow=True)}:"
    if isinstance(node, Inline) and width(flow := _flow(node)) <= _WIDTH:
        return [f"{head} {flow}"]
    if isinstance(node, dict | list) and node:
        return [head, *_inner(node, indent + 2)]
    if isinstance(node, str) and (body := _block(node)):
        return [f"{head} {body[0]}", *(f"{' ' * (indent + 2)}{line}".rstrip() for line in body[1:])]
    return [f"{head} {_atom(node)}".rstrip()]


def _inner(node: Any, indent: int) -> list[str]:
    if isinstance(node, dict):
        return [line for key, value in node.items() for line in entry(key, value, indent)]
    return [line for item in node for line in _item(item, indent)]


def _item(node: Any, indent: int) -> list[str]:
    if isinstance(node, dict | list) and node:
        lines = _inner(node, indent + 2)
        return [f"{' ' * indent}- {lines[0].lstrip(' ')}", *lines[1:]]
    return [f"{' ' * indent}- {_atom(node, narrow=True)}".rstrip()]


def _flow(node: Any) -> str:
    if not isinstance(node, dict):
        return _atom(node, narrow=True)
    return "{" + ", ".join(f"{_atom(key, narrow=True)}: {_flow(value)}" for key, value in node.items()) + "}"


def _atom(node: Any, narrow: bool = False) -> str:
    if node is None:
        return ""
    if isinstance(node, dict | list):
        return "{}" if isinstance(node, dict) else "[]"
    return str(node) if isinstance(node, Exact) else _text(node, narrow)


def _text(text: str, narrow: bool = False) -> str:
    """Plain where every reader takes it for this text, else in double quotes;
    `narrow` are the places where a colon or a comma would end it."""
    misread = _MISREAD.match(text) or (narrow and re.search(r"[:：,?\[\]{}]", text))
    if text and not misread and not _RETYPED.fullmatch(text) and not _ESCAPED.search(text):
        return text
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), text) + '"'


def _escape(character: str) -> str:
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


def _block(text: str) -> list[str]:
    """Header and lines of a text under `|`; nothing where that would not give the
    identical text, or an editor that trims lines would change it."""
    *lines, last = text.split("\n")
    if last:
        lines.append(last)
    tidy = lines and lines[0] and lines[-1] and all(line == line.rstrip() for line in lines)
    if "\n" not in text or not tidy or _ESCAPED.search(re.sub(r'[\n\t"\\]', "", text)):
        return []
    # The indentation is said where the first line has blanks of its own.
    hang = "2" if lines[0][0] in " \t" else ""
    return [f"|{hang}{'-' if last else ''}", *lines]
