"""Texts written into a copy of somebody's workbook, its layout untouched.

Only the bytes of the cells themselves change: they are found in the sheet's
XML by their offsets, and everything around them is copied as it stands.
Formulas are never overwritten; what computes from the new values is computed
when the workbook is opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from itertools import groupby
from xml.parsers import expat

from ...errors import Conflict, NotFound, Refused, UsageProblem
from ...records.text import clean
from ..package import write_parts
from .book import Book, SheetPart, damaged, opened
from .refs import Area, area, place, ref
from .values import LONGEST, Shape, escaped, serial

# A number that nobody means as a number of a telephone, a document or a house.
_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", re.ASCII)
_LONG = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", re.ASCII)
_CALC = re.compile(rb"<((?:\w+:)?)calcPr\b([^>]*?)/?>")
_SPANS = re.compile(rb"\sspans=(?:\"[^\"]*\"|'[^']*')")
_DIMENSION = re.compile(rb"(<(?:\w+:)?dimension\b[^>]*?\bref=)(\"[^\"]*\"|'[^']*')")
_GENERAL = Shape(general=True)

Place = tuple[int, int]


def patched(data: bytes, cells: Mapping[tuple[str, str], str]) -> bytes:
    """The workbook with these texts in its cells, named by sheet and place (`B4`).

    A cell keeps its style. A text becomes a number or a date where it is one and
    the cell is not made for text; '' empties the cell. Of merged cells the first is
    written. Raises NotFound for an unknown sheet, UsageProblem for a place that is
    none, Conflict for a cell that holds a formula or is asked for twice, and
    Refused for what `sheets` refuses.
    """
    book = opened(data)
    parts = dict(book.parts)
    by_name = {each.name: each for each in book.sheets}
    for name, wanted in groupby(sorted(cells), key=lambda where: where[0]):
        if name not in by_name:
            raise NotFound(f"工作簿里没有“{name}”这张工作表", f"现有：{'、'.join(by_name)}")
        texts = {_place(name, at): cells[name, at] for _, at in wanted}
        parts[by_name[name].part] = _Patch(book, by_name[name], texts).made()
    if any(re.search(rb"<(\w+:)?f[\s>/]", parts[each.part]) for each in book.sheets):
        parts[book.part] = _counted_anew(parts[book.part])
    return write_parts(parts)


def _place(sheet: str, at: str) -> Place:
    found = place(at)
    if found is None:
        raise UsageProblem(f"“{sheet}”的“{at}”不是单元格的位置", "请写成 B4 这样")
    return found


def _counted_anew(workbook: bytes) -> bytes:
    """Ask the office program to compute every formula when it opens the file."""
    if found := _CALC.search(workbook):
        kept = re.sub(rb"\s+fullCalcOnLoad=(\"[^\"]*\"|'[^']*')", b"", found[2])
        new = (
            b"<"
            + found[1]
            + b"calcPr"
            + kept
            + b' fullCalcOnLoad="1"'
            + found[0][found.end(2) - found.start() :]
        )
        return workbook[: found.start()] + new + workbook[found.end() :]
    after = re.search(rb"</((?:\w+:)?)definedNames>", workbook) or re.search(
        rb"</((?:\w+:)?)sheets>", workbook
    )
    if not after:
        return workbook
    return (
        workbook[: after.end()] + b"<" + after[1] + b'calcPr fullCalcOnLoad="1"/>' + workbook[after.end() :]
    )


@dataclass(slots=True)
class _Cell:
    """A cell as it stands in the XML: its bytes, style, whether it computes."""

    column: int
    start: int
    style: str
    formula: bool = False
    end: int = 0


@dataclass(slots=True)
class _Row:
    """A row as it stands: its bytes, the end of its opening tag, its cells."""

    number: int
    start: int
    style: str
    inside: int = 0
    close: int = 0
    end: int = 0
    cells: dict[int, _Cell] = field(default_factory=dict)


class _Map:
    """Where in a sheet's bytes the rows and cells asked for stand."""

    def __init__(self, name: str, data: bytes, rows: Iterable[int]) -> None:
        self.data = data
        self.wanted = frozenset(rows)
        self.prefix = ""
        self.rows: dict[int, _Row] = {}
        self.next: dict[int, int] = {}  # rows that are not there → where they would stand
        self.columns: list[tuple[int, int, str]] = []
        self.merged: list[Area] = []
        self.computed: list[Area] = []
        self.sheet_data = (0, 0, 0)
        self._number = 0
        self._column = 0
        self._row: _Row | None = None
        self._cell: _Cell | None = None
        self._missing = sorted(self.wanted, reverse=True)
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self.started
        self._parser.EndElementHandler = self.ended
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise damaged(name) from error

    def started(self, tag: str, about: dict[str, str]) -> None:
        handler = getattr(self, f"start_{tag.rpartition(':')[2]}", None)
        if handler:
            handler(self._parser.CurrentByteIndex, about, tag)

    def ended(self, tag: str) -> None:
        handler = getattr(self, f"end_{tag.rpartition(':')[2]}", None)
        if handler:
            handler(self._parser.CurrentByteIndex)

    def start_sheetData(self, at: int, about: dict[str, str], tag: str) -> None:
        self.prefix = tag.removesuffix("sheetData")
        self.sheet_data = (at, self.tag_end(at), 0)

    def end_sheetData(self, at: int) -> None:
        start, inside, _ = self.sheet_data
        closed = self.closed(inside)
        self.sheet_data = (start, inside, inside if closed else at)
        for number in self._missing:
            self.next[number] = self.sheet_data[2]

    def start_row(self, at: int, about: dict[str, str], tag: str) -> None:
        number = about.get("r", "")
        self._number = int(number) if number.isdecimal() else self._number + 1
        self._column = 0
        while self._missing and self._missing[-1] < self._number:
            self.next[self._missing.pop()] = at
        if self._missing and self._missing[-1] == self._number:
            self._missing.pop()
            style = about.get("s", "") if about.get("customFormat") in ("1", "true") else ""
            self._row = self.rows[self._number] = _Row(self._number, at, style, self.tag_end(at))

    def end_row(self, at: int) -> None:
        if row := self._row:
            closed = self.closed(row.inside)
            row.close, row.end = (row.inside, row.inside) if closed else (at, self.tag_end(at))
            self._row = None

    def start_c(self, at: int, about: dict[str, str], tag: str) -> None:
        found = place(about.get("r", ""))
        self._column = found[1] if found else self._column + 1
        self._cell = _Cell(self._column, at, about.get("s", ""))
        if self._row is not None:
            self._row.cells[self._column] = self._cell

    def end_c(self, at: int) -> None:
        if cell := self._cell:
            inside = self.tag_end(cell.start) if self._row is not None else 0
            cell.end = inside if self._row is None or self.closed(inside) else self.tag_end(at)
            self._cell = None

    def start_f(self, at: int, about: dict[str, str], tag: str) -> None:
        if self._cell is None:
            return
        self._cell.formula = True
        if about.get("t") in ("array", "dataTable") and (found := area(about.get("ref", ""))):
            self.computed.append(found)

    def start_col(self, at: int, about: dict[str, str], tag: str) -> None:
        low, high = about.get("min", ""), about.get("max", "")
        if low.isdecimal() and high.isdecimal() and about.get("style"):
            self.columns.append((int(low), int(high), about["style"]))

    def start_mergeCell(self, at: int, about: dict[str, str], tag: str) -> None:
        if found := area(about.get("ref", "")):
            self.merged.append(found)

    def tag_end(self, start: int) -> int:
        """The byte behind the tag that begins there; a > may stand in an attribute."""
        quote, at = 0, start
        while True:
            at += 1
            byte = self.data[at]
            if quote:
                quote = 0 if byte == quote else quote
            elif byte in b"\"'":
                quote = byte
            elif byte == 0x3E:
                return at + 1

    def closed(self, inside: int) -> bool:
        """Whether the tag that ends there has no content, `<c/>`."""
        return self.data[inside - 2] == 0x2F


