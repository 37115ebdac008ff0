"""Marks that let a printed form be read back: bookmarks, controls, row heights.

Ids have to be unique, and Jinja inside an id attribute does not survive an
office program. So a template carries any ids it likes; here they are cut out
of its XML. What is printed just once is numbered when the template is prepared,
what stands in a branch or a loop while it is rendered.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache

from ..opc import Element, W
from .program import Run, Step

PREFIX = "_rk_"
MAX_NAME = 40  # Word's limit
_ROOM = 34  # leaves room for _2 … _99999 in repeated rows

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DROPPED_ATTRIBUTES = (W + "rsid", _W14 + "paraId", _W14 + "textId")
_DROPPED_ELEMENTS = (W + "proofErr", W + "lastRenderedPageBreak")
_TR, _TRPR, _HEIGHT, _WHOLE = W + "tr", W + "trPr", W + "trHeight", W + "cantSplit"
_START, _END, _NAME = W + "bookmarkStart", W + "bookmarkEnd", W + "name"
_NOT_PROPERTIES = (W + "tblPrEx",)
_MARK = "RK"  # and the number of a row, in place of its height

_ANCHOR = re.compile(
    r'<w:bookmark(?:Start|End) [^>]*>|<w:id w:val="[^"]*"/>|<wp:docPr [^>]*>|<w:trHeight w:val="RK\d+"/>'
)
_NAME_IN_TAG = re.compile(r'(?<=\sw:name=")[^"]*(?=")')
_HERE, _ID_HERE = "\x01", "\x02"  # where a name and an id go; no XML has these characters
_IDS = {
    "<w:bookmarkStart": re.compile(r'(?<=\sw:id=")[^"]*(?=")'),
    "<w:bookmarkEnd": re.compile(r'(?<=\sw:id=")[^"]*(?=")'),
    "<w:id": re.compile(r'(?<=\sw:val=")[^"]*(?=")'),
    "<wp:docPr": re.compile(r'(?<=\sid=")[^"]*(?=")'),
}


@lru_cache(maxsize=4096)
def bookmark_name(path: str) -> str:
    """The bookmark of a field: `_rk_` and its path, at most 34 characters.

    Repeated rows append `_2`, `_3` … and stay within Word's 40.
    """
    name = PREFIX + path.replace(".", "__")
    if len(name) <= _ROOM:
        return name
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{name[: _ROOM - 9]}_{digest}"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that holds fields: its own height, whose height it may take, and whether it may be
    cut by the end of a page as far as the template is concerned."""

    bookmarks: tuple[str, ...]
    height: int
    rule: str
    splits: bool


