"""A copy of somebody else's table filled from our records, by its labels.

`plan` finds out what the table asks and where; a person confirms it; `fill`
writes the copy. The original is never touched, and nothing that stands in it
is written over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Conflict, UsageProblem
from ..forms.foreign import (
    Blank,
    Box,
    Grid,
    List,
    Spot,
    blank,
    is_counter,
    is_signed,
    lists,
    options,
    span,
    spots,
)
from ..records import disk, kinds
from ..records.fields import Privacy
from ..records.kinds import TICKED
from ..records.kinds.choices import folded
from . import mappings
from .filling_inner import Inner, inner_lists
from .filling_records import Field, People, Person, people
from .foreign_tables import Table, opened
from .printing import default_folder
from .workspace import Workspace

KIND = "填表"
LIST, SINGLE = "名单：一行一人（件）", "单张表：一人一张"


@dataclass(slots=True)
class Asked:
    """One label of the table: its place, and the field it means.

    `field` is None where it is left alone; `sure` is False while a person has to
    say yes to `choices`.
    """

    name: str
    place: Spot | Box
    field: Field | None = None
    sure: bool = True
    choices: Sequence[Field] = ()
    first: str = ""
    why: str = ""
    said: bool = False  # whether a person settled it, now or before
    kept: str = ""  # what was remembered and cannot be followed this time

    @property
    def where(self) -> str:
        """A place a person can go to."""
        return self.place.where if isinstance(self.place, Box) else self.place.box.where


@dataclass(slots=True)
class Plan:
    """What would be written; nothing is written yet."""

    path: Path
    table: Table
    people: People
    asked: list[Asked]
    found: List | None = None
    inner: Sequence[Inner] = ()
    remembered: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def mode(self) -> str:
        """List or single form, in words."""
        return LIST if self.found else SINGLE

    def fields(self) -> list[Field]:
        """What will be written, each once."""
        single = [each.field for each in self.asked if each.field and each.sure]
        return list({each.ref: each for each in (*single, *(one.field for one in self.inner))}.values())

    def sensitive(self) -> list[str]:
        """Labels of sensitive personal data that will be written."""
        return [each.spec.label for each in self.fields() if each.spec.privacy is Privacy.SENSITIVE]

    def internal(self) -> list[str]:
        """Labels that are for the station alone."""
        return [each.spec.label for each in self.fields() if each.spec.internal]

    def answer(self, name: str, chosen: Field | None) -> None:
        """What a person said of a doubtful label."""
        for each in self.asked:
            if each.name == name:
                each.field, each.sure, each.said = chosen, True, True
                each.first = self.people.persons[0].text(chosen) if chosen else ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The copy that was written, and what has to be told."""

    path: Path
    mapping: Path | None
    rows: int
    cells: int
    notes: Sequence[str]


def plan(path: Path, sources: Sequence[Path], station: Workspace | None) -> Plan:
    """What the table asks and what our records answer.

    Raises UsageProblem where no label is known or a single form meets several
    records, NotFound for missing files, Refused for hostile ones.
    """
    whose = people(sources, station)
    table = opened(path, len(whose.persons))
    found = _list_of(table, whose)
    inner = [] if found else inner_lists(table.grids, whose)
    taken = {box for each in inner for box in each.boxes()}
    asked = _heads(found, whose) if found else _places(table, whose, taken)
    made = Plan(path, table, whose, asked, found, inner, notes=list(whose.skipped))
    if not inner and not any(each.field or each.choices for each in asked):
        raise UsageProblem(f"{path.name} 里没有认出一个标签", "看看表头是不是在图片里，或换一份记录")
    if not found and len(whose.persons) > 1:
        raise UsageProblem(
            f"{path.name} 是单张表（一人一张），却给了 {len(whose.persons)} 份",
            "一次给一个人的文件夹或一份记录",
        )
    _recall(made, station)
    return made


