"""Texts as Typst code: string literals, lines, and pieces that never break inside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from .. import fonts
from ..forms.blocks import PAGE_WIDTH, Arranged, Block, Cell, Grid, Prose, Signatures, Table
from ..records.text import width

EM = 3.704  # 10.5 pt in millimetres
LINE = 1.45  # from line to line, in em
PAD = 1.8  # mm between a rule and the text beside it
_SHARE = 4000  # letters
LEAD = 2.2  # mm between a rule and the text below or above it
LANDSCAPE_WIDTH = 247.0  # mm between the margins of a page that lies on its side


@dataclass(frozen=True, slots=True)
class Placed(Cell):
    """A cell of which the code tells where it comes to stand; `key` names it there.

    `function` is `at` for a cell with room of its own, `near` for words in a line.
    """

    key: str = ""
    function: str = "at"


def placed(cell: Cell, code: str, pad: float = LEAD) -> str:
    """The code of a cell's text, which tells its place if anybody asked for it;
    `pad` is the room above and below."""
    if not isinstance(cell, Placed):
        return code
    return f"{cell.function}({literal(cell.key)}, {mm(pad)}, {code})"


def widened(arranged: Arranged) -> tuple[float, tuple[Block, ...]]:
    """The width of the page between its margins, and the blocks with all widths as they
    come out there. Labels stay as wide as they are; what they name has the rest."""
    if not arranged.page.landscape:
        return PAGE_WIDTH, arranged.blocks
    return LANDSCAPE_WIDTH, tuple(map(_turned, arranged.blocks))


def _turned(block: Block) -> Block:
    match block:
        case Grid(rows=rows):
            return replace(block, rows=tuple(tuple(map(_wider, row)) for row in rows))
        case Table(columns=columns):
            return replace(block, columns=tuple(replace(one, width=_wide(one.width)) for one in columns))
        case Prose(paragraphs=paragraphs):
            return replace(
                block,
                paragraphs=tuple(
                    tuple(_wider(piece) if isinstance(piece, Cell) else piece for piece in paragraph)
                    for paragraph in paragraphs
                ),
            )
        case Signatures(rows=signs):
            return replace(
                block,
                rows=tuple(tuple(replace(one, sign=_wider(one.sign)) for one in row) for row in signs),
            )
        case _:
            return block


def _wider(cell: Cell) -> Cell:
    return replace(cell, width=_wide(cell.width))


def _wide(width: float) -> float:
    return width * LANDSCAPE_WIDTH / PAGE_WIDTH


def literal(text: str) -> str:
    """A Typst string literal of the text as it can be printed."""
    safe = fonts.printable(text)
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        safe = safe.replace(raw, escaped)
    return f'"{safe}"'


def line_count(text: str, room: float, em: float = EM) -> int:
    """About how many lines the text takes in `room` millimetres."""
    return sum(math.ceil(width(line) * em / 2 / room) for line in text.split("\n"))


def pieces(function: str, parts: Iterable[str], room: float, em: float) -> str:
    """Parts that never break inside, but where one is wider than the cell."""
    drawn = (
        literal(part) if _reach(part, em) < room else f"[#{{{_line(part, room, em)}}}]" for part in parts
    )
    return f"{function}({', '.join(drawn)})"


@lru_cache(maxsize=4096)
def _reach(text: str, em: float) -> float:
    """About how wide a line of the text is: capitals are wider than figures."""
    return sum(2 if width(c) == 2 else 1.5 if c.isupper() else 1.15 for c in text) * em / 2


def lines(text: str, room: float = PAGE_WIDTH / 2, em: float = EM) -> str:
    """The text's own lines, each broken where the page needs it."""
    return f"lines({', '.join(_line(line, room, em) for line in text.split(chr(10)))})"


def shares(text: str) -> Iterator[str]:
    """The text in paragraphs of a few thousand letters: what Typst does for one grows with
    the square of its lines. Nearly every text is one; others part where two written lines meet,
    which looks the same."""
    lines, begun, length = text.split("\n"), 0, 0
    for at, line in enumerate(lines):
        if length > _SHARE and line and lines[at - 1]:
            yield "\n".join(lines[begun:at])
            begun, length = at, 0
        length += len(line)
    yield "\n".join(lines[begun:])


def _line(text: str, room: float, em: float) -> str:
    """A line; letters and figures in a run too long for `room` may break anywhere."""
    longest = max(int(room / em * 0.95), 1)
    return " + sym.zws + ".join(literal(part) for part in re.split(f"(?<=[!-~]{{{longest}}})", text))


def mm(length: float) -> str:
    """A length in Typst."""
    return f"{length:.2f}mm"
