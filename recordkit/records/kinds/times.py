"""Kinds of time: days, moments, ranges."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from .. import dates, handwriting
from .base import Answer, Kind, Lookup

BLANK_DAY = "　　　　年　　月　　日"


class Day(Kind):
    """A date."""

    def parse(self, text: str) -> date:
        return dates.read_day(text)

    def accept(self, raw: object) -> date:
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        raise ValueError("这里要写日期，如 2026-03-05")

    def _answer(self, text: str) -> Answer:
        written = handwriting.day(text)
        return Answer(written.text, doubt=written.doubt)

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

    def _answer(self, text: str) -> Answer:
        written = handwriting.moment(text)
        return Answer(written.text, doubt=written.doubt)

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

    def _answer(self, text: str) -> Answer:
        written = handwriting.days(text)
        return Answer(written.text, doubt=written.doubt)

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

    def _answer(self, text: str) -> Answer:
        written = handwriting.times(text)
        return Answer(written.text, doubt=written.doubt)

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
