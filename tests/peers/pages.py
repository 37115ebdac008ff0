"""A lint of printed pages: what a person would circle in red, found by geometry.

Glyphs are judged by a box near their ink, reckoned from the baseline: the box
pdfplumber gives hangs on the font's descent, which LibreOffice sets to 0, and
a Han character never fills it. Full-width brackets and stops ink one half.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
from pdfplumber.page import Page

from .office import squeeze
from .reading import POINTS_PER_MM

EDGE = 5 * POINTS_PER_MM  # what office printers cannot print
SLACK = 0.7  # pt a glyph may reach over a rule
THIN = 3.0  # pt up to which a filled shape is a rule
SHORTEST_RULE = 8.0  # pt; what is shorter is part of a drawing
ASCENT, DESCENT = 0.76, 0.04  # ink of a Han character about its baseline, in em
FULLEST_ORPHAN = 0.15

INKED_LEFT = frozenset("，。、；：！？）》」』】〉〕”’")
INKED_RIGHT = frozenset("（《「『【〈〔“‘")
STANDARD_FONT_KINDS = frozenset({"/Type1", "/MMType1", "/TrueType", "/CIDFontType0", "/CIDFontType2"})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points from the upper left corner of the paper."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def area(self) -> float:
        """Square points."""
        return max(0.0, self.x1 - self.x0) * max(0.0, self.bottom - self.top)

    def common(self, other: Box) -> Box:
        """What both cover; its area is 0 where they do not meet."""
        return Box(
            max(self.x0, other.x0),
            max(self.top, other.top),
            min(self.x1, other.x1),
            min(self.bottom, other.bottom),
        )

    @property
    def middle(self) -> tuple[float, float]:
        """The centre, x and y."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Glyph:
    """A visible glyph and its ink; `level` is false of slanted and turned text."""

    text: str
    ink: Box
    baseline: float
    body: bool
    level: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruled line: where it stands on its own axis, and its two ends on the other."""

    vertical: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True)
class Sheet:
    """One page: its number, size, body area (y from, y to), and what stands on it."""

    number: int
    paper: Box
    body: tuple[float, float]
    glyphs: Sequence[Glyph]
    rules: Sequence[Rule]

    @cached_property
    def body_glyphs(self) -> list[Glyph]:
        """What is neither page header nor footer nor a repeated table header."""
        return [glyph for glyph in self.glyphs if glyph.body]

    def told(self, glyphs: Sequence[Glyph], what: str) -> str:
        """One problem in words: page, text, and the place of its first glyph."""
        text = "".join(glyph.text for glyph in glyphs)
        shown = text if len(text) <= 20 else text[:19] + "…"
        x, y = (round(at / POINTS_PER_MM, 1) for at in glyphs[0].ink.middle)
        place = f"first at {x} mm from the left, {y} mm from the top"
        return f"page {self.number}: 「{shown}」 {what} ({place})"


@dataclass(frozen=True, slots=True)
class Label:
    """Where a signature label stands last in the document."""

    text: str
    sheet: Sheet = field(repr=False)
    glyph: Glyph


def problems(
    pdf: Path, signature_labels: Sequence[str] = (), *, top: float = 20, bottom: float = 20
) -> list[str]:
    """What is wrong with the pages of a PDF, each in words with its page number.

    `signature_labels` are texts of the signature block; of each, the last
    occurrence in the document counts. `top` and `bottom` are the heights of
    the bands of page header and footer, in mm from the paper's edges.
    """
    sheets = _sheets(pdf, top, bottom)
    found = [told for sheet in sheets for told in _sheet_problems(sheet)]
    return [
        *found,
        *_signature_problems(sheets, signature_labels),
        *_orphan_problems(sheets),
        *_font_problems(pdf),
    ]


def _sheet_problems(sheet: Sheet) -> Iterator[str]:
    if outside := [glyph for glyph in sheet.glyphs if _is_outside(glyph, sheet.paper)]:
        yield sheet.told(outside, "stands outside the printable area")
    level = [glyph for glyph in sheet.glyphs if glyph.level]
    crossing = [glyph for glyph in level if any(_crosses(glyph, rule) for rule in sheet.rules)]
    if crossing:
        yield sheet.told(crossing, "crosses a ruled line")
    if running := [pair for pair in pairwise(level) if any(_runs_over(pair, rule) for rule in sheet.rules)]:
        yield sheet.told(running[0], "runs on over a ruled line")
    if overlapping := list(_overlapping(level)):
        yield sheet.told(overlapping, "overlaps other text")


# --- glyphs against paper, rules and one another


def _is_outside(glyph: Glyph, paper: Box) -> bool:
    ink = glyph.ink
    inside_x = paper.x0 + EDGE <= ink.x0 and ink.x1 <= paper.x1 - EDGE
    inside_y = paper.top + EDGE <= ink.top and ink.bottom <= paper.bottom - EDGE
    return not (inside_x and inside_y)


def _crosses(glyph: Glyph, rule: Rule) -> bool:
    """Does the rule pass through the ink, deeper than the slack on both sides?"""
    ink, (x, y) = glyph.ink, glyph.ink.middle
    if rule.vertical:
        return rule.start <= y <= rule.end and ink.x0 + SLACK < rule.at < ink.x1 - SLACK
    return rule.start <= x <= rule.end and ink.top + SLACK < rule.at < ink.bottom - SLACK


def _runs_over(pair: tuple[Glyph, Glyph], rule: Rule) -> bool:
    """Does a line of text pass a vertical rule in the gap between two of its glyphs?"""
    left, right = pair
    if not rule.vertical or abs(left.baseline - right.baseline) > SLACK:
        return False
    touching = abs(right.ink.x0 - left.ink.x1) < 2 * SLACK
    between = left.ink.x1 - SLACK <= rule.at <= right.ink.x0 + SLACK
    return touching and between and rule.start <= left.ink.middle[1] <= rule.end


def _overlapping(glyphs: Iterable[Glyph]) -> Iterator[Glyph]:
    """The glyphs of which more than half covers, or is covered by, an earlier one."""
    near: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.ink.top):
        near = [other for other in near if other.ink.bottom > glyph.ink.top]
        if any(_overlap(glyph, other) for other in near):
            yield glyph
        near.append(glyph)


def _overlap(one: Glyph, other: Glyph) -> bool:
    return one.ink.common(other.ink).area > min(one.ink.area, other.ink.area) / 2


# --- the signature block, the last page, the fonts


def _signature_problems(sheets: Sequence[Sheet], texts: Sequence[str]) -> Iterator[str]:
    labels = [label for text in texts if (label := _last_label(sheets, text))]
    if not labels:
        return
    if len({label.sheet.number for label in labels}) > 1:
        where = ", ".join(f"{label.text} on page {label.sheet.number}" for label in labels)
        yield f"the signature block is torn apart: {where}"
    first = min(labels, key=lambda label: (label.sheet.number, label.glyph.ink.top))
    if not _has_text_above(first):
        page = first.sheet.number
        yield f"page {page}: the signature block stands alone, no line above 「{first.text}」"


def _last_label(sheets: Sequence[Sheet], text: str) -> Label | None:
    """The label's last occurrence, searched without white space."""
    wanted = squeeze(text)
    for sheet in reversed(sheets):
        letters = [(letter, glyph) for glyph in sheet.body_glyphs for letter in glyph.text]
        at = "".join(letter for letter, _ in letters).rfind(wanted)
        if wanted and at >= 0:
            return Label(text, sheet, letters[at][1])
    return None


