"""The report on returned forms: one workbook, a line for each field, written as it goes.

Nothing is kept in memory but the counts, so any number of forms can be read in
one run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import Conflict, RecordkitError, explained
from ..forms.answers import State
from ..records import disk
from ..records.text import width
from .handed_in import REPORT
from .returning import Back

_FILES = (
    "文件",
    "哪一份",
    "表单",
    "结果",
    "读到(栏)",
    "请核对(栏)",
    "没读懂(栏)",
    "没有采用(栏)",
    "记录在",
    "说明",
)
_ITEMS = ("文件", "哪一份", "位置", "栏目", "写的是", "读作", "结果", "依据", "说明")
_WIDTHS = (26, 10, 26, 16, 10, 12, 12, 14, 32, 44), (26, 10, 20, 20, 36, 30, 12, 14, 40)

_LINE, _MOST_LINES = 15.0, 20  # points; more lines than that are seen in the cell only


class Report:
    """A workbook with a sheet of the files and a sheet of the fields; `with` writes it whole.

    Of a `folder` it takes the next free name of the day, also when two people read at once.
    """

    def __init__(
        self, path: Path | None, force: bool = False, folder: Path | None = None, today: date | None = None
    ) -> None:
        if path and path.exists() and not force:
            raise Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或用 --report 换个名字")
        self.path, self.force = path, force
        self.folder, self.today = folder, today
        self.problem: RecordkitError | None = None
        self.counts: Counter[str] = Counter()
        self.book: Any = None

    def __enter__(self) -> Self:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)  # one that cannot be is told before the reading
        if self.folder or self.path:
            self._open()
        return self

    def _open(self) -> None:
        import xlsxwriter

        self.data = BytesIO()
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self.book = xlsxwriter.Workbook(self.data, options)
        self.sheets = [
            self._sheet(name, heads, widths)
            for name, heads, widths in zip(("文件", "逐项"), (_FILES, _ITEMS), _WIDTHS, strict=True)
        ]
        self.rows = [1, 1]

    def _sheet(self, name: str, heads: tuple[str, ...], widths: tuple[int, ...]) -> Any:
        sheet = self.book.add_worksheet(name)
        usual = {"font_name": "宋体", "font_size": 10.5, "valign": "top", "text_wrap": True}
        bold = self.book.add_format(usual | {"bold": True, "border": 1, "bg_color": "#EDEDED"})
        for column, (head, room) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, room, self.book.add_format(usual))
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_footer("&L读表报告：&A&C第&P页 共&N页")
        return sheet

    def add(self, back: Back) -> None:
        """The lines of one returned record."""
        self.counts[outcome(back)] += 1
        if self.book is not None:
            self._lines(back)

    def _lines(self, back: Back) -> None:
        states = Counter(item.state for item in back.items)
        title = back.form.title if back.form else ""
        counts = [str(states[state]) for state in State]
        where = str(back.written or back.existing or "")
        self._write(0, [back.source.name, back.place, title, outcome(back), *counts, where, _said(back)])
        for item in back.items:
            about = [
                item.where,
                item.label,
                item.text,
                item.value,
                item.state,
                "、".join(item.anchors),
                item.said,
            ]
            self._write(1, [back.source.name, back.place, *about])
        for change in back.differences:
            about = [
                change.where,
                change.label,
                change.returned,
                f"记录里：{change.recorded}",
                "与记录不同",
                "",
                "",
            ]
            self._write(1, [back.source.name, back.place, *about])
        for stray in back.strays:
            about = [stray.where, "", stray.text, "", "没有采用", "", "这里没有栏目"]
            self._write(1, [back.source.name, back.place, *about])

    def _write(self, sheet: int, cells: list[str]) -> None:
        if sheet == 0:
            # Said here, since LibreOffice does not make a row as high as its texts; not for
            # every field, since heights that are said stay in memory.
            high = max(_lines(text, room) for text, room in zip(cells, _WIDTHS[0], strict=True))
            self.sheets[0].set_row(self.rows[0], min(high, _MOST_LINES) * _LINE)
        for column, text in enumerate(cells):
            text = text.encode(errors="replace").decode()  # noqa: PLW2901 - a file's name may be no text
            self.sheets[sheet].write_string(self.rows[sheet], column, text[:32_000])
        self.rows[sheet] += 1

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write it, of a broken run too: it says how far it came. That it failed must not
        hide what was read, and is left in `problem`."""
        if self.book is None:
            return
        try:
            self.book.close()
            self.path = self._written(self.data.getvalue())
        except Exception as problem:
            self.path, self.problem = None, explained(problem)
            if self.problem is None:
                raise

    def _written(self, data: bytes) -> Path:
        if self.path:
            disk.replace(self.path, data) if self.force else disk.create(self.path, data)
            return self.path
        assert self.folder
        for path in _names(self.folder, self.today):
            try:
                disk.create(path, data)
                break
            except Conflict:
                if not path.exists():
                    raise
                continue  # somebody who reads at the same time was first
        return path


def _names(folder: Path, today: date | None) -> Iterator[Path]:
    """`读表报告 2026-11-23.xlsx`, and the next of that day."""
    names = (f"{REPORT} {today}{f'-{n}' if n > 1 else ''}.xlsx" for n in count(1))
    return (path for name in names if not (path := folder / name).exists())


def _lines(text: str, room: int) -> int:
    return sum(max(1, -(-width(line) // (room - 1))) for line in text.split("\n"))


def outcome(back: Back) -> str:
    """What became of it, in two or three words."""
    if back.failed:
        return "没有读入"
    if back.existing:
        taken = "已更新记录" if back.written else "与记录不同"
        return taken if back.differences else "与记录一致"
    return "已读入" if back.is_clean else "已读入，请核对"


def _said(back: Back) -> str:
    failed = [back.failed.message, back.failed.hint] if back.failed else []
    findings = [finding.message for finding in back.findings]
    return "；".join(filter(None, [*failed, *back.notes, *findings]))
