"""What a run has found, as data: printed, kept as JSON, and made into a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recordkit.records.text import width

# Text, a figure, two quartiles, or nothing where there was no measuring.
Cell = str | int | float | list[float] | None


@dataclass
class Table:
    """Figures in rows, with what they are of."""

    title: str
    heads: Sequence[str]
    rows: list[list[Cell]]


@dataclass
class Part:
    """What one part of the run has found.

    `figures` are what goals are judged by; `curves` are drawn: a plot's name, a
    line's name, its points.
    """

    name: str
    title: str
    how: str
    tables: list[Table] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, dict[str, list[list[float]]]] = field(default_factory=dict)


@dataclass
class Run:
    """A whole run on one machine."""

    machine: dict[str, str]
    parts: list[Part]

    def figures(self) -> dict[str, float]:
        """All figures, `docx.docxtpl` and the like."""
        return {f"{part.name}.{key}": value for part in self.parts for key, value in part.figures.items()}

    def save(self, path: Path) -> None:
        """Keep it as a file."""
        text = json.dumps(_rounded(asdict(self)), ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")


def load(path: Path) -> Run:
    """A run as it was kept."""
    kept = json.loads(path.read_text("utf-8"))
    parts = [
        Part(**part | {"tables": [Table(**table) for table in part["tables"]]}) for part in kept["parts"]
    ]
    return Run(kept["machine"], parts)


def _rounded(value: Any) -> Any:
    """Four digits are more than a measurement says."""
    match value:
        case float():
            return float(f"{value:.4g}")
        case dict():
            return {name: _rounded(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
    return value


def shown(cell: Cell) -> str:
    """A figure with three digits that say something."""
    match cell:
        case None:
            return "–"
        case str():
            return cell
        case int():
            return f"{cell:,}"
        case list():
            return "–".join(map(shown, cell))
        case _ if cell >= 100:
            return f"{cell:,.0f}"
        case _:
            return f"{cell:.{1 if cell >= 10 else 2}f}"


def printed(part: Part) -> Iterator[str]:
    """A part for the terminal."""
    yield f"\n{part.title}"
    for table in part.tables:
        lines = [list(table.heads), *([shown(cell) for cell in row] for row in table.rows)]
        widths = [max(width(line[column]) for line in lines) for column in range(len(table.heads))]
        yield f"\n  {table.title}" if table.title else ""
        for line in lines:
            yield "  " + "  ".join(
                _padded(text, wide, not i) for i, (text, wide) in enumerate(zip(line, widths, strict=True))
            )
    yield from (f"  missing: {name}: {reason}" for name, reason in part.missing.items())


def _padded(text: str, wide: int, first: bool) -> str:
    room = " " * (wide - width(text))
    return text + room if first else room + text
