"""People and files are found by whatever somebody remembers of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recordkit.errors import Exit

CLIENT = "LX01-FW-000123"
CASE = "LX01-GA-2026-0007"


def client(station: Path, number: int, name: str, **more: str) -> str:
    """One more client in the workspace."""
    folder = station / f"clients/LX01-FW-{number:06}"
    folder.mkdir()
    known = {"name": name, "gender": "男", "birth_date": "1950-01-02", "phone": f'"139{number:08}"', **more}
    lines = [f"{key}: {value}" for key, value in known.items()]
    text = "\n".join(["form: casework/client-record", "form_version: 1", "version: 1", *lines, ""])
    (folder / "client-record.yaml").write_text(text, encoding="utf-8")
    return folder.name


@pytest.mark.parametrize(
    "word",
    [
        *("韩琇云", "琇云", "韩 琇 云", "韩　琇云", "hxy", "HXY", "xy", "泉景"),
        *("13800001726", "1726", "138 0000 1726", "０００１２３"),
        *("LX01-FW-000123", "lx01-fw-000123", CASE, "2026-0007", f"{CASE}-02"),
    ],
)
def test_a_person_is_found(recordkit: Callable, station: Path, word: str) -> None:
    done = recordkit("find", word, cwd=station)

    assert done.code == Exit.DONE, done
    row = next(line for line in done.out.splitlines() if line.startswith(CLIENT))
    assert "韩琇云" in row
    assert "泉景社区" in row
    assert f"{CASE} 跟进中，19份" in row


def test_several_words_are_one_name(recordkit: Callable, station: Path) -> None:
    assert CLIENT in recordkit("find", "韩", "琇云", cwd=station).out


def test_only_those_who_answer_are_listed(recordkit: Callable, station: Path) -> None:
    number = client(station, 124, "单桂兰", community="柳岸社区")
    client(station, 125, "王桂芳")

    done = recordkit("find", "sgl", cwd=station)

    assert [line.split()[0] for line in done.out.splitlines()[1:]] == [number]


def test_a_record_is_found_by_its_number(recordkit: Callable, station: Path) -> None:
    done = recordkit("find", "LX01-GA07-2026-0031", cwd=station)

    assert done.code == Exit.DONE
    assert str(station / f"clients/{CLIENT}/home-visit-0001.yaml") in done.out


def test_a_latin_name_is_found_whole_or_in_part(recordkit: Callable, station: Path) -> None:
    number = client(station, 124, "Johnny Smith")

    for word in ("johnny", "Smith", "JohnnySmith", "johnny smith"):
        assert number in recordkit("find", word, cwd=station).out


@pytest.mark.parametrize(("word", "near"), [("韩秀云", "韩琇云"), ("John Smith", "Johnny Smith")])
def test_who_is_not_found_is_guessed(recordkit: Callable, station: Path, word: str, near: str) -> None:
    client(station, 124, "Johnny Smith")

    done = recordkit("find", word, cwd=station)

    assert done.code == Exit.NOT_FOUND
    assert f"没有找到“{word}”" in done.err
    assert f"相近的：{near}（" in done.err
    assert not done.out


@pytest.mark.parametrize(
    "word", ["查无此人", "zzz", "99", "x", " ", "《", ".*", "370102194809170005", "冯建军"]
)
def test_nobody_is_found(recordkit: Callable, station: Path, word: str) -> None:
    done = recordkit("find", word, cwd=station)

    assert done.code == Exit.NOT_FOUND
    assert "没有找到" in done.err


def test_who_is_not_on_file_any_more_is_marked(recordkit: Callable, station: Path) -> None:
    client(station, 124, "王桂芳", record_status="去世")
    client(station, 125, "王桂芬", record_status="已合并", merged_into="LX01-FW-000126")

    done = recordkit("find", "王桂", cwd=station)

    assert "王桂芳（去世）" in done.out
    assert "王桂芬（已合并至 LX01-FW-000126）" in done.out


@pytest.mark.parametrize(
    "line",
    [
        "姓名： 王桂芳",
        "name:   '王桂芳'  # 登记时误写",
        'name: "\\u738b桂芳"',
        "name: >-\n  王桂芳",
        "姓名\t：王桂芳",
    ],
)
def test_a_record_typed_in_any_way_is_found(recordkit: Callable, station: Path, line: str) -> None:
    folder = station / "clients/LX01-FW-000124"
    folder.mkdir()
    text = f"form: casework/client-record\r\n{line}\r\n性别: 女\r\n"
    (folder / "client-record.yaml").write_bytes(text.encode("gb18030"))

    done = recordkit("find", "桂芳", cwd=station)

    assert done.code == Exit.DONE, done
    assert "王桂芳" in done.out


def test_programs_get_the_answer_as_json(recordkit: Callable, station: Path) -> None:
    found = json.loads(recordkit("find", "hxy", "--json", cwd=station).out)["found"]

    assert found["papers"] == []
    assert found["clients"][0]["number"] == CLIENT
    assert found["clients"][0]["dossiers"] == [{"number": CASE, "state": "跟进中", "forms": 19}]


def test_four_hundred_clients_are_searched_at_once(recordkit: Callable, station: Path) -> None:
    text = (station / f"clients/{CLIENT}/client-record.yaml").read_text(encoding="utf-8")
    for number in range(400):
        folder = station / f"clients/LX01-FW-{number + 1000:06}"
        folder.mkdir()
        (folder / "client-record.yaml").write_text(
            text.replace("name: 韩琇云", f"name: 张{number}"), encoding="utf-8"
        )

    start = time.process_time()
    done = recordkit("find", "张399", cwd=station)

    assert done.code == Exit.DONE
    assert len(done.out.splitlines()) == 2
    assert time.process_time() - start < 2


def test_outside_a_workspace_there_is_nothing_to_search(recordkit: Callable, tmp_path: Path) -> None:
    done = recordkit("find", "韩", cwd=tmp_path)

    assert done.code == Exit.NOT_FOUND
    assert "--station" in done.err
