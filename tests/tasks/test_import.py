"""A station's own lists come in: whole command lines on invented lists."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordkit import forms
from recordkit.errors import Conflict, Exit, RecordkitError
from recordkit.records import disk
from recordkit.records.casework import ClientRecord
from recordkit.records.identity import check_digit
from recordkit.records.model import Record
from recordkit.records.reading import load
from recordkit.tasks import import_heads, import_sheets, importing, workspace
from recordkit.tasks.import_heads import Match, Wish
from tests.strategies import values_of

HEADS = ["序号", "姓名", "性别", "出生日期", "身份证号", "联系电话", "家庭住址", "备注"]
FORM = "casework/client-record"
TODAY = date.today()  # noqa: DTZ011 - the command line asks the same clock


def id_number(born: str, sequence: int) -> str:
    first = f"370102{born}{sequence:03}"
    return first + check_digit(first)


def as_csv(path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def clients(station: Path) -> dict[str, Any]:
    """The records that came in, by name; the sample's own client left out."""
    paths = sorted(station.glob("clients/*/client-record.yaml"))
    records = [load(path).record for path in paths if path.parent.name != "LX01-FW-000123"]
    assert None not in records
    return {record.name: record for record in records}


def report(station: Path) -> dict[str, Any]:
    [path] = (station / "收件箱").glob("导入报告*.json")
    rows = json.loads(path.read_text(encoding="utf-8"))["import"]["rows"]
    return {row["name"] or row["row"]: row for row in rows}


def files(station: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in station.rglob("*") if path.is_file()}


ROWS: list[list[object]] = [
    ["泉景社区老年人花名册"],
    HEADS,
    [1, "赵 桂 兰", "女", "1948.3.5", id_number("19480305", 22), "138 0000 1111", "泉景小区1号楼", "户主"],
    [2, "李四", "男", "1950-01-02", "", "13800001112", "泉景小区2号楼", ""],
    [],
    ["合计", "2人"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_list_in_any_encoding_comes_in(recordkit: Callable, station: Path, encoding: str) -> None:
    done = recordkit(
        "import", as_csv(station / "名单.csv", ROWS, encoding), "--yes", "--by", "S01", cwd=station
    )

    assert done.code == Exit.DONE, done
    assert done.out.startswith("2 行：建档 2 人。")
    found = clients(station)
    one = found["赵桂兰"]
    assert (one.birth_date, one.phone, one.gender) == (date(1948, 3, 5), "13800001111", "女")
    assert (one.client_no, one.form_no) == ("LX01-FW-000124", f"LX01-GA01-{TODAY.year}-0124")
    assert (one.filled_by, one.filled_on, one.entered_on) == ("S01", TODAY, TODAY)
    assert found["李四"].client_no == "LX01-FW-000125"


def test_the_same_list_again_changes_nothing(recordkit: Callable, station: Path) -> None:
    path = as_csv(station / "名单.csv", ROWS)
    recordkit("import", path, "--yes", cwd=station)
    before = sorted(station.glob("clients/*"))

    done = recordkit("import", path, "--also-duplicates", "--yes", cwd=station)

    assert done.code == Exit.DONE
    assert "已在册 2 人" in done.out
    assert sorted(station.glob("clients/*")) == before


def test_a_dry_run_shows_all_and_writes_nothing(recordkit: Callable, station: Path) -> None:
    path = as_csv(station / "名单.csv", ROWS)
    before = files(station)

    done = recordkit("import", path, "--dry-run", cwd=station)

    assert done.code == Exit.DONE
    assert "可以建档 2 人" in done.out
    assert "列头在第 2 行" in done.err
    assert "现住址" in done.err
    assert files(station) == before


def test_nothing_is_taken_without_a_word_from_a_person(recordkit: Callable, station: Path) -> None:
    path = as_csv(station / "名单.csv", ROWS)

    done = recordkit("import", path, cwd=station)

    assert done.code == Exit.USAGE
    assert "--yes" in done.err
    assert not clients(station)


def test_what_was_confirmed_is_kept_and_needs_no_word_again(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "居住地", "街坊叫法"], ["赵桂兰", "泉景1号", "赵大妈"]]
    first = recordkit(
        "import", as_csv(station / "a.csv", rows), "--yes", "--map", "居住地=现住址", cwd=station
    )
    rows[1] = ["钱进", "泉景2号", "老钱"]
    second = recordkit("import", as_csv(station / "b.csv", rows), cwd=station)

    [kept] = (station / "templates/对照").glob("*.toml")
    columns = tomllib.loads(kept.read_text(encoding="utf-8"))["columns"]
    assert (first.code, second.code) == (Exit.DONE, Exit.DONE), second
    assert columns == {"姓名": "name", "居住地": "address", "街坊叫法": ""}
    assert clients(station)["钱进"].address == "泉景2号"

    kept.write_text(kept.read_text(encoding="utf-8").replace('"address"', '"adress"'), encoding="utf-8")
    third = recordkit("import", station / "b.csv", cwd=station)
    assert third.code == Exit.USAGE
    assert "adress" in third.err


def test_a_head_that_is_only_near_needs_a_yes(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "性别", "年龄", "监护人电话"], ["赵桂兰", "女", "78岁", "13800001111"]]
    done = recordkit("import", as_csv(station / "a.csv", rows), "--yes", cwd=station)

    one = clients(station)["赵桂兰"]
    assert done.code == Exit.DONE
    assert "？估计年龄" in done.err
    assert (one.age_estimated, one.phone, one.contacts) == (None, None, None)


