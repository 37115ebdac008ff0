"""A returned form beside the record it was printed from: what differs, side by side.

A field whose text is still the printed one was not touched, however it reads;
only what a person changed is understood anew and offered to be taken over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from .. import forms
from ..forms import Form
from ..forms.answers import Item, Names, State, Understood, is_blank, not_taken, understood
from ..forms.arrange import in_words
from ..forms.blocks import Arranged, Table, cells
from ..forms.returned import Settled
from ..records.context import Context
from ..records.kinds import Nested
from ..records.model import Record

Row = dict[str, Settled]
_PROVEN = "签名、盖章不从打印件上读，扫描件请用 recordkit attach 归入"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says one thing in the record and another on the form."""

    label: str
    recorded: str
    returned: str
    where: str


@dataclass(slots=True)
class Compared:
    """What differs, what was understood of it, and the record's values with it taken over."""

    differences: list[Difference] = field(default_factory=list)
    understood: Understood = field(default_factory=Understood)
    tree: dict[str, Any] = field(default_factory=dict)


def compared(
    form: Form,
    record: Record,
    context: Context,
    places: Sequence[Settled],
    names: Names,
    printed: bool = True,
) -> Compared:
    """The form's places against what the record prints.

    On a form `printed` from the record an empty place was emptied by somebody; on a
    blank one that was filled in beside it, it says nothing.
    """
    said = [place for place in places if printed or not is_blank(form, place.path, place.text)]
    return _Comparison(form, record, forms.filled(form, record, context), names, printed).of(said)


