"""Scans and photos: they are there, and they are what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import RecordkitError, Severity
from ..records import disk
from ..records.parts import Attachment, Proof
from ..records.reading import Loaded
from .case import Case, Remark, blocks, stated
from .rules import KEEPING, rule


@rule("AT-01", Severity.ERROR, title="附件在记录旁边的文件夹里", clause=KEEPING, alone=True)
def absent(case: Case) -> Iterator[Remark]:
    """An attachment that is not on the disk, or lies outside the record's folder."""
    for one, field, name, _ in _files(case):
        if _inside(one, name) is None:
            message = f"附件“{name}”不在记录所在的文件夹里"
            yield Remark(one, field, message, "用 recordkit attach 归入，不写别处的路径")
        elif _found(one, name) is None:
            yield Remark(one, field, f"找不到附件“{name}”", "放回原处，或用 recordkit attach 重新归入")


@rule("AT-02", Severity.ERROR, title="附件内容没有变", clause=KEEPING, alone=True, waivable=False)
def altered(case: Case) -> Iterator[Remark]:
    """An attachment whose bytes are not those that were attached."""
    for one, field, name, digest in _files(case):
        path = _found(one, name)
        if path and digest and _digest(path) != digest.lower():
            hint = "找回原来的文件；确实要换的，用 recordkit attach 重新归入"
            yield Remark(one, field, f"附件“{name}”的内容与归入时不一样", hint)


def _files(case: Case) -> Iterator[tuple[Loaded, str, str, str]]:
    """Record, field, file name and digest of every attachment and scan."""
    for one in case.records:
        for path, part in blocks(one.record):
            if isinstance(part, Attachment | Proof) and (name := _name(part)):
                yield one, path.removesuffix("."), name, str(part.sha256 or "")


def _name(part: Attachment | Proof) -> str:
    name = part.file if isinstance(part, Attachment) else part.scan
    return str(name) if stated(name) else ""


def _inside(one: Loaded, name: str) -> Path | None:
    """The attachment's place, if it is one inside the record's folder."""
    relative = Path(name.replace("\\", "/"))
    if relative.is_absolute() or relative.drive or ".." in relative.parts:
        return None
    return one.path.parent / relative


def _found(one: Loaded, name: str) -> Path | None:
    """The file itself; a bare name is also looked for among the attachments."""
    place = _inside(one, name)
    if place is None:
        return None
    places = (place, place.parent / "attachments" / place.name)
    return next((path for path in places if path.is_file()), None)


def _digest(path: Path) -> str:
    try:
        return disk.digest(disk.read_bytes(path))
    except RecordkitError:
        return "读不了"
