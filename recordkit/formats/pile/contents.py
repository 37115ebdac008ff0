"""The table of contents in front of a pile.

How many rows go on a page is reckoned here, not left to Typst: so the pages that
follow have their numbers before anything is set, and the contents of ten
thousand forms are set page by page.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from ...records.dates import print_day
from ...records.text import width
from .. import pdf
from ..typeset import literal, mm

_ROOM = 249.0  # mm between the margins, and a little less
_TITLE, _NOTE, _BELOW, _GAP = 10.0, 5.0, 6.0, 7.0  # mm: a line of the title, one below it; free room
_TITLE_ROOM = 40.0  # half signs of 22 pt on a line
_HEAD, _GROUP, _LINE, _AIR = 8.0, 7.0, 4.3, 2.7  # mm: heads, a group's name, a line of text, room around it
_HALF = 1.6  # mm; half a sign of 9 pt
_LONGEST = 200  # signs; what is longer is cut
_CLOSING = "，。、；：！？）》」』”"  # begin no line
_BROAD = "MWmw@%…—"  # Latin, but as wide as a Han letter
_BEHIND = re.compile(r".*[-/_ ](?=[!-~]*$)")  # where a line of numbers or a path may break


@dataclass(frozen=True, slots=True)
class Entry:
    """A form in the contents: what is said of it, its pages, and the pages of forms before it."""

    group: str
    number: str
    title: str
    day: str
    pages: int
    before: int


@dataclass(frozen=True, slots=True)
class _Column:
    head: str
    wide: float

    @property
    def room(self) -> float:
        """How many half signs go on a line."""
        return (self.wide - 2) / _HALF


@dataclass(frozen=True, slots=True)
class _Row:
    group: str
    height: float
    code: str


@dataclass(frozen=True, slots=True)
class _Table:
    columns: Sequence[_Column]
    rows: Sequence[_Row]


_FORMS = tuple(_Column(*about) for about in (
    ("序号", 12.0), ("编号", 45.0), ("表单", 54.0), ("日期", 26.0), ("页数", 10.0), ("起始页", 13.0),
))  # fmt: skip
_FILES = tuple(_Column(*about) for about in (("序号", 12.0), ("文件", 74.0), ("原因", 74.0)))


class Contents:
    """The contents of a pile, divided into pages: `count` of them, and `front` with the
    blank one that lets the forms begin on a front side."""

    def __init__(
        self, title: str, entries: Sequence[Entry], missing: Sequence[tuple[str, str]], duplex: bool
    ) -> None:
        self._title, self._entries, self._missing, self._duplex = title, entries, missing, duplex
        self._name = _lines(f"{title}　目录", _TITLE_ROOM)
        self._top = _TITLE * len(self._name) + _NOTE * (1 + duplex + bool(missing)) + _BELOW
        forms = _Table(_FORMS, [_form(at, entry) for at, entry in enumerate(entries)])
        gone = _Table(_FILES, [_file(at, *about) for at, about in enumerate(missing)])
        self._pages = _divided((forms, gone), _ROOM - self._top)
        self.count = len(self._pages)
        self.front = self.count + (self.count % 2 if duplex else 0)

    def write(self, station: str, on: date, behind: int) -> Iterator[bytes]:
        """Each page as a PDF, when so many pages stand `behind` them all. Links are addressed
        `pile:` and the form's place among the entries."""
        about = f"station: {literal(station)}, day: {literal(print_day(on))}, title: {literal(self._title)}"
        notes = ", ".join(self._notes(self.front + behind))
        name = f"#name({mm(self._top)}, {_code(self._name)}, {notes})\n"
        for number, page in enumerate(self._pages, 1):
            shown = f"#show: contents.with({about}, number: {number}, last: {self.count})\n"
            body = (name if number == 1 else "") + page.code()
            yield _set(f"#let front = {self.front}\n{shown}{body}", on)

    def _notes(self, together: int) -> Iterator[str]:
        pages = sum(entry.pages for entry in self._entries)
        blank = "和空白页" if self._duplex else ""
        words = f"共 {len(self._entries)} 份，{pages} 页；连目录{blank}共 {together} 页。"
        yield literal(words)
        if self._duplex:
            yield literal("请选双面打印：每份从正面开始。")
        if self._missing:
            yield f"alarm({literal(f'另有 {len(self._missing)} 份没有打印，列在目录末尾，请补。')})"


