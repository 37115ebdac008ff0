"""一叠: many printed forms in one PDF, to print in one go.

A table of contents stands in front, bookmarks lead to each form. The pile is
written as its parts come, one open at a time, so that ten thousand forms take
little more memory than ten. It is no PDF/A and no PDF/UA, and does not say so:
its parts are, but their structure stays behind.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from ...errors import Refused
from ...records import disk
from . import outline
from .binding import Binding, Part, Section
from .contents import Contents, Entry
from .outline import Mark, text

# What pikepdf and the copying of a PDF raise that is not as it should be.
_UNSOUND = (ValueError, TypeError, KeyError, AttributeError, RuntimeError)
_CATALOG = {
    "/Lang": "(zh-CN)",
    "/PageMode": "/UseOutlines",
    "/PageLabels": "<< /Nums [ 0 << /S /D >> ] >>",
    "/ViewerPreferences": "<< /DisplayDocTitle true >>",
}
_OTHERS = "其他"  # heads what is in no group, where the rest is


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed form. `group` is what it is bookmarked under (the number of a dossier or
    client), `day` its date as printed; what there is none of is ""."""

    file: Path
    group: str
    number: str
    title: str
    day: str


@dataclass(frozen=True, slots=True)
class Pile:
    """What was written: how many pages, and the page on which each form begins."""

    pages: int
    begins: tuple[int, ...]


def write(
    sheets: Iterable[Sheet],
    target: BinaryIO,
    *,
    title: str,
    station: str,
    on: date,
    missing: Sequence[tuple[str, str]] = (),
    duplex: bool = False,
) -> Pile:
    """Write the pile into `target`; same parts, same bytes.

    The forms follow one another as given; neighbours of the same group stand
    under one heading. `missing` are files that could not be printed, each with
    its reason: the contents end with them. With `duplex` every form begins on a
    front side. `on` is the only date in the file.

    Refused or NotFound, with its name, when a part is no sound PDF or cannot be
    read. What stands in `target` by then is worth nothing.
    """
    binding = Binding(target)
    bound = [(sheet, _part(binding, sheet.file, duplex)) for sheet in sheets]
    others = _OTHERS if any(sheet.group for sheet, _ in bound) else ""
    entries = [
        Entry(sheet.group or others, sheet.number, sheet.title, sheet.day, part.pages, part.before)
        for sheet, part in bound
    ]
    goals = [part.goal for _, part in bound]
    contents = Contents(title, entries, missing, duplex)
    made = contents.write(station, on, binding.pages)
    front = [_copied(pages, binding, binding.front, goals) for pages in made]
    if duplex:
        binding.turn(binding.front)
    marks = [Mark("目录", front[0].goal), *_marks(entries, goals)]
    binding.close(_CATALOG | {"/Outlines": outline.write(marks, binding)}, _about(title, on))
    return Pile(binding.pages, tuple(contents.front + entry.before + 1 for entry in entries))


def _part(binding: Binding, file: Path, duplex: bool) -> Part:
    import pikepdf

    data = disk.read_bytes(file)
    if duplex:
        binding.turn(binding.body)
    try:
        return _copied(data, binding, binding.body)
    except (pikepdf.PdfError, pikepdf.PasswordError, *_UNSOUND) as problem:
        raise Refused(f"{file} 坏了，或不是 PDF，没有合成一叠", "重新打印这一份，再合成一叠") from problem


def _copied(data: bytes, binding: Binding, section: Section, goals: Sequence[str] = ()) -> Part:
    import pikepdf

    # What is damaged is to be printed again, not guessed at.
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
        return binding.add(section, document, goals)


def _marks(entries: Sequence[Entry], goals: Sequence[str]) -> Iterator[Mark]:
    marked = zip(entries, goals, strict=True)
    for group, inside in groupby(marked, lambda one: one[0].group):
        marks = [Mark(f"{entry.number} {entry.title}".strip(), goal) for entry, goal in inside]
        yield from [Mark(group, marks[0].goal, marks)] if group else marks


def _about(title: str, on: date) -> dict[str, str]:
    return {"/Title": text(title), "/CreationDate": text(f"D:{on:%Y%m%d}120000Z")}
