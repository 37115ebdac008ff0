"""A returned form understood: texts at their places become values of a record.

Every value goes through the converters any record file goes through. What was
taken with an assumption, what could not be understood, and what is not taken is
told, each with its place; nothing is guessed in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ..records import kinds
from ..records.fields import Spec
from ..records.kinds import OTHER, Answer
from .arrange import in_words
from .definition import Form
from .local import PREFIX
from .returned import Anchor, Returned, Settled, settled

# The numbers of the people or records that go by a name; `to` says what is meant.
Names = Callable[[str, str], Sequence[str]]
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_BOTH = re.compile(r"(.+)[（(]([A-Za-z0-9][A-Za-z0-9-]*)[)）]")


class State(StrEnum):
    """What became of what stands at a field's place."""

    READ = "读到"
    DOUBT = "请核对"
    WRONG = "没读懂"
    UNUSED = "没有采用"


@dataclass(frozen=True, slots=True)
class Item:
    """One field's line in the report: `text` as written, `value` as understood,
    by which anchors, where it stands, and what has to be said about it."""

    path: str
    row: int
    label: str
    text: str
    where: str
    anchors: tuple[Anchor, ...]
    state: State
    value: str = ""
    said: str = ""


@dataclass(slots=True)
class Understood:
    """What was understood, as a record file holds it: values by identifier, and for
    each table the values of its rows; with a line for each field that was filled in."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def tree(self) -> dict[str, Any]:
        """All of it as `records.reading.from_form` takes it."""
        tables = {table: [rows[n] for n in sorted(rows) if rows[n]] for table, rows in self.rows.items()}
        return {**self.values, **{table: rows for table, rows in tables.items() if rows}}


def places(form: Form, returned: Returned) -> list[Settled]:
    """What stands at each field's place after the anchors' vote."""
    return list(settled(returned.readings, lambda path, text: is_blank(form, path, text)))


def understood(
    form: Form, places: Sequence[Settled], names: Names = lambda name, to: (), printed: bool = False
) -> Understood:
    """What the form says; `names` finds the numbers behind the names of people. A
    `printed` record shows its files, which nobody typed."""
    understanding = _Understanding(form, names, printed)
    understanding.read(places)
    return understanding.result


def canonical(form: Form, path: str) -> str:
    """The field's present identifier for one it had in an earlier version."""
    return path if form.spec_at(path) is not None else earlier(form).get(path, path)


def earlier(form: Form) -> dict[str, str]:
    """What fields were called in earlier versions of the form → what they are called now."""
    found: dict[str, str] = {}
    for name, spec in form.model.specs().items():
        found |= dict.fromkeys(spec.was, name)
        if isinstance(spec.kind, kinds.Table):
            for outer in (name, *spec.was):
                for column, inner in spec.kind.part.specs().items():
                    names = (column, *inner.was) if outer != name else inner.was
                    found |= {f"{outer}.{was}": f"{name}.{column}" for was in names}
    return found


def is_blank(form: Form, path: str, text: str) -> bool:
    """Whether the text is what the form itself prints at the field's place."""
    spec = form.spec_at(canonical(form, path))
    return kinds.padded(text) in ("", kinds.padded(spec.kind.blank()) if spec else "")


def carried(form: Form) -> list[str]:
    """The fields that come back from a filled-in form, tables by their columns
    (`needs.due`): what its layout shows, is stored, and is no file."""
    shown: list[str] = []
    for section in form.sections:
        columns = [f"{section.table}.{item.field}" for item in section.items]
        shown += columns if section.kind == "table" else section.names()
    return [path for path in dict.fromkeys(shown) if not not_taken(form, form.spec_at(path))]


def uncarried(form: Form) -> list[str]:
    """The stored fields that no filled-in form brings back; a record that is already
    there keeps them."""
    known = set(carried(form))
    found = []
    for name, spec in form.model.specs().items():
        if isinstance(spec.kind, kinds.Table):
            columns = (f"{name}.{column}" for column, inner in spec.kind.part.specs().items() if inner.stored)
            found += [path for path in columns if path not in known]
        elif spec.stored and name not in known:
            found.append(name)
    return [
        path
        for path in found
        if path.removesuffix("_other") == path or path.removesuffix("_other") not in known
    ]


def not_taken(form: Form, spec: Spec | None, name: str = "") -> str:
    """Why what stands there is no value of a record; '' where it is one."""
    if spec is None:
        return form.model.retired.get(name, "这张表里没有这一栏")
    if not spec.stored:
        return "这一栏由程序算出或带出，不用填"
    if isinstance(spec.kind, kinds.Table):
        return "这一栏分几项记，表上只有一格，分不开；请在记录里补写"
    if isinstance(spec.kind, kinds.Nested) and not isinstance(spec.kind, kinds.Sign | kinds.Seal):
        return "照片、附件请用 recordkit attach 归入"
    return ""


