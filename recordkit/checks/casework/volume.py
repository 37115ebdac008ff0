"""The minimum set: what a closed case's volume holds."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Severity
from ..case import Case, Remark, day, rows
from ..rules import CASEWORK, rule

# What it is called on the checklist, and its form.
MINIMUM = (
    ("接案", "intake"),
    ("协议", "service-agreement"),
    ("预估", "assessment"),
    ("家系图或生态图", ""),
    ("计划", "service-plan"),
    ("过程记录", "session-record"),
    ("成效评估", "outcome-evaluation"),
    ("结案", "closing-report"),
    ("回访", "follow-up"),
)


@rule("CA-12", Severity.WARNING, title="结案的案卷文书齐全", clause=CASEWORK)
def complete_volume(case: Case) -> Iterator[Remark]:
    """A closed case without one of the papers every case has."""
    closing = case.last("casework/closing-report")
    if closing is None:
        return
    lacks = [said for said, ok in _items(case) if not ok]
    if "回访" in lacks and not _follow_up_due(case):
        lacks.remove("回访")
    if lacks:
        yield Remark(closing, "", f"案卷缺：{'、'.join(lacks)}", "补齐；确实没有的写说明（waivers）")


def checklist(case: Case) -> str:
    """One sentence for the closing report: `接案✓　协议✓　…；缺：回访`."""
    items = list(_items(case))
    there = "　".join(f"{said}✓" for said, ok in items if ok)
    lacks = "、".join(said for said, ok in items if not ok)
    return "；".join(part for part in (there, f"缺：{lacks}" if lacks else "") if part)


def _items(case: Case) -> Iterator[tuple[str, bool]]:
    """Each item in words, and whether it is there."""
    for said, form in MINIMUM:
        held = len(case.of(f"casework/{form}"))
        if form == "session-record":
            enough = held >= (least := case.threshold("minimum_sessions"))
            yield (f"{said}{held}份" if enough else f"{said}（{held}份，至少{least}份）"), enough
        elif not form:
            drawn = (one.record for one in case.of("casework/assessment"))
            yield said, any(record.genogram or record.ecomap for record in drawn)
        else:
            yield (f"{said}{held}份" if held > 1 else said), held > 0


def _follow_up_due(case: Case) -> bool:
    """Whether the first planned follow-up should have been by now; so it should
    where no day is known."""
    plans = [row for one in case.of("casework/closing-report") for row in rows(one.record.follow_up_plan)]
    due = min((on for row in plans if (on := day(row.due))), default=None)
    return due is None or case.today is None or due < case.today