def _has_text_above(label: Label) -> bool:
    """Is there body text above the row, that is above the rule over the label?"""
    x, top = label.glyph.ink.middle[0], label.glyph.ink.top
    over = [
        rule.at
        for rule in label.sheet.rules
        if not rule.vertical and rule.start <= x <= rule.end and rule.at <= top + SLACK
    ]
    row = max(over, default=top)
    return any(glyph.ink.bottom <= row + SLACK for glyph in label.sheet.body_glyphs)


def _orphan_problems(sheets: Sequence[Sheet]) -> Iterator[str]:
    """A last page that is nearly empty; an only page may be short, but not blank."""
    last = sheets[-1]
    share = _fullness(last)
    if share == 0 or (len(sheets) > 1 and share < FULLEST_ORPHAN):
        yield f"page {last.number}: the last page is only {share:.0%} full"


def _fullness(sheet: Sheet) -> float:
    """How much of the body's height text and rules reach over."""
    low, high = sheet.body
    inks = [at for glyph in sheet.body_glyphs for at in (glyph.ink.top, glyph.ink.bottom)]
    ruled = [at for rule in sheet.rules for at in ((rule.start, rule.end) if rule.vertical else (rule.at,))]
    reached = inks + [at for at in ruled if low <= at <= high]
    return (max(reached) - min(reached)) / (high - low) if reached else 0.0


