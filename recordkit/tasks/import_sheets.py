"""A list's file as sheets of cells: Excel workbooks, and CSV in whatever encoding."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Refused, UsageProblem
from ..records import repair
from .handed_in import read_whole

if TYPE_CHECKING:
    from ..formats.xlsx import sheets as xlsx

MAX_ROWS = 20_000
MAX_COLUMNS = 500
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")
_SEPARATORS = ",\t;"
_MOST_MERGED, _MOST_SPREAD = 5_000, 100  # merged cells of a list span a family, not a sheet


class Cell(NamedTuple):
    """A cell as a person sees it; `error` says why what stands in it cannot be trusted
    (a formula that was never computed, digits lost), `spread` that it is a part of
    merged cells whose text stands in a row above."""

    text: str
    error: str = ""
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number in the sheet, from 1."""

    number: int
    cells: Sequence[Cell]
    hidden: bool = False

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; an empty one beyond the last."""
        return self.cells[column] if column < len(self.cells) else Cell("")

    def texts(self) -> list[str]:
        """What stands in the row itself, without what is empty."""
        return [text for cell in self.cells if not cell.spread and (text := cell.text.strip())]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its rows that hold anything, in order."""

    name: str
    rows: Sequence[Row]
    hidden: bool = False
    hidden_columns: frozenset[int] = field(default_factory=frozenset)


def sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook, or the one of a CSV file.

    Raises Refused for what is no list (damaged, encrypted, far too large) and
    UsageProblem for a text whose encoding nobody knows.
    """
    data = read_whole(path)
    if not data.strip():
        raise UsageProblem(f"{path} 是空文件")
    found = _workbook(data) if data.startswith(_WORKBOOKS) else [_text(data, path)]
    for sheet in found:
        if len(sheet.rows) > MAX_ROWS:
            raise Refused(f"“{sheet.name}”有 {len(sheet.rows)} 行，最多 {MAX_ROWS} 行", "分成几张名单导入")
    return found


def letter(column: int) -> str:
    """The letter of a column counted from 0: A … Z, AA …"""
    head, last = divmod(column, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + last)


def _text(data: bytes, path: Path) -> Sheet:
    text = repair.decoded(data, lambda *_: None)
    if text is None:
        raise UsageProblem(f"{path} 的编码无法识别", "在 Excel 里另存为 .xlsx 或“CSV UTF-8”")
    if text.lstrip()[:1] == "<" or "\0" in text:
        raise Refused(f"{path} 不是 Excel 工作簿，也不是 CSV", "在 Excel 或 WPS 里打开，另存为 .xlsx")
    rows = list(_rows(text, path))
    return Sheet(path.stem, rows)


def _rows(text: str, path: Path) -> Iterator[Row]:
    head = Counter(text[:20_000])
    separator = max(_SEPARATORS, key=lambda sign: head[sign])
    separator = separator if head[separator] else "，"
    try:
        for number, texts in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            if any(text.strip() for text in texts[:MAX_COLUMNS]):
                yield Row(number, [Cell(text) for text in texts[:MAX_COLUMNS]])
            if number > MAX_ROWS * 5:
                raise Refused(f"{path} 有 {number} 行以上，不像一张名单", "分成几张名单导入")
    except csv.Error:
        raise UsageProblem(
            f"{path} 读不懂：引号不成对，或一格里文字太长", "在 Excel 里另存为 .xlsx"
        ) from None


def _workbook(data: bytes) -> list[Sheet]:
    from ..formats.xlsx import sheets as xlsx

    return [_taken(sheet) for sheet in xlsx.sheets(data)]


def _taken(sheet: xlsx.Sheet) -> Sheet:
    rows = {cells[0].row: _dense(cells) for cells in sheet.rows if cells[0].column <= MAX_COLUMNS}
    for area in sheet.merged[:_MOST_MERGED]:
        first = rows.get(area.top, [])
        if area.left <= len(first) and (text := first[area.left - 1].text):
            for number in range(area.top + 1, min(area.bottom, area.top + _MOST_SPREAD) + 1):
                _spread(rows.get(number), area.left - 1, text)
    hidden = frozenset(column - 1 for column in sheet.hidden_columns)
    found = [Row(number, cells, number in sheet.hidden_rows) for number, cells in sorted(rows.items())]
    return Sheet(sheet.name, found, sheet.hidden, hidden)


def _dense(cells: Sequence[xlsx.Cell]) -> list[Cell]:
    """The cells from column A on, empty ones too."""
    row: list[Cell] = []
    for cell in cells:
        if cell.column <= MAX_COLUMNS:
            row += [Cell("")] * (cell.column - 1 - len(row))
            row.append(Cell(cell.text, cell.note))
    return row


def _spread(row: list[Cell] | None, column: int, text: str) -> None:
    """What stands in merged cells is said of every row they cover."""
    if row is not None:
        row += [Cell("")] * (column + 1 - len(row))
        row[column] = Cell(text, spread=True)
