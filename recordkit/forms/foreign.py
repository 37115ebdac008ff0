"""A foreign form as it is printed: cells, the labels in them, and where the value of each belongs.

Word and Excel files become `Grid`s of `Box`es; here it is found out which text
is a label and which place beside, below or behind it waits for a value. Only
blanks are offered: what somebody has typed is never a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .labels import key

LONGEST_LABEL = 24
_B = r"[\s＿_]"  # what a value is written over
_BLANKS = " \t\n\r\u3000\xa0\u2002\u2003＿_"
_DATE = rf"年{_B}*月{_B}*日?(?:{_B}*时(?:{_B}*分)?)?"
_UNITS = "周岁|岁|万元|元|人|次|分钟|小时|分|平方米|㎡|天|户|％|%"
_SEALS = re.compile(r"[（(]?(?:盖章|公章|签章|签字|签名|手印)[)）]?[:：]?")
_BOXES = "□☐◻○◯〇"
_LETTER = re.compile(r"[^\W\d_]")
_SPREAD = re.compile(r"(?:^|(?<=[\s＿_]))(?:\S[ \u3000]{1,8}){1,3}$")
_INLINE = re.compile(
    rf"(?P<label>[^\s：:＿_{_BOXES}☑✓√()（），,。；;、]{{1,16}}(?:[（(][^()（）\s]{{1,12}}[)）])?)[ \u3000]{{0,8}}[：:]"
    rf"|(?P<bracketed>[^\s：:＿_{_BOXES}()（），,。；;、]{{2,12}})(?P<open>[（(])(?=[ \u3000＿_]{{2,200}}[)）])"
)


class Blank(Enum):
    """What stands at a place that waits for a value."""

    EMPTY = "空"
    DATE = "年月日"
    UNIT = "单位"
    OPTIONS = "选项"
    SIGN = "签章"
    HELD = "已有文字"


@dataclass(eq=False, slots=True)
class Box:
    """A cell of a foreign table, or a paragraph; `at` is what its format knows it by."""

    row: int
    column: int
    text: str
    where: str
    at: Any = None
    height: int = 1
    width: int = 1


@dataclass(slots=True)
class Grid:
    """The cells of one table; merged cells are one box that reaches over their places."""

    boxes: list[Box] = field(default_factory=list)
    _places: dict[tuple[int, int], Box] = field(default_factory=dict, repr=False)
    _rows: dict[int, list[Box]] = field(default_factory=dict, repr=False)

    def at(self, row: int, column: int) -> Box | None:
        """The box that covers a place."""
        if not self._places:
            for box in self.boxes:
                # A merged cell may reach over a million places; nobody looks further than this.
                for down in range(min(box.height, 500)):
                    for along in range(min(box.width, 100)):
                        self._places.setdefault((box.row + down, box.column + along), box)
        return self._places.get((row, column))

    def right_of(self, box: Box) -> Box | None:
        """The neighbour that begins in the same row."""
        return self.at(box.row, box.column + box.width)

    def below(self, box: Box) -> Box | None:
        """The neighbour that begins in the same column."""
        found = self.at(box.row + box.height, box.column)
        return found if found and found.column == box.column else None

    def row(self, number: int) -> list[Box]:
        """The boxes that begin in a row."""
        if not self._rows:
            for box in self.boxes:
                self._rows.setdefault(box.row, []).append(box)
        return self._rows.get(number, [])


@dataclass(frozen=True, slots=True)
class Spot:
    """A label and the place of its value: from `start` to `end` in the text of `box`;
    `after` is where the label ends, 0 in a cell of its own."""

    label: str
    box: Box
    start: int
    end: int
    blank: Blank
    band: str = ""
    after: int = 0

    @property
    def was(self) -> str:
        """What is printed there now."""
        return self.box.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class List:
    """A table's head row, and the blank rows below that wait for records."""

    grid: Grid
    heads: tuple[Box, ...]
    rows: tuple[int, ...]


