"""Amounts of money: read as people write them, printed also in 大写."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from .text import narrow

MOST = Decimal(10) ** 12  # yuan; above it somebody mistyped
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def read_number(text: str) -> Decimal:
    """`1,200`, `１２００`, `-3.5`; ValueError for anything that is no plain number."""
    plain = narrow(text)
    if re.fullmatch(r"[+-]?\d{1,3}( \d{3})+(\.\d+)?", plain):
        plain = plain.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,6})?", plain, re.ASCII):
        raise ValueError(f"“{text}”不是数字")
    try:
        return Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the pattern above admits only numbers
        raise ValueError(f"“{text}”不是数字") from None


def read_money(text: str) -> Decimal:
    """`1,200元`, `￥1200.50`, `3.5万元` in yuan; at most two decimals, not negative."""
    plain = re.sub(r"^[¥￥]|(元整?|块)$", "", narrow(text)).strip()
    myriads = plain.endswith("万")
    try:
        amount = read_number(plain.removesuffix("万")) * (10000 if myriads else 1)
    except ValueError:
        raise ValueError(f"“{text}”不是金额，请写成 1200 或 1,200.50") from None
    if amount > MOST:
        raise ValueError(f"“{text}”太大了，请核对是不是多写了零或万")
    if amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"“{text}”不是金额：不能为负，最多两位小数")
    return amount


def print_number(number: Decimal | int) -> str:
    """Without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def print_money(amount: Decimal) -> str:
    """`1,200.00`."""
    return f"{amount:,.2f}"


def capitals(amount: Decimal) -> str:
    """The amount in Chinese capitals as on vouchers: `壹仟贰佰元伍角整`
    (《会计基础工作规范》: 整 after 元 or 角, 零 for a gap)."""
    cents = int((amount * 100).to_integral_value())
    yuan, cents = divmod(cents, 100)
    jiao, fen = divmod(cents, 10)
    words = f"{_integer(yuan)}元" if yuan else ""
    if not cents:
        return (words or "零元") + "整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif words:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "整")


def _integer(number: int) -> str:
    words, gap = "", False
    digits = str(number)
    for position, digit in enumerate(digits):
        place = len(digits) - position - 1
        if digit == "0":
            gap = True
        else:
            words += ("零" if gap and words else "") + _DIGITS[int(digit)] + _PLACES[place % 4]
            gap = False
        if place % 4 == 0 and place and number // 10**place % 10000:
            words += _GROUPS[place // 4]
    return words
