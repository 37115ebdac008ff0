"""Whose data go into a foreign table: the records of each row, and their values by label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import forms
from ..errors import NotFound
from ..forms import Form
from ..forms.arrange import RecordTexts, in_words
from ..forms.labels import Labels
from ..records import kinds
from ..records.common import Head
from ..records.context import Context
from ..records.fields import Spec
from ..records.kinds import Table, Unstated
from ..records.model import Block, Record
from ..records.reading import Loaded, load
from .printing import surroundings
from .workspace import Workspace, record_files

CLIENT = "casework/client-record"
_NOT_WRITTEN = (kinds.Sign, kinds.Seal, kinds.Files, kinds.Picture)
_FIGURES = (kinds.Number, kinds.Rating, kinds.Money)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one of the forms; `ref` is what a mapping remembers (`casework/intake:source`)."""

    form: Form
    path: str

    @property
    def ref(self) -> str:
        """The form and the path."""
        return f"{self.form.id}:{self.path}"

    @property
    def spec(self) -> Spec:
        """What is known of it."""
        found = self.form.spec_at(self.path)
        assert found, self.path
        return found

    @property
    def said(self) -> str:
        """Its label and its form, for a person."""
        return f"{self.spec.label}（{self.form.title}）"


@dataclass(slots=True)
class Person:
    """What one row, or a whole single form, is filled from: the newest record of each form.

    `own` are the forms of the files that were named; those of its surroundings come after.
    """

    source: Path
    texts: dict[str, RecordTexts] = field(default_factory=dict)
    own: list[str] = field(default_factory=list)

    def add(self, form: Form, record: Record, context: Context) -> None:
        """Take in a record; a later one of the same form wins."""
        frozen = record.printed.texts if record.printed else None
        self.texts[form.id] = RecordTexts(record, context, form.local, frozen)

    def value(self, of: Field) -> Any:
        """The value itself, None where there is none."""
        return self.texts[of.form.id].value(of.path) if of.form.id in self.texts else None

    def text(self, of: Field, printed_day: bool = False) -> str:
        """The value as somebody would write it into a table: no boxes, figures and days plain."""
        value, kind = self.value(of), of.spec.kind
        if value is None or value == []:
            return ""
        if isinstance(value, Unstated):
            return str(value)
        if isinstance(kind, Table):
            return "；".join(map(_in_a_line, value))
        if type(value) is date and not printed_day:
            return value.isoformat()
        if isinstance(kind, _FIGURES) and isinstance(value, int | Decimal):
            return str(kind.plain(value))
        return self.texts[of.form.id].text(of.path, of.spec, in_row=True)

    def chosen(self, of: Field) -> Sequence[str]:
        """The options that are ticked."""
        return self.texts[of.form.id].chosen(of.path) if of.form.id in self.texts else ()


def _in_a_line(row: Block) -> str:
    """A row of a list in one cell: what was chosen without the boxes, and what is so by its label."""
    words = []
    for name, spec, value in row.filled():
        if isinstance(value, bool):
            words += [spec.label] * value
        elif not name.endswith("_other"):
            words.append(in_words(spec, value, None, getattr(row, f"{name}_other", None) or ""))
    return " ".join(words)