@dataclass(slots=True)
class Anchors:
    """The marks of one template: found once, written at each rendering."""

    rows: list[_Row] = field(default_factory=list)
    reserved: set[str] = field(default_factory=set)  # every name the template has
    printed: set[str] = field(default_factory=set)  # names of what is printed just once
    last: int = 0  # the last id given here
    _open: dict[str, int | None] = field(
        default_factory=dict
    )  # by the template's id; None: not numbered here

    def prepare(self, root: Element) -> None:
        """Take out what only tells of editing, and mark rows that may grow."""
        forget_editing(root)
        for mark in [each for each in root.iter(_HEIGHT) if each.get(W + "val", "").startswith(_MARK)]:
            mark.getparent().remove(mark)  # not one of ours
        self.reserved |= {start.get(_NAME, "").lower() for start in root.iter(_START)}
        marked: dict[Element, list[str]] = {}
        for start in root.iter(_START):
            row = next(start.iterancestors(_TR), None)
            if row is not None and start.get(_NAME, "").startswith(PREFIX):
                marked.setdefault(row, []).append(start.get(_NAME))
        for row, names in marked.items():
            self._mark_row(row, tuple(names))

    def _mark_row(self, row: Element, names: tuple[str, ...]) -> None:
        properties = row.find(_TRPR)
        if properties is None:
            properties = row.makeelement(_TRPR)
            row.insert(1 if len(row) and row[0].tag in _NOT_PROPERTIES else 0, properties)
        height, rule = 0, "atLeast"
        for old in properties.findall(_HEIGHT):
            value = old.get(W + "val", "")
            height, rule = int(value) if value.isdecimal() else 0, old.get(W + "hRule", "auto")
            properties.remove(old)
        mark = row.makeelement(_HEIGHT)
        mark.set(W + "val", f"{_MARK}{len(self.rows)}")
        properties.insert(0, mark)
        self.rows.append(_Row(names, height, rule, splits=properties.find(_WHOLE) is None))

    def split(self, xml: str, once: bool) -> list[Step]:
        """Literal XML with new ids; where it may be printed more than `once`, with steps that write them."""
        steps: list[Step] = []
        end = 0
        for match in _ANCHOR.finditer(xml):
            steps.append(xml[end : match.start()])
            steps += self._steps(match[0], once)
            end = match.end()
        steps.append(xml[end:])
        return [step for step in steps if step != ""]

    def _steps(self, tag: str, once: bool) -> list[Step]:
        if tag.startswith("<w:trHeight"):
            return [_row_step(self.rows[int(tag.split('"')[1].removeprefix(_MARK))])]
        kind = tag.split(" ", 1)[0]
        pattern = _IDS[kind]
        if not (old := pattern.search(tag)):
            return [tag]
        around = tag[: old.start()], tag[old.end() :]
        if kind == "<w:bookmarkEnd":
            return self._end(old[0], *around)
        if once:
            self.last += 1
            number = str(self.last).join(around)
            return [self._start(old[0], number) if kind == "<w:bookmarkStart" else number]
        if kind == "<w:bookmarkStart":
            return [self._start_step(old[0], *around)]
        return [around[0], _write_number, around[1]]

    def _start(self, old: str, tag: str) -> str:
        """The beginning of a bookmark that is printed just once."""
        self._open[old] = self.last
        name = _name_of(tag)
        if name.lower() in self.printed:
            name, _ = _next_name(name, 2, self.reserved, self.reserved)
        self.printed.add(name.lower())
        self.reserved.add(name.lower())
        return _NAME_IN_TAG.sub(lambda _: name, tag, count=1)

    def _start_step(self, old: str, head: str, tail: str) -> Step:
        """The beginning of a bookmark; one that is printed again has a number added to its name."""
        name, tag = _name_of(head + tail), _NAME_IN_TAG.sub(_HERE, f"{head}{_ID_HERE}{tail}", count=1)
        low, printed = name.lower(), self.printed
        self._open[old] = None

        def step(run: Run) -> None:
            number = run.open_bookmarks[old] = run.number()
            if low in run.names or low in printed:
                new, run.repeats[name] = _next_name(
                    name, run.repeats.get(name, 1) + 1, run.names, self.reserved
                )
            else:
                new = name
            run.names.add(new.lower())
            run.out.append(tag.replace(_ID_HERE, str(number)).replace(_HERE, new))

        return step

    def _end(self, old: str, head: str, tail: str) -> list[Step]:
        """The end of a bookmark, wherever it began."""
        if number := self._open.get(old):
            return [f"{head}{number}{tail}"]

        def step(run: Run) -> None:
            run.out.append(f"{head}{run.open_bookmarks.get(old, 0)}{tail}")

        return [step]


def _next_name(name: str, number: int, taken: set[str], reserved: set[str]) -> tuple[str, int]:
    """The name of a bookmark in the second and later rows, from this number on, and its number."""
    stem = name[: MAX_NAME - 6]
    while (low := f"{stem}_{number}".lower()) in taken or low in reserved:
        number += 1
    return f"{stem}_{number}", number


def forget_editing(root: Element) -> None:
    """Drop save ids, spelling marks, the last cursor: accidents that split tags."""
    from lxml import etree

    etree.strip_elements(root, *_DROPPED_ELEMENTS, with_tail=False)
    last = {each.get(W + "id") for each in root.iter(_START) if each.get(_NAME) == "_GoBack"}
    for each in [each for each in root.iter(_START, _END) if each.get(W + "id") in last]:
        each.getparent().remove(each)
    for element in root.iter(etree.Element):
        for key in [key for key in element.attrib if key.startswith(_DROPPED_ATTRIBUTES)]:
            del element.attrib[key]


def _name_of(tag: str) -> str:
    match = _NAME_IN_TAG.search(tag)
    return match[0] if match else ""


def _write_number(run: Run) -> None:
    run.out.append(str(run.number()))


def _row_step(row: _Row) -> Step:
    """What the row's properties begin with: not to be cut by the end of a page, and its height."""
    own = f'<w:trHeight w:val="{row.height}" w:hRule="{row.rule}"/>' if row.height else ""

    def step(run: Run) -> None:
        if row.splits and not run.whole.isdisjoint(row.bookmarks):
            run.out.append("<w:cantSplit/>")
        wanted = max([run.heights.get(name, 0) for name in row.bookmarks])
        if wanted > row.height:
            run.out.append(f'<w:trHeight w:val="{wanted}" w:hRule="atLeast"/>')
        elif own:
            run.out.append(own)

    return step
