"""Workbooks for people to look through, written row by row: nothing stays in memory but counts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import Conflict
from ..records import disk
from ..records.text import width

_LINE, _MOST_LINES = 15.0, 20  # points; more lines than that are seen in the cell only


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to be: its name, and its columns' heads and widths in letters.

    `fitted` rows are made as high as their texts, which LibreOffice does not do by
    itself; such heights stay in memory, so they are not for sheets of many rows.
    """

    name: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    fitted: bool = False


class Workbook:
    """A workbook with these sheets, a `title` at the foot of each page."""

    def __init__(self, title: str, sheets: Sequence[Sheet]) -> None:
        import xlsxwriter

        self._data = BytesIO()
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self._book = xlsxwriter.Workbook(self._data, options)
        self._about = sheets
        self._sheets = [self._begun(title, sheet) for sheet in sheets]
        self._rows = [1] * len(sheets)

    def _begun(self, title: str, about: Sheet) -> Any:
        sheet = self._book.add_worksheet(about.name)
        usual = {"font_name": "宋体", "font_size": 10.5, "valign": "top", "text_wrap": True}
        bold = self._book.add_format(usual | {"bold": True, "border": 1, "bg_color": "#EDEDED"})
        for column, (head, room) in enumerate(zip(about.heads, about.widths, strict=True)):
            sheet.set_column(column, column, room, self._book.add_format(usual))
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L{title}：&A&C第&P页 共&N页")
        return sheet

    def write(self, sheet: int, cells: Sequence[str]) -> None:
        """The next row of a sheet, counted from 0."""
        about, row = self._about[sheet], self._rows[sheet]
        if about.fitted:
            high = max(_lines(text, room) for text, room in zip(cells, about.widths, strict=True))
            self._sheets[sheet].set_row(row, min(high, _MOST_LINES) * _LINE)
        for column, text in enumerate(cells):
            text = text.encode(errors="replace").decode()  # noqa: PLW2901 - a file's name may be no text
            self._sheets[sheet].write_string(row, column, text[:32_000])
        self._rows[sheet] += 1

    def finished(self) -> bytes:
        """The whole of it; nothing can be written afterwards."""
        self._book.close()
        return self._data.getvalue()


def write_free(folder: Path, stem: str, kinds: Mapping[str, bytes]) -> list[Path]:
    """Write each kind (`.xlsx` → its bytes) as `stem`, or `stem-2` and so on where somebody
    has that name already, also in the same moment."""
    for number in count(1):
        name = f"{stem}-{number}" if number > 1 else stem
        files = {folder / f"{name}{suffix}": data for suffix, data in kinds.items()}
        if not any(path.exists() for path in files) and _written(files):
            break
    return list(files)


def _written(files: Mapping[Path, bytes]) -> bool:
    """All of them, or none because somebody was faster."""
    done: list[Path] = []
    try:
        for path, data in files.items():
            disk.create(path, data)
            done.append(path)
    except Conflict:
        for path in done:
            path.unlink()
        if not any(os.path.lexists(path) for path in files):
            raise  # no name is free in a folder that takes no files
        return False
    return True


def _lines(text: str, room: int) -> int:
    return sum(max(1, -(-width(line) // (room - 1))) for line in text.split("\n"))