@dataclass(slots=True)
class People:
    """The persons in order, and the forms they have records of."""

    persons: list[Person]
    forms: dict[str, Form]
    skipped: list[str] = field(default_factory=list)
    _labels: dict[str, Labels] = field(default_factory=dict, repr=False)
    _known: dict[str, list[Field]] = field(default_factory=dict, repr=False)

    def fields(self, label: str) -> list[Field]:
        """The fields that a label means, the likeliest first: more than one is doubtful."""
        if label not in self._known:
            paths = ((form, path) for form in self.ordered() for path in self.labels(form).paths(label))
            found = [Field(form, path) for form, path in paths if _may_be_written(form, path)]
            self._known[label] = self._settled(found)
        return self._known[label]

    def labels(self, form: Form) -> Labels:
        """The labels of a form, put together once."""
        if form.id not in self._labels:
            self._labels[form.id] = Labels(form)
        return self._labels[form.id]

    def near(self, label: str) -> list[Field]:
        """Fields whose labels resemble it."""
        found = [
            Field(form, path)
            for form in self.ordered()
            for path in self.labels(form).near(label)
            if _may_be_written(form, path)
        ]
        seen: dict[str, Field] = {}
        for each in found:
            seen.setdefault(each.spec.label, each)
        return list(seen.values())[:5]

    def at(self, ref: str) -> Field | None:
        """The field a mapping remembers; None where there are no such records or fields."""
        name, _, path = ref.partition(":")
        form = self.forms.get(name)
        return Field(form, path) if form and _may_be_written(form, path) else None

    def ordered(self) -> list[Form]:
        """Forms that were named first, then the person's own record, then the others."""
        own = {name for person in self.persons for name in person.own}
        return sorted(self.forms.values(), key=lambda form: (form.id not in own, form.id != CLIENT))

    def _settled(self, found: list[Field]) -> list[Field]:
        """One field where all mean the same fact; what every form has (填表日期) stays doubtful."""
        if len(found) < 2:
            return found
        own = [each for each in found if any(each.form.id in person.own for person in self.persons)]
        if len(own) == 1:
            return own
        about = [each for each in found if each.form.id == CLIENT and each.path not in Head.specs()]
        if len(about) == 1:
            return about
        said = {tuple(person.text(each) for person in self.persons) for each in found}
        return found[:1] if len(said) == 1 else found


def _may_be_written(form: Form, path: str) -> bool:
    spec = form.spec_at(path)
    return spec is not None and not isinstance(spec.kind, _NOT_WRITTEN)


def people(paths: Sequence[Path], station: Workspace | None) -> People:
    """Who is meant: each record file, and each folder with records, is one row.

    A client's own record is looked up from a dossier. Raises NotFound where there
    is nothing, and the first problem of a single record that cannot be read.
    """
    found = People([], {})
    for source in dict.fromkeys(place for path in paths for place in _places(path)):
        person = Person(source)
        files = [source] if source.is_file() else record_files(source)
        for file in files:
            _take_in(file, person, station, found)
        if not person.texts:
            continue
        person.own = list(person.texts) if source.is_file() else []
        _with_client(files[0], person, station, found)
        found.persons.append(person)
    if not found.persons:
        raise NotFound(
            "没有读到能用的记录", "；".join(found.skipped[:3]) or "给出记录文件，或服务对象、案卷的文件夹"
        )
    return found


def _places(path: Path) -> Iterator[Path]:
    """The file, or the folders with records in and below it, in order."""
    if path.is_file():
        yield path
    elif path.is_dir():
        folders = sorted({file.parent for file in path.rglob("*.yaml")})
        known = [folder for folder in folders if record_files(folder)]
        if not known:
            raise NotFound(f"{path} 里没有记录文件")
        yield from known
    else:
        raise NotFound(f"找不到：{path}")


def _take_in(file: Path, person: Person, station: Workspace | None, found: People) -> None:
    home, context = surroundings(file, station)
    loaded = _loaded(file, home)
    if loaded.record is None:
        found.skipped.append(f"{file.parent.name}/{file.name} 读不懂，没有用")
        return
    form = found.forms.get(loaded.record.form_id)
    if form is None:
        form = forms.load(loaded.record.form_id, home.layouts if home else None)
        found.forms[form.id] = form
    person.add(form, loaded.record, context)


def _loaded(file: Path, home: Workspace | None) -> Loaded:
    """The record; a client's own, which its surroundings have read, is not read again."""
    if home and file.resolve() == home.root / "clients" / file.parent.name / "client-record.yaml":
        return home.client(file.parent.name) or load(file)
    return load(file)


def _with_client(file: Path, person: Person, station: Workspace | None, found: People) -> None:
    """The client's own record, when the folder has it elsewhere."""
    home, context = surroundings(file, station)
    if CLIENT not in person.texts and context.client is not None:
        form = found.forms.setdefault(CLIENT, forms.load(CLIENT, home.layouts if home else None))
        person.add(form, context.client, context)
