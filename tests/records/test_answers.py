"""What people leave in printed cells is understood as they meant it, or asked about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import MODELS, at_most, is_said, values_of

from recordkit.forms.arrange import in_words
from recordkit.records import kinds
from recordkit.records.fields import Spec
from recordkit.records.kinds import OTHER
from recordkit.records.parts import Signature
from recordkit.records.ticks import ticked


def all_specs(block: Any) -> dict[str, Spec]:
    """Every stored field of a block and of the tables in it, by path."""
    found: dict[str, Spec] = {}
    for name, spec in block.specs().items():
        if isinstance(spec.kind, kinds.Table):
            found |= {f"{name}.{inner}": each for inner, each in all_specs(spec.kind.part).items()}
        elif spec.stored and not isinstance(spec.kind, kinds.Nested):
            found[name] = spec
    return found


# Kinds alike by what they are made of: one of each.
KINDS = list({repr(spec.kind): spec for model in MODELS for spec in all_specs(model).values()}.values())


@pytest.mark.parametrize("spec", KINDS, ids=lambda spec: type(spec.kind).__name__)
@given(data=st.data())
def test_what_is_printed_is_understood(spec: Spec, data: st.DataObject) -> None:
    value = data.draw(values_of(spec.kind).filter(lambda made: is_said(spec.kind, made)))
    settled = spec.kind.read(value)
    chosen = [settled] if isinstance(settled, str) else settled if isinstance(settled, list) else []
    asks = OTHER in chosen and spec.kind.options()
    other = (
        data.draw(at_most(100).filter(lambda t: t == t.strip("＿_ 　") and kinds.padded(t))) if asks else ""
    )

    printed = spec.kind.answer(spec.kind.show(settled, None, other))
    listed = spec.kind.answer(in_words(spec, settled, None, other))

    assert spec.kind.read(printed.raw) == settled
    assert printed.other == other.replace("\n", "　")
    assert spec.kind.read(listed.raw) == settled
    assert listed.other == other
    assert not printed.doubt


@pytest.mark.parametrize("spec", KINDS, ids=lambda spec: type(spec.kind).__name__)
def test_what_nobody_filled_in_says_nothing(spec: Spec) -> None:
    assert spec.kind.answer(spec.kind.blank()) == kinds.Answer()
    assert spec.kind.answer(f"　{spec.kind.blank()}\n") == kinds.Answer()


DAYS = {
    "2026.3.5": "", "2026年3月5日": "", "２０２６年３月５日": "", "2026 年 3 月 5 日": "", "　2026年　3月　5日": "",
    "20260305": "", "2026/3/5": "", "26/3/5": "20", "26年3月5日": "20", "二〇二六年三月五日": "",
    "2026-03-05（星期四）": "", "2026.3.5 周四": "", "2026年3月5日。": "",
}  # fmt: skip


@pytest.mark.parametrize(("text", "doubt"), DAYS.items())
def test_days_as_people_write_them(text: str, doubt: str) -> None:
    answer = kinds.Day().answer(text)
    assert kinds.Day().read(answer.raw) == date(2026, 3, 5)
    assert bool(answer.doubt) == bool(doubt)


@pytest.mark.parametrize(
    "text", ["48/3/5", "2026年3月", "3月5日", "2026年2月30日", "三月初五", "今天", "5/3/2026"]
)
def test_a_day_that_is_not_certain_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match=r"请|不|看"):
        kinds.Day().read(kinds.Day().answer(text).raw)


MOMENTS = {
    "2026年3月9日 9时30分": "2026-03-09 9:30", "2026.3.9 下午3点半": "2026-03-09 15:30",
    "2026-03-09 14:05": "2026-03-09 14:05", "2026年3月9日上午9点": "2026-03-09 9:00",
    "2026年　3月　9日　14时　5分": "2026-03-09 14:05", "20260309 9：30": "2026-03-09 9:30",
}  # fmt: skip


@pytest.mark.parametrize(("text", "meant"), MOMENTS.items())
def test_moments_as_people_write_them(text: str, meant: str) -> None:
    kind = kinds.DayTime()
    assert kind.plain(kind.read(kind.answer(text).raw)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    {
        "14:00-15:10": "14:00至15:10",
        "下午2点至3点半": "14:00至15:30",
        "9时00分至10时30分": "9:00至10:30",
    }.items(),
)
def test_times_as_people_write_them(text: str, meant: str) -> None:
    kind = kinds.Times()
    assert kind.plain(kind.read(kind.answer(text).raw)) == meant


LISTED = ("低保", "低保边缘", "特困", "其他")
TICKS = {
    "□低保　☑低保边缘　□特困　□其他：＿＿＿＿": ["低保边缘"],
    "□低保 □低保边缘\n√特困 □其他:": ["特困"],
    "□√低保 □低保边缘 □特困 □其他": ["低保"],
    "低保√ 低保边缘 特困 其他": ["低保"],
    "□低保□低保边缘■特困□其他：": ["特困"],
    "□低保 □低保边缘 □特困√ □其他：": ["特困"],
    "□低保√ □低保边缘 □特困 □其他：": ["低保"],
    "✔低保 □低保边缘 ☒特困 □其他：＿＿": ["低保", "特困"],
    "特困": ["特困"],
    "低保、特困": ["低保", "特困"],
    "√特困": ["特困"],
}


@pytest.mark.parametrize(("text", "chosen"), TICKS.items())
def test_ticks_as_people_make_them(text: str, chosen: list[str]) -> None:
    assert kinds.Multi(LISTED).answer(text).raw == chosen


@pytest.mark.parametrize(
    "text",
    [
        "□低保 □低保边缘 ×特困 □其他",  # a cross may mean yes or no
        "□低保√□低保边缘 □特困 □其他：",  # between two boxes
        "☑孤儿 □低保",  # an option of somebody's own
        "☑",
    ],
)
def test_ticks_that_are_not_certain_are_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match=r"请|不|看"):
        kinds.Multi(LISTED).answer(text)


def test_two_ticks_where_one_is_asked_for_are_told() -> None:
    with pytest.raises(ValueError, match="只能选一项"):
        kinds.YesNo().answer("☑是　☑否")


def test_what_is_written_behind_an_unticked_other_is_kept_and_told() -> None:
    found = ticked("□低保　□低保边缘　□特困　□其他：退役军人", LISTED)
    assert (found.chosen, found.other) == ((), "退役军人")
    assert "没有勾" in found.doubt


@pytest.mark.parametrize(("text", "part"), {"2点到3点": "凌晨", "同上": "写全"}.items())
def test_what_may_be_meant_otherwise_is_asked_about(text: str, part: str) -> None:
    kind = kinds.Times() if "点" in text else kinds.Text()
    assert part in kind.answer(text).doubt


def test_a_day_that_is_none_is_told_as_it_was_written() -> None:
    with pytest.raises(ValueError, match="上周三"):
        kinds.Day().read(kinds.Day().answer("上周三").raw)


def test_blanks_that_spread_a_name_are_taken_out_and_told() -> None:
    answer = kinds.Name().answer("赵 桂　兰")
    assert answer.raw == "赵桂兰"
    assert "赵桂兰" in answer.doubt
    for whole in ("欧阳 明月", "John Smith", "阿依古丽·买买提", "赵桂兰"):
        assert kinds.Name().answer(whole) == kinds.Answer(whole)


@pytest.mark.parametrize(
    ("text", "yuan"),
    {"1,200元": "1200", "1.2万": "12000", "人民币1200元整": "1200", "￥1200.50": "1200.5"}.items(),
)
def test_money_as_people_write_it(text: str, yuan: str) -> None:
    kind = kinds.Money()
    assert kind.plain(kind.read(kind.answer(text).raw)) == yuan


def test_figures_and_capitals_that_differ_are_told() -> None:
    with pytest.raises(ValueError, match="不一致"):
        kinds.Money(in_words=True).answer("1,300.00元（大写：壹仟贰佰元整）")


@pytest.mark.parametrize(("text", "count"), {"3次": 3, "　3　次": 3, "三次": 3, "十二": 12, "３": 3}.items())
def test_counts_as_people_write_them(text: str, count: int) -> None:
    kind = kinds.Number(unit="次", whole=True)
    assert kind.read(kind.answer(text).raw) == count


def test_a_name_typed_where_a_signature_belongs_signs_nothing() -> None:
    kind = kinds.Sign(Signature)
    assert kind.answer("已签 2026年3月5日，扫描件 2").raw == {"state": "已签", "on": "2026-03-05"}
    assert kind.answer(kinds.BLANK_DAY) == kinds.Answer()
    for typed in ("孙晓梅", "孙晓梅 2026年3月5日", "2026年3月5日"):
        with pytest.raises(ValueError, match="不是签字状态"):
            kind.answer(typed)
