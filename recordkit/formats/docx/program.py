"""The runtime of a template: a closed set of steps over strings.

A template is never turned into Python code. `grammar` makes it a list of
steps, either literal XML or one of the small functions here, and `Run` plays
them. There is no attribute access, no call and no arithmetic to escape by,
and every loop turn and every character is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ...errors import Finding, HasFindings, Refused

Row: TypeAlias = Mapping[str, str]
View: TypeAlias = Mapping[str, str | Sequence[Row]]
Value: TypeAlias = str | int | Sequence[Row] | tuple[str | int, ...]
Expression: TypeAlias = Callable[["Run"], Value]
Step: TypeAlias = str | Callable[["Run"], None]

MAX_TURNS = 200_000  # loop turns in one document
MAX_CHARACTERS = 20_000_000  # at most three bytes each: 60 MB
MAX_VALUE = 2_000_000

_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'
_SPECIAL = re.compile("\r\n|[\x00-\x1f&<>\"'\ud800-\udfff\ufffe\uffff]")
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_PRINTED = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
    "\n": _BREAK,
    "\r": _BREAK,
    "\r\n": _BREAK,
    "\t": _TAB,
}


def escape(text: str) -> str:
    """Text as it stands inside `w:t`: breaks become `w:br`, what XML forbids goes."""
    return _SPECIAL.sub(lambda match: _PRINTED.get(match[0], ""), text)


def clean(text: str) -> str:
    """Text without what XML forbids, blanks and line ends as they are."""
    return _ILLEGAL.sub("", text)


@dataclass(slots=True)
class Loop:
    """Where a loop stands; what `loop.index` and its kin read."""

    length: int
    index0: int = 0

    @property
    def index(self) -> int:
        return self.index0 + 1

    @property
    def first(self) -> bool:
        return self.index0 == 0

    @property
    def last(self) -> bool:
        return self.index0 == self.length - 1


LOOP_FACTS: dict[str, Callable[[Loop], int]] = {
    "index": lambda loop: loop.index,
    "index0": lambda loop: loop.index0,
    "first": lambda loop: loop.first,
    "last": lambda loop: loop.last,
    "length": lambda loop: loop.length,
}


@dataclass(slots=True)
class Run:
    """One rendering: the values, the scope, the output and what it has cost."""

    template: str
    view: View
    heights: Mapping[str, int] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    loop: Loop = field(default_factory=lambda: Loop(0))
    turns: int = 0
    characters: int = 0
    counted: int = 0
    next_id: int = 1
    open_bookmarks: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # bookmarks written so far
    repeats: dict[str, int] = field(default_factory=dict)

    def play(self, steps: Sequence[Step]) -> None:
        """Run the steps one after another."""
        out = self.out
        for step in steps:
            if isinstance(step, str):
                out.append(step)
            else:
                step(self)

    def take(self) -> str:
        """The text so far; the next part starts afresh."""
        self.count("")
        text = "".join(self.out)
        self.out.clear()
        self.counted = 0
        return text

    def count(self, where: str) -> None:
        """Add up what was written since the last count; stop when it is too much."""
        self.characters += sum(map(len, self.out[self.counted :]))
        self.counted = len(self.out)
        if self.characters > MAX_CHARACTERS:
            place = f"（{where}）" if where else ""
            hint = "请检查循环，或分成几份打印。"
            raise Refused(f"模板「{self.template}」排出的文档太大{place}，已停止。", hint)

    def turn(self, where: str) -> None:
        """Count one turn of a loop."""
        self.turns += 1
        if self.turns > MAX_TURNS:
            raise Refused(
                f"模板「{self.template}」的循环 {where} 太长：超过 {MAX_TURNS} 次，已停止。",
                "请检查是否在循环里又套了同样的循环。",
            )
        if len(self.out) - self.counted > 64:
            self.count(where)

    def number(self) -> int:
        """The next free id."""
        self.next_id += 1
        return self.next_id - 1

    def unknown(self, path: str) -> HasFindings:
        """The error for a name that the values do not have."""
        hint = "请用 recordkit template check 检查模板。"
        finding = Finding("TP-01", f"没有字段「{path}」", hint, self.template)
        return HasFindings(f"模板「{self.template}」用到了不认识的字段：{path}。", [finding])


# --- expressions -----------------------------------------------------------------


def constant(value: str | int | tuple[str | int, ...]) -> Expression:
    """A text or number written in the template."""
    return lambda run: value


def plain_field(path: str) -> Expression:
    """A field or a table of the view."""

    def read(run: Run) -> Value:
        try:
            return run.view[path]
        except KeyError:
            raise run.unknown(path) from None

    return read


def column(variable: str, name: str, table: str) -> Expression:
    """A column of the row a loop stands at."""

    def read(run: Run) -> Value:
        try:
            return run.rows[variable][name]
        except KeyError:
            raise run.unknown(f"{table}.{name}") from None

    return read


def loop_fact(name: str) -> Expression:
    """`loop.index`, `loop.first` …"""
    fact = LOOP_FACTS[name]
    return lambda run: fact(run.loop)


def contains(needle: Value, holder: Value) -> bool:
    """`in` without surprises: text in text, or a constant in a list."""
    if isinstance(holder, str):
        return str(needle) in holder
    return not isinstance(holder, int) and needle in holder


COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "in": contains,
    "notin": lambda left, right: not contains(left, right),
}


# --- steps -----------------------------------------------------------------------


def write(expression: Expression, shown: str) -> Step:
    """Print a value; `shown` is what errors call it."""

    def step(run: Run) -> None:
        value = expression(run)
        if isinstance(value, str):
            if len(value) > MAX_VALUE:
                raise Refused(f"「{shown}」的内容太长：{len(value)} 字，最多 {MAX_VALUE} 字。")
            run.out.append(escape(value))
        elif isinstance(value, int):
            run.out.append(str(value))
        else:
            hint = "请用 {%tr for … %} 循环。"
            finding = Finding("TP-13", f"「{shown}」是表格，不能直接打印", hint, run.template)
            raise HasFindings(f"模板「{run.template}」把表格「{shown}」当作文字打印。", [finding])

    return step


def choose(branches: Sequence[tuple[Expression, Sequence[Step]]], otherwise: Sequence[Step]) -> Step:
    """`if`, `elif`, `else`."""

    def step(run: Run) -> None:
        for condition, steps in branches:
            if condition(run):
                run.play(steps)
                return
        run.play(otherwise)

    return step


def repeat(variable: str, table: str, steps: Sequence[Step], otherwise: Sequence[Step]) -> Step:
    """`for variable in table`, with the scope put back afterwards."""
    where = f"{{% for {variable} in {table} %}}"
    read = plain_field(table)

    def step(run: Run) -> None:
        rows = read(run)
        if isinstance(rows, str | int):
            finding = Finding("TP-13", f"「{table}」不是表格，不能循环", "请直接写 {{ }}。", run.template)
            raise HasFindings(f"模板「{run.template}」对不是表格的「{table}」作循环。", [finding])
        if not rows:
            run.play(otherwise)
            return
        outer, before = run.loop, run.rows
        run.loop = Loop(len(rows))
        for number, row in enumerate(rows):
            run.loop.index0 = number
            run.rows = {**before, variable: row} if isinstance(row, Mapping) else before
            run.turn(where)
            run.play(steps)
        run.count(where)
        run.loop, run.rows = outer, before

    return step
