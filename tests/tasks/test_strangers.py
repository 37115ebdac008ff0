"""What a clumsy or unlucky person does, found by attacking the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recordkit.errors import Exit
from recordkit.records.casework import Intake
from recordkit.records.common import BudgetLine
from recordkit.records.money import read_money, read_number

CASE = "LX01-GA-2026-0007"
CLIENT = "LX01-FW-000123"


def loose_intake(station: Path, **changed: str) -> Path:
    """A decided intake that lies with its client, waiting for its case."""
    text = (station / f"dossiers/{CASE}/intake.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("form_no:", "case_no:"))]
    text = "\n".join(lines) + "\n"
    for old, new in changed.values():
        assert old in text
        text = text.replace(old, new)
    path = station / f"clients/{CLIENT}/intake.yaml"
    path.write_text(text, encoding="utf-8")
    return path


OTHER_WORDS = ("presenting_problem: |\n", "presenting_problem: |\n  儿子昨晚又打电话来。\n")


def test_a_second_intake_of_the_same_day_is_never_lost(recordkit: Callable, station: Path) -> None:
    loose_intake(station, words=OTHER_WORDS)

    done = recordkit("dossier", "new", CLIENT, cwd=station)

    assert done.code == 0, done
    assert "儿子昨晚" in (station / "dossiers/LX01-GA-2026-0008/intake.yaml").read_text(encoding="utf-8")


def test_of_several_who_open_a_case_at_once_one_does(station: Path) -> None:
    loose_intake(station, words=OTHER_WORDS)
    line = [sys.executable, "-m", "recordkit", "dossier", "new", CLIENT]
    running = [subprocess.Popen(line, cwd=station, stdout=-1, stderr=-1) for _ in range(5)]
    codes = sorted((one.communicate()[0], one.returncode)[1] for one in running)

    assert codes == [0, 3, 3, 3, 3]
    assert sorted(path.name for path in (station / "dossiers").iterdir()) == [CASE, "LX01-GA-2026-0008"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_an_intake_in_another_encoding_opens_its_case(
    recordkit: Callable, station: Path, encoding: str
) -> None:
    path = loose_intake(station, words=OTHER_WORDS)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))

    done = recordkit("dossier", "new", CLIENT, cwd=station)

    assert done.code == 0, done
    assert "儿子昨晚" in (station / "dossiers/LX01-GA-2026-0008/intake.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        (f"client_no: {CLIENT}", "client_no: LX01-FW-000999"),
        ("intake_date: 2026-03-05", "intake_date: 2999-03-05"),
        ("form: casework/intake", "form: casework/follow-up"),
    ],
    ids=["client", "future", "form"],
)
def test_a_case_is_opened_only_from_its_own_intake(
    recordkit: Callable, station: Path, change: tuple[str, str]
) -> None:
    path = loose_intake(station, it=change)

    done = recordkit("dossier", "new", CLIENT, cwd=station)

    assert done.code in (Exit.USAGE, Exit.FINDINGS), done
    assert path.exists()
    assert len(list((station / "dossiers").iterdir())) == 1


@pytest.mark.parametrize("number", ["", ".", "..", f"../clients/{CLIENT}", "/etc"])
def test_a_number_that_leads_elsewhere_names_nobody(recordkit: Callable, station: Path, number: str) -> None:
    for line in (["void", number, "--reason", "拿错"], ["close", number]):
        done = recordkit("dossier", *line, cwd=station)

        assert done.code == Exit.NOT_FOUND, done
    assert not list(station.rglob("void.yaml"))


def test_a_slash_from_the_shell_is_no_part_of_the_number(recordkit: Callable, station: Path) -> None:
    done = recordkit("new", "面谈", "--dossier", f"{CASE}/", cwd=station)

    assert done.code == 0
    text = (station / f"dossiers/{CASE}/session-record-0009.yaml").read_text(encoding="utf-8")
    assert f"form_no: {CASE}-06-9\n" in text


def test_a_name_where_a_number_belongs_takes_no_number(recordkit: Callable, station: Path) -> None:
    done = recordkit("new", "一人一档", "--by", "孙晓梅", cwd=station)

    assert (done.code, "--by" in done.err) == (Exit.USAGE, True)
    assert len(list((station / "clients").iterdir())) == 1


def test_a_plan_in_another_encoding_still_feeds_the_other_forms(recordkit: Callable, station: Path) -> None:
    from recordkit.tasks.workspace import opened

    path = station / f"dossiers/{CASE}/service-plan.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))

    assert opened(station).context(path.parent).last("casework/service-plan").goals


def test_an_option_behind_other_is_ticked() -> None:
    intake = Intake(problem_types="其他：陪诊、疾病/康复")

    assert intake.problem_types == ["疾病/康复", "其他"]
    assert intake.problem_types_other == "陪诊"


def test_amounts_are_not_guessed() -> None:
    with pytest.raises(ValueError, match="不是数字"):
        read_number("1 2")
    with pytest.raises(ValueError, match="太大了"):
        read_money("999999999999999万")

    assert read_number("1 200") == 1200
    assert str(BudgetLine(unit_price="0.33", qty="0.5").value_of("subtotal")) == "0.17"


def test_a_revision_that_was_cut_off_can_be_made_again(recordkit: Callable, station: Path) -> None:
    path = station / f"dossiers/{CASE}/intake.yaml"
    path.with_name("intake.v1.yaml").write_bytes(path.read_bytes())

    done = recordkit("revise", path, "--reason", "补一句", cwd=station)

    assert done.code == 0, done
    assert "version: 2" in path.read_text(encoding="utf-8")


def test_no_format_is_a_mistake(recordkit: Callable, station: Path) -> None:
    done = recordkit("render", f"dossiers/{CASE}/intake.yaml", "--to", ",", cwd=station)

    assert (done.code, "没说要什么格式" in done.err) == (Exit.USAGE, True)


def test_a_void_number_is_not_used_again(recordkit: Callable, station: Path) -> None:
    (station / "dossiers/LX01-GA-2026-0008").mkdir()
    recordkit("dossier", "void", "LX01-GA-2026-0008", "--reason", "拿错", cwd=station)

    done = recordkit("new", "面谈", "--dossier", "LX01-GA-2026-0008", cwd=station)

    assert (done.code, "已经作废" in done.err) == (Exit.CONFLICT, True)


def test_nobody_has_signed_tomorrow(recordkit: Callable, station: Path) -> None:
    scan = station / "clients" / CLIENT / "attachments/privacy-notice-scan.png"
    record = station / f"dossiers/{CASE}/follow-up-0002.yaml"
    before = record.read_bytes()

    done = recordkit(
        "attach", scan, "--to", record, "--signed", "sign_worker", "--on", "2999-01-01", cwd=station
    )

    assert (done.code, "还没有到" in done.err) == (Exit.USAGE, True), done
    assert record.read_bytes() == before
