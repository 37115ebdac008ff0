"""Whose a returned form is: what it says itself, beside what the caller says and what is on file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import Conflict
from ..records.model import Record
from ..records.reading import load
from .proving import Mark
from .workspace import Workspace, record_files


def folder_of(client: str, dossier: str, station: Workspace) -> Path:
    """The folder a form is to be filed in; NotFound where there is none."""
    return station.dossier_folder(dossier) if dossier else station.client_folder(client)


def client_folder(number: str, station: Workspace) -> Path | None:
    """The folder of the client a form names, None where there is none."""
    folder = station.root / "clients" / Path(number).name
    return folder if number and folder.is_dir() else None


def owner_of(folder: Path, station: Workspace) -> str:
    """The number of the client a folder is about, '' where nothing says it."""
    if folder.parent.name == "clients":
        return folder.name
    return str(getattr(station.context(folder).client, "client_no", None) or "")


def refuse_other(record: Record, folder: Path, station: Workspace) -> None:
    """Conflict where the form names another client or case than it is to be filed under."""
    owner = owner_of(folder, station)
    case = folder.name if folder.parent.name == "dossiers" else ""
    for what, said, here in (
        ("服务对象编号", getattr(record, "client_no", None), owner),
        ("个案编号", getattr(record, "case_no", None), case),
    ):
        if said and here and str(said) != here:
            raise Conflict(
                f"表上的{what}是 {said}，要放进的是 {here}，没有读入",
                "核对是谁的表：选对 --client 或 --dossier，或改正表上的编号，再读一次",
            )


def refuse_elsewhere(path: Path, record: Record, folder: Path, station: Workspace) -> None:
    """Conflict where the form was printed from a record of somebody else's."""
    refuse_other(record, folder, station)
    if folder.parent.name == "dossiers" and path.resolve().parent != folder.resolve():
        raise Conflict(
            f"这张表是从 {path.parent.name} 的 {path.name} 打印的，不在 {folder.name} 里，没有读入",
            "去掉 --dossier 再读",
        )


def same_in(folder: Path, record: Record) -> Path | None:
    """A record of the folder that holds all that this one says: the form was read before."""
    values = record.plain()
    for path in record_files(folder):
        kept = load(path).record
        if kept is not None and type(kept) is type(record):
            held = kept.plain()
            if all(held.get(name) == value for name, value in values.items()):
                return path
    return None


def doubts(record: Record, stamp: str, station: Workspace | None) -> Iterator[str]:
    """What is odd about a form that has no record here, in words."""
    if stamp:
        number = mark.number if (mark := Mark.read(stamp)) else stamp[:40]
        yield f"表是从一份记录（{number}）打印的，这里找不到那份记录，当作新的读入；可能是别的站的，或记录已经移走"
    number = str(getattr(record, "client_no", None) or "")
    if number and station and client_folder(number, station) is None:
        yield f"表上的服务对象编号 {number} 本站没有，请核对"


def changed_since(stamp: str, record: Record) -> str:
    """How the record differs from what was printed, '' where it is the same still."""
    mark = Mark.read(stamp)
    if mark is None or mark.is_of(record):
        return ""
    return f"打印之后记录改过（表上印的是{mark}，现在是{Mark.of(record)}）"
