"""Anybody's workbook as rows of texts."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook
from xlsx_kit import book, data, saved

from recordkit.errors import Refused
from recordkit.formats.package import write_parts
from recordkit.formats.xlsx.sheets import Cell, Kind, sheets


def cells(content: bytes) -> dict[str, Cell]:
    return {cell.ref: cell for sheet in sheets(content) for cell in sheet.cells()}


def texts(content: bytes) -> dict[str, str]:
    return {at: cell.text for at, cell in cells(content).items()}


def one(cell: str, about: str = "", shared: str = "") -> Cell:
    [found] = cells(book(data(cell), about=about, shared=shared)).values()
    return found


# --- numbers and dates ---


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("12.5", "12.5"), ("100000", "100000"), ("1E5", "100000"), ("1.38E+10", "13800000000"),
        ("13800000000", "13800000000"), ("1.1000000000000001", "1.1"), ("-0.00001", "-0.00001"), ("0", "0"),
        ("1E-7", "0.0000001"), ("3.0", "3"), ("46086", "46086"),
    ],
)  # fmt: skip
def test_a_number_is_its_shortest_text_without_exponent(raw: str, text: str) -> None:
    found = one(f'<c r="A1"><v>{raw}</v></c>')

    assert (found.text, found.kind, found.note) == (text, Kind.NUMBER, "")


def test_an_identity_number_that_excel_has_cut_is_told() -> None:
    found = one('<c r="A1"><v>3.7010219600305402E+17</v></c>')

    assert found.text.startswith("370102196003054")
    assert "15位" in found.note


@pytest.mark.parametrize(
    ("style", "raw", "text"),
    [
        (1, "46086", "2026-03-05"), (1, "46086.75", "2026-03-05"), (1, "1", "1900-01-01"),
        (1, "59", "1900-02-28"), (1, "61", "1900-03-01"), (1, "2958465", "9999-12-31"),
        (4, "22007", "1960-04"), (5, "0.395833333333333", "9:30"), (5, "46086.5", "12:00"),
        (6, "0.5", "50%"), (6, "0.07", "7%"), (7, "12", "00012"), (8, "46086", "2026-03-05"),
        (9, "1.0625", "25:30"),
    ],
)  # fmt: skip
def test_a_formatted_number_is_what_a_person_sees(style: int, raw: str, text: str) -> None:
    assert one(f'<c r="A1" s="{style}"><v>{raw}</v></c>').text == text


def test_a_day_that_never_was_stays_a_number_and_is_told() -> None:
    found = one('<c r="A1" s="1"><v>60</v></c>')

    assert (found.text, found.kind) == ("60", Kind.NUMBER)
    assert found.note


def test_a_date_without_its_year_shown_says_so() -> None:
    assert "年份" in one('<c r="A1" s="8"><v>46086</v></c>').note


def test_days_counted_from_1904() -> None:
    found = one('<c r="A1" s="1"><v>44624</v></c>', about='<workbookPr date1904="1"/>')

    assert (found.text, found.kind) == ("2026-03-05", Kind.DATE)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("yyyy/m/d", "2026-03-05"), ("[$-804]yyyy\"年\"m\"月\"d\"日\";@", "2026-03-05"),
        ("yyyy/m/d h:mm", "2026-03-05 9:30"), ("m/d/yy h:mm AM/PM", "2026-03-05 9:30"),
        ("yyyy-mm-dd hh:mm:ss", "2026-03-05 9:30"), ('0.0"d"', "46086.3958333333"), ("#,##0;[Red]-#,##0", "46086.3958333333"),
        ("0.00E+00", "46086.3958333333"), ("_ * #,##0_ ;", "46086.3958333333"), ("上午/下午h\"时\"mm\"分\"", "9:30"),
    ],
)  # fmt: skip
def test_formats_of_dates_are_known_from_formats_of_numbers(code: str, text: str) -> None:
    workbook = Workbook()
    workbook.active["A1"] = 46086.3958333333
    workbook.active["A1"].number_format = code

    assert texts(saved(workbook)) == {"A1": text}


def test_dates_and_times_as_openpyxl_writes_them() -> None:
    workbook = Workbook()
    workbook.active.append(
        [
            datetime.date(2026, 3, 5),
            datetime.datetime(2026, 3, 5, 9, 5),  # noqa: DTZ001
            datetime.time(14, 0),
        ]
    )

    assert list(texts(saved(workbook)).values()) == ["2026-03-05", "2026-03-05 9:05", "14:00"]


# --- texts ---


def test_rich_runs_are_joined_and_phonetic_hints_left_out() -> None:
    shared = (
        "<si><r><rPr><b/></rPr><t>赵</t></r><r><t xml:space='preserve'>桂兰 </t></r>"
        "<rPh sb='0' eb='1'><t>zhao</t></rPh><phoneticPr fontId='1'/></si>"
    )
    assert one('<c r="A1" t="s"><v>0</v></c>', shared=shared).text == "赵桂兰 "


def test_escapes_are_read_and_line_ends_put_right() -> None:
    shared = "<si><t>甲_x000D_\n乙_x000d_丙_x005F_x000D_丁_x0007_ _x4E2D_ _xD83D__xDC75_</t></si>"

    assert one('<c r="A1" t="s"><v>0</v></c>', shared=shared).text == "甲\n乙\n丙_x000D_丁 中 👵"


def test_numbers_kept_as_text_stay_as_they_are() -> None:
    shared = "<si><t>007</t></si>"

    assert one('<c r="A1" t="s" s="2"><v>0</v></c>', shared=shared).text == "007"


def test_inline_strings_booleans_and_errors() -> None:
    row = (
        '<c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="b"><v>0</v></c>'
        '<c r="D1" t="e"><v>#REF!</v></c><c r="E1" t="d"><v>2026-03-05T00:00:00</v></c>'
    )
    found = cells(book(data(row)))

    assert [cell.text for cell in found.values()] == ["甲", "是", "否", "#REF!", "2026-03-05"]
    assert "#REF!" in found["D1"].note


def test_a_formula_gives_its_last_result_or_says_that_it_has_none() -> None:
    row = (
        '<c r="E1"><f>B9</f><v></v></c><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>"a"</f><v>甲</v></c>'
        '<c r="C1"><f>NOW()</f></c><c r="D1" t="str"><f>""</f><v></v></c>'
    )
    found = cells(book(data(row)))

    assert [(cell.text, cell.formula) for cell in found.values()] == [
        ("2", True),
        ("甲", True),
        ("", True),
        ("", True),
    ]
    assert found["C1"].kind is found["E1"].kind is Kind.FORMULA
    assert "保存一次" in found["C1"].note


# --- where things stand ---


def test_places_that_are_not_written_down_are_counted() -> None:
    sheet = "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r='5'><c r='C5'><v>3</v></c><c><v>4</v></c></row></sheetData>"

    assert texts(book(sheet)) == {"A1": "1", "B1": "2", "C5": "3", "D5": "4"}


def test_what_lies_below_merged_cells_is_not_seen() -> None:
    row = '<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c>'
    sheet = data(row, '<c r="A2"><v>4</v></c>') + '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'

    [found] = sheets(book(sheet))

    assert [cell.text for cell in found.cells()] == ["1", "3"]
    assert found.merged[0] == (1, 1, 2, 2)


def test_hidden_rows_columns_and_sheets_are_read_and_named() -> None:
    workbook = Workbook()
    workbook.active.append(["甲", "乙"])
    workbook.active.row_dimensions[1].hidden = True
    workbook.active.column_dimensions["B"].hidden = True
    workbook.create_sheet("旧").append(["丙"])
    workbook["旧"].sheet_state = "veryHidden"

    first, second = sheets(saved(workbook))

    assert (first.hidden, first.hidden_rows, first.hidden_columns) == (False, {1}, {2})
    assert (second.hidden, [cell.text for cell in second.cells()]) == (True, ["丙"])


def test_the_strict_kind_of_workbook_and_prefixes_are_read() -> None:
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = b'<x:worksheet xmlns:x="%s"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    content = book(data(), extra={"xl/worksheets/sheet1.xml": sheet % strict})

    assert texts(content) == {"A1": "7"}


# --- size and malice ---


# The high-water mark of this program alone: getrusage counts that of its parent too.
MEASURED = """
import re, sys
from recordkit.formats.xlsx.sheets import sheets
print([cell.text for cell in sheets(open(sys.argv[1], "rb").read())[0].cells()])
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the high-water mark")
def test_a_used_range_of_a_million_rows_costs_neither_memory_nor_time(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{i}" ht="13.5"/>' for i in range(3, 400_001))
    head = '<dimension ref="A1:AMJ1048576"/><cols><col min="1" max="16384" width="9" hidden="1"/></cols>'
    far = '<row r="1048576"><c r="AMJ1048576"><v>9</v></c></row>'
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    file = tmp_path / "大表.xlsx"
    file.write_bytes(book(f"{head}<sheetData>{first}{rows}{far}</sheetData>"))

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(file)], capture_output=True, text=True, check=True, timeout=60
    )

    found, megabytes = done.stdout.splitlines()
    assert found == "['1', '9']"
    assert int(megabytes) < 200


