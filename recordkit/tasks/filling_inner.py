"""Lists within a foreign form (家庭成员), filled from the tables of one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..forms import Form
from ..forms.foreign import Box, Grid, List, is_counter, lists
from ..forms.labels import Labels
from ..records import kinds
from .filling_records import Field, People, Person


@dataclass(frozen=True, slots=True)
class Inner:
    """A list of the form, the table of ours that it asks for, and our columns by their place."""

    found: List
    field: Field
    columns: Mapping[int, str]

    def boxes(self) -> Iterator[Box]:
        """All that belongs to the list."""
        rows = (box for number in self.found.rows for box in self.found.grid.row(number))
        return iter((*self.found.heads, *rows))

    def counters(self) -> list[int]:
        """The columns of running numbers."""
        return [head.column for head in self.found.heads if is_counter(head.text)]

    def texts(self, person: Person) -> list[dict[int, str]]:
        """The person's rows in words, by column."""
        source = person.texts.get(self.field.form.id)
        if source is None or not source.value(self.field.path):
            return []
        part = self.field.spec.kind.part.specs()  # type: ignore[attr-defined]
        return [
            {place: row.text(name, part[name], in_row=True) for place, name in self.columns.items()}
            for row in source.rows(self.field.path, 0)
        ]


def inner_lists(grids: Sequence[Grid], whose: People) -> list[Inner]:
    """The lists that ask for exactly one of our tables."""
    tables = [(Field(form, name), Labels(form, name)) for form in whose.ordered() for name in _tables(form)]

    def is_head(label: str) -> bool:
        return any(labels.paths(label) for _, labels in tables)

    found = (one for grid in grids for one in lists(grid, is_head))
    return [inner for one in found if (inner := _best(one, tables))]


def _tables(form: Form) -> Iterable[str]:
    return (name for name, spec in form.model.specs().items() if isinstance(spec.kind, kinds.Table))


def _best(found: List, tables: Sequence[tuple[Field, Labels]]) -> Inner | None:
    """The table whose columns most heads name; None where two do as well."""
    asked = [(field, _columns(found, labels)) for field, labels in tables]
    most = max((len(columns) for _, columns in asked), default=0)
    best = [Inner(found, field, columns) for field, columns in asked if len(columns) == most]
    return best[0] if most > 1 and len(best) == 1 and len(found.rows) > 1 else None


def _columns(found: List, labels: Labels) -> dict[int, str]:
    """Our column's name under each head that names exactly one."""
    named = ((head.column, labels.paths(head.text)) for head in found.heads)
    return {place: paths[0].rpartition(".")[2] for place, paths in named if len(paths) == 1}
