"""How a form's texts are fitted to the room the template has for them.

A template is the same for every print; what differs from print to print is
the room to write by hand, and where a line of options ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...forms.blocks import (
    LINE_HEIGHT,
    PAGE_WIDTH,
    ROW_HEIGHT,
    Arranged,
    Cell,
    Grid,
    Signatures,
    cells,
)
from ...records.kinds import BOX, TICKED
from .page import sheet
from .wml import HALF_LETTER, MARGIN, is_long, twips

_GAP = "　"  # between two options
_SHORT_TEXT = 8  # lines; a row of so few is not cut by the end of a page
_LOW = 120.0  # mm; nor is an empty one up to this height


def heights(arranged: Arranged) -> dict[str, int]:
    """Least row heights in twips by field path, where they are higher than a line."""
    return {
        cell.path: twips(cell.height)
        for block in arranged.blocks
        if isinstance(block, Grid)
        for cell in cells(block)
        if cell.height > ROW_HEIGHT
    }


def room_to_write(arranged: Arranged) -> dict[str, str]:
    """Empty lines where an opinion is to be written by hand above its signature."""
    opinions = (
        each.opinion
        for block in arranged.blocks
        if isinstance(block, Signatures)
        for row in block.rows
        for each in row
    )
    return {
        opinion.path: "\n" * round(opinion.height / LINE_HEIGHT)
        for opinion in opinions
        if opinion and not opinion.text
    }


def unbroken_options(arranged: Arranged) -> dict[str, str]:
    """Options by field path, with lines that end between two options and not within one."""
    scale = sheet(arranged.page.landscape)[2] / PAGE_WIDTH
    return {
        cell.path: wrapped(cell.text, _half_letters(cell, scale))
        for block in arranged.blocks
        if isinstance(block, Grid)
        for cell in cells(block)
        if cell.options and cell.text.startswith((BOX, TICKED))
    }


def whole_rows(arranged: Arranged) -> Iterator[str]:
    """A field of each row that might go over pages but holds so little that it should not."""
    scale = sheet(arranged.page.landscape)[2] / PAGE_WIDTH
    for block in arranged.blocks:
        for row in block.rows if isinstance(block, Grid) else ():
            long = [cell for cell in row if is_long(cell)]
            if long and all(cell.height <= _LOW and _is_short(cell, scale) for cell in long):
                yield long[0].path


def _is_short(cell: Cell, scale: float) -> bool:
    """Whether the text takes few lines; a long one is not measured."""
    if cell.text.count("\n") >= _SHORT_TEXT:
        return False
    room = _half_letters(cell, scale)
    return sum(max(1, -(-_width(line) // room)) for line in cell.text.split("\n")) <= _SHORT_TEXT


def wrapped(text: str, room: int) -> str:
    """The text with line ends for the gaps where the next option would not fit."""
    options = text.split(_GAP)
    out, place = [options[0]], _width(options[0])
    for option in options[1:]:
        place += 2 + _width(option)
        if place > room:
            out.append("\n")
            place = _width(option)
        else:
            out.append(_GAP)
        out.append(option)
    return "".join(out)


def _half_letters(cell: Cell, scale: float) -> int:
    """How many half letters stand on a line of the cell, with one to spare."""
    room = twips(cell.width * scale - cell.label_width) - 2 * MARGIN
    return room // HALF_LETTER - 1


def _width(text: str) -> int:
    """The width in half letters: a Han letter has three bytes, a Latin one has one."""
    return (len(text.encode(errors="replace")) + len(text)) // 2