def test_a_column_may_go_to_the_first_row_of_a_table(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "性别", "年龄", "监护人电话"], ["赵桂兰", "女", "78岁", "13800001111"]]
    recordkit(
        "import", as_csv(station / "a.csv", rows), "--yes", "--map", "年龄=age_estimated",
        "--map", "监护人电话=监护人与紧急联系人·联系电话", cwd=station,
    )  # fmt: skip

    one = clients(station)["赵桂兰"]
    assert one.age_estimated == 78
    assert [contact.phone for contact in one.contacts] == ["13800001111"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--map", "没有这列=姓名"], "没有叫“没有这列”"),
        (["--map", "备注=没有的字段"], "没有能导入的字段"),
        (["--map", "备注"], "看不懂"),
        (["--map", "备注=服务对象编号"], "没有能导入的字段"),
        (["--map", "备注=服务对象签名"], "没有能导入的字段"),
        (["--map", "备注=姓名", "--map", "姓名=姓名"], "几列都对到"),
        (["--skip", "姓名"], "姓名"),
        (["--by", "孙晓梅"], "--by"),
        (["--sheet", "没有"], "没有叫“没有”"),
        (["--as", "接案"], "名单还不能导入成"),
    ],
)
def test_a_wish_that_cannot_be_is_told(
    recordkit: Callable, station: Path, option: list[str], said: str
) -> None:
    done = recordkit("import", as_csv(station / "a.csv", ROWS), "--yes", *option, cwd=station)

    assert done.code == Exit.USAGE, done
    assert said in done.err
    assert not clients(station)


