"""Somebody else's table is filled from our records: a copy, by its labels, nothing written over."""

from __future__ import annotations

import io
import sys
import tomllib
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from recordkit.cli import COMMANDS
from recordkit.errors import Exit
from tests.peers import office
from tests.tasks import foreign_kit as kit
from tests.tasks.test_adopt import lines, texts

DOSSIER = "dossiers/LX01-GA-2026-0007"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "fill", ("filling", "填别人的表"))


@pytest.fixture
def three(station: Path) -> Path:
    """The sample station with two more clients."""
    first = station / "clients/LX01-FW-000123/client-record.yaml"
    text = first.read_text(encoding="utf-8")
    for number, name, gender, income in (
        ("124", "欧阳 明", "男", "1200.5"),
        ("125", "𠮷野", "拒绝提供", "不详"),
    ):
        folder = station / f"clients/LX01-FW-000{number}"
        folder.mkdir()
        new = (
            text.replace("韩琇云", name)
            .replace("000123", f"000{number}")
            .replace("gender: 女", f"gender: {gender}")
        )
        (folder / "client-record.yaml").write_text(new.replace("2480", income), encoding="utf-8")
    return station


def sheet(path: Path) -> Any:
    import openpyxl

    return openpyxl.load_workbook(path).worksheets[0]


def rows(path: Path, first: int, last: int) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet(path).iter_rows(first, last)]


def test_a_list_gets_a_row_for_each_client(recordkit: Callable, three: Path) -> None:
    table = kit.roll(three / "花名册.xlsx", 5, "制表人：")
    before = table.read_bytes()

    done = recordkit("fill", "花名册.xlsx", "--from", "clients", "--yes", cwd=three)

    assert done.code == Exit.DONE, done
    copy = three / "打印/花名册（已填）.xlsx"
    assert done.out.strip() == str(copy)
    assert table.read_bytes() == before
    assert "名单：一行一人（件），3 份记录" in done.err
    assert "出生年月  →  出生日期（服务对象基本信息登记表（一人一档））　1948-09-17" in done.err
    assert "将写入敏感个人信息：身份证件号码" in done.err
    one, two, last, empty = rows(copy, 4, 7)
    born = datetime(1948, 9, 17)  # noqa: DTZ001 - as openpyxl gives it
    address = "山东省济南市历下区××街道泉景社区7号楼3单元502室"
    assert one == [1, "韩琇云", "女", born, 77, "370102194809170005", "13800001726", address, None]
    assert two[:5] == [2, "欧阳 明", "男", born, 77]
    assert last[:3] == [3, "𠮷野", "拒绝提供"]
    assert empty == [None] * 9
    assert sheet(copy)["A9"].value == "制表人："
    assert sheet(copy)["D4"].number_format == "yyyy/m/d"
    assert sheet(copy)["A1"].font.name == "黑体"


def test_without_drawn_rows_the_rows_below_are_used(recordkit: Callable, three: Path) -> None:
    kit.roll(three / "花名册.xlsx")

    done = recordkit("fill", "花名册.xlsx", "--from", "clients", "--yes", "-o", "出.xlsx", cwd=three)

    assert done.code == Exit.DONE, done
    assert [row[1] for row in rows(three / "出.xlsx", 4, 6)] == ["韩琇云", "欧阳 明", "𠮷野"]


def test_too_few_rows_in_a_sheet_are_told_and_nothing_is_written(recordkit: Callable, three: Path) -> None:
    kit.roll(three / "花名册.xlsx", 2, "制表人：")

    done = recordkit("fill", "花名册.xlsx", "--from", "clients", "--yes", cwd=three)

    assert done.code == Exit.USAGE
    assert "要 3 行，只有 2 行" in done.err
    assert "插入 1 行" in done.err
    assert not (three / "打印").exists()


def test_a_list_in_word_gets_more_rows_of_the_same_look(recordkit: Callable, three: Path) -> None:
    kit.word_roll(three / "摸底.docx")

    done = recordkit("fill", "摸底.docx", "--from", "clients", "--yes", cwd=three)

    [table] = texts(three / "打印/摸底（已填）.docx")
    assert done.code == Exit.DONE, done
    assert "加了 2 行" in done.err
    assert [row[:4] for row in table[1:]] == [
        ["1", "韩琇云", "女", "13800001726"],
        ["2", "欧阳 明", "男", "13800001726"],
        ["3", "𠮷野", "拒绝提供", "13800001726"],
    ]
    with zipfile.ZipFile(three / "打印/摸底（已填）.docx") as archive:
        body = archive.read("word/document.xml").decode()
    heights = [part.partition("/>")[0] for part in body.split("<w:trHeight ")[1:]]
    assert len(heights) == 4
    assert len(set(heights)) == 1


