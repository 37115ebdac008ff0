"""The station's profile: `recordkit.toml`, typed once and printed everywhere."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from difflib import get_close_matches
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ..errors import UsageProblem
from .dates import read_day_range

STATION_CODE = r"[A-Z]{1,4}[0-9]{1,4}"
# What `[thresholds]` may set.
THRESHOLD_NAMES = (
    "contact_gap_days", "late_entry_days", "late_entry_reason_days", "daily_hours", "similar_percent",
    "minimum_sessions", "open_cases", "supervision_per_month",
)  # fmt: skip


def read_toml(data: bytes, where: str) -> dict[str, Any]:
    """What stands in a TOML file; UsageProblem with file and line when it cannot be read."""
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageProblem(f"{where}：文件编码无法识别，请另存为 UTF-8") from None
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        place = f"第{line[1]}行" if line else "末尾"
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end
        place = "有一处"
    raise UsageProblem(f"{where}：{place}读不懂", "检查引号、方括号是否成对，文字要放在引号里")


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

    @field_validator("thresholds")
    @classmethod
    def _are_known(cls, thresholds: dict[str, int]) -> dict[str, int]:
        for name, value in thresholds.items():
            if name not in THRESHOLD_NAMES:
                near = get_close_matches(name, THRESHOLD_NAMES, 1)
                meant = f"是不是“{near[0]}”" if near else f"可用：{'、'.join(THRESHOLD_NAMES)}"
                raise ValueError(f"不认识“{name}”（{meant}）")
            if value < 0:
                raise ValueError(f"“{name}”不能是负数")
        return thresholds

    @model_validator(mode="after")
    def _numbers_are_given_once(self) -> Self:
        seen: dict[str, str] = {}
        for person in (*self.staff, *self.outside):
            if person.number in seen:
                raise ValueError(f"编号“{person.number}”给了两个人：{seen[person.number]}、{person.name}")
            seen[person.number] = person.name
        return self

    def person(self, number: str) -> Person | None:
        """The staff member or outside person of that number."""
        return next((p for p in (*self.staff, *self.outside) if p.number == number), None)
