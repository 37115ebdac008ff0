"""The report on a batch: each record that could not be printed and why, for people as a
workbook and for programs as JSON. Where everything was printed there is none.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import Severity
from .printing import Printed
from .workbooks import Sheet, Workbook, write_free

SCHEMA_VERSION = 1
NAME = "打印问题"
_RECORDS = Sheet(
    NAME, ("记录文件", "在文件夹", "没有打印，因为", "怎么办", "要改(处)"), (30, 40, 50, 44, 10), fitted=True
)
_ITEMS = Sheet("逐项", ("位置", "代号", "要补或要改的", "怎么改"), (44, 12, 50, 44))


class Report:
    """`add` each outcome, then `write`."""

    def __init__(self) -> None:
        self.printed = 0
        self.failed: list[dict[str, Any]] = []
        self._book: Workbook | None = None

    def add(self, printed: Printed) -> None:
        """One record: counted, and if it failed, with its rows."""
        if not printed.failed:
            self.printed += 1
            return
        self._book = self._book or Workbook(NAME, (_RECORDS, _ITEMS))
        errors = [found for found in printed.findings if found.severity is Severity.ERROR]
        source = printed.source
        self._book.write(
            0, [source.name, str(source.parent), printed.failed, printed.hint, str(len(errors) or "")]
        )
        for found in errors:
            self._book.write(1, [found.where or str(source), found.code, found.message, found.hint])
        self.failed.append(
            {
                "source": str(source),
                "message": printed.failed,
                "hint": printed.hint,
                "findings": [found.plain() for found in errors],
            }
        )

    def write(self, folder: Path, today: date) -> list[Path]:
        """The workbook and its JSON, under the next free name of the day; none without failures."""
        if self._book is None:
            return []
        content = {"schema_version": SCHEMA_VERSION, "printed": self.printed, "failed": self.failed}
        plain = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        kinds = {".xlsx": self._book.finished(), ".json": plain.encode()}
        return write_free(folder, f"{NAME} {today}", kinds)
