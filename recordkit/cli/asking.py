"""Questions to the person at the terminal, in Chinese; asked again where the answer is none."""

from __future__ import annotations

import sys

import click

from . import output

_YES, _NO = frozenset(("1", "y", "yes", "是", "好")), frozenset(("2", "n", "no", "否", "不"))


def can_ask() -> bool:
    """Whether somebody sits there who sees the question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str) -> bool:
    """是 or 否, by number, letter or word."""
    output.say(f"{question}\n  1  是\n  2  否")
    while True:
        said = _typed("输入序号").lower()
        if said in _YES | _NO:
            return said in _YES
        output.say("请输入 1（是）或 2（否）")


def number(question: str, least: int, most: int, empty: int | None = None) -> int:
    """A number within bounds; `empty` stands for an answer that is just the return key."""
    while True:
        said = _typed(question, None if empty is None else "")
        if not said and empty is not None:
            return empty
        if said.isdecimal() and least <= int(said) <= most:
            return int(said)
        output.say(f"请输入 {least} 到 {most} 的序号")


def _typed(question: str, default: str | None = None) -> str:
    return str(click.prompt(question, default=default, show_default=False, err=True)).strip()
