"""Which fields a cell has, and how its text is parted among them and joined again.

A cell without printed signs is one field. Boxes are one check box each, also
of a question with one answer: a group of radio buttons cannot be emptied again
in Chrome and Firefox, and two ticks are asked about when the form is read. The
gaps of `　　　　年　　月　　日` and the rules of `＿＿＿分` are a field each, so that
nothing typed stands on printed words.

    name                  a text            name/3    the third option's box
    needs/1/need          a list's row      name/年    the gap before 年
    name/其他              what 其他 is      name/注    不详, 拒绝提供; where there is 其他, there
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby

from ...records import kinds
from ..typeset import EM
from .face import face
from .look import POINTS, Asked
from .places import Mark, Place

_EM = EM * POINTS
_RUN = re.compile("　+|＿+")
_TICK = "☑"
OTHER, REMARK = "其他", "注"
REASONS = "不详、拒绝提供或不适用"
_LEAST_REMARK = 20.0
# pt; in a place as high as this a text goes on in a second line, in lists in smaller print.
_TWO_LINES, _TWO_SMALL_LINES = 24.0, 19.5
# The figures that have to fit a gap.
_FIGURES = {"年": 4, "月": 2, "日": 2, "时": 2, "分": 2}
_FIGURE = 0.57  # em
# What stands in the middle of a list's column.
_SHORT = (
    kinds.Day,
    kinds.DayTime,
    kinds.Days,
    kinds.Times,
    kinds.Number,
    kinds.Rating,
    kinds.Money,
    kinds.Phone,
    kinds.Ref,
)


class Look(Enum):
    """How a field is filled in."""

    LINE = "line"
    LINES = "lines"
    COMB = "comb"
    PICK = "pick"
    TICK = "tick"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from the upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Slot:
    """One field: its name, place and value, and what a person is told of it; `listed`
    in a row of a list."""

    name: str
    look: Look
    box: Box
    value: str
    tip: str
    size: float = _EM
    centred: bool = False
    listed: bool = False
    options: tuple[str, ...] = ()


def slots(asked: Asked, place: Place) -> Iterator[Slot]:
    """The fields of a cell."""
    boxes = [mark for mark in place.signs if mark.sign == "□"]
    size = asked.size
    if asked.cell.options and len(boxes) == len(asked.cell.options):
        yield from _ticks(asked, place, boxes, size)
    elif boxes and len({(mark.page, mark.y) for mark in boxes}) == 1:
        look = Look.COMB if len(asked.text.strip("□")) <= len(boxes) else Look.LINE
        yield _slot(asked, "", look, _over(boxes, size, 0.1), asked.text.strip("□"), size)
    elif gaps := gap_names(asked.cell.text):
        values = parted(asked.cell.text, asked.text)
        for part, marks in zip(gaps, _runs(asked.cell.text, place), strict=True):
            if marks:
                box, tip = _over(marks, size), f"（{part}）" if part else ""
                yield _slot(asked, part, Look.LINE, box, values[part], _small(part, box, size), tip, True)
    elif place.corners:
        yield _whole(asked, place, size)


def name_of(asked: Asked, part: str = "") -> str:
    """The field's name: path, row from 1, and the part of the cell."""
    path = asked.cell.path
    if asked.row >= 0:
        table, _, column = path.rpartition(".")
        path = f"{table}/{asked.row + 1}/{column}"
    return f"{path.replace('.', '/')}{part and '/' + part}"


def _slot(
    asked: Asked, part: str, look: Look, box: Box, value: str, size: float, tip: str = "", mid: bool = False
) -> Slot:
    row = f"第{asked.row + 1}行 " if asked.row >= 0 else ""
    tip = f"{row}{asked.cell.label}{tip}"
    return Slot(name_of(asked, part), look, box, value, tip, size, mid, asked.row >= 0)


def _whole(asked: Asked, place: Place, size: float) -> Slot:
    spec, options = asked.cell.spec, asked.cell.options
    assert spec
    hint = f"（{spec.hint}）" if spec.hint else f"（如 {spec.kind.example()}）" if _is_day(asked) else ""
    box = _room(asked, place)
    if options and not isinstance(spec.kind, kinds.Multi):
        # People may write what is not in the list: the text behind 其他, 不详.
        return Slot(
            name_of(asked), Look.PICK, box, asked.text, _tip(asked), size, True, options=("", *options)
        )
    least = _TWO_SMALL_LINES if asked.row >= 0 else _TWO_LINES
    look = Look.LINES if box.bottom - box.top > least else Look.LINE
    text = "" if asked.text == spec.kind.blank() else asked.text
    return _slot(asked, "", look, box, text, size, hint, asked.row >= 0 and isinstance(spec.kind, _SHORT))


def _small(part: str, box: Box, size: float) -> float:
    """The size at which a year or a month fits its gap."""
    figures = _FIGURES.get(part[-1:], 0)
    return min(size, (box.right - box.left) / (figures * _FIGURE)) if figures else size


def _tip(asked: Asked) -> str:
    return f"第{asked.row + 1}行 {asked.cell.label}" if asked.row >= 0 else asked.cell.label


def _is_day(asked: Asked) -> bool:
    kind = asked.cell.spec and asked.cell.spec.kind
    return isinstance(kind, kinds.Day | kinds.Days | kinds.DayTime | kinds.Times)


def _room(asked: Asked, place: Place) -> Box:
    """The cell's room, a little off its rules; below the caption of an opinion."""
    start, end = place.corners
    head = 1.45 * _EM if asked.opinion else 1.2
    bottom = end.y - 1.2 if end.page == start.page else start.y + asked.cell.height * POINTS
    return Box(start.page, start.x - 2, start.y + head, end.x + 2, max(bottom, start.y + head + 10))


