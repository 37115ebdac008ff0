"""A returned sheet in the form's layout: values by the names of their places and by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ... import forms
from ...forms import Form
from ...forms.answers import canonical
from ...forms.blocks import Grid as GridBlock
from ...forms.blocks import Note, Picture, Prose, Signatures, Slip, Table, cells
from ...forms.labels import Labels, key
from ...forms.returned import Anchor, Reading, Returned, Stray
from ...records import kinds
from .columns import HELP
from .looks import NAME
from .refs import Area, area
from .said import Grid, said
from .sheets import Cell, Kind, Sheet

_TO_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!([$A-Z0-9:]+)")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、")
_MOST_STRAYS = 200

Place = tuple[int, int]


class Layout:
    """The sheets of a workbook, read as one record of a form."""

    def __init__(self, form: Form, sheets: Sequence[Sheet], names: Sequence[tuple[str, str]]) -> None:
        self.form = form
        self.grids = [Grid(sheet) for sheet in sheets if not sheet.hidden and sheet.name != HELP]
        self.labels = Labels(form)
        self.tables = [section.table for section in form.sections if section.kind == "table"]
        self.places = [(sheet, canonical(form, path), row, at) for sheet, path, row, at in _places(names)]
        self.result = Returned()

    def returned(self) -> Returned:
        """All that the sheets say."""
        for grid in self.grids:
            _SheetReader(self, grid).read()
        self.result.strays = self.result.strays[:_MOST_STRAYS]
        return self.result


class _SheetReader:
    """One sheet being read."""

    def __init__(self, layout: Layout, grid: Grid) -> None:
        self.form = layout.form
        self.labels = layout.labels
        self.tables = layout.tables
        self.result = layout.result
        self.grid = grid
        self.named = [(path, row, at) for sheet, path, row, at in layout.places if sheet == grid.sheet.name]
        self.rows = {row[0].row: row for row in grid.sheet.rows}
        self.seen: set[Place] = set()
        self.told: set[str] = set()
        self.merged = {(one.top, one.left): one for one in grid.sheet.merged}

    def read(self) -> None:
        heads = {table: head for table in self.tables if (head := self.head_of(table))}
        taken = {row for row, _ in heads.values()}
        for table in dict.fromkeys(
            (*heads, *(path.partition(".")[0] for path, row, _ in self.named if row >= 0))
        ):
            taken |= self.read_table(table, heads.get(table))
        self.read_named()
        self.read_labels(taken)
        self.read_captions()
        self.find_strays(taken)

    def say(self, path: str, at: Place, anchor: Anchor, row: int = -1) -> None:
        """One anchor's word on a field."""
        cell = self.grid.cells.get(at) or Cell("", Kind.TEXT, *at)
        self.seen.add(at)
        where = self.grid.where(cell)
        text = said(cell, self.form.spec_at(path), where, self.tell)
        self.result.readings.append(Reading(path, text, anchor, where, row))

    def tell(self, note: str) -> None:
        if note not in self.told:
            self.told.add(note)
            self.result.notes.append(note)

    # --- by names ---

    def read_named(self) -> None:
        for path, row, place in self.named:
            if row < 0:
                self.say(path, self.filled(place), Anchor.NAME)

    def filled(self, place: Area) -> Place:
        """Where in the place something stands; its first cell where nothing does."""
        first = (place.top, place.left)
        if first in self.grid.cells or place.bottom - place.top > 100:
            return first
        within = (
            (row, column)
            for row in range(place.top, place.bottom + 1)
            for column in range(place.left, min(place.right, place.left + 100) + 1)
        )
        return next((at for at in within if at in self.grid.cells), first)

    # --- tables ---

    def head_of(self, table: str) -> tuple[int, Mapping[int, str]] | None:
        """The row of a table's heads: its number, and the field of each column."""
        labels = Labels(self.form, table)
        asked = sum(len(section.items) for section in self.form.sections if section.table == table)
        best: tuple[int, Mapping[int, str]] | None = None
        for number, row in self.rows.items():
            found: dict[int, str] = {}
            for cell in row:
                paths = labels.paths(cell.text) if cell.kind is Kind.TEXT else ()
                if paths:
                    found[cell.column] = next(
                        (path for path in paths if path not in found.values()), paths[0]
                    )
            enough = len(set(found.values())) >= max(2, (asked + 1) // 2) and len(found) * 2 > len(row)
            if enough and (best is None or len(found) > len(best[1])):
                best = (number, found)
        return best

    def read_table(self, table: str, head: tuple[int, Mapping[int, str]] | None) -> set[int]:
        """The rows of a table in their order on the sheet; the rows it takes."""
        named = [(path, at) for path, row, at in self.named if row >= 0 and path.partition(".")[0] == table]
        numbers = {at.top for _, at in named}
        last = max(numbers, default=head[0] if head else 0)
        if head:
            numbers |= set(self.below(head, last))
        order = {number: index for index, number in enumerate(sorted(numbers))}
        for path, at in named:
            self.say(path, self.filled(at), Anchor.NAME, order[at.top])
        for number in order if head else ():
            for column, path in head[1].items() if head else ():
                self.say(path, (number, column), Anchor.LABEL, order[number])
        return set(order) | {
            row for _, at in named for row in range(at.top, min(at.bottom, at.top + 100) + 1)
        }

    def below(self, head: tuple[int, Mapping[int, str]], last: int) -> Iterator[int]:
        """Rows that hold something, from the heads down to what is no row of the table."""
        for number in sorted(row for row in self.rows if row > head[0]):
            first = self.rows[number][0]
            if number > last and (first.column not in head[1] or self.is_printed(first)):
                return
            yield number

    def is_printed(self, cell: Cell) -> bool:
        """Whether it is a heading or label of the form and no value."""
        return bool(_HEADING.match(cell.text) or self.labels.paths(cell.text)) or cell.text.startswith(
            "填表说明"
        )

    # --- by labels ---

    def read_labels(self, taken: set[int]) -> None:
        met: dict[str, int] = {}
        values = {(at.top, at.left) for _, _, at in self.named}
        for number, row in self.rows.items():
            if number in taken:
                continue
            found = [cell for cell in row if (number, cell.column) not in values and self.paths(cell)]
            if not found:
                continue
            columns = [cell.column for cell in found]
            self.seen.update((number, column) for column in columns)
            for cell, end in zip(found, (*columns[1:], 1 << 20), strict=True):
                paths = self.paths(cell)
                index = met[cell.text] = met.get(cell.text, -1) + 1
                self.say(paths[min(index, len(paths) - 1)], self.beside(cell, row, end), Anchor.LABEL)

    def paths(self, cell: Cell) -> Sequence[str]:
        """The fields it is the label of, that have a value beside it."""
        if cell.kind is not Kind.TEXT or len(cell.text) > 60:
            return ()
        specs = ((path, self.form.spec_at(path)) for path in self.labels.paths(cell.text))
        return [path for path, spec in specs if spec and not isinstance(spec.kind, kinds.Picture)]

    def beside(self, label: Cell, row: Sequence[Cell], end: int) -> Place:
        """The place right of a label; where its cells are not merged, the next that is filled."""
        box = self.merged.get((label.row, label.column))
        if box:
            return label.row, box.right + 1
        later = (cell.column for cell in row if label.column < cell.column < end)
        return label.row, next(later, label.column + 1)

    def read_captions(self) -> None:
        """What stands behind `家系图：` in the frame itself."""
        captions = {
            block.caption: block.cell.path
            for block in forms.blank(self.form).blocks
            if isinstance(block, Picture)
        }
        for at, cell in self.grid.cells.items():
            begun = next((each for each in captions if cell.text.startswith(each)), "")
            if begun and at not in self.seen:
                self.seen.add(at)
                said = cell.text.removeprefix(begun)
                where = self.grid.where(cell)
                self.result.readings.append(Reading(captions[begun], said, Anchor.LABEL, where))

    # --- what belongs to nothing ---

    def find_strays(self, taken: set[int]) -> None:
        printed = {key(text)[:20] for text in _printed(self.form)}
        begun = tuple(filter(None, (key(text)[:20] for text in _beginnings(self.form))))
        named = {(at.top, at.left) for _, _, at in self.named}
        for at, cell in self.grid.cells.items():
            word = key(cell.text)
            if at in self.seen or at in named or not word or word[:20] in printed or word.startswith(begun):
                continue
            if at[0] not in taken and _HEADING.match(cell.text):
                continue
            self.result.strays.append(Stray(cell.text, self.grid.where(cell)))


def _places(names: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, int, Area]]:
    """Sheet, field, row and area of each name that marks a value's place."""
    for name, stands_for in names:
        found = _TO_SHEET.fullmatch(stands_for.strip())
        if not name.startswith(NAME) or not found or not (at := area(found[3])):
            continue
        body, _, number = name.removeprefix(NAME).rpartition(".")
        is_row = bool(body) and number.isdecimal()
        path = (body if is_row else name.removeprefix(NAME)).replace("__", ".")
        yield (found[1] or found[2]).replace("''", "'"), path, int(number) if is_row else -1, at


def _printed(form: Form) -> Iterator[str]:
    """All that the blank form prints of itself."""
    arranged = forms.blank(form)
    yield from (form.title, arranged.page.title)
    for block in arranged.blocks:
        match block:
            case Note(text=text) | Slip(title=text):
                yield text
            case GridBlock() | Table() | Picture() | Prose():
                yield block.title
        if isinstance(block, GridBlock):
            yield "".join(block.band)
        if isinstance(block, Table):
            yield from (column.label for column in block.columns)
        if isinstance(block, Picture):
            yield block.caption
        if isinstance(block, GridBlock | Signatures):
            yield from (cell.label for cell in cells(block))


def _beginnings(form: Form) -> Iterator[str]:
    """How the paragraphs of agreements begin; what follows depends on the record."""
    for block in forms.blank(form).blocks:
        if isinstance(block, Prose):
            yield from (paragraph[0] for paragraph in block.paragraphs if isinstance(paragraph[0], str))