def blank(text: str) -> Blank:
    """What a place holds."""
    said = text.strip(_BLANKS)
    if not said.strip("()（）" + _BLANKS):
        return Blank.EMPTY
    if re.fullmatch(rf"(?:20)?{_B}*{_DATE}", said):
        return Blank.DATE
    if re.fullmatch(_UNITS, said):
        return Blank.UNIT
    if said[0] in _BOXES:
        return Blank.OPTIONS
    bare = _SEALS.sub("", said).strip(_BLANKS)
    if bare != said and re.fullmatch(rf"(?:(?:日期[:：]?{_B}*)?{_DATE})?", bare):
        return Blank.SIGN
    return Blank.HELD


def options(text: str) -> list[tuple[str, int]]:
    """The printed options, each with the place of its box; 其他：＿＿ is 其他."""
    marks = [match.start() for match in re.finditer(f"[{_BOXES}]", text)]
    ends = [*marks, len(text)][1:]
    said = (
        re.split(r"[：:＿_（(]\s*(?=[\s＿_)）]|$)", text[a + 1 : b])[0]
        for a, b in zip(marks, ends, strict=True)
    )
    return [
        (each.strip(" \t\n\u3000\xa0、，,；;/＿_.。：:"), place)
        for each, place in zip(said, marks, strict=True)
    ]


def spots(grid: Grid, known: Callable[[str], object], taken: Collection[Box] = ()) -> Iterator[Spot]:
    """Every label with its place, in reading order; `known` tells labels from other short texts.

    A known label beside which something is typed already comes with `Blank.HELD`.
    """
    used = set(taken)
    for box in grid.boxes:
        if box in used or blank(box.text) not in (Blank.HELD, Blank.SIGN):
            continue
        inline = list(segments(box.text))
        whole = not inline or (
            len(inline) == 1 and not box.text[inline[0][2] :].strip() and not box.text[: inline[0][1]].strip()
        )
        beside = _beside(grid, box, known, used) if whole else None
        if beside is not None:
            used.add(beside.box)
            yield beside
        else:
            yield from _inside(box, inline, _band(grid, box))


def _beside(grid: Grid, box: Box, known: Callable[[str], object], used: Collection[Box]) -> Spot | None:
    """The place right of a cell that is nothing but a label, for a known one else below it."""
    label = "".join(box.text.split()).rstrip("：:")
    if not 0 < len(label) <= LONGEST_LABEL or re.search("[。；！？]", label) or not _LETTER.search(label):
        return None
    places = (grid.right_of(box), grid.below(box) if known(label) else None)
    neighbours = [each for each in places if each and each not in used]
    for value in neighbours:
        held = blank(value.text)
        if held is not Blank.HELD and not list(segments(value.text)):
            if not known(label) and _is_title(grid, box):
                return None
            return Spot(label, value, *span(value.text, 0, len(value.text), held), held, _band(grid, box))
    typed = neighbours[:1] if known(label) and not list(segments(box.text)) else []
    if typed and not known("".join(typed[0].text.split())) and not list(segments(typed[0].text)):
        return Spot(label, typed[0], 0, len(typed[0].text), Blank.HELD, _band(grid, box))
    return None


def _is_title(grid: Grid, box: Box) -> bool:
    """Whether a text stands alone above all others."""
    first = next((each for each in grid.boxes if each.text.strip()), None)
    return first is box and sum(bool(each.text.strip()) for each in grid.row(box.row)) == 1


def _inside(box: Box, inline: Sequence[tuple[str, int, int]], band: str) -> Iterator[Spot]:
    """The places behind labels within one text."""
    ends = [*(start for _, start, _ in inline), len(box.text)][1:]
    for (label, _, place), end in zip(inline, ends, strict=True):
        region = box.text[place:end]
        bracketed = box.text[place - 1] in "(（"
        if bracketed:
            region = re.split("[)）]", region)[0]
        held = blank(region)
        followed = end < len(box.text) and "\n" not in region and not bracketed
        yield Spot(label, box, *span(box.text, place, place + len(region), held, followed), held, band, place)


