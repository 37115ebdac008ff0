"""The runtime of a template: a closed set of steps over strings.

A template is never turned into Python code. `grammar` makes it a list of
steps, either literal XML or one of the small functions here, and `Run` plays
them. There is no attribute access, no call and no arithmetic to escape by,
and every loop turn and every character is counted.

While it plays, a run notes its `Shape`: which branches were taken that print
markup, and how the rows of each loop differ. Values are escaped, so that
whether Word opens the document depends on the template and its shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ...errors import Finding, HasFindings, Refused
from ...records.kinds import TICKED

Row: TypeAlias = Mapping[str, str]
View: TypeAlias = Mapping[str, str | Sequence[Row]]
Value: TypeAlias = str | int | Sequence[Row] | tuple[str | int, ...]
Expression: TypeAlias = Callable[["Run"], Value]
Step: TypeAlias = str | Callable[["Run"], None]
Shape: TypeAlias = tuple["int | Shape", ...]

MAX_TURNS = 200_000  # loop turns in one document
MAX_CHARACTERS = 30_000_000  # at most three bytes each; a list of 5,000 rows and nine columns has 23 million
MAX_VALUE = 2_000_000
MAX_TICKS = 10_000  # set apart in one value; what is longer than a whole form's options stays as it is
MAX_CHANGES = 64  # of shape among the rows of one loop; what changes more often is not worth remembering

_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&#34;"), ("'", "&#39;"))


def escape(text: str) -> str:
    """Text as it stands inside `w:t`: breaks become `w:br`, what XML forbids goes."""
    plain = text.isprintable()  # nor has it breaks and tabs then
    if not plain:
        text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign, entity in _MARKUP:
        text = text.replace(sign, entity)
    return text if plain else text.replace("\n", _BREAK).replace("\t", _TAB)


def clean(text: str) -> str:
    """Text without what XML forbids, blanks and line ends as they are."""
    return _ILLEGAL.sub("", text)


def tick(look: str | None) -> str:
    """A tick as a run of its own within a run of this look, in the style of ticks unless
    it has a style already: a font that lacks the sign would lend it from another, and
    LibreOffice draws what is lent after all else in the same run."""
    if look is None:
        return TICKED
    styled = f'<w:rPr><w:rStyle w:val="FormTick"/>{look.removeprefix("<w:rPr>") or "</w:rPr>"}'
    return (
        f"</w:t></w:r><w:r>{look if '<w:rStyle ' in look else styled}<w:t>{TICKED}</w:t></w:r>"
        f'<w:r>{look}<w:t xml:space="preserve">'
    )


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
    heights: Mapping[str, int] = field(default_factory=dict)  # least heights, by bookmark
    whole: frozenset[str] = frozenset()  # bookmarks in rows that the end of a page should not cut
    next_id: int = 1
    out: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    loop: Loop = field(default_factory=lambda: Loop(0))
    turns: int = 0
    characters: int = 0
    counted: int = 0
    shape: list[int | Shape] = field(default_factory=list)
    changes: bool = False  # whether the shape changed too often to be told
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


def write(expression: Expression, shown: str, look: str | None = None) -> Step:
    """Print a value, its ticks apart where the look of the run is known; `shown` is what errors call it."""
    ticked = tick(look)

    def step(run: Run) -> None:
        value = expression(run)
        if isinstance(value, str):
            if len(value) > MAX_VALUE:
                raise Refused(f"「{shown}」的内容太长：{len(value)} 字，最多 {MAX_VALUE} 字。")
            run.out.append(escape(value).replace(TICKED, ticked, MAX_TICKS))
        elif isinstance(value, int):
            run.out.append(str(value))
        else:
            hint = "请用 {%tr for … %} 循环。"
            finding = Finding("TP-13", f"「{shown}」是表格，不能直接打印", hint, run.template)
            raise HasFindings(f"模板「{run.template}」把表格「{shown}」当作文字打印。", [finding])

    return step


def choose(
    branches: Sequence[tuple[Expression, Sequence[Step]]], otherwise: Sequence[Step], told: bool
) -> Step:
    """`if`, `elif`, `else`; the shape is `told` which was taken."""

    def step(run: Run) -> None:
        taken, steps = len(branches), otherwise
        for number, (condition, branch) in enumerate(branches):
            if condition(run):
                taken, steps = number, branch
                break
        if told:
            run.shape.append(taken)
        run.play(steps)

    return step


def repeat(variable: str, table: str, steps: Sequence[Step], otherwise: Sequence[Step], told: bool) -> Step:
    """`for variable in table`, with the scope put back afterwards; the shape is `told` how rows follow."""
    where = f"{{% for {variable} in {table} %}}"
    read = plain_field(table)

    def step(run: Run) -> None:
        rows = read(run)
        if isinstance(rows, str | int):
            finding = Finding("TP-13", f"「{table}」不是表格，不能循环", "请直接写 {{ }}。", run.template)
            raise HasFindings(f"模板「{run.template}」对不是表格的「{table}」作循环。", [finding])
        shapes: list[Shape] = []
        loop, scope, shape = run.loop, run.rows, run.shape
        run.loop, run.rows = Loop(len(rows)), dict(scope)
        for number, row in enumerate(rows):
            run.loop.index0 = number
            run.rows[variable] = row if isinstance(row, Mapping) else {}
            run.shape = []
            run.turn(where)
            run.play(steps)
            run.changes |= _followed(shapes, tuple(run.shape))
        run.count(where)
        run.loop, run.rows, run.shape = loop, scope, shape
        if told:
            shape.append(tuple(shapes))
        if not rows:
            run.play(otherwise)

    return step


def _followed(shapes: list[Shape], shape: Shape) -> bool:
    """Add the shape of a row: alike ones in sequence are one or many, since a row's markup
    meets only its neighbours'. True when there were too many changes."""
    if shapes[-2:] != [shape, shape]:
        if len(shapes) >= MAX_CHANGES:
            return True
        shapes.append(shape)
    return False


def joined(steps: Sequence[Step]) -> list[Step]:
    """The same with neighbouring literals as one."""
    found: list[Step] = []
    for step in steps:
        if found and isinstance(step, str) and isinstance(found[-1], str):
            found[-1] += step
        else:
            found.append(step)
    return found
