"""docs/performance.md, made from a run as it was kept; its plots are made by plots.py."""

from __future__ import annotations

from collections.abc import Iterator

from . import goals
from .plots import PLOTS
from .results import Part, Run, Table, shown

_HEAD = """\
<!-- Written by `make bench`; not to be edited. -->
# Performance

Everything here was measured by `make bench` on {size}; what stands in one section was measured side by side in \
one run. Times on another machine are other times; look at the ratios.

How it is measured:

- Peers take turns, document by document, in an order that alternates, after a round that is not counted. So a \
busy moment hits all alike.
- Each engine runs in a process of its own and holds the clock itself, so that neither its start nor \
the question counts. All of them share one core; garbage collection is as it is.
- Tables give the median and the quartiles. *Times as long* is the median of the ratios, each of two engines \
on the same document in the same turn.
- What is printed: {forms}
- Memory is the most its process has had.
- Who could not take part is named, with the reason. Nothing is guessed, and nothing is downloaded meanwhile.
"""
_FORMS = (
    "200 generated intakes (个案接案登记表, two pages) of invented people, the same in every run, with texts as "
    "long as in the sample case. Their sentences differ in names and figures: an engine that remembers what it has "
    "set before gains as little as in life."
)


def text(run: Run) -> str:
    """The page."""
    return "\n".join(_lines(run)).rstrip() + "\n"


def _lines(run: Run) -> Iterator[str]:
    machine = dict(run.machine)
    size = f"{machine.pop('cores')} cores with {machine.pop('memory', 'memory unknown')}"
    yield _HEAD.format(size=size, forms=_FORMS)
    yield "; ".join(f"{name} {version}" for name, version in machine.items()) + "."
    yield from _section("Goals", [goals.table(run)])
    yield "\nThat a run which was killed goes on where it stopped, each file once and whole, is a matter of tests."
    for part in run.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    yield f"\n## {part.title}\n\n{part.how}"
    for table in part.tables:
        yield from _table(table)
    if part.missing:
        yield "\nMissing:\n"
        yield from (f"- {name}: {reason}" for name, reason in part.missing.items())
    yield from (f"\n![{plot.alt}](images/{plot.file})" for plot in PLOTS if plot.part == part.name)


def _section(title: str, tables: list[Table]) -> Iterator[str]:
    yield f"\n## {title}"
    for table in tables:
        yield from _table(Table("", table.heads, table.rows))


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"\n### {table.title}"
    yield f"\n| {' | '.join(table.heads)} |"
    figures = [
        any(isinstance(row[column], int | float | list) for row in table.rows)
        for column in range(len(table.heads))
    ]
    yield f"| {' | '.join('--:' if figure else '---' for figure in figures)} |"
    yield from (f"| {' | '.join(map(shown, row))} |" for row in table.rows)
