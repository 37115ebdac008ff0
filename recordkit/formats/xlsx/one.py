"""One record as a sheet that prints like the form: the blocks on a raster of narrow columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor
from typing import Any

from ...forms import Arranged, Form, balanced, spread
from ...forms.blocks import (
    BAND_WIDTH,
    PAGE_WIDTH,
    PHOTO_WIDTH,
    ROW_HEIGHT,
    Block,
    Break,
    Cell,
    Grid,
    Note,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Slip,
    Table,
)
from ...records import kinds
from ...records.kinds import BOX, TICKED, boxes
from ...records.text import width
from . import pages
from .columns import LISTS, leaves
from .looks import NAME, Workbook, plain, prompt
from .refs import letters

COLUMNS = 40  # of 4 mm, 15 pixels
_STEP = PAGE_WIDTH / COLUMNS
_PIXELS = 15
_HALF_LETTER = 1.9  # mm, in print of 10.5 pt, with a little to spare
_LINE = 14.5  # pt
_MM = 2.835  # pt
_TALL, _PART = 200.0, 72.0  # pt; what is taller is made of parts, so that a page may end within it
_SIGN_LABEL = 22.0
_BETWEEN = re.compile(f"　(?=[{BOX}{TICKED}])")
_NOTE_WIDTH = 2 * 47  # half letters of 9 pt on a line


@dataclass(frozen=True, slots=True)
class Piece:
    """A box of a ruled line, from one column to another; `cell` and `name` where a value stands."""

    left: int
    right: int
    text: str
    look: str
    cell: Cell | None = None
    name: str = ""


def one(arranged: Arranged, form: Form, stamp: Mapping[str, str]) -> bytes:
    """The arranged form, blank or filled in, as a sheet; `stamp` goes into its properties.

    Equal content gives equal bytes.
    """
    return _One(arranged, form, stamp).made()


def place_name(path: str, row: int = -1) -> str:
    """The defined name of a field's place: `_rk_phone`, `_rk_needs__due.3`."""
    return NAME + path.replace(".", "__") + (f".{row}" if row >= 0 else "")


def _column(place: float) -> int:
    return floor(place / _STEP + 0.5)


