"""Record files written: a record as the YAML that reads back as the identical
record, and empty ones to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import disk
from .emit import Exact, Inline, entry
from .fields import CLOSE, FILL, SIGN, Nature, Need, Spec
from .kinds import Kind, Long, Nested, Seal, Sign, Table, Unstated, YesNo
from .model import Block, Record
from .text import width

_WIDTH = 100
_MOMENTS = {FILL.moment: "必填", SIGN.moment: "签署时必填", CLOSE.moment: "办结时必填"}


def dump(record: Record, order: Sequence[str] = ()) -> str:
    """The text of a record file; fields stand in `order`, the others after them."""
    nodes = _nodes(record)
    ordered = dict.fromkeys(name for name in (*order, *nodes) if name in nodes)
    lines = _head(type(record), record.form_version, record.version, record.revision)
    for name in ordered:
        lines += entry(name, nodes[name])
    return "\n".join([*lines, *_tail(record), ""])


def save(path: Path, record: Record, order: Sequence[str] = (), known: str | None = None) -> str:
    """Write a record and return the digest of its file.

    `known` is the digest it was read with; without it the file must be new.
    Conflict where somebody else was first.
    """
    data = dump(record, order).encode()
    if known is None:
        disk.create(path, data)
    else:
        disk.replace(path, data, known)
    return disk.digest(data)


def template(
    model: type[Record],
    order: Sequence[tuple[str, Sequence[str]]],
    given: Mapping[str, object] = MappingProxyType({}),
) -> str:
    """An empty record to fill in, with what a person needs to know above each
    field. `order` is the form's: section titles with their fields; fields it does
    not name follow, but for numbers the program gives and what goes with 其他."""
    record = model(**given)
    lines = _head(model, model.newest, record.version, record.revision)
    shown: set[str] = set()
    for title, names in [*order, ("其他", _unlisted(model, order, record))]:
        fields = [n for n in dict.fromkeys(names) if n not in shown and _to_fill(model, record, n)]
        if fields and title:
            lines += ["", f"# ── {title} ──"]
        for name in fields:
            spec = model.specs()[name]
            lines += ["", *_about(model, spec), *_blank_entry(name, spec, getattr(record, name))]
        shown.update(fields)
    return "\n".join([*lines, *_tail(record), ""])


# --- a record as nodes: texts, lists and mappings


def _head(model: type[Record], form_version: int, version: int, revision: str | None) -> list[str]:
    lines = [f"form: {model.form_id}", f"form_version: {form_version}", f"version: {version}"]
    return lines if revision is None else [*lines, *entry("revision", revision)]


def _tail(record: Record) -> list[str]:
    """What is no field of the form: the station's own fields, waivers, the snapshot."""
    found: dict[str, Any] = {}
    if record.local is not None:
        found["local"] = _local(record.local)
    if record.waivers is not None:
        found["waivers"] = [_nodes(waiver) for waiver in record.waivers]
    if record.printed is not None:
        found["printed"] = {**_nodes(record.printed), "texts": dict(record.printed.texts)}
    return [line for key, node in found.items() for line in entry(key, node)]


def _nodes(block: Block) -> dict[str, Any]:
    return {Exact(name): _node(spec, value) for name, spec, value in block.filled()}


def _node(spec: Spec, value: Any) -> Any:
    if isinstance(spec.kind, Nested):
        if isinstance(value, list):
            return [_nodes(row) for row in value]
        return Inline(_nodes(value)) if isinstance(spec.kind, Sign | Seal) else _nodes(value)
    plain = spec.kind.plain(value)
    if not isinstance(value, str | list):
        return Exact(plain)
    return f"{plain}\n" if isinstance(spec.kind, Long) and not isinstance(value, Unstated) else plain


def _local(value: Any) -> Any:
    """The station's own values: texts, lists and mappings of them."""
    if isinstance(value, Mapping):
        return {str(key): _local(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_local(inner) for inner in value]
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if value is None else str(value)


# --- templates


def _unlisted(model: type[Record], order: Iterable[tuple[str, Sequence[str]]], record: Record) -> list[str]:
    listed = {name for _, names in order for name in names}
    return [
        name
        for name in model.specs()
        if name not in listed and (not name.endswith("_other") or getattr(record, name) is not None)
    ]


def _to_fill(model: type[Record], record: Record, name: str) -> bool:
    spec = model.specs().get(name)
    return spec is not None and (
        spec.nature is Nature.TYPED or (spec.stored and getattr(record, name) is not None)
    )


def _blank_entry(name: str, spec: Spec, value: Any) -> list[str]:
    """The key with its value, or with the least that shows where to write."""
    kind = spec.kind
    if isinstance(kind, Table):
        columns = dict.fromkeys(Exact(n) for n, inner in kind.part.specs().items() if inner.stored)
        return entry(name, [{**columns, **_nodes(row)} for row in value or [kind.part()]])
    if value is not None:
        return entry(name, _node(spec, value))
    if isinstance(kind, Sign | Seal):
        return [f"{name}: 未签"]
    return [f"{name}: |", "  "] if isinstance(kind, Long) else [f"{name}:"]


def _about(model: type[Record], spec: Spec) -> list[str]:
    """What a person needs to know of a field, as comment lines."""
    kind = spec.kind
    example = f"，如 {kind.example()}" if kind.example() else ""
    said = [f"{spec.label}　{_needed(model, spec.need)}　{kind.describe()}{example}"]
    if isinstance(kind, Table):
        columns = [(name, inner) for name, inner in kind.part.specs().items() if inner.stored]
        said.append("  各栏：" + "；".join(f"{name} {inner.label}" for name, inner in columns))
        said += [f"  {inner.label}：{listed}" for _, inner in columns if (listed := _options(inner.kind))]
    elif options := _options(kind):
        said.append(f"  可选：{options}")
    said += [f"  {line}" for line in spec.hint.split("\n") if line]
    return [line for text in said for line in _wrapped(text)]


def _options(kind: Kind) -> str:
    return "" if isinstance(kind, YesNo) else "；".join(kind.options())


def _needed(model: type[Record], need: Need | None) -> str:
    if need is None:
        return "选填"
    word = _MOMENTS[need.moment]
    return f"条件{word}（{need.condition.says(model.label_of)}）" if need.condition else word


def _wrapped(text: str) -> list[str]:
    """Comment lines of a readable length, the later ones hanging."""
    lines = [""]
    for piece in re.findall(r"[^；，。　]+[；，。　]*|.", text):
        if width(lines[-1] + piece) > _WIDTH - 2 and lines[-1].strip():
            lines.append("    ")
        lines[-1] += piece
    return [f"# {line}".rstrip() for line in lines]
