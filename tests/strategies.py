"""Records as hypothesis makes them up: every value its field allows, and the
texts that break files, templates and pages."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from recordkit.records import casework, handwriting, kinds
from recordkit.records.dates import DayRange, TimeRange
from recordkit.records.identity import check_digit
from recordkit.records.kinds import Kind, Unstated
from recordkit.records.model import Block, Record, Snapshot, Waiver

MODELS: list[type[Record]] = [getattr(casework, name) for name in casework.__all__]

NASTY = [
    "{{ 7*7 }}", "{% for x in y %}", "<b>粗</b> & <i>", "]]>", "<!--", "&lt;", "${HOME}", "`ls`",
    "# 号在前", "号在后 #", "中间 # 号", "冒号: 空格", "冒号：全角", "结尾:", ": 开头", "- 减号", "-",
    "?", "? 问", "no", "NO", "y", "on", "true", "null", "~", "是", "否", "3/4", "1e3", "0x1", "0o17",
    "1_000", "12:30:45", "2026-03-05", "2026-03-05 9:30", ".inf", "-.5", "+1", "007", "１２", "<<", "=",
    "...", "---", "%TAG", "@张", "*别名", "&锚", "!标签", "|", ">", "'单引号'", '"双引号"', "他说“好”",
    "\\", "\\n", "a\tb", "[甲, 乙]", "{甲: 乙}", "甲、乙；丙", "其他：说明", "姓名：张三", "name: 张三",
    "form: casework/intake", "👵🏽👨‍👩‍👧", "𠮷野家", "㐂", "𪚥𪚥", "神\ufa19", "e\u0301tude",
    "不换行\u00a0空格", "零宽\u200b字", "\u202e反", "=1+1", "+86 138", "不详的事", "，。！", "C:\\表\\新",
]  # fmt: skip

_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"), exclude_characters="\ufeff")
_INNER = st.text(_CHARACTERS, max_size=20) | st.sampled_from(NASTY)
lines = _INNER.map(str.strip).filter(lambda text: text and text not in frozenset(Unstated))
_INDENTED = st.tuples(st.sampled_from(["", "", " ", "    ", "\t", "　　"]), lines).map("".join)
paragraphs = st.lists(_INDENTED | st.just(""), max_size=12).map("\n".join)
# What the station's own fields may hold: any text that is clean.
free = st.text(_CHARACTERS | st.sampled_from("\n\t \n"), max_size=30) | paragraphs | lines
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
_minutes = st.integers(0, 24 * 60 - 1)


def at_most(longest: int) -> st.SearchStrategy[str]:
    """One line of text."""
    return lines.filter(lambda text: len(text) <= longest)


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    """Checksum-correct resident identity numbers of Jinan."""
    area = draw(st.sampled_from(["370102", "370103", "370105", "370125", "110101"]))
    born = draw(st.dates(date(1900, 1, 1), date(2020, 12, 31)))
    first = f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + check_digit(first)


def _day_ranges() -> st.SearchStrategy[DayRange]:
    return st.tuples(days, days).map(lambda pair: DayRange(min(pair), max(pair)))


def _time_ranges() -> st.SearchStrategy[TimeRange]:
    def made(pair: list[int]) -> TimeRange:
        start, end = (time(*divmod(minute, 60)) for minute in sorted(pair))
        return TimeRange(start, end)

    return st.lists(_minutes, min_size=2, max_size=2, unique=True).map(made)


def _numbers(kind: kinds.Number) -> st.SearchStrategy[Any]:
    if kind.whole:
        return st.integers(kind.least, kind.most)
    return st.decimals(kind.least, kind.most, allow_nan=False, places=2) | st.integers(kind.least, kind.most)


def _several(kind: kinds.Multi) -> st.SearchStrategy[list[str]]:
    alone = kinds.EXCLUSIVE.intersection(kind.listed)
    together = [option for option in kind.listed if option not in alone]
    many = st.lists(st.sampled_from(together), min_size=1, unique=True)
    return many | st.sampled_from([[option] for option in sorted(alone)]) if alone else many


_references = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", fullmatch=True)
_phones = st.sampled_from(
    ["13800001726", "0531-88881234", "053188881234", "12345", "400-100-2000", "66001234"]
)


_moments = st.tuples(days, _minutes).map(lambda pair: datetime.combine(pair[0], time(*divmod(pair[1], 60))))
# Kinds whose values depend on no setting; the others follow below.
_ALIKE: dict[type[Kind], st.SearchStrategy[Any]] = {
    kinds.Address: at_most(120),
    kinds.Day: days,
    kinds.DayTime: _moments,
    kinds.Days: _day_ranges(),
    kinds.Times: _time_ranges(),
    kinds.YesNo: st.booleans(),
    kinds.Money: st.decimals(Decimal(0), Decimal(10**9), allow_nan=False, places=2),
    kinds.IdNo: identity_numbers() | st.sampled_from(["H12345678", "E00000001", "1E9999"]),
    kinds.Phone: _phones,
    kinds.Ref: _references,
    kinds.RowNo: _references,
    kinds.Refs: st.lists(_references, min_size=1, max_size=3),
    kinds.Picks: st.lists(at_most(60), min_size=1, max_size=3),
}


def _of_settings(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case kinds.Long():
            return paragraphs.filter(lambda text: text.strip() and len(text) <= kind.longest)
        case kinds.Text():
            return at_most(kind.longest)
        case kinds.Multi():
            return _several(kind)
        case kinds.Choice():
            return st.sampled_from(kind.listed)
        case kinds.Number():
            return _numbers(kind)
        case kinds.Rating():
            return st.integers(kind.low, kind.high)
    raise AssertionError(f"no strategy for {kind}")


def values_of(kind: Kind, full: bool = False) -> st.SearchStrategy[Any]:
    """Values of a kind as Python code passes them, unstated ones too unless `full`."""
    if isinstance(kind, kinds.Nested):
        one = blocks_of(kind.part, full)
        return st.lists(one, min_size=1, max_size=3) if kind.many else one
    value = _ALIKE[type(kind)] if type(kind) in _ALIKE else _of_settings(kind)
    return value if full else value | st.sampled_from(list(Unstated))


@st.composite
def blocks_of(draw: st.DrawFn, block: type[Block], full: bool = False) -> Any:
    """Blocks (a table's row, a signature); with `full` every field has a value."""
    return block(**draw(_fields_of(block, full)))


@st.composite
def _fields_of(draw: st.DrawFn, block: type[Block], full: bool) -> dict[str, Any]:
    stored = {name: spec for name, spec in block.specs().items() if spec.stored}
    names = list(stored) if full else draw(st.lists(st.sampled_from(list(stored)), max_size=12, unique=True))
    return {name: draw(values_of(stored[name].kind, full)) for name in names}


_own = st.dictionaries(
    lines,
    st.recursive(
        st.none() | free, lambda inner: st.lists(inner) | st.dictionaries(lines, inner), max_leaves=6
    ),
)


@st.composite
def records_of(draw: st.DrawFn, model: type[Record], full: bool = False) -> Any:
    """Valid records of a form: some of its fields, or with `full` all of them."""
    values = draw(_fields_of(model, full))
    values["version"] = draw(st.integers(1, 20))
    if full or draw(st.booleans()):
        texts = st.dictionaries(lines, free, max_size=4)
        values["revision"] = draw(free)
        values["local"] = draw(_own)
        values["waivers"] = draw(st.lists(blocks_of(Waiver, full), max_size=2))
        values["printed"] = Snapshot(on=draw(days), texts=draw(texts))
    return model(**values)


def faithful(record: Any) -> Any:
    """The record with only such values as its printed form can say: no separators
    within the names of a list, nothing that looks like an empty place, no unticked
    其他, a signature's day only as a day."""
    return type(record)(**_faithful(record), version=record.version)


def _faithful(block: Block) -> dict[str, Any]:
    found = {}
    for name, spec, value in block.filled():
        base = name.removesuffix("_other")
        chosen = getattr(block, base, None) or ()
        if base != name and kinds.OTHER not in ([chosen] if isinstance(chosen, str) else chosen):
            continue
        if isinstance(spec.kind, kinds.Sign | kinds.Seal):
            on = None if isinstance(value.on, Unstated) else value.on
            says = value.settled and not isinstance(value.state, Unstated)
            found[name] = {"state": value.state, "on": on} if says else None
        elif isinstance(value, Block):
            found[name] = _faithful(value)
        elif isinstance(value, list) and value and isinstance(value[0], Block):
            found[name] = [_faithful(row) for row in value]
        elif is_said(spec.kind, value):
            found[name] = value
    return found


def is_said(kind: Kind, value: Any) -> bool:
    """Whether the printed value says what it is."""
    if isinstance(value, Unstated) or not isinstance(value, str | list):
        return True
    if isinstance(value, list):
        return not isinstance(kind, kinds.Picks) or all(map(_is_one_name, value))
    if isinstance(kind, kinds.Name) and handwriting.spaced_name(value):
        return False
    trimmed = value if isinstance(kind, kinds.Long) else value.strip("＿_").strip()
    return value == trimmed and kinds.padded(value) != ""


def _is_one_name(item: str) -> bool:
    plain = item == item.strip("＿_").strip() and kinds.padded(item) != ""
    return plain and not re.search("[、，,；;]", item) and item not in list(Unstated)


def any_record() -> st.SearchStrategy[Any]:
    """Valid records of any form."""
    return st.sampled_from(MODELS).flatmap(records_of)
