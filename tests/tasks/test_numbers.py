"""Numbers: two people never share one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from recordkit.errors import Exit


def test_ten_at_once_get_ten_numbers(station: Path) -> None:
    line = [sys.executable, "-m", "recordkit", "new", "探访", "--client", "LX01-FW-000123"]
    running = [
        subprocess.Popen(line, cwd=station, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(10)
    ]
    codes = [(process.communicate()[1], process.returncode)[1] for process in running]
    files = sorted(station.glob("clients/LX01-FW-000123/home-visit-*.yaml"))
    numbers = {
        line
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("form_no:")
    }

    assert codes == [0] * 10
    assert len(files) == 11
    assert len(numbers) == 11


def test_a_new_client_gets_the_next_number(recordkit: Callable, station: Path) -> None:
    done = recordkit("new", "client-record", cwd=station)

    assert done.code == 0
    text = (station / "clients/LX01-FW-000124/client-record.yaml").read_text(encoding="utf-8")
    assert "client_no: LX01-FW-000124" in text


def test_a_case_is_opened_from_its_decided_intake(recordkit: Callable, station: Path) -> None:
    decided = (station / "dossiers/LX01-GA-2026-0007/intake.yaml").read_text(encoding="utf-8")
    loose = "\n".join(line for line in decided.splitlines() if not line.startswith(("form_no:", "case_no:")))
    changed = "# 手写的注释\n" + loose.replace("intake_date: 2026-03-05", "intake_date: 2026-04-05")
    source = station / "clients/LX01-FW-000123/intake.yaml"
    source.write_text(changed + "\n", encoding="utf-8")

    done = recordkit("dossier", "new", "LX01-FW-000123", cwd=station)
    moved = (station / "dossiers/LX01-GA-2026-0008/intake.yaml").read_text(encoding="utf-8")

    assert done.code == 0, done
    assert "form_no: LX01-GA-2026-0008-02" in moved
    assert "case_no: LX01-GA-2026-0008" in moved
    assert moved.startswith("# 手写的注释")
    assert not source.exists()


def test_a_case_is_not_opened_without_the_decision(recordkit: Callable, station: Path) -> None:
    source = station / "clients/LX01-FW-000123/intake.yaml"
    source.write_text("form: casework/intake\nversion: 1\ndecision: 转介\n", encoding="utf-8")

    done = recordkit("dossier", "new", "LX01-FW-000123", cwd=station)

    assert done.code == Exit.USAGE
    assert "不立卷" in done.err
    assert source.exists()
    assert not (station / "dossiers/LX01-GA-2026-0008").exists()


def test_an_opening_that_was_cut_off_is_finished(recordkit: Callable, station: Path) -> None:
    moved = station / "dossiers/LX01-GA-2026-0007/intake.yaml"
    left = station / "clients/LX01-FW-000123/intake.yaml"
    left.write_bytes(moved.read_bytes())

    done = recordkit("dossier", "new", "LX01-FW-000123", cwd=station)

    assert done.code == 0
    assert "LX01-GA-2026-0007" in done.out
    assert not left.exists()
    assert len(list((station / "dossiers").iterdir())) == 1


def test_a_number_given_up_keeps_its_reason_and_is_not_used_again(recordkit: Callable, station: Path) -> None:
    (station / "dossiers/LX01-GA-2026-0008").mkdir()

    done = recordkit("dossier", "void", "LX01-GA-2026-0008", "--reason", "拿错“号”", cwd=station)

    assert done.code == 0
    assert "拿错“号”" in (station / "dossiers/LX01-GA-2026-0008/void.yaml").read_text(encoding="utf-8")

    status = recordkit("dossier", "status", cwd=station)

    assert "作废" in status.out


def test_a_new_session_takes_number_goals_and_client(recordkit: Callable, station: Path) -> None:
    done = recordkit("new", "面谈", "--dossier", "LX01-GA-2026-0007", "--by", "S01", cwd=station)
    text = (station / "dossiers/LX01-GA-2026-0007/session-record-0009.yaml").read_text(encoding="utf-8")

    assert done.code == 0
    assert "form_no: LX01-GA-2026-0007-06-9" in text
    assert "session_no: 9" in text
    assert "client_no: LX01-FW-000123" in text
    assert "goal_no: G1" in text
    assert (
        recordkit("check", "dossiers/LX01-GA-2026-0007/session-record-0009.yaml", cwd=station).code
        == Exit.FINDINGS
    )


def test_a_signed_record_is_revised_beside_its_first_version(recordkit: Callable, station: Path) -> None:
    path = station / "dossiers/LX01-GA-2026-0007/service-plan.yaml"
    signed = path.read_bytes()

    done = recordkit("revise", path, "--reason", "5月起儿子接回同住", cwd=station)
    text = path.read_text(encoding="utf-8")

    assert done.code == 0, done
    assert path.with_name("service-plan.v1.yaml").read_bytes() == signed
    assert "version: 2" in text
    assert "已签" not in text

    again = recordkit("render", path, "-o", "出", "--to", "pdf", cwd=station)
    assert "修订原因" in again.err