class _One:
    """One sheet being written."""

    def __init__(self, arranged: Arranged, form: Form, stamp: Mapping[str, str]) -> None:
        self.page = arranged.page
        self.blocks = arranged.blocks
        self.file = Workbook(stamp, form.title)
        self.name = leaves(form)[0].name
        self.sheet, self.row = self.file.sheet(self.name), 0
        self.breaks: list[int] = []
        self.heights: list[float] = []
        self.titles: set[int] = set()
        self.named: set[str] = set()
        self.lists: list[tuple[str, ...]] = []

    def made(self) -> bytes:
        self.sheet.set_column_pixels(0, COLUMNS - 1, _PIXELS)
        self.title()
        for block in self.blocks:
            self.block(block)
        self.paper()
        self.write_lists()
        return self.file.made()

    def paper(self) -> None:
        page, sheet = self.page, self.sheet
        sheet.set_paper(9)
        room = pages.LANDSCAPE if page.landscape else pages.UPRIGHT
        if page.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.98, right=0.98, top=0.85, bottom=0.8)
        sheet.print_area(0, 0, max(self.row - 1, 0), COLUMNS - 1)
        sheet.fit_to_pages(1, 0)
        sheet.set_h_pagebreaks(pages.ends(self.heights, self.titles, self.breaks, room))
        head = " ".join(filter(None, (page.number, page.state)))
        sheet.set_header(f"&L{plain(page.station)}&R{plain(head)}")
        sheet.set_footer(f"&L{plain(f'{page.code} {page.title}')}&C第&P页 共&N页&R{plain(page.mark)}")
        sheet.hide_gridlines(2)
        sheet.protect(
            "", {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True}
        )

    def title(self) -> None:
        size = min(22.0, PAGE_WIDTH * _MM / max(len(self.page.title), 1) - 0.5)
        look = self.file.format(bold=True, align="center", font_size=round(size, 1), text_wrap=True)
        self.merge(0, 0, 1, COLUMNS, self.page.title, look)
        self.next(40)

    # --- blocks ---

    def block(self, block: Block) -> None:
        match block:
            case Grid():
                self.heading(block.title)
                self.grid(block)
            case Table():
                self.heading(block.title)
                self.table(block)
            case Prose():
                self.heading(block.title)
                self.prose(block)
            case Picture():
                self.heading(block.title)
                self.picture(block)
            case Signatures(rows=rows):
                for row in rows:
                    self.signatures(row)
            case Note(text=text):
                self.plain(text, 9, _NOTE_WIDTH)
            case Slip(title=title):
                self.slip(title)
            case Break():
                self.breaks.append(self.row)

    def heading(self, title: str) -> None:
        if title:
            look = self.file.format(bold=True, font_name="黑体", font_size=12)
            self.merge(self.row, 0, self.row + 1, COLUMNS, title, look)
            self.titles.add(self.row)
            self.next(25)

    def plain(self, text: str, size: float, room: int) -> None:
        """Text without rules over the whole width."""
        look = self.file.format(text_wrap=True, valign="top", font_size=size)
        self.merge(self.row, 0, self.row + 1, COLUMNS, text, look)
        lines = sum(max(1, ceil(width(line) / room)) for line in text.split("\n"))
        self.next(min(lines * (size + 4) + 4, 409))

    def slip(self, title: str) -> None:
        look = self.file.format(bold=True, align="center", font_size=14, top=3)
        self.next(12)
        self.merge(self.row, 0, self.row + 1, COLUMNS, title, look)
        self.titles.add(self.row)
        self.next(30)

    def next(self, height: float) -> None:
        """To the next row; this one is so high."""
        self.sheet.set_row(self.row, height)
        self.heights.append(height)
        self.row += 1

    def grid(self, grid: Grid) -> None:
        top = self.row
        photo_end = top
        start = BAND_WIDTH if grid.band else 0.0
        for index, row in enumerate(grid.rows):
            self.line(list(_grid_pieces(row, start)), max((cell.height for cell in row), default=ROW_HEIGHT))
            photo_end = self.row if index < grid.photo_rows else photo_end
        if grid.band:
            look = self.look("label", 0, _column(BAND_WIDTH))
            self.merge(top, 0, self.row, _column(BAND_WIDTH), "\n".join(grid.band), look)
        if grid.photo:
            left = COLUMNS - _column(PHOTO_WIDTH)
            self.merge(top, left, photo_end, COLUMNS, grid.photo.label, self.look("label", left, COLUMNS))

    def table(self, table: Table) -> None:
        cuts = _cuts([column.width for column in table.columns])
        look = "small" if table.dense else "value"
        heads = [
            Piece(
                left, right, _head(column.label, right - left, table.dense), f"{'small ' * table.dense}head"
            )
            for column, (left, right) in zip(table.columns, pairwise(cuts), strict=True)
        ]
        self.titles.add(self.row)
        self.line(heads, ROW_HEIGHT)
        for number, row in enumerate(table.rows):
            pieces = [
                Piece(left, right, cell.text, look, cell, place_name(cell.path, number))
                for cell, (left, right) in zip(row, pairwise(cuts), strict=True)
            ]
            self.line(pieces, table.height)

    def prose(self, prose: Prose) -> None:
        for paragraph in prose.paragraphs:
            said = "".join(piece if isinstance(piece, str) else piece.text for piece in paragraph)
            self.plain(said, 10.5, 84)
            for cell in paragraph:
                if isinstance(cell, Cell) and cell.spec and cell.spec.stored:
                    self.line(list(_grid_pieces((cell,), 0, 26.0)), ROW_HEIGHT)

    def picture(self, picture: Picture) -> None:
        title = picture.cell.text
        self.line([Piece(0, COLUMNS, f"{picture.caption}{title}", "frame")], picture.cell.height)

    def signatures(self, row: Sequence[SignCell]) -> None:
        """Opinions above, then the room for pen or seal with its date."""
        cuts = _cuts([PAGE_WIDTH / len(row)] * len(row))
        shares = list(zip(row, pairwise(cuts), strict=True))
        if any(sign.opinion for sign in row):
            pieces = [piece for sign, cut in shares for piece in _opinion_pieces(sign, *cut)]
            self.line(pieces, max(sign.opinion.height for sign in row if sign.opinion))
        pieces = [piece for sign, cut in shares for piece in _sign_pieces(sign, *cut)]
        self.line(pieces, max(sign.sign.height for sign in row))

    # --- lines and cells ---

    def line(self, pieces: Sequence[Piece], least: float) -> None:
        """A ruled line as high as its longest text; a tall one takes several rows."""
        pieces = [replace(piece, text=_unbroken(piece)) for piece in pieces]
        height = max([least * _MM, *(_height(piece) for piece in pieces)])
        parts = ceil(height / _PART) if height > _TALL else 1
        for piece in pieces:
            look = self.look(piece.look, piece.left, piece.right, piece.cell)
            self.merge(self.row, piece.left, self.row + parts, piece.right, piece.text, look)
            if piece.cell and piece.name:
                self.mark(piece, self.row + parts)
        for _ in range(parts):
            self.next(round(height / parts, 1))

    def mark(self, piece: Piece, end: int) -> None:
        """Give a value's place its name, and say what may stand there."""
        from xlsxwriter.utility import xl_range_abs

        assert piece.cell, piece
        if piece.name in self.named or piece.cell.spec is None:
            return
        self.named.add(piece.name)
        place = xl_range_abs(self.row, piece.left, end - 1, piece.right - 1)
        sheet = self.name.replace("'", "''")
        self.file.book.define_name(piece.name, f"='{sheet}'!{place}")
        rule = {**prompt(piece.cell.spec, piece.cell.label), **self.choices(piece), "show_error": False}
        if piece.cell.spec.stored:
            self.sheet.data_validation(self.row, piece.left, end - 1, piece.right - 1, rule)

    def choices(self, piece: Piece) -> dict[str, Any]:
        """A list to choose from: whole printed lines where they fit, else the options."""
        cell = piece.cell
        assert cell
        assert cell.spec, piece
        kind, options = cell.spec.kind, cell.options
        if isinstance(kind, kinds.Multi):
            return {"validate": "any", "input_message": "把选中的 □ 改成 ☑（或 √），可选多项。"}
        if not isinstance(kind, kinds.Choice | kinds.YesNo):
            return {"validate": "any"}
        listed = tuple(options)
        if BOX in cell.text or TICKED in cell.text:
            lines = tuple(boxes(options, [option] if option else []) for option in ("", *options))
            listed = lines if width(lines[0]) <= _room(piece) else listed
        return {"validate": "list", "source": self.listed(listed)}

    def listed(self, options: tuple[str, ...]) -> str:
        if options not in self.lists:
            self.lists.append(options)
        column = letters(self.lists.index(options) + 1)
        return f"={LISTS}!${column}$1:${column}${len(options)}"

    def write_lists(self) -> None:
        if self.lists:
            sheet = self.file.sheet(LISTS)
            sheet.hide()
            for column, options in enumerate(self.lists):
                sheet.write_column(0, column, options, self.file.format(num_format="@"))

    def merge(self, top: int, left: int, bottom: int, right: int, text: str, look: Any) -> None:
        """One box of cells, ends excluded, with its text in the first."""
        if (bottom - top) * (right - left) > 1:
            self.sheet.merge_range(top, left, bottom - 1, right - 1, "", look)
        if text:
            self.sheet.write_string(top, left, text, look)
        else:
            self.sheet.write_blank(top, left, None, look)

    def look(self, name: str, left: int, right: int, cell: Cell | None = None) -> Any:
        """The format of a box: ruled, heavier at the edge of the form."""
        about = dict(_LOOKS[name])
        if cell and cell.spec:
            about |= _VALUE if cell.spec.stored else {}
            about |= _kind_look(cell.spec.kind, name)
        edges = {"left": 2 if left == 0 else 1, "right": 2 if right == COLUMNS else 1}
        return self.file.format(text_wrap=True, top=1, bottom=1, **edges, **about)


