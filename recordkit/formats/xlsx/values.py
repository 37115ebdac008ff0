"""What a cell holds as the text a person sees in it.

Excel knows no dates, only numbers with a date's format; writes long numbers
with an exponent; and hides control characters in `_x000D_`. The number
formats are read only so far as to tell a date, a time and a percentage.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import NamedTuple

from ...records.text import clean

LONGEST = 32_767  # what Excel lets stand in a cell
_SURE = 10**15  # a number keeps 15 digits; what stood behind them is lost
_LAST_DAY = 2_958_465  # 9999-12-31
_LOST = "数字超过15位，Excel 已把后面的数字改成了0，请对照原件"
_NO_DAY = "格式是日期，里面的数不是日期"
_NO_YEAR = "表里只显示月和日，年份是 Excel 自己补的"

# The formats that have a number and no text, for every language of Excel and Chinese WPS.
_BUILT_IN = {
    9: "0%", 10: "0.00%",
    **dict.fromkeys((14, 15, 27, 30, 31, 36, 50, 53, 54, 57, 58, 28, 29, 51, 52), "yyyy-mm-dd"),
    **dict.fromkeys((16,), "m-d"), **dict.fromkeys((17,), "yyyy-mm"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 55, 56), "h:mm"), 22: "yyyy-mm-dd h:mm",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 49: "@",
}  # fmt: skip
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Value(NamedTuple):
    """A cell's text; whether it is a date; and what is doubtful about it."""

    text: str
    is_date: bool = False
    note: str = ""


class Shape(NamedTuple):
    """What a number format shows: the parts of a date, a share of 100, leading zeros."""

    day: bool = False
    month: bool = False
    year: bool = False
    clock: bool = False
    elapsed: bool = False
    percent: bool = False
    digits: int = 0
    text: bool = False
    general: bool = False

    @property
    def is_date(self) -> bool:
        """Whether it turns a number into a day or a time."""
        return self.day or self.month or self.year or self.clock


@cache
def shape(number: int, code: str | None) -> Shape:
    """The shape of the format with that number, or of the text `code`."""
    shown = _BUILT_IN.get(number, "") if code is None else code
    if shown.lower() in ("", "general", "standard", "g/通用格式"):
        return Shape(general=number == 0 or code is not None)
    bare = _NOT_SHOWN.sub("", shown.split(";")[0]).lower()
    if "@" in bare:
        return Shape(text=True)
    bare = bare.replace("am/pm", "h").replace("上午/下午", "h")
    clock = bool(re.search("[hs]", bare))
    year, day, month = "y" in bare, "d" in bare, "m" in bare
    if not (year or day or month or clock):
        return Shape(percent="%" in bare, digits=len(bare) if re.fullmatch("0{2,}", bare) else 0)
    # Beside hours or seconds an m alone means minutes.
    month = month and (year or day or not clock)
    return Shape(day, month, year, clock, "[" in bare)


def number_text(raw: str, form: Shape, from_1904: bool = False) -> Value:
    """A number as text: a date as `2026-03-05`, others as short as they can be said."""
    try:
        value = float(raw)
    except ValueError:
        return Value(raw, note="里面的数读不出来")
    if not isfinite(value):
        return Value(raw, note="里面的数读不出来")
    if form.is_date:
        return _moment(value, form, from_1904)
    if form.percent:
        return Value(_shortest(float(f"{value * 100:.12g}")) + "%")
    text = _shortest(value)
    if form.digits and text.isdecimal():
        return Value(text.zfill(form.digits))
    return Value(text, note=_LOST if abs(value) >= _SURE else "")


def _shortest(value: float) -> str:
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    return f"{Decimal(repr(value)):f}"


def _moment(value: float, form: Shape, from_1904: bool) -> Value:
    if form.elapsed and value >= 0:
        minutes, seconds = divmod(round(value * 86_400), 60)
        return Value(f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else ""))
    seconds = round(value * 86_400)
    day, left = divmod(seconds, 86_400)
    shown = f"{left // 3600}:{left // 60 % 60:02}" + (f":{left % 60:02}" if left % 60 else "")
    if form.clock and not (form.day or form.month or form.year):
        return Value(shown, True)
    on = _date(day, from_1904)
    if on is None:
        return Value(_shortest(value), note=_NO_DAY)
    if not form.day and form.year:
        return Value(f"{on:%Y-%m}", True)
    text = f"{on:%Y-%m-%d}" + (f" {shown}" if form.clock and left else "")
    return Value(text, True, "" if form.year else _NO_YEAR)


def _date(day: int, from_1904: bool) -> date | None:
    """The day of a serial number; in the usual count 60 is a 29 February that never was."""
    if from_1904:
        return date(1904, 1, 1) + timedelta(day) if 0 <= day <= _LAST_DAY - 1462 else None
    if not 1 <= day <= _LAST_DAY or day == 60:
        return None
    return date(1899, 12, 30) + timedelta(day + (day < 60))


def serial(on: date, from_1904: bool = False) -> int | None:
    """The number of a day; None for days before March 1900, which Excel counts wrongly."""
    days = (on - date(1899, 12, 30)).days - (1462 if from_1904 else 0)
    return days if days > (0 if from_1904 else 60) else None


def unescaped(text: str) -> str:
    """The text of an XML `t` element: `_x000D_` read, line ends and control characters put right."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        # Two halves of one character may have been written apart.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return clean(text)[0]


def escaped(text: str) -> str:
    """The text so written that what looks like an escape is none."""
    return _ESCAPED.sub(lambda found: f"_x005F{found[0]}", text)
