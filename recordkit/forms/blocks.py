"""What a form is made of once it is arranged, before any file format.

Every face (Word, PDF, later Excel and web) draws these blocks and nothing
else, so all of them carry the same texts in the same order. Widths are in
millimetres of the 160 mm between the margins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from ..records.fields import Spec

PAGE_WIDTH = 160.0
BAND_WIDTH = 9.0
PHOTO_WIDTH = 34.0
ROW_HEIGHT = 9.0
LINE_HEIGHT = 7.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A labelled place for one value.

    `path` is the field's place (`name`, `contacts.phone`), `text` what is
    printed, `options` and `chosen` the closed list behind it, `height` the
    least height in millimetres.
    """

    path: str
    label: str
    spec: Spec | None
    text: str
    width: float = PAGE_WIDTH
    label_width: float = 0.0
    height: float = ROW_HEIGHT
    options: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Ruled rows of label and value.

    `band` is a label down the left side of all rows, `BAND_WIDTH` wide; `photo` a
    frame of `PHOTO_WIDTH` at the right of the first `photo_rows` rows, whose own
    cells are narrower by as much.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    band: str = ""
    photo: Cell | None = None
    photo_rows: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    path: str
    label: str
    width: float


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table whose heads repeat on every page."""

    title: str
    path: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    height: float = ROW_HEIGHT

    @property
    def dense(self) -> bool:
        """Whether so many columns stand side by side that the print is smaller."""
        return len(self.columns) > 7


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs with blanks: agreements, notices, regulations."""

    title: str
    paragraphs: tuple[tuple[str | Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame for a drawing; `file` is the attached picture's path, if there is one."""

    title: str
    cell: Cell
    file: str = ""

    @property
    def caption(self) -> str:
        """`家系图：`, printed below the frame before the picture's own title."""
        return f"{self.cell.label}："


@dataclass(frozen=True, slots=True)
class SignCell:
    """One signature: an opinion above it, if the form asks for one."""

    sign: Cell
    opinion: Cell | None = None
    seal: bool = False

    @property
    def opinion_caption(self) -> str:
        """`督导/站长意见：`, printed before the opinion; empty without one."""
        return f"{self.opinion.label}：" if self.opinion else ""

    @property
    def caption(self) -> str:
        """`社会工作者：` or `运营机构（盖章）：`, printed above the room for pen or seal."""
        mark = "（盖章）" if self.seal and "盖章" not in self.sign.label else ""
        return f"{self.sign.label}{mark}："


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signature block; it never stands alone on a page."""

    rows: tuple[tuple[SignCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print below the table: how to fill in the form, how many copies."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new page."""


@dataclass(frozen=True, slots=True)
class Slip:
    """The head of a return slip (回执) below a dotted line, to be cut off there."""

    title: str


Block = Grid | Table | Prose | Picture | Signatures | Note | Break | Slip


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around the blocks: header, title, footer."""

    title: str
    code: str
    station: str = ""
    number: str = ""
    state: str = ""
    mark: str = ""
    qr: str = ""
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """A form with a record's texts in it, ready to be drawn."""

    page: Page
    blocks: tuple[Block, ...]
    images: Mapping[str, bytes] = field(default_factory=dict)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Path and text of every value, in reading order."""
        for block in self.blocks:
            yield from ((cell.path, cell.text) for cell in cells(block))

    def view(self) -> dict[str, str | list[dict[str, str]]]:
        """The texts by field name, a table as a list of rows by column name."""
        seen: dict[str, str | list[dict[str, str]]] = {
            "page_station": self.page.station,
            "page_number": self.page.number,
            "page_state": self.page.state,
            "page_mark": self.page.mark,
        }
        for block in self.blocks:
            if isinstance(block, Table):
                seen[block.path] = [
                    {cell.path.rpartition(".")[2]: cell.text for cell in row} for row in block.rows
                ]
            else:
                seen.update((cell.path, cell.text) for cell in cells(block))
        return seen


def cells(block: Block) -> Iterator[Cell]:
    """The cells of a block in reading order."""
    match block:
        case Grid():
            yield from _grid_cells(block)
        case Table(rows=rows):
            yield from chain.from_iterable(rows)
        case Prose(paragraphs=paragraphs):
            yield from (piece for piece in chain.from_iterable(paragraphs) if isinstance(piece, Cell))
        case Picture(cell=cell):
            yield cell
        case Signatures(rows=sign_rows):
            for signed in chain.from_iterable(sign_rows):
                yield from (signed.opinion, signed.sign) if signed.opinion else (signed.sign,)
        case Note() | Break() | Slip():
            return


def _grid_cells(grid: Grid) -> Iterator[Cell]:
    for index, row in enumerate(grid.rows):
        yield from row
        if grid.photo and index == 0:
            yield grid.photo
