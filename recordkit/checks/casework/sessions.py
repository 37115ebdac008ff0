"""Contacts: numbered, regular, possible, and each written for itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import combinations, pairwise
from typing import Any

from ...errors import Severity
from ...records.dates import TimeRange, print_day
from ...records.reading import Loaded
from ..case import Case, Remark, day, day_of, stated
from ..rules import CASEWORK, rule

# Shorter texts are alike by nature.
MIN_NARRATIVE = 60
_HOURS = ("hours_face", "hours_travel", "hours_paperwork", "hours_coordination")
_MARKS = re.compile(r"[\s，。、；：？！“”‘’（）《》…—,.;:?!\"'()-]+")


@rule("CA-07", Severity.ERROR, title="过程记录的次数从1起不跳不重", clause=CASEWORK)
def numbered_through(case: Case) -> Iterator[Remark]:
    """Session numbers 1 to n, each once."""
    numbered = [one for one in case.of("casework/session-record") if stated(one.record.session_no)]
    numbered.sort(key=lambda one: int(one.record.session_no))
    for expected, one in enumerate(numbered, 1):
        number = one.record.session_no
        if number != expected:
            repeated = expected > 1 and numbered[expected - 2].record.session_no == number
            message = f"第{number}次有两份" if repeated else f"少第{expected}次：前一份之后就是第{number}次"
            yield Remark(one, "session_no", message, "补上漏的一份，或更正次数；作废的写明原因")
            return


@rule("CA-07", Severity.WARNING, title="在办个案两次联系之间不超过30天", clause=CASEWORK)
def kept_in_touch(case: Case) -> Iterator[Remark]:
    """No long silence between agreement and closing, or today."""
    most = case.threshold("contact_gap_days")
    for (before, _), (after, one) in pairwise(_contacts(case)):
        if (after - before).days > most:
            message = f"{print_day(before)}以后{(after - before).days}天没有联系（超过{most}天）"
            yield Remark(one, "", message, "补上漏记的联系；确有原因的写说明（waivers）")


@rule("CA-13", Severity.WARNING, title="同一社工的服务时间不重叠", clause=CASEWORK)
def one_place_at_a_time(case: Case) -> Iterator[Remark]:
    """Two sessions of one worker at the same time."""
    for held in _by_worker_and_day(case).values():
        timed = [one for one in held if isinstance(one.record.time_range, TimeRange)]
        timed.sort(key=lambda one: one.record.time_range.start)
        for first, then in pairwise(timed):
            if then.record.time_range.start < first.record.time_range.end:
                message = f"起止时间与{first.path.name}重叠，是同一位社工"
                yield Remark(then, "time_range", message, "核对两份记录的起止时间")


@rule("CA-13", Severity.WARNING, title="社工一天的工时不超过12小时", clause=CASEWORK)
def possible_hours(case: Case) -> Iterator[Remark]:
    """A day of more hours than a person works."""
    most = case.threshold("daily_hours")
    for (worker, on), held in _by_worker_and_day(case).items():
        hours = sum((_hours(one.record) for one in held), Decimal(0))
        if hours > most:
            message = f"{worker}在{print_day(on)}的工时合计{hours}小时，超过{most}小时"
            yield Remark(held[-1], "time_range", message, "核对起止时间和交通、文书、协调工时")


@rule("CA-15", Severity.WARNING, title="每次过程记录各写各的", clause=CASEWORK)
def not_copied(case: Case) -> Iterator[Remark]:
    """Two narratives that are nearly the same text."""
    least = case.threshold("similar_percent") / 100
    told = [(one, _plain(one.record.narrative)) for one in case.of("casework/session-record")]
    long = [(one, text) for one, text in told if len(text) >= MIN_NARRATIVE]
    for (first, before), (then, after) in combinations(long, 2):
        ratio = alike(before, after, least)
        if ratio >= least:
            message = f"过程记录与{first.path.name}有{ratio:.0%}相同"
            yield Remark(then, "narrative", message, "写这一次实际发生的事；误贴的，改成本次内容")


def alike(one: str, other: str, least: float) -> float:
    """How much of two texts is the same, from 0 to 1; 0 as soon as it is sure to
    be below `least`. difflib's two bounds from above cost next to nothing and
    settle all but real copies."""
    if one == other:
        return 1.0
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _contacts(case: Case) -> list[tuple[date, Loaded]]:
    """The days the case was in touch, from agreement to closing or today."""
    start, closing = case.first("casework/service-agreement"), case.last("casework/closing-report")
    opened = day(case.computed(start, "signed_on")) if start else None
    if start is None or opened is None:
        return []
    closed = day_of(closing.record) if closing else case.today
    visits = [one for one in case.of("casework/home-visit") if one.record.met != "未遇"]
    days = [(on, one) for one in (*case.sessions, *visits) if (on := day_of(one.record))]
    met = [(on, one) for on, one in days if opened <= on <= (closed or on)]
    contacts = [(opened, start), *sorted(met, key=lambda contact: contact[0])]
    return [*contacts, (closed, closing or contacts[-1][1])] if closed else contacts


def _by_worker_and_day(case: Case) -> dict[tuple[str, date], list[Loaded]]:
    found: dict[tuple[str, date], list[Loaded]] = defaultdict(list)
    for one in case.sessions:
        on = day_of(one.record)
        if on and stated(one.record.worker):
            found[one.record.worker, on].append(one)
    return found


def _hours(record: Any) -> Decimal:
    """Face, travel, paperwork and coordination together."""
    parts = (record.value_of(name) for name in _HOURS)
    return sum((Decimal(part) for part in parts if stated(part)), Decimal(0))


def _plain(text: Any) -> str:
    """The words alone, without blanks and punctuation."""
    return _MARKS.sub("", text) if stated(text) else ""
