"""What was to be reached, and whether this run has: computed, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .results import Cell, Run, Table, shown

_LINEAR = 1.1


@dataclass(frozen=True)
class Goal:
    """A figure and its bound; a limit not to go over, or with `least` one to reach."""

    what: str
    figure: str
    bound: float
    unit: str = ""
    least: bool = False
    inverse: bool = False  # the figure says how many times as long the peer takes

    def verdict(self, figures: Mapping[str, float]) -> list[Cell]:
        """Goal, what was measured, met or not."""
        bound = f"{'≥' if self.least else '≤'} {self.bound:g}{self.unit}"
        if self.figure not in figures:
            return [self.what, bound, "not measured", "–"]
        value = 1 / figures[self.figure] if self.inverse else figures[self.figure]
        met = value >= self.bound if self.least else value <= self.bound
        return [self.what, bound, f"{shown(float(value))}{self.unit}", "met" if met else "**not met**"]


GOALS = (
    Goal("DOCX: how many times as fast as docxtpl", "docx.docxtpl", 25, "×", least=True),
    Goal("PDF: how many times as fast as stock WeasyPrint", "pdf.WeasyPrint", 40, "×", least=True),
    Goal("PDF: times as long as the markup by hand", "pdf.Typst markup by hand", 1.3, "×", inverse=True),
    Goal("`recordkit --help`: times as long as a bare interpreter", "commands.help times", 7.5, "×"),
    Goal("First PDF from the command line", "commands.pdf ms", 800, " ms"),
    Goal("First DOCX from the command line", "commands.docx ms", 500, " ms"),
    Goal("10,000 records: two cores, times as fast as one", "batch.two cores", 1.7, "×", least=True),
    Goal("10,000 records: memory at the end / after 500, one core", "batch.memory on one core", 1.1),
    Goal("10,000 records: memory at the end / after 500, two cores", "batch.memory on two cores", 1.1),
    Goal("Growth of the time with records: exponent", "batch.growth", _LINEAR),
    Goal("Growth with 5,000 rows, DOCX: exponent", "growth.rows recordkit DOCX", _LINEAR),
    Goal("Growth with 5,000 rows, PDF: exponent", "growth.rows recordkit PDF", _LINEAR),
    Goal("Growth with 200,000 characters, DOCX: exponent", "growth.text recordkit DOCX", _LINEAR),
    Goal("Growth with 200,000 characters, PDF: exponent", "growth.text recordkit PDF", _LINEAR),
)


def table(run: Run, measured: bool = False) -> Table:
    """All goals, or only those that this run `measured`."""
    figures = run.figures()
    return Table("Goals", ("goal", "bound", "measured", ""), list(_rows(figures, measured)))


def _rows(figures: Mapping[str, float], measured: bool) -> Iterator[list[Cell]]:
    yield from (goal.verdict(figures) for goal in GOALS if not measured or goal.figure in figures)
