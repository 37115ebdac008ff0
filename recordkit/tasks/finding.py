"""People, dossiers and records by whatever somebody remembers of them.

A station has hundreds of clients, so their records are skimmed for a few lines
each; only one that is written in an unusual way is read properly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from .. import forms
from ..errors import NotFound
from ..records import disk, repair
from ..records.dates import read_day
from ..records.identity import age as years_between
from ..records.model import form_class
from ..records.reading import load
from ..records.text import narrow
from . import dossiers
from .naming import initials
from .workspace import Workspace, record_files

_KEYS = (
    "name",
    "gender",
    "birth_date",
    "age_estimated",
    "phone",
    "community",
    "record_status",
    "merged_into",
)
_LABELS = {"form": (), "form_no": ("表单编号",), "client_no": ("服务对象", "探访对象", "申请人")}
_PLAIN = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([^\s"'|>&*!{\[#][^\n]*?))\s*(?:\s#.*)?""")
_EMPTY = frozenset({"~", "null", "Null", "NULL"})
_LEAST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Volume:
    """A person's dossier: how far it has come, how many forms lie in it."""

    number: str
    state: str
    forms: int


@dataclass(frozen=True, slots=True)
class Client:
    """A person on file, with what tells them from others of the same name."""

    number: str
    name: str = ""
    gender: str = ""
    age: int | None = None
    community: str = ""
    phone: str = ""
    status: str = ""
    path: str = ""
    dossiers: list[Volume] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paper:
    """A record or dossier found by its number."""

    number: str
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that answers to a word."""

    clients: list[Client]
    papers: list[Paper]


def find(station: Workspace, word: str, today: date) -> Found:
    """Whoever and whatever answers to the word; NotFound names the nearest names."""
    clients = [_client(folder, today) for folder in _folders(station, "clients")]
    volumes = dict(_volumes(station))
    wanted = _Wanted(word)
    matching = [client for client in clients if wanted.means(client)]
    owners = {owner for number, (owner, _) in volumes.items() if wanted.is_in(number)}
    matching += [client for client in clients if client.number in owners and client not in matching]
    papers = list(_papers(station, wanted, volumes))
    if not matching and not papers:
        raise NotFound(f"没有找到“{word}”", _near(wanted, clients))
    return Found([_with_dossiers(client, volumes) for client in matching], papers)


def record_numbered(station: Workspace, number: str) -> Path | None:
    """The record of that form number, wherever in the workspace it lies."""
    folders = sorted(station.folders(), key=lambda folder: not number.startswith(folder.name))
    wanted = number.encode()
    for path in (path for folder in folders for path in record_files(folder)):
        # Most files do not even mention the number.
        if wanted in disk.read_bytes(path) and skim(path, ("form_no",)).get("form_no") == number:
            return path
    return None


def numbered(station: Workspace, name: str) -> list[str]:
    """The numbers of the clients of exactly that name."""
    records = (folder / "client-record.yaml" for folder in _folders(station, "clients"))
    return [p.parent.name for p in records if p.is_file() and skim(p, ("name",)).get("name") == name]


def records_of(station: Workspace, form_id: str) -> Iterator[Path]:
    """Every record of one form."""
    for folder in station.folders():
        yield from (path for path in record_files(folder) if skim(path, ("form",)).get("form") == form_id)


def skim(path: Path, keys: Sequence[str]) -> dict[str, str]:
    """Some top-level values of a record file as text, without reading all of it."""
    text = repair.decoded(disk.read_bytes(path), lambda *_: None) or ""
    found: dict[str, str] = {}
    for name, value in _pattern(tuple(keys)).findall(text):
        said = _PLAIN.fullmatch(value.strip())
        if value.strip() and not said:
            return _read(path, keys)
        plain = said[1] or said[2] or said[3] or "" if said else ""
        found.setdefault(_names(tuple(keys))[name], "" if plain in _EMPTY else plain.strip())
    return found


@cache
def _names(keys: tuple[str, ...]) -> dict[str, str]:
    """What the keys may be called in a file."""
    specs = form_class("casework/client-record").specs()
    labels = {key: _LABELS[key] if key in _LABELS else (specs[key].label,) for key in keys}
    return {name: key for key, others in labels.items() for name in (key, *others)}


@cache
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, _names(keys)))
    return re.compile(rf"^\ufeff?({names})[ \t　]*[:：](.*)$", re.MULTILINE)


def _read(path: Path, keys: Sequence[str]) -> dict[str, str]:
    """The same by reading the record, for files written in an unusual way."""
    record = load(path).record
    values = {"form": record.form_id, **record.plain()} if record else {}
    return {key: str(values[key]) for key in keys if key in values}


def _folders(station: Workspace, kind: str) -> list[Path]:
    return [folder for folder in station.folders() if folder.parent.name == kind]


def _client(folder: Path, today: date) -> Client:
    path = folder / "client-record.yaml"
    known = skim(path, _KEYS) if path.is_file() else {}
    merged = known.get("merged_into", "")
    status = known.get("record_status", "")
    return Client(
        number=folder.name,
        name=known.get("name", ""),
        gender=known.get("gender", ""),
        age=_age(known, today),
        community=known.get("community", ""),
        phone=known.get("phone", ""),
        status=f"已合并至 {merged}" if merged else "" if status == "在档" else status,
        path=str(path if path.is_file() else folder),
    )


def _age(known: dict[str, str], today: date) -> int | None:
    with suppress(ValueError):
        return years_between(read_day(known.get("birth_date", "")), today)
    estimated = narrow(known.get("age_estimated", ""))
    return int(estimated) if estimated.isdecimal() else None


def _volumes(station: Workspace) -> Iterator[tuple[str, tuple[str, Volume]]]:
    """Each dossier by number, with the client it is about."""
    for folder in _folders(station, "dossiers"):
        heads = [skim(path, ("form", "client_no")) for path in record_files(folder)]
        # The intake says whose case it is; any other form will do.
        heads.sort(key=lambda head: head.get("form") != "casework/intake")
        owner = next((no for head in heads if (no := head.get("client_no"))), "")
        state = (
            "作废"
            if (folder / "void.yaml").is_file()
            else dossiers.state({head.get("form", "") for head in heads})
        )
        yield folder.name, (owner, Volume(folder.name, state, len(heads)))


def _with_dossiers(client: Client, volumes: dict[str, tuple[str, Volume]]) -> Client:
    client.dossiers.extend(volume for owner, volume in volumes.values() if owner == client.number)
    return client


def _papers(station: Workspace, wanted: _Wanted, volumes: dict[str, tuple[str, Volume]]) -> Iterator[Paper]:
    """Dossiers nobody owns, and the record whose whole number was given."""
    for number, (owner, volume) in volumes.items():
        if not owner and wanted.is_in(number):
            yield Paper(number, f"案卷（{volume.state}）", str(station.root / "dossiers" / number))
    if "-" in wanted.number and (path := record_numbered(station, wanted.number)):
        title = forms.load(skim(path, ("form",))["form"], station.layouts).title
        yield Paper(wanted.number, title, str(path))


class _Wanted:
    """A word in the shapes it may stand for."""

    def __init__(self, word: str) -> None:
        self.name = _plain(word)
        self.number = narrow(word).replace(" ", "").upper()
        self.digits = re.sub(r"[\s\-—–()]", "", narrow(word))
        self.letters = self.name if self.name.isascii() and self.name.isalpha() else ""

    def means(self, client: Client) -> bool:
        """Whether the client answers to it: name, initials, phone, number, community."""
        return bool(self.name) and (
            self.name in _plain(client.name)
            or self.is_in(client.number)
            or self.is_phone(client.phone)
            or (len(self.name) > 1 and self.name in _plain(client.community))
            or (len(self.letters) > 1 and self.letters in initials(_plain(client.name), name=True))
        )

    def is_in(self, number: str) -> bool:
        """Whether a number is meant: a part of it, or one of a form in it."""
        long_enough = len(self.number) >= _LEAST_DIGITS and any(c.isdigit() for c in self.number)
        return long_enough and (self.number in number or self.number.startswith(f"{number}-"))

    def is_phone(self, phone: str) -> bool:
        """Whether the digits are a part of the phone number."""
        known = re.sub(r"\D", "", narrow(phone))
        return self.digits.isdecimal() and len(self.digits) >= _LEAST_DIGITS and self.digits in known


def _plain(name: str) -> str:
    """A name without blanks and dots, Latin letters small."""
    return re.sub(r"[\s　·•.]", "", narrow(name)).lower()


def _near(wanted: _Wanted, clients: Sequence[Client]) -> str:
    """The names that share half of their letters with the word."""

    def likeness(client: Client) -> float:
        return SequenceMatcher(None, wanted.name, _plain(client.name)).ratio()

    near = sorted((c for c in clients if likeness(c) >= 0.5), key=lambda c: (-likeness(c), c.number))[:5]
    if near:
        return "相近的：" + "、".join(f"{client.name}（{client.number}）" for client in near)
    return "可以写姓名或其中几个字、拼音首字母、电话末几位、编号、社区"
