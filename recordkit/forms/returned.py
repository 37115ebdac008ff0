"""A filled-in form as a file came back, before anybody understands it.

Each file format finds what stands at which field's place; a field is marked by
several anchors, since office programs and people destroy some of them. What
the marks say is put to the vote here, the same way for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ..records.kinds import padded

if TYPE_CHECKING:
    from .definition import Form


# The stamp that every face carries in its document properties, and some once more.
FORM, FORM_VERSION, RECORD = "recordkit-form", "recordkit-form-version", "recordkit-record"


class Anchor(StrEnum):
    """What tells whose place it is, the most trustworthy first."""

    CONTROL = "内容控件"
    FIELD = "表单域"
    BOOKMARK = "书签"
    NAME = "名称"
    LABEL = "标签"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one anchor says: `text` stands at the place of the field `path`.

    In a table `path` is `needs.due` and `row` the row's place from 0, else -1.
    `where` is a place a person can go to: `表1 行3 列2`, `第2页`, `基本信息!B4`.
    Ticks stand in `text` as ☑, other boxes as □, line ends as a line feed.
    """

    path: str
    text: str
    anchor: Anchor
    where: str
    row: int = -1


@dataclass(frozen=True, slots=True)
class Stray:
    """Text at a place that belongs to no field."""

    text: str
    where: str


@dataclass(slots=True)
class Returned:
    """All that a file says of one record.

    `record` is the stamp of a printed record (`LX01-GA-2026-0007-02 v2 7F3A`), empty
    where there is none; `place` tells one record of a file from another (`第5行`).
    `readings` hold every anchor's word, of empty places too; `strays` what was
    written where nothing is asked; `notes` what else has to be told (a row beyond
    the last, a field found twice).
    """

    record: str = ""
    place: str = ""
    readings: list[Reading] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Paper(Protocol):
    """A returned file, opened by its format.

    `form` and `form_version` are its stamp (`casework/intake`, 1), '' and 0 where it
    has none; `title` is the heading a person sees and `words` are the short texts
    that may be labels: by these a form without a stamp is known.
    """

    form: str
    form_version: int
    title: str
    words: Sequence[str]

    def returned(self, form: Form) -> list[Returned]:
        """What it says, read as that form: one record, or those of a workbook's rows."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands at a field's place after the vote: by which anchors, against which."""

    path: str
    row: int
    text: str
    where: str
    anchors: tuple[Anchor, ...]
    against: tuple[Reading, ...] = ()


# Whether a text is what the form itself prints at the field's place.
IsBlank = Callable[[str, str], bool]


def _says_nothing(path: str, text: str) -> bool:
    return not padded(text)


def settled(readings: Iterable[Reading], is_blank: IsBlank = _says_nothing) -> Iterator[Settled]:
    """One word for each field and row, in the order they were met.

    What somebody wrote goes before what was left empty, then what most anchors
    give, then the more trustworthy anchor; but where one of them holds the same
    and more (typed beside the control), that is taken.
    """
    places: dict[tuple[str, int], list[Reading]] = {}
    for reading in readings:
        places.setdefault((reading.path, reading.row), []).append(reading)
    for (path, row), said in places.items():
        written = [each for each in said if not is_blank(path, each.text)]
        best = _best(written or said)
        against = tuple(each for each in written if each not in best)
        anchors = tuple(dict.fromkeys(each.anchor for each in best))
        yield Settled(path, row, best[0].text, best[0].where, anchors, against)


_RANKS = {anchor: -rank for rank, anchor in enumerate(Anchor)}


def _best(said: Sequence[Reading]) -> list[Reading]:
    """The readings that agree on the text to be taken, the most trustworthy first."""
    by_text: dict[str, list[Reading]] = {}
    for reading in sorted(said, key=lambda each: -_RANKS[each.anchor]):
        by_text.setdefault("".join(reading.text.split()), []).append(reading)
    best = max(by_text, key=lambda text: (len(by_text[text]), _RANKS[by_text[text][0].anchor]))
    fuller = [text for text in by_text if best and best in text and text != best]
    return by_text[max(fuller, key=len) if fuller else best]


def elected(votes: Mapping[Anchor, str]) -> tuple[str, tuple[Anchor, ...]]:
    """The field most anchors name, and those that named it; '' for none."""
    if not votes:
        return "", ()
    names = list(votes.values())
    best = max(votes, key=lambda anchor: (names.count(votes[anchor]), _RANKS[anchor]))
    return votes[best], tuple(anchor for anchor, name in votes.items() if name == votes[best])