def segments(text: str) -> Iterator[tuple[str, int, int]]:
    """Each `label：` or `label（` within a text: the label, where it begins, where its value begins."""
    found = False
    for match in _INLINE.finditer(text):
        found = True
        label, start = match["label"] or match["bracketed"], match.start()
        if len(label) == 1 and (spread := _SPREAD.search(text[max(0, start - 30) : start])):
            label, start = "".join(spread[0].split()) + label, max(0, start - 30) + spread.start()
        yield label, start, match.end()
    first, line, rest = text.lstrip("\n").partition("\n")
    waits = bool(line) and blank(first) is Blank.HELD and blank(rest) in (Blank.DATE, Blank.SIGN)
    if not found and waits and len(first) <= LONGEST_LABEL:
        start = text.index(first)
        yield "".join(first.split()), start, start + len(first)


def span(text: str, start: int, end: int, held: Blank, followed: bool = False) -> tuple[int, int]:
    """The part of a blank that a value replaces: the rule, the date, the blanks of one line."""
    region = text[start:end]
    if held in (Blank.DATE, Blank.SIGN) and (date := re.search(rf"[ \u3000＿_]{{0,8}}{_DATE}", region)):
        return start + date.start(), start + date.end()
    if held is Blank.OPTIONS:
        return start + len(region) - len(region.lstrip()), start + len(region.rstrip())
    if rule := re.search(r"[＿_](?:[＿_\s]*[＿_])?", region):
        return start + rule.start(), start + rule.end()
    if held is Blank.HELD:
        return start, end
    if bracket := re.search(r"[（(]([ \u3000]*)[)）]", region):
        return start + bracket.start(1), start + bracket.end(1)
    line = start + (1 if start and region.startswith("\n") else 0)
    blanks = re.match(r"[^\S\n]*", text[line:end])
    last = line + (blanks.end() if blanks else 0)
    return line, max(line, last - 2) if followed else last


def _band(grid: Grid, box: Box) -> str:
    """The label of the group that a label stands in: a cell over several rows at its left."""
    column = box.column - 1
    while column >= 0:
        left = grid.at(box.row, column)
        if left is None:
            return ""
        if left.height > box.height and blank(left.text) is Blank.HELD:
            return key(left.text)
        column = left.column - 1
    return ""


def lists(grid: Grid, matches: Callable[[str], object], least: int = 2) -> Iterator[List]:
    """The lists of a table: a row of heads of which `least` match, over blank rows of the same cells."""
    done = -1
    for number in sorted({box.row for box in grid.boxes}):
        heads = [box for box in grid.row(number) if box.text.strip()]
        if number <= done or sum(bool(matches(head.text)) for head in heads) < least:
            continue
        bottom = max(head.row + head.height for head in heads if matches(head.text))
        rows: list[int] = []
        while _waits(grid, heads, bottom + len(rows)):
            rows.append(bottom + len(rows))
        if rows:
            done = rows[-1]
            yield List(grid, tuple(head for head in heads if head.row + head.height == bottom), tuple(rows))


def _waits(grid: Grid, heads: Sequence[Box], number: int) -> bool:
    """Whether a row has a blank cell under each of the heads (a running number may be printed)."""
    cells = [
        grid.at(number, head.column) for head in heads if head.height == 1 or head.row + head.height <= number
    ]
    return bool(cells) and all(
        cell
        and cell.row == number
        and cell.height == 1
        and (blank(cell.text) is not Blank.HELD or _counts(head, cell))
        for head, cell in zip(heads, cells, strict=False)
    )


def _counts(head: Box, cell: Box) -> bool:
    return is_counter(head.text) and cell.text.strip().isdecimal()


def is_signed(label: str) -> bool:
    """Whether a label asks for a pen or a seal."""
    return bool(re.search("签字|签名|签章|盖章|公章|手印", label))


def is_counter(head: str) -> bool:
    """Whether a head asks for running numbers."""
    return key(head) in ("序号", "编号no", "no", "序")
