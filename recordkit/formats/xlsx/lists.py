"""A returned workbook of many records: rows under heads, tables on sheets of their own.

A column is known by the hidden field name above it and by its head; rows of a
table find their record by its number. Neither the place of a column nor that
of a row means anything, so people may move, sort, insert and delete them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...forms import Form
from ...forms.answers import canonical
from ...forms.labels import Labels, key
from ...forms.returned import Anchor, Reading, Returned, Stray, elected
from ...records.text import narrow
from .columns import KEY, KEY_LABEL, Leaf, leaves
from .said import Grid, said
from .sheets import Cell, Kind, Sheet

_TOP = 60  # rows within which the heads are looked for
_ENOUGH = 4  # heads that make a list of records, where no field name is left
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")

Row = Sequence[Cell]


@dataclass(slots=True)
class _Found:
    """A sheet known to hold records or a table's rows."""

    grid: Grid
    leaf: Leaf
    heads: Mapping[int, str]
    last_head: int
    columns: dict[int, tuple[str, tuple[Anchor, ...]]]
    key: int
    notes: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """The rows in which somebody wrote something, repeated heads left out."""
        for row in self.grid.sheet.rows:
            if row[0].row <= self.last_head or self._is_head(row):
                continue
            if any(cell.column != self.key and self._says(cell) for cell in row):
                yield row

    def _says(self, cell: Cell) -> bool:
        return bool(cell.text.strip()) or cell.kind is Kind.FORMULA

    def _is_head(self, row: Row) -> bool:
        alike = sum(self.heads.get(cell.column) == cell.text for cell in row)
        return alike >= 2 and 2 * alike > len(row)

    def number(self, row: Row) -> str:
        """The number that links the row, '' for none."""
        text = next((cell.text for cell in row if cell.column == self.key), "")
        return narrow(text).lstrip("0")


