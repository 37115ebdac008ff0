"""Filled-in forms in each format, and who reads them: recordkit, and libraries that only take the texts out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

from recordkit import forms
from recordkit.formats import docx, pdf_form, xlsx
from recordkit.forms import Form, answers
from recordkit.forms.returned import Paper
from recordkit.records.model import Record
from recordkit.records.reading import from_form
from recordkit.tasks.workspace import Workspace

Pile = list[tuple[Form, bytes]]


def samples(station: Workspace) -> Iterator[tuple[Form, Record]]:
    """The sample station's records, one of each form."""
    seen: set[str] = set()
    for folder in station.folders():
        for record in station.context(folder).siblings:
            if record.form_id not in seen:
                seen.add(record.form_id)
                yield forms.load(record.form_id), record


def faces(station: Workspace) -> dict[str, Pile]:
    """Each sample in each format."""
    made: dict[str, Pile] = {"docx": [], "pdf": [], "xlsx": []}
    for form, record in samples(station):
        arranged = forms.filled(form, record)
        stamp = {docx.FORM: form.id, docx.FORM_VERSION: str(form.version)}
        made["docx"].append((form, docx.write(arranged, docx.ready(form), stamp)))
        made["pdf"].append((form, pdf_form.write(arranged, form, stamp)))
        made["xlsx"].append((form, xlsx.one(arranged, form, stamp)))
    return made


def whole_way(open_paper: Callable[[bytes], Paper], pile: Pile) -> Callable[[], None]:
    """From bytes to validated records."""

    def work() -> None:
        for form, data in pile:
            for each in open_paper(data).returned(form):
                said = answers.understood(form, answers.places(form, each))
                from_form(form.model, said.tree(), Path("表"))

    return work


def python_docx(pile: Pile) -> Callable[[], None] | None:
    """Only the texts of all cells, by python-docx."""
    try:
        from docx import Document
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            document = Document(io.BytesIO(data))
            for grid in document.tables:
                for line in grid.rows:
                    _ = [cell.text for cell in line.cells]

    return work


def openpyxl_texts(pile: Pile) -> Callable[[], None] | None:
    """Only the values of all cells, by openpyxl."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            for sheet in load_workbook(io.BytesIO(data)).worksheets:
                _ = [cell.value for row in sheet.iter_rows() for cell in row]

    return work


def pypdf_fields(pile: Pile) -> Callable[[], None] | None:
    """Only the fields, by pypdf."""
    try:
        from pypdf import PdfReader
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            _ = PdfReader(io.BytesIO(data)).get_fields()

    return work
