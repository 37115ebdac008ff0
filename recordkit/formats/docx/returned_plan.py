"""What a returned Word form may show: marks, labels, captions and printed words of a form.

Made once for each form; everything in it comes from the form's definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ... import forms
from ...forms import Form
from ...forms.answers import earlier
from ...forms.blocks import (
    Arranged,
    Block,
    Cell,
    Grid,
    Note,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Slip,
    Table,
    cells,
)
from ...forms.labels import Labels, key
from ...records.kinds import RULE, Nested
from .anchors import bookmark_name
from .returned_sheet import lines

_TAG = 64  # Word's limit for a control's tag
_NAME = 80  # Word allows 40, others more
_LABEL = 64  # what is longer is no label
_COPIED = "_ %0123456789copy副本"  # what programs append to the name of a bookmark that is copied

_CAPTION = re.compile(r"([^：:\n]{1,40})[：:]")


class Plan:
    """How to know the fields of one form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        arranged = forms.blank(form)
        paths = list(_paths(form))
        self.tags = {path[:_TAG]: path for path in reversed(paths)}
        self.bookmarks = {bookmark_name(path).lower(): path for path in reversed(paths)}
        for was, path in earlier(form).items():
            self.tags.setdefault(was[:_TAG], path)
            self.bookmarks.setdefault(bookmark_name(was).lower(), path)
        self.lists = {
            block.path: Labels(form, block.path) for block in arranged.blocks if isinstance(block, Table)
        }
        self.labels = Labels(form)
        self.captions = dict(_captions(arranged.blocks))
        self.apart = {
            cell.path for block in arranged.blocks if not isinstance(block, Grid) for cell in cells(block)
        }
        self.prose = _sentences(arranged.blocks)
        self.printed = {bare(word) for word in _words(arranged)} | {""}
        self.words = {key(word) for word in self.printed if len(word) <= _LABEL}

    def of_bookmark(self, name: str) -> str:
        """The field of a bookmark, also of its copies in further rows; '' for none."""
        low = name.lower()[:_NAME]
        if low in self.bookmarks:
            return self.bookmarks[low]
        cuts = range(len(low.rstrip(_COPIED)), len(low))
        stems = (low[:cut] for cut in reversed(cuts) if low[:cut] in self.bookmarks)
        return self.bookmarks.get(next(stems, ""), "")

    def list_of(self, path: str) -> str:
        """The list a path is a column of, '' for none."""
        table, _, column = path.rpartition(".")
        return table if column and table in self.lists else ""

    def columns(self, tables: Iterable[str]) -> list[str]:
        """What the form asks for in these lists."""
        asked = (
            f"{section.table}.{item.field}"
            for section in self.form.sections
            if section.kind == "table" and section.table in tables
            for item in section.items
        )
        return [path for path in asked if (spec := self.form.spec_at(path)) and spec.stored]

    def fields(self, label: str) -> Sequence[str]:
        """The fields whose place is beside such a label."""
        found = self.labels.paths(label) if len(label) <= _LABEL else ()
        return [path for path in found if path not in self.apart and path not in self.lists]

    def knows(self, text: str) -> bool:
        """Whether the blank form prints all of this."""
        return self._prints(text) or all(map(self._prints, lines(text)))

    def is_printed(self, text: str) -> bool:
        """Whether the blank form prints this, letter by letter."""
        return bare(text) in self.printed

    def _prints(self, text: str) -> bool:
        return self.is_printed(text) or (len(text) <= _LABEL and key(text) in self.words)

    def captioned(self, line: str) -> tuple[Sequence[str], str]:
        """Whose caption a line begins with, and what follows it."""
        head = _CAPTION.match(line)
        paths = self.captions.get(key(head[1] if head else line), ()) if head or len(line) <= _LABEL else ()
        return paths, line[head.end() :] if head else ""


def bare(text: str) -> str:
    """The text without blanks and rules."""
    return "".join(text.split()).replace(RULE, "")


def _paths(form: Form) -> Iterator[str]:
    """Every field that may stand somewhere, those the form shows first."""
    yield from form.names()
    for name, spec in chain(form.model.specs().items(), form.local.items()):
        yield name
        if isinstance(spec.kind, Nested):
            yield from (f"{name}.{inner}" for inner in spec.kind.part.specs())


def _captions(blocks: Iterable[Block]) -> Iterator[tuple[str, list[str]]]:
    """What is printed before a value in the same cell, and whose it is."""
    found: dict[str, list[str]] = {}
    for caption, path in _captioned(blocks):
        paths = found.setdefault(key(caption), [])
        if path not in paths:
            paths.append(path)
    yield from found.items()


def _captioned(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        if isinstance(block, Picture):
            yield block.caption, block.cell.path
        elif isinstance(block, Grid) and block.photo:
            yield block.photo.label, block.photo.path
        elif isinstance(block, Signatures):
            for signed in chain.from_iterable(block.rows):
                yield signed.caption, signed.sign.path
                if signed.opinion:
                    yield signed.opinion_caption, signed.opinion.path


def _sentences(blocks: Iterable[Block]) -> list[tuple[str | Cell, ...]]:
    """The printed paragraphs with blanks in them."""
    prose = (block.paragraphs for block in blocks if isinstance(block, Prose))
    return [pieces for pieces in chain.from_iterable(prose) if any(isinstance(each, Cell) for each in pieces)]


def _words(arranged: Arranged) -> Iterator[str]:
    """All that the blank form prints, places to fill in among it."""
    yield arranged.page.title
    for block in arranged.blocks:
        if not isinstance(block, Note):
            yield getattr(block, "title", "")
        for cell in cells(block):
            yield from (cell.label, cell.text, *cell.options)
        match block:
            case Grid(band=band):
                yield band
            case Table(columns=columns):
                yield from (column.label for column in columns)
            case Prose(paragraphs=paragraphs):
                yield from ("".join(_printed(pieces)) for pieces in paragraphs)
            case Picture(caption=caption):
                yield caption
            case Signatures(rows=rows):
                yield from chain.from_iterable(map(_of_signature, chain.from_iterable(rows)))
            case Note(text=text):
                yield text
            case Slip():
                pass


def _of_signature(signed: SignCell) -> Iterator[str]:
    yield from (signed.caption, signed.caption + signed.sign.text)
    if signed.opinion:
        yield from (signed.opinion_caption, signed.opinion_caption + signed.opinion.text)


def _printed(pieces: Iterable[str | Cell]) -> Iterator[str]:
    return (piece.text if isinstance(piece, Cell) else piece for piece in pieces)
