"""Where the pages of a sheet end, so that no title stands alone at the foot of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

UPRIGHT, LANDSCAPE = 720.0, 474.0  # pt between the margins of a page


def ends(
    heights: Sequence[float], titles: Collection[int], ended: Collection[int], room: float = UPRIGHT
) -> list[int]:
    """The rows before which a page ends: those `ended` by the form, and titles whose first
    row would stand on the next page. `heights` and the `room` of a page in points, rows from 0."""
    found, used = list(ended), 0.0
    for row, height in enumerate(heights):
        last = next((at for at in range(row, len(heights)) if at not in titles), row)
        if row in ended:
            used = 0.0
        elif used and used + sum(heights[row : last + 1]) > room:
            found += [row] if row in titles else []
            used = 0.0
        used += height
    return sorted(found)
