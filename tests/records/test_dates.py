"""Dates and times as people write them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import days

from recordkit.records.dates import (
    DayRange,
    TimeRange,
    print_day,
    print_time,
    read_day,
    read_day_range,
    read_moment,
    read_time,
    read_time_range,
)

MARCH_5 = date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05",
        "2026-3-5",
        "2026.3.5",
        "2026/03/05",
        "2026年3月5日",
        "2026年03月05",
        "２０２６．３．５",
        "２０２６年３月５日",
        " 2026 年 3 月 5 日 ",
    ],
)
def test_a_day_is_read_in_every_usual_writing(text):
    assert read_day(text) == MARCH_5


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "1",
        "20260305",
        "26-3-5",
        "2026-03",
        "3月5日",
        "03/05/2026",
        "昨天",
        "2026-03-05 9:30",
        "1772668800",
        "",
    ],
)
def test_a_number_or_half_a_date_is_no_day(text):
    with pytest.raises(ValueError, match="不是日期"):
        read_day(text)


@pytest.mark.parametrize("text", ["2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "2026年4月31日"])
def test_a_day_that_no_calendar_has_is_refused(text):
    with pytest.raises(ValueError, match="不是真实的日期"):
        read_day(text)


@given(days)
def test_a_printed_day_reads_back(day):
    assert read_day(print_day(day)) == day
    assert read_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:30", time(9, 30)),
        ("09：30", time(9, 30)),
        ("9时30分", time(9, 30)),
        ("14点", time(14)),
        ("0:00", time()),
    ],
)
def test_a_time_is_read_in_every_usual_writing(text, at):
    assert read_time(text) == at


@pytest.mark.parametrize("text", ["24:00", "9:60", "930", "上午9点", "9.30"])
def test_what_no_clock_shows_is_refused(text):
    with pytest.raises(ValueError, match="不是时间"):
        read_time(text)


@given(st.times())
def test_a_printed_time_reads_back(at):
    assert read_time(print_time(at)) == at.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    "text", ["2026-03-09 9:30", "2026年3月9日 9时30分", "2026-03-09T09:30", "2026.3.9　9：30"]
)
def test_a_day_with_a_time(text):
    assert read_moment(text) == datetime.combine(date(2026, 3, 9), time(9, 30))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10至2026-07-10",
        "2026.3.10—2026.7.10",
        "2026年3月10日 到 2026年7月10日",
        "2026/3/10~2026/7/10",
    ],
)
def test_a_period_is_two_days_joined(text):
    assert read_day_range(text) == DayRange(date(2026, 3, 10), date(2026, 7, 10))


def test_a_period_ends_on_its_first_day_at_the_earliest():
    assert read_day_range("2026-03-10至2026-03-10").start == date(2026, 3, 10)
    with pytest.raises(ValueError, match="结束日期早于开始日期"):
        read_day_range("2026-07-10至2026-03-10")


@pytest.mark.parametrize(
    "text", ["14:00至15:10", "14：00—15：10", "14:00-15:10", "14:00 - 15:10", "14点～15点10分"]
)
def test_a_span_of_time_is_two_times_joined(text):
    span = read_time_range(text)

    assert span == TimeRange(time(14), time(15, 10))
    assert span.minutes == 70


@pytest.mark.parametrize("text", ["15:10至14:00", "14:00至14:00"])
def test_a_span_of_time_has_a_length(text):
    with pytest.raises(ValueError, match="结束时间不晚于开始时间"):
        read_time_range(text)


@pytest.mark.parametrize("text", ["14:00", "14:00至", "至15:00", "14:00至15:00至16:00"])
def test_half_a_span_is_refused(text):
    with pytest.raises(ValueError, match="请写成"):
        read_time_range(text)
