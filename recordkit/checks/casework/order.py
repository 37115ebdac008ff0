"""One thing after another: days, people in office, signatures."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ...errors import Severity
from ...records.dates import print_day
from ...records.kinds import Day, DayTime
from ...records.reading import Loaded
from ..case import SERVICE_DAYS, Case, Remark, day, day_of, numbers, stated, values
from ..rules import CASEWORK, rule

# Days that lie ahead when they are written.
AHEAD = frozenset({"due", "next_visit", "next_time", "next_appointment"})
SIGNERS = ("sign_worker", "sign_supervisor", "sign_manager")


@rule("CA-01", Severity.ERROR, title="接案日期≤协议签署日期≤首次服务日期", clause=CASEWORK)
def agreement_first(case: Case) -> Iterator[Remark]:
    """The agreement lies between intake and first service."""
    agreement, intake = case.first("casework/service-agreement"), case.first("casework/intake")
    signed = day(case.computed(agreement, "signed_on")) if agreement else None
    if agreement is None or signed is None:
        return
    asked = day(intake.record.intake_date) if intake else None
    if asked and signed < asked:
        message = f"协议签署日期{print_day(signed)}早于接案日期{print_day(asked)}"
        yield Remark(agreement, "sign_client", message, "核对两张表的日期，更正写错的一个")
    # The intake interview may be written down as a session of its own.
    served = next((one for one in case.sessions if day_of(one.record) != asked), None)
    first = day_of(served.record) if served else None
    if first and signed > first:
        message = f"协议签署日期{print_day(signed)}晚于首次服务{print_day(first)}"
        yield Remark(agreement, "sign_client", message, "补签说明，或更正日期")


@rule("CA-02", Severity.ERROR, title="接案、预估、计划、介入、评估、结案、回访依次进行", clause=CASEWORK)
def stages_in_order(case: Case) -> Iterator[Remark]:
    """The days of the stages follow one another."""
    for earlier, later in _stages(case):
        before, after = day_of(earlier.record), day_of(later.record)
        follows = later.record.form_id == "casework/follow-up"
        if before and after and (after < before or (follows and after == before)):
            field, than = SERVICE_DAYS[later.record.form_id], SERVICE_DAYS[earlier.record.form_id]
            message = (
                f"{later.record.label_of(field)}{print_day(after)}{'不晚于' if follows else '早于'}"
                f"{earlier.record.label_of(than)}{print_day(before)}"
            )
            yield Remark(later, field, message, "核对两张表的日期，更正写错的一个")


@rule("CA-03", Severity.ERROR, title="没有将来的日期", clause=CASEWORK, alone=True)
def no_future(case: Case) -> Iterator[Remark]:
    """A day that has not come yet, where the form tells of what was done."""
    for one in case.records if case.today else []:
        for field, spec, value in values(one.record):
            told = day(value) if isinstance(spec.kind, Day | DayTime) else None
            if told and case.today and told > case.today and field.rpartition(".")[2] not in AHEAD:
                yield Remark(one, field, f"{spec.label}{print_day(told)}还没有到", "核对年份和月份")


@rule("CA-03", Severity.ERROR, title="服务日期在社工的任职期内", clause=CASEWORK, alone=True)
def worker_in_office(case: Case) -> Iterator[Remark]:
    """Nobody served before coming or after leaving."""
    for one in case.records:
        served = day_of(one.record)
        for field, number in _workers(one):
            person = case.person(number)
            if served and person and not person.serves_on(served):
                message = f"{print_day(served)}不在{number}的任职期内"
                yield Remark(one, field, message, "核对日期和人员；任职起止在 recordkit.toml 里改")


@rule("CA-09", Severity.ERROR, title="社工和督导不是同一个人", clause=CASEWORK, alone=True)
def supervised_by_another(case: Case) -> Iterator[Remark]:
    """Nobody reviews oneself."""
    for one in case.records:
        review = getattr(one.record, "sign_supervisor", None)
        own = getattr(one.record, "sign_worker", None)
        workers = {own.by if own else None, getattr(one.record, "worker", None)} - {None}
        if review and review.done and stated(review.by) and review.by in workers:
            message = f"督导签名是{review.by}，与服务社工是同一个人"
            yield Remark(one, "sign_supervisor", message, "由督导或站长另行审核签名")


@rule("CA-09", Severity.ERROR, title="社工、督导、站长依次签名", clause=CASEWORK, alone=True)
def signed_in_order(case: Case) -> Iterator[Remark]:
    """The worker signs first, the manager last."""
    for one in case.records:
        given = [(name, getattr(one.record, name, None)) for name in SIGNERS]
        signed = [(name, day(s.on)) for name, s in given if s and s.done and day(s.on)]
        for (first, before), (then, after) in pairwise(signed):
            if before and after and after < before:
                label = one.record.label_of
                message = f"{label(then)}签于{print_day(after)}，早于{label(first)}{print_day(before)}"
                yield Remark(one, then, message, "按纸上的日期更正；倒签的，由后签的人重签")


@rule("CA-14", Severity.WARNING, title="过了一天才写的记录标明补录", clause=CASEWORK, alone=True)
def late_unmarked(case: Case) -> Iterator[Remark]:
    """Written later than the day after, and not marked so."""
    for one, late in _late(case):
        if one.record.late_entry is not True and not _too_late(case, one, late):
            message = f"服务过后{late}天才写，没有标明补录"
            hint = "“补录标记”选“是”并写原因；当天在纸上写的，填表日期写纸上的日子"
            yield Remark(one, "filled_on", message, hint)


@rule("CA-14", Severity.ERROR, title="过了七天才写的记录写明原因", clause=CASEWORK, alone=True)
def late_without_reason(case: Case) -> Iterator[Remark]:
    """Written more than a week later without a reason."""
    for one, late in _late(case):
        if _too_late(case, one, late):
            message = f"服务过后{late}天才写，没有写补录原因"
            yield Remark(one, "filled_on", message, "“补录标记”选“是”，在“补录原因”里如实写明")


def _stages(case: Case) -> Iterator[tuple[Loaded, Loaded]]:
    """Pairs of records of which the second may not be older."""
    intake, assessment, plan = (
        case.first(f"casework/{form}") for form in ("intake", "assessment", "service-plan")
    )
    closing = case.first("casework/closing-report")
    evaluations = [one for one in case.of("casework/outcome-evaluation") if one.record.eval_type != "跟踪"]
    # Sessions before the plan assess; one that works on goals carries it out. A
    # revised plan has a later day than the first one, so it proves nothing.
    working = [one for one in case.sessions if one.record.session_goals or one.record.goal_progress]
    original = plan if plan and plan.record.version == 1 else None
    before_closing = [*case.sessions[-1:], *evaluations]
    pairs = [(intake, assessment), (assessment, plan), (original, next(iter(working), None))]
    pairs += [(earlier, closing) for earlier in before_closing]
    pairs += [(closing, later) for later in case.of("casework/follow-up")]
    yield from ((a, b) for a, b in pairs if a and b)


def _workers(one: Loaded) -> Iterator[tuple[str, str]]:
    """Who served, and the field that says so."""
    fields = ("worker", "visitors", "filled_by")
    said = (field for field in fields if numbers(getattr(one.record, field, None)))
    field = next(said, "")
    yield from ((field, number) for number in numbers(getattr(one.record, field, None)))


def _late(case: Case) -> Iterator[tuple[Loaded, int]]:
    """Records of contacts with the days between the contact and the writing."""
    for form in ("intake", "session-record", "home-visit", "follow-up"):
        for one in case.of(f"casework/{form}"):
            served, written = day_of(one.record), day(one.record.filled_on)
            late = (written - served).days if served and written else 0
            if late > case.threshold("late_entry_days"):
                yield one, late


def _too_late(case: Case, one: Loaded, late: int) -> bool:
    return late > case.threshold("late_entry_reason_days") and not stated(one.record.late_entry_reason)