_VALUE = {"locked": False, "num_format": "@"}
_LOOKS: dict[str, dict[str, Any]] = {
    "label": {"align": "center", "font_name": "黑体", "font_size": 10},
    "head": {"align": "center", "font_name": "黑体", "font_size": 10, "bg_color": "#F2F2F2"},
    "small head": {"align": "center", "font_name": "黑体", "font_size": 9, "bg_color": "#F2F2F2"},
    "value": {"align": "left"},
    "small": {"align": "left", "font_size": 9},
    "sign": {"align": "right", "valign": "bottom"},
    "frame": {"align": "center", "valign": "bottom", "font_size": 9},
}


def _kind_look(kind: kinds.Kind, look: str) -> dict[str, Any]:
    return {"valign": "top"} if isinstance(kind, kinds.Long) and look == "value" else {}


def _grid_pieces(row: Sequence[Cell], start: float, label_width: float = 0.0) -> Iterator[Piece]:
    """Label and value of each cell of a grid's row."""
    place = start
    for cell in row:
        left, right = _column(place), _column(place + cell.width)
        middle = max(_column(place + (label_width or cell.label_width)), left + 1)
        yield Piece(left, middle, _label(cell.label, middle - left), "label")
        yield Piece(middle, right, cell.text, "value", cell, place_name(cell.path))
        place += cell.width


