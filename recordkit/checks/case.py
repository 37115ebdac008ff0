"""One dossier as the rules see it: its records, its surroundings, its day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..records.context import Context
from ..records.fields import Spec
from ..records.kinds import Nested, Unstated
from ..records.model import Block
from ..records.reading import Loaded

# What a station may set in `[thresholds]` of its profile.
THRESHOLDS: Mapping[str, int] = {
    "contact_gap_days": 30,
    "late_entry_days": 1,
    "late_entry_reason_days": 7,
    "daily_hours": 12,
    "similar_percent": 80,
    "minimum_sessions": 3,
}
# The day a form tells of, where that is not the day it was written.
SERVICE_DAYS: Mapping[str, str] = {
    "casework/client-record": "created_on",
    "casework/intake": "intake_date",
    "casework/assessment": "assessed_on",
    "casework/service-plan": "planned_on",
    "casework/session-record": "session_date",
    "casework/home-visit": "visit_time",
    "casework/assistance-application": "opened_on",
    "casework/outcome-evaluation": "evaluated_on",
    "casework/closing-report": "closed_on",
    "casework/follow-up": "followed_on",
}
NO_SHOW = "未遇(爽约)"

_SUPERSEDED = re.compile(r"\.v\d+\.ya?ml$")
_CONFLICT = re.compile(r"冲突|副本|[(（]\d+[)）]|-DESKTOP-|conflict", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule has to say: about which file or record, where in it, what is
    wrong and how to mend it."""

    at: Loaded | Path
    field: str
    message: str
    hint: str = ""

    @property
    def where(self) -> str:
        """`文件:行`."""
        return self.at.where(self.field) if isinstance(self.at, Loaded) else str(self.at)

    @property
    def record(self) -> Any:
        """The record it is about, None for other files."""
        return self.at.record if isinstance(self.at, Loaded) else None


@dataclass(frozen=True, slots=True)
class Case:
    """The records of one dossier's folder and the client's own; `today` is None
    where the day of checking shall not matter, `folder` where there is none."""

    loaded: Sequence[Loaded]
    context: Context
    today: date | None = None
    folder: Path | None = None

    @property
    def records(self) -> list[Loaded]:
        """The files in force: readable, neither superseded nor a conflict copy."""
        return [
            one
            for one in self.loaded
            if one.record is not None and not is_conflict(one.path) and not is_superseded(one.path)
        ]

    def of(self, form_id: str) -> list[Loaded]:
        """The records of one form, oldest first."""
        found = [one for one in self.records if one.record.form_id == form_id]
        return sorted(found, key=lambda one: (day_of(one.record) or date.max, one.path.name))

    def first(self, form_id: str) -> Loaded | None:
        """The oldest of them."""
        return next(iter(self.of(form_id)), None)

    def last(self, form_id: str) -> Loaded | None:
        """The newest of them."""
        return next(reversed(self.of(form_id)), None)

    @property
    def client(self) -> Any:
        """The client's record."""
        own = self.last("casework/client-record")
        return own.record if own else self.context.client

    @property
    def client_no(self) -> str | None:
        """The client's number: assigned, else the name of the client's folder."""
        if number := getattr(self.client, "client_no", None) or getattr(
            self.context.client, "client_no", None
        ):
            return str(number)
        own = self.last("casework/client-record")
        return own.path.resolve().parent.name if own else None

    @property
    def sessions(self) -> list[Loaded]:
        """The session records in which the client was met, with their day known."""
        return [
            one
            for one in self.of("casework/session-record")
            if one.record.mode != NO_SHOW and day_of(one.record)
        ]

    def threshold(self, name: str) -> int:
        """The station's own value, else the usual one."""
        own = self.context.station.thresholds if self.context.station else {}
        return own.get(name, THRESHOLDS[name])

    def computed(self, one: Loaded, name: str) -> Any:
        """A field's value, derived and looked-up ones too."""
        return one.record.value_of(name, self.context)

    def person(self, number: str) -> Any:
        """The staff member or outside person of that number."""
        return self.context.station.person(number) if self.context.station else None


def is_superseded(path: Path) -> bool:
    """Whether it is an earlier version that stays beside the record."""
    return bool(_SUPERSEDED.search(path.name))


def is_conflict(path: Path) -> bool:
    """Whether a sync service or a copy by hand left the file."""
    return bool(_CONFLICT.search(path.stem))


def day(value: Any) -> date | None:
    """The day of a date or a moment, None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def day_of(record: Any) -> date | None:
    """The day the record tells of."""
    told = getattr(record, SERVICE_DAYS.get(record.form_id, ""), None)
    return day(told) or day(record.form_day())


def stated(value: Any) -> bool:
    """Whether there is a value other than 不详, 拒绝提供, 不适用."""
    return value is not None and not isinstance(value, Unstated)


def numbers(value: Any) -> list[str]:
    """The references in a field that holds one or several."""
    if not stated(value):
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def rows(value: Any) -> list[Any]:
    """A table's rows; none where it is empty or unstated."""
    return value if isinstance(value, list) else []


def blocks(block: Block, path: str = "") -> Iterator[tuple[str, Block]]:
    """The block and every part inside it, with its path (`goals.0.`)."""
    yield path, block
    for name, spec, value in block.filled():
        if not isinstance(spec.kind, Nested):
            continue
        if isinstance(value, Block):
            yield from blocks(value, f"{path}{name}.")
        for index, row in enumerate(rows(value)):
            yield from blocks(row, f"{path}{name}.{index}.")


def values(record: Block) -> Iterator[tuple[str, Spec, Any]]:
    """Every value at any depth, with its path and Spec."""
    for path, block in blocks(record):
        for name, spec, value in block.filled():
            yield f"{path}{name}", spec, value
