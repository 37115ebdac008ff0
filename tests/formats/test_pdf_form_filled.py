"""Fillable PDFs filled in by programs that know nothing of recordkit."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pdf_form_kit import CATALOGUE, STAMP, ink, made, texts
from peers import pdf_lib
from pikepdf.form import CheckboxField
from pikepdf.form import Form as Fields

from recordkit import forms
from recordkit.errors import RecordkitError
from recordkit.formats.pdf_form import open_papers, write
from recordkit.forms.definition import Form
from recordkit.forms.returned import Paper


@pytest.fixture(scope="module")
def blanks() -> dict[str, bytes]:
    return made()


def wishes(data: bytes) -> dict[str, str]:
    """Something for every field, as a program sees it that knows nothing of us."""
    found: dict[str, str] = {}
    for number, (name, field) in enumerate((pypdf.PdfReader(io.BytesIO(data)).get_fields() or {}).items()):
        match field["/FT"]:
            case "/Btn":
                found[name] = "/1" if number % 2 else "/Off"
            case "/Ch":
                found[name] = str(field["/Opt"][number % len(field["/Opt"])])
            case _ if not int(field.get("/Ff", 0)) & 1:
                found[name] = f"赵桂兰{number}"[: int(field.get("/MaxLen", 99))]
    return found


def by_pypdf(data: bytes, values: dict[str, str]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=False)  # type: ignore[arg-type]
    saved = io.BytesIO()
    writer.write(saved)
    return saved.getvalue()


def by_pikepdf(data: bytes, values: dict[str, str]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        for name, field in Fields(document).items():
            if isinstance(field, CheckboxField):
                field.checked = values[name] == "/1"
            elif name in values:
                field.value = values[name]  # type: ignore[attr-defined]
        saved = io.BytesIO()
        document.save(saved)
    return saved.getvalue()


def expected(form: Form, values: dict[str, str]) -> dict[tuple[str, int], set[str]]:
    """The texts that must be found in what is read of each place."""
    found: dict[tuple[str, int], set[str]] = {}
    for name, value in values.items():
        steps = name.split("/")
        in_list = len(steps) > 2 and steps[1].isdigit()
        place = (f"{steps[0]}.{steps[2]}", int(steps[1]) - 1) if in_list else (steps[0], -1)
        wanted = found.setdefault(place, set())
        options = form.spec_at(place[0]).kind.options()  # type: ignore[union-attr]
        if value in ("/1", "/Off"):
            wanted.add(("☑" if value == "/1" else "□") + options[int(steps[-1]) - 1])
        else:
            wanted.add(value)
    return found


def are_read(filled: dict[str, bytes], values: dict[str, dict[str, str]]) -> None:
    papers = open_papers(list(filled.values()))
    for slug, paper in zip(filled, papers, strict=True):
        assert not isinstance(paper, RecordkitError)
        is_read(paper, forms.load(f"casework/{slug}"), values[slug])


def is_read(paper: Paper, form: Form, values: dict[str, str]) -> None:
    read = texts(paper.returned(form)[0])
    wanted = expected(form, values)

    assert (paper.form, paper.form_version) == (form.id, form.version)
    assert set(read) == set(wanted)
    for place, pieces in wanted.items():
        assert all(piece in read[place] for piece in pieces), (place, pieces, read[place])


def test_forms_filled_by_pikepdf_are_read(blanks: dict[str, bytes]) -> None:
    values = {slug: wishes(data) for slug, data in blanks.items()}
    are_read({slug: by_pikepdf(data, values[slug]) for slug, data in blanks.items()}, values)


def test_a_form_filled_by_pypdf_is_read_and_shows_it(blanks: dict[str, bytes]) -> None:
    values = wishes(blanks["follow-up"])
    filled = by_pypdf(blanks["follow-up"], values)

    are_read({"follow-up": filled}, {"follow-up": values})
    assert ink(filled) > ink(blanks["follow-up"]) + 1000


@pytest.mark.slow
def test_all_forms_filled_by_pypdf_are_read(blanks: dict[str, bytes]) -> None:
    values = {slug: wishes(data) for slug, data in blanks.items()}
    are_read({slug: by_pypdf(data, values[slug]) for slug, data in blanks.items()}, values)


@pytest.mark.slow
def test_forms_filled_by_pdf_lib_are_read(blanks: dict[str, bytes], tmp_path: Path) -> None:
    if (reason := pdf_lib.fetched(tmp_path)) is not None:
        pytest.skip(reason)
    wanted = {form.slug: wishes(blanks[form.slug]) for form in CATALOGUE}
    are_read(
        pdf_lib.filled({slug: (blanks[slug], values) for slug, values in wanted.items()}, tmp_path), wanted
    )


def test_values_are_seen_in_pdfium(blanks: dict[str, bytes]) -> None:
    """Before anybody types, another viewer shows what the fields hold."""
    form = next(form for form in CATALOGUE if form.slug == "follow-up")
    record = form.model(filled_by="S01", current_status="身体恢复得不错", decision="结束跟进")

    filled = write(forms.filled(form, record), form, STAMP)

    assert ink(filled) > ink(blanks[form.slug]) + 100
