"""Dates, times and ranges: as people write them, and as forms print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from .text import narrow

_DAY = re.compile(r"(\d{4})\s*([-./年])\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?")
_TO = re.compile(r"\s*(?:至|到|~|—+|–)\s*")


@dataclass(frozen=True, slots=True)
class DayRange:
    """From one day to another, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From one time of a day to a later one."""

    start: time
    end: time

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return (self.end.hour - self.start.hour) * 60 + self.end.minute - self.start.minute


def read_day(text: str) -> date:
    """`2026-03-05`, `2026.3.5`, `2026/3/5`, `2026年3月5日`, also in full width."""
    found = _DAY.fullmatch(narrow(text))
    if not found:
        raise ValueError(f"“{text}”不是日期，请写成 2026-03-05 或 2026年3月5日")
    year, _, month, day = found.groups()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"“{text}”不是真实的日期") from None


def read_time(text: str) -> time:
    """`9:30`, `9时30分`, `14点`."""
    found = _TIME.fullmatch(narrow(text))
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise ValueError(f"“{text}”不是时间，请写成 9:30")
    return time(int(found[1]), int(found[2] or 0))


def read_moment(text: str) -> datetime:
    """A day and a time, as `2026-03-09 9:30`; a day alone is at 0:00."""
    plain = narrow(text).replace("T", " ")
    found = _DAY.match(plain)
    if not found:
        raise ValueError(f"“{text}”不是日期和时间，请写成 2026-03-09 9:30")
    rest = plain[found.end() :].strip()
    return datetime.combine(read_day(found[0]), read_time(rest) if rest else time(0, 0))


def read_day_range(text: str) -> DayRange:
    """Two days joined by 至: `2026-03-10至2026-07-10`."""
    start, end = _halves(text, "2026-03-10至2026-07-10")
    days = DayRange(read_day(start), read_day(end))
    if days.end < days.start:
        raise ValueError(f"“{text}”的结束日期早于开始日期")
    return days


def read_time_range(text: str) -> TimeRange:
    """Two times of one day joined by 至: `14:00至15:10`."""
    start, end = _halves(text, "14:00至15:10")
    times = TimeRange(read_time(start), read_time(end))
    if times.end <= times.start:
        raise ValueError(f"“{text}”的结束时间不晚于开始时间")
    return times


def print_day(day: date) -> str:
    """`2026年3月5日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def print_time(moment: time | datetime) -> str:
    """`9:30`."""
    return f"{moment.hour}:{moment.minute:02}"


def _halves(text: str, example: str) -> list[str]:
    # A hyphen joins only where it cannot belong to a date: 14:00-15:10.
    plain = narrow(text)
    parts = _TO.split(plain)
    if len(parts) == 1:
        parts = re.split(r"\s+-\s+|(?<=\d:\d\d)\s*-\s*", plain)
    if len(parts) != 2:
        raise ValueError(f"“{text}”不是起止，请写成 {example}")
    return parts
