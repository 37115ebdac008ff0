"""What is text in a returned Word form, and what is no form at all."""

from __future__ import annotations

import zipfile

import pytest
from docx_kit import W, cell, docx, p, parts, row, run, table, zipped
from docx_returned_kit import (
    CLIENT,
    SDT,
    TEXT,
    changed,
    printed,
    read,
    texts,
)

from recordkit.errors import Refused
from recordkit.formats.docx.fillable import fillable
from recordkit.formats.docx.returned import open_paper
from recordkit.formats.opc import Element

# --- what a reader sees ----------------------------------------------------------------


def value(content: str) -> str:
    """The text of a value cell with this content."""
    body = table(
        row("姓名", cell(content if content.startswith("<w:p>") else f"<w:p>{content}</w:p>")), columns=2
    )
    return texts(read(docx(body)))["name"]


def look(properties: str, text: str) -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


_FONT = '<w:rFonts w:ascii="{0}" w:hAnsi="{0}"/>'
_CODE = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
_BOX_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/>{}</w:checkBox></w:ffData>'
    '</w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_DRAWN = "<w:txbxContent>{}</w:txbxContent>"
_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (run("甲") + run("乙"), "甲乙"),
        (
            "<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:cr/><w:noBreakHyphen/></w:r>",
            "甲\n乙\t丙\n-",
        ),
        (p("甲") + p() + p("乙") + p() + p(), "甲\n\n乙"),
        (f"<w:del>{run('旧')}</w:del><w:ins>{run('新')}</w:ins>", "新"),
        (f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>", "新"),
        (look("<w:vanish/>", "藏") + look('<w:vanish w:val="0"/>', "现"), "现"),
        (
            _CODE.format("begin")
            + "<w:r><w:instrText>PAGE</w:instrText></w:r>"
            + _CODE.format("separate")
            + run("3"),
            "3",
        ),
        (_CODE.format("begin") + run("不读") + _CODE.format("end") + run("读"), "读"),
        (f'<w:fldSimple w:instr="DATE">{run("2026-03-05")}</w:fldSimple>', "2026-03-05"),
        (run("甲") + '<w:r><w:commentReference w:id="1"/><w:footnoteReference w:id="2"/></w:r>', "甲"),
        (f"<w:hyperlink>{run('链')}</w:hyperlink><w:smartTag>{run('接')}</w:smartTag>", "链接"),
        (
            '<w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:sym w:font="Wingdings 2" w:char="00A3"/></w:r>',
            "☑□",
        ),
        (
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>',
            "☑□",
        ),
        (
            '<w:r><w:sym w:font="Symbol" w:char="D800"/><w:sym w:char="001E"/><w:sym w:char="2611"/></w:r>',
            "☑",
        ),
        (look(_FONT.format("Wingdings 2"), "R男") + look(_FONT.format("Wingdings"), "o女"), "☑男□女"),
        (look(_FONT.format("Segoe UI Symbol"), "R☒"), "R☒"),
        (run("■是　☐否"), "■是　☐否"),
        (_BOX_FIELD.format("<w:checked/>") + run("是") + _BOX_FIELD.format("") + run("否"), "☑是□否"),
        (f"<w:ruby><w:rt>{run('pin')}</w:rt><w:rubyBase>{run('字')}</w:rubyBase></w:ruby>", "字"),
        (
            f"<w:r><mc:AlternateContent {_MC}><mc:Choice Requires='wps'>{_DRAWN.format(p('框'))}</mc:Choice>"
            f"<mc:Fallback>{_DRAWN.format(p('框'))}</mc:Fallback></mc:AlternateContent></w:r>",
            "框",
        ),
        (p("前") + table(row("里", "面")) + p("后"), "前\n里\n面\n后"),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("甲") + "</w:p>" + p("乙"), "甲乙"),
    ],
)
def test_text_is_what_a_reader_sees(content: str, text: str):
    assert value(content) == text


