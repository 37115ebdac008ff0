"""Amounts as people write them, and in capitals as vouchers ask for them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordkit.records.money import capitals, print_money, print_number, read_money, read_number

amounts = st.decimals(0, 10**12, places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("1,200.50元", "1200.5"),
        ("￥1200.5", "1200.5"),
        ("¥３００", "300"),
        ("3.5万元", "35000"),
        ("0", "0"),
        ("1 200", "1200"),
        ("1，200元", "1200"),
        ("500元整", "500"),
        ("20块", "20"),
    ],
)
def test_an_amount_is_read_in_every_usual_writing(text, amount):
    assert read_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "约1200",
        "1200-1500",
        "12,00",
        "1.2.3",
        "-5",
        "0.001",
        "1e3",
        "NaN",
        "Infinity",
        "١٢",
        "0x10",
        "一千二",
        "1200元/月",
    ],
)
def test_what_is_no_plain_amount_is_refused(text):
    with pytest.raises(ValueError, match="不是金额"):
        read_money(text)


@pytest.mark.parametrize("text", ["1e3", "0x10", "1_000", "٣", "", "+", "1,20", "9" * 16, "0." + "1" * 7])
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(ValueError, match="不是数字"):
        read_number(text)


@given(amounts)
def test_a_printed_amount_reads_back(amount):
    assert read_money(print_money(amount)) == amount
    assert read_money(print_number(amount)) == amount


@given(st.decimals(-(10**9), 10**9, places=6, allow_nan=False))
def test_a_printed_number_reads_back_and_has_no_exponent(number):
    text = print_number(number)

    assert read_number(text) == number
    assert not set(text) & set("eE+")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("1200.5", "壹仟贰佰元伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100000000", "壹亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("1000000000000", "壹万亿元整"),
        ("20000001", "贰仟万零壹元整"),
    ],
)
def test_capitals_follow_the_rules_for_vouchers(amount, words):
    assert capitals(Decimal(amount)) == words


@given(amounts)
def test_capitals_never_stutter(amount):
    words = capitals(amount)

    assert "零零" not in words
    assert "零元" not in words or amount < 1
    assert words[-1] in "整分"
