"""What a workbook carries comes back: of every form, as a list and in its layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strategies import records_of

from recordkit import forms
from recordkit.formats.xlsx import many, one, open_paper, shown, uncarried
from recordkit.formats.xlsx.columns import Column, leaves
from recordkit.formats.xlsx.many import _value_of, cell_text
from recordkit.forms import Arranged, Form
from recordkit.forms.answers import is_blank
from recordkit.forms.blocks import Table, cells
from recordkit.forms.returned import Anchor, Returned
from recordkit.records.model import Block, Record

FORMS = {form.id: form for form in forms.catalogue()}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
Texts = dict[tuple[str, int], str]


def said(returned: Returned, *anchors: Anchor) -> Texts:
    """What the anchors say, which must agree."""
    found: Texts = {}
    for each in returned.readings:
        if not anchors or each.anchor in anchors:
            assert found.setdefault((each.path, each.row), each.text) == each.text, each
    return {at: text for at, text in found.items() if text}


def of_block(block: Block, columns: Sequence[Column], row: int) -> Iterator[tuple[tuple[str, int], str]]:
    for column in columns:
        value, other = _value_of(block, column)
        yield (column.path, row), cell_text(column.spec, value, other)


def as_list(form: Form, record: Record) -> Texts:
    main, *tables = leaves(form)
    found = dict(of_block(record, main.columns, -1))
    for leaf in tables:
        rows = record.value_of(leaf.table)
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            found |= dict(of_block(row, leaf.columns, number))
    return {at: text for at, text in found.items() if text}


def as_page(arranged: Arranged) -> Texts:
    found: Texts = {}
    for block in arranged.blocks:
        if isinstance(block, Table):
            found |= {(cell.path, n): cell.text for n, row in enumerate(block.rows) for cell in row}
        else:
            found |= {(cell.path, -1): cell.text for cell in cells(block)}
    return found


# --- many ---


@settings(max_examples=max(24, settings().max_examples))
@given(form=st.sampled_from(list(FORMS.values())), data=st.data())
def test_the_rows_of_a_list_come_back(form: Form, data: st.DataObject) -> None:
    records = data.draw(st.lists(records_of(form.model), min_size=1, max_size=3))
    expected = [texts for record in records if (texts := as_list(form, record))]
    alone = [texts for texts in expected if all(row >= 0 for _, row in texts)]

    back = [said(each) for each in open_paper(many(form, records)).returned(form)]

    if not alone:
        assert back == expected


@every_form
@settings(max_examples=1, phases=[Phase.generate])
@given(data=st.data())
def test_full_records_come_back_by_names_and_by_heads_alone(form: Form, data: st.DataObject) -> None:
    record = data.draw(records_of(form.model, full=True))
    paper = open_paper(many(form, [record]))

    [back] = paper.returned(form)

    assert (paper.form, paper.form_version, paper.title) == (form.id, form.version, form.title)
    assert said(back, Anchor.NAME) == said(back, Anchor.LABEL) == as_list(form, record)
    assert back.place == "第5行"
    assert not back.strays
    assert not back.notes


def test_equal_records_give_equal_bytes() -> None:
    form = FORMS["casework/home-visit"]
    assert many(form) == many(form)
    stamp = {"recordkit-form": form.id}
    assert one(forms.blank(form), form, stamp) == one(forms.blank(form), form, stamp)


@every_form
def test_a_blank_list_is_no_record(form: Form) -> None:
    assert open_paper(many(form)).returned(form) == []


# --- one ---


def page_of(form: Form, arranged: Arranged) -> Returned:
    stamp = {"recordkit-form": form.id, "recordkit-form-version": "1", "recordkit-record": "GA v1 7F3A"}
    paper = open_paper(one(arranged, form, stamp))
    [back] = paper.returned(form)
    assert (paper.form, paper.form_version, paper.title, back.record) == (
        form.id,
        1,
        form.title,
        "GA v1 7F3A",
    )
    return back


def squeezed(texts: Texts) -> Texts:
    return {at: "".join(text.split()) for at, text in texts.items()}


@settings(max_examples=max(36, settings().max_examples))
@given(form=st.sampled_from(list(FORMS.values())), data=st.data())
def test_a_page_comes_back(form: Form, data: st.DataObject) -> None:
    arranged = forms.filled(form, data.draw(records_of(form.model)))

    back = page_of(form, arranged)

    expected = as_page(arranged)
    found = said(back, Anchor.NAME)
    for at, text in squeezed(found).items():
        assert text == "".join(expected[at].split()), at
    carried = [path for path in shown(form) if path not in uncarried(form, "one")]
    for (path, row), text in expected.items():
        if path in carried and text:
            assert (path, row) in found or is_blank(form, path, text), (path, row)


@every_form
def test_a_blank_page_says_nothing_at_every_place(form: Form) -> None:
    back = page_of(form, forms.blank(form))

    for reading in back.readings:
        assert is_blank(form, reading.path, reading.text), reading
    by_label = {each.path for each in back.readings if each.anchor is Anchor.LABEL}
    by_name = {each.path for each in back.readings if each.anchor is Anchor.NAME}
    assert by_name - by_label == set()
    assert not back.strays
    assert not back.notes
