"""Texts at their places become the record they were printed from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import MODELS, faithful, records_of

from recordkit import forms
from recordkit.forms import answers
from recordkit.forms.answers import State
from recordkit.forms.blocks import Arranged, Table, cells
from recordkit.forms.returned import Anchor, Reading, Returned
from recordkit.records import kinds
from recordkit.records.reading import from_form

FORMS = forms.catalogue()


def printed(arranged: Arranged, anchor: Anchor = Anchor.NAME) -> list[Reading]:
    """Every place of a printed form as one anchor reads it."""
    return [Reading(path, text, anchor, "表", row) for path, row, text in _texts(arranged)]


def _texts(arranged: Arranged) -> Iterator[tuple[str, int, str]]:
    for block in arranged.blocks:
        if isinstance(block, Table):
            yield from ((c.path, number, c.text) for number, row in enumerate(block.rows) for c in row)
        else:
            yield from ((c.path, -1, c.text) for c in cells(block))


def taken(form: Any, readings: list[Reading]) -> answers.Understood:
    return answers.understood(form, answers.places(form, Returned(readings=readings)))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.form_id)
@given(data=st.data())
def test_a_printed_record_is_understood(model: Any, data: st.DataObject, tmp_path_factory: Any) -> None:
    form = forms.load(model.form_id)
    record = data.draw(records_of(model).map(faithful))
    found = taken(form, printed(forms.filled(form, record)))
    again = from_form(model, found.tree(), tmp_path_factory.getbasetemp() / "表.docx")

    assert not [item for item in found.items if item.state is State.WRONG]
    assert not again.findings
    for path in answers.carried(form):
        assert held(again.record, path) == held(record, path), path


def held(record: Any, path: str) -> Any:
    """A field as it can come back: of a signature only its state and day."""
    table, _, column = path.rpartition(".")
    if table:
        rows = [held(row, column) for row in getattr(record, table) or []]
        return rows if any(value is not None for value in rows) else []
    value = getattr(record, path)
    if isinstance(record.specs()[path].kind, kinds.Sign | kinds.Seal):
        return (value.state, value.on) if value is not None and value.settled else None
    other = getattr(record, f"{path}_other", None)
    return (value, other) if other else value


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_blank_form_says_nothing(form: Any) -> None:
    found = taken(form, printed(forms.blank(form)))
    assert not found.tree()
    assert not found.items