def test_wrong_values_are_left_out_and_told_with_their_place(recordkit: Callable, station: Path) -> None:
    rows: list[list[object]] = [
        HEADS,
        [1, "赵桂兰", "女", "1948年3月", "3.70102E+17", "1380000", "泉景1号", ""],
        [2, "钱进", "男性朋友", "1948-03-05", "370102194803050000", "13800001112/0531-88881234", "-", ""],
        [3, "", "男", "1950-01-01", "", "", "泉景3号", ""],
        [4, "孙一、孙二", "男", "1950-01-01", "", "", "泉景3号", ""],
    ]
    done = recordkit("import", as_csv(station / "名单.csv", rows), "--yes", cwd=station)

    found, said = clients(station), report(station)
    assert done.code == Exit.PARTIAL
    assert "建档 2 人，没有姓名 2 行，其中 2 行有内容要改或要核对" in done.out
    one, two = found["赵桂兰"], found["钱进"]
    assert (one.birth_date, one.id_no, one.phone) == (None, None, None)
    assert (two.gender, two.id_no, two.phone, two.address) == (None, None, "13800001112", None)
    places = {problem["where"]: problem["message"] for problem in said["赵桂兰"]["problems"]}
    assert set(places) == {"名单!D2", "名单!E2", "名单!F2"}
    assert "照证件重新录" in places["名单!E2"]
    last = {problem["where"]: problem for problem in said["钱进"]["problems"]}
    assert "末三位是000" in last["名单!E3"]["message"]
    assert last["名单!F3"]["kept"]
    assert "0531-88881234" in last["名单!F3"]["message"]


def test_the_screen_shows_no_numbers_and_the_report_is_private(recordkit: Callable, station: Path) -> None:
    number = id_number("19480305", 22)
    rows = [
        HEADS,
        [1, "赵桂兰", "男", "1948-03-05", number, "13800001111 13800001112", "泉景1号", ""],
        [2, "钱进", "男", "1950-03-05", number[:-1] + "A", "138000011", "泉景1号", ""],
        [3, "赵桂", "男", "1950-03-05", number, "13800001113", "泉景1号", ""],
    ]
    shown = ""
    for options in (["--dry-run"], ["--json", "--yes"], ["--yes"]):
        done = recordkit("import", as_csv(station / "名单.csv", rows), *options, cwd=station)
        shown += done.out + done.err

    assert "赵桂兰" in shown
    for digits in (number, number[:-1], "1380000111", "138000011", "19480305"):
        assert digits not in shown
    for path in (station / "收件箱").glob("导入报告*"):
        assert number in path.read_text(encoding="utf-8")
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_formula_in_the_list_is_none_in_the_report(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "性别", "=cmd|x"], ["=HYPERLINK(1)", "女", ""], ["+1", "x", ""]]
    recordkit("import", as_csv(station / "名单.csv", rows), "--yes", cwd=station)

    [path] = (station / "收件箱").glob("导入报告*.csv")
    cells = [cell for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]


def test_people_who_are_there_already_are_shown_and_not_built(recordkit: Callable, station: Path) -> None:
    known = load(station / "clients/LX01-FW-000123/client-record.yaml").record
    number = id_number("19500102", 11)
    rows = [
        HEADS,
        [1, "韩 琇云", "女", "1948-09-17", "", "", "新地址", ""],  # same name and birth date
        [2, "韩琇芸", "女", "", known.id_no, "", "", ""],  # same number, another name
        [3, "韩琇云", "女", "", "", known.phone, "", ""],  # same name and telephone
        [4, "韩琇云", "女", "1950-01-01", "", "", "", ""],  # only the name
        [5, "李四", "男", "1950-01-02", number, "", "", ""],
        [6, "李四", "男", "1950-01-02", "", "", "", ""],
        [7, "王五", "男", "", number[:14] + "9" + number[15:], "", "", ""],
        [8, "周六", "男", "", id_number("19600102", 31), "", "", ""],
        [9, "周七", "男", "", id_number("19600102", 31), "", "", ""],
    ]
    path = as_csv(station / "名单.csv", rows)
    done = recordkit("import", path, "--yes", cwd=station)

    said = report(station)
    assert done.code == Exit.PARTIAL
    assert set(clients(station)) == {"韩琇云", "李四", "王五"}
    assert said["王五"]["near"][0]["why"] == "证件号码只差一位"
    assert said["韩琇芸"]["twins"][0]["where"] == "LX01-FW-000123"
    assert ("姓名", "韩琇芸", "韩琇云") in [tuple(side) for side in said["韩琇芸"]["twins"][0]["sides"]]
    assert [said[name]["result"] for name in ("周六", "周七")] == ["重复，没有建"] * 2
    assert "同名" in done.err
    assert "LX01-FW-000123 韩琇云" in done.err

    forced = recordkit("import", path, "--yes", "--also-duplicates", cwd=station)
    assert "建档 4 人" in forced.out
    assert "已在册 5 人" in forced.out


