"""Which texts of a form are printed, and which become the values of fields.

A fillable form has the look of the blank one. A record's texts go into the
fields, so that what is read back is what somebody may have changed; only what
nobody types (computed texts, signatures) is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from ...forms.arrange import blank
from ...forms.blocks import (
    Arranged,
    Block,
    Cell,
    Column,
    Grid,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Table,
    cells,
)
from ...forms.definition import Form
from ...records import kinds
from ..typeset import EM, LINE, PAD, Placed, line_count

POINTS = 72 / 25.4  # in a millimetre
_SMALL = 9.0
_HIGHEST = 130.0  # mm; a longer text is shown smaller, or scrolls in its field
_TOP_AND_BOTTOM = 4.0
_SMALL_EM = _SMALL / POINTS


@dataclass(frozen=True, slots=True)
class Asked:
    """A place to be filled in: the blank cell, the text it has, its list's row from 0."""

    cell: Cell
    text: str
    row: int = -1
    opinion: bool = False
    size: float = EM * POINTS


@dataclass(slots=True)
class Look:
    """The form as it is printed, the same with cells that tell their places, and what is
    asked in these by their keys."""

    printed: Arranged
    placed: Arranged
    asked: dict[str, Asked]


def look(arranged: Arranged, form: Form) -> Look:
    """The blank look of an arranged form, its texts set apart."""
    texts = {cell.path: cell.text for block in arranged.blocks for cell in cells(block)}
    lists = {block.path: block for block in arranged.blocks if isinstance(block, Table)}
    pictures = {block.cell.path: block for block in arranged.blocks if isinstance(block, Picture)}
    empty = blank(form).blocks
    plain, marked = (_Maker(texts, lists, pictures, marked) for marked in (False, True))
    printed = replace(arranged, blocks=tuple(map(plain.block, empty)))
    return Look(printed, replace(printed, blocks=tuple(map(marked.block, empty))), marked.asked)


def is_asked(cell: Cell) -> bool:
    """Whether somebody fills this in: no computed field, no signature, no attachment."""
    if not cell.spec or not cell.spec.stored:
        return False
    # A list printed in one cell is a text.
    return isinstance(cell.spec.kind, kinds.Table) or not isinstance(cell.spec.kind, kinds.Nested)


class _Maker:
    """Goes through a blank form and puts the record's texts where they belong."""

    def __init__(
        self, texts: dict[str, str], lists: dict[str, Table], pictures: dict[str, Picture], marked: bool
    ) -> None:
        self.pictures = pictures
        self.marked = marked
        self.texts = texts
        self.lists = lists
        self.asked: dict[str, Asked] = {}

    def block(self, block: Block) -> Block:
        match block:
            case Grid(rows=rows):
                photo = block.photo and replace(block.photo, text=self.texts[block.photo.path])
                return replace(block, rows=tuple(tuple(map(self.cell, row)) for row in rows), photo=photo)
            case Table():
                return replace(block, rows=tuple(self.rows(block)))
            case Picture(cell=cell):
                return self.pictures[cell.path]
            case Prose(paragraphs=paragraphs):
                return replace(block, paragraphs=tuple(tuple(map(self.piece, each)) for each in paragraphs))
            case Signatures(rows=signs):
                return replace(block, rows=tuple(tuple(map(self.sign, row)) for row in signs))
            case _:
                return block

    def cell(self, cell: Cell) -> Cell:
        text = self.texts[cell.path]
        if not is_asked(cell):
            return replace(cell, text=text)
        needed = 0.0 if cell.options else _needed(text, cell.width - cell.label_width)
        return self.placed(Asked(replace(cell, height=max(cell.height, needed)), text))

    def piece(self, piece: str | Cell) -> str | Cell:
        if isinstance(piece, str) or not is_asked(piece):
            return piece if isinstance(piece, str) else replace(piece, text=self.texts[piece.path])
        return self.placed(Asked(piece, self.texts[piece.path]), "near")

    def sign(self, signed: SignCell) -> SignCell:
        sign = replace(signed.sign, text=self.texts[signed.sign.path])
        if not signed.opinion:
            return replace(signed, sign=sign)
        opinion, text = signed.opinion, self.texts[signed.opinion.path]
        needed = min(EM * LINE + _needed(text, sign.width), _HIGHEST / 3)
        opinion = replace(opinion, height=max(opinion.height, needed))
        return replace(signed, sign=sign, opinion=self.placed(Asked(opinion, text, opinion=True)))

    def rows(self, block: Table) -> Iterator[tuple[Cell, ...]]:
        """The list's rows, and as many empty ones below as a blank form has."""
        given = self.lists[block.path]
        taken = [row for row in given.rows if any(cell.text and not _is_blank(cell) for cell in row)]
        size = _SMALL if block.dense else EM * POINTS
        for at, row in enumerate([*taken, *block.rows]):
            yield tuple(
                self.placed(Asked(_high(cell, full.text, column, block), full.text, at, size=size))
                if is_asked(cell)
                else replace(cell, text=full.text)
                for cell, full, column in zip(block.rows[0], row, block.columns, strict=True)
            )

    def placed(self, asked: Asked, function: str = "at") -> Cell:
        if not self.marked:
            return asked.cell
        key = str(len(self.asked))
        self.asked[key] = asked
        same = {each.name: getattr(asked.cell, each.name) for each in fields(Cell)}
        return Placed(**same, key=key, function=function)


def _needed(text: str, width: float) -> float:
    """The height, in millimetres, at which the text is seen in small print."""
    count = line_count(text, width - 2 * PAD, _SMALL_EM)
    return min(count * _SMALL_EM * LINE + _TOP_AND_BOTTOM, _HIGHEST)


def _high(cell: Cell, text: str, column: Column, block: Table) -> Cell:
    """The blank cell of a list; with empty lines where its row has to be higher, so that the
    text is seen in small print."""
    size = _SMALL if block.dense else EM * POINTS
    em, small = size / POINTS, (size - 1.5) / POINTS
    needed = min(line_count(text, column.width - 2 * PAD, small) * small * LINE, _HIGHEST)
    if cell.text or needed + 1 < block.height:
        return cell
    return replace(cell, text="\n" * int(needed / (em * LINE)))


def _is_blank(cell: Cell) -> bool:
    return cell.spec is not None and cell.text == cell.spec.kind.blank()
