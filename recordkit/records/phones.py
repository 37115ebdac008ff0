"""Telephone numbers as people in China write them: mobiles, landlines with
extension, service numbers."""

from __future__ import annotations

import re


def phone(text: str) -> str:
    """The number with its separators unified, an extension behind a hyphen;
    ValueError when it cannot be one."""
    number = re.sub(r"[\s\-—–()转]+", "-", text).strip("-")
    digits = number.replace("-", "").removeprefix("+86")
    if not number.isascii():
        raise ValueError(f"“{text}”不像电话号码：只能有数字")
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return digits
    if re.fullmatch(r"(0\d{2,3}-?)?[2-9]\d{6,7}(-\d{1,6})?", number) or re.fullmatch(
        r"(1\d{2}|1\d{4}|9\d{4}|[48]00-?\d{3}-?\d{4})", number
    ):
        return number
    raise ValueError(f"“{text}”不像电话号码：手机11位，固定电话写区号，如 0531-88880000")
