"""Which fields of a form a workbook of many records carries, and in which columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ...forms import Form
from ...forms.definition import BLANK, Item, Section
from ...records import kinds
from ...records.fields import Spec

KEY = "_rk"  # stands in the row of field names above the numbers that link the sheets
KEY_LABEL = "序号"
HELP, LISTS = "填表说明", "选项"


@dataclass(frozen=True, slots=True)
class Column:
    """A field as a column: its path (`name`, `needs.due`), label and Spec."""

    path: str
    label: str
    spec: Spec

    @property
    def name(self) -> str:
        """The field's identifier within its record or row."""
        return self.path if self.path.startswith("local.") else self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sheet of the workbook: the records (`table` empty), or the rows of one table."""

    table: str
    name: str
    columns: tuple[Column, ...]


def leaves(form: Form) -> list[Leaf]:
    """The sheets to be filled in: the records first, then each table."""
    taken = {HELP, LISTS}
    main = Leaf("", _free(form.title, taken), tuple(_unique(_main(form))))
    tables = dict.fromkeys(name for name in form.names() if _is_table(form.spec_at(name)))
    return [main, *(_table(form, table, taken) for table in tables)]


def uncarried(form: Form, layout: str = "many") -> list[str]:
    """The stored fields that a workbook of this layout (`many`, `one`) does not carry;
    `needs.due` for a column of a table. What stands behind 其他 goes with its field."""
    carried = (
        set(_page(form))
        if layout == "one"
        else {column.path for leaf in leaves(form) for column in leaf.columns}
    )
    return [
        path for path in _stored(form) if path not in carried and path.removesuffix("_other") not in carried
    ]


def _page(form: Form) -> Iterator[str]:
    """What the form in its layout carries: all it shows but files and tables in one cell."""
    for path in shown(form):
        spec = form.spec_at(path)
        if spec and (
            not isinstance(spec.kind, kinds.Nested) or isinstance(spec.kind, kinds.Sign | kinds.Seal)
        ):
            yield path


def shown(form: Form) -> list[str]:
    """The stored fields that the form in its layout shows, `needs.due` for a column of a table."""
    columns = [
        f"{section.table}.{item.field}"
        for section in form.sections
        if section.kind == "table"
        for item in section.items
    ]
    names = [name for name in form.names() if not any(path.startswith(f"{name}.") for path in columns)]
    return [path for path in (*names, *columns) if (spec := form.spec_at(path)) and spec.stored]


def _stored(form: Form) -> Iterator[str]:
    for name, spec in {**form.model.specs(), **form.local}.items():
        if spec.stored and isinstance(spec.kind, kinds.Table):
            yield from (f"{name}.{inner}" for inner, each in spec.kind.part.specs().items() if each.stored)
        elif spec.stored:
            yield name


def _is_table(spec: Spec | None) -> bool:
    return spec is not None and spec.stored and isinstance(spec.kind, kinds.Table)


def _main(form: Form) -> Iterator[Column]:
    for section in form.sections:
        for item in _items(section):
            spec = form.spec_at(item.field)
            if spec and spec.stored and not isinstance(spec.kind, kinds.Nested):
                yield Column(item.field, item.label or spec.label, spec)


def _items(section: Section) -> Iterator[Item]:
    """What is asked for in a section, in reading order; the rows of tables apart."""
    if section.kind == "table":
        return
    yield from map(Item, BLANK.findall(section.text) if section.kind == "prose" else ())
    for item in (*chain.from_iterable(section.rows), *section.items):
        if item.opinion:
            yield Item(item.opinion)
        yield item


def _table(form: Form, table: str, taken: set[str]) -> Leaf:
    spec = form.spec_at(table)
    assert spec, table
    columns = tuple(_unique(_table_columns(form, table, spec)))
    return Leaf(table, _free(spec.label, taken), columns)


def _table_columns(form: Form, table: str, outer: Spec) -> Iterator[Column]:
    """The columns the layout shows; all of a table that it prints in one cell."""
    assert isinstance(outer.kind, kinds.Nested)
    items = [item for section in form.sections if section.table == table for item in section.items]
    names = items or [Item(name) for name in outer.kind.part.specs() if not name.endswith("_other")]
    for item in names:
        path = f"{table}.{item.field}"
        spec = form.spec_at(path)
        if spec and spec.stored and not isinstance(spec.kind, kinds.Nested):
            yield Column(path, item.label or spec.label, spec)


def _unique(columns: Iterator[Column]) -> Iterator[Column]:
    seen: set[str] = set()
    for column in columns:
        if column.path not in seen:
            seen.add(column.path)
            yield column


def _free(title: str, taken: set[str]) -> str:
    """The title as a sheet's name: 31 characters, none that Excel forbids, none twice."""
    plain = re.sub(r"[\[\]:*?/\\]", "、", title).strip("' ")[:31] or "表"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain[:28]}{number}"
    taken.add(name)
    return name