def test_a_card_is_filled_from_all_forms_of_a_dossier(recordkit: Callable, station: Path) -> None:
    kit.single_sheet(station / "卡.xlsx")

    done = recordkit("fill", "卡.xlsx", "--from", DOSSIER, "--yes", cwd=station)

    card = sheet(station / "打印/卡（已填）.xlsx")
    assert done.code == Exit.DONE, done
    assert "单张表：一人一张" in done.err
    assert card["B2"].value == "韩琇云"
    assert card["D2"].value == "□男 ☑女"
    assert card["B3"].value == "1948-09-17"
    assert card["D3"].value == 77
    assert card["B5"].value == "□未婚 □已婚 ☑丧偶 □离异"
    assert card["D5"].value == "2026-03-05"
    assert card["D6"].value == "☑独居 □与子女同住"
    # What stands there stays, and what is not certain stays empty.
    assert card["B7"].value == "李主任核"
    assert card["B6"].value is None
    assert "几张表都有" in done.err


def test_an_option_that_is_not_printed_is_told(recordkit: Callable, station: Path) -> None:
    kit.single_sheet(station / "卡.xlsx")
    path = station / "clients/LX01-FW-000123/client-record.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("gender: 女", "gender: 未说明"), encoding="utf-8"
    )

    done = recordkit("fill", "卡.xlsx", "--from", "clients/LX01-FW-000123", "--yes", cwd=station)

    assert sheet(station / "打印/卡（已填）.xlsx")["D2"].value == "□男 □女"
    assert "“性别”（Sheet!D2）的选项里没有“未说明”，没有勾" in done.err


def test_a_word_form_is_filled_with_its_family_and_without_signatures(
    recordkit: Callable, station: Path
) -> None:
    kit.grid_form(station / "走访.docx")

    done = recordkit("fill", "走访.docx", "--from", "clients/LX01-FW-000123", "--yes", cwd=station)

    person, family, signs = texts(station / "打印/走访（已填）.docx")
    assert done.code == Exit.DONE, done
    assert person[0][1::2] == ["韩琇云", "□男 ☑女 □未说明"]
    assert person[1][1] == "1948年9月17日"
    assert person[3][3] == "历下区"
    assert person[5][1] == "□未婚 □已婚 □离异 ☑丧偶"
    assert person[6][1] == "2480元"
    assert [row[:5] for row in family[1:3]] == [
        ["1", "冯德润", "配偶", "1945", "机床厂退休工人"],
        ["2", "冯建军", "子女", "1972", "青岛某物流公司夜班调度"],
    ]
    assert len(family) == 6
    assert signs == [["服务对象（签字）：\n\n" + kit.BLANK_DAY, "社工签字：\n\n" + kit.BLANK_DAY]]
    assert "“所在社区”（表1 行4 列4）已有文字，没有动" in done.err


def test_rules_on_lines_are_filled(recordkit: Callable, station: Path) -> None:
    kit.inline_form(station / "行.docx")

    recordkit("fill", "行.docx", "--from", "clients/LX01-FW-000123/client-record.yaml", "--yes", cwd=station)

    said = lines(station / "打印/行（已填）.docx")
    assert said[1] == "姓名：韩琇云  性别：□男 ☑女 □未说明  联系电话：13800001726"
    assert said[2] == "身份证件号码（370102194809170005）  民族（汉族）"
    assert said[4] == "填表日期：2026年2月26日"


