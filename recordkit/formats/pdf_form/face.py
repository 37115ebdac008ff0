"""The face that fillable forms carry: its characters, their widths, and it as PDF objects.

A TrueType face is carried whole, since nobody knows what will be typed; it is
Noto Serif CJK SC trimmed to GB 2312, 通用规范汉字表 and the common signs by
`tools/build_fonts.py`, under the SIL Open Font License (`fonts/OFL.txt`). Its
tables are read here in a few lines, so that fontTools is needed to build only.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from ... import fonts

NAME = "RecordkitForm-Regular"
ASCENT, DESCENT = 0.88, 0.12  # of a Han character, in em
_EM = 1000
_FULL_WIDTH = 1000
_STOPS = frozenset("，。、；：！？）》」』】〉〕”’…％,.;:!?)]%-/")
_OPENERS = frozenset("（《「『【〈〔“‘([")


@dataclass(frozen=True, slots=True)
class Face:
    """`glyphs` by character, `widths` by glyph, in thousandths of the em."""

    data: bytes
    glyphs: dict[str, int]
    widths: tuple[int, ...]

    def width(self, text: str) -> float:
        """How wide a line is, in em."""
        return sum(self.widths[self.glyphs[char]] for char in text) / _EM

    def shown(self, text: str) -> str:
        """The text with 〓 for what this face does not hold, one line a line."""
        plain = fonts.printable(text.replace("\t", "　")).replace("\r", "")
        return "".join(char if char in self.glyphs or char == "\n" else "〓" for char in plain)

    def codes(self, text: str) -> bytes:
        """The text as the hexadecimal string of a content stream."""
        return b"<" + b"".join(b"%04X" % self.glyphs[char] for char in text) + b">"


@cache
def face() -> Face:
    """The packaged face."""
    folder = files("recordkit") / "formats" / "pdf_form"
    data = (folder / f"{NAME}.ttf").read_bytes()
    # The characters stand in the order of their glyphs, behind the sign for a missing one.
    characters = (folder / f"{NAME}.txt").read_bytes().decode()
    glyphs = {char: glyph for glyph, char in enumerate(characters, 1)}
    [count] = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4s4xII", data, 12 + 16 * at) for at in range(count))
    tables = {tag: data[start : start + length] for tag, start, length in entries}
    [amount] = struct.unpack_from(">H", tables[b"hhea"], 34)
    given = [width for width, _ in struct.iter_unpack(">HH", tables[b"hmtx"][: 4 * amount])]
    return Face(data, glyphs, (*given, *[given[-1]] * (len(glyphs) + 1 - amount)))


@cache
def packed() -> bytes:
    """The face's bytes, deflated once for all forms of the process."""
    return zlib.compress(face().data, 6)


@cache
def to_unicode() -> bytes:
    """The CMap from glyphs to characters, by which viewers and readers find the text."""
    # As lists, one for the glyphs of each first byte: pypdf reads it anew for each field.
    characters = ["\ufffd", *face().glyphs]
    runs = []
    for at in range(0, len(characters), 256):
        part = characters[at : at + 256]
        codes = " ".join(f"<{_utf16(char)}>" for char in part)
        runs.append(f"1 beginbfrange\n<{at:04X}> <{at + len(part) - 1:04X}> [{codes}]\nendbfrange")
    return "\n".join((_HEAD, *runs, _FOOT)).encode()


def wide() -> Iterator[tuple[int, int, int]]:
    """Runs of glyphs that are not full width: first, last, width; together the array W."""
    odd = [(glyph, width) for glyph, width in enumerate(face().widths) if width != _FULL_WIDTH]
    for _, run in groupby(enumerate(odd), lambda each: (each[1][0] - each[0], each[1][1])):
        glyphs = [glyph for _, (glyph, _width) in run]
        yield glyphs[0], glyphs[-1], face().widths[glyphs[0]]


def _utf16(char: str) -> str:
    return char.encode("utf-16-be").hex().upper()


_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange"""
_FOOT = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def wrapped(text: str, room: float, size: float) -> list[str]:
    """The text's lines, broken where `room` (points) ends at that size."""
    return [part for line in text.split("\n") for part in _broken(line, room / size)]


def _broken(line: str, room: float) -> Iterable[str]:
    start, reach = 0, 0.0
    for at, char in enumerate(line):
        step = face().width(char)
        while reach + step > room and at > start:
            # What goes down with the sign that has no room: the start of its word or number.
            end = next((end for end in range(at, start, -1) if _may_break(line, end)), at)
            yield line[start:end]
            start, reach = end, face().width(line[end:at])
        reach += step
    yield line[start:]


def _may_break(line: str, at: int) -> bool:
    """Whether a line may begin there: with no stop, behind no opening sign, within no number or part
    of a date."""
    before, behind = line[at - 1], line[at]
    word = before.isascii() and before.isalnum() and behind.isascii() and behind.isalnum()
    decimal = before in ".,:" and behind.isdecimal()
    dated = before.isdecimal() and behind in "年月日时分"
    return not (word or decimal or dated or behind in _STOPS or before in _OPENERS)
