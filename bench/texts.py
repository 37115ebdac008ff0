"""Whether a document says what the record says."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

from lxml import etree

from . import cases

# What is wrong with the document of that number, or nothing.
Differs = Callable[[int, bytes], str]
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {f"{_W}br": "\n", f"{_W}tab": "\t"}
_TEXTUAL = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


def word_differs(number: int, document: bytes) -> str:
    """The first paragraph that is not as in recordkit's document."""
    ours, theirs = list(_paragraphs(_ours(number))), list(_paragraphs(document))
    if len(ours) != len(theirs):
        return f"{len(theirs)} paragraphs for {len(ours)}"
    return next((f"{b!r} for {a!r}" for a, b in zip(ours, theirs, strict=True) if a != b), "")


@cache
def _ours(number: int) -> bytes:
    from .engines import recordkit_word

    _, start = recordkit_word("forms", None)
    return start(number)()


def _paragraphs(document: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(document)) as opened:
        for part in filter(_TEXTUAL.fullmatch, sorted(opened.namelist())):
            for paragraph in etree.fromstring(opened.read(part)).iter(f"{_W}p"):
                yield "".join(_SIGNS.get(e.tag, e.text or "") for e in paragraph.iter(f"{_W}t", *_SIGNS))


def pdf_differs(number: int, document: bytes) -> str:
    """Characters of the record that the pages lack. Order and lines are the engine's own."""
    arranged, _ = cases.arranged("forms", number)
    wanted = Counter("".join(text for _, text in arranged.texts()))
    lacking = {sign: count for sign, count in (wanted - _characters(document)).items() if sign.strip()}
    return f"lacks {lacking}" if lacking else ""


def _characters(document: bytes) -> Counter[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(document) as opened:
        return Counter("".join(page.get_textpage().get_text_bounded() for page in opened))
