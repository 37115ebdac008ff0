"""The rows of a list as records: every cell read by its field's kind, what is wrong told
with its place and left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..checks import Case
from ..checks.casework.person import birth_is_believable, number_fits_person
from ..errors import UsageProblem
from ..forms import Form
from ..forms.labels import key
from ..forms.local import PREFIX
from ..records.context import Context
from ..records.fields import Spec
from ..records.identity import identity
from ..records.kinds import IdNo, Multi, Phone, Text
from ..records.model import without_said
from ..records.phones import phone
from ..records.reading import Loaded
from ..records.text import narrow
from .import_heads import Column, Head, label
from .import_sheets import Cell, Row, Sheet

NAME = "name"
_NOTHING = re.compile(r"[-－—–/／\\＼_＿.。、,，*＊]*")
_SUMMED = re.compile(r"(合|总|小|共|累)\s*计")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{1,3}|\d\.\d+E\d{1,3}", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d{2}\s*[-./年]")  # 26/3/5 is a child, or somebody of a hundred
_HAN = r"[㐀-鿿𠀀-𳎯]"
_SPACED = re.compile(rf"{_HAN}(\s*{_HAN}){{1,3}}")
_TWO_NAMES = re.compile(r"[、，,;；/／\n]")
_BETWEEN = re.compile(r"[、，,;；/／|\n]+|\s{1,}")
_CUT_OFF = "Excel 只存得住15位数字，后面的已经丢了，不能复原：照证件重新录（先把这一列设为文本）"
_ZEROS = "末三位是000，多半是被 Excel 改过，照证件核对"


class Fate(StrEnum):
    """What became of a row."""

    READY = "可以建档"
    DONE = "已建档"
    ON_FILE = "已在册"
    TWIN = "重复，没有建"
    NAMELESS = "没有姓名，没有建"
    HIDDEN = "隐藏的行，没有建"
    NO_PERSON = "不是人员"
    FAILED = "没有写成"


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that was not taken, or with `kept` was taken and has to be looked at."""

    where: str
    label: str
    path: str
    text: str
    message: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Somebody who may be the same person: `where` is a client's number or a row, and
    `sides` hold label, what the row says and what the other says, where they differ."""

    where: str
    name: str
    why: str
    sides: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Entry:
    """A row of the list: its record as far as it could be read, and what became of it."""

    number: int
    name: str
    fate: Fate
    record: Any = None
    paths: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    near: list[Twin] = field(default_factory=list)
    client_no: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns rows into entries. `given` is what every new record gets; with `from_id`
    birth date and gender are taken from the identity number where the list has none."""

    form: Form
    sheet: Sheet
    head: Head
    columns: Sequence[Column]
    given: Mapping[str, Any]
    today: date
    from_id: bool = False
    hidden: bool = False

    def entries(self) -> Iterator[Entry]:
        """Every row below the heads that holds anything."""
        heads = [key(text) for text in self.head.texts if text]
        mapped = [column for column in self.columns if column.path]
        if not any(column.path == NAME for column in mapped):
            raise UsageProblem("没有认出“姓名”是哪一列", '写明它：--map "列头=姓名"')
        for row in self.sheet.rows:
            if row.number > self.head.rows[-1] and (entry := self._entry(row, mapped, heads)):
                yield entry

    def _entry(self, row: Row, mapped: Sequence[Column], heads: Sequence[str]) -> Entry | None:
        at = next(column.index for column in mapped if column.path == NAME)
        texts, name = row.texts(), "" if row.cell(at).spread else unspaced(row.cell(at).text.strip())
        if not texts:
            return None
        entry = Entry(row.number, name, Fate.READY)
        if said := _no_person(texts, heads, name):
            return replace(entry, fate=Fate.NO_PERSON, said=said, name="")
        if row.hidden and not self.hidden:
            return replace(entry, fate=Fate.HIDDEN)
        values = self._values(row, mapped, entry)
        if not values.get(NAME):
            return replace(entry, fate=Fate.NAMELESS)
        self._from_number(values, entry)
        entry.paths = frozenset(values)
        entry.record = self._record(values)
        self._look_over(entry, mapped)
        return entry

    def _values(self, row: Row, mapped: Sequence[Column], entry: Entry) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in mapped:
            spec = self.form.spec_at(column.path)
            cell = row.cell(column.index)
            assert spec is not None
            if not cell.error and _NOTHING.fullmatch(cell.text.strip()):
                continue
            if cell.spread and column.path == NAME:
                continue
            try:
                value, other, doubt = _value(spec, cell, column.path)
            except ValueError as problem:
                entry.problems.append(self._problem(row, column, cell, str(problem)))
                continue
            if doubt:
                entry.problems.append(self._problem(row, column, cell, doubt, kept=True))
            _put(values, column.path, value)
            if other:
                _put(values, f"{column.path}_other", other)
        return {name: value for name, value in values.items() if value is not None}

    def _problem(self, row: Row, column: Column, cell: Cell, message: str, kept: bool = False) -> Problem:
        where = f"{self.sheet.name}!{column.letter}{row.number}"
        return Problem(where, label(self.form, column.path), column.path, cell.text.strip(), message, kept)

    def _from_number(self, values: dict[str, Any], entry: Entry) -> None:
        """Birth date and gender as the identity number proves them, where asked for."""
        if not self.from_id or not (says := proven(values.get("id_no"), self.today)):
            return
        for path, value in (("birth_date", says.birth), ("gender", says.gender)):
            if values.get(path) is None:
                values[path] = value
                entry.said = "出生日期或性别取自身份证号"

    def _record(self, values: Mapping[str, Any]) -> Any:
        own = {path.removeprefix(PREFIX): value for path, value in values.items() if path in self.form.local}
        typed = {path: value for path, value in values.items() if path not in self.form.local}
        kinds = {path: spec.kind for path, spec in self.form.local.items()}
        if own:
            typed["local"] = {name: kinds[PREFIX + name].plain(value) for name, value in own.items()}
        return self.form.model(**{**self.given, **typed})

    def _look_over(self, entry: Entry, mapped: Sequence[Column]) -> None:
        """What two cells say against each other, by the rules every record is held to."""
        case = Case([Loaded(Path(f"第{entry.number}行"), entry.record, [])], Context(), self.today)
        places = {column.path: f"{self.sheet.name}!{column.letter}{entry.number}" for column in mapped}
        for remark in (*birth_is_believable(case), *number_fits_person(case)):
            where = places.get(remark.field, f"{self.sheet.name}!{entry.number}")
            said = f"{remark.message}，{remark.hint}"
            entry.problems.append(
                Problem(where, label(self.form, remark.field), remark.field, "", said, True)
            )


