"""Filled-in forms read back: known, understood, compared, and put where they belong.

What comes back is a file per record and a line per field. A record that is
already there is never overwritten unasked: what differs is shown side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import Conflict, Finding, NotFound, RecordkitError, Refused, UsageProblem, explained
from ..forms import Form
from ..forms.answers import Item, Names, State, Understood, places, understood
from ..forms.returned import Paper, Returned, Settled, Stray
from ..records import disk, writing
from ..records.context import Context
from ..records.model import Record
from ..records.reading import Loaded, from_form, load
from . import amending, belonging, finding
from .attaching import by_mark
from .comparing import Difference, compared
from .handed_in import about_version, form_of, papers
from .printing import surroundings
from .proving import Mark
from .workspace import INBOX, Workspace
from .writing import SINGLE, new


@dataclass(frozen=True, slots=True)
class Wish:
    """How files are to be read: as which form, whose they are, where to, and whether
    an existing record takes over what was changed; `seen` that a person saw the differences."""

    form: Form | None = None
    client: str = ""
    dossier: str = ""
    into: Path | None = None
    update: bool = False
    force: bool = False
    seen: bool = False
    names: Mapping[Path, str] = field(default_factory=dict)  # of records, where a file's own would not do


@dataclass(slots=True)
class Back:
    """What became of one returned record: a line for each field, what else was on
    the paper, and where the values are now."""

    source: Path
    place: str = ""
    form: Form | None = None
    items: list[Item] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    record: Record | None = None
    existing: Path | None = None
    differences: list[Difference] = field(default_factory=list)
    written: Path | None = None
    failed: RecordkitError | None = None
    is_odd: bool = False  # a note says what a person has to look at

    @property
    def doubts(self) -> list[Item]:
        """The fields a person has to look at."""
        return [item for item in self.items if item.state is not State.READ]

    @property
    def is_clean(self) -> bool:
        """Whether all that was written was understood and is where it belongs."""
        asks = self.doubts or self.findings or self.strays or self.failed or self.is_odd
        return not asks and (self.written is not None or not self.differences)


def read(files: Sequence[Path], wish: Wish, station: Workspace | None, today: date) -> Iterator[list[Back]]:
    """Read files, each a form or a workbook of many records, as they come. Never raises
    for what is wrong with a file: `failed` says it."""
    for path, paper in papers(files):
        yield list(_read(path, paper, wish, station, today))


def _read(
    path: Path, paper: Paper | Exception, wish: Wish, station: Workspace | None, today: date
) -> Iterator[Back]:
    try:
        if isinstance(paper, Exception):
            raise paper
        form = form_of(paper, path, wish.form, station)
        results = paper.returned(form)
    except Exception as problem:
        yield Back(path, failed=_told(problem))
        return
    if not results:
        yield Back(path, form=form, failed=NotFound(f"{path.name} 里没有填写的内容"))
    for returned in results:
        back = Back(path, returned.place, form, strays=list(returned.strays), notes=list(returned.notes))
        back.notes += about_version(paper, form)
        try:
            _Reading(back, form, returned, wish, station, today).run()
        except Exception as problem:
            back.failed = _told(problem)
        yield back


def _told(problem: Exception) -> RecordkitError:
    """What is wrong with one file; whatever it is, the others are still read."""
    told = explained(problem) or Refused(
        f"读这份文件时程序出了错（{type(problem).__name__}），没有读入",
        "请用空白表重新填写；并把原文件交给维护的人",
    )
    # Its frames hold the whole file, and what was told of many files is kept to the end.
    told.__traceback__ = told.__cause__ = told.__context__ = None
    return told


class _Reading:
    """One returned record on its way into a file."""

    def __init__(
        self,
        back: Back,
        form: Form,
        returned: Returned,
        wish: Wish,
        station: Workspace | None,
        today: date,
    ) -> None:
        self.back, self.form, self.returned = back, form, returned
        self.wish, self.station, self.today = wish, station, today
        self.names = names_of(station)
        self.place: Path | None = None

    def run(self) -> None:
        self.place = self.filed_in()
        found = places(self.form, self.returned)
        self.back.existing = self.already_there(found)
        if self.back.existing:
            self.compare(load(self.back.existing), found)
        else:
            self.take(found)

    def filed_in(self) -> Path | None:
        """The folder that was named for it."""
        client, dossier = self.wish.client, self.wish.dossier
        if not (client or dossier):
            return None
        if self.station is None:
            raise UsageProblem(
                "这里不是社工站工作区，不知道案卷在哪里", "加 --station 文件夹；或去掉 --client、--dossier"
            )
        return belonging.folder_of(client, dossier, self.station)

    def already_there(self, found: Sequence[Settled]) -> Path | None:
        """The record it was printed from, by the stamp it carries; else the one record
        of its kind where it belongs."""
        if mark := Mark.read(self.returned.record):
            return by_mark(mark, self.station)
        place = self.place
        if place is None and self.station and self.form.slug == "client-record":
            number = next((each.text.strip() for each in found if each.path == "client_no"), "")
            place = belonging.client_folder(number, self.station)
        path = place / f"{self.form.slug}.yaml" if place and self.form.slug in SINGLE else None
        return path if path and path.is_file() else None

    def take(self, found: Sequence[Settled]) -> None:
        """A record of its own, from what the form says alone."""
        said = understood(self.form, found, self.names, printed=bool(self.returned.record))
        self.note_client(said, found)
        loaded = self.understand(said.items, said.tree())
        if loaded.record is None or not any(True for _ in loaded.record.filled()):
            raise NotFound("表上没有读到填写的内容")
        self.back.record = loaded.record
        for doubt in belonging.doubts(loaded.record, self.returned.record, self.station):
            self.back.notes.append(doubt)
            self.back.is_odd = True
        self.back.written = self.write(loaded.record, said)

    def understand(self, items: Sequence[Item], tree: Mapping[str, Any]) -> Loaded:
        self.back.items = list(items)
        loaded = from_form(self.form.model, dict(tree), self.back.source)
        self.back.findings = loaded.findings
        return loaded

    def note_client(self, said: Understood, found: Sequence[Settled]) -> None:
        """A name where the program would have printed one may tell whose form it is."""
        spec = self.form.model.specs().get("client_no")
        written = next((p for p in found if p.path == "client_brief" and p.text.strip()), None)
        if spec is None or written is None or "client_no" in said.values or self.returned.record:
            return
        numbers = self.names(written.text.split()[0], "服务对象编号")
        if self.place and self.station and belonging.owner_of(self.place, self.station) in numbers:
            return
        who = f"，可能是 {'、'.join(numbers)}" if numbers else "，没有找到这个人的编号"
        text = f"“服务对象”栏写的是“{written.text.strip()}”{who}；{'请核对是不是放对了人' if self.place else '请补编号，或加 --client'}"
        said.items.append(
            Item("client_no", -1, spec.label, "", written.where, written.anchors, State.DOUBT, "", text)
        )

    def write(self, record: Record, said: Understood) -> Path:
        """The record's file: where it belongs if that is known, else beside the others."""
        head = _unread_notes(said.items)
        if self.station and self.place:
            return self.file(record, head, self.place, self.station)
        path = self.target()
        data = (head + writing.dump(record, _order(self.form))).encode()
        if path.exists() and disk.read_bytes(path) == data:
            self.back.notes.append("以前读过，内容没有变")
        elif path.exists() and not self.wish.force:
            raise Conflict(
                f"{path} 已经存在，内容不同，没有改动它",
                "是另一份表的，把交来的文件改个名字再读；确实要换成这一份的，加 --force",
            )
        elif self.wish.force:
            disk.replace(path, data)
        else:
            disk.create(path, data)
        return path

    def file(self, record: Record, head: str, place: Path, station: Workspace) -> Path:
        """The record with its number in the folder of its client or case."""
        belonging.refuse_other(record, place, station)
        if known := belonging.same_in(place, record):
            self.back.notes.append(f"以前读过，就是 {known.name}，没有再建")
            return known
        values = {**record.plain(), **({"local": record.local} if record.local else {})}
        wish = (self.wish.client, self.wish.dossier)
        path = new(self.form, self.today, station, *wish, values=values).path
        if head:
            disk.replace(path, head.encode() + disk.read_bytes(path))
        return path

    def target(self) -> Path:
        place = f"-{self.back.place}" if self.back.place else ""
        source = self.back.source
        return folder(self.wish, self.station) / f"{self.wish.names.get(source, source.stem)}{place}.yaml"

    def compare(self, loaded: Loaded, found: Sequence[Settled]) -> None:
        """Beside the record that is there; taken over only when that was asked for."""
        record = amending.sound(loaded)
        if self.place and self.station:
            belonging.refuse_elsewhere(loaded.path, record, self.place, self.station)
        context: Context = surroundings(loaded.path, self.station)[1]
        result = compared(self.form, record, context, found, self.names, printed=bool(self.returned.record))
        changed = self.understand(result.understood.items, result.tree)
        if self.place and self.station and changed.record:
            belonging.refuse_other(changed.record, self.place, self.station)
        self.back.differences = result.differences
        self.back.record = record
        since = belonging.changed_since(self.returned.record, record) if result.differences else ""
        if since:
            self.back.notes.append(f"{since}：下面的不同里，有的是记录后来改的，不是表上改的")
        if result.differences and self.wish.update:
            if since and not (self.wish.seen or self.wish.force):
                raise Conflict(
                    f"{since}，没有改动记录", "去掉 --yes 再读，看过不同再答；或重新打印，在新的上面改"
                )
            self.update(loaded, record, changed)

    def update(self, loaded: Loaded, record: Record, changed: Loaded) -> None:
        if record.is_signed:
            raise Conflict(
                f"{loaded.path.name} 已经签字，没有改动它",
                f"先另立新版：recordkit revise {loaded.path} --reason 原因，再读一次",
            )
        if changed.record is None or any(item.state is State.WRONG for item in self.back.items):
            raise Conflict("有没读懂的地方，没有改动记录", "先在表上改好这些地方，再读一次")
        amending.save(loaded, changed.record)
        self.back.record, self.back.written = changed.record, loaded.path


def folder(wish: Wish, station: Workspace | None) -> Path:
    """Where records go that have no place yet: the station's inbox."""
    return wish.into or ((station.root if station else Path.cwd()) / INBOX)


def _order(form: Form) -> list[str]:
    return [name for _, names in form.order() for name in names]


def _unread_notes(items: Sequence[Item]) -> str:
    """Comment lines that keep what could not be understood, so that nothing is lost."""
    lines = [
        f"# {item.state}　{item.label}（{item.where}）：{_one_line(item.text)}　{_one_line(item.said)}"
        for item in items
        if item.state in (State.WRONG, State.UNUSED)
    ]
    return "".join(f"{line}\n" for line in lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def names_of(station: Workspace | None) -> Names:
    """The numbers behind names: staff and outside persons, and clients."""
    if station is None:
        return lambda name, to: ()
    people = (*station.profile.staff, *station.profile.outside)

    def numbers(name: str, to: str) -> Sequence[str]:
        if "人员" in to:
            return [person.number for person in people if person.name == name]
        return finding.numbered(station, name) if "服务对象" in to else ()

    return numbers
