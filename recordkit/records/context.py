"""What a record may ask about its surroundings when it is printed or checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .model import Record
from .station import Profile


@dataclass(frozen=True, slots=True)
class Context:
    """Station, client and the other records of the same dossier.

    Built by `tasks`; a record printed without one leaves its looked-up cells
    blank. `siblings` are in the order of the day they were written; `facts` are
    sentences that checks and archive contribute.
    """

    station: Profile | None = None
    client: Any = None
    service_no: str = ""
    siblings: Sequence[Record] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, reference: str) -> str | None:
        """The name of a staff member or an outside person."""
        if person := self.station and self.station.person(reference):
            return person.name
        return None

    def all(self, form_id: str) -> list[Any]:
        """The dossier's records of one form, oldest first."""
        return [record for record in self.siblings if record.form_id == form_id]

    def last(self, form_id: str) -> Any:
        """The newest of them, or None."""
        return next(reversed(self.all(form_id)), None)
