"""Labels as people and other offices write them, matched to the fields of a form.

A label matches when it is the same but for blanks, punctuation, an example in
brackets or a number before it; or when it is one of the usual other names in
`data/labels.toml`. Nothing is guessed: what only resembles a label is offered
by `near`, to be confirmed by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from itertools import chain

from ..records.kinds import Nested
from ..records.station import read_toml
from ..records.text import narrow
from .definition import Form, Item

_NUMBERED = re.compile(r"^(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．])")
_BRACKETS = re.compile(r"[(（\[【〔][^()（）]*[)）\]】〕]")
_MARKS = re.compile(r"[\s:：*＊_＿、，,。.;；/／\\·\-—–|“”\"'‘’?？!！]+")


def key(label: str) -> str:
    """The label without what printing adds: `姓　　名：` and `* 姓名（必填）` are `姓名`."""
    text = narrow(label)
    bare = _MARKS.sub("", _BRACKETS.sub("", _NUMBERED.sub("", text)))
    return (bare or _MARKS.sub("", text)).lower()


class Labels:
    """The labels of a form's fields (`prefix` empty) or of one table's columns."""

    def __init__(self, form: Form, table: str = "") -> None:
        self.by_key: dict[str, list[str]] = {}
        printed, usual = _printed(form, table), list(_model_labels(form, table))
        others = [(path, other) for path, label in (*printed, *usual) for other in _other_names(key(label))]
        # What the form prints wins over what the model says, and both over other names.
        for labels in (printed, usual, others):
            known = frozenset(self.by_key)
            for path, label in labels:
                if key(label) not in known:
                    self._add(key(label), path)

    def _add(self, word: str, path: str) -> None:
        paths = self.by_key.setdefault(word, [])
        if path not in paths:
            paths.append(path)

    def paths(self, label: str) -> Sequence[str]:
        """The fields of that label, in the order of the form; mostly one, or none."""
        return self.by_key.get(key(label), ())

    def near(self, label: str) -> Sequence[str]:
        """Fields whose labels resemble it, the likeliest first, for a person to choose from."""
        word = key(label)
        inside = [known for known in self.by_key if len(word) > 1 and (word in known or known in word)]
        close = [*inside, *get_close_matches(word, self.by_key, 3, 0.6)]
        return list(dict.fromkeys(path for known in close for path in self.by_key[known]))


def _printed(form: Form, table: str) -> list[tuple[str, str]]:
    """Path and label of all that the form prints, as it prints them."""
    items: Iterable[Item] = chain.from_iterable(
        section.items if section.kind == "table" else (*chain.from_iterable(section.rows), *section.items)
        for section in form.sections
        if section.table == table
    )
    paths = [(f"{table}.{item.field}" if table else item.field, item.label) for item in items]
    return [(path, label or (spec.label if (spec := form.spec_at(path)) else path)) for path, label in paths]


def _model_labels(form: Form, table: str) -> Iterator[tuple[str, str]]:
    """Path and label of every field; what goes with 其他 has no place of its own."""
    outer = form.spec_at(table) if table else None
    block = outer.kind.part if outer and isinstance(outer.kind, Nested) else form.model
    specs = {**block.specs(), **({} if table else form.local)}
    for name, spec in specs.items():
        if not (name.endswith("_other") and name.removesuffix("_other") in specs):
            yield (f"{table}.{name}" if table else name), spec.label


def _other_names(word: str) -> Sequence[str]:
    return _groups().get(word, ())


@cache
def _groups() -> Mapping[str, Sequence[str]]:
    """Label → the other names of its line in the table."""
    path = files("recordkit") / "data" / "labels.toml"
    groups: list[list[str]] = read_toml(path.read_bytes(), "data/labels.toml")["same"]
    return {key(one): [other for other in group if other != one] for group in groups for one in group}