class Lists:
    """All sheets of a workbook, read as lists of one form."""

    def __init__(self, form: Form, sheets: Sequence[Sheet]) -> None:
        self.form = form
        self.leaves = leaves(form)
        self.labels = {leaf.table: Labels(form, leaf.table) for leaf in self.leaves}
        self.sheets = [found for sheet in sheets if (found := self.sheet(sheet))]

    @property
    def found(self) -> bool:
        """Whether there is a sheet of records at all."""
        return any(not each.leaf.table for each in self.sheets)

    def returned(self) -> list[Returned]:
        """A Returned for each row of records, with the rows of the tables it has."""
        mains = [each for each in self.sheets if not each.leaf.table and any(each.rows())]
        by_number: dict[str, list[Returned]] = {}
        records: list[Returned] = []
        told: list[str] = [note for each in self.sheets for note in (*each.notes, *_hidden(each))]
        for main in mains:
            for row in main.rows():
                place = f"第{row[0].row}行" if len(mains) == 1 else f"{main.grid.sheet.name}!第{row[0].row}行"
                record = Returned(place=place)
                self.read(main, row, record, -1)
                records.append(record)
                by_number.setdefault(main.number(row), []).append(record)
        told += [
            f"{KEY_LABEL}“{n}”写了 {len(same)} 次" for n, same in by_number.items() if n and len(same) > 1
        ]
        homeless = Returned()
        for table in (each for each in self.sheets if each.leaf.table):
            self.read_table(table, by_number, homeless)
        return _with(records, homeless, told)

    def read_table(self, found: _Found, by_number: Mapping[str, list[Returned]], homeless: Returned) -> None:
        """Give each row of a table to its record."""
        counted: dict[int, int] = {}
        for row in found.rows():
            number = found.number(row)
            owners = by_number.get(number, []) if number else []
            if len(owners) == 1:
                place = counted[id(owners[0])] = counted.get(id(owners[0]), -1) + 1
                self.read(found, row, owners[0], place)
                continue
            name, at = found.grid.sheet.name, row[0].row
            why = (
                f"的{KEY_LABEL}“{number}”{'有几份' if owners else '没有这一份'}"
                if number
                else f"没有写{KEY_LABEL}"
            )
            homeless.notes.append(f"“{name}”第{at}行{why}，没有归到任何一份")
            texts = "　".join(cell.text for cell in row if cell.column != found.key and cell.text)
            homeless.strays.append(Stray(texts, f"{name}!第{at}行"))

    def read(self, found: _Found, row: Row, into: Returned, place: int) -> None:
        """The readings of a row, of its empty cells too."""
        at = {cell.column: cell for cell in row}
        number = row[0].row
        for column, (path, anchors) in found.columns.items():
            cell = at.pop(column, None) or Cell("", Kind.TEXT, number, column)
            where = found.grid.where(cell)
            text = said(cell, self.form.spec_at(path), where, into.notes.append)
            into.readings += (Reading(path, text, anchor, where, place) for anchor in anchors)
        left = (cell for cell in at.values() if cell.column != found.key and cell.text.strip())
        into.strays += (Stray(cell.text, found.grid.where(cell)) for cell in left)

    # --- which sheet is what ---

    def sheet(self, sheet: Sheet) -> _Found | None:
        """The sheet as a list, by its hidden names or by its heads; None for another."""
        top = sheet.rows[:_TOP]
        names = next((row for row in top if self.is_names(row)), None)
        if names:
            leaf = self.leaf_of(names)
            near = [row for row in top if abs(row[0].row - names[0].row) <= 3 and row is not names]
            heads = max(near, key=lambda row: self.score(leaf, row), default=None)
            heads = heads if heads and self.score(leaf, heads) else None
            return self.mapped(sheet, leaf, names, heads)
        pairs = [(self.score(leaf, row), leaf, row) for leaf in self.leaves for row in top if _together(row)]
        score, leaf, heads = max(pairs, key=lambda pair: pair[0], default=(0, self.leaves[0], None))
        keyed = any(key(cell.text) == KEY_LABEL for cell in heads or ())
        enough = score >= (_ENOUGH if not leaf.table else 2) and (keyed or not leaf.table)
        return self.mapped(sheet, leaf, None, heads) if heads and enough and 2 * score >= len(heads) else None

    def is_names(self, row: Row) -> bool:
        paths = (canonical(self.form, cell.text) for cell in row if _PATH.fullmatch(cell.text))
        known = sum(self.form.spec_at(path) is not None for path in paths)
        return (known >= 1 and any(cell.text == KEY for cell in row)) or (known >= 2 and 2 * known > len(row))

    def leaf_of(self, names: Row) -> Leaf:
        tables = [canonical(self.form, cell.text).partition(".")[0] for cell in names if "." in cell.text]
        return next((leaf for leaf in self.leaves if leaf.table and leaf.table in tables), self.leaves[0])

    def score(self, leaf: Leaf, row: Row) -> int:
        """How many different fields the row's texts are labels of."""
        labels = self.labels[leaf.table]
        return len(
            {paths[0] for cell in row if cell.kind is Kind.TEXT and (paths := labels.paths(cell.text))}
        )

    def mapped(self, sheet: Sheet, leaf: Leaf, names: Row | None, heads: Row | None) -> _Found:
        """The columns of a sheet, each by the vote of its name and its head."""
        by_name = {cell.column: canonical(self.form, cell.text) for cell in names or ()}
        by_head = {cell.column: cell.text for cell in heads or ()}
        found = _Found(
            Grid(sheet),
            leaf,
            by_head,
            max((names or heads or ())[0].row, (heads or names or ())[0].row),
            {},
            0,
        )
        used = set(by_name.values())
        for column in sorted({*by_name, *by_head}):
            if by_name.get(column) == KEY or key(by_head.get(column, "")) == KEY_LABEL:
                found.key = found.key or column
                continue
            votes = self.votes(leaf, by_name.get(column, ""), by_head.get(column, ""), used)
            path, anchors = elected(votes)
            if path:
                used.add(path)
                found.columns[column] = (path, anchors)
            elif head := by_head.get(column, "").strip():
                found.notes.append(f"“{sheet.name}”的“{head[:30]}”不是这张表的栏目，没有采用")
            if len(set(votes.values())) > 1:
                found.notes.append(
                    f"“{sheet.name}”的“{by_head[column][:30]}”按隐藏的字段名读作“{self.label(path)}”"
                )
        return found

    def votes(self, leaf: Leaf, name: str, head: str, used: set[str]) -> dict[Anchor, str]:
        votes = {Anchor.NAME: name} if _PATH.fullmatch(name) else {}
        paths = self.labels[leaf.table].paths(head) if head else ()
        if name in paths:
            votes[Anchor.LABEL] = name
        elif paths:
            votes[Anchor.LABEL] = next((path for path in paths if path not in used), paths[0])
        return votes

    def label(self, path: str) -> str:
        spec = self.form.spec_at(path)
        return spec.label if spec else path


def _together(row: Row) -> bool:
    """Whether the cells stand side by side, as heads do and labels of a printed form do not."""
    return len(row) >= 2 and row[-1].column - row[0].column + 1 <= 1.5 * len(row) + 1


def _hidden(found: _Found) -> Iterator[str]:
    count = sum(row[0].row in found.grid.sheet.hidden_rows for row in found.rows())
    if count:
        yield f"“{found.grid.sheet.name}”里隐藏或筛掉的 {count} 行也读了"


def _with(records: list[Returned], homeless: Returned, told: Sequence[str]) -> list[Returned]:
    """What concerns the whole workbook is told with its first record."""
    if not records and (homeless.strays or homeless.notes):
        records = [homeless]
    elif records:
        records[0].strays += homeless.strays
        records[0].notes += homeless.notes
    if records:
        records[0].notes[:0] = told
    return records
