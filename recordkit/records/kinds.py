"""The kinds of value a field can hold, each in one class and both directions:
`read` turns what a person typed into a value, `show` the value into its
printed text, `plain` the value into what a record file holds.

Readers are strict: pydantic's own would turn "0" into 1970-01-01. They raise
ValueError with a Chinese sentence; the place is added by whoever knows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from . import dates, identity, money
from .text import clean, narrow

OTHER = "其他"
# Options that stand alone (users' rule 3).
EXCLUSIVE = frozenset({"无", "不适用"})
BOX, TICKED = "□", "☑"
BLANK_DAY = "　　　　年　　月　　日"
RULE = "＿"

type_name = str


class Unstated(StrEnum):
    """Why a fact is missing, typed as such so that nobody has to invent one."""

    UNKNOWN = "不详"
    REFUSED = "拒绝提供"
    NOT_APPLICABLE = "不适用"


_UNSTATED = frozenset(Unstated)


class Lookup(Protocol):
    """What a value needs of its surroundings to be printed."""

    def name_of(self, reference: str) -> str | None:
        """The name behind a staff or person number, if known."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. The base class is a line of text.

    Kinds without settings of their own are plain subclasses: generating a
    dataclass for each would be felt at every start of the program.
    """

    schema: ClassVar[dict[str, Any]] = {"type": "string"}
    wide: ClassVar[bool] = False
    keeps_indent: ClassVar[bool] = False

    def read(self, raw: object) -> Any:
        """The value of what was typed; None for nothing."""
        if raw is None:
            return None
        if isinstance(raw, str):
            text = clean(str(raw))[0]
            bare = text.strip()
            if not bare:
                return None
            if bare in _UNSTATED and bare not in self.options():
                return Unstated(bare)
            return self.parse(text if self.keeps_indent else bare)
        return self.accept(raw)

    def parse(self, text: str) -> Any:
        """The value of a text that is not empty."""
        return text

    def accept(self, raw: object) -> Any:
        """The value of something that is no text, as Python code passes it."""
        raise ValueError("这里要写一段文字，不是列表或下级内容")

    def options(self) -> Sequence[str]:
        """The options of a closed list, else nothing."""
        return ()

    def show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        """The printed text; of what is unstated, the reason."""
        if isinstance(value, Unstated):
            return boxes(self.options(), value) if self.options() else str(value)
        return self._show(value, lookup, other)

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return str(value)

    def blank(self) -> str:
        """What an empty cell prints, to be filled in by hand."""
        return ""

    def plain(self, value: Any) -> Any:
        """What a record file holds: text, or a list or mapping of texts."""
        return str(value) if isinstance(value, Unstated) else self._plain(value)

    def _plain(self, value: Any) -> Any:
        return str(value)

    def example(self) -> str:
        """What to type, for the comment above an empty field."""
        return ""

    def describe(self) -> str:
        """The kind in a user's words."""
        return "文字"

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of what a record file holds."""
        return dict(self.schema)


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """One line."""

    longest: int = 200

    def parse(self, text: str) -> str:
        if "\n" in text:
            raise ValueError("这里只能写一行")
        if len(text) > self.longest:
            raise ValueError(f"这里最多写{self.longest}字，现有{len(text)}字")
        return text


@dataclass(frozen=True, slots=True)
class Long(Kind):
    """Text of any length in paragraphs; `lines` is the room a blank form leaves."""

    wide: ClassVar[bool] = True
    keeps_indent: ClassVar[bool] = True  # the first paragraph is indented as the others are
    lines: int = 4
    longest: int = 20_000

    def parse(self, text: str) -> str:
        text = re.sub(r"\A(\s*\n)+", "", text).rstrip()
        if len(text) > self.longest:
            raise ValueError(f"这里最多写{self.longest}字，现有{len(text)}字")
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def describe(self) -> str:
        return "长文字（可分段，写在 | 下面）"


class Day(Kind):
    """A date."""

    def parse(self, text: str) -> date:
        return dates.read_day(text)

    def accept(self, raw: object) -> date:
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        raise ValueError("这里要写日期，如 2026-03-05")

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return dates.print_day(value)

    def blank(self) -> str:
        return BLANK_DAY

    def _plain(self, value: date) -> str:
        return value.isoformat()

    def example(self) -> str:
        return "2026-03-05"

    def describe(self) -> str:
        return "日期"


class DayTime(Kind):
    """A date with a time."""

    def parse(self, text: str) -> datetime:
        return dates.read_moment(text)

    def accept(self, raw: object) -> datetime:
        if isinstance(raw, datetime):
            return self.parse(self.plain(raw))
        raise ValueError("这里要写日期和时间，如 2026-03-09 9:30")

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return f"{dates.print_day(value)} {dates.print_time(value)}"

    def blank(self) -> str:
        return BLANK_DAY + "　　时　　分"

    def _plain(self, value: datetime) -> str:
        return f"{value.date().isoformat()} {dates.print_time(value)}"

    def example(self) -> str:
        return "2026-03-09 9:30"

    def describe(self) -> str:
        return "日期和时间"


class Days(Kind):
    """From one day to another."""

    def parse(self, text: str) -> dates.DayRange:
        return dates.read_day_range(text)

    def accept(self, raw: object) -> dates.DayRange:
        if isinstance(raw, dates.DayRange):
            return self.parse(self.plain(raw))
        raise ValueError("这里要写起止日期，如 2026-03-10至2026-07-10")

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return f"{dates.print_day(value.start)}至{dates.print_day(value.end)}"

    def blank(self) -> str:
        return f"{BLANK_DAY}至{BLANK_DAY}"

    def _plain(self, value: dates.DayRange) -> str:
        return f"{value.start}至{value.end}"

    def example(self) -> str:
        return "2026-03-10至2026-07-10"

    def describe(self) -> str:
        return "起止日期"


class Times(Kind):
    """From one time of a day to another."""

    def parse(self, text: str) -> dates.TimeRange:
        return dates.read_time_range(text)

    def accept(self, raw: object) -> dates.TimeRange:
        if isinstance(raw, dates.TimeRange):
            return self.parse(self.plain(raw))
        raise ValueError("这里要写起止时间，如 14:00至15:10")

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return f"{dates.print_time(value.start)}至{dates.print_time(value.end)}"

    def blank(self) -> str:
        return "　　时　　分至　　时　　分"

    def _plain(self, value: dates.TimeRange) -> str:
        return self._show(value)

    def example(self) -> str:
        return "14:00至15:10"

    def describe(self) -> str:
        return "起止时间"


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a closed list, printed with every option as on paper."""

    listed: tuple[str, ...]

    def options(self) -> Sequence[str]:
        return self.listed

    def parse(self, text: str) -> str:
        return _option(text, self.listed)

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(self.listed, [value], other)

    def blank(self) -> str:
        return boxes(self.listed, [])

    def describe(self) -> str:
        return "选一项"

    def json_schema(self) -> dict[str, Any]:
        return {"enum": [*self.listed, *Unstated]}


