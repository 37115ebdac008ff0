"""What can go wrong, and what a person is told about it.

Two things live here because every room needs them: `RecordkitError`, an end
of the road with its exit code, and `Finding`, one remark about a record, a
form or a template. Messages and hints are Simplified Chinese, in the words of
a colleague: first what is the matter, then what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Exit(IntEnum):
    """Exit codes of the command line, the same for every command."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    CONFLICT = 5
    INTEGRITY = 6
    PARTIAL = 7
    INTERRUPTED = 130


class Severity(StrEnum):
    """How much a finding weighs: 需 → error, 宜 and practice → warning."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: what is wrong, where, and how to mend it.

    `where` is what a person can go to: `文件`, `文件:行`, or for a template
    `文件:表1 行3 列2`. `clause` names the rule's source as printed.
    """

    code: str
    message: str
    hint: str = ""
    where: str = ""
    severity: Severity = Severity.ERROR
    clause: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f"　{self.hint}" if self.hint else ""
        return f"{place}{self.code} {self.message}{mend}"


class RecordkitError(Exception):
    """A command cannot go on. `cli` prints message and hint, once."""

    exit_code = Exit.USAGE
    hint = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or type(self).hint


class UsageProblem(RecordkitError):
    """The command or the station's configuration is wrong."""


class NotFound(RecordkitError):
    """A file, form, person or number that was named does not exist."""

    exit_code = Exit.NOT_FOUND


class Refused(RecordkitError):
    """What was asked is not allowed: hostile input, missing key."""

    exit_code = Exit.REFUSED


class Conflict(RecordkitError):
    """Somebody else was first: the file exists, or changed since it was read."""

    exit_code = Exit.CONFLICT


class Damaged(RecordkitError):
    """Bytes are not what they were."""

    exit_code = Exit.INTEGRITY


class HasFindings(RecordkitError):
    """Findings stand in the way; nothing was written."""

    exit_code = Exit.FINDINGS

    def __init__(self, message: str, findings: list[Finding], hint: str = "") -> None:
        super().__init__(message, hint)
        self.findings = findings
