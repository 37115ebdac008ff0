"""Is a record, a dossier complete and consistent? Findings under their codes.

`completeness` says what is still missing by a moment; the rules, each a
function in the registry of `rules`, say what does not agree. A rule about one
case stands in `casework/`; those for records of any kind stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..errors import Finding, Severity
from ..records.context import Context
from ..records.fields import Moment
from ..records.reading import Loaded
from . import attachments, casework, folder, options, references, signatures
from .case import Case, is_conflict
from .casework.volume import checklist
from .completeness import counts, missing, summary
from .rules import RULES, run

# Importing these enters their rules.
ROOMS = (attachments, casework, folder, options, references, signatures)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the rules' table in the documents."""

    code: str
    severity: Severity
    clause: str
    title: str


def check_record(
    loaded: Loaded, context: Context, moment: Moment = Moment.FILL, today: date | None = None
) -> list[Finding]:
    """Everything one record can be asked by itself: reading, completeness by the
    moment, and the rules that need no other record."""
    case = Case([loaded], context, today)
    alone = [rule for rule in RULES if rule.alone]
    return _sorted([*loaded.findings, *missing(loaded, context, moment), *run(case, alone)])


def check_case(case: Case, moment: Moment = Moment.FILL) -> list[Finding]:
    """The same for every record of the case, and all rules."""
    read = [finding for one in case.loaded if not is_conflict(one.path) for finding in one.findings]
    lacks = [finding for one in case.records for finding in missing(one, case.context, moment)]
    return _sorted([*read, *lacks, *run(case, RULES)])


def rules() -> list[Line]:
    """The rules' table, in the order of the codes."""
    table = [Line(rule.code, rule.severity, rule.clause, rule.title) for rule in RULES]
    return sorted(table, key=lambda line: line.code)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """By file and line, as one reads."""
    return sorted(findings, key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    path, _, line = finding.where.rpartition(":")
    return (path, int(line)) if line.isdecimal() else (finding.where, 0)


__all__ = [
    "Case",
    "Line",
    "check_case",
    "check_record",
    "checklist",
    "counts",
    "missing",
    "rules",
    "summary",
]
