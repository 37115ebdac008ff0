"""Pages of a PDF as code whose references are the numbers of another."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pikepdf import Page, Pdf

# What makes a page look as it does. The rest (tags, fields, links) leads to what stays behind.
_KEPT = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Group", "/UserUnit")
_LEFT = ("/StructParent", "/StructParents", "/Length")  # tags; and what is reckoned anew
# A string, in which nothing is a reference; or a reference.
_REFERENCE = re.compile(r"\((?:[^\\()]|\\.)*\)|\b(\d+) (\d+) R\b", re.DOTALL)
_BEGUN = 0  # no object has this number
LINK = "pile:"  # begins the address of a link to one of the parts


class Unsound(ValueError):
    """A PDF, but not one that can be copied."""


class Copying:
    """Copies pages of one document; `put` writes an object and gives its number."""

    def __init__(self, document: Pdf, put: Callable[[bytes], int]) -> None:
        self._document, self._put = document, put
        self._numbers: dict[tuple[int, int], int] = {}

    def page(self, page: Page, goals: Sequence[str] = ()) -> dict[str, str]:
        """The page's entries, with all they refer to written; links lead to `goals`."""
        entries = {key: self._code(page.obj[key]) for key in _KEPT if key in page.obj}
        if links := [self._link(link, goals) for link in page.obj.get("/Annots", ())] if goals else []:
            entries["/Annots"] = f"[ {' '.join(links)} ]"
        return entries

    def _link(self, link: Any, goals: Sequence[str]) -> str:
        goal = goals[int(str(link.A.URI).removeprefix(LINK))]
        rect = self._code(link.Rect)
        return f"<< /Type /Annot /Subtype /Link /F 4 /Border [ 0 0 0 ] /Rect {rect} /Dest {goal} >>"

    def _code(self, thing: Any) -> str:
        """A value as code, with what it refers to written before it."""
        import pikepdf

        # In an array, since pikepdf gives numbers and truth values as Python's own.
        return self._renumbered(pikepdf.Array([thing]).unparse()).removeprefix("[ ").removesuffix(" ]")

    def _whole(self, thing: Any) -> bytes:
        """The body of an object that stands by itself."""
        import pikepdf

        if isinstance(thing, pikepdf.Array):
            return self._renumbered(thing.unparse(resolved=True)).encode("latin-1")
        if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
            return self._code(thing).encode("latin-1")
        entries = {key: value for key, value in thing.items() if key not in _LEFT}
        if isinstance(thing, pikepdf.Dictionary):
            return self._code(pikepdf.Dictionary(entries)).encode("latin-1")
        data = thing.read_raw_bytes()
        head = self._code(pikepdf.Dictionary({**entries, "/Length": len(data)}))
        return b"%b\nstream\n%b\nendstream" % (head.encode("latin-1"), data)

    def _renumbered(self, code: bytes) -> str:
        return _REFERENCE.sub(self._reference, code.decode("latin-1"))

    def _reference(self, found: re.Match[str]) -> str:
        return f"{self._number((int(found[1]), int(found[2])))} 0 R" if found[1] else found[0]

    def _number(self, place: tuple[int, int]) -> int:
        if place not in self._numbers:
            self._numbers[place] = _BEGUN
            self._numbers[place] = self._put(self._whole(self._document.get_object(place)))
        if self._numbers[place] == _BEGUN:
            raise Unsound("an object is part of itself")
        return self._numbers[place]
