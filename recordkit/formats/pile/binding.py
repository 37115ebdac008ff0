"""A PDF written part by part: what was written is forgotten, but where it stands.

pikepdf reads the parts; put together by it, they would all stay in memory to the
end. So their pages are copied one by one and given new numbers (`copying.py`).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from .copying import Copying, Unsound

if TYPE_CHECKING:
    from pikepdf import Pdf

_NODE = 100  # pages under one node of the page tree
_REMEMBERED = 4096  # objects that may come again
_A4 = "[ 0 0 595.276 841.89 ]"


@dataclass(slots=True)
class Section:
    """Pages that follow one another, by their nodes in the page tree."""

    nodes: list[tuple[int, list[int]]] = field(default_factory=list)
    count: int = 0
    paper: str = _A4


@dataclass(frozen=True, slots=True)
class Part:
    """What was added to a section: how many pages stand before, how many it has, and
    what leads to its first."""

    before: int
    pages: int
    goal: str


class Binding:
    """A PDF whose `front` stands before its `body`, whichever is written first."""

    def __init__(self, target: BinaryIO) -> None:
        self.front, self.body = Section(), Section()
        self._target, self._size, self._seal = target, 0, hashlib.sha256()
        self._places = array("Q", [0])
        self._known: OrderedDict[bytes, int] = OrderedDict()
        self._root, self._tree = self.reserve(), self.reserve()
        self._out(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    @property
    def pages(self) -> int:
        """The number of all pages so far."""
        return self.front.count + self.body.count

    def add(self, section: Section, document: Pdf, goals: Sequence[str] = ()) -> Part:
        """Copy a document's pages to the end of a section; its links name one of `goals`
        by its place there. Unsound when it cannot be copied."""
        copying, before, first = Copying(document, self.shared), section.count, 0
        for page in document.pages:
            entries = copying.page(page, goals)
            number = self._page(section, entries)
            section.paper = entries["/MediaBox"]
            first = first or number
        if not first or document.get_warnings():
            raise Unsound("no pages, or not what the standard asks of them")
        top = float(document.pages[0].mediabox[3])
        return Part(before, section.count - before, f"[ {first} 0 R /XYZ 0 {top:g} null ]")

    def turn(self, section: Section) -> None:
        """Go on at a front side: an odd number of pages is followed by a blank one like the last."""
        if section.count % 2:
            self._page(section, {"/MediaBox": section.paper, "/Resources": "<< >>"})

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._places.append(0)
        return len(self._places) - 1

    def put(self, number: int, body: bytes) -> None:
        """Write the object of this number."""
        self._places[number] = self._size
        self._out(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def shared(self, body: bytes) -> int:
        """The number of an object, written once however many parts have it."""
        seal = hashlib.sha256(body).digest()
        if seal in self._known:
            self._known.move_to_end(seal)
            return self._known[seal]
        self._known[seal] = number = self.reserve()
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        self.put(number, body)
        return number

    def close(self, root: Mapping[str, str], about: Mapping[str, str]) -> None:
        """Write what holds the pages together, with these entries of the catalog and the
        document's properties."""
        nodes = self.front.nodes + self.body.nodes
        for number, pages in nodes:
            entries = {"/Type": "/Pages", "/Parent": f"{self._tree} 0 R", "/Count": str(len(pages))}
            self.put(number, dictionary(entries | {"/Kids": _references(pages)}))
        kids = _references([number for number, _ in nodes])
        self.put(self._tree, dictionary({"/Type": "/Pages", "/Count": str(self.pages), "/Kids": kids}))
        self.put(self._root, dictionary({"/Type": "/Catalog", "/Pages": f"{self._tree} 0 R", **root}))
        properties = self.reserve()
        self.put(properties, dictionary(about))
        self._table(properties)

    def _page(self, section: Section, entries: Mapping[str, str]) -> int:
        if not section.nodes or len(section.nodes[-1][1]) == _NODE:
            section.nodes.append((self.reserve(), []))
        node, pages = section.nodes[-1]
        number = self.reserve()
        self.put(number, dictionary({"/Type": "/Page", "/Parent": f"{node} 0 R", **entries}))
        pages.append(number)
        section.count += 1
        return number

    def _table(self, properties: int) -> None:
        """The table of all objects and the end of the file."""
        start, number = self._size, self.reserve()
        self._places[number] = start
        rows = b"".join(struct.pack(">BQ", 1 if place else 0, place) for place in self._places)
        table = zlib.compress(rows)
        seal = self._seal.hexdigest()[:32]
        entries = {
            "/Type": "/XRef", "/W": "[ 1 8 0 ]", "/Size": str(len(self._places)),
            "/Root": f"{self._root} 0 R", "/Info": f"{properties} 0 R", "/ID": f"[ <{seal}> <{seal}> ]",
            "/Filter": "/FlateDecode", "/Length": str(len(table)),
        }  # fmt: skip
        self._out(b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, dictionary(entries), table))
        self._out(b"startxref\n%d\n%%%%EOF\n" % start)

    def _out(self, data: bytes) -> None:
        self._target.write(data)
        self._seal.update(data)
        self._size += len(data)


def dictionary(entries: Mapping[str, str]) -> bytes:
    """A PDF dictionary of entries that are PDF code."""
    return f"<< {' '.join(f'{key} {value}' for key, value in entries.items())} >>".encode("latin-1")


def _references(numbers: Sequence[int]) -> str:
    return f"[ {' '.join(f'{number} 0 R' for number in numbers)} ]"
