"""Forms, lists and tables from strangers: hostile files, odd files, and what people do with good ones."""

from __future__ import annotations

import errno
import io
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from conftest import Done
from peers import fillers

from recordkit import forms
from recordkit.errors import Exit, explained
from recordkit.formats.docx import patch
from recordkit.formats.package import read_parts, write_parts
from recordkit.formats.xlsx import book
from recordkit.records import disk
from recordkit.records.reading import load
from recordkit.tasks import handed_in, import_report, returning, workspace
from recordkit.tasks.reporting import Report
from recordkit.tasks.returning import Wish

Run = Callable[..., Done]
CASE, CLIENT, TODAY = "LX01-GA-2026-0007", "LX01-FW-000123", date(2026, 11, 23)
VALUES = {
    "intake_date": "2026-03-05",
    "filled_on": "2026-03-05",
    "filled_by": "孙晓梅",
    "source": ["主动求助"],
    "presenting_problem": "我妈说：“活着没意思。”",
    "urgency": ["一般"],
}
MAIN, CUSTOM = "word/document.xml", "docProps/custom.xml"
COMMANDS = {
    "read": ("read",),
    "import": ("import", "--yes"),
    "fill": ("fill", "--from", "clients", "--yes"),
    "adopt": ("template", "adopt", "--as", "接案"),
}


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The fillable Word blank of an intake."""
    from recordkit.cli import run

    folder = tmp_path_factory.mktemp("blank")
    assert run(["blank", "接案", "--fillable", "--to", "docx", "-o", str(folder)]) == 0
    return next(folder.glob("*.docx")).read_bytes()


def paper(blank: bytes, path: Path, **values: Any) -> Path:
    """The blank as somebody filled it in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(fillers.fill_by_lxml(blank, {**VALUES, **values}))
    return path


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    """The package with one text of a part changed."""
    parts = read_parts(data)
    text = parts[name].decode()
    assert re.search(old, text)
    return write_parts({**parts, name: re.sub(old, new, text).encode()})


def document(inner: str) -> bytes:
    """A Word file of this body."""
    stream = io.BytesIO()
    docx.Document().save(stream)
    body = f'<w:document xmlns:w="{fillers.W[1:-1]}"><w:body>{inner}</w:body></w:document>'
    return write_parts({**read_parts(stream.getvalue()), MAIN: body.encode()})


def written(station: Path) -> set[Path]:
    return {path for path in station.rglob("*") if path.is_file()}


# --- what is no file, or no whole one ---------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_that_never_ends_is_not_waited_for(recordkit: Run, station: Path, command: str) -> None:
    pipe = station / ("表.xlsx" if command == "import" else "表.docx")
    os.mkfifo(pipe)
    done = recordkit(*COMMANDS[command], pipe, cwd=station)

    assert done.code == Exit.REFUSED
    assert "不是普通文件" in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_file_is_called_empty(recordkit: Run, station: Path, command: str) -> None:
    path = station / "表.docx"
    path.touch()
    done = recordkit(*COMMANDS[command], path, cwd=station)

    assert done.code == Exit.REFUSED
    assert "空文件" in done.err


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_broken_link_and_a_folder_among_many_cost_nothing(
    recordkit: Run, station: Path, blank: bytes
) -> None:
    paper(blank, station / "交来/甲.docx")
    (station / "交来/丙.pdf").symlink_to("不在.pdf")
    (station / "交来/夹.docx").mkdir()
    done = recordkit("read", "交来", cwd=station)

    assert done.code == Exit.PARTIAL, done
    assert (station / "收件箱/甲.yaml").is_file()
    assert "丙.pdf" in done.err