def fill(
    made: Plan,
    station: Workspace | None,
    into: Path | None = None,
    force: bool = False,
    internal: bool = False,
) -> Filled:
    """Write the copy and remember the mapping.

    Conflict when the copy is there already; UsageProblem when a workbook has too
    few blank rows. What is internal stays out unless asked for.
    """
    target = _target(made.path, into, station)
    if target.exists() and (not force or target.samefile(made.path)):
        raise Conflict(f"{target} 已经存在，没有改动它", "要覆盖请加 --force，或用 -o 换个地方")
    if not internal:
        made.inner = [one for one in made.inner if not one.field.spec.internal]
        for each in made.asked:
            if each.field and each.field.spec.internal:
                each.field, each.why = None, "内部使用，没有写；一定要写的，加 --internal"
    writer = _Writer(made)
    rows = writer.list(made.found) if made.found else writer.single()
    if not writer.cells:
        raise UsageProblem(
            f"{made.path.name}：没有一格可写，没有另存", "；".join(dict.fromkeys(writer.notes))
        )
    data = made.table.data()
    disk.replace(target, data) if force else disk.create(target, data)
    return Filled(target, _remember(made, station), rows, writer.cells, list(dict.fromkeys(writer.notes)))


# --- what is asked ---------------------------------------------------------------


def _list_of(table: Table, whose: People) -> List | None:
    """The list that is meant, where heads match better than labels with a place of their own."""
    best, most = None, 1
    for grid in table.grids:
        single = sum(bool(whose.fields(spot.label)) for spot in spots(grid, whose.fields))
        for found in lists(grid, whose.fields):
            count = sum(bool(whose.fields(head.text)) for head in found.heads)
            beside = len(found.rows) == 1 and len(whose.persons) == 1 and single > count
            if count > most and not beside and count >= _elsewhere(grid, found, whose):
                best, most = found, count
    return best


def _elsewhere(grid: Grid, found: List, whose: People) -> int:
    """How many labels of the same table have places of their own outside the list."""
    inside = {box for box in grid.boxes if box.row in found.rows} | set(found.heads)
    return sum(
        bool(whose.fields(spot.label)) and spot.blank is not Blank.HELD
        for spot in spots(grid, whose.fields, inside)
    )


def _heads(found: List, whose: People) -> list[Asked]:
    names = mappings.distinct(head.text for head in found.heads)
    return [
        _asked(name, head.text, head, whose)
        for name, head in zip(names, found.heads, strict=True)
        if not is_counter(head.text)
    ]


def _places(table: Table, whose: People, taken: Collection[Box]) -> list[Asked]:
    found = [
        spot
        for grid in table.grids
        for spot in spots(grid, whose.fields, taken)
        if not is_signed(spot.label) and spot.blank is not Blank.SIGN  # pens and seals are for people
    ]
    names = mappings.distinct(spot.label for spot in found)
    asked = [_asked(name, spot.label, spot, whose) for name, spot in zip(names, found, strict=True)]
    return [each for each in asked if each.field or each.choices or each.place.blank is not Blank.HELD]  # type: ignore[union-attr]


def _asked(name: str, label: str, place: Spot | Box, whose: People) -> Asked:
    """What a label means: one field, several that may be, or nothing."""
    fields = whose.fields(label)
    again = "#" in name
    band = place.band if isinstance(place, Spot) else ""
    if len(fields) == 1 and not again and not _somebody_else(band):
        return Asked(name, place, fields[0], True, (), whose.persons[0].text(fields[0]))
    if fields:
        why = "前面已经有了" if again else f"在“{band}”一栏里" if _somebody_else(band) else "几张表都有"
        return Asked(name, place, None, False, fields[:5], why=why)
    near = whose.near(label)
    return Asked(name, place, None, not near, near, why="相近" if near else "没认出")


def _somebody_else(band: str) -> bool:
    """Whether a group of labels asks about another person than the client."""
    return any(word in band for word in ("监护", "联系人", "家属", "代理", "经办", "填表", "担保", "配偶"))


def _recall(made: Plan, station: Workspace | None) -> None:
    """What somebody said of such a table before."""
    known = mappings.load(station, KIND, [each.name for each in made.asked])
    for each in made.asked:
        ref = known.get(each.name) if known else None
        chosen = made.people.at(ref) if ref else None
        if ref is None:
            continue
        made.remembered = True
        if chosen or not ref:
            made.answer(each.name, chosen)
        else:  # what somebody decided is not replaced by a guess
            each.choices = each.choices or ([each.field] if each.field else [])
            each.field, each.sure, each.kept = None, False, ref
            each.why = f"上次记的是 {ref}，这次没有那张表的记录，或没有这个字段"