def test_too_many_cells_and_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recordkit.formats.xlsx.sheets.MOST_CELLS", 10)
    monkeypatch.setattr("recordkit.formats.xlsx.book.MOST_TEXTS", 10)
    many = "".join("<c><v>1</v></c>" for _ in range(6))

    with pytest.raises(Refused, match="表格太大"):
        sheets(book(data(many), data(many)))
    with pytest.raises(Refused, match="表格太大"):
        sheets(book(data('<c t="s"><v>0</v></c>'), shared="<si><t>甲</t></si>" * 11))


def test_merges_that_cover_everything_again_and_again_are_refused() -> None:
    rows = "".join(f"<row r='{i}'><c><v>1</v></c></row>" for i in range(1, 2001))
    merges = '<mergeCell ref="B1:C2000"/>' * 2000

    with pytest.raises(Refused, match="合并"):
        sheets(book(f"<sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells>"))


@pytest.mark.parametrize(
    "sheet",
    [
        "<sheetData><row r='1'><c r='A1' t='s'><v>5</v></c></row></sheetData>",
        "<sheetData><row r='1'><c r='A1'><v>1</v></row></sheetData>",
        "<sheetData><row r='99999999'><c><v>1</v></c></row></sheetData>",
        "<sheetData><row r='0'><c><v>1</v></c></row></sheetData>",
    ],
)
def test_a_damaged_sheet_is_refused_in_chinese(sheet: str) -> None:
    with pytest.raises(Refused, match="损坏"):
        sheets(book(sheet))


def test_a_cell_longer_than_excel_allows_is_refused() -> None:
    with pytest.raises(Refused, match="32767"):
        sheets(book(data(f'<c r="A1" t="inlineStr"><is><t>{"甲" * 33_000}</t></is></c>')))


def test_other_files_are_named_for_what_they_are() -> None:
    for content, said in [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
        ("姓名,性别\n甲,女".encode(), "不是 XLSX"),
        (write_parts({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "不是 XLSX"),
    ]:
        with pytest.raises(Refused, match=said):
            sheets(content)
