"""DOCX and PDF of the same form and the same generated records, engine beside engine."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from . import material, texts
from .engines import PILE
from .measure import HEADS, one_core, row, spread, times, turns
from .peers import Engine, Missing
from .results import Part, Table

MODULES = Path(__file__).resolve().parents[1] / "build" / "bench" / "node_modules"
RECORDS = 200
_APART = range(RECORDS, RECORDS + PILE)  # documents to check and to warm up with, which nobody is timed on
QUICK = 4
_SLOW = 20  # who takes part in each so-manieth turn only stays away from a quick run


@dataclass(frozen=True)
class Entry:
    """A peer: what it is called, which engine it is, which material it needs, how often it is asked."""

    name: str
    engine: str
    needs: str = ""
    every: int = 1
    share: int = 1


WORD = (
    Entry("recordkit", "recordkit-docx"),
    Entry("docxtpl", "docxtpl", "word"),
    Entry("docxtemplater", "docxtemplater", "word"),
)
PAPER = (
    Entry("recordkit", "recordkit-pdf"),
    Entry("recordkit, the same texts again", "recordkit-pdf-again"),
    Entry("Typst markup by hand", "by-hand", "markup"),
    Entry("WeasyPrint", "weasyprint", "page", 4),
    Entry("WeasyPrint, fixed tables", "weasyprint-fixed", "page", 4),
    Entry("WeasyPrint without libharfbuzz-subset", "weasyprint-without", "page", 40),
    Entry("LibreOffice from DOCX", "libreoffice", "word file", 20),
    Entry(f"LibreOffice from DOCX, {PILE} a start", "libreoffice-pile", "word file", 40, PILE),
)


def word(quick: bool) -> Part:
    """Word documents."""
    how = (
        "One template for all. docxtpl opens, renders and saves, as its manual says, from memory and into "
        "memory; docxtemplater does the same with the same template, its tags written `{name}`, in one node "
        "process. recordkit writes the document from the arranged form. The documents have the same text, "
        "paragraph by paragraph: that is checked first."
    )
    return _compared(Part("docx", "DOCX", how), WORD, texts.word_differs, quick)


def paper(quick: bool) -> Part:
    """PDFs."""
    how = (
        "recordkit and the markup written by hand make PDF/A-2a and PDF/UA-1, the others what they make by "
        "default. The markup by hand and the HTML pages lie ready; only recordkit's time holds the making of "
        "its markup too. No two records share a sentence; Typst remembers what it has set, so *the same texts "
        "again* is what forms cost that differ in their number only. WeasyPrint is stock, with Debian's Noto CJK; *fixed tables* is the one style that "
        "speeds it up most; *without libharfbuzz-subset* is what it does where that library is not "
        "installed. LibreOffice prints recordkit's DOCX and is started for each document, or once for "
        f"{PILE} of them. Each PDF holds every character of the record: that is checked first."
    )
    return _compared(Part("pdf", "PDF", how), PAPER, texts.pdf_differs, quick)


def _compared(part: Part, entries: Sequence[Entry], differs: texts.Differs, quick: bool) -> Part:
    numbers = range(QUICK if quick else RECORDS)
    with one_core(), ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peers = list(_taking_part(part, entries, folder, stack, numbers))
        peers = list(_alike(part, peers, differs, folder))
        taken = turns(peers, numbers, _APART[0], part.missing)
        peers = [peer for peer in peers if peer.name in taken]
        if (ours := entries[0].name) in part.missing:
            raise RuntimeError(f"{ours} itself: {part.missing[ours]}")
        memory = {peer.name: peer.memory() for peer in peers}
    rows = [[*row(taken, peer.name, ours), memory[peer.name], peer.version] for peer in peers]
    part.tables.append(Table("", (*HEADS, "memory MB", "version"), rows))
    part.figures = {peer.name: times(taken, peer.name, ours)[1] for peer in peers}
    part.curves["ms"] = {peer.name: [[0, spread(list(taken[peer.name].values()))[1]]] for peer in peers}
    return part


def _taking_part(
    part: Part, entries: Sequence[Entry], folder: Path, stack: ExitStack, numbers: Sequence[int]
) -> Iterator[Engine]:
    """The engines that run on this machine; the others are named with their reasons."""
    for entry in entries:
        try:
            if len(numbers) < RECORDS and entry.every >= _SLOW:
                raise Missing("left out of a quick run")
            yield stack.enter_context(started(entry, "forms", folder, [*numbers, *_APART]))
        except Missing as reason:
            part.missing[entry.name] = str(reason)


def started(entry: Entry, series: str, folder: Path, numbers: Sequence[int]) -> Engine:
    """The engine with its material, not yet running."""
    own = folder / entry.engine
    own.mkdir()
    if entry.needs:
        material.prepare(own, series, numbers, entry.needs)
    if entry.engine == "docxtemplater":
        command = ["node", str(Path(__file__).with_name("docxtemplater.js")), str(own)]
        return Engine(entry.name, command, entry.every, environment={"NODE_PATH": str(MODULES)})
    command = [sys.executable, "-m", "bench.engines", entry.engine, series, str(own)]
    root = str(Path(__file__).resolve().parents[1])
    return Engine(entry.name, command, entry.every, entry.share, {"PYTHONPATH": root})


def _alike(part: Part, peers: Sequence[Engine], differs: texts.Differs, folder: Path) -> Iterator[Engine]:
    """Those that print the record's text; who prints something else is no peer."""
    for peer in peers:
        try:
            for number in _APART[: 3 if peer.every == 1 else 1]:
                peer.ask(number, str(made := folder / f"{peer.process.pid}-{number}"))
                if said := differs(number, made.read_bytes()):
                    raise Missing(f"prints something else: {said}")
            yield peer
        except Missing as reason:
            part.missing[peer.name] = str(reason)
