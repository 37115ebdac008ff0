"""Blank forms filled in by programs that know nothing of recordkit, and read again:
the whole road from the blank to the record, of every form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from filling_kit import (
    CATALOGUE,
    SLUGS,
    Back,
    back,
    blank,
    differences,
    docx_back,
    filled_in_word,
    for_controls,
    for_uno,
    full_record,
    places,
)
from filling_others import by_pikepdf, by_pypdf, for_fields, many_by_openpyxl, one_by_openpyxl
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from peers import fillers, office, pdf_lib
from strategies import faithful, records_of

from recordkit import forms
from recordkit.formats import pdf_form, xlsx
from recordkit.forms.blocks import Table

FEW = ("assessment", "assistance-application")
each_form = pytest.mark.parametrize(
    "slug", [slug if slug in FEW else pytest.param(slug, marks=pytest.mark.slow) for slug in SLUGS]
)
few_and_all = pytest.mark.parametrize(
    "slugs", [pytest.param(FEW, id="few"), pytest.param(SLUGS, id="all", marks=pytest.mark.slow)]
)
all_at_once = pytest.mark.parametrize("slugs", [pytest.param(SLUGS, id="all", marks=pytest.mark.slow)])
needs_office = pytest.mark.skipif(office.available() is not None, reason=office.available() or "")
needs_uno = pytest.mark.skipif(fillers.uno_available() is not None, reason=fillers.uno_available() or "")
VARIANTS = (0, 1)
# Scripts and LibreOffice through UNO set the state of a box and leave its sign.
SIGN_FORGOTTEN = "方框的状态与显示的不一致"
TO_XLSX, TO_ODS = "xlsx:Calc MS Excel 2007 XML", "ods:calc8"


def comes_back(found: Back, slug: str, variant: int = 0, left_out: Sequence[str] = (), more: int = 0) -> None:
    """Every field is there, and there is nothing to ask about."""
    wanted = full_record(slug, variant, more)
    assert not differences(CATALOGUE[slug], found.loaded.record, wanted, left_out)
    assert not [note for note in found.told if SIGN_FORGOTTEN not in note]


# --- Word ---------------------------------------------------------------------------------


def filled_by(filler: str, slug: str, variant: int = 0) -> bytes:
    if filler == "word":
        return filled_in_word(slug, variant)
    data = blank(slug, "docx")
    return fillers.fill_by_lxml(data, for_controls(data, CATALOGUE[slug], full_record(slug, variant)))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("filler", ["lxml", "word"])
@each_form
def test_a_word_form_filled_by_a_script_comes_back(slug: str, filler: str, variant: int) -> None:
    comes_back(docx_back(filled_by(filler, slug, variant), CATALOGUE[slug]), slug, variant)


@each_form
def test_boxes_whose_sign_was_forgotten_are_read_and_told(slug: str) -> None:
    form, data = CATALOGUE[slug], blank(slug, "docx")
    values = for_controls(data, form, full_record(slug))
    found = docx_back(fillers.fill_by_lxml(data, values, glyphs=False), form)

    assert not differences(form, found.loaded.record, full_record(slug))
    assert found.told
    assert all(SIGN_FORGOTTEN in note for note in found.told)
    assert len(found.told) == len(set(found.told))


@each_form
def test_rows_that_word_adds_come_back(slug: str) -> None:
    form, data = CATALOGUE[slug], blank(slug, "docx")
    record = full_record(slug, more=2)
    tables = {section.table for section in form.sections if section.kind == "table"}
    filled = fillers.fill_as_word(data, for_controls(data, form, record), dict.fromkeys(tables, 2))

    comes_back(docx_back(filled, form), slug, more=2)


def office_trips(papers: Sequence[Path], folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Each document with what LibreOffice makes of it, directly and by way of ODT."""
    for trip, into in ((office.resave, "docx"), (office.via_odt, "odt")):
        for paper, made in trip(papers, folder / into).items():
            yield paper, made.read_bytes()


@needs_uno
@few_and_all
def test_word_forms_filled_by_libreoffice_come_back(slugs: Sequence[str], tmp_path: Path) -> None:
    jobs = []
    for slug in slugs:
        paper = tmp_path / f"{slug}.docx"
        paper.write_bytes(blank(slug, "docx"))
        jobs.append(for_uno(paper, CATALOGUE[slug], full_record(slug)))
    filled = fillers.fill_all_by_uno(jobs, tmp_path / "filled")

    for paper, data in [*((each, each.read_bytes()) for each in filled), *office_trips(filled, tmp_path)]:
        comes_back(docx_back(data, CATALOGUE[paper.stem]), paper.stem)


