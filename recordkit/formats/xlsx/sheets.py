"""The sheets of anybody's workbook as rows of texts, within bounds.

Only cells that hold something are kept, so a used range of a million empty
rows costs no memory. A value is the text a person sees: dates as `2026-03-05`,
numbers without an exponent, 是 and 否 for true and false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ..opc import Element
from .book import Book, SheetPart, damaged, ends, local, opened, text_of, too_big
from .refs import COLUMNS, ROWS, Area, area, place, ref
from .values import LONGEST, Shape, number_text, unescaped

MOST_CELLS = 300_000
_MOST_COVERED = 2_000_000  # steps of looking below merged cells
_GENERAL = Shape(general=True)
_NOT_COUNTED = "公式还没有算出结果，请用 WPS 或 Excel 打开、保存一次"


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "文字"
    NUMBER = "数字"
    DATE = "日期"
    BOOL = "是否"
    ERROR = "错误值"
    FORMULA = "没有结果的公式"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something: its text, what kind of thing, and where.

    `note` says in Chinese what is doubtful (an error value, a formula without a
    result, digits that Excel lost); `formula` whether the text was computed.
    """

    text: str
    kind: Kind
    row: int
    column: int
    note: str = ""
    formula: bool = False

    @property
    def ref(self) -> str:
        """`B4`."""
        return ref(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: rows from top to bottom, each with its filled cells from left to right.

    Empty rows are left out; `cell.row` and `cell.column` count from 1. Of merged
    cells the first holds the text. `hidden_rows` and `hidden_columns` are what a
    person does not see at present (filtered rows too).
    """

    name: str
    hidden: bool
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def cells(self) -> Iterator[Cell]:
        """All filled cells, row by row."""
        for row in self.rows:
            yield from row


def sheets(data: bytes) -> list[Sheet]:
    """All worksheets of a workbook, the hidden ones too.

    Raises Refused for what is no XLSX, for damage, danger, and more than
    `MOST_CELLS` filled cells.
    """
    return sheets_of(opened(data))


def sheets_of(book: Book) -> list[Sheet]:
    """All worksheets of an opened workbook."""
    left = MOST_CELLS
    found: list[Sheet] = []
    for listed in book.sheets:
        found.append(sheet := _Reader(book, listed, left).sheet())
        left -= sum(map(len, sheet.rows))
    return found


class _Reader:
    """One worksheet being read."""

    def __init__(self, book: Book, listed: SheetPart, room: int) -> None:
        self.book = book
        self.listed = listed
        self.room = room
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merged: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.row = 0

    def sheet(self) -> Sheet:
        """Read the part from its first to its last byte."""
        part = self.listed.part
        for element in ends(part, self.book.parts[part], "row", "col", "mergeCell"):
            match local(element):
                case "row":
                    self.read_row(element)
                case "col":
                    self.read_columns(element)
                case _:
                    self.read_merged(element)
        self.drop_covered()
        rows = tuple(
            tuple(cells[column] for column in sorted(cells))
            for _, cells in sorted(self.rows.items())
            if cells
        )
        about = frozenset(self.hidden_rows), frozenset(self.hidden_columns)
        return Sheet(self.listed.name, self.listed.hidden, rows, tuple(self.merged), *about)

    def read_row(self, element: Element) -> None:
        number = element.get("r")
        self.row = int(number) if number and number.isascii() and number.isdecimal() else self.row + 1
        if not 1 <= self.row <= ROWS:
            raise damaged(f"{self.listed.name} 第{number}行")
        if element.get("hidden") in ("1", "true") and len(element):
            self.hidden_rows.add(self.row)
        column = 0
        for each in element:
            at = place(each.get("r", ""))
            row, column = at or (self.row, column + 1)
            if column > COLUMNS:
                raise damaged(f"{self.listed.name} 第{self.row}行")
            if len(each) and (cell := self.cell(each, row, column)):
                self.keep(cell)

    def keep(self, cell: Cell) -> None:
        self.rows.setdefault(cell.row, {})[cell.column] = cell
        self.room -= 1
        if self.room < 0:
            raise too_big(f"有{MOST_CELLS}个以上写了内容的单元格")

    def read_columns(self, element: Element) -> None:
        low, high = element.get("min", ""), element.get("max", "")
        if element.get("hidden") in ("1", "true") and low.isdecimal() and high.isdecimal():
            self.hidden_columns.update(range(int(low), min(int(high), COLUMNS) + 1))

    def read_merged(self, element: Element) -> None:
        if found := area(element.get("ref", "")):
            self.merged.append(found)

    def drop_covered(self) -> None:
        """What lies below merged cells is seen by nobody."""
        steps, numbers = 0, sorted(self.rows)
        for one in self.merged:
            rows = self._between(numbers, one)
            steps += 1 + sum(len(self.rows[row]) for row in rows)
            if steps > _MOST_COVERED:
                raise too_big("合并的单元格太多")
            for row in rows:
                covered = [column for column in self.rows[row] if one.left <= column <= one.right]
                for column in covered:
                    if (row, column) != one[:2]:
                        del self.rows[row][column]

    @staticmethod
    def _between(numbers: list[int], one: Area) -> list[int]:
        from bisect import bisect_left, bisect_right

        return numbers[bisect_left(numbers, one.top) : bisect_right(numbers, one.bottom)]

    def cell(self, element: Element, row: int, column: int) -> Cell | None:
        """The cell, or None where nothing is in it."""
        raw: str | None = None
        inline, formula = "", False
        for each in element:
            tag = local(each)
            if tag == "v":
                raw = each.text or ""
            elif tag == "is":
                inline = text_of(each)
            elif tag == "f":
                formula = True
        # Others write an empty value beside a formula they cannot compute.
        if formula and not raw and element.get("t") != "str":
            return Cell("", Kind.FORMULA, row, column, _NOT_COUNTED, True)
        text, kind, note = self.value(element.get("t", "n"), raw or "", inline, element.get("s", ""))
        if len(text) > LONGEST:
            raise too_big(f"有一格文字超过{LONGEST}字")
        return Cell(text, kind, row, column, note, formula) if text else None

    def value(self, kind: str, raw: str, inline: str, style: str) -> tuple[str, Kind, str]:
        """Text, kind and doubt of a value as its type says."""
        match kind:
            case "s":
                return self.shared(raw), Kind.TEXT, ""
            case "inlineStr":
                return inline, Kind.TEXT, ""
            case "str":
                return unescaped(raw), Kind.TEXT, ""
            case "b":
                return ("是" if raw.strip() in ("1", "true") else "否") if raw else "", Kind.BOOL, ""
            case "e":
                return unescaped(raw), Kind.ERROR, f"{raw[:20]} 是 Excel 的错误值"
            case "d":
                return _iso(raw), Kind.DATE, ""
        if not raw.strip():
            return "", Kind.NUMBER, ""
        found = number_text(raw.strip(), self.shape(style), self.book.from_1904)
        return found.text, Kind.DATE if found.is_date else Kind.NUMBER, found.note

    def shared(self, raw: str) -> str:
        number = int(raw) if raw.strip().isdecimal() and len(raw) < 10 else -1
        if not 0 <= number < len(self.book.texts):
            raise damaged(f"{self.listed.name} 第{self.row}行")
        return self.book.texts[number]

    def shape(self, style: str) -> Shape:
        number = int(style) if style.isascii() and style.isdecimal() and len(style) < 10 else -1
        return self.book.shapes[number] if 0 <= number < len(self.book.shapes) else _GENERAL


def _iso(raw: str) -> str:
    """`2026-03-05T00:00:00` as it is said elsewhere."""
    day, _, clock = raw.strip().partition("T")
    clock = clock.partition(".")[0].removesuffix("Z").removesuffix(":00")
    return day if clock in ("", "00:00", "00") else f"{day} {clock}"
