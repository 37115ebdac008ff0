"""The report on returned forms: one workbook, a line for each field, written as it goes.

Nothing is kept in memory but the counts, so any number of forms can be read in
one run.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import Conflict
from ..forms.answers import State
from .returning import Back

_FILES = ("文件", "哪一份", "表单", "结果", "读到", "请核对", "没读懂", "没有采用", "记录在", "说明")
_ITEMS = ("文件", "哪一份", "位置", "栏目", "写的是", "读作", "结果", "依据", "说明")
_WIDTHS = (32, 10, 26, 14, 8, 8, 8, 10, 40, 60), (32, 10, 18, 20, 36, 36, 10, 20, 50)


class Report:
    """A workbook with a sheet of the files and a sheet of the fields; `with` writes it whole."""

    def __init__(self, path: Path | None, force: bool = False) -> None:
        if path and path.exists() and not force:
            raise Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或用 --report 换个名字")
        self.path = path
        self.counts: Counter[str] = Counter()
        self.book: Any = None

    def __enter__(self) -> Self:
        if self.path:
            self._open(self.path)
        return self

    def _open(self, path: Path) -> None:
        import xlsxwriter

        path.parent.mkdir(parents=True, exist_ok=True)
        self.partial = path.with_name(f".{path.name}.{os.getpid()}.part")
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        self.book = xlsxwriter.Workbook(str(self.partial), options)
        self.sheets = [
            self._sheet(name, heads, widths)
            for name, heads, widths in zip(("文件", "逐项"), (_FILES, _ITEMS), _WIDTHS, strict=True)
        ]
        self.rows = [1, 1]

    def _sheet(self, name: str, heads: tuple[str, ...], widths: tuple[int, ...]) -> Any:
        sheet = self.book.add_worksheet(name)
        bold = self.book.add_format({"bold": True, "bottom": 1})
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head, bold)
        sheet.freeze_panes(1, 0)
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
        for column, text in enumerate(cells):
            self.sheets[sheet].write_string(self.rows[sheet], column, text[:32_000])
        self.rows[sheet] += 1

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.book is None or self.path is None:
            return
        try:
            self.book.close()
            os.replace(self.partial, self.path)  # of a broken run too: it says how far it came
        finally:
            self.partial.unlink(missing_ok=True)


def free_name(folder: Path, today: date) -> Path:
    """`读表报告 2026-11-23.xlsx`, or the next of that day."""
    names = (f"读表报告 {today}{f'-{n}' if n > 1 else ''}.xlsx" for n in count(1))
    return next(path for name in names if not (path := folder / name).exists())


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
