"""What the tests of fillers share: a full record of each form, what a person types
to say it, and the road from a returned file to a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from forms.test_answers import held
from peers import fillers

from recordkit import forms
from recordkit.formats.docx import returned
from recordkit.forms import Form, answers
from recordkit.forms.answers import State, Understood
from recordkit.forms.blocks import Cell, Table, cells
from recordkit.forms.returned import Paper, Returned
from recordkit.records import dates, kinds
from recordkit.records.fields import Spec
from recordkit.records.kinds import BOX, OTHER, Kind
from recordkit.records.model import Block, Record
from recordkit.records.reading import Loaded, from_form
from recordkit.tasks import printing
from recordkit.tasks.workspace import opened

ROOT = Path(__file__).resolve().parents[1]
STATION = opened(ROOT / "samples")
STAFF = {person.number: person.name for person in STATION.profile.staff}
CATALOGUE = {form.slug: form for form in forms.catalogue()}
SLUGS = tuple(CATALOGUE)
_DAY = date(2026, 3, 5)
_WORDS = "自己打零工补贴家用"


# --- a record in which every field says something -------------------------------------


@cache
def full_record(slug: str, variant: int = 0, more: int = 0) -> Any:
    """A record with every field filled in; its tables have as many rows as the blank
    form, and `more`."""
    form = CATALOGUE[slug]
    tables = [block for block in forms.blank(form).blocks if isinstance(block, Table)]
    rows = {table.path: len(table.rows) + more for table in tables}
    return form.model(**_values(form.model, variant, rows))


def _values(block: type[Block], number: int, rows: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, (name, spec) in enumerate(block.specs().items()):
        base = block.specs().get(name.removesuffix("_other"))
        if not spec.stored or (base is not spec and base is not None):
            continue
        if isinstance(spec.kind, kinds.Table):
            found[name] = [_values(spec.kind.part, number + n, {}) for n in range(rows.get(name, 0))] or None
        elif isinstance(spec.kind, kinds.Sign | kinds.Seal):
            found[name] = {"state": "已签", "on": _DAY}
        elif not isinstance(spec.kind, kinds.Nested):
            found[name] = _value(spec, place + number, number)
            if f"{name}_other" in block.specs() and OTHER in (found[name] or ()):
                found[f"{name}_other"] = _WORDS
    return found


def _value(spec: Spec, place: int, number: int) -> Any:
    """A value as life has it, another one in each place and each row."""
    kind = spec.kind
    match kind:
        case kinds.Choice():
            return kind.listed[-1] if number % 3 == 1 else kind.listed[place % len(kind.listed)]
        case kinds.Multi():
            apart = [option for option in kind.listed if option not in kinds.EXCLUSIVE]
            return apart[place % 3 :: 2] if number % 2 == 0 else apart[-2:]
        case kinds.Number():
            return int(min(kind.most, max(kind.least, Decimal(place % 9 + 1))))
        case kinds.Rating():
            return kind.low + place % (kind.high - kind.low + 1)
        case kinds.RowNo():
            return kind.nth(number + 1)
        case kinds.Ref(to="人员编号"):
            return list(STAFF)[place % len(STAFF)]
        case kinds.Name():
            return ("赵桂兰", "欧阳建国", "李梅")[place % 3]
        case kinds.Long():
            return f"第{place}次谈到{spec.label}，老人说“还行”。\n　　女儿 100% 愿意来往：\n\n记下 <原话> & 语气。"
        case kinds.Text():
            return f"{spec.label}之{place}"[: kind.longest]
    return _PLAIN[type(kind)](place)


_PLAIN: dict[type[Kind], Any] = {
    kinds.Address: lambda n: f"山东省济南市历下区示范街道 {n} 号楼 2 单元（西门）",
    kinds.Day: lambda n: date(2026, n % 12 + 1, n % 28 + 1),
    kinds.DayTime: lambda n: datetime.combine(date(2026, 3, n % 28 + 1), time(14, 30)),
    kinds.Days: lambda n: dates.DayRange(_DAY, date(2026, 12, n % 28 + 1)),
    kinds.Times: lambda n: dates.TimeRange(time(9, n % 60), time(15, 10)),
    kinds.YesNo: lambda n: n % 2 == 0,
    kinds.Money: lambda n: Decimal(1200 + n),
    kinds.IdNo: lambda n: "11010519491231002X",
    kinds.Phone: lambda n: f"138000017{n % 90 + 10}",
    kinds.Ref: lambda n: f"LX01-FW-{n:06}",
    kinds.Refs: lambda n: [f"P{n}", f"P{n + 1}"],
    kinds.Picks: lambda n: ["S01", "S02"],
}


# --- what a person types ----------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A place of the blank form, and what a person leaves there: a text, or options to tick."""

    path: str
    row: int
    spec: Spec
    text: str
    ticks: tuple[str, ...] = ()
    other: str = ""
    boxed: bool = False

    @property
    def key(self) -> str:
        """How the fillers of Word forms name it."""
        return self.path if self.row < 0 else f"{self.path}@{self.row}"


