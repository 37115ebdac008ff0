"""What people and other programs do to a workbook before it comes back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from test_xlsx_round_trip import FORMS, as_list, as_page, said
from xlsx_kit import loaded, saved

from recordkit import forms
from recordkit.formats.xlsx import many, one, open_paper
from recordkit.forms import identify
from recordkit.forms.answers import is_blank
from recordkit.forms.returned import Anchor, Returned
from recordkit.records import reading

CLIENT = FORMS["casework/client-record"]
VISIT = FORMS["casework/home-visit"]
STAMP = {"recordkit-form": VISIT.id, "recordkit-form-version": "1"}
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def client() -> Any:
    return reading.load(SAMPLES / "clients" / "LX01-FW-000123" / "client-record.yaml").record


def filled_list() -> Any:
    """A list as a person fills it in: two clients, three relatives."""
    book = loaded(many(CLIENT))
    main, family = book[book.sheetnames[1]], book["家庭成员"]
    heads = {cell.value.lstrip("*"): cell.column for cell in main[4] if cell.value}
    for row, (name, phone) in enumerate([("赵桂兰", "13800000000"), ("孙 立", "0531-88880000")], 5):
        main.cell(row, heads["姓名"], name)
        main.cell(row, heads["联系电话"], phone)
        main.cell(row, heads["出生日期"], datetime.date(1949, 3, row))
    for row, (number, name) in enumerate([(2, "孙大"), (1, "赵大"), (1, "赵二")], 5):
        family.cell(row, 1, number)
        family.cell(row, 2, name)
    return book


def read(book: Any, form: Any = CLIENT) -> list[dict[tuple[str, int], str]]:
    return [said(each) for each in open_paper(saved(book)).returned(form)]


EXPECTED = [
    {
        ("name", -1): "赵桂兰", ("phone", -1): "13800000000", ("birth_date", -1): "1949-03-05",
        ("family_members.name", 0): "赵大", ("family_members.name", 1): "赵二",
    },
    {
        ("name", -1): "孙 立", ("phone", -1): "0531-88880000", ("birth_date", -1): "1949-03-06",
        ("family_members.name", 0): "孙大",
    },
]  # fmt: skip


def test_a_list_filled_in_by_another_program_comes_back() -> None:
    paper = open_paper(saved(filled_list()))

    assert (paper.form, paper.form_version) == (CLIENT.id, 1)
    assert [said(each) for each in paper.returned(CLIENT)] == EXPECTED


def _no_stamp(book: Any) -> None:
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    for name in list(book.defined_names):
        del book.defined_names[name]


def _no_names(book: Any) -> None:
    for sheet in book.worksheets[1:]:
        sheet.delete_rows(3)


def _turned(book: Any) -> None:
    """Columns in another order, names and heads with them."""
    main = book.worksheets[1]
    for row in main.iter_rows(min_row=3):
        texts = [cell.value for cell in row]
        for cell, text in zip(row, reversed(texts), strict=True):
            cell.value = text


def _gaps(book: Any) -> None:
    book.worksheets[1].insert_rows(5, 3)
    book.worksheets[1].insert_rows(9, 40)
    book["家庭成员"].insert_rows(6, 2)


def _less(book: Any) -> None:
    book.worksheets[1].delete_cols(40, 3)
    del book["填表说明"]


def _filtered(book: Any) -> None:
    book.worksheets[1].row_dimensions[6].hidden = True


def _copied(book: Any) -> None:
    """Everything pasted into a new workbook's sheets, without names and formats."""
    for sheet in list(book.worksheets):
        copy = book.create_sheet(f"{sheet.title[:20]}副本")
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and not sheet.row_dimensions[cell.row].hidden:
                    copy.cell(cell.row, cell.column, cell.value)
        book.remove(sheet)


@pytest.mark.parametrize("change", [_no_stamp, _no_names, _turned, _gaps, _less, _filtered, _copied])
def test_what_people_do_to_a_list_does_no_harm(change: Callable[[Any], None]) -> None:
    book = filled_list()
    change(book)

    assert read(book) == EXPECTED


