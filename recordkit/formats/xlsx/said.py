"""What a cell says to a returned form: its text, and what has to be told about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...records import kinds
from ...records.fields import Spec
from .sheets import Cell, Kind, Sheet
from .values import Shape, number_text

_DAY = Shape(day=True, month=True, year=True)
_KINDS_OF_DAY = (kinds.Day, kinds.DayTime)


@dataclass(slots=True)
class Grid:
    """A sheet whose cells are asked for by their place."""

    sheet: Sheet
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = {(cell.row, cell.column): cell for cell in self.sheet.cells()}

    def where(self, cell: Cell) -> str:
        """`基本信息!B4`."""
        return f"{self.sheet.name}!{cell.ref}"


def said(cell: Cell, spec: Spec | None, where: str, tell: Callable[[str], object]) -> str:
    """The text of a cell; an error value says nothing, and what is doubtful is told."""
    if cell.note:
        tell(f"{where}：{cell.note}")
    if spec and isinstance(spec.kind, _KINDS_OF_DAY) and cell.kind is Kind.NUMBER:
        day = number_text(cell.text, _DAY).text if cell.text.isdecimal() else cell.text
        guess = f"，可能是 {day}" if day != cell.text else ""
        tell(f"{where}：“{spec.label}”是数 {cell.text}，没有按日期显示{guess}，请核对")
    return "" if cell.kind is Kind.ERROR else cell.text