def _over(marks: Sequence[Mark], size: float, more: float = 0.16) -> Box:
    """The room over signs of one line."""
    first, last = marks[0], marks[-1]
    top, bottom = first.y - (0.88 + more) * size, first.y + (0.12 + more) * size
    return Box(first.page, first.x - size, top, last.x, bottom)


def _runs(printed: str, place: Place) -> Iterator[Sequence[Mark]]:
    """The marks of each gap; of one that goes over two lines its longer part."""
    signs = iter([mark for mark in place.signs if mark.sign != "□"])
    for run in _RUN.finditer(printed):
        marks = [mark for _, mark in zip(run[0], signs, strict=False)]
        lines = [list(line) for _, line in groupby(marks, lambda mark: (mark.page, mark.y))]
        yield max(lines, key=len, default=[])


# --- Boxes ------------------------------------------------------------------


def _ticks(asked: Asked, place: Place, boxes: Sequence[Mark], size: float) -> Iterator[Slot]:
    ticked, other, remark = told(asked.text, asked.cell.options)
    for number, (option, mark) in enumerate(zip(asked.cell.options, boxes, strict=True), 1):
        box = Box(
            mark.page, mark.x - 0.93 * size, mark.y - 0.80 * size, mark.x - 0.07 * size, mark.y + 0.06 * size
        )
        yield _slot(asked, str(number), Look.TICK, box, "1" if option in ticked else "", size, f"：{option}")
    rules = [mark for mark in place.signs if mark.sign == "＿"]
    if rules:
        said = other or (remark and f"（{remark}）")
        yield _slot(asked, OTHER, Look.LINE, _to_the_edge(asked, place, rules), said, size, f"：{OTHER}")
    elif place.corners:
        rest = _rest(asked, place, boxes[-1])
        tip = f"：{REASONS}时写在这里"
        yield _slot(asked, REMARK, Look.LINE, rest, remark, min(size, (rest.bottom - rest.top) * 0.8), tip)


def _to_the_edge(asked: Asked, place: Place, rules: Sequence[Mark]) -> Box:
    """The room over the rule behind 其他, and what is left of its line."""
    box = _over([mark for mark in rules if mark.y == rules[0].y], asked.size)
    return replace(box, right=place.corners[1].x + 3) if place.corners else box


def _rest(asked: Asked, place: Place, last: Mark) -> Box:
    """What is left of the last line behind the options; without room there, the strip below."""
    end = last.x + 2 + face().width(asked.cell.options[-1]) * asked.size
    start, corner = place.corners
    right = corner.x + (3 if asked.row < 0 else 1)
    if right - end >= _LEAST_REMARK:
        return Box(last.page, end, last.y - 1.04 * asked.size, right, last.y + 0.28 * asked.size)
    return Box(corner.page, start.x, last.y + 0.1 * asked.size, right, corner.y - 0.6)


def told(text: str, options: Sequence[str]) -> tuple[set[str], str, str]:
    """Of a printed line the ticked options, what stands behind 其他, and the reason
    why nothing is ticked."""
    pieces = text.split("　", len(options) - 1)
    ticked = {option for option, piece in zip(options, pieces, strict=False) if piece.startswith(_TICK)}
    reason = re.search(r"（([^（）]*)）$", text)
    remark = reason[1] if reason and reason[1] in frozenset(kinds.Unstated) else ""
    if remark and ticked:
        remark = ""
    last = pieces[-1].partition("：")[2] if options and options[-1] == OTHER else ""
    other = last.removesuffix(f"（{remark}）") if remark else last
    return ticked, "" if not other.strip(kinds.RULE) else other, remark


def line(options: Sequence[str], ticked: Sequence[str], other: str, remark: str) -> str:
    """The printed line again, as the kinds of choice read it."""
    return kinds.boxes(options, list(ticked), other) + (f"（{remark}）" if remark else "")


# --- Gaps -------------------------------------------------------------------


def gap_names(printed: str) -> list[str]:
    """The names of a blank's gaps: the words behind them, `至年` for the second 年;
    '' where there is only one."""
    if printed.startswith("□"):
        return []
    words = [word[:2] if word.startswith("元") else word[:1] for word in _words(printed)[1:]]
    if len(words) < 2:
        return ["" for _ in words]
    if "元（" in words:
        return ["", "大写"]
    seen: list[str] = []
    for word in words:
        seen.append(f"至{word}" if word in seen else word)
    return seen


def _words(printed: str) -> list[str]:
    return _RUN.split(printed)


def parted(printed: str, text: str) -> dict[str, str]:
    """The text of a cell parted among the gaps of its blank; what does not fit the
    printed words stands whole in the first."""
    names = gap_names(printed)
    values = dict.fromkeys(names, "")
    if not text or text == printed:
        return values
    pattern = "(.*?)".join(re.escape(word) for word in _words(printed))
    found = re.fullmatch(pattern, text, re.DOTALL)
    numbers = re.findall(r"\d+", text)
    if found and not all(not part.strip("　＿") for part in found.groups()):
        return dict(zip(names, found.groups(), strict=True))
    if len(names) > 1 and len(numbers) == len(names) and "大写" not in names:
        return dict(zip(names, numbers, strict=True))
    return values | {names[0]: text}


def joined(printed: str, values: Mapping[str, str]) -> str:
    """What stands in the gaps as one text; one alone, as typed."""
    names = gap_names(printed)
    given = [values.get(name, "").strip() for name in names]
    if not any(given[1:]):
        return given[0]
    words = _words(printed)
    return words[0] + "".join(value + word for value, word in zip(given, words[1:], strict=True))