def _remember(made: Plan, station: Workspace | None) -> Path | None:
    settled = (each for each in made.asked if each.said or (each.field and each.sure))
    said = {each.name: each.kept for each in made.asked if each.kept}
    said |= {each.name: each.field.ref if each.field else "" for each in settled}
    return mappings.save(station, KIND, [each.name for each in made.asked], said)


def _target(path: Path, into: Path | None, station: Workspace | None) -> Path:
    if into is not None and into.suffix.lower() == path.suffix.lower():
        return into
    return (into or default_folder(station)) / f"{path.stem}（已填）{path.suffix.lower()}"


# --- writing ---------------------------------------------------------------------


class _Writer:
    """Puts values into places, and keeps account."""

    def __init__(self, made: Plan) -> None:
        self.made, self.table, self.persons = made, made.table, made.people.persons
        self.asked = [each for each in made.asked if each.field and each.sure]
        self.notes: list[str] = [
            f"“{e.name}”：{e.why}" for e in made.asked if not e.field and "内部" in e.why
        ]
        self.cells = 0

    def list(self, found: List) -> int:
        """A row for each person."""
        have = len(found.rows)
        rows = self.table.rows(found, len(self.persons))
        if len(rows) > have:
            self.notes.append(f"空行不够，照样加了 {len(rows) - have} 行")
        counters = [head for head in found.heads if is_counter(head.text)]
        for number, (row, person) in enumerate(zip(rows, self.persons, strict=True), 1):
            for head in counters:
                if not row[head.column].text.strip():
                    self.table.put(row[head.column], 0, len(row[head.column].text), str(number))
            for each in self.asked:
                box = row.get(each.place.column)  # type: ignore[union-attr]
                if box is None:
                    self.notes.append(f"“{each.name}”第{number}人的格合并掉了或藏起来了，没有写")
                else:
                    held = blank(box.text)
                    self.write(
                        Spot(each.name, box, *span(box.text, 0, len(box.text), held), held), each, person
                    )
        return len(rows)

    def single(self) -> int:
        """All places of one person, from the end, so that the places before stay where they are."""
        for each in reversed(self.asked):
            self.write(each.place, each, self.persons[0])  # type: ignore[arg-type]
        for one in self.made.inner:
            self.inner(one)
        return 1

    def inner(self, one: Inner) -> None:
        """A list within the form, such as the family's."""
        said = one.texts(self.persons[0])
        rows = self.table.rows(one.found, max(len(said), len(one.found.rows)))
        for number, (row, texts) in enumerate(zip(rows, said, strict=False), 1):
            for column, text in {**texts, **{place: str(number) for place in one.counters()}}.items():
                box = row.get(column)
                if box is not None and text and blank(box.text) is Blank.EMPTY:
                    self.put(box, 0, len(box.text), text)

    def write(self, spot: Spot, each: Asked, person: Person) -> None:
        """One value at its place, if the place is free and fit."""
        of = each.field
        assert of
        text = person.text(of, printed_day=spot.blank is Blank.DATE)
        if not text:
            return
        if spot.blank is Blank.HELD:
            self.notes.append(f"“{each.name}”（{spot.box.where}）已有文字，没有动")
        elif spot.blank is Blank.OPTIONS:
            self.tick(spot, each, person)
        elif spot.blank is Blank.DATE and not isinstance(
            of.spec.kind, kinds.Day | kinds.DayTime | kinds.Days
        ):
            self.notes.append(f"“{each.name}”（{spot.box.where}）印着年月日，没有写“{text}”")
        else:
            self.put(spot.box, spot.start, spot.end, text)

    def tick(self, spot: Spot, each: Asked, person: Person) -> None:
        """Tick the printed options, if all that is chosen is printed."""
        assert each.field
        chosen = {folded(option) for option in person.chosen(each.field)}
        printed = [(folded(option), spot.start + at) for option, at in options(spot.was)]
        if not chosen or chosen - {option for option, _ in printed}:
            said = person.text(each.field)
            self.notes.append(f"“{each.name}”（{spot.box.where}）的选项里没有“{said}”，没有勾")
            return
        for option, at in reversed(printed):
            if option in chosen:
                self.put(spot.box, at, at + 1, TICKED)

    def put(self, box: Box, start: int, end: int, text: str) -> None:
        """Write, and count."""
        self.table.put(box, start, end, text)
        self.cells += 1