def control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def box(state: str, sign: str) -> str:
    properties = f'<w14:checkbox><w14:checked w14:val="{state}"/></w14:checkbox>'
    return control(properties, run(sign))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (box("1", "☒") + run("男　") + box("0", "☐") + run("女"), "☑男　□女"),
        (control("<w:showingPlcHdr/>", run("点击此处输入文字。")), ""),
        (control("", look('<w:rStyle w:val="PlaceholderText"/>', "填写")), ""),
        (look('<w:rStyle w:val="PlaceholderText"/>', "选日期"), ""),
        (control('<w:showingPlcHdr w:val="0"/>', run("填写")), "填写"),
        # A program that knows nothing of hints writes its text and leaves the mark.
        (control("<w:showingPlcHdr/>", look('<w:rStyle w:val="PlaceholderText"/>', "孙晓梅")), "孙晓梅"),
        (control('<w:date w:fullDate="2026-03-05T00:00:00Z"/>', run("2026年3月5日")), "2026年3月5日"),
        (
            control('<w:showingPlcHdr/><w:date w:fullDate="2026-03-05T00:00:00Z"/>', run("单击输入日期")),
            "2026-03-05",
        ),
        (
            control(
                '<w:dropDownList><w:listItem w:displayText="请选择" w:value=""/></w:dropDownList>',
                run("请选择"),
            ),
            "",
        ),
        (control('<w:comboBox><w:listItem w:displayText="女" w:value="女"/></w:comboBox>', run("女")), "女"),
    ],
)
def test_controls_say_what_is_chosen_and_prompts_are_empty(content: str, text: str):
    assert value(content) == text


@pytest.mark.parametrize(("state", "sign"), [("0", "☑"), ("1", "☐")])
def test_a_box_ticked_either_way_is_ticked_and_that_is_told(state: str, sign: str):
    returned = read(docx(table(row("性别", cell(f"<w:p>{box(state, sign)}{run('男')}</w:p>")), columns=2)))

    assert texts(returned)["gender"] == "☑男"
    assert [note[:9] for note in returned.notes][:1] == ["表1 行1 列2有"]


def test_a_fillable_form_filled_in_is_read():
    def fill(root: Element) -> None:
        for each in root.iter(SDT):
            tag = each.find(f"{W}sdtPr/{W}tag")
            name = "" if tag is None else tag.get(W + "val")
            content = each.find(W + "sdtContent")
            if name in ("name", "difficulty_summary"):
                for letters in content.iter(TEXT):
                    letters.text = "赵桂兰"
            if name == "gender#2":
                next(content.iter(TEXT)).text = "☑"
            if name == "client_category_other":
                next(content.iter(TEXT)).text = "失独"

    returned = read(changed(fillable(printed(CLIENT), CLIENT), fill))
    found = texts(returned)

    assert found["name"] == found["difficulty_summary"] == "赵桂兰"
    assert found["gender"].startswith("□男　☑女")
    assert found["client_category"].endswith("其他：失独")
    assert not returned.strays


# --- hostile files ---------------------------------------------------------------------


def nested(depth: int) -> str:
    return p("底") if not depth else table(row(cell(nested(depth - 1) + p())))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(nested(60), id="tables in tables"),
        pytest.param("<w:p>" + "<w:r/>" * 1_000_001 + "</w:p>", id="too many elements"),
        pytest.param(p("长" * 4_000_000), id="too much text"),
        pytest.param(table("<w:tr>" + "<w:tc><w:p/></w:tc>" * 60_000 + "</w:tr>"), id="too many cells"),
        pytest.param("<w:p>" + "<w:smartTag>" * 99 + "</w:smartTag>" * 99 + "</w:p>", id="too deep"),
        pytest.param(
            "".join(f'<w:bookmarkStart w:id="{n}" w:name="_rk_name"/>' for n in range(400))
            + p("长" * 100_000)
            + "".join(f'<w:bookmarkEnd w:id="{n}"/>' for n in range(400)),
            id="marks over marks",
        ),
        pytest.param("<w:p><w:r>", id="cut off"),
    ],
)
def test_what_is_no_form_is_refused(body: str):
    with pytest.raises(Refused) as refused:
        open_paper(zipped(parts(body), zipfile.ZIP_STORED)).returned(CLIENT)

    assert any("一" <= letter <= "龥" for letter in refused.value.message)


def test_odd_numbers_and_marks_do_no_harm():
    body = (
        '<w:bookmarkEnd w:id="9"/><w:bookmarkStart w:id="9" w:name="_rk_name"/>'
        + table(
            f'<w:tr><w:trPr><w:gridBefore w:val="²"/></w:trPr>{cell("姓名", "<w:gridSpan/>")}'
            f'{cell("甲", """<w:gridSpan w:val="99999999999999999999"/>""")}</w:tr>',
            "<w:tr/>",
        )
        + '<w:bookmarkStart w:id="8" w:name="_rk_"/><w:bookmarkStart w:id="7" w:name="_rk_name_2_3 Copy 1"/>'
        + '<w:r><w:sym w:char="zz"/><w:fldChar/></w:r><w:sdt/><w:sdt><w:sdtPr/></w:sdt><w:tr/><w:tc/>'
        + p("尾")
    )

    assert texts(read(docx(body)))["name"] == "甲"
