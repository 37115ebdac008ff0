"""Printing is all or nothing, also on a full disk and without a console."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from recordkit.errors import Exit, explained
from recordkit.records import disk

CASE = "dossiers/LX01-GA-2026-0007"


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes is how a full disk is played")
def test_on_a_full_disk_no_half_of_a_pair_is_left(station: Path) -> None:
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = subprocess.run(
        [sys.executable, "-m", "recordkit", "render", f"{CASE}/intake.yaml", "-o", "出"],
        cwd=station,
        capture_output=True,
        preexec_fn=small,
        timeout=120,
        check=False,
    )

    assert done.returncode == 2, done.stderr.decode()
    assert "磁盘满了" in done.stderr.decode()
    assert list((station / "出").iterdir()) == []


def test_a_console_that_was_closed_is_no_error(station: Path) -> None:
    line = f"{sys.executable} -m recordkit new 探访 --client LX01-FW-000123 <&- >&-"

    done = subprocess.run(["sh", "-c", line], cwd=station, stderr=subprocess.PIPE, timeout=120, check=False)

    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr.decode()


# --- which records, and under which name -------------------------------------------


def test_a_record_reached_in_several_ways_is_printed_once(station: Path, recordkit: Callable) -> None:
    intake = Path(CASE, "intake.yaml")
    (station / "链接").symlink_to(station / CASE)

    done = recordkit("render", intake, station / intake, "链接/intake.yaml", "--merge", "叠.pdf", cwd=station)

    assert done.code == 0, done.err
    texts = [page.extract_text() for page in pypdf.PdfReader(station / "叠.pdf").pages]
    assert "共 1 份" in texts[0]


def test_a_folder_may_be_called_like_a_pattern(station: Path, recordkit: Callable) -> None:
    shutil.copytree(station / "dossiers", station / "[旧] 100%")

    done = recordkit("render", "[旧] 100%/LX*/intake.yaml", "-o", "出", "--to", "docx", cwd=station)

    assert (done.code, len(done.out.splitlines())) == (0, 1), done.err


@pytest.fixture
def twice(station: Path) -> tuple[Path, Path]:
    """Two different records of one number."""
    first = station / CASE / "intake.yaml"
    second = station / "副本" / "intake.yaml"
    second.parent.mkdir()
    text = first.read_text(encoding="utf-8")
    second.write_text(text.replace("\nversion: 1\n", "\nversion: 2\n", 1), encoding="utf-8")
    return first, second


def test_of_two_records_printed_over_each_other_one_is_told(
    station: Path, twice: tuple[Path, Path], recordkit: Callable
) -> None:
    done = recordkit("render", *twice, "-o", "出", "--to", "docx", "--force", cwd=station)

    assert done.code == Exit.PARTIAL
    assert f"{twice[1]} 和 {twice[0]} 印成了同一个文件" in done.err
    assert "打印 1 份，1 份没有打印" in done.err


def test_a_pile_holds_both_records_of_one_number(
    station: Path, twice: tuple[Path, Path], recordkit: Callable
) -> None:
    done = recordkit("render", *twice, "--merge", "叠.pdf", cwd=station)

    texts = [page.extract_text() for page in pypdf.PdfReader(station / "叠.pdf").pages]
    assert done.code == 0, done.err
    assert [sum(version in text for text in texts) for version in ("版1", "版2")] == [2, 2]


def test_a_folder_that_takes_no_files_is_told_as_such(
    station: Path, recordkit: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []

    def refused(path: Path, data: bytes) -> None:
        names.append(path)
        assert len(names) < 9, "it tries names for ever"
        raise explained(PermissionError(13, "", str(path)))

    monkeypatch.setattr(disk, "create", refused)
    done = recordkit("render", f"{CASE}/home*.yaml", "-o", "出", "--to", "docx", cwd=station)

    assert done.code == Exit.CONFLICT
    assert done.err.count("没有权限") == len(names) == 3  # two records and the report on them
    assert "已经存在" not in done.err