@dataclass(frozen=True, slots=True)
class Multi(Kind):
    """Several of a closed list; 无 and 不适用 stand alone."""

    wide: ClassVar[bool] = True
    listed: tuple[str, ...]

    def options(self) -> Sequence[str]:
        return self.listed

    def parse(self, text: str) -> list[str]:
        # An option may itself hold a 、, so the whole text is tried first.
        parts = [text] if text in self.listed else re.split(r"[、；;]", text)
        return self.accept([part for part in parts if part.strip()])

    def accept(self, raw: object) -> list[str]:
        texts = _texts(raw, "这里要写若干选项，如 甲、乙 或每行一个 - 甲")
        chosen = list(dict.fromkeys(_option(text, self.listed) for text in texts))
        alone = EXCLUSIVE.intersection(chosen)
        if alone and len(chosen) > 1:
            raise ValueError(f"“{min(alone)}”不能与其他选项同选")
        return sorted(chosen, key=self.listed.index) or None  # type: ignore[return-value]

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(self.listed, value, other)

    def blank(self) -> str:
        return boxes(self.listed, [])

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return "可选多项"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"enum": list(self.listed)}, "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Picks(Kind):
    """Several names or numbers from a list that the station or a sibling record holds."""

    source: str = ""

    def parse(self, text: str) -> list[str]:
        return self.accept(re.split(r"[、，,；;]", text))

    def accept(self, raw: object) -> list[str]:
        line = Text(60)
        found = [line.parse(text) for text in _texts(raw, "这里要写若干项，如 S01、S02")]
        return found or None  # type: ignore[return-value]

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return "、".join(_named(item, lookup) for item in value)

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return f"若干项，取自{self.source}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


