"""Consoles, folders and environments that people really have."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import SAMPLES, process

CASE = "LX01-GA-2026-0007"


def test_a_gbk_console_never_dies(station: Path) -> None:
    for line in (
        ["forms"],
        ["show", "接案"],
        ["check", f"dossiers/{CASE}"],
        ["doctor"],
        ["dossier", "status"],
    ):
        done = process(*line, cwd=station, PYTHONIOENCODING="gbk:strict", PYTHONUTF8="0")

        assert b"Traceback" not in done.stderr, done.stderr.decode("gbk", "replace")
        assert done.returncode in (0, 1)
        done.stdout.decode("gbk")


def test_a_folder_named_as_on_windows_works(tmp_path: Path) -> None:
    import shutil

    home = tmp_path / "C 社工站" / "孙 晓梅"
    shutil.copytree(SAMPLES, home)

    done = process("render", f"dossiers/{CASE}/intake.yaml", "-o", "打 印", cwd=home)

    assert done.returncode == 0, done.stderr.decode()
    assert {path.suffix for path in (home / "打 印").iterdir()} == {".docx", ".pdf"}


ENVIRONMENTS = [
    {},
    {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {
        "TZ": "Asia/Shanghai",
        "LC_ALL": "zh_CN.GB18030",
        "PYTHONHASHSEED": "2",
        "HOME": "/nonexistent",
        "FONTCONFIG_FILE": "/nonexistent",
    },
]


def test_the_same_record_gives_the_same_files_anywhere(station: Path, tmp_path: Path) -> None:
    results = []
    for number, environment in enumerate(ENVIRONMENTS):
        into = tmp_path / f"出{number}"
        mask = os.umask(0o077 if number else 0o022)
        try:
            done = process(
                "render", station / f"dossiers/{CASE}/assessment.yaml", "-o", into,
                cwd=tmp_path if number else station, on="2031-02-28 23:59:00" if number else "", **environment,
            )  # fmt: skip
        finally:
            os.umask(mask)
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        results.append({path.suffix: contents(path) for path in into.iterdir()})

    assert results[0] == results[1] == results[2]


def contents(path: Path) -> object:
    """A PDF's bytes; a DOCX's parts, since zip compressors differ."""
    if path.suffix == ".pdf":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("closed", ["stdout"])
def test_a_reader_that_goes_away_is_no_error(station: Path, closed: str) -> None:
    import subprocess
    import sys

    command = subprocess.Popen(
        [sys.executable, "-m", "recordkit", "show", "接案"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=station,
    )
    assert command.stdout
    assert command.stderr
    command.stdout.close()
    said = command.stderr.read()
    command.wait(30)
    command.stderr.close()

    assert b"Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals of this kind")
def test_a_progress_bar_on_the_terminal_takes_nothing_from_a_file(station: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    listed = station / "清单.txt"
    with listed.open("wb") as file:
        command = [sys.executable, "-m", "recordkit", "render", f"dossiers/{CASE}", "--to", "docx"]
        done = subprocess.Popen(
            command, cwd=station, stdout=file, stderr=theirs, env={**os.environ, "TERM": "xterm"}
        )
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # how Linux says that the other side has closed
            while piece := os.read(ours, 65536):
                shown += piece
        assert done.wait(60) == 0
    os.close(ours)
    assert "打印".encode() in shown
    assert len(listed.read_text("utf-8").splitlines()) == 19
