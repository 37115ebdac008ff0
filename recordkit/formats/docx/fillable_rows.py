"""Rows of lists that Word can repeat: each list is a repeating section, each row an item of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from ...forms import Form
from ..opc import Element, W
from .fillable_controls import LONGEST, W15, add, is_list, tag_of


def repeat_rows(root: Element, form: Form, number: Callable[[], int]) -> None:
    """Wrap the rows of each list; `number` gives ids for the controls."""
    for table in list(root.iter(W + "tbl")):
        for path, rows in groupby(list(table), lambda child: _list_of(child, form)):
            if path:
                _wrap(list(rows), path, form, number)


def _list_of(child: Element, form: Form) -> str:
    """The list that a table's row belongs to, '' for none."""
    if child.tag != W + "tr" or child.find(f"{W}tc/{W}tcPr/{W}vMerge") is not None:
        return ""  # a merged cell cannot be repeated
    for control in child.iter(W + "sdt"):
        path, dot, _ = tag_of(control).partition(".")
        if dot and is_list(form, path):
            return path
    return ""


def _wrap(rows: list[Element], path: str, form: Form, number: Callable[[], int]) -> None:
    spec = form.spec_at(path)
    assert spec
    section, inside = _control(rows[0], number)
    properties = section[0]
    for place, (kind, value) in enumerate((("alias", spec.label), ("tag", path))):
        properties.insert(place, properties.makeelement(W + kind, {W + "val": value[:LONGEST]}))
    # No title: Word shows the alias, and readers disagree on the namespace of its attribute.
    add(properties, W15 + "repeatingSection")
    rows[0].addprevious(section)
    for row in rows:
        item, content = _control(row, number)
        add(item[0], W15 + "repeatingSectionItem")
        inside.append(item)
        content.append(row)


def _control(near: Element, number: Callable[[], int]) -> tuple[Element, Element]:
    """An empty control with an id, and the element for its content."""
    control = near.makeelement(W + "sdt")
    add(add(control, W + "sdtPr"), W + "id", {W + "val": str(number())})
    return control, add(control, W + "sdtContent")