class YesNo(Kind):
    """是 or 否; nothing means that nobody asked."""

    schema: ClassVar[dict[str, Any]] = {"enum": ["是", "否"]}

    def options(self) -> Sequence[str]:
        return ("是", "否")

    def parse(self, text: str) -> bool:
        return _option(text, ("是", "否")) == "是"

    def accept(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        raise ValueError("这里只写 是 或 否")

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return boxes(("是", "否"), ["是" if value else "否"])

    def blank(self) -> str:
        return boxes(("是", "否"), [])

    def _plain(self, value: bool) -> str:
        return "是" if value else "否"

    def describe(self) -> str:
        return "是/否"


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A number within bounds; `unit` follows it in print."""

    schema: ClassVar[dict[str, Any]] = {"type": ["number", "string"]}
    unit: str = ""
    least: int = 0
    most: int = 1_000_000
    whole: bool = False

    def parse(self, text: str) -> Decimal | int:
        return self._bounded(money.read_number(text.removesuffix(self.unit) if self.unit else text))

    def accept(self, raw: object) -> Decimal | int:
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            raise ValueError("这里要写数字")
        return self._bounded(money.read_number(f"{raw:f}" if isinstance(raw, Decimal) else str(raw)))

    def _bounded(self, number: Decimal) -> Decimal | int:
        if not self.least <= number <= self.most:
            raise ValueError(f"{number} 超出范围，应在 {self.least} 到 {self.most} 之间")
        if not self.whole:
            return number
        if number != int(number):
            raise ValueError(f"{number} 应是整数")
        return int(number)

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return money.print_number(value) + self.unit

    def _plain(self, value: Decimal) -> str:
        return money.print_number(value)

    def blank(self) -> str:
        return f"　　　　{self.unit}" if self.unit else ""

    def example(self) -> str:
        return "1.5" if not self.whole else str(max(self.least, 1))

    def describe(self) -> str:
        return "整数" if self.whole else "数字"


@dataclass(frozen=True, slots=True)
class Rating(Kind):
    """A whole number on a named scale."""

    schema: ClassVar[dict[str, Any]] = {"type": ["integer", "string"]}
    low: int = 0
    high: int = 10

    def parse(self, text: str) -> int:
        return int(Number(unit="分", least=self.low, most=self.high, whole=True).parse(text))

    def accept(self, raw: object) -> int:
        return int(Number(least=self.low, most=self.high, whole=True).accept(raw))

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return f"{value}分（{self.low}–{self.high}分）"

    def blank(self) -> str:
        return f"{RULE * 3}分（{self.low}–{self.high}分）"

    def example(self) -> str:
        return str(self.high)

    def describe(self) -> str:
        return f"评分（{self.low}–{self.high}）"


@dataclass(frozen=True, slots=True)
class Money(Kind):
    """Yuan with at most two decimals; `in_words` prints 大写 beside it."""

    schema: ClassVar[dict[str, Any]] = {"type": ["number", "string"]}
    in_words: bool = False

    def parse(self, text: str) -> Decimal:
        return money.read_money(text)

    def accept(self, raw: object) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            raise ValueError("这里要写金额，如 1200 或 1,200.50")
        return money.read_money(f"{raw:f}" if isinstance(raw, Decimal) else str(raw))

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        figures = money.print_money(value)
        return f"{figures}元（大写：{money.capitals(value)}）" if self.in_words else figures

    def blank(self) -> str:
        return f"{RULE * 5}元（大写：{RULE * 12}）" if self.in_words else ""

    def _plain(self, value: Decimal) -> str:
        return money.print_number(value)

    def example(self) -> str:
        return "1200.00"

    def describe(self) -> str:
        return "金额（元）"


class IdNo(Kind):
    """A document number; an 18-digit one is checked by whoever knows its kind."""

    def parse(self, text: str) -> str:
        number = narrow(text).replace(" ", "").upper()
        if not re.fullmatch(r"[0-9A-Z()]{5,25}", number):
            raise ValueError(f"“{text}”不像证件号码：只有数字和字母，5到25位")
        if re.fullmatch(r"[0-9]{15,17}[0-9X]?", number):
            identity.identity(number)
        return number

    def blank(self) -> str:
        return BOX * 18

    def example(self) -> str:
        return '"370102…"（18位，写在引号里）'

    def describe(self) -> str:
        return "证件号码"


class Phone(Kind):
    """A telephone number, Chinese mobile, landline or service number."""

    def parse(self, text: str) -> str:
        return identity.phone(narrow(text))

    def example(self) -> str:
        return '"13800000000"'

    def describe(self) -> str:
        return "电话号码"


class Address(Kind):
    """An address on one line, from province to door."""

    wide: ClassVar[bool] = True

    def parse(self, text: str) -> str:
        line = re.sub(r"\s*\n\s*", "", text)
        if len(line) > 120:
            raise ValueError(f"地址最多120字，现有{len(line)}字")
        return line

    def describe(self) -> str:
        return "地址（省市区街道社区门牌，写一行）"


@dataclass(frozen=True, slots=True)
class Ref(Kind):
    """The number of a person or record that stands elsewhere; `to` names what."""

    to: str = ""

    def parse(self, text: str) -> str:
        number = narrow(text)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", number):
            raise ValueError(f"“{text}”不是编号，请写{self.to or '编号'}，不写姓名")
        return number

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return _named(value, lookup)

    def describe(self) -> str:
        return f"编号（{self.to}）" if self.to else "编号"


@dataclass(frozen=True, slots=True)
class RowNo(Ref):
    """A row's own number, `G1`, `G2` …, by which other records name the row."""

    prefix: str = ""

    def nth(self, place: int) -> str:
        """The number of the row at a place counted from 1."""
        return f"{self.prefix}{place}"

    def describe(self) -> str:
        return "编号（不写则按顺序编）"


@dataclass(frozen=True, slots=True)
class Refs(Kind):
    """Numbers of several records."""

    to: str = ""

    def parse(self, text: str) -> list[str]:
        return self.accept(re.split(r"[、，,；;]", text))

    def accept(self, raw: object) -> list[str]:
        one = Ref(self.to)
        return [one.parse(text) for text in _texts(raw, "这里要写若干编号")] or None  # type: ignore[return-value]

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return "、".join(value)

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return f"若干编号（{self.to}）"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Nested(Kind):
    """A part with fields of its own (signature, attachment), or a list of such
    parts (a table's rows). `part` is the model class; the fields read themselves."""

    wide: ClassVar[bool] = True
    part: type[Any]
    many: bool = False
    sample_rows: int = field(default=1)

    def read(self, raw: object) -> Any:
        if raw is None or raw == "":
            return None
        if not self.many or isinstance(raw, list):
            return raw
        if isinstance(raw, dict):
            raise ValueError("这里是一张表：每一行前面要有“- ”")
        raise ValueError("这里是一张表：另起一行，每行以“- ”开头")

    def settled(self, value: Any) -> Any:
        """Without empty rows; an empty part says nothing and is None."""
        if isinstance(value, list):
            return self._numbered([part for part in value if any(part.filled())]) or None
        return value if value is not None and any(value.filled()) else None

    def _numbered(self, rows: list[Any]) -> list[Any]:
        """Give rows without a number the next one; a number once written stays."""
        for name, spec in self.part.specs().items():
            if isinstance(spec.kind, RowNo):
                taken = {getattr(row, name) for row in rows}
                free = (n for n in map(spec.kind.nth, range(1, 1000)) if n not in taken)
                for row in rows:
                    if getattr(row, name) is None:
                        setattr(row, name, next(free))
        return rows

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        if isinstance(value, list):
            return "；".join(part.brief() for part in value)
        return str(value.brief())

    def _plain(self, value: Any) -> Any:
        return [part.plain() for part in value] if isinstance(value, list) else value.plain()

    def describe(self) -> str:
        return "表格" if self.many else "下级内容"

    def json_schema(self) -> dict[str, Any]:
        inner: dict[str, Any] = self.part.file_schema()
        return {"type": "array", "items": inner} if self.many else inner


class Sign(Nested):
    """A signature; its box stays empty for the pen until there is proof."""

    def describe(self) -> str:
        return "签名，签后写 已签 2026-03-05"


class Seal(Nested):
    """Room of 45 × 45 mm for an official seal."""

    def describe(self) -> str:
        return "盖章，盖后写 已签 2026-03-05"


class Files(Nested):
    """Scans, photos, papers."""

    def describe(self) -> str:
        return "附件，每个文件一行，前面加“- ”"


class Picture(Nested):
    """A diagram, attached as a scan; blanks leave an empty frame."""

    def describe(self) -> str:
        return "图片，写文件名"


class Table(Nested):
    """Rows of one kind."""


def boxes(listed: Sequence[str], chosen: Sequence[str] | str, other: str = "") -> str:
    """`□甲　☑乙　□其他：＿＿＿＿`: every option, the chosen ones ticked."""
    if isinstance(chosen, Unstated):
        return boxes(listed, []) + f"（{chosen}）"
    marked = [f"{TICKED if option in chosen else BOX}{option}" for option in listed]
    if listed and listed[-1] == OTHER:
        marked[-1] += "：" + (other or RULE * 4)
    return "　".join(marked)


def _texts(raw: object, wanted: str) -> list[str]:
    """The texts of a list, without empty ones; ValueError says what is wanted."""
    if not isinstance(raw, list | tuple) or not all(item is None or isinstance(item, str) for item in raw):
        raise ValueError(wanted)
    return [text for item in raw if item is not None and (text := clean(item)[0].strip())]


def _option(text: str, listed: Sequence[str]) -> str:
    """The option meant: exactly, or alike but for width, blanks and brackets."""
    if text in listed:
        return text
    alike = [option for option in listed if _folded(option) == _folded(text)]
    if len(alike) == 1:
        return alike[0]
    raise ValueError(f"“{text}”不在选项中，可选：{'；'.join(listed)}")


def _folded(option: str) -> str:
    return narrow(option).replace(" ", "").lower()


def _named(reference: str, lookup: Lookup | None) -> str:
    return (lookup.name_of(reference) if lookup else None) or reference
