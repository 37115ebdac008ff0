"""Filled-in Word forms read back: every form, after every office program."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx_returned_kit import (
    BOOKMARK,
    CONTROL,
    FORMS,
    LABEL,
    PLAN,
    by,
    changed,
    flat,
    printed,
    read,
    seen,
    texts,
    without_bookmarks,
    without_controls,
    without_marks,
)
from hypothesis import given
from hypothesis import strategies as st
from peers import office
from strategies import records_of

from recordkit import forms
from recordkit.formats.docx.fillable import fillable
from recordkit.formats.docx.returned import open_paper
from recordkit.formats.opc import Element
from recordkit.forms import Arranged, Form
from recordkit.forms.returned import settled
from recordkit.records import kinds
from recordkit.records.casework import ServicePlan
from recordkit.records.model import Record

# --- every form, as it was printed -----------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_all_three_anchors_find_every_field_of_every_form(form: Form):
    for data in (printed(form), fillable(printed(form), form)):
        paper = open_paper(data)
        [returned] = paper.returned(form)

        places = {(each.path, each.row) for each in returned.readings}
        assert (paper.form, paper.form_version) == (form.id, form.version)
        assert paper.title == form.title
        assert returned.record == "LX01-FW-000123 v1 7F3A"
        assert places == {
            (place if isinstance(place, tuple) else (place, -1)) for place in seen(forms.blank(form))
        }
        for path, number in places:
            assert set(by(returned, path, number)) == {CONTROL, BOOKMARK, LABEL}, (path, number)
        assert not returned.strays
        assert not returned.notes


_filled = st.sampled_from(FORMS).flatmap(
    lambda form: st.tuples(st.just(form), records_of(form.model, full=True) | records_of(form.model))
)


@given(_filled)
def test_what_was_printed_is_what_is_read(filled: tuple[Form, Record]):
    form, record = filled
    returned = read(printed(form, record), form)

    assert flat(texts(returned)) == flat(seen(forms.filled(form, record)))
    assert all(not each.against for each in settled(returned.readings))
    assert not returned.strays
    assert not returned.notes


@given(_filled, st.sampled_from([without_controls, without_bookmarks, without_marks]))
def test_either_kind_of_mark_or_both_may_be_missing(
    filled: tuple[Form, Record], spoil: Callable[[Element], None]
):
    form, record = filled
    returned = read(changed(printed(form, record), spoil), form)

    assert flat(texts(returned)) == flat(seen(forms.filled(form, record)))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_labels_alone_find_every_field(form: Form):
    returned = read(changed(printed(form), without_marks), form)

    assert set(texts(returned)) == set(seen(forms.blank(form)))
    assert not returned.strays


# --- other office programs -------------------------------------------------------------


def blanks(form: Form) -> tuple[bytes, Arranged]:
    return fillable(printed(form), form), forms.blank(form)


def records(form: Form) -> tuple[bytes, Arranged]:
    return printed(form, _full(form)), forms.filled(form, _full(form))


_slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("road", "made"),
    [
        ("resave", records),
        pytest.param("resave", blanks, marks=_slow),
        pytest.param("via_odt", records, marks=_slow),
        pytest.param("via_odt", blanks, marks=_slow),
    ],
)
def test_every_field_survives_a_save_by_libreoffice(
    road: str, made: Callable[[Form], tuple[bytes, Arranged]], tmp_path: Path
):
    if reason := office.available():
        pytest.skip(reason)
    wanted = {tmp_path / f"{form.slug}.docx": (form, *made(form)) for form in FORMS}
    for path, (_, data, _) in wanted.items():
        path.write_bytes(data)

    saved = getattr(office, road)(list(wanted), tmp_path / "saved")

    for path, (form, _, arranged) in wanted.items():
        paper = open_paper(saved[path].read_bytes())
        [returned] = paper.returned(form)
        assert paper.form == form.id
        assert set(texts(returned)) == set(seen(arranged)), form.slug
        if made is records:
            assert flat(texts(returned)) == flat(seen(arranged)), form.slug
        assert not returned.strays, form.slug
        assert not returned.notes, form.slug


def _full(form: Form) -> Record:
    """A record with a text in most fields, always the same."""

    def text(spec: Any, number: int) -> Any:
        if isinstance(spec.kind, kinds.Nested):
            if not spec.kind.many:
                return None
            return [
                {
                    name: made
                    for name, inner in spec.kind.part.specs().items()
                    if inner.stored and (made := text(inner, each)) is not None
                }
                for each in range(3)
            ]
        if spec.kind.options():
            options = spec.kind.options()
            return None if isinstance(spec.kind, kinds.YesNo) else options[number % len(options)]
        if type(spec.kind) in (kinds.Text, kinds.Long):
            return f"{spec.label}{number}"[: getattr(spec.kind, "longest", 99)]
        return None

    made = {name: text(spec, 1) for name, spec in form.model.specs().items() if spec.stored}
    return form.model(**{name: each for name, each in made.items() if each is not None})


# --- many ------------------------------------------------------------------------------


@pytest.mark.slow
def test_five_hundred_forms_are_read_in_little_time_and_no_more_memory():
    steps = [{"phase": f"第{n}步", "content": "上门探访，说说近况" * 3} for n in range(20)]
    data = printed(PLAN, ServicePlan(overall_goal="少跌倒" * 40, steps=steps))
    read(data, PLAN)
    start = time.process_time()
    for _ in range(60):
        read(data, PLAN)
    seconds = (time.process_time() - start) / 60
    tracemalloc.start()
    for _ in range(5):
        read(data, PLAN)
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(40):
        read(data, PLAN)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert seconds < 1 / 20
    assert after - before < 50_000
