"""Who is in a list twice, or on file already: shown, never merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..records.dates import read_day
from ..records.phones import phone
from ..records.reading import load
from ..records.text import narrow
from .finding import skim
from .import_rows import Entry, Fate, Twin
from .workspace import Workspace

_FACTS = ("name", "id_no", "birth_date", "phone")
_MOST_NEAR = 5
_MOST_ALIKE = 200  # more of one name, and comparing each with each would take minutes
_GIVEN = frozenset({"filled_on", "filled_by", "entered_on", "form_no", "client_no"})


@dataclass(slots=True)
class Person:
    """Somebody by what tells people apart; `where` is the client's number or the row,
    `miswritten` an identity number that cannot be right."""

    where: str
    name: str = ""
    id_no: str = ""
    birth: str = ""
    phone: str = ""
    miswritten: str = ""
    path: Path | None = None
    entry: Entry | None = None
    _plain: dict[str, Any] = field(default_factory=dict)

    def same(self) -> Iterator[tuple[str, ...]]:
        """What two records of one person have in common."""
        if self.id_no:
            yield "证件号码相同", self.id_no
        if self.name and self.birth:
            yield "姓名和出生日期相同", self.name, self.birth
        if self.name and self.phone:
            yield "姓名和电话相同", self.name, self.phone

    def alike(self) -> Iterator[tuple[str, ...]]:
        """What two records have in common that may be one person's, a slip of the pen apart."""
        yield "同名", self.name
        for masked in _masked(self.id_no or self.miswritten):
            yield "证件号码只差一位", masked
        if self.birth and len(self.name) > 1:
            for masked in _masked(self.name):
                yield "出生日期相同，姓名差一字", masked, self.birth

    def plain(self) -> dict[str, Any]:
        """All that is known of the person, as a record file holds it."""
        if not self._plain:
            record = self.entry.record if self.entry else load(self.path).record if self.path else None
            self._plain = record.plain() if record is not None else {}
        return self._plain

    def sides(self, row: Person) -> Iterator[tuple[str, Any, Any]]:
        """Field, what the row says, what is known here: where they differ."""
        known = self.plain()
        for name, value in row.plain().items():
            if known.get(name) != value and name not in _GIVEN:
                yield name, value, known.get(name)

    def as_twin(self, row: Person, why: str) -> Twin:
        """As the row's twin, side by side with it."""
        assert row.entry is not None
        specs = row.entry.record.specs()
        sides = ((specs[name].label, _line(mine), _line(theirs)) for name, mine, theirs in self.sides(row))
        return Twin(self.where, self.name, why, tuple(sides))


def mark(entries: Sequence[Entry], station: Workspace) -> None:
    """Set apart the rows of people who are on file or in the list already, and note
    those who only resemble somebody."""
    register = _Register()
    for person in on_file(station):
        register.add(person)
    for entry in entries:
        if entry.fate is Fate.READY:
            person = _of(entry)
            _judge(entry, person, register)
            register.add(person)


class _Register:
    """People by what they have in common."""

    def __init__(self) -> None:
        self.same: dict[tuple[str, ...], list[Person]] = {}
        self.alike: dict[tuple[str, ...], list[Person]] = {}

    def add(self, person: Person) -> None:
        for index, keys in ((self.same, person.same()), (self.alike, person.alike())):
            for one in keys:
                people = index.setdefault(one, [])
                if len(people) < _MOST_ALIKE:
                    people.append(person)


def _judge(entry: Entry, person: Person, register: _Register) -> None:
    twins = _found(person.same(), register.same)
    alike = _found(person.alike(), register.alike)
    equal = [one for one, _ in (*twins, *alike) if one.name == person.name and _holds(one, person)]
    if on_file := next((one for one in equal if one.path), None):
        entry.fate, entry.client_no = Fate.ON_FILE, on_file.where
        return
    twins = twins or [(one, "整行相同") for one in equal[:1]]
    entry.twins = [one.as_twin(person, why) for one, why in twins]
    known = {id(one) for one, _ in twins}
    near = [(one, why) for one, why in alike if id(one) not in known]
    entry.near = [one.as_twin(person, why) for one, why in near[:_MOST_NEAR]]
    if twins:
        entry.fate = Fate.TWIN
    for one, why in twins:
        # One number for two names: nobody can tell from here which of them is right.
        if one.entry and one.entry.fate is Fate.READY and one.name != person.name:
            one.entry.fate = Fate.TWIN
            one.entry.twins.append(person.as_twin(one, why))


def _holds(known: Person, row: Person) -> bool:
    """Whether all that the row says is known of the person."""
    return bool(known.plain()) and not any(known.sides(row))


def _line(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value or "（没有写）")


def _found(
    keys: Iterator[tuple[str, ...]], index: dict[tuple[str, ...], list[Person]]
) -> list[tuple[Person, str]]:
    """Each person once, with the first reason."""
    found: dict[int, tuple[Person, str]] = {}
    for one in keys:
        for person in index.get(one, ()):
            found.setdefault(id(person), (person, one[0]))
    return list(found.values())


def on_file(station: Workspace) -> Iterator[Person]:
    """The clients who have a record."""
    for folder in station.folders():
        path = folder / "client-record.yaml"
        if folder.parent.name == "clients" and path.is_file():
            known = skim(path, _FACTS)
            yield Person(
                folder.name,
                _bare(known.get("name", "")),
                _bare(known.get("id_no", "")).upper(),
                _day(known.get("birth_date", "")),
                _phone(known.get("phone", "")),
                path=path,
            )


def unfinished(station: Workspace) -> list[Path]:
    """Client folders without any record: a number that was taken and never used."""
    return [
        folder
        for folder in station.folders()
        if folder.parent.name == "clients" and not any(folder.glob("*.yaml"))
    ]


def _of(entry: Entry) -> Person:
    record = entry.record
    born = record.birth_date
    return Person(
        f"第{entry.number}行",
        _bare(entry.name),
        _bare(record.id_no or "") if _is_number(record.id_no) else "",
        born.isoformat() if isinstance(born, date) else "",
        record.phone or "" if _is_number(record.phone) else "",
        next((_bare(p.text).upper() for p in entry.problems if p.path == "id_no" and not p.kept), ""),
        entry=entry,
    )


def _is_number(text: object) -> bool:
    return isinstance(text, str) and any(character.isdigit() for character in text)


def _bare(text: str) -> str:
    """Without blanks and dots, as people differ in them."""
    return re.sub(r"[\s　·•.]", "", narrow(text))


def _day(text: str) -> str:
    with suppress(ValueError):
        return read_day(text).isoformat()
    return ""


def _phone(text: str) -> str:
    with suppress(ValueError):
        return phone(narrow(text))
    return ""


def _masked(text: str) -> list[str]:
    """The text with each of its characters left out in turn: two that differ in one meet in one."""
    return [f"{text[:i]}_{text[i + 1 :]}" for i in range(len(text))]