def places(form: Form, record: Record) -> Iterator[Place]:
    """Every place of the form for which the record has something to say."""
    wanted = set(answers.carried(form))
    for row, cell in _cells(form, record):
        holder = _row(record, cell.path, row)
        name = cell.path.rpartition(".")[2]
        if cell.path in wanted and cell.spec and (value := getattr(holder, name)) is not None:
            other = getattr(holder, f"{name}_other", None) or ""
            yield place_of(cell.path, row, cell.spec, value, other, cell.text)


def _cells(form: Form, record: Record) -> Iterator[tuple[int, Cell]]:
    """The cells of the blank form, of tables as many rows as the record has."""
    for block in forms.blank(form).blocks:
        if isinstance(block, Table):
            rows = range(len(getattr(record, block.path) or ()))
            yield from ((row, cell) for row in rows for cell in block.rows[-1])
        else:
            yield from ((-1, cell) for cell in cells(block))


def _row(record: Record, path: str, row: int) -> Any:
    return record if row < 0 else getattr(record, path.partition(".")[0])[row]


def place_of(path: str, row: int, spec: Spec, value: Any, other: str, printed: str) -> Place:
    """What a person leaves at a place of the form where the blank has `printed`."""
    options = spec.kind.options()
    boxed = bool(options) and printed.count(BOX) == len(options)
    if isinstance(value, kinds.Unstated) or not options:
        return Place(path, row, spec, said(spec.kind, value), boxed=boxed)
    chosen = (
        ("是" if value else "否",)
        if isinstance(value, bool)
        else (value,)
        if isinstance(value, str)
        else value
    )
    words = "、".join(chosen) + (f"：{other}" if other else "")
    return Place(path, row, spec, words, tuple(chosen) if boxed else (), other, boxed)


def said(kind: Kind, value: Any) -> str:
    """A value in a person's writing."""
    match value:
        case kinds.Unstated():
            return str(value)
        case datetime():
            return f"{value.year}年{value.month}月{value.day}日 {value.hour}时{value.minute:02}分"
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case dates.DayRange(start, end):
            return f"{said(kind, start)}至{said(kind, end)}"
        case dates.TimeRange(start, end):
            return f"{start.hour}时{start.minute:02}分至{end.hour}时{end.minute:02}分"
        case list():
            return "、".join(STAFF.get(item, item) for item in value)
        case Decimal() if isinstance(kind, kinds.Money):
            return f"{value}元"
        case Block():
            return f"{value.state} {said(kind, value.on)}" if value.on else str(value.state)
    return str(value)


# --- blanks, and the road back ------------------------------------------------------------


@cache
def blank(slug: str, to: str, end: str = "") -> bytes:
    """The blank form to be filled in on the computer, as `recordkit blank` makes it."""
    form = forms.load(f"casework/{slug}")
    arranged = forms.blank(form, printing.Context(station=STATION.profile))
    made = dict(printing.blank_files_of(arranged, form, [to], STATION, fillable=True))
    return next(make() for name, make in made.items() if end in name)


