"""Texts written into somebody else's workbook, its layout untouched."""

from __future__ import annotations

import re

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from xlsx_kit import book, data, loaded, saved

from recordkit.errors import Conflict, NotFound, Refused, UsageProblem
from recordkit.formats.package import EXCEL, read_parts
from recordkit.formats.xlsx.patch import patched
from recordkit.formats.xlsx.sheets import sheets

SHEET = "xl/worksheets/sheet1.xml"


def xml(content: bytes) -> str:
    return read_parts(content, EXCEL)[SHEET].decode()


def texts(content: bytes, sheet: int = 0) -> dict[str, str]:
    return {cell.ref: cell.text for cell in sheets(content)[sheet].cells()}


def test_only_the_cells_asked_for_change() -> None:
    sheet = (
        "<!-- 原样 --><sheetPr/>"
        + data(
            '<c r="A1" s="3"  cm="1"><v>1</v></c><c r="C1" s="2"/>',
            '<c r="A2" t="inlineStr"><is><t>乙</t></is></c>',
        )
        + '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>A1&gt;1</formula></cfRule></conditionalFormatting>'
    )
    before = book(sheet)

    after = patched(
        before, {("表一", "A1"): "12.5", ("表一", "B1"): "甲 & <乙>", ("表一", "C1"): "13800000000"}
    )

    was, now = read_parts(before, EXCEL), read_parts(after, EXCEL)
    assert {name for name in was if was[name] != now[name]} == {SHEET}
    expected = xml(before).replace('<c r="A1" s="3"  cm="1"><v>1</v></c>', '<c r="A1" s="3"><v>12.5</v></c>')
    expected = expected.replace(
        '<c r="C1" s="2"/>',
        '<c r="B1" t="inlineStr"><is><t xml:space="preserve">甲 &amp; &lt;乙&gt;</t></is></c>'
        '<c r="C1" s="2" t="inlineStr"><is><t xml:space="preserve">13800000000</t></is></c>',
    )
    assert xml(after) == expected
    assert texts(after) == {"A1": "12.5", "B1": "甲 & <乙>", "C1": "13800000000", "A2": "乙"}


def test_new_rows_and_cells_stand_in_order() -> None:
    sheet = (
        '<cols><col min="2" max="2" width="9" style="2"/></cols>'
        '<sheetData><row r="2" spans="1:1"/><row r="4" s="3" customFormat="1"><c r="B4"/><c r="D4"/></row></sheetData>'
    )
    places = ["A1", "B1", "A2", "C2", "C3", "A4", "C4", "E4", "B9", "A7"]

    after = patched(book(sheet), {("表一", at): f"在{at}" for at in places})

    assert texts(after) == {at: f"在{at}" for at in places}
    assert re.findall(r'<c r="([A-Z]\d)"', xml(after)) == [
        "A1", "B1", "A2", "C2", "C3", "A4", "B4", "C4", "D4", "E4", "A7", "B9",
    ]  # fmt: skip
    assert re.findall(r'<row r="(\d)"', xml(after)) == ["1", "2", "3", "4", "7", "9"]
    assert '<c r="B1" s="2"' in xml(after)  # the style of its column
    assert '<c r="A4" s="3"' in xml(after)  # the style of its row
    assert "spans" not in xml(after)