def test_an_import_that_was_cut_off_is_finished_by_the_next(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[object]] = [HEADS] + [
        [n, f"测{chr(0x4E00 + n)}", "女", "", "", "", f"泉景{n}号", ""] for n in range(1, 11)
    ]
    path = as_csv(station / "名单.csv", rows)
    real, calls = disk.replace, []

    def full(target: Path, data: bytes) -> None:
        calls.extend([target] if target.name == "client-record.yaml" else [])
        if len(calls) > 4:
            raise RecordkitError("磁盘满了，没有写成", "清出空间后再来一次")
        real(target, data)

    monkeypatch.setattr(disk, "replace", full)
    first = recordkit("import", path, "--yes", cwd=station)
    monkeypatch.setattr(disk, "replace", real)

    assert first.code == Exit.PARTIAL
    assert "建档 4 人，没有写成 6 人" in first.out
    assert len(list(station.glob("clients/*"))) == 5  # no folder without a record

    second = recordkit("import", path, "--yes", cwd=station)

    assert second.code == Exit.DONE
    assert "建档 6 人，已在册 4 人" in second.out
    assert len(clients(station)) == 10


def test_an_interruption_leaves_whole_records_and_a_report(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[object]] = [["姓名", "性别"], ["测一", "女"], ["测二", "女"], ["测三", "女"]]
    real, calls = disk.replace, []

    def interrupted(target: Path, data: bytes) -> None:
        calls.extend([target] if target.name == "client-record.yaml" else [])
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(target, data)

    monkeypatch.setattr(disk, "replace", interrupted)
    done = recordkit("import", as_csv(station / "名单.csv", rows), "--yes", cwd=station)

    assert done.code == Exit.INTERRUPTED
    assert set(clients(station)) == {"测一"}
    assert [row["result"] for row in report(station).values()] == ["已建档", "没有写成", "没有写成"]
    assert len(list(station.glob("clients/*"))) == 2


def test_a_number_left_by_a_crash_is_told(recordkit: Callable, station: Path) -> None:
    (station / "clients/LX01-FW-000130").mkdir()
    done = recordkit("import", as_csv(station / "名单.csv", ROWS), "--yes", cwd=station)

    assert "LX01-FW-000130 只有空文件夹" in done.err
    assert clients(station)["李四"].client_no == "LX01-FW-000132"


def test_a_report_is_not_written_over_another(recordkit: Callable, station: Path) -> None:
    path = as_csv(station / "名单.csv", ROWS)
    done = recordkit("import", path, "--yes", "-o", path, cwd=station)

    assert done.code == Exit.CONFLICT
    assert not clients(station)


