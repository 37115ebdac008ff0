"""How time and memory grow with a document's size: rows of a table, length of a text."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from math import log
from pathlib import Path

from .compare import Entry, started
from .measure import one_core
from .peers import Engine, Missing
from .results import Cell, Part, Table

ENTRIES = (
    Entry("recordkit DOCX", "recordkit-docx"),
    Entry("recordkit PDF", "recordkit-pdf"),
    Entry("docxtpl DOCX", "docxtpl", "word"),
)
SERIES = {"rows": (10, 100, 1000, 5000), "text": (1000, 5000, 20_000, 50_000, 200_000)}
TITLES = {"rows": "Rows of a table", "text": "Characters of one text"}
QUICK = {"rows": (10, 50), "text": (1000, 2000)}
PATIENCE = 60.0  # seconds for one document
ROUNDS = 5
_LONG = 10_000.0  # ms; what takes so long is measured once
_HOW = (
    "One document with so many rows (an application and its steps), or with one text of so many characters "
    "(a session record; 200,000 are some 150 pages). Each engine in a process of its own on one core, the sizes "
    f"in turns; medians of {ROUNDS}, of those that take over {_LONG / 1000:.0f} s one. Memory is the most the "
    "process has had after the first document of that size. The exponent is the slope of a straight line through "
    "the logarithms: 1 is twice the time for twice the size. *At the end* is the slope between the two largest, "
    "where a fixed cost hides nothing."
)


def growth(quick: bool) -> Part:
    """Both series."""
    part = Part("growth", "Growth with the size of a document", _HOW)
    for series, sizes in (QUICK if quick else SERIES).items():
        with one_core(), ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            table = Table(TITLES[series], _heads(sizes), [])
            part.tables.append(table)
            for entry in ENTRIES:
                try:
                    peer = stack.enter_context(started(entry, series, Path(folder), _numbers(sizes)))
                except Missing as reason:
                    part.missing[entry.name] = str(reason)
                    continue
                table.rows += _grown(part, series, peer, sizes)
    if quick:
        part.figures.clear()  # goals are about large documents
    return part


def _numbers(sizes: Iterable[int]) -> list[int]:
    """One more each round: another document, since engines may remember parts of the same one."""
    return [size + turn for size in sizes for turn in range(ROUNDS)]


def _heads(sizes: Iterable[int]) -> list[str]:
    return ["", "", *(f"{size:,}" for size in sizes), "exponent", "at the end"]


def _grown(part: Part, series: str, peer: Engine, sizes: Sequence[int]) -> Iterator[list[Cell]]:
    """A line of times and one of memory."""
    medians, memory = _measured(part, series, peer, sizes)
    for kind, values in (("ms", medians), ("MB", memory)):
        whole, last = exponents(sizes, values)
        padded = [*values, *[None] * (len(sizes) - len(values))]
        yield [peer.name, kind, *padded, whole, last if kind == "ms" else None]
        points = [[size, value] for size, value in zip(sizes, values, strict=False)]
        part.curves.setdefault(f"{series} {kind}", {})[peer.name] = points
    if len(medians) == len(sizes):
        part.figures[f"{series} {peer.name}"] = max(exponents(sizes, medians))


def _measured(part: Part, series: str, peer: Engine, sizes: Sequence[int]) -> tuple[list[float], list[float]]:
    """Milliseconds and MB for each size, up to the one that it has no patience for."""
    spent: dict[int, list[float]] = {}
    memory: list[float] = []
    peer.ask(sizes[0] + ROUNDS - 1, patience=PATIENCE)  # warms up
    for turn in range(ROUNDS):
        for size in sizes if turn == 0 else list(spent):
            if turn and spent[size][0] > _LONG:
                continue
            try:
                taken = peer.ask(size + turn, patience=PATIENCE)
            except Missing as reason:
                # It still owes this answer, and would give it to the next question.
                part.missing[f"{peer.name}, {size:,} {series}"] = (
                    f"{reason}; smaller ones measured {turn + 1}×"
                )
                return _medians(spent), memory
            spent.setdefault(size, []).append(taken)
            if turn == 0:
                memory.append(peer.memory())
    return _medians(spent), memory


def _medians(spent: Mapping[int, Sequence[float]]) -> list[float]:
    return [statistics.median(each) for each in spent.values()]


def exponents(sizes: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """The slope through all points in log-log, and the one between the last two."""
    points = [(log(size), log(value)) for size, value in zip(sizes, values, strict=False)]
    if len(points) < 2:
        return 0.0, 0.0
    (x1, y1), (x2, y2) = points[-2:]
    return statistics.linear_regression(*zip(*points, strict=True)).slope, (y2 - y1) / (x2 - x1)
