"""Text as it enters: cleaned once, and what was removed is said.

Names are never normalised (NFC and NFKC change people's names); only values
with a grammar of their own, as dates and numbers, are read in half width.
"""

from __future__ import annotations

import re
import unicodedata

# Control characters but tab and line feed, lone surrogates, noncharacters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
# Zero-width characters come along when text is copied from a web page.
_WIDE: dict[int, int | None] = (
    dict.fromkeys((0x200B, 0x2060, 0xFEFF))
    | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: 0x20}
)


def clean(text: str) -> tuple[str, list[str]]:
    """Return the text with one kind of line end and without what no page can
    hold, and the removed characters as `U+000C` names, each once."""
    text = _LINE_ENDS.sub("\n", text)
    removed = dict.fromkeys(f"U+{ord(c):04X}" for c in _UNWANTED.findall(text))
    if removed:
        text = _UNWANTED.sub("", text)
    return text, list(removed)


def narrow(text: str) -> str:
    """Full-width ASCII and blanks in half width, ends trimmed: `２０２６．３` → `2026.3`."""
    return text.translate(_WIDE).strip()


class _Columns(dict[str, int]):
    """Characters and their columns, looked up once each."""

    def __missing__(self, char: str) -> int:
        self[char] = columns = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        return columns


_columns = _Columns()


def width(text: str) -> int:
    """Columns the text takes on a terminal or in a ruled box: 2 for wide characters."""
    return sum(map(_columns.__getitem__, text))