# --- on a terminal


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def typed(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", Terminal(text))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    return typed


def test_a_person_confirms_columns_and_chooses_duplicates(
    recordkit: Callable, station: Path, typing: Callable
) -> None:
    rows = [
        ["姓名", "年龄", "电话"],
        ["韩琇云", "77", "13800001726"],
        ["李四", "70", "13800001112"],
        ["李四", "71", "13800001112"],
    ]
    path = as_csv(station / "名单.csv", rows)
    typing("9\n1\n1\n2\n1\n")  # 9 is no choice; age → 估计年龄; agreed; the second twin; go
    done = recordkit("import", path, cwd=station)

    assert done.code == Exit.PARTIAL, done
    assert "建档 2 人，重复 1 人没有建" in done.out
    assert sorted(
        load(p).record.age_estimated
        for p in station.glob("clients/*1[23][0-9]/client-record.yaml")
        if p.parent.name > "LX01-FW-000123"
    ) == [70, 71]


@pytest.mark.parametrize("keys", ["", "1\n", "1\n1\n", "1\n1\n\n", "1\n2\n", "1\n1\n\n2\n"])
def test_whoever_leaves_a_question_leaves_nothing_written(
    recordkit: Callable, station: Path, typing: Callable, keys: str
) -> None:
    rows = [["姓名", "年龄", "电话"], ["韩琇云", "77", "13800001726"], ["李四", "70", "13800001112"]]
    path = as_csv(station / "名单.csv", rows)
    before = files(station)
    typing(keys)
    done = recordkit("import", path, cwd=station)

    assert done.code in (Exit.INTERRUPTED, Exit.USAGE, Exit.DONE)
    assert files(station) == before


# --- workbooks as people make them


def workbook(path: Path, make: Callable[[Any], None]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    make(book)
    book.save(path)
    return path


def test_a_workbook_of_years_comes_in(recordkit: Callable, station: Path) -> None:
    def make(book: Any) -> None:
        sheet = book.active
        sheet.title = "老人 2026"
        sheet["A1"] = "泉景社区老年人花名册"
        sheet.merge_cells("A1:J1")
        sheet["A2"] = "单位：泉景社区　填表人：某某"
        heads = [
            "序号",
            "姓名",
            "性别",
            "出生年月日",
            "身份证号码",
            "联系方式",
            None,
            "监护人",
            None,
            "与户主关系",
        ]
        lower = [None, None, None, None, None, "手机", "家庭住址", "姓名", "电话", None]
        sheet.append(heads)
        sheet.append(lower)
        for area in ("A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "F3:G3", "H3:I3", "J3:J4"):
            sheet.merge_cells(area)
        sheet.append(
            [
                1,
                "赵 桂 兰",
                "女",
                date(1948, 3, 5),
                id_number("19480305", 22),
                13800001111,
                "泉景1号楼",
                "冯某",
                "13800001119",
                "户主",
            ]
        )
        sheet.append(
            [2, "冯德", "男", date(1945, 1, 2), 370102194501020013, "138 0000 1112", None, None, None, "配偶"]
        )
        sheet.merge_cells("G5:G6")
        sheet.append([3, "隐藏人", "女", None, None, None, "x", None, None, None])
        sheet.row_dimensions[7].hidden = True
        sheet.append(heads)
        sheet.append([4, "=B5", "女", None, None, None, "x", None, None, None])
        sheet.append(["合计", None, 4])
        other = book.create_sheet("说明")
        other["A1"] = "姓名写全"
        hidden = book.create_sheet("旧名单")
        hidden.append(["姓名", "性别"])
        hidden.append(["不导入", "女"])
        hidden.sheet_state = "hidden"

    done = recordkit("import", workbook(station / "花名册.xlsx", make), "--yes", cwd=station)

    found, said = clients(station), report(station)
    assert done.code == Exit.PARTIAL, done
    assert "列头在第 3、4 行" in done.err
    assert "旧名单" in done.err
    assert set(found) == {"赵桂兰", "冯德"}
    one, two = found["赵桂兰"], found["冯德"]
    assert (one.birth_date, one.phone, one.address) == (date(1948, 3, 5), "13800001111", "泉景1号楼")
    assert two.address == "泉景1号楼"  # merged over both
    assert two.id_no is None
    assert one.contacts is None  # a guardian's name is nobody's own
    assert said["隐藏人"]["result"] == "隐藏的行，没有建"
    assert said[8]["result"] == "不是人员"
    assert said[9]["result"] == "没有姓名，没有建"
    assert said[10]["result"] == "不是人员"


def test_of_several_lists_one_is_chosen(recordkit: Callable, station: Path) -> None:
    def make(book: Any) -> None:
        for name in ("甲社区", "乙社区"):
            sheet = book.create_sheet(name)
            sheet.append(["姓名", "性别"])
            sheet.append([f"{name}人", "女"])

    path = workbook(station / "名单.xlsx", make)
    unsaid = recordkit("import", path, "--yes", cwd=station)
    done = recordkit("import", path, "--yes", "--sheet", "乙社区", cwd=station)

    assert unsaid.code == Exit.USAGE
    assert "甲社区、乙社区" in unsaid.err
    assert set(clients(station)) == {"乙社区人"}
    assert done.code == Exit.DONE


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.csv", b"", Exit.REFUSED),
        ("空白.xlsx", b"  \n", Exit.USAGE),
        ("网页.xls", "<html><table><tr><td>姓名</td></tr></table>".encode(), Exit.REFUSED),
        ("坏.xlsx", b"PK\x03\x04 nothing", Exit.REFUSED),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Exit.REFUSED),
        ("无头.csv", "一,二\n三,四\n".encode(), Exit.USAGE),
        ("引号.csv", ('姓名,性别\n"' + "长" * 200_000).encode(), Exit.USAGE),
        ("零.csv", b"a\0b,c\n", Exit.REFUSED),
        ("照片.jpg", bytes(range(256)) * 40, Exit.USAGE),
    ],
)
def test_what_is_no_list_is_refused(
    recordkit: Callable, station: Path, name: str, data: bytes, code: Exit
) -> None:
    path = station / name
    path.write_bytes(data)
    done = recordkit("import", path, "--yes", cwd=station)

    assert done.code == code, done
    assert not clients(station)


