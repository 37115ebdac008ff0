"""Somebody else's table, Word or Excel, opened to be filled: its cells as boxes, texts put into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import Refused, UsageProblem
from ..forms.foreign import Box, Grid, List
from .handed_in import read_whole

if TYPE_CHECKING:
    from ..formats.xlsx.sheets import Sheet

_MOST_ROWS, _MOST_COLUMNS = 3_000, 100  # of a sheet that is looked at for labels
_MOST_COVERED = 600_000  # cells under merged ones


class Table(Protocol):
    """A foreign file while it is filled in."""

    grids: list[Grid]

    def put(self, box: Box, start: int, end: int, text: str) -> None:
        """Write over a part of a box's text."""

    def rows(self, found: List, count: int) -> list[Mapping[int, Box]]:
        """As many rows of a list as asked for, each with its boxes by column."""

    def data(self) -> bytes:
        """The filled file."""


def opened(path: Path, rows: int) -> Table:
    """The table in the file, with room for so many rows below what stands there."""
    suffix, data = path.suffix.lower(), read_whole(path)
    try:
        if suffix == ".docx":
            return WordTable(data)
        if suffix == ".xlsx":
            return ExcelTable(data, rows)
    except Refused as problem:
        raise Refused(f"{path.name}：{problem.message}", problem.hint) from None
    hint = "旧格式（.doc、.xls、.et、.wps）请先在 WPS 里另存为 .docx 或 .xlsx"
    raise UsageProblem(f"{path.name} 不是 Word（.docx）或 Excel（.xlsx）文件", hint)


class WordTable:
    """Tables and lines of a Word document."""

    def __init__(self, data: bytes) -> None:
        from ..formats.docx import patch

        self.patch = patch
        self.document = patch.Document(data)
        self.grids = [*self.document.grids(), *(Grid([line]) for line in self.document.lines())]

    def put(self, box: Box, start: int, end: int, text: str) -> None:
        """Write in the letters that stand there."""
        self.patch.write(box, start, end, text)
        self.patch.let_grow(box)

    def rows(self, found: List, count: int) -> list[Mapping[int, Box]]:
        """The blank rows, and copies of the last where there are too few."""
        rows = [{box.column: box for box in found.grid.row(number)} for number in found.rows]
        while len(rows) < count:
            rows.append(self.patch.copied_row(rows[-1]))
        return [*rows[:count]]

    def data(self) -> bytes:
        """The document."""
        return self.document.bytes()


class ExcelTable:
    """The visible sheets of a workbook."""

    def __init__(self, data: bytes, rows: int) -> None:
        from ..formats.xlsx.sheets import sheets

        self.raw = data
        self.texts: dict[tuple[str, str], str] = {}
        visible = [sheet for sheet in sheets(data) if not sheet.hidden]
        self.grids = [Grid(list(_boxes(sheet, rows))) for sheet in visible if sheet.rows]

    def put(self, box: Box, start: int, end: int, text: str) -> None:
        """Remember the cell's new text."""
        box.text = box.text[:start] + text + box.text[end:]
        self.texts[box.at] = box.text

    def rows(self, found: List, count: int) -> list[Mapping[int, Box]]:
        """The blank rows; a sheet has no rows to spare where something stands below."""
        if len(found.rows) < count:
            below = f"{found.heads[0].at[0]} 第{found.rows[-1] + 1}行下面有文字"
            raise UsageProblem(
                f"空行不够：要 {count} 行，只有 {len(found.rows)} 行（{below}）",
                f"在 Excel 或 WPS 里插入 {count - len(found.rows)} 行再来",
            )
        return [{box.column: box for box in found.grid.row(number)} for number in found.rows[:count]]

    def data(self) -> bytes:
        """The workbook with the new texts."""
        from ..formats.xlsx.patch import patched

        return patched(self.raw, self.texts)


def _boxes(sheet: Sheet, rows: int) -> Iterator[Box]:
    """Every cell of the used part of a sheet, one column and some rows beyond."""
    from ..formats.xlsx.refs import ref

    texts = {(cell.row, cell.column): cell for cell in sheet.cells()}
    bottom = min(max(row for row, _ in texts) + rows + 1, _MOST_ROWS)
    right = min(max(column for _, column in texts) + 1, _MOST_COLUMNS)
    merged = {(one.top, one.left): one for one in sheet.merged}
    covered = _covered(sheet, bottom, right)
    for row in range(1, bottom + 1):
        if row in sheet.hidden_rows:
            continue
        for column in range(1, right + 1):
            if (row, column) in covered or column in sheet.hidden_columns:
                continue
            cell, one = texts.get((row, column)), merged.get((row, column))
            name = ref(row, column)
            # A formula without a result shows nothing, but is no blank.
            text = (cell.text or cell.note) if cell else ""
            height, width = (one.bottom - one.top + 1, one.right - one.left + 1) if one else (1, 1)
            yield Box(row, column, text, f"{sheet.name}!{name}", (sheet.name, name), height, width)


def _covered(sheet: Sheet, bottom: int, right: int) -> set[tuple[int, int]]:
    """The places under merged cells, but their first."""
    areas = [
        (min(one.bottom, bottom) - one.top + 1, min(one.right, right) - one.left + 1) for one in sheet.merged
    ]
    if sum(max(height, 0) * max(width, 0) for height, width in areas) > _MOST_COVERED:
        raise Refused(f"“{sheet.name}”里合并的单元格太多，没有处理。")
    return {
        (row, column)
        for one in sheet.merged
        for row in range(one.top, min(one.bottom, bottom) + 1)
        for column in range(one.left, min(one.right, right) + 1)
        if (row, column) != (one.top, one.left)
    }
