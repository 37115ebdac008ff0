"""Small pieces of WordprocessingML: runs, paragraphs, cells, rows, tables.

Everything is a string; what comes from outside passes `escape` or `attribute`.
A paragraph and a row are data until they are printed, because whether they
keep with the next is known only when the next is known.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ...forms.blocks import Cell
from ...records import kinds
from .anchors import bookmark_name
from .program import clean, escape

HEAVY, THIN = 12, 4  # eighths of a point
MARGIN = 100  # twips between a rule and the text
HALF_LETTER = 105  # twips: in 宋体 10.5 pt every letter is full or half
UNDERLINED = '<w:u w:val="single"/>'
_LONGEST = 64  # Word's limit for a control's tag and title


def twips(mm: float) -> int:
    """Millimetres in twentieths of a point."""
    return round(mm * 1440 / 25.4)


def attribute(text: str) -> str:
    """A quoted attribute value."""
    return f'"{html.escape(clean(text))}"'


def run(text: str, style: str = "", look: str = "") -> str:
    """A run of text; `style` is a character style, `look` further run properties."""
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    properties = f"<w:rPr>{named}{look}</w:rPr>" if named or look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


class Marks:
    """Ids and bookmark names of one document, each given once."""

    def __init__(self) -> None:
        self.last = 0
        self.names: set[str] = set()

    def number(self) -> int:
        """The next id."""
        self.last += 1
        return self.last

    def name(self, path: str) -> str:
        """The bookmark for a field; a field printed twice has a second one."""
        name = new = bookmark_name(path)
        count = 1
        while new in self.names:
            count += 1
            new = f"{name}_{count}"
        self.names.add(new)
        return new

    def value(self, cell: Cell, look: str = "") -> str:
        """A value inside its bookmark and its content control."""
        mark, control = self.number(), self.number()
        title, tag = attribute(cell.label[:_LONGEST]), attribute(cell.path[:_LONGEST])
        return (
            f'<w:bookmarkStart w:id="{mark}" w:name="{self.name(cell.path)}"/>'
            f'<w:sdt><w:sdtPr><w:alias w:val={title}/><w:tag w:val={tag}/><w:id w:val="{control}"/></w:sdtPr>'
            f"<w:sdtContent>{run(cell.text, look=look)}</w:sdtContent></w:sdt>"
            f'<w:bookmarkEnd w:id="{mark}"/>'
        )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: its style, its runs, its own spacing and alignment."""

    style: str
    runs: str = ""
    look: str = ""

    def xml(self, keep: bool = False) -> str:
        """As XML; `keep` holds it on the page of the next paragraph."""
        kept = "<w:keepNext/>" if keep else ""
        return f'<w:p><w:pPr><w:pStyle w:val="{self.style}"/>{kept}{self.look}</w:pPr>{self.runs}</w:p>'


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a ruled table between two cuts (twips from the left edge).

    `merge` makes it one with those above and below: `restart` in the first row,
    `continue` in the others.
    """

    left: int
    right: int
    content: tuple[Paragraph, ...]
    align: str = "center"
    shaded: bool = False
    heavy_top: bool = False
    unframed: bool = False
    merge: str = ""

    def xml(self, cuts: Sequence[int], keep: bool) -> str:
        """As XML, spanning the grid columns between its cuts."""
        span = cuts.index(self.right) - cuts.index(self.left)
        properties = [
            f'<w:tcW w:w="{self.right - self.left}" w:type="dxa"/>',
            f'<w:gridSpan w:val="{span}"/>' if span > 1 else "",
            f'<w:vMerge w:val="{self.merge}"/>' if self.merge else "",
            self.borders(),
            '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if self.shaded else "",
            f'<w:vAlign w:val="{self.align}"/>',
        ]
        inner = "".join(paragraph.xml(keep) for paragraph in self.content)
        return f"<w:tc><w:tcPr>{''.join(properties)}</w:tcPr>{inner}</w:tc>"

    def borders(self) -> str:
        """Its own rules, where they are not the table's."""
        rules = border("top", HEAVY) if self.heavy_top else ""
        if self.unframed:
            rules += "".join(f'<w:{side} w:val="nil"/>' for side in ("left", "bottom", "right"))
        return f"<w:tcBorders>{rules}</w:tcBorders>" if rules else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a ruled table; its height is a least height."""

    boxes: tuple[Box, ...]
    height: int
    splits: bool = False
    keep: bool = False
    head: bool = False

    def kept(self) -> Line:
        """The same, staying on the page of the next row."""
        return replace(self, keep=True)

    def xml(self, cuts: Sequence[int]) -> str:
        """As XML."""
        whole = "" if self.splits else "<w:cantSplit/>"
        head = "<w:tblHeader/>" if self.head else ""
        height = f'<w:trHeight w:val="{self.height}" w:hRule="atLeast"/>' if self.height else ""
        boxes = "".join(box.xml(cuts, self.keep) for box in self.boxes)
        return f"<w:tr><w:trPr>{whole}{height}{head}</w:trPr>{boxes}</w:tr>"


@dataclass(slots=True)
class Ruled:
    """A ruled table as it grows; its columns are the cuts of all its rows."""

    lines: list[Line] = field(default_factory=list)
    margin: int = MARGIN
    repeats: bool = False

    def xml(self, top: int, bottom: int) -> str:
        """As XML, with the weights of its upper and lower edge."""
        cuts = sorted({cut for line in self.lines for box in line.boxes for cut in (box.left, box.right)})
        columns = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(cuts))
        weights = (top, HEAVY, bottom, HEAVY, THIN, THIN)
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        borders = "".join(map(border, sides, weights))
        margins = "".join(
            f'<w:{side} w:w="{width}" w:type="dxa"/>'
            for side, width in (("top", 40), ("left", self.margin), ("bottom", 40), ("right", self.margin))
        )
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{cuts[-1] - cuts[0]}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
            + "".join(line.xml(cuts) for line in self.lines)
            + "</w:tbl>"
        )


def border(side: str, weight: int) -> str:
    """One ruled edge."""
    return f'<w:{side} w:val="single" w:sz="{weight}" w:space="0" w:color="000000"/>'


def is_long(cell: Cell) -> bool:
    """Whether the text may go over pages."""
    return cell.spec is None or isinstance(cell.spec.kind, kinds.Long | kinds.Nested)
