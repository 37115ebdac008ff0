"""What the tests of returned Word forms share: forms printed, changed and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from docx_kit import W

from recordkit import forms
from recordkit.formats import docx as word
from recordkit.formats.docx.page import DOCUMENT
from recordkit.formats.docx.returned import open_paper
from recordkit.formats.opc import Element, parse, to_text
from recordkit.formats.package import read_parts, write_parts
from recordkit.forms import Arranged, Form
from recordkit.forms.returned import Anchor, Returned, settled
from recordkit.records.casework import ClientRecord
from recordkit.records.model import Record

FORMS = forms.catalogue()
CLIENT, PLAN = forms.load("casework/client-record"), forms.load("casework/service-plan")
CONTROL, BOOKMARK, LABEL = Anchor.CONTROL, Anchor.BOOKMARK, Anchor.LABEL
TABLE, ROW, CELL, TEXT, SDT = (W + name for name in ("tbl", "tr", "tc", "t", "sdt"))
FAMILY = [
    {"name": "赵桂兰", "relation": "配偶"},
    {"name": "孙晓梅", "relation": "子女"},
    {"name": "孙 涛", "relation": "孙子女/外孙子女"},
]
PERSON: dict[str, Any] = {
    "name": "赵桂兰",
    "phone": "13800001726",
    "address": "明水街道 3 号楼\t2 单元",
    "family_members": FAMILY,
}


def printed(form: Form, record: Record | None = None) -> bytes:
    """The form as it is printed with a record, or blank."""
    arranged = forms.filled(form, record) if record else forms.blank(form)
    return word.write(arranged, word.ready(form), {"recordkit-record": "LX01-FW-000123 v1 7F3A"})


def person(**more: Any) -> bytes:
    return printed(CLIENT, ClientRecord(**{**PERSON, **more}))


def changed(data: bytes, change: Callable[[Element], None]) -> bytes:
    """The document after somebody changed its body."""
    found = read_parts(data)
    root = parse(found[DOCUMENT])
    change(root)
    return write_parts(found | {DOCUMENT: to_text(root).encode()})


def read(data: bytes, form: Form = CLIENT) -> Returned:
    [returned] = open_paper(data).returned(form)
    return returned


def texts(returned: Returned) -> dict[Any, str]:
    """The settled text of every field; a list's by path and row."""
    return {
        (each.path, each.row) if each.row >= 0 else each.path: each.text
        for each in settled(returned.readings)
    }


def by(returned: Returned, path: str, row: int = -1) -> dict[Anchor, str]:
    """What each anchor says of a field."""
    return {each.anchor: each.text for each in returned.readings if (each.path, each.row) == (path, row)}


def seen(arranged: Arranged) -> dict[Any, str]:
    """The texts that the form shows, as `texts` gives them."""
    found: dict[Any, str] = {}
    for name, value in arranged.view().items():
        if isinstance(value, list):
            found |= {
                (f"{name}.{column}", number): text
                for number, line in enumerate(value)
                for column, text in line.items()
            }
        elif not name.startswith("page_"):
            found[name] = value
    return found


def flat(found: dict[Any, str]) -> dict[Any, str]:
    """Without the line ends between options and the room to write in."""
    return {place: "".join(text.split()) for place, text in found.items()}


def tables(root: Element) -> list[Element]:
    return list(root.iter(TABLE))


def with_words(elements: Iterable[Element], *words: str) -> Element:
    """The first of the elements that holds all the words."""
    return next(each for each in elements if all(word in "".join(each.itertext()) for word in words))


def cell_of(root: Element, words: str) -> Element:
    return with_words(root.iter(CELL), words)


def family(root: Element) -> Element:
    return with_words(tables(root), "孙晓梅", "孙 涛")


def without_controls(root: Element) -> None:
    for control in list(root.iter(SDT)):
        for child in control.find(W + "sdtContent"):
            control.addprevious(child)
        control.getparent().remove(control)


def without_bookmarks(root: Element) -> None:
    for mark in list(root.iter(W + "bookmarkStart", W + "bookmarkEnd")):
        mark.getparent().remove(mark)


def without_marks(root: Element) -> None:
    without_controls(root)
    without_bookmarks(root)


def tagged(path: str, content: str) -> str:
    return f'<w:sdt><w:sdtPr><w:tag w:val="{path}"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'
