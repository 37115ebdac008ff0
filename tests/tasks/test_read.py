"""`recordkit read`: filled-in forms back into records, on whole command lines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from conftest import Done
from peers import fillers

from recordkit.formats.docx.properties import CUSTOM
from recordkit.formats.package import read_parts, write_parts
from recordkit.records.reading import load

Run = Callable[..., Done]
MEASURED = """
import re, sys
from recordkit.cli import run
run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""
CASE = "dossiers/LX01-GA-2026-0007"
INTAKE = {
    "intake_date": "2026.3.5",
    "filled_on": "26/3/5",
    "filled_by": "孙晓梅",
    "source": ["主动求助"],
    "presenting_problem": "我妈说：“活着没意思。”\n白天一个人在家。",
    "urgency": ["一般"],
}


def blank(recordkit: Run, station: Path, form: str = "接案", *more: str) -> Path:
    """The fillable Word blank of a form, made by the command."""
    done = recordkit("blank", form, "--fillable", "--to", "docx", *more, cwd=station)
    assert done.code == 0, done.err
    return Path(done.out.strip())


def filled(recordkit: Run, station: Path, values: Any, name: str = "交来 接案.docx") -> Path:
    path = station / name
    path.write_bytes(fillers.fill_by_lxml(blank(recordkit, station, "接案", "--force").read_bytes(), values))
    return path


def printed(recordkit: Run, station: Path, record: str, to: str = "docx") -> Path:
    done = recordkit("render", f"{CASE}/{record}", "--to", to, "--force", cwd=station)
    assert done.code == 0, done.err
    return Path(done.out.split("\n")[0])


def corrected(path: Path, values: Any) -> Path:
    path.write_bytes(fillers.fill_by_lxml(path.read_bytes(), values))
    return path


def test_a_form_filled_in_word_becomes_a_record(recordkit: Run, station: Path) -> None:
    paper = filled(recordkit, station, INTAKE)
    done = recordkit("read", paper, cwd=station)

    record = load(Path(done.out.strip())).record
    assert Path(done.out.strip()).parent.name == "收件箱"
    assert str(record.intake_date) == "2026-03-05"
    assert record.filled_by == "S01"
    assert record.source == "主动求助"
    assert record.presenting_problem == INTAKE["presenting_problem"]
    # A year of two digits is taken, and told.
    assert str(record.filled_on) == "2026-03-05"
    assert done.code == 1
    assert "26/3/5" in done.err
    assert "请核对" in done.err


def test_the_same_file_read_again_changes_nothing(recordkit: Run, station: Path) -> None:
    paper = filled(recordkit, station, INTAKE | {"filled_on": "2026-03-05"})
    first = recordkit("read", paper, cwd=station)
    assert (first.code, first.out) == (0, recordkit("read", paper, cwd=station).out)

    target = Path(first.out.strip())
    target.write_text(target.read_text("utf-8") + "# 我的话\n", "utf-8")
    again = recordkit("read", paper, cwd=station)
    assert again.code == 5
    assert "我的话" in target.read_text("utf-8")


def test_what_could_not_be_understood_is_kept_with_its_place(recordkit: Run, station: Path) -> None:
    paper = filled(recordkit, station, INTAKE | {"intake_date": "三月初五", "filled_on": "2026-03-05"})
    done = recordkit("read", paper, cwd=station)
    text = Path(done.out.strip()).read_text("utf-8")
    assert done.code == 1
    assert "✗ 接案日期 “三月初五”" in done.err
    assert text.startswith("# 没读懂　接案日期（表1 ")
    assert load(Path(done.out.strip())).record.intake_date is None


def test_a_form_goes_where_it_belongs(recordkit: Run, station: Path) -> None:
    paper = station / "探访.docx"
    values = {"visit_time": "2026年3月9日 下午3点", "visitors": "孙晓梅、S02", "met": ["本人"]}
    paper.write_bytes(fillers.fill_by_lxml(blank(recordkit, station, "探访").read_bytes(), values))
    before = set((station / CASE).iterdir())
    done = recordkit("read", paper, "--dossier", "LX01-GA-2026-0007", cwd=station)

    [path] = set((station / CASE).iterdir()) - before
    record = load(path).record
    assert done.out.strip() == str(path)
    assert record.form_no == f"LX01-GA-2026-0007-07-{path.stem[-4:].lstrip('0')}"
    assert record.visitors == ["S01", "S02"]
    assert str(record.visit_time) == "2026-03-09 15:00:00"


