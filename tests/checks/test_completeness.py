"""What is still missing, by the moment it is needed, in a colleague's words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from recordkit.checks import counts, missing, summary
from recordkit.checks.case import THRESHOLDS
from recordkit.errors import Finding, Severity
from recordkit.records.casework import ClientRecord, Intake, OutcomeEvaluation, ServiceAgreement
from recordkit.records.context import Context
from recordkit.records.fields import Moment
from recordkit.records.model import Record
from recordkit.records.reading import Loaded, parse
from recordkit.records.station import THRESHOLD_NAMES

NOWHERE = Context()


def loaded(record: Record) -> Loaded:
    return Loaded(Path("record.yaml"), record, [])


def messages(record: Record, moment: Moment = Moment.FILL, context: Context = NOWHERE) -> list[str]:
    return [finding.message for finding in missing(loaded(record), context, moment)]


def test_a_required_field_without_a_value_is_named_with_its_help():
    [found] = [f for f in missing(loaded(Intake()), NOWHERE, Moment.FILL) if "接案方式" in f.message]

    assert found.message == "接案方式（必填）还没有填"
    assert (found.code, found.severity) == ("NEED-1", Severity.ERROR)
    assert found.hint == "首次接触的方式"
    assert found.where == "record.yaml"


def test_an_empty_field_is_found_at_its_line():
    text = "form: casework/intake\nfilled_on: 2026-03-05\nintake_mode:\n"
    read = parse(text.encode(), Path("intake.yaml"))
    [found] = [f for f in missing(read, NOWHERE, Moment.FILL) if "接案方式" in f.message]

    assert found.where == "intake.yaml:3"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (Intake(source="社区(村)转介"), "转介单位与联系人：个案来源以“转介”结尾时必填"),
        (Intake(late_entry="是"), "补录原因：补录标记为“是”时必填"),
        (Intake(decision="不接案"), "不接案/转介理由：接案结论不是“接案”时必填"),
        (ClientRecord(record_status="已合并"), "合并至：档案状态为“已合并”时必填"),
        (
            ClientRecord(filled_on="2026-03-05", birth_date="2015-01-01"),
            "不满14周岁监护人同意：年龄未满14时必填",
        ),
        (
            OutcomeEvaluation(goal_results=[{"goal_no": "G1", "level": "未达成"}]),
            "未达成原因：未完全达成的目标已填写时必填",
        ),
    ],
)
def test_a_condition_is_said_in_words(record: Record, message: str):
    assert message in messages(record)


def test_a_field_is_not_asked_for_where_its_condition_does_not_hold():
    assert not [m for m in messages(Intake(source="主动求助")) if "转介单位" in m]


def test_a_condition_may_ask_the_clients_record():
    child = ClientRecord(birth_date="2015-01-01", civil_capacity="限制")
    agreement = ServiceAgreement(filled_on="2026-03-06")
    said = messages(agreement, Moment.SIGN, Context(client=child))

    assert [m for m in said if m.startswith("监护人签名：")]
    assert not [m for m in messages(agreement, Moment.SIGN) if m.startswith("监护人签名：")]


def test_unstated_is_an_answer():
    assert "接案方式（必填）还没有填" not in messages(Intake(intake_mode="不详"))


def test_no_is_an_answer():
    assert not [m for m in messages(ClientRecord(notice_given="否")) if "已告知" in m]


def test_an_empty_row_is_none():
    assert "目标达成（必填）还没有填" in messages(OutcomeEvaluation(goal_results=[{}]))


def test_signatures_are_asked_for_from_signing_on():
    assert not [m for m in messages(Intake()) if "签名" in m]
    assert "社会工作者：还没有签名" in messages(Intake(), Moment.SIGN)
    assert "运营机构（盖章）：还没有盖章" in messages(ServiceAgreement(), Moment.SIGN)


@pytest.mark.parametrize("state", ["已签", "手印", "代签", "拒签", "无需"])
def test_a_settled_signature_counts(state: str):
    assert "社会工作者：还没有签名" not in messages(Intake(sign_worker={"state": state}), Moment.SIGN)


@pytest.mark.parametrize("signature", [{"state": "未签"}, {"by": "S01"}])
def test_a_signature_that_is_awaited_does_not(signature: dict[str, str]):
    assert "社会工作者：还没有签名" in messages(Intake(sign_worker=signature), Moment.SIGN)


def test_what_closing_needs_is_asked_at_closing():
    client = ClientRecord(consent_general="同意")
    wanted = "同意书扫描件："

    assert not [m for m in messages(client, Moment.SIGN) if m.startswith(wanted)]
    assert [m for m in messages(client, Moment.CLOSE) if m.startswith(wanted)]


def test_at_closing_a_signature_must_be_shown():
    bare, shown = {"state": "已签"}, {"state": "已签", "proof": {"paper": "2号柜第3盒"}}
    unproven = "社会工作者：已签，没有登记扫描件或纸质原件的位置"

    assert unproven in messages(Intake(sign_worker=bare), Moment.CLOSE)
    assert unproven not in messages(Intake(sign_worker=bare), Moment.SIGN)
    assert unproven not in messages(Intake(sign_worker=shown), Moment.CLOSE)
    assert unproven not in messages(
        Intake(sign_worker=bare, signed_scan=[{"file": "attachments/scan.pdf"}]), Moment.CLOSE
    )


def test_moments_add_up():
    until = {moment: set(messages(Intake(), moment)) for moment in Moment}

    assert until[Moment.FILL] < until[Moment.SIGN] <= until[Moment.CLOSE]


def test_the_sum_is_said_as_a_colleague_would():
    need = {
        moment: Finding(code, "") for moment, code in zip(Moment, ("NEED-1", "NEED-2", "NEED-3"), strict=True)
    }
    findings = [need[Moment.FILL]] * 3 + [need[Moment.SIGN]] * 2

    assert counts(findings) == {Moment.FILL: 3, Moment.SIGN: 2, Moment.CLOSE: 0}
    assert summary(findings) == "还差 3 项就能打印；还差 2 个签名才能结案"
    assert summary([need[Moment.CLOSE]]) == "办结前还要补 1 项"
    assert summary([Finding("CA-01", ""), Finding("CA-15", "", severity=Severity.WARNING)]) == (
        "有 1 处要改正；有 1 处请核对"
    )
    assert summary([Finding("SG-03", "", severity=Severity.INFO)]) == "齐全，没有发现问题"


def test_a_complete_intake_is_complete():
    record = Intake(
        filled_on=date(2026, 3, 5),
        filled_by="S01",
        client_no="LX01-FW-000123",
        intake_date="2026-03-05",
        intake_mode="入户",
        source="主动求助",
        voluntariness="主动自愿",
        presenting_problem="睡不着",
        problem_types=["情绪/心理"],
        service_domain="4.3精神慰藉",
        urgency="一般",
        risk_flags=["无"],
        risk_level="无",
        first_impression="事实：近三个月未下楼。",
        decision="接案",
        assigned_worker="S01",
    )

    assert messages(record) == []


def test_every_threshold_of_the_checks_may_be_set_in_the_profile() -> None:
    assert set(THRESHOLDS) <= set(THRESHOLD_NAMES)
