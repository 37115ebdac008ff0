"""The faces recordkit prints with, and which characters they hold.

The faces themselves, and `coverage.txt` that lists their characters, are
built by `tools/build_fonts.py`; `README.md` beside them says what each is for.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

__all__ = ["FOLDER", "HAN", "HEI", "SONG", "SYMBOLS", "missing", "printable"]

FOLDER: Final = Path(__file__).parent

SONG: Final = "Recordkit Song"
HEI: Final = "Recordkit Hei"
HAN: Final = "Recordkit Han"
SYMBOLS: Final = "Recordkit Symbols"

GETA: Final = "〓"

# Nearly every text is made of these alone, and then the coverage is not read.
_COMMON = re.compile(r"[\t\n\r -~\u3000-】〓！-～“”‘’—…·□☐☑☒一-龥]*")

# A letter with the marks put on it, as macOS types ā: two characters for one.
_MARKED = re.compile(r"\w[\u0300-\u036f]+")

# Variation selectors; joiners and their like are found by their category.
_SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def missing(text: str) -> list[str]:
    """Return the characters of the text that no face has, each once, in order.

    White space is never missing, and neither is what has no shape of its own:
    joiners, variation selectors, direction marks.
    """
    if _COMMON.fullmatch(text):
        return []
    return [char for char in dict.fromkeys(_shapes(text)) if not (char.isspace() or _covered(char))]


def printable(text: str) -> str:
    """Return the text as it can be printed, with 〓 for every missing character.

    Whatever has no shape is dropped, a mark typed after its letter is joined to
    it, and white space of an unusual width becomes a plain space.
    """
    if _COMMON.fullmatch(text):
        return text
    return "".join(_printed(char) for char in _shapes(text))


def _printed(char: str) -> str:
    if char in "\t\n\r" or _covered(char):
        return char
    return " " if char.isspace() else GETA


def _shapes(text: str) -> str:
    joined = _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    visible = _SELECTORS.sub("", joined)
    return "".join(char for char in visible if unicodedata.category(char) != "Cf")


@lru_cache(maxsize=8192)
def _covered(char: str) -> bool:
    firsts, lasts = _coverage()
    place = bisect_right(firsts, char) - 1
    return place >= 0 and char <= lasts[place]


@cache
def _coverage() -> tuple[list[str], list[str]]:
    """First and last characters of the runs that some face has, in order."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted(_runs()):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], max(last, runs[-1][1])
        else:
            runs.append((first, last))
    return [chr(first) for first, _ in runs], [chr(last) for _, last in runs]


def _runs() -> list[tuple[int, int]]:
    lines = (FOLDER / "coverage.txt").read_text("ascii").splitlines()
    ends = [line.partition("-") for line in lines if not line.startswith("[")]
    return [(int(first, 16), int(last or first, 16)) for first, _, last in ends]
