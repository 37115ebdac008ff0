"""Numbers that name something: it must be there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from ..errors import Severity
from ..records.kinds import Picks, Ref, Refs
from ..records.reading import Loaded
from .case import Case, Remark, day_of, numbers, rows, values
from .rules import CASEWORK, KEEPING, rule

STAFF, CLIENT, GOAL, PROBLEM, FORM = "人员编号", "服务对象编号", "目标编号", "问题编号", "表单编号"


@rule("RF-01", Severity.ERROR, title="人员编号在站点档案里", clause=KEEPING, alone=True)
def unknown_staff(case: Case) -> Iterator[Remark]:
    """A staff number that the profile does not hold."""
    if case.context.station is None:
        return
    for one in case.records:
        for field, number in _named(one, STAFF):
            if not case.person(number) and number != case.client_no:
                message = f"站点档案里没有编号为“{number}”的人"
                yield Remark(one, field, message, "核对编号，或先在 recordkit.toml 里登记")


@rule("RF-02", Severity.ERROR, title="服务对象编号是本案的服务对象", clause=KEEPING, alone=True)
def other_client(case: Case) -> Iterator[Remark]:
    """A record that names somebody else as the client."""
    for one in case.records if case.client_no else []:
        number = getattr(one.record, "client_no", None)
        if numbers(number) and number != case.client_no:
            message = f"服务对象写的是{number}，本案是{case.client_no}"
            yield Remark(one, "client_no", message, "核对编号；放错文件夹的，移到那一案去")


@rule("RF-03", Severity.ERROR, title="目标、问题的编号在计划书、预估表里", clause=CASEWORK)
def unknown_goal(case: Case) -> Iterator[Remark]:
    """A goal's or problem's number that nobody has given."""
    plan = case.last("casework/service-plan")
    if plan:
        known = {g.goal_no for one in _versions(case, plan) for g in rows(one.record.goals)}
        yield from _unknown(case, GOAL, known, "计划书里没有目标“{}”", _since(plan))
    assessment = case.last("casework/assessment")
    if assessment:
        known = {p.problem_no for p in rows(assessment.record.problems)}
        yield from _unknown(case, PROBLEM, known, "预估表里没有问题“{}”")


@rule("RF-04", Severity.WARNING, title="引作证据的记录在本案卷里", clause=KEEPING)
def unknown_evidence(case: Case) -> Iterator[Remark]:
    """Evidence that names a record the dossier does not hold."""
    known = {one.record.form_no for one in case.records}
    yield from _unknown(case, FORM, known, "本案卷里没有编号为“{}”的记录")


@rule("RF-05", Severity.ERROR, title="表单编号不重复", clause=KEEPING)
def repeated_number(case: Case) -> Iterator[Remark]:
    """Two records of one number."""
    found: dict[str, list[Loaded]] = defaultdict(list)
    for one in case.records:
        for number in numbers(one.record.form_no):
            found[number].append(one)
    for number, holders in found.items():
        for one in holders[1:]:
            message = f"表单编号{number}与{holders[0].path.name}重复"
            hint = "多半是复制文件留下的：删去多的一份，或用 recordkit new 另取编号"
            yield Remark(one, "form_no", message, hint)


@rule("RF-06", Severity.ERROR, title="接案登记表的个案编号是本案卷的编号", clause=KEEPING)
def other_case(case: Case) -> Iterator[Remark]:
    """An intake of another case."""
    for one in case.of("casework/intake"):
        number = one.record.case_no
        if numbers(number) and case.context.service_no and number != case.context.service_no:
            message = f"个案编号写的是{number}，这一卷是{case.context.service_no}"
            yield Remark(one, "case_no", message, "放错文件夹的，移到那一案去")


def _named(one: Loaded, to: str) -> Iterator[tuple[str, str]]:
    """The fields that refer to such numbers, with each number."""
    for field, spec, value in values(one.record):
        kind = spec.kind
        target = kind.to if isinstance(kind, Ref | Refs) else kind.source if isinstance(kind, Picks) else ""
        if to in target:
            for number in numbers(value):
                yield field, number


def _unknown(
    case: Case, to: str, known: set[str], says: str, counts: Callable[[Loaded], bool] = lambda _: True
) -> Iterator[Remark]:
    for one in filter(counts, case.records):
        for field, number in _named(one, to):
            if number not in known:
                have = "、".join(sorted(map(str, known - {None}))) or "还没有"
                hint = f"现有：{have}" if len(known) < 12 else "核对编号"
                yield Remark(one, field, says.format(number), hint)


def _versions(case: Case, plan: Loaded) -> list[Loaded]:
    """The plan in force and those it replaced, as far as they are at hand."""
    return [one for one in case.loaded if one.record and one.record.form_id == plan.record.form_id]


def _since(plan: Loaded) -> Callable[[Loaded], bool]:
    """Whether a record is of the plan's time: what came before a revision may name
    goals that were dropped."""
    start = day_of(plan.record)
    return lambda one: plan.record.version == 1 or start is None or (day_of(one.record) or start) >= start
