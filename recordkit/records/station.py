"""The station's profile: `recordkit.toml`, typed once and printed everywhere."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field, field_validator

from .dates import read_day_range

STATION_CODE = r"[A-Z]{1,4}[0-9]{1,4}"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Person(_Part):
    """A staff member or somebody from outside; records name them by number."""

    number: str
    name: str
    role: str = ""
    title: str = ""
    organisation: str = ""
    phone: str = ""
    since: date | None = Field(default=None, alias="from")
    until: date | None = None

    def serves_on(self, day: date) -> bool:
        """Whether the person was with the station on a day, as far as is known."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Station(_Part):
    """Who the station is."""

    name: str
    code: str = Field(pattern=f"^{STATION_CODE}$")
    division: str = ""
    operator: str = ""
    phone: str = ""
    address: str = ""
    office_hours: str = ""
    complaint_channel: str = ""
    purchaser: str = ""
    authority: str = ""
    communities: list[str] = []
    custodian: str = ""


class Evaluation(_Part):
    """The period that is evaluated, and by which indicator tree."""

    period: str = ""
    scheme: str = ""

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, text: str) -> str:
        if text:
            read_day_range(text)
        return text


class Profile(_Part):
    """Everything that stands in `recordkit.toml`."""

    station: Station
    staff: list[Person] = []
    outside: list[Person] = []
    evaluation: Evaluation = Evaluation()
    thresholds: dict[str, int] = {}

    def person(self, number: str) -> Person | None:
        """The staff member or outside person of that number."""
        return next((p for p in (*self.staff, *self.outside) if p.number == number), None)
