"""The plots of docs/performance.md: SVG, the same bytes for the same run.

Colours are those of Okabe and Ito, which people who see few colours tell
apart; lines differ in their marks too. The ground is white in dark mode also.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .results import Part, Run, shown

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKS = "osD^vPX"
_STYLE = {
    "svg.hashsalt": "recordkit", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
    "axes.axisbelow": True, "legend.frameon": False, "figure.facecolor": "white",
}  # fmt: skip


@dataclass(frozen=True)
class Plot:
    """A picture of one part."""

    part: str
    file: str
    alt: str
    draw: Callable[[Any, Part], Any]


def write(run: Run, folder: Path) -> None:
    """Draw what this run has found."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    parts = {part.name: part for part in run.parts}
    with mpl.rc_context(_STYLE):
        for plot in PLOTS:
            if plot.part in parts:
                figure = plot.draw(pyplot, parts[plot.part])
                figure.savefig(folder / plot.file, metadata={"Date": None, "Creator": None})
                pyplot.close(figure)


def _dots(pyplot: Any, part: Part) -> Any:
    """Milliseconds a document, one engine a line."""
    median = {name: points[0][1] for name, points in part.curves["ms"].items()}
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.38 * len(median)), layout="constrained")
    for name, value in reversed(median.items()):
        ours = name == "recordkit"
        axes.plot(value, name, "o", markersize=9, color=_COLOURS[0] if ours else "#666666")
        axes.annotate(f"{shown(value)} ms", (value, name), (9, -3.5), textcoords="offset points")
    axes.set(xscale="log", xlabel="milliseconds a document, median (logarithmic scale; left is faster)")
    axes.set_xlim(min(median.values()) / 2, max(median.values()) * 4)
    axes.margins(y=0.15)
    _plain(axes.xaxis)
    return figure


def _plain(axis: Any) -> None:
    """1,000 instead of a power of ten, and nothing between the powers."""
    axis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.set_minor_formatter(lambda value, _: "")


def _growth(pyplot: Any, part: Part) -> Any:
    """Time above, memory below; rows at the left, characters at the right."""
    figure, grid = pyplot.subplots(2, 2, figsize=(9, 6.4), layout="constrained", sharex="col")
    for column, (series, said) in enumerate(
        (("rows", "rows of a table"), ("text", "characters of one text"))
    ):
        for line, (kind, unit) in enumerate((("ms", "milliseconds"), ("MB", "memory, MB"))):
            _lines(grid[line][column], part.curves.get(f"{series} {kind}", {}))
            grid[line][column].set(xscale="log", yscale="log" if kind == "ms" else "linear", ylabel=unit)
            _plain(grid[line][column].xaxis)
        _plain(grid[0][column].yaxis)
        grid[1][column].set_ylim(bottom=0)
        grid[1][column].set_xlabel(f"{said} (logarithmic scale)")
    grid[0][0].legend(loc="upper left")
    return figure


def _batch(pyplot: Any, part: Part) -> Any:
    """Seconds by number of records; memory while they are printed."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    _lines(left, part.curves.get("seconds", {}))
    left.set(xscale="log", yscale="log", xlabel="records (logarithmic scales)", ylabel="seconds")
    _plain(left.xaxis)
    _plain(left.yaxis)
    _lines(right, part.curves.get("memory", {}), marked=False)
    right.set(xlabel="records printed", ylabel="memory of all processes, MB")
    right.set_ylim(bottom=0)
    left.legend(loc="upper left")
    return figure


def _lines(axes: Any, curves: Mapping[str, list[list[float]]], marked: bool = True) -> None:
    for number, (name, points) in enumerate(curves.items()):
        axes.plot(
            *zip(*points, strict=True), color=_COLOURS[number], label=name,
            marker=_MARKS[number] if marked else None, linestyle="-" if number % 2 == 0 else "--",
        )  # fmt: skip


PLOTS = (
    Plot("docx", "performance-docx.svg", "Milliseconds a Word document, by engine", _dots),
    Plot("pdf", "performance-pdf.svg", "Milliseconds a PDF, by engine", _dots),
    Plot("batch", "performance-batch.svg", "Seconds and memory by number of records", _batch),
    Plot("growth", "performance-growth.svg", "Time and memory by number of rows and length of text", _growth),
)