def _font_problems(pdf: Path) -> list[str]:
    with pikepdf.open(pdf) as opened:
        fonts = [
            thing
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and _is_bare_font(thing)
        ]
        return [
            f"font {name} is not embedded"
            for name in sorted({str(font.get("/BaseFont", "?")) for font in fonts})
        ]


def _is_bare_font(thing: pikepdf.Dictionary) -> bool:
    """A font without a font file; composite and drawn fonts hold none of their own."""
    if thing.get("/Type") != pikepdf.Name.Font or str(thing.get("/Subtype")) not in STANDARD_FONT_KINDS:
        return False
    descriptor = thing.get("/FontDescriptor", pikepdf.Dictionary())
    return not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


# --- reading pages


def _sheets(pdf: Path, top: float, bottom: float) -> list[Sheet]:
    with pdfplumber.open(pdf) as opened:
        return [_sheet(page, top * POINTS_PER_MM, bottom * POINTS_PER_MM) for page in opened.pages]


def _sheet(page: Page, top: float, bottom: float) -> Sheet:
    paper = Box(*(float(side) for side in page.bbox))
    body = (paper.top + top, paper.bottom - bottom)
    glyphs = [_glyph(char, body) for char in page.chars if char["text"].strip()]
    return Sheet(page.page_number, paper, body, glyphs, list(_rules(page)))


def _glyph(char: dict[str, Any], body: tuple[float, float]) -> Glyph:
    a, b, _, _, _, y = char["matrix"]
    baseline = char["bottom"] - (y - char["y0"])
    level = a > 0 and abs(b) < 0.01 * a
    ink = _ink(char, baseline) if level else Box(char["x0"], char["top"], char["x1"], char["bottom"])
    in_body = char.get("tag") != "Artifact" and body[0] <= baseline <= body[1]
    return Glyph(char["text"], ink, baseline, in_body, level)


def _ink(char: dict[str, Any], baseline: float) -> Box:
    x0, x1, size = char["x0"], char["x1"], char["size"]
    if x1 - x0 > 0.75 * size:
        half = (x1 - x0) / 2
        x0 += half if char["text"] in INKED_RIGHT else 0
        x1 -= half if char["text"] in INKED_LEFT else 0
    return Box(x0, baseline - ASCENT * size, x1, baseline + DESCENT * size)


def _rules(page: Page) -> Iterator[Rule]:
    """Stroked lines along an axis, and filled shapes as thin as one."""
    for shape in [*page.lines, *page.rects, *page.curves]:
        for (x0, y0), (x1, y1) in _strokes(shape):
            vertical = abs(x1 - x0) < abs(y1 - y0)
            across, along = ((x0, x1), (y0, y1)) if vertical else ((y0, y1), (x0, x1))
            if abs(across[1] - across[0]) < 1 and abs(along[1] - along[0]) >= SHORTEST_RULE:
                yield Rule(vertical, sum(across) / 2, min(along), max(along))


def _strokes(shape: dict[str, Any]) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight pieces of a shape; of a thin filled one, its middle line."""
    x0, x1, top, bottom = shape["x0"], shape["x1"], shape["top"], shape["bottom"]
    if shape["object_type"] != "line" and min(x1 - x0, bottom - top) <= THIN:
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        return [((x, top), (x, bottom)) if x1 - x0 < bottom - top else ((x0, y), (x1, y))]
    if not shape["stroke"]:
        return []
    if shape["object_type"] == "rect":
        corners = [(x0, top), (x1, top), (x1, bottom), (x0, bottom), (x0, top)]
        return list(pairwise(corners))
    return list(pairwise(shape["pts"]))
