"""Each kind of value reads what people type, prints it, and stores it so that it reads back."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import MODELS, NASTY, values_of

from recordkit.records import kinds
from recordkit.records.casework import Intake
from recordkit.records.kinds import Kind, Nested, Unstated

MARCH_5 = date(2026, 3, 5)
SIMPLE = sorted(
    {s.kind for m in MODELS for s in m.specs().values() if s.stored and not isinstance(s.kind, Nested)},
    key=repr,
)
COLOURS = kinds.Multi(("红", "绿/青", "甲、乙", "其他"))
FLAGS = kinds.Multi(("无", "走失", "不适用", "其他"))


@given(st.sampled_from(SIMPLE).flatmap(lambda kind: st.tuples(st.just(kind), values_of(kind))))
@settings(max_examples=500, deadline=None)
def test_what_is_stored_reads_back_and_is_stored_the_same_again(pair):
    kind, typed = pair
    value = kind.read(typed)
    if value is not None:
        assert kind.read(kind.plain(value)) == value
        assert kind.plain(kind.read(kind.plain(value))) == kind.plain(value)
        assert kind.read(value) == value


@pytest.mark.parametrize("kind", SIMPLE, ids=repr)
@pytest.mark.parametrize("reason", Unstated)
def test_an_unstated_fact_is_typed_printed_and_stored_as_such(kind, reason):
    value = kind.read(f" {reason} ")

    assert kind.plain(value) in (reason, [reason])
    assert reason in kind.show(value)
    assert "☑" not in kind.show(value) or reason in kind.options()


@pytest.mark.parametrize("kind", SIMPLE, ids=repr)
@pytest.mark.parametrize("nothing", [None, "", "  ", "　", "\n", "\x00"])
def test_nothing_is_none(kind, nothing):
    assert kind.read(nothing) is None


@pytest.mark.parametrize("kind", SIMPLE, ids=repr)
@pytest.mark.parametrize("junk", [{"甲": "乙"}, [{"甲": "乙"}], 1.5, object(), b"x", [None, 3], float("nan")])
def test_what_is_no_text_is_refused_in_chinese(kind, junk):
    with pytest.raises(ValueError, match="这里"):
        kind.read(junk)


@pytest.mark.parametrize("kind", SIMPLE, ids=repr)
@given(typed=st.sampled_from(NASTY) | st.text(max_size=30))
@settings(max_examples=30, deadline=None)
def test_any_text_is_read_or_refused_in_chinese(kind, typed):
    try:
        value = kind.read(typed)
    except ValueError as problem:
        said = str(problem)
    else:
        said = "读作" if value is None or kind.read(kind.plain(value)) == value else ""

    assert re.search("[一-鿿]", said)


@pytest.mark.parametrize("kind", SIMPLE, ids=repr)
def test_the_example_in_the_template_can_be_typed(kind):
    example = kind.example().split("（")[0].strip('"')
    assert kind.describe()
    if example and "…" not in example:
        assert kind.read(example) is not None


@pytest.mark.parametrize("text", ["0", "1", "20260305"])
def test_zero_is_not_a_date(text):
    with pytest.raises(ValueError, match="不是日期"):
        kinds.Day().read(text)


@pytest.mark.parametrize("raw", [0, datetime.combine(MARCH_5, time()), True])
def test_neither_are_numbers_and_moments(raw):
    with pytest.raises(ValueError, match="日期"):
        kinds.Day().read(raw)


def test_a_moment_is_of_the_minute():
    assert kinds.DayTime().read(datetime.combine(MARCH_5, time(9, 30, 59))) == datetime.combine(
        MARCH_5, time(9, 30)
    )
    assert kinds.DayTime().plain(datetime.combine(date(826, 3, 5), time(9, 30))) == "0826-03-05 9:30"


def test_one_line_is_one_line_and_has_its_measure():
    with pytest.raises(ValueError, match="只能写一行"):
        kinds.Text().read("甲\n乙")
    with pytest.raises(ValueError, match="最多写3字，现有4字"):
        kinds.Text(3).read("甲乙丙丁")


def test_long_text_keeps_its_paragraphs_and_their_indentation():
    assert kinds.Long().read("\n \n　　第一段  \n\n　　第二段\r\n\n") == "　　第一段\n\n　　第二段"


@pytest.mark.parametrize("name", ["神\ufa19", "e\u0301", "㐂", "𠮷", "Ａ"])
def test_names_are_never_normalised(name):
    assert kinds.Text().read(name) == name


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("红", ["红"]),
        ("绿/青、红", ["红", "绿/青"]),
        ("红；绿／青", ["红", "绿/青"]),
        ("甲、乙", ["甲、乙"]),
        ("红、红", ["红"]),
        (["其他", "红"], ["红", "其他"]),
        (["甲、乙", " 红 "], ["红", "甲、乙"]),
        ([], None),
        (["", None], None),
    ],
)
def test_several_options_as_a_list_or_joined_in_the_forms_order(text, chosen):
    assert COLOURS.read(text) == chosen


def test_an_unknown_option_is_told_with_the_known_ones():
    with pytest.raises(ValueError, match="“蓝”不在选项中。可选：红；绿/青；甲、乙；其他"):
        COLOURS.read("蓝")


@pytest.mark.parametrize("alone", ["无", "不适用"])
def test_none_and_not_applicable_exclude_the_others(alone):
    assert FLAGS.read(alone) == [alone]
    with pytest.raises(ValueError, match=f"“{alone}”不能与其他选项同选"):
        FLAGS.read([alone, "走失"])


@pytest.mark.parametrize(
    ("text", "truth"), [("是", True), ("否", False), (True, True), ("不详", Unstated.UNKNOWN)]
)
def test_yes_and_no(text, truth):
    assert kinds.YesNo().read(text) is truth


@pytest.mark.parametrize("text", ["yes", "no", "true", "1", "√", "有"])
def test_only_the_words_yes_and_no_are_truth(text):
    with pytest.raises(ValueError, match="可选：是；否"):
        kinds.YesNo().read(text)


def test_numbers_keep_their_bounds_their_unit_and_wholeness():
    years = kinds.Number("岁", 0, 130, whole=True)

    assert years.read("77岁") == years.read("７７ 岁") == years.read(Decimal("77")) == 77
    assert kinds.Number().read("1,200.5") == Decimal("1200.5")
    for wrong in ("131", "-1", "7.5", "七十"):
        with pytest.raises(ValueError, match=r"超出范围|应是整数|不是数字"):
            years.read(wrong)
    for wrong in (Decimal("NaN"), Decimal("Infinity"), Decimal("0.1234567"), True):
        with pytest.raises(ValueError, match="数字"):
            kinds.Number().read(wrong)


def test_a_rating_stays_on_its_scale():
    assert kinds.Rating(1, 5).read("4分") == 4
    with pytest.raises(ValueError, match="应在 1 到 5 之间"):
        kinds.Rating(1, 5).read("0")


def test_document_numbers_are_read_in_full_width_and_small_letters():
    assert kinds.IdNo().read("１１０１０５ 19491231 002x") == "11010519491231002X"
    assert kinds.IdNo().read("h1234567(8)") == "H1234567(8)"
    with pytest.raises(ValueError, match="校验位"):
        kinds.IdNo().read("110105194912310021")


def test_an_address_written_on_several_lines_becomes_one():
    assert kinds.Address().read("济南市历下区\n  泉景社区 7号楼") == "济南市历下区泉景社区 7号楼"


def test_references_are_numbers_and_never_names():
    assert kinds.Ref().read("Ｓ０１") == "S01"
    assert kinds.Refs().read("G1、G2，G3") == ["G1", "G2", "G3"]
    with pytest.raises(ValueError, match="不写姓名"):
        kinds.Ref("人员编号").read("孙晓梅")


def test_options_print_as_boxes_with_what_other_is():
    source = kinds.Choice(("热线", "其他"))

    assert source.show("其他", other="老同事") == "□热线　☑其他：老同事"
    assert source.blank() == "□热线　□其他：＿＿＿＿"
    assert kinds.YesNo().show(False) == "□是　☑否"


def test_a_blank_leaves_room_to_write():
    assert kinds.Day().blank() == "　　　　年　　月　　日"
    assert kinds.IdNo().blank() == "□" * 18
    assert "大写" in kinds.Money(in_words=True).blank()


def test_other_with_its_text_in_one_place_or_two():
    one = Intake(source="其他：老同事")
    two = Intake(source="其他", source_other="老同事")

    assert one == two
    assert Intake(problem_types=["住房", "其他:搬迁"]).problem_types_other == "搬迁"
    assert Intake(source="其他：老同事", source_other="老邻居").source_other == "老邻居；老同事"


def test_a_signature_may_be_one_line_and_is_never_a_name():
    assert Intake(sign_worker="已签 2026-03-05").sign_worker.on == date(2026, 3, 5)
    with pytest.raises(ValueError, match="不写姓名"):
        Intake(sign_worker="孙晓梅")


def test_kinds_are_values():
    assert kinds.Choice(("甲",)) == kinds.Choice(("甲",))
    assert len({kinds.Text(40), kinds.Text(40), kinds.Text(60)}) == 2
    assert isinstance(kinds.Day(), Kind)