def _form(at: int, entry: Entry) -> _Row:
    texts = zip((entry.number, entry.title, entry.day), _FORMS[1:4], strict=True)
    number, title, day = (_lines(text, column.room) for text, column in texts)
    code = (
        f'short("{at + 1}"), to({at}, {_code(number)}), to({at}, {_code(title)}), short({_code(day)}), '
        f'short("{entry.pages}"), short(to({at}, str(front + {entry.before + 1})))'
    )
    return _Row(entry.group, _height(number, title, day), code)


def _file(at: int, name: str, reason: str) -> _Row:
    file, why = _lines(name, _FILES[1].room), _lines(reason, _FILES[2].room)
    return _Row("没有打印，请补", _height(file, why), f'short("{at + 1}"), {_code(file)}, {_code(why)}')


def _height(*cells: Sequence[str]) -> float:
    return max(map(len, cells)) * _LINE + _AIR


def _lines(text: str, room: float) -> list[str]:
    """The text broken into lines of so many half signs."""
    whole = " ".join(text.split("\n"))
    signs = whole if len(whole) <= _LONGEST else whole[:_LONGEST] + "…"
    lines = []
    while signs:
        lines.append(signs[: _fitting(signs, room)])
        signs = signs[len(lines[-1]) :]
    return lines or [""]


def _fitting(signs: str, room: float) -> int:
    """How many signs go on the first line; numbers and paths break behind a stroke."""
    reach = list(accumulate(map(_reach, signs)))
    if reach[-1] <= room:
        return len(signs)
    # Han letters leave room for a closing sign, which may begin no line.
    spare = 0 if signs[bisect_right(reach, room)].isascii() else 2
    most = max(bisect_right(reach, room - spare), 1)
    if signs[most] in _CLOSING:
        return most + 1
    stroke = _BEHIND.match(signs[:most]) if signs[most].isascii() else None
    return stroke.end() if stroke else most


def _reach(sign: str) -> float:
    """About how wide a sign is, in half letters."""
    return 2 if width(sign) == 2 or sign in _BROAD else 1.4 if sign.isupper() else 1.07


def _code(lines: Iterable[str]) -> str:
    return f"lines({', '.join(map(literal, lines))})"


class _Page:
    """Rows of one table and then the other, and the room that is left below."""

    def __init__(self, room: float) -> None:
        self._room = room
        self._tables: list[tuple[_Table, list[tuple[float, str]]]] = []

    def add(self, table: _Table, row: _Row, before: str | None) -> bool:
        """Put a row at the end, with the heads and the group's name it needs above it, so that
        these never stand alone; False when there is no room. `before` is the group of the
        row before, perhaps on the page before."""
        fresh = not self._tables or self._tables[-1][0] is not table
        named = bool(row.group) and (fresh or row.group != before)
        gap = _GAP if fresh and self._tables else 0.0
        need = gap + fresh * _HEAD + named * _GROUP + row.height
        if need > self._room and self._tables:
            return False
        self._room -= need
        if fresh:
            heads = ", ".join(literal(column.head) for column in table.columns)
            self._tables.append((table, [(_HEAD, f"..heads({heads})")]))
        if named:
            words = row.group + ("（续）" if row.group == before else "")
            self._tables[-1][1].append((_GROUP, f"group({len(table.columns)}, {literal(words)})"))
        self._tables[-1][1].append((row.height, row.code))
        return True

    def code(self) -> str:
        """The page's tables."""
        return f"#gap({mm(_GAP)})\n".join(_listed(table.columns, rows) for table, rows in self._tables)


def _listed(columns: Iterable[_Column], rows: Sequence[tuple[float, str]]) -> str:
    wide = "".join(f"{mm(column.wide)}, " for column in columns)
    high = "".join(f"{mm(height)}, " for height, _ in rows)
    return f"#listed(({wide}), ({high}), {', '.join(code for _, code in rows)})\n"


def _divided(tables: Iterable[_Table], room: float) -> list[_Page]:
    """The tables on pages, of which the first has less room."""
    pages, before = [_Page(room)], None
    for table in tables:
        for row in table.rows:
            if not pages[-1].add(table, row, before):
                pages.append(_Page(_ROOM))
                pages[-1].add(table, row, before)
            before = row.group
    return pages


def _set(code: str, on: date) -> bytes:
    moment = datetime.combine(on, time(12), UTC)
    return bytes(
        _compiler().compile(
            input=(_prelude() + code).encode(),
            format="pdf",
            timestamp=int(moment.timestamp()),
            sys_inputs={},
            pdf_tags=False,
        )
    )


@cache
def _prelude() -> str:
    folder = files("recordkit") / "formats"
    looks = (folder / "form.typ", folder / "pile" / "contents.typ")
    return "\n".join(look.read_text(encoding="utf-8") for look in looks)


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(font_paths=pdf.faces())
