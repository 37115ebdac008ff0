"""The station's folder: who is on file, which dossiers there are, what lies in them.

Numbers are taken by creating their folder or file exclusively, so of two people
at once each gets a number of their own.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from ..checks import Case, checklist
from ..errors import NotFound, UsageProblem
from ..records import disk
from ..records.context import Context
from ..records.model import Record
from ..records.reading import Loaded, load
from ..records.station import Profile, read_toml

PROFILE = "recordkit.toml"
INBOX = "收件箱"
_OLD_VERSION = re.compile(r"\.v\d+\.yaml$")


class Folder:
    """The records of one folder, each read once and only when its form is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._forms = {file: _form_of(file) for file in record_files(path)}
        self._read: dict[Path, Loaded] = {}

    def loaded(self, form_id: str = "") -> list[Loaded]:
        """The files as read, of one form or all."""
        return [self._load(file) for file, form in self._forms.items() if not form_id or form == form_id]

    def of(self, form_id: str) -> list[Record]:
        """The readable records of one form, oldest first."""
        return _by_day(self.loaded(form_id))

    def __iter__(self) -> Iterator[Record]:
        return iter(_by_day(self.loaded()))

    @property
    def client_no(self) -> str:
        """The client the folder is about: its own name, or what its records say."""
        if self.path.parent.name == "clients":
            return self.path.name
        for file in sorted(self._forms, key=lambda file: self._forms[file] != "casework/intake"):
            if number := getattr(self._load(file).record, "client_no", None):
                return str(number)
        return ""

    def _load(self, file: Path) -> Loaded:
        if file not in self._read:
            self._read[file] = load(file)
        return self._read[file]


@dataclass
class Workspace:
    """A station's workspace, its files read at most once per command."""

    root: Path
    profile: Profile
    _contexts: dict[Path, tuple[Folder, Context]] = field(default_factory=dict, repr=False)
    _clients: dict[str, Loaded | None] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> str:
        """The station's code, the first part of every number."""
        return self.profile.station.code

    @property
    def layouts(self) -> Path:
        """Where the station keeps layouts and Word templates of its own."""
        return self.root / "templates"

    def client_folder(self, number: str) -> Path:
        """The folder of a client; NotFound when nobody has that number."""
        folder = self.root / "clients" / _plain(number)
        if not folder.is_dir():
            raise NotFound(f"没有编号为 {number} 的服务对象", "按姓名查编号：recordkit find 姓名")
        return folder

    def dossier_folder(self, number: str) -> Path:
        """The folder of a dossier; NotFound when there is none."""
        folder = self.root / "dossiers" / _plain(number)
        if not folder.is_dir():
            raise NotFound(f"没有编号为 {number} 的案卷", "在办案卷：recordkit dossier status")
        return folder

    def client(self, number: str) -> Loaded | None:
        """The client's record as read, if there is one."""
        if number not in self._clients:
            path = self.root / "clients" / number / "client-record.yaml"
            self._clients[number] = load(path) if path.is_file() else None
        return self._clients[number]

    def context(self, folder: Path) -> Context:
        """What a record in that folder may ask; its siblings are read when asked for."""
        folder = folder.resolve()
        if folder not in self._contexts:
            siblings = Folder(folder)
            client = self.client(number) if (number := siblings.client_no) else None
            context = Context(
                station=self.profile,
                client=client.record if client else None,
                service_no=folder.name if folder.parent.name == "dossiers" else "",
                siblings=siblings,
                facts={"completeness": lambda: checklist(self.case(folder))},
            )
            self._contexts[folder] = (siblings, context)
        return self._contexts[folder][1]

    def case(self, folder: Path) -> Case:
        """All records of a folder with their surroundings, the client's own with them."""
        folder = folder.resolve()
        context = self.context(folder)
        siblings = self._contexts[folder][0]
        client = self.client(siblings.client_no) if siblings.client_no else None
        outside = [client] if client and client.path.parent != folder else []
        return Case([*siblings.loaded(), *outside], context, folder=folder)

    def folders(self) -> Iterator[Path]:
        """The folders that hold records: clients first, then dossiers."""
        for kind in ("clients", "dossiers"):
            if (self.root / kind).is_dir():
                yield from sorted(path for path in (self.root / kind).iterdir() if path.is_dir())


def record_files(folder: Path) -> list[Path]:
    """The record files of a folder; superseded versions and voids are left out."""
    return sorted(path for path in folder.glob("*.yaml") if is_record_file(path) and path.is_file())


def is_record_file(path: Path) -> bool:
    """Whether a file's name is that of a record."""
    name = path.name
    usual = name.endswith(".yaml") and not name.startswith(".")
    return usual and name != "void.yaml" and not _OLD_VERSION.search(name)


def nearest(start: Path) -> Workspace | None:
    """The workspace `start` lies in, or None."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / PROFILE).is_file():
            return opened(folder)
    return None


def opened(root: Path) -> Workspace:
    """The workspace in that very folder; a faulty profile is explained."""
    path = root / PROFILE
    if not path.is_file():
        raise NotFound(f"{root} 不是社工站工作区：里面没有 {PROFILE}", "建一个：recordkit init 文件夹")
    try:
        content = read_toml(disk.read_bytes(path), str(path))
        return Workspace(root.resolve(), Profile.model_validate(content))
    except ValidationError as problem:
        places = "；".join(
            _place(error["loc"], error["type"], error.get("ctx", {})) for error in problem.errors()
        )
        raise UsageProblem(f"{path}：{places}", "对照 recordkit init 建的样板改正") from None


def _place(loc: tuple[str | int, ...], kind: str, about: Mapping[str, object]) -> str:
    where = ".".join(str(step) for step in loc)
    said = {"missing": "没有填", "extra_forbidden": "不认识这一项", "string_pattern_mismatch": "应像 LX01"}
    own = about.get("error") if kind == "value_error" else None
    return f"{where} {own or said.get(kind, '写法不对')}".strip()


def _plain(number: str) -> str:
    """The number alone: a shell's completion adds a slash; anything that could lead
    elsewhere names nobody."""
    plain = number.strip().rstrip("/\\")
    return plain if re.fullmatch(r"[A-Za-z0-9-]+", plain) else "（无）"


def _form_of(file: Path) -> str:
    """The form a file says it is, from its first lines, without reading the record."""
    with contextlib.suppress(OSError), file.open("rb") as opened_file:
        found = re.search(
            rb"^\s*form\s*(?::|\xef\xbc\x9a)\s*['\"]?([\w/-]+)", opened_file.read(2000), re.MULTILINE
        )
        if found:
            return found[1].decode("ascii", "replace")
    record = load(file).record  # another encoding, or a long comment above
    return record.form_id if record is not None else ""


def _by_day(loaded: Sequence[Loaded]) -> list[Record]:
    records = [one.record for one in loaded if one.record is not None]
    return sorted(records, key=lambda record: (str(record.form_day() or "9999"), record.form_id))


def take(parent: Path, name: Callable[[int], str], first: int, claim: Callable[[Path], None]) -> Path:
    """Claim the first free number from `first` on by creating its path.

    `claim` must fail with FileExistsError when somebody else was quicker.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + 10_000):
        path = parent / name(number)
        try:
            claim(path)
        except FileExistsError:
            continue
        return path
    raise UsageProblem(f"{parent} 里的编号用完了")


def after_last(parent: Path, pattern: str) -> int:
    """One more than the highest number that `pattern`'s first group finds among the names."""
    found = (re.fullmatch(pattern, path.name) for path in parent.iterdir()) if parent.is_dir() else ()
    return max((int(match[1]) for match in found if match), default=0) + 1