class _Comparison:
    """One form and one record."""

    def __init__(self, form: Form, record: Record, shown: Arranged, names: Names, printed: bool) -> None:
        self.form = form
        self.names = names
        self.printed = printed
        self.texts = {
            cell.path: cell.text
            for block in shown.blocks
            if not isinstance(block, Table)
            for cell in cells(block)
        }
        self.tables = {
            block.path: [{cell.path: cell.text for cell in row} for row in block.rows]
            for block in shown.blocks
            if isinstance(block, Table)
        }
        self.result = Compared(tree={**record.plain(), **_envelope(record)})

    def of(self, places: Sequence[Settled]) -> Compared:
        changed = [place for place in places if place.row < 0 and self.is_changed(place)]
        for place in changed:
            self.differ(place, self.texts.get(place.path, ""))
        self.result.understood = understood(self.form, changed, self.names, printed=True)
        self.result.understood.items += filter(None, map(self.unused, places))
        self.take_over(changed)
        for table in self.tables:
            rows = _rows(place for place in places if place.path.startswith(f"{table}."))
            if rows:
                self.table(table, [row for row in rows if not self.is_empty(row)])
        return self.result

    def is_changed(self, place: Settled) -> bool:
        """Whether somebody changed what was printed, of what is taken from a form."""
        spec = self.form.spec_at(place.path)
        if spec is None or not spec.stored or isinstance(spec.kind, Nested):
            return False
        return self.said(place.path, place.text) != self.said(place.path, self.texts.get(place.path, ""))

    def unused(self, place: Settled) -> Item | None:
        """A line for what was written where the program prints, or where only a scan counts."""
        spec, now = self.form.spec_at(place.path), self.texts.get(place.path)
        is_ours = spec is not None and (not spec.stored or isinstance(spec.kind, Nested))
        if place.row >= 0 or now is None or not is_ours or spec is None:
            return None
        said = self.said(place.path, place.text)
        # A signature's proof may have been filed after the form was printed.
        if self.said(place.path, now).startswith(said):
            return None
        why = not_taken(self.form, spec) or _PROVEN
        if not spec.stored:
            why = f"这一栏由程序带出，现在是“{now.strip()}”；要改请改它的来源"
        text = place.text.strip()
        return Item(place.path, -1, spec.label, text, place.where, place.anchors, State.UNUSED, said=why)

    def said(self, path: str, text: str) -> str:
        return "" if is_blank(self.form, path, text) else "".join(text.split())

    def is_empty(self, row: Mapping[str, Settled]) -> bool:
        return all(is_blank(self.form, place.path, place.text) for place in row.values())

    def differ(self, place: Settled, recorded: str, row: int = -1) -> None:
        spec = self.form.spec_at(place.path)
        label = spec.label if spec else place.path
        number = f"第{row + 1}行 " if row >= 0 else ""
        was, now = self.words(place.path, recorded), self.words(place.path, place.text)
        self.result.differences.append(Difference(f"{number}{label}", was, now, place.where))

    def words(self, path: str, text: str) -> str:
        """The text for a person to compare: of options the chosen ones, of an empty place nothing."""
        spec = self.form.spec_at(path)
        if is_blank(self.form, path, text):
            return ""
        with suppress(ValueError):
            if spec and spec.kind.options() and (answer := spec.kind.answer(text)).raw:
                return in_words(spec, spec.kind.read(answer.raw), None, answer.other)
        return text.strip()

    def take_over(self, changed: Sequence[Settled]) -> None:
        wrong = {item.path for item in self.result.understood.items if item.state is State.WRONG}
        for place in changed:
            if place.path not in wrong:
                for name in (place.path, f"{place.path}_other"):
                    self.result.tree.pop(name, None)
        values = dict(self.result.understood.values)
        if "local" in values:
            values["local"] = {**(self.result.tree.get("local") or {}), **values["local"]}
        self.result.tree |= values

    def table(self, table: str, new: list[Row]) -> None:
        """Rows put side by side where they are alike; the others are new, changed or gone."""
        kept = self.result.tree.get(table) or []
        rows = list(zip(self.tables[table], kept, strict=False))  # a list without rows prints an empty one
        seen = [(texts, values) for texts, values in rows if any(self.said(*cell) for cell in texts.items())]
        columns = list(dict.fromkeys(path for row in new for path in row))
        before = [tuple(self.said(path, texts.get(path, "")) for path in columns) for texts, _ in seen]
        after = [tuple(self.said(p, row[p].text) if p in row else "" for p in columns) for row in new]
        found: list[dict[str, Any]] = []
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if kind == "equal":
                found += [values for _, values in seen[i1:i2]]
            else:
                found += self.changed(table, seen[i1:i2], new[j1:j2], i1, j1)
        # A row of which the form prints nothing cannot have been changed on it.
        found += [values for texts, values in rows if not any(self.said(*cell) for cell in texts.items())]
        self.result.tree[table] = found

    def changed(
        self,
        table: str,
        old: Sequence[tuple[dict[str, str], dict[str, Any]]],
        new: Sequence[Row],
        first_old: int,
        first_new: int,
    ) -> Iterator[dict[str, Any]]:
        """The rows of a stretch that differs; where the form has fewer, those left over
        are gone from a print, and stay where a blank form was filled in."""
        for number, row in enumerate(new):
            texts, values = old[number] if number < len(old) else ({}, {})
            yield self.row(table, row, first_new + number, values, texts)
        for number, (texts, values) in enumerate(old[len(new) :], first_old + len(new)):
            if not self.printed:
                yield values
                continue
            label = spec.label if (spec := self.form.spec_at(table)) else table
            said = "；".join(text for text in texts.values() if text)
            self.result.differences.append(
                Difference(f"{label} 第{number + 1}行", said, "（没有这一行）", "")
            )

    def row(
        self, table: str, row: Row, number: int, kept: Mapping[str, Any], old: Mapping[str, str]
    ) -> dict[str, Any]:
        """One row as it would be taken over."""
        changed = [
            p for p in row.values() if self.said(p.path, p.text) != self.said(p.path, old.get(p.path, ""))
        ]
        changed = [p for p in changed if (spec := self.form.spec_at(p.path)) and spec.stored]
        for place in changed:
            self.differ(place, old.get(place.path, ""), number)
        found = understood(self.form, [replace(p, row=number) for p in changed], self.names, printed=True)
        self.result.understood.items += found.items
        wrong = {item.path for item in found.items if item.state is State.WRONG}
        gone = {p.path.rpartition(".")[2] for p in changed if p.path not in wrong}
        left = {name: value for name, value in kept.items() if name.removesuffix("_other") not in gone}
        return {**left, **found.rows.get(table, {}).get(number, {})}


def _rows(places: Iterator[Settled] | Sequence[Settled]) -> list[Row]:
    rows: dict[int, Row] = {}
    for place in places:
        rows.setdefault(place.row, {})[place.path] = place
    return [rows[number] for number in sorted(rows)]


def _envelope(record: Record) -> dict[str, Any]:
    """What is no field of the form and stays as it is."""
    names = ("revision", "waivers", "printed", "local")
    kept = {name: value for name in names if (value := getattr(record, name)) is not None}
    return {"form_version": str(record.form_version), "version": str(record.version), **kept}