def test_a_print_that_nobody_changed_agrees_with_its_record(recordkit: Run, station: Path) -> None:
    for to in ("docx", "xlsx"):
        done = recordkit("read", printed(recordkit, station, "intake.yaml", to), cwd=station)
        assert done.code == 0, done.err
        assert "与记录一致" in done.err


def test_corrections_are_shown_beside_the_record_and_taken_over_when_asked(
    recordkit: Run, station: Path
) -> None:
    draft = station / CASE / "follow-up-0002.yaml"
    before = draft.read_bytes()
    paper = corrected(
        printed(recordkit, station, "follow-up-0002.yaml"),
        {"respondent": "其女婿", "followed_on": "2026年7月3日"},
    )
    shown = recordkit("read", paper, cwd=station)
    assert shown.code == 1
    assert "记录里" in shown.err
    assert "其女婿" in shown.err
    assert draft.read_bytes() == before

    taken = recordkit("read", paper, "--update", "--yes", cwd=station)
    assert taken.code == 0, taken.err
    assert load(draft).record.respondent == "其女婿"
    changed = set(draft.read_text("utf-8").split("\n")) ^ set(before.decode().split("\n"))
    assert all(line.startswith(("respondent:", "followed_on:")) for line in changed if line)


def test_a_blank_filled_in_beside_a_record_shows_only_what_was_written(recordkit: Run, station: Path) -> None:
    before = (station / CASE / "intake.yaml").read_bytes()
    done = recordkit("read", filled(recordkit, station, INTAKE), "--dossier", CASE[9:], cwd=station)
    assert done.code == 1
    assert "与记录不同" in done.err
    assert "活着没意思" in done.err
    assert "（空）" not in done.err  # what was left empty says nothing of the record
    assert (station / CASE / "intake.yaml").read_bytes() == before


def test_a_list_with_a_known_client_is_compared_with_the_clients_record(
    recordkit: Run, station: Path
) -> None:
    made = recordkit("blank", "一人一档", "--to", "xlsx", cwd=station)
    [path] = [Path(line) for line in made.out.splitlines() if "多份" in line]
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[3]}
    for name, text in {"client_no": "LX01-FW-000123", "name": "韩琇云", "phone": "0531-88990011"}.items():
        sheet.cell(5, columns[name], text)
    sheet.cell(6, columns["name"], "钱大有")
    book.save(path)
    done = recordkit("read", path, cwd=station)

    [new] = done.out.splitlines()
    assert load(Path(new)).record.name == "钱大有"
    assert "0531-88990011" in done.err
    assert "88990011" not in (station / "clients/LX01-FW-000123/client-record.yaml").read_text("utf-8")


def test_what_is_not_read_in_a_folder_is_named(recordkit: Run, station: Path) -> None:
    folder = station / "交回"
    folder.mkdir()
    shutil.copy(filled(recordkit, station, INTAKE), folder / "好.docx")
    for name in ("老.doc", "照片.JPG", "~$好.docx", "说明.txt"):
        (folder / name).write_bytes(b"x")
    done = recordkit("read", folder, cwd=station)
    assert "另有 2 个文件没有读：照片.JPG、老.doc" in done.err


def test_a_signed_record_is_never_changed_by_a_form(recordkit: Run, station: Path) -> None:
    before = (station / CASE / "intake.yaml").read_bytes()
    paper = corrected(printed(recordkit, station, "intake.yaml"), {"presenting_problem": "改了的话"})
    done = recordkit("read", paper, "--update", "--yes", cwd=station)
    assert done.code == 5
    assert "recordkit revise" in done.err
    assert (station / CASE / "intake.yaml").read_bytes() == before


