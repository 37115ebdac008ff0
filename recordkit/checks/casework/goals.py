"""Problems, goals, results: nothing is dropped on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import Severity
from ...records.reading import Loaded
from ..case import Case, Remark, day, numbers, rows, stated
from ..rules import CASEWORK, EVALUATION, rule

ACHIEVED = ("达成", "超出")


@rule("CA-05", Severity.ERROR, title="结案时计划书的每个目标都有结果", clause=CASEWORK)
def every_goal_has_result(case: Case) -> Iterator[Remark]:
    """The closing evaluation rates all goals of the plan in force."""
    plan, closing = case.last("casework/service-plan"), case.last("casework/closing-report")
    evaluation = next(reversed([e for e in _evaluations(case) if e.record.eval_type == "结案"]), None)
    at = evaluation or closing
    if plan is None or at is None:
        return
    results = rows(evaluation.record.goal_results) if evaluation else []
    rated = {result.goal_no for result in results if stated(result.level)}
    open_goals = [str(goal.goal_no) for goal in rows(plan.record.goals) if goal.goal_no not in rated]
    if open_goals:
        message = f"结案评估里没有目标{'、'.join(open_goals)}的结果"
        yield Remark(at, "goal_results", message, "每个目标一行，没有达成的写“未达成”或“部分达成”和原因")


@rule("CA-05", Severity.WARNING, title="目标有衡量指标和完成期限", clause=CASEWORK, alone=True)
def goals_can_be_measured(case: Case) -> Iterator[Remark]:
    """A goal that nobody could find achieved."""
    for one, path, goal in _goals(case):
        asked = {"衡量指标": goal.indicator, "完成期限": goal.due}
        lacks = [word for word, value in asked.items() if not stated(value)]
        if lacks:
            yield Remark(one, path, f"目标{goal.goal_no}没有{'和'.join(lacks)}", "写明看什么、到哪天")


@rule("CA-06", Severity.WARNING, title="每个问题都有目标，或写明没有的原因", clause=CASEWORK)
def every_problem_has_goal(case: Case) -> Iterator[Remark]:
    """A problem that was found and forgotten."""
    plan, assessment = case.last("casework/service-plan"), case.last("casework/assessment")
    if plan is None or assessment is None:
        return
    aimed = {goal.problem_no for goal in rows(plan.record.goals)}
    for index, problem in enumerate(rows(assessment.record.problems)):
        if problem.problem_no not in aimed and not stated(problem.no_goal_reason):
            message = f"问题{problem.problem_no}在计划书里没有目标"
            hint = "在计划书里补目标，或在“未列目标的原因”里写明"
            yield Remark(assessment, f"problems.{index}", message, hint)


@rule("CA-10", Severity.WARNING, title="修订的计划书有原因和服务对象的新签名", clause=CASEWORK, alone=True)
def revision_agreed(case: Case) -> Iterator[Remark]:
    """A plan that was changed behind the client's back."""
    for one in case.of("casework/service-plan"):
        plan = one.record
        if plan.version == 1:
            continue
        if not stated(plan.revision_reason) and not plan.revision:
            message = f"计划书已是版{plan.version}，没有写修订原因"
            yield Remark(one, "revision_reason", message, "写明为什么改、改了什么")
        if not _agreed(plan):
            message = f"计划书已是版{plan.version}，服务对象没有重新签名"
            yield Remark(one, "sign_client", message, "向服务对象说明修订内容，请其在新版上签名")


@rule("CA-20", Severity.WARNING, title="评为达成的目标有证据", clause=EVALUATION, alone=True)
def success_has_evidence(case: Case) -> Iterator[Remark]:
    """Everything achieved, and nothing to show for some of it."""
    for one in _evaluations(case):
        results = rows(one.record.goal_results)
        bare = [str(result.goal_no) for result in results if not numbers(result.evidence)]
        if bare and all(result.level in ACHIEVED for result in results):
            message = f"目标全部评为达成，{'、'.join(bare)}没有证据"
            yield Remark(one, "goal_results", message, "在“证据”里写过程记录等的表单编号")


@rule("CA-20", Severity.WARNING, title="满意度不作成效指标", clause=EVALUATION, alone=True)
def satisfaction_is_no_outcome(case: Case) -> Iterator[Remark]:
    """Being content with the service is not yet a change."""
    for one, path, goal in _goals(case):
        if "满意" in f"{goal.indicator or ''}{goal.target or ''}":
            message = f"目标{goal.goal_no}拿满意度作成效指标"
            yield Remark(one, path, message, "指标写服务对象身上看得见的变化；满意度另在结案报告里填")


def _evaluations(case: Case) -> list[Loaded]:
    return case.of("casework/outcome-evaluation")


def _goals(case: Case) -> Iterator[tuple[Loaded, str, Any]]:
    for one in case.of("casework/service-plan"):
        for index, goal in enumerate(rows(one.record.goals)):
            yield one, f"goals.{index}", goal


def _agreed(plan: Any) -> bool:
    """Whether the client signed on or after the day of this version."""
    signature, planned = plan.sign_client, day(plan.planned_on)
    if not signature or not signature.done:
        return False
    signed = day(signature.on)
    return not (signed and planned and signed < planned)
