"""How a model says everything about a field once.

A field is of one of four natures. *Typed* and *assigned* ones are on disk;
*derived* ones are pure functions of the record; *looked up* ones ask the
`Context`. The constructors below return what pydantic wants to see and carry
a `Spec`; the printed form, the checks and `show` read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, overload

from pydantic import Field

from . import kinds
from .conditions import Condition
from .dates import DayRange, TimeRange
from .kinds import Kind, Unstated


class Nature(Enum):
    """Where a value comes from."""

    TYPED = "填写"
    ASSIGNED = "自动编号"
    DERIVED = "自动计算"
    LOOKED_UP = "自动带出"


class Moment(StrEnum):
    """When a required field must be there (users' rule 8)."""

    FILL = "填写"
    SIGN = "签署"
    CLOSE = "办结"


class Privacy(StrEnum):
    """How much harm a leak does (PIPL Art. 28 for sensitive)."""

    NONE = "-"
    PERSONAL = "个人信息"
    SENSITIVE = "敏感个人信息"


@dataclass(frozen=True, slots=True)
class Need:
    """That a field is required: from which moment, under which condition."""

    moment: Moment
    condition: Condition | None = None

    def when(self, condition: Condition) -> Need:
        """The same, but only under the condition."""
        return replace(self, condition=condition)


FILL, SIGN, CLOSE = (Need(moment) for moment in Moment)
NONE, PERSONAL, SENSITIVE = Privacy


@dataclass(frozen=True, slots=True)
class Spec:
    """All that is known of a field but its value.

    A field that is `later` is written after the form was signed (an opinion by
    hand, results, a withdrawal), so it is no part of what was signed.
    `source` is the clause, law or mark (`[practice]`) the field rests on, where
    it differs from its form's; `was` holds earlier identifiers and `since` the
    definition's version that brought the field.
    """

    label: str
    kind: Kind
    nature: Nature = Nature.TYPED
    need: Need | None = None
    privacy: Privacy = NONE
    internal: bool = False
    later: bool = False
    source: str = ""
    hint: str = ""
    was: tuple[str, ...] = ()
    since: int = 1
    compute: Callable[..., Any] | None = field(default=None, compare=False)

    @property
    def stored(self) -> bool:
        """Whether the value stands in the record file."""
        return self.nature in (Nature.TYPED, Nature.ASSIGNED)


# The Python types behind the constructors; a stored value may always be unstated.
Text = str | Unstated | None
Day = date | Unstated | None
DayTime = datetime | Unstated | None
Days = DayRange | Unstated | None
Times = TimeRange | Unstated | None
Choice = str | Unstated | None
Multi = list[str] | Unstated | None
YesNo = bool | Unstated | None
Number = Decimal | int | Unstated | None
Rating = int | Unstated | None
Money = Decimal | Unstated | None


def make(label: str, kind: Kind, nature: Nature = Nature.TYPED, **about: Any) -> Any:
    """A pydantic field that carries its Spec; `about` goes into it."""
    spec = Spec(label, kind, nature, **about)
    return Field(default=None, title=label, json_schema_extra={"spec": spec})  # type: ignore[dict-item]


def text(label: str, longest: int = 200, **about: Any) -> Any:
    """One line."""
    return make(label, kinds.Text(longest), **about)


def name(label: str, longest: int = 40, **about: Any) -> Any:
    """A person's name."""
    return make(label, kinds.Name(longest), **about)


def long(label: str, lines: int = 4, longest: int = 20_000, **about: Any) -> Any:
    """Paragraphs; a blank form leaves room for `lines` handwritten lines."""
    return make(label, kinds.Long(lines, longest), **about)


def day(label: str, **about: Any) -> Any:
    """A date."""
    return make(label, kinds.Day(), **about)


def day_time(label: str, **about: Any) -> Any:
    """A date with a time."""
    return make(label, kinds.DayTime(), **about)


def days(label: str, **about: Any) -> Any:
    """From one day to another."""
    return make(label, kinds.Days(), **about)


def times(label: str, **about: Any) -> Any:
    """From one time to another."""
    return make(label, kinds.Times(), **about)


def choice(label: str, options: str, **about: Any) -> Any:
    """One of `甲;乙;丙`."""
    return make(label, kinds.Choice(tuple(options.split(";"))), **about)


def multi(label: str, options: str, **about: Any) -> Any:
    """Several of `甲;乙;丙`."""
    return make(label, kinds.Multi(tuple(options.split(";"))), **about)


def other_of(label: str, **about: Any) -> Any:
    """The text that goes with 其他 in the field named before it (users' rule 1)."""
    return make(f"{label}（其他）", kinds.Text(100), **about)


def picks(label: str, source: str, **about: Any) -> Any:
    """Several of a list kept elsewhere, `source` in words."""
    return make(label, kinds.Picks(source), **about)


def yes_no(label: str, **about: Any) -> Any:
    """是 or 否."""
    return make(label, kinds.YesNo(), **about)


def number(
    label: str, unit: str = "", least: int = 0, most: int = 1_000_000, whole: bool = False, **about: Any
) -> Any:
    """A number between `least` and `most`."""
    return make(label, kinds.Number(unit, least, most, whole), **about)


def rating(label: str, low: int, high: int, **about: Any) -> Any:
    """A whole number from `low` to `high`."""
    return make(label, kinds.Rating(low, high), **about)


def money(label: str, in_words: bool = False, **about: Any) -> Any:
    """Yuan."""
    return make(label, kinds.Money(in_words), **about)


def id_no(label: str, **about: Any) -> Any:
    """A document number."""
    return make(label, kinds.IdNo(), **about)


def phone(label: str, **about: Any) -> Any:
    """A telephone number."""
    return make(label, kinds.Phone(), **about)


def address(label: str, **about: Any) -> Any:
    """An address."""
    return make(label, kinds.Address(), **about)


def ref(label: str, to: str, **about: Any) -> Any:
    """The number of what stands elsewhere."""
    return make(label, kinds.Ref(to), **about)


def refs(label: str, to: str, **about: Any) -> Any:
    """Several such numbers."""
    return make(label, kinds.Refs(to), **about)


def table(label: str, row: type[Any], **about: Any) -> Any:
    """Rows of a Block class."""
    return make(label, kinds.Table(row, many=True), **about)


def assigned(label: str, kind: Kind | None = None, **about: Any) -> Any:
    """A number the program gives once."""
    return make(label, kind or kinds.Text(60), Nature.ASSIGNED, **about)


class Computed:
    """A derived or looked-up field: a method that the engine calls to print it."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    @overload
    def __get__(self, block: None, owner: type) -> Computed: ...
    @overload
    def __get__(self, block: object, owner: type) -> Any: ...
    def __get__(self, block: object, owner: type) -> Any:
        if block is None:
            return self
        assert self.spec.compute
        return self.spec.compute.__get__(block, owner)


def derived(label: str, kind: Kind | None = None, **about: Any) -> Callable[[Callable[[Any], Any]], Computed]:
    """Decorator for `def total(self) -> value`: a pure function of the record."""
    return lambda method: Computed(Spec(label, kind or kinds.Text(), Nature.DERIVED, compute=method, **about))


def looked_up(
    label: str, kind: Kind | None = None, **about: Any
) -> Callable[[Callable[[Any, Any], Any]], Computed]:
    """Decorator for `def brief(self, context) -> value`: asks the surroundings."""
    return lambda method: Computed(
        Spec(label, kind or kinds.Text(), Nature.LOOKED_UP, compute=method, **about)
    )
