"""The signature block as Typst code: opinions, captions, room for the pen."""

from __future__ import annotations

import math
import re

from ..forms.blocks import Signatures, SignCell
from .typeset import EM, LINE, PAD, line_count, lines, literal, mm, pieces, placed

_SIGNING = 170.0  # mm; opinions that make the block higher stand above it


def is_high(block: Signatures, wide: float) -> bool:
    """Whether the opinions are too long to stand on one page, so wide, with the signatures."""
    rows = (max(_sign_height(signed, wide / len(row)) for signed in row) for row in block.rows)
    return sum(rows) > _SIGNING


def _sign_height(signed: SignCell, room: float) -> float:
    opinion = signed.opinion.text if signed.opinion else ""
    return signed.sign.height + line_count(opinion, room - 2 * PAD) * EM * LINE


def opinions(block: Signatures) -> str:
    """Long opinions in rows of their own, above the signatures."""
    given = (_opinion(signed) for row in block.rows for signed in row if signed.opinion)
    return f"table(columns: (100%,), {', '.join(given)})"


def _opinion(signed: SignCell) -> str:
    assert signed.opinion
    code = f"lines({literal(signed.opinion_caption)}, {lines(signed.opinion.text)})"
    return placed(signed.opinion, code, 0)


def signatures(block: Signatures, wide: float) -> str:
    """The table of signatures on a page so wide, with the opinions above them where those
    are short."""
    columns = math.lcm(*(len(row) for row in block.rows))
    apart = is_high(block, wide)
    parts = [f"columns: ({'1fr, ' * columns})"]
    for row in block.rows:
        # Under an opinion of any length the captions of a row stand level.
        side = "bottom" if not apart and any(signed.opinion for signed in row) else "top"
        height = max(signed.sign.height for signed in row)
        for signed in row:
            above = (
                f"({mm(signed.opinion.height)}, {_opinion(signed)})"
                if signed.opinion and not apart
                else "none"
            )
            # State and day first, then where the proof lies: broken there if anywhere.
            proof = re.split("(?<=，)", signed.sign.text)
            foot = pieces("whole", proof, signed.sign.width - 2 * PAD, EM)
            place = f"{columns // len(row)}, {mm(height)}, {side}"
            parts.append(f"signature({place}, {above}, {literal(signed.caption)}, {foot})")
    return f"table({', '.join(parts)})"
