"""What lies in the folder besides records."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Severity
from .case import Case, Remark, is_conflict
from .rules import KEEPING, rule


@rule("WS-01", Severity.WARNING, title="文件夹里没有同步冲突留下的副本", clause=KEEPING)
def conflict_copy(case: Case) -> Iterator[Remark]:
    """Record files that a sync service or a copy by hand left beside the real ones."""
    for path in sorted(case.folder.glob("*.y*ml")) if case.folder else []:
        if is_conflict(path):
            hint = "与正本对照，把要留的合到正本里，再删去副本；副本里的内容不参加检查"
            yield Remark(path, "", "像是同步冲突或复制留下的副本", hint)
