"""A returned Word document as text: its cells and paragraphs, its tables, its marks.

The text is kept as pieces; a cell, a control and a bookmark are stretches of
these pieces, so that each says for itself what stands in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...errors import Refused
from ...forms.returned import Anchor

MAX_READ = 20_000_000  # pieces and letters, however often marks lie over one another
END = "\x1e"  # ends a paragraph; no XML can hold it


def too_big(why: str) -> Refused:
    """The refusal of a document that is larger than any form."""
    return Refused(f"这份 Word 文档太大，不像一张填好的表：{why}。", "请把一份表存成一个文件再读。")


@dataclass(slots=True)
class Unit:
    """A table's cell, or a paragraph outside the tables (`table` 0, `row` its number).

    It holds the pieces from `start` to `end`; `left` is the first of its `span`
    columns; `below` says that it goes on with the cell above.
    """

    start: int
    table: int
    row: int
    column: int = 0
    left: int = 0
    span: int = 1
    below: bool = False
    style: str = ""
    end: int = 0
    text: str = ""

    @property
    def where(self) -> str:
        """`表1 行3 列2` or `第5段`."""
        return f"表{self.table} 行{self.row} 列{self.column}" if self.table else f"第{self.row}段"


@dataclass(slots=True)
class Mark:
    """A control or bookmark over the pieces from `start` to `end`; `unit` is where its text is."""

    anchor: Anchor
    name: str
    start: int
    end: int = -1
    unit: int = -1


@dataclass(slots=True)
class Sheet:
    """A document's body: its units in order, its tables as rows of units, its marks."""

    pieces: list[str] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    tables: list[list[list[int]]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    read: int = 0

    def text(self, start: int, end: int) -> str:
        """The pieces as lines; empty paragraphs at the end are nothing."""
        joined = "".join(self.pieces[start:end]).rstrip(END)
        self.read += len(joined) + max(end - start, 0)
        if self.read > MAX_READ:
            raise too_big("重复的标记太多")
        return joined.replace(END, "\n")

    def settle(self) -> None:
        """Give every unit its text and every mark its unit; marks of no place are dropped."""
        for unit in self.units:
            unit.text = self.text(unit.start, unit.end)
        starts = [unit.start for unit in self.units]
        tables = [unit.start for unit in self.units if unit.table]
        said = [place for place, piece in enumerate(self.pieces) if piece not in ("", END)]
        for mark in self.marks:
            mark.unit = self._unit_of(mark.start, mark.end, starts, said)
            unit = self.units[mark.unit]
            mark.start = max(mark.start, unit.start)
            following = bisect_right(tables, mark.start)
            limit = unit.end if unit.table else tables[following] if following < len(tables) else mark.end
            mark.end = min(mark.end, limit)
        self.marks = [mark for mark in self.marks if mark.unit >= 0]

    def _unit_of(self, start: int, end: int, starts: Sequence[int], said: Sequence[int]) -> int:
        """Where a stretch has its first text; an empty one is where it ends, since
        office programs let bookmarks begin at the end of the cell before. -1 for no place."""
        if end < start:
            return -1  # it never ends
        first = bisect_left(said, start)
        place = said[first] if first < len(said) and said[first] < end else end - 1
        found = bisect_right(starts, place) - 1
        if found < 0 or place >= self.units[found].end:
            return -1
        # Of a mark that collapsed between two cells nobody knows which it was in.
        return found if place >= start or self.units[found].start < start < self.units[found].end else -1


def lines(text: str) -> Iterator[str]:
    """The lines that say something."""
    return (line for line in text.split("\n") if line.strip())