@pytest.mark.parametrize("empty", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>"])
def test_an_empty_sheet_takes_rows(empty: str) -> None:
    assert texts(patched(book(empty), {("表一", "B3"): "甲", ("表一", "A1"): "乙"})) == {
        "A1": "乙",
        "B3": "甲",
    }


def test_prefixes_and_a_byte_order_mark_are_kept_apart() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'\ufeff<x:worksheet xmlns:x="{main}"><x:sheetData><x:row r="1"><x:c r="A1" s="1"/></x:row></x:sheetData></x:worksheet>'
    content = book(data(), extra={SHEET: sheet.encode()})

    after = patched(content, {("表一", "A1"): "2026-03-05", ("表一", "B1"): "甲", ("表一", "A2"): "乙"})

    assert texts(after) == {"A1": "2026-03-05", "B1": "甲", "A2": "乙"}


def test_the_used_range_grows_with_new_cells() -> None:
    after = patched(book('<dimension ref="A1:B2"/>' + data("")), {("表一", "D9"): "甲"})

    assert '<dimension ref="A1:D9"/>' in xml(after)


@pytest.mark.parametrize(
    ("style", "text", "stored"),
    [
        (0, "12.5", "<v>12.5</v>"), (0, "007", "<t "), (0, "13800000000", "<t "), (0, "-3", "<v>-3</v>"),
        (2, "5", "<t "), (3, "13800000000", "<v>13800000000</v>"), (1, "2026-03-05", "<v>46086</v>"),
        (1, "46086", "<t "), (1, "2026-02-30", "<t "), (1, "1900-01-05", "<t "), (0, "2026-03-05", "<t "),
        (0, "370102196003054567", "<t "), (0, "1e5", "<t "), (6, "5", "<t "), (0, "１２", "<t "), (5, "9:30", "<t "),
    ],
)  # fmt: skip
def test_a_text_becomes_a_number_only_where_it_is_one(style: int, text: str, stored: str) -> None:
    after = patched(book(data(f'<c r="A1" s="{style}"/>')), {("表一", "A1"): text})

    assert stored in xml(after)
    assert texts(after) == {"A1": text}


def test_texts_that_look_like_formulas_or_escapes_stay_texts() -> None:
    for text in ["=1+1", "+86 138", "-", "@甲", "_x000D_", "甲\n乙\t丙", "  边上  ", "https://a.example"]:
        after = patched(book(data("")), {("表一", "A1"): text})
        assert texts(after) == {"A1": text}
        assert "<f" not in xml(after)
        assert loaded(after).active["A1"].data_type == "s" if text[0] != "=" else True


def test_an_empty_text_empties_the_cell_and_keeps_its_style() -> None:
    after = patched(book(data('<c r="A1" s="3"><v>1</v></c>')), {("表一", "A1"): "", ("表一", "B7"): ""})

    assert '<c r="A1" s="3"/>' in xml(after)
    assert "B7" not in xml(after)


# --- formulas ---


def test_formulas_are_refused_and_named() -> None:
    row = (
        '<c r="A1"><f>B1</f><v>1</v></c><c r="B1"><f t="shared" ref="B1:B2" si="0">C1</f></c>'
        '<c r="C1"><f t="array" ref="C1:C2">D1:D2</f></c>'
    )
    content = book(data(row, '<c r="B2"><f t="shared" si="0"/></c><c r="C2"><v>1</v></c>'))

    for at in ("A1", "B1", "B2", "C1", "C2"):
        with pytest.raises(Conflict, match=f"{at} 是公式"):
            patched(content, {("表一", at): "5"})


def test_what_computes_from_the_new_values_is_computed_when_opened() -> None:
    formula = data('<c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c>')
    names = "<definedNames><definedName name='a'>1</definedName></definedNames>"
    for more in ('<calcPr calcId="1"/>', '<calcPr calcId="1" fullCalcOnLoad="0"></calcPr>', names, ""):
        after = patched(book(formula, more=more), {("表一", "A1"): "5"})
        workbook = read_parts(after, EXCEL)["xl/workbook.xml"].decode()

        assert workbook.count('fullCalcOnLoad="1"') == 1
        assert workbook.count("calcPr") >= 1
        assert texts(after)["A1"] == "5"


# --- merged cells, wrong places ---


def test_merged_cells_are_written_in_their_first() -> None:
    sheet = data('<c r="A1" s="3"/><c r="B1"/>', "") + '<mergeCells><mergeCell ref="A1:C3"/></mergeCells>'

    assert texts(patched(book(sheet), {("表一", "C3"): "甲"})) == {"A1": "甲"}
    with pytest.raises(Conflict, match="两次"):
        patched(book(sheet), {("表一", "C3"): "甲", ("表一", "B1"): "乙"})


def test_wrong_sheets_places_and_lengths_are_told() -> None:
    content = book(data(""))

    with pytest.raises(NotFound, match="没有"):
        patched(content, {("无此表", "A1"): "甲"})
    for at in ("A0", "甲1", "XFE1", "A1048577", "A1:B2", ""):
        with pytest.raises(UsageProblem, match="位置"):
            patched(content, {("表一", at): "甲"})
    with pytest.raises(Refused, match="32767"):
        patched(content, {("表一", "A1"): "甲" * 32_768})


def test_a_workbook_of_a_person_keeps_all_it_has() -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "花名册 二"
    sheet["A1"], sheet["B1"] = "姓名", "电话"
    sheet["B2"].font = Font(bold=True)
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B2"].number_format = "@"
    sheet["C2"] = "=LEN(B2)"
    sheet.merge_cells("A5:C6")
    sheet["A1"].comment = Comment("写全名", "站")
    sheet.column_dimensions["B"].width = 33
    workbook.create_sheet("别动")["A1"] = "原样"
    before = saved(workbook)

    after = patched(before, {("花名册 二", "B2"): "013800000000", ("花名册 二", "A2"): "赵桂兰"})

    found = loaded(after)["花名册 二"]
    assert (found["A2"].value, found["B2"].value, found["C2"].value) == ("赵桂兰", "013800000000", "=LEN(B2)")
    assert (found["B2"].font.b, found["B2"].fill.fgColor.rgb, found["B2"].number_format) == (
        True,
        "00FFFF00",
        "@",
    )
    assert found.column_dimensions["B"].width == 33
    assert [str(area) for area in found.merged_cells.ranges] == ["A5:C6"]
    assert found["A1"].comment.text == "写全名"
    was, now = read_parts(before, EXCEL), read_parts(after, EXCEL)
    assert {name for name in was if was[name] != now[name]} == {SHEET}
    assert patched(before, {("花名册 二", "B2"): "甲"}) == patched(before, {("花名册 二", "B2"): "甲"})