def test_four_hundred_people_come_in_within_seconds(recordkit: Callable, station: Path) -> None:
    rows: list[list[object]] = [HEADS] + [
        [
            n,
            f"测{chr(0x4E00 + n)}{chr(0x5E00 + n)}",
            "女",
            f"19{30 + n % 60}-03-05",
            id_number(f"19{30 + n % 60}0305", n),
            f"138{n:08}",
            f"泉景{n}号",
            "",
        ]
        for n in range(400)
    ]
    path = as_csv(station / "名单.csv", rows)
    done = recordkit("import", path, "--yes", cwd=station)

    assert done.code in (Exit.DONE, Exit.PARTIAL), done
    assert "建档 400 人" in done.out, done.out


def test_a_guardian_below_a_head_of_his_own_is_not_the_client(recordkit: Callable, station: Path) -> None:
    rows = [
        ["服务对象", "", "监护人", ""],
        ["姓名", "性别", "姓名", "电话"],
        ["赵桂兰", "女", "冯某", "13800001111"],
    ]
    done = recordkit("import", as_csv(station / "a.csv", rows), "--yes", cwd=station)

    one = clients(station)["赵桂兰"]
    assert "列头在第 1、2 行" in done.err
    assert (one.phone, one.contacts) == (None, None)


def test_birth_and_gender_come_from_the_number_when_asked(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "性别", "身份证"], ["赵桂兰", "", id_number("19480305", 22)], ["钱进", "", "H12345678"]]
    path = as_csv(station / "a.csv", rows)
    shown = recordkit("import", path, "--dry-run", cwd=station)
    recordkit("import", path, "--yes", "--from-id", cwd=station)

    found = clients(station)
    assert "--from-id" in shown.err
    assert (found["赵桂兰"].birth_date, found["赵桂兰"].gender) == (date(1948, 3, 5), "女")
    assert (found["钱进"].birth_date, found["钱进"].gender) == (None, None)