def test_without_a_terminal_nothing_is_taken_over_unasked(recordkit: Run, station: Path) -> None:
    draft = station / CASE / "follow-up-0002.yaml"
    before = draft.read_bytes()
    paper = corrected(printed(recordkit, station, "follow-up-0002.yaml"), {"respondent": "其女婿"})
    done = recordkit("read", paper, "--update", cwd=station)
    assert done.code == 2
    assert "--yes" in done.err
    assert draft.read_bytes() == before


def test_one_bad_file_among_many_is_told_and_the_others_are_read(recordkit: Run, station: Path) -> None:
    folder = station / "交回"
    folder.mkdir()
    good = filled(recordkit, station, INTAKE)
    for number in range(3):
        shutil.copy(good, folder / f"{number}.docx")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 no zip")
    (folder / "照片.pdf").write_bytes(b"\xff\xd8\xff not a pdf")
    (folder / "~$0.docx").write_bytes(b"lock file of Word")
    done = recordkit("read", folder, cwd=station)

    assert done.code == 7
    assert len(done.out.splitlines()) == 3
    assert "坏.docx" in done.err
    [report] = (station / "收件箱").glob("读表报告*.xlsx")
    book = openpyxl.load_workbook(report)
    assert [row[0].value for row in book["文件"]][1:] == ["0.docx", "1.docx", "2.docx", "坏.docx", "照片.pdf"]
    fields = {row[3].value for row in book["逐项"]}
    assert {"接案日期", "求助问题（主诉）"} & fields


def test_the_answer_for_programs_holds_every_field(recordkit: Run, station: Path) -> None:
    done = recordkit("read", filled(recordkit, station, INTAKE), "--json", cwd=station)
    [back] = json.loads(done.out)["returned"]
    items = {item["path"]: item for item in back["items"]}
    assert items["intake_date"]["value"] == "2026年3月5日"
    assert items["filled_on"]["state"] == "请核对"
    assert "内容控件" in items["intake_date"]["anchors"]
    assert items["intake_date"]["where"].startswith("表1 ")


def test_a_form_without_a_stamp_is_known_by_its_labels_or_asked_about(recordkit: Run, station: Path) -> None:
    paper = filled(recordkit, station, INTAKE)
    parts = read_parts(paper.read_bytes())
    parts[CUSTOM] = parts[CUSTOM].replace(b"recordkit-", b"other-")
    paper.write_bytes(write_parts(parts))
    done = recordkit("read", paper, cwd=station)
    assert "按标题和栏目认作《个案接案登记表》" in done.err, done.err

    letter = station / "信.docx"
    document = docx.Document()
    document.add_paragraph("您好，表已收到。")
    document.save(str(letter))
    asked = recordkit("read", letter, cwd=station)
    assert asked.code == 2
    assert "--as" in asked.err


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
        ("相片.jpg", b"\xff\xd8\xff\xe0" + bytes(100), "图片"),
        ("空.docx", b"", "空文件"),
        ("文字.docx", "姓名：赵桂兰".encode(), "不是"),
    ],
)
def test_what_is_no_form_is_refused_in_words(
    recordkit: Run, station: Path, name: str, data: bytes, said: str
) -> None:
    (station / name).write_bytes(data)
    done = recordkit("read", name, cwd=station)
    assert done.code in (2, 4), done.err
    assert said in done.err
    assert not (station / "收件箱").exists() or not list((station / "收件箱").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the high-water mark")
def test_five_hundred_forms_are_read_in_the_memory_of_a_hundred(recordkit: Run, station: Path) -> None:
    prints = recordkit("render", CASE, "--to", "docx", "-o", station / "样", cwd=station).out.splitlines()
    marks = []
    for count in (100, 500):
        folder = station / f"交回 {count}"
        folder.mkdir()
        for number in range(count):
            shutil.copy(prints[number % len(prints)], folder / f"{number:03}.docx")
        command = [sys.executable, "-c", MEASURED, "read", folder, "-o", station / f"读 {count}"]
        done = subprocess.run(command, cwd=station, capture_output=True, text=True, timeout=300, check=False)
        marks.append(int(done.stderr.split()[-1]))
        [report] = (station / f"读 {count}").glob("读表报告*.xlsx")
        assert openpyxl.load_workbook(report, read_only=True)["文件"].max_row == count + 1
    assert marks[1] <= 1.1 * marks[0]