class _Understanding:
    """One form being understood."""

    def __init__(self, form: Form, names: Names, printed: bool) -> None:
        self.form = form
        self.names = names
        self.printed = printed
        self.result = Understood()

    def read(self, places: Sequence[Settled]) -> None:
        # What stands behind 其他 has a place of its own only in some formats.
        beside = {(each.path, each.row): each.text for each in places if self.goes_with_other(each.path)}
        for place in places:
            at = (place.path, place.row)
            if at not in beside and not is_blank(self.form, place.path, place.text):
                self.field(place, beside.get((f"{place.path}_other", place.row), ""))

    def goes_with_other(self, path: str) -> bool:
        base = path.removesuffix("_other")
        return base != path and bool((spec := self.form.spec_at(base)) and spec.kind.options())

    def field(self, place: Settled, beside: str) -> None:
        """One field that somebody filled in."""
        path = canonical(self.form, place.path)
        spec = self.form.spec_at(path)
        if reason := not_taken(self.form, spec, path):
            # Computed values are printed on blanks too; files stand in every printed record.
            if not self.printed and not (spec and not spec.stored):
                self.tell(place, spec, State.UNUSED, said=reason)
            return
        assert spec is not None
        try:
            answer = self.answer(spec, place.text, beside)
            value = answer.raw if isinstance(answer.raw, dict) else spec.kind.read(answer.raw)
        except ValueError as problem:
            self.tell(place, spec, State.WRONG, said=str(problem))
            return
        self.keep(path, place.row, spec, value, answer.other)
        said = [answer.doubt, *self.contradictions(place)]
        shown = place.text.strip() if isinstance(value, dict) else _shown(spec, value, answer.other)
        doubt = "；".join(filter(None, said))
        self.tell(place, spec, State.DOUBT if doubt else State.READ, shown, doubt)

    def answer(self, spec: Spec, text: str, beside: str) -> Answer:
        """What the text says, with names as numbers and what stands behind 其他."""
        if isinstance(spec.kind, kinds.Ref | kinds.Refs | kinds.Picks):
            return self.numbered(spec, spec.kind.answer(text))
        answer = spec.kind.answer(text)
        beside = kinds.Text().answer(beside).raw or ""
        if not beside or answer.other:
            return answer
        lone = answer.raw != OTHER and OTHER not in (answer.raw or ())
        doubt = answer.doubt or (f"写了“其他：{beside}”，但没有勾“其他”" if lone else "")
        return replace(answer, other=beside, doubt=doubt)

    def numbered(self, spec: Spec, answer: Answer) -> Answer:
        """Numbers for names, where exactly one person is meant."""
        if not isinstance(answer.raw, str) or answer.raw in list(kinds.Unstated):
            return answer
        many = isinstance(spec.kind, kinds.Refs | kinds.Picks)
        words = [word.strip() for word in re.split(r"[、，,；;]", answer.raw)] if many else [answer.raw]
        to = getattr(spec.kind, "to", "") or getattr(spec.kind, "source", "")
        numbers = [self.number(word, to, spec.kind) for word in words if word]
        return replace(answer, raw=numbers if many else numbers[0] if numbers else None)

    def number(self, word: str, to: str, kind: kinds.Kind) -> str:
        if _NUMBER.fullmatch(word):
            return word
        if (both := _BOTH.fullmatch(word)) and both[2] in self.names(both[1].strip(), to):
            return both[2]
        found = self.names(kinds.Name().answer(word).raw or word, to)
        if not found and isinstance(kind, kinds.Ref | kinds.Refs):
            raise ValueError(f"“{word}”不是编号，也没有找到叫这个名字的，请写{to or '编号'}")
        if len(found) > 1:
            raise ValueError(f"叫“{word}”的有 {len(found)} 位：{'、'.join(found)}，请写编号")
        # Several names may be of things that have no numbers (materials, sessions).
        return found[0] if found else word

    def contradictions(self, place: Settled) -> Iterator[str]:
        for reading in place.against:
            yield f"另一处（{reading.anchor}，{reading.where}）写的是“{reading.text.strip()}”"

    def keep(self, path: str, row: int, spec: Spec, value: Any, other: str) -> None:
        """Put the value where a record file has it."""
        if value is None and not other:
            return
        plain = value if isinstance(value, dict) else spec.kind.plain(value) if value is not None else None
        if path.startswith(PREFIX):
            self.result.values.setdefault("local", {})[path.removeprefix(PREFIX)] = _with_other(plain, other)
            return
        table, _, name = path.rpartition(".")
        rows = self.result.rows.setdefault(table, {}) if table else {}
        holder = rows.setdefault(row, {}) if table else self.result.values
        if plain is not None:
            holder[name] = plain
        if other:
            holder[f"{name}_other"] = other

    def tell(self, place: Settled, spec: Spec | None, state: State, value: str = "", said: str = "") -> None:
        label = spec.label if spec else place.path
        text = place.text.strip()
        self.result.items.append(
            Item(place.path, place.row, label, text, place.where, place.anchors, state, value, said)
        )


def _shown(spec: Spec, value: Any, other: str) -> str:
    return in_words(spec, value, None, other) if value is not None else f"其他：{other}"


def _with_other(plain: Any, other: str) -> Any:
    """The station's own fields hold `其他：说明` in one text."""
    if not other:
        return plain
    said = f"{OTHER}：{other}"
    return [said if item == OTHER else item for item in plain] if isinstance(plain, list) else said
