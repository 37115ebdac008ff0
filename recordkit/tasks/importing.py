"""A station's own list of people becomes client records, one for each row.

The road is walked in steps, so that a person can be asked between them: the lists of
a file, the columns and what they mean, the rows as records, who is on file already,
and only then the writing. Nothing is guessed and nothing merged.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ..errors import Conflict, Exit, RecordkitError, UsageProblem
from ..forms import Form
from ..records import disk
from ..records.kinds import Ref
from . import import_heads, import_twins, mappings, writing
from .import_heads import Column, Head, Match, Wish
from .import_rows import Entry, Fate, Reader
from .import_sheets import Sheet, sheets
from .workspace import Workspace

FORMS = ("casework/client-record",)
_LOCK, _DEAD = ".~导入.lock", 60
_OUT = (Fate.TWIN, Fate.NAMELESS, Fate.HIDDEN, Fate.FAILED)


@dataclass(frozen=True, slots=True)
class Listing:
    """A sheet that holds a list: where its heads stand, and how many rows are below."""

    sheet: Sheet
    head: Head
    rows: int


@dataclass(slots=True)
class Batch:
    """A list ready to come in: its columns as confirmed, its rows and their fates."""

    path: Path
    form: Form
    listing: Listing
    columns: Sequence[Column]
    entries: list[Entry]
    known: frozenset[str]  # the clients on file that the rows were compared with

    def count(self, fate: Fate) -> int:
        """How many rows met that fate."""
        return sum(entry.fate is fate for entry in self.entries)

    @property
    def to_mend(self) -> list[Entry]:
        """The rows that come in, or came in, with something left out or to be looked at."""
        return [entry for entry in self.entries if entry.problems and entry.fate in (Fate.READY, Fate.DONE)]

    @property
    def code(self) -> Exit:
        """0: everybody is on file; 1: nobody came in; 7: some did not, or not whole."""
        stayed = sum(map(self.count, _OUT))
        came = self.count(Fate.READY) + self.count(Fate.DONE)
        if stayed and not came:
            return Exit.FINDINGS
        lost = any(not problem.kept for entry in self.to_mend for problem in entry.problems)
        return Exit.PARTIAL if stayed or lost else Exit.DONE


def lists(path: Path, form: Form, station: Workspace, wish: Wish) -> list[Listing]:
    """The sheets of a file that look like lists of people, the likeliest first.

    UsageProblem when none does, or the form is none that a list may become.
    """
    if form.id not in FORMS:
        raise UsageProblem(
            f"名单还不能导入成《{form.title}》", "现在能用的：--as client-record（服务对象基本信息登记表）"
        )

    def is_kept(heads: Sequence[str]) -> bool:
        kept = mappings.path_of(station, _kind(form), mappings.distinct(heads))
        return kept is not None and kept.is_file()

    found = [
        Listing(sheet, head, sum(row.number > head.rows[-1] for row in sheet.rows))
        for sheet in sheets(path)
        if (head := import_heads.find(sheet, form, wish, is_kept))
    ]
    if not found:
        raise UsageProblem(
            f"{path.name} 里没有找到列头（如 姓名、性别、联系电话）",
            '列头另有叫法的，写明它：--map "列头=字段"',
        )
    return sorted(found, key=lambda one: (one.sheet.hidden, -one.head.score))


def columns(listing: Listing, form: Form, station: Workspace, wish: Wish) -> tuple[list[Column], bool]:
    """The columns with what they mean, and whether somebody said so before."""
    kept = mappings.load(station, _kind(form), _names(listing))
    found = import_heads.columns(listing.sheet, listing.head, form, kept, wish)
    return found, kept is not None


def remember(batch: Batch, station: Workspace) -> Path | None:
    """Keep what the columns mean for the next list of the same heads; what nobody
    decided is asked again."""
    decided = [column for column in batch.columns if column.head and column.match is not Match.ASKED]
    mapping = {column.name: column.path for column in decided}
    return mappings.save(station, _kind(batch.form), _names(batch.listing), mapping)


def _kind(form: Form) -> str:
    return f"导入 {form.slug}"


def _names(listing: Listing) -> list[str]:
    return mappings.distinct(listing.head.texts)


def prepared(
    path: Path,
    listing: Listing,
    columns: Sequence[Column],
    form: Form,
    station: Workspace,
    today: date,
    by: str = "",
    from_id: bool = False,
    hidden: bool = False,
) -> Batch:
    """Every row read, checked, and compared with the others and with who is on file."""
    given = {"filled_on": today, "entered_on": today, "filled_by": _person(by)}
    reader = Reader(form, listing.sheet, listing.head, columns, given, today, from_id, hidden)
    batch = Batch(path, form, listing, columns, list(reader.entries()), _on_file(station))
    if not batch.entries:
        raise UsageProblem(f"“{listing.sheet.name}”的列头下面没有人", "要导入别的工作表，加 --sheet 工作表名")
    import_twins.mark(batch.entries, station)
    return batch


def _person(by: str) -> str | None:
    try:
        return Ref("人员编号").read(by)  # type: ignore[no-any-return]
    except ValueError as problem:
        raise UsageProblem(f"--by：{problem}", "写填表人的编号，如 S01") from None


def admit(batch: Batch, rows: Iterable[int] | None = None) -> None:
    """Let repeated people in after all: those of the rows, or everybody."""
    chosen = None if rows is None else set(rows)
    for entry in batch.entries:
        if entry.fate is Fate.TWIN and (chosen is None or entry.number in chosen):
            entry.fate = Fate.READY


@contextmanager
def alone(batch: Batch, station: Workspace) -> Iterator[None]:
    """Lets one person at a time bring people in, so that nobody comes in twice.

    Conflict while somebody else does, and where somebody came on file after the rows
    were compared. The lock is a file, since shared folders know no other; one that was
    not touched for a minute was left by a process that died.
    """
    lock = station.root / _LOCK
    with suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > _DEAD:
            lock.unlink()
    try:
        disk.create(lock, b"")
    except Conflict:
        raise Conflict("有人正在导入，没有导入", f"等他完成（中断了的等 {_DEAD} 秒）再导入一次") from None
    try:
        if _on_file(station) != batch.known:
            raise Conflict("看名单的时候有别人建了档，没有导入", "再导入一次，会重新核对有没有重复")
        yield
    finally:
        lock.unlink(missing_ok=True)


def _on_file(station: Workspace) -> frozenset[str]:
    folder = station.root / "clients"
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


def bring_in(batch: Batch, station: Workspace, today: date) -> None:
    """Give everybody who is ready a number, a folder and a record.

    One that cannot be written is told in its row. A disk that is full would fail for
    every row, so the first failure ends it; what came in before stays, and a second
    run brings in the rest.
    """
    for entry in batch.entries:
        if entry.fate is not Fate.READY:
            continue
        with suppress(OSError):
            os.utime(station.root / _LOCK)  # still at it
        try:
            started = writing.start_client(batch.form, station, entry.record, today)
        except RecordkitError as problem:
            entry.fate, entry.said = Fate.FAILED, f"{problem.message}　{problem.hint}".strip()
            _leave(batch, "前面有一行没有写成，没有再试")
            break
        except KeyboardInterrupt:
            _leave(batch, "中断了，再导入一次即可补上")
            raise
        entry.fate, entry.client_no = Fate.DONE, started.path.parent.name


def _leave(batch: Batch, why: str) -> None:
    for entry in batch.entries:
        if entry.fate is Fate.READY:
            entry.fate, entry.said = Fate.FAILED, why


def summary(batch: Batch) -> str:
    """「400 行：建档 371 人，重复 12 人没有建，17 行要改」."""
    fates = Counter(entry.fate for entry in batch.entries)
    people = len(batch.entries) - fates[Fate.NO_PERSON]
    said: Mapping[Fate, str] = {
        Fate.READY: "可以建档 {} 人",
        Fate.DONE: "建档 {} 人",
        Fate.ON_FILE: "已在册 {} 人",
        Fate.TWIN: "重复 {} 人没有建",
        Fate.NAMELESS: "没有姓名 {} 行",
        Fate.HIDDEN: "隐藏 {} 行没有导入",
        Fate.FAILED: "没有写成 {} 人",
    }
    parts = [text.format(fates[fate]) for fate, text in said.items() if fates[fate]]
    if batch.to_mend:
        parts.append(f"其中 {len(batch.to_mend)} 行有内容要改或要核对")
    return f"{people} 行：{'，'.join(parts) or '没有可建档的'}。"
