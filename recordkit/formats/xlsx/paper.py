"""A workbook that came back: which form it is, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...forms import Form
from ...forms.returned import FORM, FORM_VERSION, RECORD, Returned
from .book import Book, opened
from .columns import HELP
from .layout import Layout
from .lists import Lists
from .looks import STAMPED, stamped
from .sheets import Kind, Sheet, sheets_of

_SHORT = 40  # characters of what may be a label
_MOST_WORDS = 5_000


class Workbook:
    """A returned workbook, opened (`forms.returned.Paper`)."""

    def __init__(self, book: Book, sheets: Sequence[Sheet]) -> None:
        self._names = book.names()
        self._sheets = sheets
        self._stamp = _stamp(book)
        self.form = self._stamp.get(FORM, "")
        version = self._stamp.get(FORM_VERSION, "")
        self.form_version = int(version) if version.isdecimal() and len(version) < 6 else 0
        seen = [sheet for sheet in sheets if not sheet.hidden and sheet.name != HELP]
        self.title = _title(seen)
        self.words: Sequence[str] = _words(seen)

    def returned(self, form: Form) -> list[Returned]:
        """What it says, read as that form: a record for each row that was filled in,
        or the one record of a sheet in the form's layout."""
        lists = Lists(form, self._sheets)
        if lists.found:
            return lists.returned()
        returned = Layout(form, self._sheets, self._names).returned()
        returned.record = self._stamp.get(RECORD, "")
        return [returned]


def open_paper(data: bytes) -> Workbook:
    """The returned workbook in these bytes; Refused for what is none, is damaged or
    dangerous, or holds more than a list of people ever does."""
    book = opened(data)
    return Workbook(book, sheets_of(book))


def _stamp(book: Book) -> dict[str, str]:
    """The stamp, from the document's properties, else from the names that repeat it."""
    names = {name: text.strip('"') for name, text in book.names() if name.startswith(STAMPED)}
    repeated = {key: names[stamped(key)] for key in (FORM, FORM_VERSION, RECORD) if stamped(key) in names}
    said = {key: text for key, text in book.properties().items() if text}
    return repeated | said


def _title(sheets: Sequence[Sheet]) -> str:
    """The heading a person sees: the first text of the first sheet that has one."""
    texts = (cell.text for sheet in sheets for cell in sheet.cells() if cell.kind is Kind.TEXT)
    return re.sub(r"\s+", " ", next(texts, "")).strip()[:200]


def _words(sheets: Sequence[Sheet]) -> list[str]:
    texts = (cell.text for sheet in sheets for cell in sheet.cells() if cell.kind is Kind.TEXT)
    return list(dict.fromkeys(text for text in texts if len(text) <= _SHORT))[:_MOST_WORDS]
