"""What a field shows: the content of its appearance streams.

Viewers draw these until somebody types, and some (printing services, previews)
draw nothing else; so they are made here, for empty fields too, and nothing is
left to `NeedAppearances`, which PDF/A forbids.
"""

from __future__ import annotations

from .face import ASCENT, DESCENT, face, wrapped
from .slots import Look, Slot

FONT = "RkForm"
_PAD = 2.0
_LEADING = 1.3  # from line to line, in em
_PARAGRAPH = 4.5  # em; in a higher field a text begins at the top
_LEAST = 4.0  # pt; what is longer goes on outside what is seen

# The tick of `tools/build_fonts.py`, in thousandths of the em.
_TICK = """205 352 m 282 318 352 222 408 92 c 418 68 452 68 462 92 c 540 290 652 486 808 640 c
780 674 l 632 560 520 410 442 238 c 398 330 330 400 240 424 c h f"""
_CORNER = (70, -60)  # of the box in that drawing


def default(slot: Slot) -> bytes:
    """The field's DA: what a viewer types with."""
    return f"/{FONT} {slot.size:.2f} Tf 0 g".encode()


def tick(slot: Slot) -> bytes:
    """The tick over a printed box."""
    scale = slot.size / 1000
    return f"q {scale:.5f} 0 0 {scale:.5f} {-_CORNER[0] * scale:.3f} {-_CORNER[1] * scale:.3f} cm 0 g {_TICK} Q".encode()


def ink(slot: Slot) -> bytes:
    """The value as the field shows it."""
    value = face().shown(slot.value)
    wide, high = slot.box.right - slot.box.left, slot.box.bottom - slot.box.top
    drawn = _comb(value, wide, high, slot) if slot.look is Look.COMB else _lines(value, wide, high, slot)
    clip = f"q 0 0 {wide:.2f} {high:.2f} re W n BT 0 g".encode()
    return b"/Tx BMC " + (b"" if not value else b"\n".join((clip, *drawn, b"ET Q"))) + b" EMC"


def _lines(value: str, wide: float, high: float, slot: Slot) -> list[bytes]:
    room = max(wide - (0 if slot.centred else 2 * _PAD), 1.0)
    several = slot.look is Look.LINES
    size, lines = _fitting(value, room, high, slot.size, several)
    tall = ((len(lines) - 1) * _LEADING + ASCENT - DESCENT) * size
    # What needs less than its room stands in the middle, as in print; paragraphs begin at the top,
    # but in lists.
    on_top = several and not slot.listed and (len(lines) > 2 or high > _PARAGRAPH * size)
    first = high - _PAD - ASCENT * size if on_top else (high + tall) / 2 - (ASCENT - DESCENT) * size
    return [_font(size), *_placed(lines, first, (wide - room) / 2, room, slot.centred, size)]


def _fitting(value: str, room: float, high: float, size: float, several: bool) -> tuple[float, list[str]]:
    """The largest size at which all of the value is seen, and its lines there."""
    lines = [value.replace("\n", " ")]
    while size > _LEAST:
        if several:
            lines = wrapped(value, room, size)
            if (len(lines) - 1) * _LEADING * size + size <= high - _PAD:
                break
        elif face().width(lines[0]) * size <= room:
            break
        size -= 0.5
    return size, lines


def _placed(
    lines: list[str], first: float, edge: float, room: float, centred: bool, size: float
) -> list[bytes]:
    """The lines from the first one's base line down."""
    spare = [max(room - face().width(line) * size, 0) / 2 if centred else 0 for line in lines]
    return [
        _shown(line, edge + inset, first - at * _LEADING * size)
        for at, (line, inset) in enumerate(zip(lines, spare, strict=True))
    ]


def _comb(value: str, wide: float, high: float, slot: Slot) -> list[bytes]:
    """One character in each of the printed boxes."""
    step = wide / comb_length(slot)
    size = slot.size * 0.8
    base = high / 2 - 0.37 * size
    signs = [
        _shown(char, at * step + (step - face().width(char) * size) / 2, base)
        for at, char in enumerate(value)
    ]
    return [_font(size), *signs]


def comb_length(slot: Slot) -> int:
    """How many boxes are printed below a comb."""
    return round((slot.box.right - slot.box.left) / slot.size)


def _font(size: float) -> bytes:
    return f"/{FONT} {size:.2f} Tf".encode()


def _shown(text: str, left: float, base: float) -> bytes:
    return f"1 0 0 1 {left:.2f} {base:.2f} Tm ".encode() + face().codes(text) + b" Tj"