def test_what_a_person_settled_is_remembered(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    kit.single_sheet(station / "卡.xlsx")
    monkeypatch.setattr(sys, "stdin", Terminal("1\n\ny\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    first = recordkit("fill", "卡.xlsx", "--from", DOSSIER, cwd=station)

    assert first.code == Exit.DONE, first
    assert sheet(station / "打印/卡（已填）.xlsx")["B6"].value == "2026-02-26"
    [kept] = (station / "templates/对照").glob("*.toml")
    columns = tomllib.loads(kept.read_text(encoding="utf-8"))["columns"]
    assert columns["填表日期"] == "casework/client-record:filled_on"
    assert columns["风险等级"] == ""

    again = recordkit("fill", "卡.xlsx", "--from", DOSSIER, "--yes", "-o", "再.xlsx", cwd=station)

    assert "照上次记下的对应" in again.err
    assert sheet(station / "再.xlsx")["B6"].value == "2026-02-26"

    kept.write_text('[columns]\n"填表日期" = 3\n', encoding="utf-8")
    broken = recordkit("fill", "卡.xlsx", "--from", DOSSIER, "--yes", "-o", "三.xlsx", cwd=station)
    assert broken.code == Exit.USAGE
    assert kept.name in broken.err


def test_without_anybody_to_confirm_nothing_is_written(recordkit: Callable, station: Path) -> None:
    kit.single_sheet(station / "卡.xlsx")

    done = recordkit("fill", "卡.xlsx", "--from", DOSSIER, cwd=station)

    assert done.code == Exit.USAGE
    assert "--yes" in done.err
    assert not (station / "打印").exists()


def test_internal_items_stay_in_the_house(recordkit: Callable, station: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for place, text in {"A1": "服务对象编号", "A2": "社工分析与反思", "A3": "下次计划"}.items():
        book.active[place] = text
    book.save(station / "表.xlsx")
    source = f"{DOSSIER}/session-record-0001.yaml"

    done = recordkit("fill", "表.xlsx", "--from", source, "--yes", cwd=station)
    told = recordkit("fill", "表.xlsx", "--from", source, "--yes", "--internal", "-o", "内.xlsx", cwd=station)

    assert (done.code, told.code) == (Exit.DONE, Exit.DONE), (done, told)
    assert "“社工分析与反思”：内部使用，没有写" in done.err
    assert sheet(station / "打印/表（已填）.xlsx")["B2"].value is None
    assert sheet(station / "打印/表（已填）.xlsx")["B3"].value
    assert sheet(station / "内.xlsx")["B2"].value


def test_nothing_is_overwritten(recordkit: Callable, station: Path) -> None:
    table = kit.single_sheet(station / "卡.xlsx")
    before = table.read_bytes()
    call = ("fill", "卡.xlsx", "--from", "clients/LX01-FW-000123", "--yes")

    first = recordkit(*call, cwd=station)
    again = recordkit(*call, cwd=station)
    forced = recordkit(*call, "--force", cwd=station)
    itself = recordkit(*call, "--force", "-o", "卡.xlsx", cwd=station)

    assert [done.code for done in (first, again, forced, itself)] == [
        Exit.DONE, Exit.CONFLICT, Exit.DONE, Exit.CONFLICT,
    ]  # fmt: skip
    assert table.read_bytes() == before


def test_a_single_form_is_for_one_person(recordkit: Callable, three: Path) -> None:
    kit.single_sheet(three / "卡.xlsx")

    done = recordkit("fill", "卡.xlsx", "--from", "clients", "--yes", cwd=three)

    assert done.code == Exit.USAGE
    assert "一人一张" in done.err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("坏.xlsx", b"PK\x03\x04", Exit.REFUSED),
        ("坏.docx", b"", Exit.REFUSED),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Exit.USAGE),
    ],
)
def test_what_is_no_table_is_refused(
    recordkit: Callable, station: Path, name: str, content: bytes, code: int
) -> None:
    (station / name).write_bytes(content)

    done = recordkit("fill", name, "--from", "clients", "--yes", cwd=station)

    assert done.code == code
    assert name in done.err


def test_a_table_that_asks_nothing_of_ours_is_told(recordkit: Callable, station: Path) -> None:
    import docx

    document = docx.Document()
    document.add_table(1, 2).cell(0, 0).text = "物品"
    document.save(str(station / "物资.docx"))

    done = recordkit("fill", "物资.docx", "--from", "clients", "--yes", cwd=station)
    lost = recordkit("fill", "物资.docx", "--from", "没有", "--yes", cwd=station)

    assert (done.code, lost.code) == (Exit.USAGE, Exit.NOT_FOUND)
    assert "没有认出" in done.err


@pytest.mark.slow
@pytest.mark.skipif(office.available() is not None, reason=str(office.available()))
def test_libreoffice_opens_what_was_filled(recordkit: Callable, three: Path, tmp_path: Path) -> None:
    made = []
    for make, source in ((kit.roll, "clients"), (kit.word_roll, "clients"), (kit.merged_form, DOSSIER)):
        table = make(three / f"{make.__name__}{'.xlsx' if make is kit.roll else '.docx'}")
        done = recordkit("fill", table, "--from", source, "--yes", cwd=three)
        assert done.code == Exit.DONE, done
        made.append(Path(done.out.strip()))

    pdfs = office.to_pdf([path for path in made if path.suffix == ".docx"], tmp_path / "pdf")

    for pdf in pdfs.values():
        assert office.in_order(["韩琇云"], "".join(office.page_texts(pdf))) == []


def test_a_list_in_one_cell_holds_words_and_no_boxes(recordkit: Callable, station: Path) -> None:
    book = openpyxl.Workbook()
    for column, head in enumerate(("姓名", "监护人与紧急联系人"), 1):
        book.active.cell(1, column, head)
    book.save(station / "联系表.xlsx")
    done = recordkit("fill", "联系表.xlsx", "--from", "clients", "--yes", "-o", "已填.xlsx", cwd=station)
    assert done.code == 0, done.err
    filled = openpyxl.load_workbook(station / "已填.xlsx").active
    assert filled["B2"].value.startswith("冯建军 子女 13800001972；王桂芬 邻居/朋友")