def test_a_fault_of_our_own_costs_one_file(
    recordkit: Run, station: Path, blank: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "甲乙":
        paper(blank, station / f"交来/{name}.docx")
    opened = handed_in._opened

    def faulty(path: Path, data: bytes) -> Any:
        return {}["x"] if path.stem == "甲" else opened(path, data)

    monkeypatch.setattr(handed_in, "_opened", faulty)
    done = recordkit("read", "交来", cwd=station)

    assert done.code == Exit.PARTIAL
    assert "甲.docx：没有读入：读这份文件时程序出了错（KeyError）" in done.err
    assert (station / "收件箱/乙.yaml").is_file()


@pytest.mark.parametrize("number", [errno.ELOOP, errno.EROFS, errno.EIO, errno.EBUSY, 9999])
def test_the_systems_words_are_chinese(number: int) -> None:
    told = explained(OSError(number, "Some English words", "表.docx"))

    assert told
    assert not re.search("[A-Za-z]{4}", told.message.replace("表.docx", ""))


def test_what_needs_more_memory_than_there_is_is_told() -> None:
    assert explained(MemoryError())


@pytest.mark.parametrize("command", ["fill", "adopt"])
@pytest.mark.parametrize(
    "inner",
    [
        "".join(f"<w:p><w:r><w:t>{n}</w:t></w:r></w:p>" for n in range(patch.MAX_ELEMENTS // 2)),
        f"<w:p><w:r><w:t>{'姓名：____ ' * 4000}</w:t></w:r></w:p>",
    ],
    ids=["many", "long"],
)
def test_a_book_is_no_form(recordkit: Run, station: Path, command: str, inner: str) -> None:
    (station / "书.docx").write_bytes(document(inner))
    done = recordkit(*COMMANDS[command], "书.docx", cwd=station)

    assert done.code == Exit.REFUSED
    assert "太大" in done.err


def test_a_damaged_part_beside_the_text_is_told(recordkit: Run, station: Path, blank: bytes) -> None:
    parts = read_parts(blank)
    (station / "坏.docx").write_bytes(write_parts({**parts, CUSTOM: parts[CUSTOM][:-30]}))
    done = recordkit("template", "adopt", "坏.docx", "--as", "接案", cwd=station)

    assert done.code == Exit.REFUSED
    assert "损坏" in done.err


def test_bent_files_are_read_or_refused(station: Path, blank: bytes) -> None:
    """Bytes flipped, ends cut off, elements gone: never an error that nobody foresaw."""
    data, chance = fillers.fill_by_lxml(blank, VALUES), random.Random(7)
    home, path = workspace.opened(station), station / "弯.docx"
    for _ in range(40):
        path.write_bytes(_bent(data, chance))
        for back in next(returning.read([path], Wish(force=True), home, TODAY)):
            assert not (back.failed and "程序" in back.failed.message), back.failed


def _bent(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data))]
    parts = dict(read_parts(data))
    name = chance.choice([MAIN, MAIN, *parts])
    tags = [found.span() for found in re.finditer(rb'="[^"]*"|<[^>]+>', parts[name])] or [(0, 1)]
    for _ in range(chance.randrange(1, 4)):
        start, end = chance.choice(tags)
        new = chance.choice([b"", b'="-1"', b'="99999999999"', b"<w:p/>", b'="\xe5\xa7\x93"'])
        parts[name] = parts[name][:start] + new + parts[name][end:]
    return write_parts(parts)


def test_a_sheet_listed_many_times_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with zipfile.ZipFile(stream) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    [sheet] = re.findall(rb"<sheet [^>]*/>", parts["xl/workbook.xml"])
    again = b"".join(sheet.replace(b'name="Sheet"', b'name="S%d"' % n) for n in range(20))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(sheet, again)

    assert len(book.opened(write_parts(parts)).sheets) == 1


# --- several at once ---------------------------------------------------------------


def test_forms_of_the_same_name_do_not_take_each_others_place(
    recordkit: Run, station: Path, blank: bytes
) -> None:
    for folder in ("甲组", "乙组"):
        paper(blank, station / f"交来/{folder}/表.docx", presenting_problem=f"{folder}的话")
    for more in ([], ["--force"]):
        done = recordkit("read", "交来", *more, cwd=station)
        assert done.code == 0, done.err

    texts = {load(path).record.presenting_problem for path in (station / "收件箱").glob("*.yaml")}
    assert texts == {"甲组的话", "乙组的话"}


def test_a_report_is_no_form_that_came_back(recordkit: Run, station: Path, blank: bytes) -> None:
    for name in "甲乙":
        paper(blank, station / f"收件箱/{name}.docx")
    first = recordkit("read", "收件箱", cwd=station)
    again = recordkit("read", "收件箱", cwd=station)

    assert (first.code, again.code) == (0, 0)
    assert "共 2 份：已读入 2 份" in again.err


def test_two_who_read_at_once_have_a_report_each(tmp_path: Path) -> None:
    one, two = (Report(None, folder=tmp_path, today=TODAY) for _ in range(2))
    with one, two:
        pass

    assert one.path != two.path
    assert len(list(tmp_path.iterdir())) == 2


def test_what_was_told_of_a_file_does_not_hold_the_file(station: Path) -> None:
    (station / "坏.docx").write_bytes(b"PK\x03\x04" + bytes(1000))
    [[back]] = returning.read([station / "坏.docx"], Wish(), None, TODAY)

    assert back.failed
    assert (back.failed.__traceback__, back.failed.__cause__, back.failed.__context__) == (None,) * 3


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_names_that_are_no_text_are_read_and_reported(recordkit: Run, station: Path, blank: bytes) -> None:
    name = os.fsdecode("赵.docx".encode("gbk"))
    for path in (station / "交来" / name, station / "交来/换\n行.docx"):
        paper(blank, path)
    done = recordkit("read", "交来", cwd=station)

    assert done.code == 0, done.err
    assert len(list((station / "收件箱").glob("*.yaml"))) == 2
    assert len(done.out.splitlines()) == 2


def test_that_the_report_failed_does_not_hide_what_was_read(
    recordkit: Run, station: Path, blank: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "甲乙":
        paper(blank, station / f"交来/{name}.docx")
    create = disk.create

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".xlsx":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        create(path, data)

    monkeypatch.setattr(disk, "create", full)
    done = recordkit("read", "交来", cwd=station)

    assert done.code == Exit.PARTIAL
    assert "读表报告没有写成" in done.err
    assert "磁盘满了" in done.err
    assert "共 2 份：已读入 2 份" in done.err


def test_a_file_in_place_of_the_folder_ends_it(recordkit: Run, station: Path, blank: bytes) -> None:
    for name in "甲乙":
        paper(blank, station / f"交来/{name}.docx")
    (station / "夹").write_text("不是文件夹", "utf-8")
    done = recordkit("read", "交来", "-o", "夹", cwd=station)

    assert done.code == Exit.USAGE
    assert "不能当文件夹用" in done.err


def test_whoever_breaks_off_hears_how_far_it_came(
    recordkit: Run, station: Path, blank: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        paper(blank, station / f"交来/{name}.docx")
    opened = handed_in._opened

    def breaking(path: Path, data: bytes) -> Any:
        if path.stem == "b":
            raise KeyboardInterrupt
        return opened(path, data)

    monkeypatch.setattr(handed_in, "_opened", breaking)
    done = recordkit("read", "交来", cwd=station)

    assert done.code == Exit.INTERRUPTED
    assert "读到第 2 份停下" in done.err
    assert [path.name for path in (station / "收件箱").glob("*.yaml")] == ["a.yaml"]
    monkeypatch.undo()
    assert recordkit("read", "交来", cwd=station).code == 0


def test_two_who_import_the_same_list_at_once_build_nobody_twice(station: Path) -> None:
    rows = [f"王{chr(0x4E00 + n)},女,1380000{n:04}" for n in range(60)]
    (station / "册.csv").write_text("\n".join(["姓名,性别,联系电话", *rows]), "utf-8")
    line = [sys.executable, "-m", "recordkit", "import", "册.csv", "--yes", "--by", "S01"]
    both = [subprocess.Popen(line, cwd=station, stdout=-1, stderr=-1) for _ in range(2)]
    codes = sorted((one.communicate()[0], one.returncode)[1] for one in both)
    names = [load(path).record.name for path in station.glob("clients/*/client-record.yaml")]

    assert len(names) == len(set(names)) == 61
    assert codes in ([0, 0], [0, Exit.CONFLICT])
    assert not list(station.glob(".~*"))


def test_who_came_on_file_while_a_person_looked_stops_the_import(
    recordkit: Run, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (station / "册.csv").write_text("姓名,性别\n王一,女\n", "utf-8")
    place = import_report.place

    def meanwhile(*arguments: Any) -> Path:
        (station / "clients/LX01-FW-000555").mkdir()
        return place(*arguments)

    monkeypatch.setattr(import_report, "place", meanwhile)
    done = recordkit(*COMMANDS["import"], "册.csv", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "别人建了档" in done.err
    assert not list(station.glob(".~*"))


def test_a_lock_that_outlived_its_process_is_no_hindrance(recordkit: Run, station: Path) -> None:
    (station / "册.csv").write_text("姓名,性别\n王一,女\n", "utf-8")
    lock = station / ".~导入.lock"
    lock.touch()
    assert recordkit(*COMMANDS["import"], "册.csv", cwd=station).code == Exit.CONFLICT

    os.utime(lock, (0, 0))
    assert recordkit(*COMMANDS["import"], "册.csv", cwd=station).code == 0


# --- whose it is -------------------------------------------------------------------


@pytest.mark.parametrize("to", [("--client", CLIENT), ("--dossier", CASE)])
def test_a_form_that_names_another_client_is_not_filed(
    recordkit: Run, station: Path, blank: bytes, to: tuple[str, str]
) -> None:
    path = paper(blank, station / "交来.docx", client_no="LX01-FW-000777")
    before = written(station)
    done = recordkit("read", path, *to, cwd=station)

    assert done.code == Exit.CONFLICT
    assert "LX01-FW-000777" in done.err
    assert written(station) == before


def test_a_name_that_is_not_the_clients_is_asked_about(recordkit: Run, station: Path) -> None:
    assert recordkit("blank", "探访", "--fillable", "--to", "docx", "-o", ".", cwd=station).code == 0
    data = next(station.glob("*.docx")).read_bytes()
    values = {"visit_time": "2026年3月9日 下午3点", "visitors": "孙晓梅"}
    codes = {}
    for name in ("韩琇云", "赵桂兰"):
        path = station / f"{name}.docx"
        path.write_bytes(fillers.fill_by_lxml(data, {**values, "client_brief": name}))
        codes[name] = recordkit("read", path, "--client", CLIENT, cwd=station)

    assert "请核对是不是放对了人" in codes["赵桂兰"].err
    assert "放对了人" not in codes["韩琇云"].err


def test_the_same_visit_read_twice_is_one_record(recordkit: Run, station: Path) -> None:
    assert recordkit("blank", "探访", "--fillable", "--to", "docx", "-o", ".", cwd=station).code == 0
    path = next(station.glob("*.docx"))
    values = {"visit_time": "2026年3月9日 下午3点", "visitors": "孙晓梅", "met": ["本人"]}
    path.write_bytes(fillers.fill_by_lxml(path.read_bytes(), values))
    first = recordkit("read", path, "--dossier", CASE, cwd=station)
    again = recordkit("read", path, "--dossier", CASE, cwd=station)

    assert first.out == again.out
    assert "以前读过" in again.err


def test_numbers_of_another_station_are_told(recordkit: Run, station: Path, blank: bytes) -> None:
    done = recordkit("read", paper(blank, station / "a.docx", client_no="LX02-FW-000555"), cwd=station)

    assert done.code == Exit.FINDINGS
    assert "LX02-FW-000555 本站没有" in done.err


def test_what_changed_since_the_print_is_not_taken_back(recordkit: Run, station: Path) -> None:
    record = station / f"dossiers/{CASE}/follow-up-0002.yaml"
    printed = recordkit("render", record, "--to", "docx", "--force", cwd=station)
    path = Path(printed.out.split("\n")[0])
    text = record.read_text("utf-8")
    new = re.sub(r"(?m)^respondent:.*$", "respondent: 其孙女", text)
    assert new != text
    record.write_text(new, "utf-8")
    path.write_bytes(fillers.fill_by_lxml(path.read_bytes(), {"followed_on": "2026年10月10日"}))
    done = recordkit("read", path, "--update", "--yes", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "打印之后记录改过" in done.err
    assert record.read_text("utf-8") == new

    # Who has seen what differs may say yes; so does --force.
    assert recordkit("read", path, "--update", "--yes", "--force", cwd=station).code == 0
    assert "2026-10-10" in record.read_text("utf-8")


def test_a_print_whose_record_is_gone_is_told(recordkit: Run, station: Path) -> None:
    record = station / f"dossiers/{CASE}/follow-up-0002.yaml"
    path = recordkit("render", record, "--to", "docx", "--force", cwd=station).out.split("\n")[0]
    record.unlink()
    done = recordkit("read", path, cwd=station)

    assert done.code == Exit.FINDINGS
    assert "这里找不到那份记录" in done.err


# --- versions ----------------------------------------------------------------------


def of_version(blank: bytes, number: str) -> bytes:
    data = fillers.fill_by_lxml(blank, VALUES)
    return changed(data, CUSTOM, r'(recordkit-form-version"[^>]*><vt:lpwstr[^>]*>)1<', rf"\g<1>{number}<")


@pytest.mark.parametrize(
    ("number", "code", "said"), [("99", Exit.REFUSED, "升级"), ("0", 0, "没有写明"), ("abc", 0, "没有写明")]
)
def test_versions_of_a_form(
    recordkit: Run, station: Path, blank: bytes, number: str, code: int, said: str
) -> None:
    (station / "a.docx").write_bytes(of_version(blank, number))
    done = recordkit("read", "a.docx", cwd=station)

    assert done.code == code
    assert said in done.err


@pytest.mark.parametrize(
    "label",
    [
        "求助问题",
        "主要问题",
    ],
)
def test_a_form_of_the_version_before_is_read(
    station: Path, blank: bytes, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    """The field had another identifier, and perhaps another label, in version 1."""
    form = replace(forms.load("casework/intake"), version=2)
    spec = form.model.specs()["presenting_problem"]
    parts = read_parts(fillers.fill_by_lxml(blank, VALUES))
    for old, new in ((b"presenting_problem", b"main_problem"), ("求助问题".encode(), label.encode())):
        parts = {name: data.replace(old, new) for name, data in parts.items()}
    path = station / "a.docx"
    path.write_bytes(write_parts(parts))
    monkeypatch.setattr(forms, "load", lambda *_: form)
    before = spec.was
    object.__setattr__(spec, "was", ("main_problem",))
    try:
        [[back]] = returning.read([path], Wish(), workspace.opened(station), TODAY)
    finally:
        object.__setattr__(spec, "was", before)

    assert any("第 1 版" in note for note in back.notes)
    assert back.record.presenting_problem == VALUES["presenting_problem"]


# --- tables of others --------------------------------------------------------------


def list_of(path: Path, merged: str = "") -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["姓名", "性别", "联系电话", "现住址"])
    sheet.append([None] * 4)
    if merged:
        sheet.merge_cells(merged)
    made.save(path)
    return path


def test_a_value_that_has_no_cell_of_its_own_is_told(recordkit: Run, station: Path) -> None:
    done = recordkit(*COMMANDS["fill"], list_of(station / "册.xlsx", "C2:D2"), cwd=station)

    assert done.code == 0, done.err
    assert "“现住址”第1人的格合并掉了" in done.err


def test_what_somebody_decided_is_not_replaced_by_a_guess(recordkit: Run, station: Path) -> None:
    table = list_of(station / "册.xlsx")
    assert recordkit(*COMMANDS["fill"], table, cwd=station).code == 0
    [mapping] = (station / "templates/对照").glob("填表*")
    text = mapping.read_text("utf-8").replace("client-record:phone", "client-record:gone_field")
    mapping.write_text(text, "utf-8")
    done = recordkit(*COMMANDS["fill"], table, "--force", cwd=station)

    assert "上次记的是 casework/client-record:gone_field" in done.err
    assert openpyxl.load_workbook(done.out.strip()).active["C2"].value is None
    assert "gone_field" in mapping.read_text("utf-8")
