"""Where Typst puts the cells of a form, and the boxes, rules and gaps in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...forms.blocks import Arranged
from .. import pdf


@dataclass(frozen=True, slots=True)
class Mark:
    """A corner, or a sign's right end on its base line: page from 0, points from the top left."""

    sign: str
    page: int
    x: float
    y: float


@dataclass(slots=True)
class Place:
    """Where a cell stands: its corners (none of a blank in a sentence), and its boxes,
    rules and blanks in reading order."""

    corners: list[Mark] = field(default_factory=list)
    signs: list[Mark] = field(default_factory=list)


def places(arranged: Arranged, sizes: Mapping[str, float]) -> dict[str, Place]:
    """The places of the `Placed` cells by their keys, as the same form is printed;
    `sizes` says of each how large its print is, in points."""

    import typst

    code = pdf.source(arranged, {}) + "\n#places()\n"
    compiler = typst.Compiler(input=code.encode(), root=str(pdf.ROOT), font_paths=pdf.faces())
    found: dict[str, Place] = {}
    before: Mark | None = None
    for key, what, page, x, y in json.loads(compiler.query("<places>", field="value", one=True)):
        place = found.setdefault(key, Place())
        mark = Mark(what, page - 1, x, y)
        if what in ("from", "to"):
            place.corners.append(mark)
        elif what == "before":
            before = mark
        elif before:
            place.signs.append(_sign(before, mark, sizes[key]))
    return found


def _sign(before: Mark, behind: Mark, size: float) -> Mark:
    """Where the sign between two marks stands, of which one may have been put elsewhere."""
    if behind.page == before.page and behind.x > before.x:
        return behind
    return replace(before, sign=behind.sign, x=before.x + size)