def test_without_its_stamp_a_list_is_known_by_title_or_labels() -> None:
    book = filled_list()
    _no_stamp(book)
    paper = open_paper(saved(book))
    assert paper.form == ""
    assert identify.likely(paper, list(FORMS.values())) == [CLIENT]

    book.worksheets[1]["A1"] = "花名册"
    _no_names(book)
    assert identify.likely(open_paper(saved(book)), list(FORMS.values())) == [CLIENT]


def test_the_stamp_stands_in_the_names_too() -> None:
    book = filled_list()
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]

    assert open_paper(saved(book)).form == CLIENT.id


def first(book: Any) -> Returned:
    return open_paper(saved(book)).returned(CLIENT)[0]


def test_a_retyped_head_is_read_by_its_hidden_name_and_told() -> None:
    book = filled_list()
    column = next(cell.column for cell in book.worksheets[1][3] if cell.value == "name")
    book.worksheets[1].cell(4, column, "现住址")

    back = first(book)

    assert said(back, Anchor.NAME)["name", -1] == "赵桂兰"
    assert any("按隐藏的字段名读作“姓名”" in note for note in back.notes)


def test_a_column_of_their_own_is_a_stray() -> None:
    book = filled_list()
    book.worksheets[1].insert_cols(3)
    book.worksheets[1]["C4"], book.worksheets[1]["C5"] = "网格员", "老周"

    back = first(book)

    assert [(stray.text, stray.where[-3:]) for stray in back.strays] == [("老周", "!C5")]
    assert any("网格员" in note for note in back.notes)


def test_rows_of_tables_without_a_record_are_told() -> None:
    book = filled_list()
    family = book["家庭成员"]
    family["A5"], family["A6"] = 77, None

    back = first(book)

    assert said(back)["family_members.name", 0] == "赵二"
    assert [stray.text for stray in back.strays] == ["孙大", "赵大"]
    assert any("“77”没有这一份" in note for note in back.notes)
    assert any("没有写序号" in note for note in back.notes)


def test_one_number_used_twice_owns_no_rows() -> None:
    book = filled_list()
    book.worksheets[1]["A6"] = 1

    back = first(book)

    assert ("family_members.name", 0) not in said(back)
    assert any("写了 2 次" in note for note in back.notes)


def test_errors_formulas_and_lost_dates_are_told_and_not_taken() -> None:
    book = filled_list()
    main = book.worksheets[1]
    columns = {cell.value: cell.column for cell in main[3]}
    main.cell(5, columns["address"], "#REF!").data_type = "e"
    main.cell(5, columns["ethnicity"], "=B5")
    day = main.cell(5, columns["filled_on"], 46086)
    day.number_format = "General"

    back = first(book)

    texts = said(back)
    assert ("address", -1) not in texts
    assert texts["filled_on", -1] == "46086"
    for word in ("#REF!", "公式还没有算出结果", "可能是 2026-03-05"):
        assert any(word in note for note in back.notes), word


def test_texts_never_become_formulas_or_links() -> None:
    record = client()
    for text in ("=1+1", "+86 138", "-", "@甲", "https://a.example", "=HYPERLINK(1)"):
        changed = record.model_copy(update={"ethnicity": text, "address": text})
        book = loaded(many(CLIENT, [changed]))
        [cell] = [cell for cell in book.worksheets[1][5] if cell.value == text][:1]
        assert cell.data_type != "f" or text.startswith("=")  # openpyxl takes any = for a formula
        assert said(open_paper(many(CLIENT, [changed])).returned(CLIENT)[0])["address", -1] == text


# --- the page ---


def page() -> Any:
    book = loaded(one(forms.blank(VISIT), VISIT, STAMP))
    sheet = book.worksheets[0]
    for path, text in [
        ("_rk_visit_type", "紧急"),
        ("_rk_health_note", "血压高\n药断了两天"),
        ("_rk_needs__need.0", "买药"),
    ]:
        _, at = next(iter(book.defined_names[path].destinations))
        sheet[at.split(":")[0].replace("$", "")] = text
    return book


