"""Dates, times and numbers as people write them on a form, in the way `read` takes.

Each function gives the text rewritten and what is doubtful about that; what it
does not know it leaves alone, and `read` says what is wrong with it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .text import narrow

_HAN = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?$")
_SHORT_YEAR = re.compile(r"(\d{2})([-./年])(\d{1,2}[-./月]\d{1,2}日?)")
_HAN_DAY = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十]+)日?"
)
_CLOCK = re.compile(r"(凌晨|早上|上午|中午|下午|晚上)?(\d{1,2})[:点时](?:(半)|(\d{1,2})分?)?整?")
_TO = re.compile(r"\s*(?:至|到|~|～|—+|–)\s*")
# Two-digit years up to this one are of this century; later ones are asked about.
_THIS_CENTURY = 29


class Written(NamedTuple):
    """The text as `read` takes it, and what has to be looked at."""

    text: str
    doubt: str = ""


def day(text: str) -> Written:
    """A day: `26/3/5`, `20260305`, `二〇二六年三月五日`, `2026.3.5（周四）`."""
    plain = _WEEKDAY.sub("", re.sub(r"\s+", "", narrow(text)).rstrip("。.,，"))
    if not any(sign.isdecimal() or sign in _HAN for sign in plain):
        return Written(text.strip())  # 上周三: told as it was written
    if found := _HAN_DAY.fullmatch(plain):
        year = "".join(str(_HAN[digit]) for digit in found[1])
        return Written(f"{year}年{_han_number(found[2])}月{_han_number(found[3])}日")
    if re.fullmatch(r"(19|20)\d{6}", plain):
        return Written(f"{plain[:4]}-{plain[4:6]}-{plain[6:]}")
    if found := _SHORT_YEAR.fullmatch(plain):
        if int(found[1]) > _THIS_CENTURY:
            raise ValueError(f"“{text.strip()}”的年份只有两位，请写四位")
        return Written(f"20{found[1]}{found[2]}{found[3]}", f"“{text.strip()}”按 20{found[1]} 年读入")
    return Written(plain)


def clock(text: str) -> str:
    """A time of day: `下午3点半` is 15:30."""
    plain = re.sub(r"\s+", "", narrow(text))
    found = _CLOCK.fullmatch(plain)
    if not found:
        return plain
    part, hour, half, minutes = found.groups()
    late = part in ("下午", "晚上") or (part == "中午" and int(hour) < 3)
    hours = int(hour) + (12 if late and int(hour) < 12 else 0)
    return f"{hours}:{30 if half else int(minutes or 0):02}"


def moment(text: str) -> Written:
    """A day and a time."""
    found = re.fullmatch(
        r"(.*?\d{1,2}\s*日|[^\s　]*\d)[\s　]*((?:凌晨|早上|上午|中午|下午|晚上)?[\s　]*\d{1,2}\s*[:：点时].*)",
        text.strip(),
        re.DOTALL,
    )
    if not found:
        return day(text)
    on = day(found[1])
    return Written(f"{on.text} {clock(found[2])}", on.doubt)


def days(text: str) -> Written:
    """Two days joined by 至."""
    halves = [day(half) for half in _TO.split(text)]
    return Written("至".join(half.text for half in halves), next((h.doubt for h in halves if h.doubt), ""))


def times(text: str) -> Written:
    """Two times joined by 至; `下午2点至4点` says only once which half of the day."""
    halves = _TO.split(text.strip())
    part = re.match(r"[\s　]*(凌晨|早上|上午|下午|晚上)", halves[0])
    if len(halves) == 2 and part and re.match(r"[\s　]*\d", halves[1]):
        halves[1] = part[1] + halves[1].strip()
    said = "至".join(map(clock, halves))
    # Figures as a clock shows them mean what they say; words may mean the afternoon.
    early = "点" in text and re.match(r"[1-6]:", said) and not part
    return Written(said, f"“{text.strip()}”按凌晨读入，是下午的请写 13 点以后" if early else "")


def number(text: str) -> str:
    """`三` and `十二` in digits; any other text as it is."""
    plain = re.sub(r"\s+", "", text)
    return (
        str(_han_number(plain))
        if re.fullmatch("[零〇一二两三四五六七八九]?十?[一二三四五六七八九]?", plain) and plain
        else text
    )


def _han_number(text: str) -> int:
    """`三`, `十`, `二十一` up to 99."""
    if "十" not in text:
        return int("".join(str(_HAN[digit]) for digit in text))
    tens, _, ones = text.partition("十")
    return (_HAN[tens] if tens else 1) * 10 + (_HAN[ones] if ones else 0)


def spaced_name(text: str) -> str:
    """`赵 桂 兰` without the blanks that only spread it; '' where there are none."""
    bare = text.strip()
    spread = re.fullmatch(r"[一-鿿㐀-䶿𠀀-𲎯](?:[\s　]+[一-鿿㐀-䶿𠀀-𲎯]){1,3}", bare)
    return re.sub(r"[\s　]+", "", bare) if spread else ""