@dataclass
class Back:
    """What came back of one file."""

    said: Returned
    found: Understood
    loaded: Loaded

    @property
    def told(self) -> list[str]:
        """Everything a person is told."""
        items = [
            f"{i.state} {i.label} {i.text} {i.said}" for i in self.found.items if i.state is not State.READ
        ]
        strays = [f"多出 {stray.text}（{stray.where}）" for stray in self.said.strays]
        return [*items, *strays, *self.said.notes, *(f.message for f in self.loaded.findings)]


def names(name: str, to: str) -> list[str]:
    """Staff by name, as the station has them."""
    return [number for number, known in STAFF.items() if known == name]


def back(paper: Paper, form: Form) -> Back:
    """The whole pipeline behind opening."""
    [said_there] = paper.returned(form)
    found = answers.understood(form, answers.places(form, said_there), names)
    return Back(said_there, found, from_form(form.model, found.tree(), Path("表")))


def differences(form: Form, got: Record, wanted: Record, left_out: Any = ()) -> dict[str, Any]:
    """The fields that did not come back, with what came and what was filled in."""
    paths = [path for path in answers.carried(form) if path not in left_out]
    return {
        path: (held(got, path), held(wanted, path)) for path in paths if held(got, path) != held(wanted, path)
    }


# --- Word -----------------------------------------------------------------------------------


def for_controls(data: bytes, form: Form, record: Record) -> dict[str, str | list[str]]:
    """What is typed and ticked by control: texts, and the options to tick."""
    root = fillers.document(data)
    values: dict[str, str | list[str]] = {}
    for place in places(form, record):
        control = fillers.tagged(root, place.path)[0]
        if place.ticks:
            values[place.key] = list(place.ticks)
            if place.other:
                values[f"{place.path}_other" + place.key.removeprefix(place.path)] = place.other
        else:
            values[place.key] = _entry(control, place)
    return values


def _entry(control: Any, place: Place) -> str:
    """What a list to choose from offers for it, else the text."""
    entries = [each.get(f"{fillers.W}displayText") for each in control.iter(f"{fillers.W}listItem")]
    if place.spec.kind == kinds.Ref("人员编号") and entries:
        return next((entry for entry in entries if entry.endswith(f"（{place.text}）")), place.text)
    return place.text


def without_controls(root: Any) -> None:
    """Every content control taken away, what stood in it kept."""
    for control in list(root.iter(fillers.SDT)):
        for child in control.find(fillers.CONTENT):
            control.addprevious(child)
        control.getparent().remove(control)


def without_bookmarks(root: Any) -> None:
    for mark in list(root.iter(fillers.W + "bookmarkStart", fillers.W + "bookmarkEnd")):
        mark.getparent().remove(mark)


def without_marks(root: Any) -> None:
    without_controls(root)
    without_bookmarks(root)


def for_uno(path: Path, form: Form, record: Record) -> fillers.UnoJob:
    """The same by the bookmarks, as LibreOffice is asked to fill them."""
    texts: dict[str, str] = {}
    ticks: dict[str, list[int]] = {}
    others: dict[str, str] = {}
    for place in places(form, record):
        if not place.ticks:
            texts[place.key] = place.text
            continue
        options = list(place.spec.kind.options())
        ticks[place.key] = [options.index(option) + 1 for option in place.ticks]
        if place.other:
            others[place.key] = place.other
    return fillers.UnoJob(path, texts, ticks, others)


def filled_in_word(slug: str, variant: int = 0) -> bytes:
    """The form with the full record, as Word leaves it."""
    data = blank(slug, "docx")
    return fillers.fill_as_word(data, for_controls(data, CATALOGUE[slug], full_record(slug, variant)))


def docx_back(data: bytes, form: Form) -> Back:
    """The whole pipeline for a Word form."""
    return back(returned.open_paper(data), form)