def answers(book: Any) -> dict[tuple[str, int], str]:
    [back] = open_paper(saved(book)).returned(VISIT)
    return {at: text for at, text in said(back).items() if not is_blank(VISIT, at[0], text)}


PAGE = {("visit_type", -1): "紧急", ("health_note", -1): "血压高\n药断了两天", ("needs.need", 0): "买药"}


def test_a_page_filled_in_by_another_program_comes_back() -> None:
    assert answers(page()) == PAGE


def test_a_page_without_names_is_read_by_its_labels() -> None:
    book = page()
    for name in list(book.defined_names):
        del book.defined_names[name]

    assert answers(book) == PAGE


def test_a_page_pasted_as_values_is_read_by_its_labels() -> None:
    old = page().worksheets[0]
    book = Workbook()
    for row in old.iter_rows():
        for cell in row:
            if cell.value is not None:
                book.active.cell(cell.row + 2, cell.column + 1, cell.value)

    assert answers(book) == PAGE


def test_a_page_with_retyped_labels_is_read_by_its_names() -> None:
    book = page()
    for cell in [cell for row in book.worksheets[0].iter_rows() for cell in row]:
        if cell.value in ("探访类型", "健康状况"):
            cell.value = "（改过的字）"

    found = answers(book)

    assert {at: found[at] for at in PAGE} == PAGE


def test_rows_added_below_a_table_are_read() -> None:
    book = page()
    sheet = book.worksheets[0]
    [(_, at)] = book.defined_names["_rk_needs__need.4"].destinations
    row = sheet[at.split(":")[0].replace("$", "")].row + 1
    for area in [area for area in sheet.merged_cells.ranges if area.min_row >= row]:
        sheet.unmerge_cells(str(area))
    sheet.insert_rows(row)
    sheet.cell(row, 1, "换灯")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=12)

    for name in list(book.defined_names):  # openpyxl does not move them with their cells
        del book.defined_names[name]

    assert answers(book) == {**PAGE, ("needs.need", 1): "换灯"}


def test_a_box_typed_outside_every_field_is_a_stray() -> None:
    book = page()
    book.worksheets[0]["AR4"] = "请领导阅"

    [back] = open_paper(saved(book)).returned(VISIT)

    assert [stray.text for stray in back.strays] == ["请领导阅"]


# --- LibreOffice ---


@pytest.mark.slow
@pytest.mark.parametrize("way", ["xlsx", "ods"])
def test_libreoffice_saves_and_everything_comes_back(way: str, tmp_path: Path) -> None:
    from peers import office

    if reason := office.available():
        pytest.skip(reason)
    record = client()
    files = {
        "many.xlsx": many(CLIENT, [record]),
        "one.xlsx": one(forms.filled(CLIENT, record), CLIENT, STAMP),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    export = "xlsx:Calc MS Excel 2007 XML"
    paths = [tmp_path / name for name in files]
    if way == "ods":
        paths = list(office.convert(paths, tmp_path / "ods", "ods:calc8").values())
    saved_again = list(office.convert(paths, tmp_path / "again", export).values())

    lists, sheet = (open_paper(path.read_bytes()) for path in saved_again)

    [row] = lists.returned(CLIENT)
    assert (lists.form, said(row, Anchor.NAME)) == (CLIENT.id, as_list(CLIENT, record))
    assert said(row, Anchor.LABEL) == as_list(CLIENT, record)
    [back] = sheet.returned(CLIENT)
    expected = {
        at: "".join(text.split()) for at, text in as_page(forms.filled(CLIENT, record)).items() if text
    }
    found = {at: "".join(text.split()) for at, text in said(back, Anchor.NAME).items()}
    assert {at: found.get(at) for at in expected if at[0] != "portrait"} == expected
