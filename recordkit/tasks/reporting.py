"""The report on returned forms: one workbook, a line for each field, written as it goes.

Nothing is kept in memory but the counts, so any number of forms can be read in
one run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import Conflict, RecordkitError, explained
from ..forms.answers import State
from ..records import disk
from .handed_in import REPORT
from .returning import Back
from .workbooks import Sheet, Workbook, write_free

_FILES = Sheet(
    "文件",
    (
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
    ),
    (26, 10, 26, 16, 10, 12, 12, 14, 32, 44),
    fitted=True,
)
_ITEMS = Sheet(
    "逐项",
    ("文件", "哪一份", "位置", "栏目", "写的是", "读作", "结果", "依据", "说明"),
    (26, 10, 20, 20, 36, 30, 12, 14, 40),
)


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
        self.book: Workbook | None = None

    def __enter__(self) -> Self:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)  # one that cannot be is told before the reading
        if self.folder or self.path:
            self.book = Workbook(REPORT, (_FILES, _ITEMS))
        return self

    def add(self, back: Back) -> None:
        """The lines of one returned record."""
        self.counts[outcome(back)] += 1
        if self.book is not None:
            for sheet, cells in _rows(back):
                self.book.write(sheet, cells)

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write it, of a broken run too: it says how far it came. That it failed must not
        hide what was read, and is left in `problem`."""
        if self.book is None:
            return
        try:
            self.path = self._written(self.book.finished())
        except Exception as problem:
            self.path, self.problem = None, explained(problem)
            if self.problem is None:
                raise

    def _written(self, data: bytes) -> Path:
        if self.path:
            disk.replace(self.path, data) if self.force else disk.create(self.path, data)
            return self.path
        assert self.folder
        return write_free(self.folder, f"{REPORT} {self.today}", {".xlsx": data})[0]


def _rows(back: Back) -> Iterator[tuple[int, list[str]]]:
    """The lines of one returned record, each with the number of its sheet."""
    states = Counter(item.state for item in back.items)
    title = back.form.title if back.form else ""
    counts = [str(states[state]) for state in State]
    where = str(back.written or back.existing or "")
    here = [back.source.name, back.place]
    yield 0, [*here, title, outcome(back), *counts, where, _said(back)]
    for item in back.items:
        by = "、".join(item.anchors)
        yield 1, [*here, item.where, item.label, item.text, item.value, item.state, by, item.said]
    for change in back.differences:
        recorded = f"记录里：{change.recorded}"
        yield 1, [*here, change.where, change.label, change.returned, recorded, "与记录不同", "", ""]
    for stray in back.strays:
        yield 1, [*here, stray.where, "", stray.text, "", "没有采用", "", "这里没有栏目"]


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