def _opinion_pieces(sign: SignCell, left: int, right: int) -> Iterator[Piece]:
    if sign.opinion is None:
        yield Piece(left, right, "", "label")
        return
    middle = left + _column(_SIGN_LABEL)
    yield Piece(left, middle, _label(sign.opinion.label, middle - left), "label")
    yield Piece(middle, right, sign.opinion.text, "value", sign.opinion, place_name(sign.opinion.path))


def _sign_pieces(sign: SignCell, left: int, right: int) -> Iterator[Piece]:
    middle = left + _column(_SIGN_LABEL)
    label = sign.caption.removesuffix("：")
    text = sign.sign.text
    if width(text) * _HALF_LETTER > (right - middle) * _STEP - 2:
        text = text.replace("　　", "　")
    yield Piece(left, middle, _label(label, middle - left), "label")
    yield Piece(middle, right, text, "sign", sign.sign, place_name(sign.sign.path))


def _cuts(widths: Sequence[float]) -> list[int]:
    """The columns where boxes of these widths meet, none of them without a column."""
    total, place, cuts = sum(widths), 0.0, [0]
    for index, each in enumerate(widths, 1):
        place += each * PAGE_WIDTH / total
        cuts.append(min(max(_column(place), cuts[-1] + 1), COLUMNS - (len(widths) - index)))
    cuts[-1] = COLUMNS
    return cuts


def _label(label: str, columns: int) -> str:
    """The label broken where it reads well."""
    return "\n".join(balanced(spread(label), max(int((columns * _STEP - 1) / (_HALF_LETTER * 0.95)), 2)))


def _head(label: str, columns: int, dense: bool) -> str:
    """The head of a column, in lists of many in smaller print and drawn apart only with room."""
    room = int((columns * _STEP - 1) / (_HALF_LETTER * (0.82 if dense else 0.95)))
    return "\n".join(balanced(spread(label) if room > 6 else label, max(room, 2)))


def _room(piece: Piece) -> int:
    """Half letters on a line of the box."""
    return max(int(((piece.right - piece.left) * _STEP - 2) / _HALF_LETTER), 2)


def _unbroken(piece: Piece) -> str:
    """The text with line ends between options, so that no box stands away from its option."""
    if not piece.cell or not piece.cell.options or width(piece.text) <= _room(piece):
        return piece.text
    lines = [""]
    for option in _BETWEEN.split(piece.text):
        longer = f"{lines[-1]}　{option}" if lines[-1] else option
        if width(longer) <= _room(piece) or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(option)
    return "\n".join(lines)


def _height(piece: Piece) -> float:
    lines = sum(max(1, ceil(width(line) / _room(piece))) for line in piece.text.split("\n"))
    return lines * _LINE + 6