@needs_office
@all_at_once
@pytest.mark.parametrize("filler", ["lxml", "word"])
def test_filled_word_forms_survive_libreoffice(slugs: Sequence[str], filler: str, tmp_path: Path) -> None:
    papers = [tmp_path / f"{slug}.docx" for slug in slugs]
    for paper in papers:
        paper.write_bytes(filled_by(filler, paper.stem, 1))

    for paper, data in office_trips(papers, tmp_path):
        comes_back(docx_back(data, CATALOGUE[paper.stem]), paper.stem, 1)


# --- PDF -----------------------------------------------------------------------------------------


def pdf_back(data: bytes, slug: str, variant: int = 0) -> None:
    form = CATALOGUE[slug]
    comes_back(back(pdf_form.open_paper(data), form), slug, variant, pdf_form.uncarried(form))


@pytest.mark.parametrize("variant", VARIANTS)
@each_form
def test_a_pdf_filled_by_pikepdf_comes_back(slug: str, variant: int) -> None:
    data = blank(slug, "pdf")
    pdf_back(by_pikepdf(data, for_fields(data, CATALOGUE[slug], full_record(slug, variant))), slug, variant)


@pytest.mark.slow
@pytest.mark.parametrize("slug", SLUGS)
def test_a_pdf_filled_by_pypdf_comes_back(slug: str) -> None:
    data = blank(slug, "pdf")
    pdf_back(by_pypdf(data, for_fields(data, CATALOGUE[slug], full_record(slug))), slug)


@pytest.mark.slow
def test_pdfs_filled_by_pdf_lib_come_back(tmp_path: Path) -> None:
    if (reason := pdf_lib.fetched(tmp_path)) is not None:
        pytest.skip(reason)
    papers = {}
    for slug in SLUGS:
        data = blank(slug, "pdf")
        papers[slug] = (data, for_fields(data, CATALOGUE[slug], full_record(slug)))

    for slug, data in pdf_lib.filled(papers, tmp_path).items():
        pdf_back(data, slug)


# --- Excel -----------------------------------------------------------------------------------------


def workbook(slug: str, layout: str, variant: int = 0) -> bytes:
    form, record = CATALOGUE[slug], full_record(slug, variant)
    if layout == "one":
        return one_by_openpyxl(blank(slug, "xlsx", "一份"), form, record)
    return many_by_openpyxl(blank(slug, "xlsx", "多份"), form, [record])


def workbook_back(data: bytes, slug: str, layout: str, variant: int = 0) -> None:
    form = CATALOGUE[slug]
    comes_back(back(xlsx.open_paper(data), form), slug, variant, xlsx.uncarried(form, layout))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("layout", ["one", "many"])
@each_form
def test_a_workbook_filled_by_openpyxl_comes_back(slug: str, layout: str, variant: int) -> None:
    workbook_back(workbook(slug, layout, variant), slug, layout, variant)


@pytest.mark.slow
@needs_office
@pytest.mark.parametrize("layout", ["one", "many"])
def test_filled_workbooks_survive_libreoffice(layout: str, tmp_path: Path) -> None:
    papers = [tmp_path / f"{slug}.xlsx" for slug in SLUGS]
    for paper in papers:
        paper.write_bytes(workbook(paper.stem, layout))
    first = office.convert(papers, tmp_path / "xlsx", TO_XLSX)
    odss = office.convert(papers, tmp_path / "ods", TO_ODS)
    again = office.convert(list(odss.values()), tmp_path / "again", TO_XLSX)

    for paper in papers:
        for data in (first[paper].read_bytes(), again[odss[paper]].read_bytes()):
            workbook_back(data, paper.stem, layout)


# --- whatever people type ------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=4, phases=[Phase.generate])
@pytest.mark.parametrize("slug", SLUGS)
@given(data=st.data())
def test_whatever_is_typed_comes_back(slug: str, data: st.DataObject) -> None:
    form = CATALOGUE[slug]
    record = data.draw(records_of(form.model, full=True).map(faithful))
    for block in forms.blank(form).blocks:
        if isinstance(block, Table):
            setattr(record, block.path, (getattr(record, block.path) or [])[: len(block.rows)] or None)
    # What begins with = is a formula to openpyxl.
    assume(not any(place.text.startswith("=") for place in places(form, record)))
    word, one, many = blank(slug, "docx"), blank(slug, "xlsx", "一份"), blank(slug, "xlsx", "多份")

    typed = docx_back(fillers.fill_by_lxml(word, for_controls(word, form, record)), form)
    in_layout = back(xlsx.open_paper(one_by_openpyxl(one, form, record)), form)
    in_row = back(xlsx.open_paper(many_by_openpyxl(many, form, [record])), form)

    assert not differences(form, typed.loaded.record, record)
    assert not differences(form, in_layout.loaded.record, record, xlsx.uncarried(form, "one"))
    assert not differences(form, in_row.loaded.record, record, xlsx.uncarried(form, "many"))
