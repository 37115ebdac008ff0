"""The quick preparation of our own templates is docxtpl's, step for step."""

from __future__ import annotations

import pytest
from conftest import ROOT
from docxtpl import DocxTemplate

from recordkit.formats import docx
from recordkit.formats.docx import engine
from recordkit.formats.package import read_parts
from recordkit.forms import Form, catalogue


@pytest.mark.parametrize("form", catalogue(), ids=lambda form: form.slug)
def test_our_templates_are_prepared_as_docxtpl_prepares_them(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []
    prepared = engine._patched

    def spy(xml: str) -> str:
        sources.append(xml)
        return prepared(xml)

    monkeypatch.setattr(engine, "_patched", spy)
    engine.Template(docx.built(form), form.title)

    assert len(sources) >= 3  # document, header, footer
    for xml in sources:
        assert prepared(xml) == DocxTemplate("").patch_xml(xml)


@pytest.mark.parametrize("form", catalogue(), ids=lambda form: form.slug)
def test_the_shipped_template_is_the_one_its_layout_makes(form: Form) -> None:
    shipped = ROOT / "templates" / f"{form.id}.docx"

    assert read_parts(shipped.read_bytes()) == read_parts(docx.built(form)), "run: make templates"
