"""Marks that let a printed form be read back: bookmarks, controls, row heights.

Ids have to be unique, and Jinja inside an id attribute does not survive an
office program. So a template carries any ids it likes; here they are cut out
of its XML when it is prepared, and counted anew while it is rendered.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from ..opc import Element, W
from .program import Run, Step

PREFIX = "_rk_"
MAX_NAME = 40  # Word's limit
_ROOM = 34  # leaves room for _2 … _99999 in repeated rows

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DROPPED_ATTRIBUTES = (W + "rsid", _W14 + "paraId", _W14 + "textId")
_DROPPED_ELEMENTS = (W + "proofErr", W + "lastRenderedPageBreak")
_TR, _TRPR, _HEIGHT = W + "tr", W + "trPr", W + "trHeight"
_START, _END, _NAME = W + "bookmarkStart", W + "bookmarkEnd", W + "name"
_NOT_PROPERTIES = (W + "tblPrEx",)

_ANCHOR = re.compile(
    r'<w:bookmark(?:Start|End) [^>]*>|<w:id w:val="[^"]*"/>|<wp:docPr [^>]*>|<w:trHeight w:val="RK\d+"/>'
)
_ID = re.compile(r'(?<=\sw:id=")[^"]*(?=")')
_BOOKMARK_NAME = re.compile(r'(?<=\sw:name=")[^"]*(?=")')
_DRAWING_ID_START = ' id="'
_DRAWING_ID = re.compile(r'(?<=\sid=")[^"]*(?=")')


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
class _RowHeight:
    """A row that holds fields: its own height and whose height it may take."""

    bookmarks: tuple[str, ...]
    height: int
    rule: str


@dataclass(slots=True)
class Anchors:
    """The marks of one template: found once, written at each rendering."""

    rows: list[_RowHeight] = field(default_factory=list)
    reserved: set[str] = field(default_factory=set)

    def prepare(self, root: Element) -> None:
        """Take out what only tells of editing, and mark rows that may grow."""
        forget_editing(root)
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
        mark.set(W + "val", f"RK{len(self.rows)}")
        properties.insert(0, mark)
        self.rows.append(_RowHeight(names, height, rule))

    def split(self, xml: str) -> list[Step]:
        """Literal XML with every id replaced by a step that writes one."""
        steps: list[Step] = []
        end = 0
        for match in _ANCHOR.finditer(xml):
            steps.append(xml[end : match.start()])
            steps += self._steps(match[0])
            end = match.end()
        steps.append(xml[end:])
        return [step for step in steps if step != ""]

    def _steps(self, tag: str) -> list[Step]:
        if tag.startswith("<w:trHeight"):
            return [_height_step(self.rows[int(tag.split('"')[1][2:])])]
        if tag.startswith("<w:bookmarkStart"):
            return [self._start_step(tag)]
        if tag.startswith("<w:bookmarkEnd"):
            return [_end_step(tag)]
        if tag.startswith("<w:id"):
            return ['<w:id w:val="', _write_number, '"/>']
        head, old, tail = tag.partition(_DRAWING_ID_START + _found(_DRAWING_ID, tag) + '"')
        return [head + _DRAWING_ID_START, _write_number, '"' + tail] if old else [tag]

    def _start_step(self, tag: str) -> Step:
        old = _found(_ID, tag)
        name = _found(_BOOKMARK_NAME, tag)

        def step(run: Run) -> None:
            number = run.number()
            run.open_bookmarks[old] = number
            written = _ID.sub(str(number), tag, count=1)
            if name.lower() in run.names:
                written = _BOOKMARK_NAME.sub(self._repeated(name, run), written, count=1)
            else:
                run.names.add(name.lower())
            run.out.append(written)

        return step

    def _repeated(self, name: str, run: Run) -> str:
        """The name of a bookmark in the second and later rows."""
        number = run.repeats.get(name, 1) + 1
        stem = name[: MAX_NAME - 6]
        while (low := f"{stem}_{number}".lower()) in run.names or low in self.reserved:
            number += 1
        run.repeats[name] = number
        run.names.add(low)
        return f"{stem}_{number}"


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


def _found(pattern: re.Pattern[str], tag: str) -> str:
    match = pattern.search(tag)
    return match[0] if match else ""


def _write_number(run: Run) -> None:
    run.out.append(str(run.number()))


def _end_step(tag: str) -> Step:
    old = _found(_ID, tag)

    def step(run: Run) -> None:
        run.out.append(_ID.sub(str(run.open_bookmarks.get(old, 0)), tag, count=1))

    return step


def _height_step(row: _RowHeight) -> Step:
    own = f'<w:trHeight w:val="{row.height}" w:hRule="{row.rule}"/>' if row.height else ""

    def step(run: Run) -> None:
        wanted = max((run.heights.get(name, 0) for name in row.bookmarks), default=0)
        if wanted > row.height:
            run.out.append(f'<w:trHeight w:val="{wanted}" w:hRule="atLeast"/>')
        elif own:
            run.out.append(own)

    return step