class _Patch:
    """The new bytes of one sheet."""

    def __init__(self, book: Book, listed: SheetPart, texts: Mapping[Place, str]) -> None:
        self.book = book
        self.name = listed.name
        self.data = book.parts[listed.part].removeprefix(b"\xef\xbb\xbf")
        self.map = _Map(listed.name, self.data, {row for row, _ in texts})
        moved = self._uncovered(texts)
        if {row for row, _ in moved} - self.map.wanted:
            self.map = _Map(listed.name, self.data, {row for row, _ in moved})
        self.texts = moved

    def _uncovered(self, texts: Mapping[Place, str]) -> dict[Place, str]:
        """Each text at the first of merged cells, no cell twice."""
        found: dict[Place, str] = {}
        for at, text in texts.items():
            first = next(((one.top, one.left) for one in self.map.merged if one.holds(at)), at)
            if first in found:
                raise Conflict(
                    f"“{self.name}”的 {ref(*first)} 要写两次，没有写", "它是合并的单元格，请核对对应的位置"
                )
            found[first] = text
        return found

    def made(self) -> bytes:
        """Copy what stands between the changes."""
        edits = sorted(self.edits(), key=lambda edit: edit[:2])
        pieces: list[bytes] = []
        end = 0
        for start, stop, new in edits:
            pieces += (self.data[end:start], new)
            end = stop
        pieces.append(self.data[end:])
        return b"".join(pieces)

    def edits(self) -> Iterator[tuple[int, int, bytes]]:
        """Start, end and new bytes of each change."""
        new_rows: dict[int, list[bytes]] = {}
        for number, places in groupby(sorted(self.texts), key=lambda at: at[0]):
            columns = [column for _, column in places]
            if row := self.map.rows.get(number):
                yield from self.row_edits(row, columns)
            elif made := self.cells(number, columns, ""):
                tag = f"{self.map.prefix}row".encode()
                new = b'<%s r="%d">%s</%s>' % (tag, number, made, tag)
                new_rows.setdefault(self.map.next[number], []).append(new)
        yield from self.new_row_edits(new_rows)
        yield from self.dimension_edit()

    def new_row_edits(self, new_rows: Mapping[int, Sequence[bytes]]) -> Iterator[tuple[int, int, bytes]]:
        start, inside, _ = self.map.sheet_data
        for at, made in new_rows.items():
            if at == inside and self.map.closed(inside):
                tag = f"{self.map.prefix}sheetData".encode()
                yield start, inside, b"<%s>%s</%s>" % (tag, b"".join(made), tag)
            else:
                yield at, at, b"".join(made)

    def row_edits(self, row: _Row, columns: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
        added: dict[int, list[int]] = {}
        for column in columns:
            if cell := row.cells.get(column):
                yield cell.start, cell.end, self.changed(row.number, cell)
            else:
                behind = (each.start for each in row.cells.values() if each.column > column)
                added.setdefault(min(behind, default=row.close), []).append(column)
        made = {at: self.cells(row.number, new, row.style) for at, new in added.items()}
        yield from self.opening_edit(row, made)

    def opening_edit(self, row: _Row, made: dict[int, bytes]) -> Iterator[tuple[int, int, bytes]]:
        """New cells, and an opening tag that does not say how wide the row was."""
        if not any(made.values()):
            return
        opening = _SPANS.sub(b"", self.data[row.start : row.inside], count=1)
        if self.map.closed(row.inside):
            tag = f"{self.map.prefix}row".encode()
            yield row.start, row.inside, b"%s>%s</%s>" % (opening[:-2].rstrip(), b"".join(made.values()), tag)
            return
        yield row.start, row.inside, opening
        for at, new in made.items():
            yield at, at, new

    def changed(self, number: int, cell: _Cell) -> bytes:
        if cell.formula:
            raise self.computes(number, cell.column)
        return self.cell(number, cell.column, cell.style) or b""

    def cells(self, number: int, columns: Sequence[int], row_style: str) -> bytes:
        """Cells that were not there, in the style of their row or column."""
        made = ((column, self.texts[number, column]) for column in columns)
        return b"".join(
            self.cell(number, column, row_style or self.column_style(column)) for column, text in made if text
        )

    def column_style(self, column: int) -> str:
        return next((style for low, high, style in self.map.columns if low <= column <= high), "")

    def computes(self, row: int, column: int) -> Conflict:
        return Conflict(
            f"“{self.name}”的 {ref(row, column)} 是公式，没有改动", "公式会自己算；请不要把内容对应到这一格"
        )

    def cell(self, row: int, column: int, style: str) -> bytes:
        if any(one.holds((row, column)) for one in self.map.computed):
            raise self.computes(row, column)
        tag, about = f"{self.map.prefix}c", f' r="{ref(row, column)}"' + (f' s="{style}"' if style else "")
        text = clean(self.texts[row, column])[0]
        if len(text.encode("utf-16-le")) > 2 * LONGEST:
            raise Refused(f"“{self.name}”的 {ref(row, column)} 要写{len(text)}字，Excel 一格最多{LONGEST}字")
        if not text:
            return f"<{tag}{about}/>".encode()
        if number := self.number(text, style):
            inner = f"<{self.map.prefix}v>{number}</{self.map.prefix}v>"
            return f"<{tag}{about}>{inner}</{tag}>".encode()
        p, said = self.map.prefix, escape(escaped(text), quote=False)
        inner = f'<{p}is><{p}t xml:space="preserve">{said}</{p}t></{p}is>'
        return f'<{tag}{about} t="inlineStr">{inner}</{tag}>'.encode()

    def number(self, text: str, style: str) -> str:
        """The number to be stored, '' where the text stays text."""
        known = style.isdecimal() and int(style) < len(self.book.shapes)
        shape = self.book.shapes[int(style)] if known else _GENERAL
        if shape.text:
            return ""
        if shape.is_date:
            return self.day(text) if shape.day or shape.year else ""
        if shape.percent or shape.digits:
            return ""
        return text if (_PLAIN if shape.general else _LONG).fullmatch(text) else ""

    def day(self, text: str) -> str:
        try:
            number = serial(date.fromisoformat(text), self.book.from_1904)
        except ValueError:
            return ""
        return str(number) if number is not None else ""

    def dimension_edit(self) -> Iterator[tuple[int, int, bytes]]:
        """Readers that trust the used range have to see the new cells."""
        found = _DIMENSION.search(self.data, 0, self.map.sheet_data[0])
        known = area(found[2][1:-1].decode("ascii", "replace")) if found else None
        if not found or known is None or all(map(known.holds, self.texts)):
            return
        rows = [row for row, _ in self.texts]
        columns = [column for _, column in self.texts]
        first = ref(min(known.top, *rows), min(known.left, *columns))
        last = ref(max(known.bottom, *rows), max(known.right, *columns))
        yield found.start(2), found.end(2), f'"{first}:{last}"'.encode()
