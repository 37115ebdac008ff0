"""The layouts that ship: all fields on the page, in order, and mistakes explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT

from recordkit import forms
from recordkit.errors import UsageProblem
from recordkit.forms import Form, blocks, definition
from recordkit.forms.blocks import (
    Arranged,
    Break,
    Cell,
    Grid,
    Note,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Table,
)
from recordkit.records import kinds
from recordkit.records.casework import ServicePlan, SessionRecord
from recordkit.records.context import Context
from recordkit.records.station import Profile

FORMS = forms.catalogue()
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)

# Forms of a single service carry the mark of a late entry in a row of their own.
SERVICES = {"session-record", "home-visit", "follow-up"}
NOT_SHOWN = {
    "form_no": "stands in the header",
    "entered_on": "when it was typed in: no part of the paper",
    "signed_scan": "the scan of this very paper",
    "consent_scan": "the scan of another paper",
    "portrait": "only where it is needed; off by default",
    "late_entry": "of forms that are no service: printed in the header as 补录",
    "late_entry_reason": "of forms that are no service",
}
COLUMNS_NOT_SHOWN = {"no_goal_reason": "seven columns fill the page; the plan's goals show it"}


def shown_otherwise(name: str) -> bool:
    """The text that goes with 其他 is printed in its list."""
    return name.endswith("_other")


# --- all there is


def test_every_casework_form_has_a_layout() -> None:
    codes = {form.slug: form.code for form in FORMS}

    assert codes == {
        "client-record": "GA01", "intake": "GA02", "service-agreement": "GA03", "assessment": "GA04",
        "service-plan": "GA05", "session-record": "GA06", "home-visit": "GA07",
        "outcome-evaluation": "GA08", "closing-report": "GA09", "follow-up": "GA10",
        "assistance-application": "GA11", "privacy-notice": "GA23",
    }  # fmt: skip


def test_codes_are_given_once() -> None:
    codes = [form.code for form in FORMS]

    assert len(codes) == len(set(codes))


@each_form
def test_every_stored_field_is_on_its_form(form: Form) -> None:
    shown = set(form.names())
    left = {
        name for name, spec in form.model.specs().items()
        if spec.stored and name not in shown and not shown_otherwise(name)
    }  # fmt: skip
    allowed = set(NOT_SHOWN) - ({"late_entry", "late_entry_reason"} if form.slug in SERVICES else set())

    assert left <= allowed


@each_form
def test_every_column_of_a_list_is_on_its_form(form: Form) -> None:
    for section in form.sections:
        if section.kind != "table":
            continue
        shown = {item.field for item in section.items}
        spec = form.model.spec_at(section.table)
        assert spec
        assert isinstance(spec.kind, kinds.Nested)
        left = {name for name in spec.kind.part.specs() if name not in shown and not shown_otherwise(name)}

        assert left <= set(COLUMNS_NOT_SHOWN), section.table


@each_form
def test_no_field_is_shown_twice(form: Form) -> None:
    names = [name for section in form.sections for name in section.names()]

    assert len(names) == len(set(names))


@each_form
def test_every_form_says_who_fills_it_and_how(form: Form) -> None:
    assert form.fills
    assert form.signs
    assert form.clauses
    assert form.notes.endswith("。")


# --- blocks


@each_form
def test_blocks_stand_in_the_order_of_the_layout(form: Form) -> None:
    drawn = {
        "grid": Grid, "table": Table, "prose": Prose, "picture": Picture, "signatures": Signatures,
        "note": Note, "break": Break,
    }  # fmt: skip
    arranged = forms.blank(form)

    assert [type(block) for block in arranged.blocks] == [*(drawn[s.kind] for s in form.sections), Note]
    titles = [title for block in arranged.blocks if (title := getattr(block, "title", ""))]
    assert [title[2:] for title in titles] == [section.title for section in form.sections if section.title]
    assert [title[0] for title in titles] == list("一二三四五六七八九十")[: len(titles)]


@each_form
def test_the_three_arrangements_show_the_same_fields(form: Form) -> None:
    def paths(arranged: Arranged) -> list[str]:
        return list(dict.fromkeys(path for path, _ in arranged.texts()))

    assert paths(forms.blank(form)) == paths(forms.tags(form)) == paths(forms.filled(form, form.model()))


@each_form
def test_rows_and_columns_fill_the_page(form: Form) -> None:
    for block in forms.blank(form).blocks:
        rows: Any = (
            block.rows if isinstance(block, Grid) else [block.columns] if isinstance(block, Table) else []
        )
        for row in rows:
            assert sum(cell.width for cell in row) == pytest.approx(blocks.PAGE_WIDTH)


@each_form
def test_a_column_holds_two_characters_a_line(form: Form) -> None:
    for block in forms.blank(form).blocks:
        if isinstance(block, Table):
            letter = 3.18 if block.dense else 3.71
            assert min(column.width for column in block.columns) >= 2 * letter + 2, block.path


@each_form
def test_signatures_end_a_form(form: Form) -> None:
    assert form.sections[-1].kind == "signatures"


def test_the_captions_of_signatures_are_in_the_blocks() -> None:
    agreement = list(signs(forms.blank(forms.load("casework/service-agreement"))))
    evaluation = list(signs(forms.blank(forms.load("casework/outcome-evaluation"))))

    assert agreement[-1].caption == "运营机构（盖章）："
    assert agreement[-1].sign.height >= 45
    assert [sign.opinion_caption for sign in evaluation] == ["服务对象意见：", "", "督导/站长审核意见："]


def signs(arranged: Arranged) -> Iterator[SignCell]:
    for block in arranged.blocks:
        if isinstance(block, Signatures):
            for row in block.rows:
                yield from row


# --- blanks


@each_form
def test_a_blank_has_no_number_no_mark_and_no_tick(form: Form) -> None:
    arranged = forms.blank(form)
    page = arranged.page

    assert (page.number, page.mark, page.qr, page.state) == ("", "", "", "")
    for path, text in arranged.texts():
        assert kinds.TICKED not in text, path
        spec = form.spec_at(path)
        if spec and spec.stored and not spec.kind.options() and not isinstance(spec.kind, kinds.Rating):
            assert not re.search(r"\d", text), path


def test_a_blank_notice_says_what_the_profile_knows() -> None:
    profile = Profile.model_validate(
        {"station": {"name": "松坪街道社工站", "code": "LX09", "phone": "0531-00000126"}}
    )
    form = forms.load("casework/privacy-notice")
    known = dict(forms.blank(form, Context(station=profile)).texts())
    unknown = dict(forms.blank(form).texts())

    assert known["handler"] == "松坪街道社工站，电话0531-00000126"
    assert known["client_brief"] == ""
    assert "5年" in unknown["retention_notice"]
    assert set(unknown["handler"]) == {kinds.RULE}


def test_a_blank_leaves_more_room_than_print() -> None:
    form = forms.load("casework/session-record")
    by_hand, printed = (
        next(cell for cell in cells(arranged) if cell.path == "narrative")
        for arranged in (forms.blank(form), forms.filled(form, SessionRecord()))
    )

    assert by_hand.height > 100 > printed.height


def test_the_rows_of_a_list_are_higher_for_the_pen() -> None:
    form = forms.load("casework/service-plan")
    by_hand, printed = (
        next(block for block in arranged.blocks if isinstance(block, Table) and block.path == "goals")
        for arranged in (forms.blank(form), forms.filled(form, ServicePlan()))
    )

    assert len(by_hand.rows) > len(printed.rows) == 1
    assert by_hand.height > printed.height == blocks.ROW_HEIGHT


def test_a_blank_date_is_drawn_together_where_there_is_no_room() -> None:
    [row] = [
        row for row in rows(forms.blank(forms.load("casework/client-record"))) if row[0].path == "client_no"
    ]

    assert row[1].text == "　　年　月　日"


def cells(arranged: Arranged) -> Iterator[Cell]:
    for block in arranged.blocks:
        yield from blocks.cells(block)


def rows(arranged: Arranged) -> Iterator[tuple[Cell, ...]]:
    for block in arranged.blocks:
        if isinstance(block, Grid):
            yield from block.rows


def test_labels_break_at_words() -> None:
    assert forms.balanced("求助问题(服务对象原话)", 12) == ["求助问题", "(服务对象", "原话)"]
    assert forms.balanced("已告知信息处理事项", 12) == ["已告知信息", "处理事项"]
    assert forms.balanced("服务对象编号", 10) == ["服务对象", "编号"]
    assert forms.balanced("姓名", 12) == ["姓名"]


# --- mistakes and additions

HEAD = 'title = "登记表"\nrecord = "casework.Intake"\ncode = "GA02"\n'


def read(text: str) -> Form:
    return definition.read((HEAD + text).encode(), "casework/intake", "我的版式/intake.toml")


@pytest.mark.parametrize(
    ("layout", "said", "hint"),
    [
        ('[[section]]\nkind = "gird"', "第1节的 kind “gird”不能用", "可用：grid、table、matrix、prose、picture、signatures、note、break、slip"),
        ('[[section]]\ntitle = "来源"\nrows = [["filled_on"], ["intake_dat"]]', "第1节“来源”第2行：没有“intake_dat”这个字段", "是不是“intake_date”？"),
        ('[[section]]\nkind = "prose"\ntext = "今收到{refererr}。"', "第1节：没有“refererr”这个字段", "是不是“referrer”？"),
        ('[[section]]\nkind = "table"\ntable = "source"\ncolumns = ["name"]', "第1节：“source”不是表格", ""),
        ('[[section]]\nrows = [[{ field = "source", line = 3 }]]', "第1节第1行不认识“line”", "是不是“lines”？"),
        ('[[section]]\ncolumns = ["name"]', "第1节不认识“columns”", "可用：band、kind、photo、photo_rows、rows、title"),
        ('[[section]]\nkind = "signatures"\nfields = [{ field = "sign_worker", opinion = "opinion" }]', "第1节：没有“opinion”这个字段", ""),
        ("titel = 1", "不认识“titel”", "是不是“title”？"),
        ("[[section", "读不懂", "检查引号、方括号是否成对"),
    ],
    ids=["kind", "field", "blank", "no table", "key of a cell", "key of a section", "opinion", "key", "syntax"],
)  # fmt: skip
def test_a_mistake_names_its_place_and_what_was_meant(layout: str, said: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        read(layout)

    assert str(caught.value).startswith("我的版式/intake.toml：")
    assert said in str(caught.value)
    assert hint in (caught.value.hint or "")


GRID = '[[section]]\ntitle = "来源"\nrows = [["filled_on"], [%s]]'
SIGNS = '[[section]]\nkind = "signatures"\nfields = ["sign_worker"]\n'
FUND = '[[field]]\nname = "local.fund"\n'


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("landscape = ''", "landscape"),
        ("copies = 'x'", "copies"),
        ("notes = 1", "notes"),
        ("clauses = 'x'", "clauses"),
        ("section = 1", "section"),
        ("[[section]]\nrows = []", "第1节的 rows"),
        ("[[section]]\nrows = 1", "第1节的 rows"),
        ("[[section]]", "第1节缺少 rows"),
        (GRID % '"filled_on*0"', "第1节“来源”第2行的 span"),
        (GRID % '"filled_on*x"', "第1节“来源”第2行的 span"),
        (GRID % '{ field = "", width = 22 }', "第1节“来源”第2行的 field"),
        (GRID % '{ field = "source", width = 0 }', "第1节“来源”第2行的 width"),
        (GRID % '{ field = "source", label_width = "宽" }', "第1节“来源”第2行的 label_width"),
        (GRID % '"filled_on", { field = "source", label_width = 90 }', "第2行太挤，“source”没有地方填"),
        (GRID % '{ field = "source", lines = true }', "第1节“来源”第2行的 lines"),
        (GRID % "1", "第1节“来源”第2行：1 不是字段"),
        (GRID % '"source"' + "\nphoto_rows = 0", "第1节“来源”的 photo_rows"),
        (SIGNS + "per_row = 0", "第1节的 per_row"),
        (SIGNS.replace('["sign_worker"]', '"x"'), "第1节的 fields"),
        ("[[section]]\nkind = 'table'\ntable = 'x'\ncolumns = 1", "第1节的 columns"),
        ("[[section]]\nkind = 'table'\nblank_rows = '3'", "第1节的 blank_rows"),
        ("[[section]]\nkind = 'table'\nrow_height = 0", "第1节的 row_height"),
        ("[[section]]\nkind = 'picture'\nheight = '高'", "第1节的 height"),
        (FUND + "need = []", "[[field]] 第1个的 need"),
        (FUND + "label = 1", "[[field]] 第1个的 label"),
        (FUND + "type = 'choice'\noptions = '福彩;财政'", "[[field]] 第1个的 options"),
        (FUND + "x = = 1", "第6行读不懂"),
    ],
)
def test_a_value_of_the_wrong_type_or_size_is_explained(layout: str, said: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        read(layout)

    assert str(caught.value).startswith("我的版式/intake.toml：")
    assert said in str(caught.value)


def test_a_layout_in_another_encoding_is_explained() -> None:
    with pytest.raises(UsageProblem, match=r"x\.toml：文件编码无法识别，请另存为 UTF-8"):
        definition.read(HEAD.encode("gb18030"), "casework/intake", "x.toml")


def test_a_misspelt_column_names_the_nearest() -> None:
    text = (ROOT / "templates/casework/service-plan.toml").read_text(encoding="utf-8")
    wrong = text.replace('field = "baseline"', 'field = "base_line"')

    with pytest.raises(UsageProblem, match=r"第3节第5列：没有“goals\.base_line”这个字段") as caught:
        definition.read(wrong.encode(), "casework/service-plan", "service-plan.toml")
    assert caught.value.hint == "是不是“baseline”？"


def test_the_record_of_another_form_is_refused() -> None:
    with pytest.raises(UsageProblem, match=r"record 应为 “casework\.Intake”"):
        definition.read(HEAD.replace("Intake", "FollowUp").encode(), "casework/intake", "x.toml")


LOCAL = """
[[field]]
name = "local.fund_code"
label = "项目经费编码"

