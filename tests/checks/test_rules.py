"""Every rule finds its own mistake, and nothing in the sample case."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from mistakes import ALSO, CASES
from sample_case import TODAY, Folder, add, remove, swap

from recordkit.checks import check_case, check_record, checklist, rules
from recordkit.checks.casework.sessions import alike
from recordkit.checks.rules import RULES, run
from recordkit.errors import Severity
from recordkit.records.fields import Moment
from recordkit.records.kinds import Nested, Unstated
from recordkit.records.model import Record, Snapshot
from recordkit.records.reading import Loaded, load


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder.copied(tmp_path)


def test_the_sample_case_is_clean(folder: Folder):
    assert folder.codes() == set()


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_found_under_its_own_code_only(name: str, folder: Folder):
    for change in CASES[name]:
        change(folder)

    assert folder.codes() == {name.partition("_")[0]} | ALSO.get(name, set())


def test_every_rule_has_a_case_that_fires_it_and_one_that_does_not(tmp_path: Path):
    sample = Folder.copied(tmp_path)
    silent = {rule.title for rule in RULES if not list(rule.check(sample.case()))}
    fired = set()
    for name, changes in CASES.items():
        changed = Folder.copied(tmp_path / name)
        for change in changes:
            change(changed)
        case = changed.case()
        fired |= {r.title for r in RULES if r.code == name.partition("_")[0] and list(r.check(case))}

    # That a signed form keeps a snapshot is tested below: the sample has none.
    rest = {rule.title for rule in RULES if rule.code != "SG-03"}
    assert silent == rest
    assert fired == rest


def test_a_finding_names_file_line_rule_clause_and_mend(folder: Folder):
    for change in CASES["CA-01_agreement_after_first_session"]:
        change(folder)
    [found] = [f for f in check_case(folder.case()) if f.code == "CA-01"]

    path, _, line = found.where.rpartition(":")
    assert path.endswith("service-agreement.yaml")
    assert "sign_client" in Path(path).read_text("utf-8").splitlines()[int(line) - 1]
    assert found.message == "协议签署日期2026年3月10日晚于首次服务2026年3月9日"
    assert found.hint == "补签说明，或更正日期"
    assert found.clause == "DB3701/T 36—2023 5 a)"


def test_a_finding_in_a_row_stands_at_its_line(folder: Folder):
    swap("service-plan.yaml", "    due: 2026-06-10\n", "")(folder)
    [found] = [f for f in check_case(folder.case()) if f.code == "CA-05"]

    path, _, line = found.where.rpartition(":")
    assert "goal_no: G4" in Path(path).read_text("utf-8").splitlines()[int(line) - 1]


def test_a_waiver_with_its_reason_turns_a_finding_into_information(folder: Folder):
    swap("recordkit.toml", "contact_gap_days = 30", "contact_gap_days = 21")(folder)
    for name in {Path(finding.where).name for finding in _found(folder, "CA-07")}:
        add(name, "waivers:\n  - {rule: CA-07, reason: 服务对象回老家，电话已约定}")(folder)
    found = _found(folder, "CA-07")

    assert found
    assert {f.severity for f in found} == {Severity.INFO}
    assert all(f.message.startswith("已说明：服务对象回老家，电话已约定（") for f in found)


def test_a_waiver_holds_for_its_own_record_only(folder: Folder):
    for change in CASES["CA-09_reviewed_own_work"]:
        change(folder)
    add("intake.yaml", "waivers:\n  - {rule: CA-09, reason: 站上只有一人}")(folder)

    assert [f.severity for f in _found(folder, "CA-09")] == [Severity.ERROR]


def test_integrity_is_not_waived(folder: Folder):
    for change in CASES["SG-01_edited_after_signing"]:
        change(folder)
    add("follow-up-0001.yaml", "waivers:\n  - {rule: SG-01, reason: 只改了错字}")(folder)

    assert [f.severity for f in _found(folder, "SG-01")] == [Severity.ERROR]
    assert _found(folder, "WV-01")


def test_a_signature_of_an_earlier_version_is_told_in_the_users_words(folder: Folder):
    for change in CASES["SG-01_signature_of_version_1"]:
        change(folder)

    assert [f.message for f in _found(folder, "SG-01")] == ["签字件是版1，现在是版2，请重签或恢复"]


def test_a_waiver_does_not_undo_a_signature(folder: Folder):
    mark = load(folder.path("follow-up-0001.yaml")).record.mark()
    swap("follow-up-0001.yaml", "by: S01, proof: {", f'by: S01, proof: {{mark: "{mark}", version: "1", ')(
        folder
    )
    add("follow-up-0001.yaml", "waivers:\n  - {rule: CA-14, reason: 停电}")(folder)

    assert _found(folder, "SG-01") == []


def test_a_signed_form_with_a_snapshot_is_not_mentioned(folder: Folder):
    case = folder.case()
    [intake] = case.of("casework/intake")
    told = [f for f in check_record(intake, case.context) if f.code == "SG-03"]
    intake.record.printed = Snapshot(on=date(2026, 3, 5), texts={"client_brief": "韩琇云"})

    assert [f.severity for f in told] == [Severity.INFO]
    assert not [f for f in check_record(intake, case.context) if f.code == "SG-03"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            [
                swap(
                    "client-record.yaml",
                    "civil_capacity: 完全",
                    "civil_capacity: 限制\nguardian_unavailable: 监护人涉嫌侵害",
                )
            ],
            id="a guardian under suspicion is not asked to sign when the supervisor agrees",
        ),
        pytest.param(
            [swap("session-record-0001.yaml", "mode: 入户", "mode: 未遇(爽约)")],
            id="a missed appointment is no service",
        ),
        pytest.param(
            [
                swap(
                    "session-record-0003.yaml",
                    "filled_on: 2026-04-02",
                    "filled_on: 2026-04-05\nlate_entry: 是\nlate_entry_reason: 停电",
                ),
                swap(
                    "session-record-0003.yaml",
                    "sign_worker: {state: 已签, on: 2026-04-02",
                    "sign_worker: {state: 已签, on: 2026-04-05",
                ),
            ],
            id="a late entry that says so",
        ),
        pytest.param(
            [
                swap("service-plan.yaml", "problem_no: P4", "problem_no: P3"),
                swap(
                    "assessment.yaml",
                    "    domain: 4.2社会救助",
                    "    domain: 4.2社会救助\n    no_goal_reason: 儿子已办",
                ),
            ],
            id="a problem left for a reason",
        ),
        pytest.param(
            [
                add(
                    "home-visit-0001.yaml",
                    "photos:\n  - {file: attachments/genogram.png, consent: 本人当场口头同意}",
                ),
            ],
            id="a photo with its own consent",
        ),
        pytest.param(
            [swap("intake.yaml", "  - 丧亲/临终\n", "  - 丧亲/临终\n  - 其他：噪声扰民\n")],
            id="other with its text in one place",
        ),
        pytest.param(
            [swap("assessment.yaml", "file: attachments/genogram.png", "file: attachments\\genogram.png")],
            id="a path written the Windows way",
        ),
        pytest.param(
            [
                lambda folder: (
                    folder.path("intake.yaml")
                    .with_name("intake.v1.yaml")
                    .write_bytes(folder.path("intake.yaml").read_bytes())
                )
            ],
            id="a superseded version beside the record",
        ),
    ],
)
def test_what_is_in_order_is_left_alone(changes: list[Callable[[Folder], None]], folder: Folder):
    for change in changes:
        change(folder)

    assert folder.codes() == set()


def test_a_follow_up_is_missed_only_when_it_is_due(folder: Folder):
    remove("follow-up-0001.yaml", "follow-up-0002.yaml")(folder)

    assert not [f for f in check_case(folder.case(date(2026, 8, 10))) if f.code == "CA-12"]
    [found] = [f for f in check_case(folder.case(date(2026, 8, 11))) if f.code == "CA-12"]
    assert found.message == "案卷缺：回访"


def test_an_open_case_is_silent_until_today(folder: Folder):
    remove("closing-report.yaml", "follow-up-0001.yaml", "follow-up-0002.yaml")(folder)
    found = _found(folder, "CA-07")

    assert [f.message for f in found] == ["2026年7月9日以后175天没有联系（超过30天）"]


def test_goals_of_before_a_revision_are_known_where_they_were_set(folder: Folder):
    swap("service-plan.yaml", "\nversion: 1", "\nversion: 2\nrevision_reason: 目标4已由家人办好")(folder)
    swap("service-plan.yaml", "planned_on: 2026-03-18", "planned_on: 2026-05-01")(folder)
    swap(
        "service-plan.yaml",
        "sign_client: {state: 已签, on: 2026-03-18",
        "sign_client: {state: 已签, on: 2026-05-01",
    )(folder)
    swap("session-record-0002.yaml", "  - G4\n", "  - G9\n")(folder)

    assert folder.codes() == set()


def test_the_checklist_is_one_sentence(folder: Folder):
    assert checklist(folder.case()) == (
        "接案✓　协议✓　预估✓　家系图或生态图✓　计划✓　过程记录8份✓　成效评估✓　结案✓　回访2份✓"
    )

    remove("follow-up-0001.yaml", "follow-up-0002.yaml", "intake.yaml")(folder)

    assert checklist(folder.case()).endswith("结案✓；缺：接案、回访")


def test_one_record_is_asked_what_it_can_answer_alone(folder: Folder):
    swap("assessment.yaml", "by: W01", "by: S01")(folder)
    case = folder.case()
    [assessment] = case.of("casework/assessment")
    found = [f.code for f in check_record(assessment, case.context, Moment.CLOSE, TODAY)]

    assert found == ["SG-03", "CA-09"]


def test_a_file_that_is_no_record_has_its_reading_findings_only(tmp_path: Path, folder: Folder):
    path = tmp_path / "notes.yaml"
    path.write_text("今天下雨", "utf-8")
    loaded = load(path)

    assert check_record(loaded, folder.case().context) == loaded.findings


def test_the_table_for_the_documents_has_every_rule():
    table = rules()

    assert len(table) == len(RULES)
    assert [line.code for line in table] == sorted(line.code for line in table)
    assert all(re.fullmatch(r"[A-Z]{2}-\d\d", line.code) and line.title for line in table)
    assert len({line.title for line in table}) == len(table)


@pytest.mark.parametrize("value", [None, *Unstated])
def test_no_rule_stumbles_over_facts_that_are_missing(value: Unstated | None, folder: Folder):
    case = folder.case()
    for one in case.loaded:
        _blank(one, value)

    list(run(case, RULES))
    for one in case.loaded:
        check_record(one, case.context, Moment.CLOSE, TODAY)


def test_texts_are_alike_as_far_as_they_share_words():
    story = "下午两点到服务对象家中，核对服药打卡表，九格全部画勾，谈到老伴时停顿约两分钟。"

    assert alike(story, story, 0.8) == 1
    assert alike(story, story.replace("九格", "十格"), 0.8) > 0.9
    assert alike(story, "街道窗口人员上门收取材料，本人递交，社工在场协助，次日出具受理通知。", 0.8) == 0


def _found(folder: Folder, code: str) -> list:
    return [finding for finding in check_case(folder.case()) if finding.code == code]


def _blank(one: Loaded, value: Unstated | None) -> None:
    """Every fact of the record gone, or said to be unknown, rows and signatures included."""
    record: Record = one.record
    for name, spec, _ in list(record.filled()):
        if not isinstance(spec.kind, Nested):
            setattr(record, name, value)
            continue
        held = getattr(record, name)
        for part in held if isinstance(held, list) else [held]:
            for inner, inner_spec, _ in list(part.filled()):
                if not isinstance(inner_spec.kind, Nested) and inner != "state":
                    setattr(part, inner, value)
