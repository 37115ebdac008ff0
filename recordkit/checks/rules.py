"""The registry of rules: every rule is a function with its code, severity,
clause and title, and says what it finds; waivers are heard in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..errors import Finding, Severity
from .case import Case, Remark, stated

Check = Callable[[Case], Iterator[Remark]]

CASEWORK = "DB3701/T 36—2023 5 a)"
KEEPING = "DB3701/T 36—2023 6.2.1"
EVALUATION = "DB3701/T 36—2023 6.2.4"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the rules' table. `alone` says that a single record with its
    context answers it; an integrity rule is not `waivable`."""

    code: str
    severity: Severity
    title: str
    clause: str
    check: Check
    alone: bool = False
    waivable: bool = True


RULES: list[Rule] = []


def rule(
    code: str, severity: Severity, *, title: str, clause: str = "", alone: bool = False, waivable: bool = True
) -> Callable[[Check], Check]:
    """Enter a check into the registry. A code that both errs and warns has two checks."""

    def enter(check: Check) -> Check:
        RULES.append(Rule(code, severity, title, clause, check, alone, waivable))
        return check

    return enter


def run(case: Case, chosen: Iterable[Rule]) -> Iterator[Finding]:
    """What the chosen rules find in the case."""
    for one in chosen:
        for remark in one.check(case):
            yield _finding(one, remark)


def _finding(one: Rule, remark: Remark) -> Finding:
    found = Finding(one.code, remark.message, remark.hint, remark.where, one.severity, one.clause)
    reason = _reason(one, remark.record)
    if not reason:
        return found
    return replace(found, severity=Severity.INFO, message=f"已说明：{reason}（{remark.message}）", hint="")


def _reason(one: Rule, record: Any) -> str:
    """Why the rule does not apply to the record, "" when nobody said so."""
    waivers = (getattr(record, "waivers", None) or []) if one.waivable else []
    return next((str(w.reason) for w in waivers if w.rule == one.code and stated(w.reason)), "")


@rule("WV-01", Severity.ERROR, title="不适用某条规则的，写明规则代号和理由", alone=True, waivable=False)
def waiver(case: Case) -> Iterator[Remark]:
    """A waiver without a reason, of no rule, or of one that cannot be waived."""
    waivable = {one.code: one.waivable for one in RULES}
    for one in case.records:
        for index, given in enumerate(one.record.waivers or []):
            field = f"waivers.{index}"
            if given.rule not in waivable:
                hint = "写 check 打印的代号，如 CA-07"
                yield Remark(one, field, f"没有“{given.rule or ''}”这条规则", hint)
            elif not waivable[given.rule]:
                yield Remark(one, field, f"{given.rule} 不能用说明免除", "按那一条的提示改正后，删去这条说明")
            elif not stated(given.reason):
                yield Remark(one, field, f"不适用 {given.rule} 没有写理由", "在 reason 后面写一句为什么")
