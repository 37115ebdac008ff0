"""What any face writes comes back from it: `read(write(record)) == record`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from forms.test_answers import held
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import MODELS, faithful, records_of

from recordkit import forms
from recordkit.formats import docx, pdf_form, xlsx
from recordkit.formats.docx import returned as docx_returned
from recordkit.forms import Form, answers
from recordkit.forms.answers import State
from recordkit.forms.returned import Paper
from recordkit.records.model import Record
from recordkit.records.reading import from_form

Face = tuple[Callable[[Form, Record], bytes], Callable[[bytes], Paper]]


def _stamp(form: Form) -> dict[str, str]:
    return {docx.FORM: form.id, docx.FORM_VERSION: str(form.version), "recordkit-record": "LX01 v1 7F3A"}


def _docx(form: Form, record: Record) -> bytes:
    return docx.write(forms.filled(form, record), docx.ready(form), _stamp(form))


def _pdf(form: Form, record: Record) -> bytes:
    return pdf_form.write(forms.filled(form, record), form, _stamp(form))


def _one(form: Form, record: Record) -> bytes:
    return xlsx.one(forms.filled(form, record), form, _stamp(form))


def _many(form: Form, record: Record) -> bytes:
    return xlsx.many(form, [record])


FACES: dict[str, Face] = {
    "docx": (_docx, docx_returned.open_paper),
    "pdf": (_pdf, pdf_form.open_paper),
    "xlsx-one": (_one, xlsx.open_paper),
    "xlsx-many": (_many, xlsx.open_paper),
}


def carried(form: Form, face: str) -> list[str]:
    """The fields that come back from a face; signatures do from some of them only."""
    left_out = {"pdf": pdf_form.uncarried(form), "xlsx-many": xlsx.uncarried(form, "many")}.get(face, [])
    return [path for path in answers.carried(form) if path not in left_out]


# Four faces of every form: a quarter of the usual number of records each.
@settings(max_examples=settings().max_examples // 4)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.form_id)
@given(data=st.data())
def test_a_record_comes_back_from_every_face(
    model: Any, face: str, data: st.DataObject, tmp_path_factory: Any
) -> None:
    write, open_paper = FACES[face]
    form = forms.load(model.form_id)
    paths = carried(form, face)
    # A line of a list with nothing but rows on other sheets is no record.
    own = [path for path in paths if "." not in path or path.startswith("local.")]
    says_something = lambda made: any(held(made, path) is not None for path in own)  # noqa: E731
    record = data.draw(records_of(model).map(faithful).filter(says_something))

    paper = open_paper(write(form, record))
    [returned] = paper.returned(form)
    found = answers.understood(form, answers.places(form, returned), printed=True)
    again = from_form(model, found.tree(), tmp_path_factory.getbasetemp() / "表")

    assert paper.form == form.id
    assert not [item for item in found.items if item.state is State.WRONG]
    assert not again.findings
    for path in paths:
        assert held(again.record, path) == held(record, path), path