[[field]]
name = "local.kinds"
label = "服务类型"
type = "multi"
options = ["上门", "到站", "其他"]

[[section]]
title = "购买方项目"
rows = [["local.fund_code", "filled_on"], ["local.kinds"]]

[[section]]
kind = "prose"
text = "本项目经费编码为{local.fund_code}。"
"""


def test_fields_of_the_station_stand_where_its_layout_puts_them() -> None:
    form = read(LOCAL)
    record = form.model(local={"fund_code": "JN-07", "kinds": ["上门"]})

    texts = dict(forms.filled(form, record).texts())
    blank = dict(forms.blank(form).texts())

    assert texts["local.fund_code"] == "JN-07"
    assert texts["local.kinds"] == "☑上门　□到站　□其他：＿＿＿＿"
    assert blank["local.kinds"] == "□上门　□到站　□其他：＿＿＿＿"
    assert [cell.label for row in rows(forms.blank(form)) for cell in row] == [
        "项目经费编码",
        "填表日期",
        "服务类型",
    ]


def test_a_field_of_the_station_needs_a_known_type() -> None:
    with pytest.raises(UsageProblem, match=r"local\.x 的类型“textt”不能用"):
        read('[[field]]\nname = "local.x"\ntype = "textt"')


def test_a_wider_label_takes_its_room_from_the_value() -> None:
    form = read('[[section]]\nrows = [[{ field = "source", label_width = 60 }]]')
    [[cell]] = rows(forms.blank(form))

    assert (cell.label_width, cell.width) == (60, blocks.PAGE_WIDTH)