@pytest.mark.parametrize("written", ["48/3/5", "26.3.5", "26年3月5日", "1948年3月", "1948-02-30", "2126-1-1"])
def test_a_birth_date_that_may_be_another_is_not_taken(
    recordkit: Callable, station: Path, written: str
) -> None:
    rows = [["姓名", "性别", "生日"], ["赵桂兰", "女", written], ["钱进", "男", "1948/3/5"]]
    done = recordkit("import", as_csv(station / "a.csv", rows), "--yes", cwd=station)

    found = clients(station)
    assert "出生日期" in done.err
    assert found["钱进"].birth_date == date(1948, 3, 5)
    assert found["赵桂兰"].birth_date in (None, date(2126, 1, 1))  # the latter read, and told
    assert report(station)["赵桂兰"]["problems"][0]["where"] == "a!C2"


def test_a_number_that_says_otherwise_is_told(recordkit: Callable, station: Path) -> None:
    rows = [["姓名", "性别", "生日", "身份证"], ["赵桂兰", "男", "1948-03-06", id_number("19480305", 22)]]
    done = recordkit("import", as_csv(station / "a.csv", rows), "--yes", cwd=station)

    assert done.code == Exit.DONE
    assert [p["where"] for p in report(station)["赵桂兰"]["problems"]] == ["a!C2", "a!B2"]
    assert clients(station)["赵桂兰"].gender == "男"


# --- what was written comes back

_PLAIN = [
    "gender", "birth_date", "id_type", "id_no", "education", "marital_status", "phone",
    "no_phone", "household_income", "age_estimated", "client_category", "health_status", "housing",
]  # fmt: skip
_NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)


@st.composite
def people(draw: st.DrawFn) -> Record:
    specs = ClientRecord.specs()
    values = {name: draw(st.none() | values_of(specs[name].kind)) for name in _PLAIN}
    return ClientRecord(name=draw(_NAMES), **values)


@given(st.lists(people(), min_size=1, max_size=4))
def test_a_list_of_records_comes_back_as_the_records(tmp_path_factory: Any, listed: list[Record]) -> None:
    folder = tmp_path_factory.mktemp("往返")
    specs = ClientRecord.specs()
    names = ["name", *_PLAIN]

    def said(record: Record, name: str) -> str:
        value = getattr(record, name)
        plain = "" if value is None else specs[name].kind.plain(value)
        return "、".join(plain) if isinstance(plain, list) else plain

    rows = [[specs[name].label for name in names]] + [[said(r, name) for name in names] for r in listed]
    path = as_csv(folder / "名单.csv", [*rows, [""] * len(names)])
    (folder / workspace.PROFILE).write_text('[station]\nname = "站"\ncode = "LX01"\n', encoding="utf-8")
    home, form = workspace.opened(folder), forms.load(FORM)
    [listing] = importing.lists(path, form, home, Wish())
    columns, _ = importing.columns(listing, form, home, Wish())
    batch = importing.prepared(path, listing, columns, form, home, date(2026, 11, 23))

    assert all(column.match is Match.SURE for column in columns)
    for entry, record in zip(
        [e for e in batch.entries if e.record],
        [r for r in listed if any(said(r, n) for n in _PLAIN)],
        strict=True,
    ):
        assert {n: getattr(entry.record, n) for n in names} == {n: getattr(record, n) for n in names}


def test_letters_of_columns() -> None:
    assert [import_sheets.letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_every_label_of_the_form_names_its_field() -> None:
    form = forms.load(FORM)
    for name, spec in form.model.specs().items():
        if import_heads.takes(form, name) and not name.endswith("_other"):
            assert import_heads.field_named(form, spec.label) == name
            assert import_heads.field_named(form, name) == name


def test_two_at_once_share_no_number(station: Path) -> None:
    form, home = forms.load(FORM), workspace.opened(station)
    from recordkit.tasks.writing import start_client

    taken = [start_client(form, home, ClientRecord(name=f"测{n}"), date(2026, 1, 1)) for n in range(3)]
    assert len({one.path for one in taken}) == len({one.number for one in taken}) == 3
    with pytest.raises(Conflict):
        disk.create(taken[0].path, b"")
