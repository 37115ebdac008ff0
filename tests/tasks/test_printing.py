"""Printing is all or nothing, also on a full disk and without a console."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
