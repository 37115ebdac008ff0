"""What a record may ask about its surroundings when it is printed or checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from .model import Record
from .station import Profile


@runtime_checkable
class Siblings(Protocol):
    """Records of a folder that are read only when their form is asked for."""

    def of(self, form_id: str) -> Iterable[Record]:
        """The records of one form, oldest first."""

    def __iter__(self) -> Iterator[Record]:
        """All records, oldest first."""


@dataclass(frozen=True, slots=True)
class Context:
    """Station, client and the other records of the same dossier.

    Built by `tasks`; a record printed without one leaves its looked-up cells
    blank. `siblings` are in the order of the day they were written; `facts` make
    sentences that checks and archive contribute, when somebody asks.
    """

    station: Profile | None = None
    client: Any = None
    service_no: str = ""
    siblings: Iterable[Record] | Siblings = ()
    facts: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    def name_of(self, reference: str) -> str | None:
        """The name of a staff member or an outside person."""
        if person := self.station and self.station.person(reference):
            return person.name
        return None

    def all(self, form_id: str) -> list[Any]:
        """The dossier's records of one form, oldest first."""
        if isinstance(self.siblings, Siblings):
            return list(self.siblings.of(form_id))
        return [record for record in self.siblings if record.form_id == form_id]

    def fact(self, name: str) -> str | None:
        """A sentence from elsewhere, if anybody contributes it."""
        return self.facts[name]() if name in self.facts else None

    def last(self, form_id: str) -> Any:
        """The newest of them, or None."""
        return next(reversed(self.all(form_id)), None)
