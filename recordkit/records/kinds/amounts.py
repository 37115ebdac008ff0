"""Kinds of number: counts, ratings, money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from .. import handwriting, money
from .base import RULE, Answer, Kind, Lookup


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

    def _answer(self, text: str) -> Answer:
        bare = text.strip().strip(RULE).strip()
        return Answer(
            handwriting.number(bare.removesuffix(self.unit).strip(f"{RULE} ") if self.unit else bare)
        )

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

    def _answer(self, text: str) -> Answer:
        return Answer(
            handwriting.number(re.sub(r"分?[（(].*", "", text, flags=re.DOTALL).strip(f"{RULE} 分\n"))
        )

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

    def _answer(self, text: str) -> Answer:
        figures, _, words = text.strip().partition("（大写：")
        amount = figures.replace("人民币", "").strip(f"{RULE} ")
        said = words.strip(f"{RULE} ）)")
        if said and said != money.capitals(money.read_money(amount)):
            raise ValueError(f"小写“{amount}”和大写“{said}”不一致")
        return Answer(amount)

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
