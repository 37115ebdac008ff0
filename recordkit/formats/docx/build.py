"""A form's Word template, built from its definition.

It is an ordinary docxtpl template that people may go on editing in Word: one
run per tag, plain paragraphs, tables of fixed layout. Blocks that follow each
other stand as one ruled form; a list is a table of its own, since only the
first rows of a table repeat on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from ...forms import balanced, spread
from ...forms.blocks import (
    BAND_WIDTH,
    PAGE_WIDTH,
    ROW_HEIGHT,
    Arranged,
    Block,
    Break,
    Cell,
    Grid,
    Note,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Slip,
    Table,
)
from ...records import kinds
from ...records.fields import Nature
from ..package import write_parts
from . import page as around
from .wml import (
    HALF_LETTER,
    HEAVY,
    MARGIN,
    THIN,
    UNDERLINED,
    Box,
    Line,
    Marks,
    Paragraph,
    Ruled,
    is_long,
    run,
    twips,
)

LANDSCAPE_WIDTH = 247.0
CAPTION_HEIGHT = 9.0
_CUT = (
    '<w:pBdr><w:top w:val="dotted" w:sz="6" w:space="14" w:color="auto"/></w:pBdr>'
    '<w:spacing w:before="480" w:after="160"/><w:jc w:val="center"/>'
)
_TEXT_LINE = 5.6  # mm, a line of print
_OPINION_GAP = 3.0
_NEAR = 1.5  # mm; cuts nearer than this stand under one another
_SHORT = 40  # letters; texts that may be longer are not centred in a list
_MANY_COLUMNS = 7


def build(arranged: Arranged, properties: Mapping[str, str] | None = None) -> bytes:
    """The template of a form arranged with its tags; `properties` become document properties."""
    page = arranged.page
    body = _Body(LANDSCAPE_WIDTH if page.landscape else PAGE_WIDTH)
    body.title(page.title)
    for block, following in zip_longest(arranged.blocks, arranged.blocks[1:]):
        body.signs_follow = isinstance(following, Signatures)
        body.add(block)
    return write_parts(around.package(page, body.finished(), properties or {}))


class _Body:
    """The document's body as it grows, block by block."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.marks = Marks()
        self.out: list[str] = []
        self.tables: list[Ruled] = []
        self.signs_follow = False

    def title(self, text: str) -> None:
        """The form's title."""
        self.out.append(Paragraph("Title", run(text)).xml())

    def add(self, block: Block) -> None:
        """Draw one block."""
        match block:
            case Grid():
                self.ruled(self.grid(block))
            case Table():
                self.list(block)
            case Picture():
                self.ruled(self.picture(block))
            case Signatures():
                self.signatures(block)
            case Note() if self.tables:
                self.note(block)
            case Prose() | Note() | Break() | Slip():
                self.close()
                self.out += [paragraph.xml(keep) for paragraph, keep in self.outside(block)]

    def finished(self) -> str:
        """The body's XML, ending in a paragraph."""
        if self.tables:
            self.close()
            self.out.append(Paragraph("FormEnd").xml())
        return "".join(self.out)

    # tables

    def close(self) -> None:
        """Print the tables gathered so far as one framed form, a rule between each two."""
        last = len(self.tables) - 1
        for index, table in enumerate(self.tables):
            if index:
                self.out.append(Paragraph("FormRule").xml())
            self.out.append(table.xml(HEAVY if index == 0 else THIN, HEAVY if index == last else THIN))
        self.tables.clear()

    def ruled(self, lines: Iterable[Line]) -> None:
        """Rows that go on with the table before, if that is no list."""
        if not self.tables or self.tables[-1].repeats:
            self.tables.append(Ruled())
        self.tables[-1].lines += lines

    def full(self, *content: Paragraph, shaded: bool = False) -> tuple[Box, ...]:
        """One cell over the whole width."""
        return (Box(0, twips(self.width), content, shaded=shaded),)

    def heading(self, title: str, head: bool = False, margin: int = MARGIN) -> list[Line]:
        """A section's title row, never the last of a page."""
        if not title:
            return []
        indent = f'<w:ind w:left="{MARGIN - margin}"/>' if margin != MARGIN else ""
        boxes = self.full(Paragraph("FormSection", run(title), indent), shaded=True)
        return [Line(boxes, twips(ROW_HEIGHT), keep=True, head=head)]

    def grid(self, block: Grid) -> list[Line]:
        """Rows of label and value, with the band at their left and the photo at their right."""
        left = BAND_WIDTH if block.band else 0.0
        snap = _snapping([cut for row in block.rows for cut in self.cuts(row, left)], self.earlier_cuts())
        lines = (self.beside(block, index, self.row(row, snap, left)) for index, row in enumerate(block.rows))
        return [*self.heading(block.title), *lines]

    def beside(self, block: Grid, index: int, line: Line) -> Line:
        """A row between the band and the photo, each one cell over several rows."""
        boxes, merge = line.boxes, "continue" if index else "restart"
        if block.band:
            # Breaks and no turned text, which LibreOffice, WPS and Word do not show alike.
            band = Paragraph("FormLabel", "" if index else run("\n".join(block.band)))
            boxes = (Box(0, boxes[0].left, (band,), merge=merge), *boxes)
        if not block.photo or index >= block.photo_rows:
            return replace(line, boxes=boxes)
        left, right = boxes[-1].right, twips(self.width)
        content = (Paragraph("FormLabel"),) if index else tuple(self.photo(block.photo, right - left))
        boxes = (*boxes, Box(left, right, content, merge=merge))
        # The end of a page does not cut the photo.
        return replace(line, boxes=boxes, splits=False, keep=index + 1 < block.photo_rows)

    def photo(self, cell: Cell, width: int) -> Iterator[Paragraph]:
        """What stands in the photo's frame until one is glued on."""
        yield Paragraph("FormLabel", run(_label(cell.label, width)))
        yield Paragraph("FormValue", self.marks.value(cell), '<w:jc w:val="center"/>')

    def earlier_cuts(self) -> list[int]:
        """The cuts of the table that the next rows go on with."""
        if not self.tables or self.tables[-1].repeats:
            return []
        return [cut for line in self.tables[-1].lines for box in line.boxes for cut in (box.left, box.right)]

    def cuts(self, row: Sequence[Cell], left: float) -> list[int]:
        """Where a row is cut: before each label, between label and value, at the end."""
        place = left * self.width / PAGE_WIDTH
        found = [twips(place)]
        for cell in row:
            label, place = place + cell.label_width, place + cell.width * self.width / PAGE_WIDTH
            found += [twips(label), twips(place)]
        return found

    def row(self, row: Sequence[Cell], snap: Callable[[int], int], left: float) -> Line:
        """One row of a grid that begins so far (mm) from the edge."""
        cuts = [snap(cut) for cut in self.cuts(row, left)]
        boxes: list[Box] = []
        for index, cell in enumerate(row):
            start, middle, right = cuts[2 * index : 2 * index + 3]
            label = Paragraph("FormLabel", run(_label(cell.label, middle - start)))
            boxes.append(Box(start, middle, (label,)))
            content = (Paragraph("FormValue", self.marks.value(cell)),)
            boxes.append(Box(middle, right, content, "top" if is_long(cell) else "center"))
        return Line(
            tuple(boxes),
            twips(max(ROW_HEIGHT, *(cell.height for cell in row))),
            splits=any(is_long(cell) for cell in row),
        )

    def picture(self, block: Picture) -> list[Line]:
        """A frame with its caption; the drawing will stand above the caption."""
        caption = run(block.caption, "FormStrong") + self.marks.value(block.cell)
        boxes = (Box(0, twips(self.width), (Paragraph("FormCaption", caption),), "bottom"),)
        return [*self.heading(block.title), Line(boxes, twips(block.cell.height + CAPTION_HEIGHT))]

    def list(self, block: Table) -> None:
        """A table whose title and heads repeat; its row stands in a loop."""
        width, columns = twips(self.width), len(block.columns)
        cuts = [0]
        for column in block.columns:
            cuts.append(cuts[-1] + twips(column.width * self.width / PAGE_WIDTH))
        cuts[-1] = width
        spans = list(pairwise(cuts))
        style, margin = ("FormCellSmall", 60) if columns > _MANY_COLUMNS else ("FormCell", 80)
        labels = (
            _head(column.label, right - left - 2 * margin)
            for (left, right), column in zip(spans, block.columns, strict=True)
        )
        heads = (
            Box(*span, (Paragraph(f"{style}Head", run(label)),))
            for span, label in zip(spans, labels, strict=True)
        )
        height = twips(block.height)
        lines = self.heading(block.title, head=True, margin=margin)
        lines.append(Line(tuple(heads), height, keep=True, head=True))
        for row in block.rows:
            boxes = (self.list_box(span, cell, style) for span, cell in zip(spans, row, strict=True))
            data = Line(tuple(boxes), height, splits=any(is_long(cell) for cell in row))
            lines += [self.tag(f"{{%tr for row in {block.path} %}}"), data, self.tag("{%tr endfor %}")]
        self.tables.append(Ruled(lines, margin, repeats=True))

    def tag(self, text: str) -> Line:
        """A row that only holds a loop's tag; printing removes it."""
        return Line(self.full(Paragraph("FormNote", run(text))), twips(5))

    def list_box(self, span: tuple[int, int], cell: Cell, style: str) -> Box:
        """A cell of a list."""
        centred = '<w:jc w:val="center"/>' if _is_short(cell) else ""
        return Box(*span, (Paragraph(style, self.marks.value(cell), centred),))

    # signatures

    def signatures(self, block: Signatures) -> None:
        """Signature cells at the end of the table before, all on one page with its last row."""
        lines = [self.sign_row(row, first=index == 0) for index, row in enumerate(block.rows)]
        lines = [line.kept() for line in lines[:-1]] + lines[-1:]
        if self.tables:
            # A list may take them in too: nothing but them follows in it.
            before = self.tables[-1].lines
            before[-1] = before[-1].kept()
            before += lines
        else:
            self.tables.append(Ruled(lines))

    def sign_row(self, row: Sequence[SignCell], first: bool) -> Line:
        """Signatures side by side."""
        has_opinion = any(each.opinion for each in row)
        least = max(each.sign.height for each in row) + (_OPINION_GAP + _TEXT_LINE if has_opinion else 0)
        cuts = [twips(self.width * index / len(row)) for index in range(len(row) + 1)]
        heavy = first and bool(self.tables)
        # Captions stand level: under an opinion of any length, or at the top where there is none.
        align = "bottom" if has_opinion else "top"
        boxes = (
            Box(*span, tuple(self.sign(each, least)), align, heavy_top=heavy)
            for span, each in zip(pairwise(cuts), row, strict=True)
        )
        return Line(tuple(boxes), twips(least))

    def sign(self, each: SignCell, least: float) -> Iterable[Paragraph]:
        """Opinion, caption, room for the pen, and the date or the proof at the right."""
        room = (each.sign.height if each.opinion else least) - 2 * _TEXT_LINE - 2
        if each.opinion:
            opinion = run(each.opinion_caption, "FormStrong") + self.marks.value(each.opinion)
            yield Paragraph("FormValue", opinion, _after(least - each.sign.height - _TEXT_LINE))
        yield Paragraph("FormValue", run(each.caption, "FormStrong"), _after(room))
        yield Paragraph("FormSign", self.marks.value(each.sign))

    def note(self, block: Note) -> None:
        """Small print below the frame, as its table's last row so that it never stands alone on a page."""
        lines = self.tables[-1].lines
        lines[-1] = lines[-1].kept()
        # Flush with the frame, not with the text in it.
        flush = f'<w:spacing w:before="0"/><w:ind w:left="-{MARGIN}" w:right="-{MARGIN}"/>'
        content = (Paragraph("FormNote", run(block.text), flush),)
        lines.append(Line((Box(0, twips(self.width), content, "top", heavy_top=True, unframed=True),), 0))

    # what stands outside the tables

    def outside(self, block: Prose | Note | Break | Slip) -> Iterable[tuple[Paragraph, bool]]:
        """Paragraphs, and whether each keeps with the next."""
        match block:
            case Note(text=text):
                yield Paragraph("FormNote", run(text)), False
            case Slip():
                yield Paragraph("FormClause", run(block.title), _CUT), True
            case Break():
                yield Paragraph("FormEnd", look="<w:pageBreakBefore/>"), False
            case Prose():
                yield from self.prose(block)

    def prose(self, block: Prose) -> Iterable[tuple[Paragraph, bool]]:
        """A clause's heading and its paragraphs, apart from what follows."""
        if block.title:
            yield Paragraph("FormClause", run(block.title)), True
        filled = [pieces for pieces in block.paragraphs if pieces]
        for number, pieces in enumerate(filled, 1):
            last = number == len(filled)
            look = _after(2) if last else ""
            yield Paragraph("FormProse", "".join(map(self.piece, pieces)), look), last and self.signs_follow

    def piece(self, piece: str | Cell) -> str:
        """Printed words, or a value on a line."""
        if isinstance(piece, str):
            return run(piece)
        return self.marks.value(piece, "" if piece.options else UNDERLINED)


def _label(label: str, width: int) -> str:
    """A label in lines of about equal length, or spread when it is of two letters."""
    return "\n".join(balanced(spread(label), (width - 2 * MARGIN) // HALF_LETTER))


def _head(label: str, room: int) -> str:
    """A column's head, spread where there is room."""
    return spread(label) if room >= 6 * HALF_LETTER else label


def _after(mm: float) -> str:
    return f'<w:spacing w:after="{twips(mm)}"/>'


def _is_short(cell: Cell) -> bool:
    """Whether a list centres the text: a figure, a date, a choice, a word or two."""
    if cell.spec is None or cell.spec.kind.wide:
        return False
    kind = cell.spec.kind
    return not isinstance(kind, kinds.Text) or kind.longest <= _SHORT or cell.spec.nature is Nature.ASSIGNED


def _snapping(cuts: Iterable[int], earlier: Iterable[int]) -> Callable[[int], int]:
    """Moves a cut onto one that nearly is the same, so that rules stand under one another."""
    places: list[int] = sorted(set(earlier))
    for cut in sorted(set(cuts)):
        if all(abs(cut - place) > twips(_NEAR) for place in places):
            places.append(cut)
    return lambda cut: min(places, key=lambda place: abs(place - cut))
