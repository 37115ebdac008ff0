"""The quick preparation of our own templates is docxtpl's, step for step."""

from __future__ import annotations

import pytest
from docxtpl import DocxTemplate

from recordkit.formats import docx
from recordkit.formats.docx import engine
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
    engine.Template(docx.template(form), form.title)

    assert len(sources) >= 3  # document, header, footer
    for xml in sources:
        assert prepared(xml) == DocxTemplate("").patch_xml(xml)