def proven(number: Any, today: date) -> Any:
    """What a resident identity number says, None for any other."""
    try:
        return identity(number, today) if isinstance(number, str) else None
    except ValueError:
        return None


def unspaced(name: str) -> str:
    """`赵 桂 兰` as 赵桂兰: blanks that only spread a short Chinese name; others stay."""
    return re.sub(r"\s+", "", name) if _SPACED.fullmatch(name) else name


def _no_person(texts: Sequence[str], heads: Sequence[str], name: str) -> str:
    """Why a row speaks of nobody, '' when it may."""
    if _SUMMED.match(texts[0]) or _SUMMED.match(name):
        return "合计行"
    if sum(key(text) in heads for text in texts) > max(1, len(texts) // 2):
        return "又一次列头"
    if len(texts) == 1:
        return f"只有一格有字（{texts[0][:20]}）"
    return ""


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    """A field, or the first row of a table: `contacts.phone`."""
    table, _, inner = path.partition(".")
    if not inner or path.startswith(PREFIX):
        values[path] = value
    elif value is not None:
        values.setdefault(table, [{}])[0][inner] = value


def _value(spec: Spec, cell: Cell, path: str) -> tuple[Any, str, str]:
    """The value of a cell, what stands behind 其他, and what has to be looked at;
    ValueError says why it cannot be taken."""
    text, kind = cell.text.strip(), spec.kind
    if cell.error:
        raise ValueError(cell.error)
    if path == NAME:
        return _name(text, kind)
    if path == "birth_date" and _SHORT_YEAR.match(narrow(text)):
        raise ValueError("年份只有两位，不知道是哪个世纪，请写四位")
    if isinstance(kind, IdNo | Phone | Text) and _SCIENTIFIC.fullmatch(narrow(text)):
        raise ValueError(_CUT_OFF)
    listed = kind.options() if isinstance(kind, Multi) else ()
    chosen, said = without_said(text, listed) if kind.options() else (text, "")
    try:
        answer = kind.answer(chosen)
        value = kind.read(answer.raw)
    except ValueError as problem:
        if isinstance(kind, Phone) and (several := _phones(text)):
            return several[0], "", f"一格有几个电话，取了第一个，没有记：{'、'.join(several[1:])}"
        hint = f"；{_ZEROS}" if isinstance(kind, IdNo) and text.endswith("000") else ""
        raise ValueError(f"{problem}{hint}") from None
    doubt = _ZEROS if isinstance(kind, IdNo) and re.fullmatch(r"\d{15}000", text) else answer.doubt
    return value, said or answer.other, doubt


def _name(text: str, kind: Any) -> tuple[Any, str, str]:
    if _TWO_NAMES.search(text):
        raise ValueError("一格里像有几个人，请每人一行")
    name = unspaced(text)
    return kind.read(name), "", ""


def _phones(text: str) -> list[str]:
    """The phone numbers in a cell that holds nothing else, two at least."""
    parts = [part for part in _BETWEEN.split(narrow(text)) if part]
    try:
        found = list(dict.fromkeys(map(phone, parts)))
    except ValueError:
        return []
    return found if len(found) > 1 else []
