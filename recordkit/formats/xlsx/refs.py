"""Places on a sheet: `B4`, `B4:F9`, rows and columns counted from 1."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

ROWS, COLUMNS = 1_048_576, 16_384
_REF = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class Area(NamedTuple):
    """A rectangle of cells, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, at: tuple[int, int]) -> bool:
        """Whether the cell of that row and column is one of them."""
        return self.top <= at[0] <= self.bottom and self.left <= at[1] <= self.right


@cache
def letters(column: int) -> str:
    """`A` of 1, `AMJ` of 1024."""
    text = ""
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def ref(row: int, column: int) -> str:
    """`B4` of (4, 2)."""
    return f"{letters(column)}{row}"


def place(text: str) -> tuple[int, int] | None:
    """Row and column of `B4` or `$B$4`; None for anything else or outside a sheet."""
    found = _REF.fullmatch(text)
    if not found:
        return None
    row, column = int(found[2]), _number(found[1].upper())
    return (row, column) if row <= ROWS and column <= COLUMNS else None


@cache
def _number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def area(text: str) -> Area | None:
    """The rectangle `B4:F9`, or the single cell `B4`; None for anything else."""
    first, _, last = text.partition(":")
    start, end = place(first), place(last or first)
    if start is None or end is None:
        return None
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(start, end, strict=True))
    return Area(top, left, bottom, right)
