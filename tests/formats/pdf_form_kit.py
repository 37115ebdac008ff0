"""Fillable forms for tests: made once, and looked through as strangers see them."""

from __future__ import annotations

from functools import cache

import pypdfium2

from recordkit import forms
from recordkit.formats.pdf_form import open_paper, write
from recordkit.forms.definition import Form
from recordkit.forms.returned import Returned

CATALOGUE = forms.catalogue()
INTAKE = forms.load("casework/intake")
STAMP = {"recordkit-record": "LX01-GA-2026-0007-02 v2 7F3A"}
MOST = 3_000_000


@cache
def made() -> dict[str, bytes]:
    """The blank fillable forms by their slugs."""
    return {form.slug: write(forms.blank(form), form, {}) for form in CATALOGUE}


def returned(data: bytes, form: Form) -> Returned:
    [said] = open_paper(data).returned(form)
    return said


def texts(said: Returned) -> dict[tuple[str, int], str]:
    return {(reading.path, reading.row): reading.text for reading in said.readings}


def ink(data: bytes) -> int:
    """How many dark points PDFium draws."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    pages = (page.render(scale=1, grayscale=True).to_pil().histogram() for page in document)
    return sum(sum(page[:128]) for page in pages)
