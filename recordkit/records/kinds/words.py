"""Kinds of text: lines, paragraphs, numbers that identify."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from .. import handwriting, identity, phones
from ..text import narrow
from .base import BOX, Answer, Kind, Lookup, named, texts


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


class Name(Text):
    """A person's name; on a form it may be spread with blanks."""

    def _answer(self, text: str) -> Answer:
        if name := handwriting.spaced_name(text):
            return Answer(name, doubt=f"“{text.strip()}”去掉字间空格，读作“{name}”")
        return Answer(Text._answer(self, text).raw)


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

    def _answer(self, text: str) -> Answer:
        return Answer(text)

    def describe(self) -> str:
        return "长文字（可分段，写在 | 下面）"


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

    def _answer(self, text: str) -> Answer:
        return Answer(re.sub(rf"[\s{BOX}]", "", text))

    def example(self) -> str:
        return '"370102…"（18位，写在引号里）'

    def describe(self) -> str:
        return "证件号码"


class Phone(Kind):
    """A telephone number, Chinese mobile, landline or service number."""

    def parse(self, text: str) -> str:
        return phones.phone(narrow(text))

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
        return named(value, lookup)

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
        return [one.parse(text) for text in texts(raw, "这里要写若干编号")] or None  # type: ignore[return-value]

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return "、".join(value)

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return f"若干编号（{self.to}）"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Picks(Kind):
    """Several names or numbers from a list that the station or a sibling record holds."""

    source: str = ""

    def parse(self, text: str) -> list[str]:
        return self.accept(re.split(r"[、，,；;]", text))

    def accept(self, raw: object) -> list[str]:
        line = Text(60)
        found = [line.parse(text) for text in texts(raw, "这里要写若干项，如 S01、S02")]
        return found or None  # type: ignore[return-value]

    def _show(self, value: Any, lookup: Lookup | None = None, other: str = "") -> str:
        return "、".join(named(item, lookup) for item in value)

    def _plain(self, value: Any) -> Any:
        return list(value)

    def describe(self) -> str:
        return f"若干项，取自{self.source}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}
