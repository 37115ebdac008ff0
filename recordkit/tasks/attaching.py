"""Scans and photos brought to their record, or to the inbox when nobody knows whose they are.

A printed page finds its record by its QR: number, version and content, never a
name. The file that was given stays where and as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType

from .. import forms
from ..errors import NotFound, RecordkitError
from ..formats import scan
from ..records import disk
from ..records.reading import load
from . import filing, finding
from .filing import Ask, Filed, Sheet, Wish, created
from .proving import Mark
from .workspace import INBOX, Workspace, nearest


def attach(
    files: Sequence[Path],
    wish: Wish,
    today: date,
    station: Workspace | None = None,
    ask: Ask | None = None,
) -> list[Filed]:
    """File scans and photos; each fares on its own, a record is written once."""
    home = station or nearest(Path.cwd())
    told = _named(wish.to, home) if wish.to else None
    results = [Filed(source) for source in dict.fromkeys(files)]
    groups: dict[Path, list[Sheet]] = {}
    for filed in results:
        with _kept(filed):
            sheet = _sheet(filed)
            filed.record = told or by_mark(sheet.mark, home)
            if filed.record:
                groups.setdefault(filed.record.resolve(), []).append(sheet)
            else:
                _into_inbox(filed, home)
    for record, sheets in groups.items():
        with _kept(*(sheet.filed for sheet in sheets)):
            filing.file(record, sheets, wish, today, station=station, ask=ask)
    return results


class _kept:
    """Keeps a problem with the files it concerns, so that the others go on."""

    def __init__(self, *concerned: Filed) -> None:
        self.concerned = concerned

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(problem, RecordkitError):
            return False
        for filed in self.concerned:
            filed.failed, filed.file = problem, None
        return True


# --- whose page it is


def _sheet(filed: Filed) -> Sheet:
    prepared = scan.prepare(filed.source, lambda text: Mark.read(text) is not None)
    marks = [mark for text in prepared.marks if (mark := Mark.read(text))]
    numbers = list(dict.fromkeys(mark.number for mark in marks))
    if len(numbers) > 1:
        filed.remarks.append(
            f"里面有 {len(numbers)} 张表（{'、'.join(numbers)}），按第一张归入；其余请拆开再交"
        )
    return Sheet(filed, prepared, marks[0] if marks else None)


def _named(word: str, home: Workspace | None) -> Path:
    """The record file a person names by its path or its form number."""
    if (path := Path(word)).is_file():
        return path
    found = finding.record_numbered(home, word.strip().upper()) if home else None
    if found is None:
        raise NotFound(f"没有找到记录“{word}”", "写记录文件的路径，或表单编号；按姓名查：recordkit find 姓名")
    return found


def by_mark(mark: Mark | None, home: Workspace | None) -> Path | None:
    """The record a QR names: by its number, or by its content where it had none yet."""
    if mark is None or home is None:
        return None
    if found := finding.record_numbered(home, mark.number):
        return found
    form = next((form for form in forms.catalogue() if form.code == mark.number), None)
    loaded = map(load, finding.records_of(home, form.id) if form else ())
    alike = [one.path for one in loaded if one.record and mark.is_of(one.record)]
    return alike[0] if len(alike) == 1 else None


def _into_inbox(filed: Filed, home: Workspace | None) -> None:
    if home is None:
        raise NotFound("没有认出是哪份记录，这里也不是社工站工作区", "加 --to 记录文件")
    inbox, data = home.root / INBOX, disk.read_bytes(filed.source)
    there = sorted(inbox.iterdir()) if inbox.is_dir() else []
    same = (path for path in there if path.is_file() and path.stat().st_size == len(data))
    filed.file = next((path for path in same if disk.read_bytes(path) == data), None)
    done = "它已在" if filed.file else "已放入"
    filed.file = filed.file or created(inbox, filed.source.stem, filed.source.suffix, data, first="")
    filed.remarks.append(f"没有认出是哪份记录，{done}{INBOX}；知道是哪份的，加 --to 记录")
