"""On paper: fillable blanks look like plain ones, page by page; lines and pages end where people end them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fillable_kit
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pdf_form_kit import CATALOGUE, made
from peers import office
from PIL import Image, ImageChops, ImageFilter

from recordkit import forms
from recordkit.formats import pdf, pdf_form, xlsx
from recordkit.formats.pdf_form.face import face, wrapped
from recordkit.formats.typeset import LANDSCAPE_WIDTH, widened
from recordkit.formats.xlsx import pages
from recordkit.forms.blocks import PAGE_WIDTH, Arranged, Cell, Column, Grid, Page, Signatures, SignCell, Table
from recordkit.forms.definition import Form
from recordkit.records.text import width

DARK, SHADED = 0x90, 0xC8  # a print's dot, and one that a hint in grey never reaches
CODE = "GA-2026-0007"
each_form = pytest.mark.parametrize("form", CATALOGUE, ids=lambda form: form.slug)


def printed(document: bytes | Path, dots: float) -> Iterator[Any]:
    """The pages in grey at so many dots an inch, with the fields as they are printed."""
    opened = pypdfium2.PdfDocument(document)
    opened.init_forms()
    for page in opened:
        yield page.render(scale=dots / 72, grayscale=True, may_draw_forms=True).to_pil()


# --- fillable and plain -------------------------------------------------------------------------


@each_form
def test_a_fillable_pdf_prints_like_the_plain_one(form: Form) -> None:
    plain = [page.tobytes() for page in printed(pdf.write(forms.blank(form)), 100)]
    fillable = [page.tobytes() for page in printed(made()[form.slug], 100)]

    assert plain
    assert plain == fillable


@pytest.mark.slow
@pytest.mark.skipif(office.available() is not None, reason=office.available() or "")
def test_a_fillable_word_form_prints_like_the_plain_one(tmp_path: Path) -> None:
    """LibreOffice sets the parts of a line on whole dots; further than one nothing may stand."""
    papers = {tmp_path / f"{form.slug}-plain.docx": fillable_kit.blank(form.id) for form in CATALOGUE}
    papers |= {tmp_path / f"{form.slug}.docx": fillable_kit.made(form.id) for form in CATALOGUE}
    for path, data in papers.items():
        path.write_bytes(data)
    made_of = office.to_pdf(list(papers), tmp_path / "pdf")
    for form in CATALOGUE:
        names = (f"{form.slug}-plain.docx", f"{form.slug}.docx")
        both = [list(printed(made_of[tmp_path / name], 100)) for name in names]

        assert len(both[0]) == len(both[1]), form.slug
        for plain, fillable in zip(*both, strict=True):
            assert astray(plain, fillable) == 0, form.slug
            assert astray(fillable, plain) == 0, form.slug


def astray(page: Image.Image, other: Image.Image) -> int:
    """How many dark dots of a page have nothing dark beside them on the other."""
    dark = page.point(lambda grey: 255 if grey < DARK else 0)
    near = other.point(lambda grey: 255 if grey < SHADED else 0).filter(ImageFilter.MaxFilter(3))
    return int(ImageChops.subtract(dark, near).histogram()[255])


# --- pages that lie on their side ---------------------------------------------------------------


def lying(landscape: bool) -> Arranged:
    """A code in a grid and in a list, with enough room for it only on a wide page, and below signatures."""
    code = Cell("code", "编　号", None, CODE, width=PAGE_WIDTH / 2, label_width=30.0)
    grid = Grid("一、编号", ((code, Cell("other", "其　他", None, "", PAGE_WIDTH / 2, 20.0)),), "甲乙")
    columns = tuple(Column(f"row.c{at}", f"编号{at}", PAGE_WIDTH / 4) for at in range(4))
    table = Table(
        "二、清单", "row", columns, ((*(Cell(each.path, each.label, None, CODE) for each in columns),),)
    )
    signed = Cell("signed", "签名", None, f"已签 2026年3月5日，{CODE}", PAGE_WIDTH / 2, height=30.0)
    signs = Signatures(((SignCell(signed), SignCell(signed)),))
    return Arranged(Page("横放的表", "GA99", landscape=landscape), (grid, table, signs))


def test_a_code_breaks_only_where_the_page_has_no_room_for_it() -> None:
    upright, wide = (pdf.source(lying(landscape), {}) for landscape in (False, True))

    assert (upright.count(f'"{CODE}"'), wide.count(f'"{CODE}"')) == (2, 7)


def test_a_page_on_its_side_has_all_its_words_on_the_lines_they_need() -> None:
    document = pypdfium2.PdfDocument(pdf.write(lying(True)))
    text = document[0].get_textpage().get_text_bounded()

    assert len(document) == 1
    assert text.count(CODE) == 7
    assert document[0].get_width() > document[0].get_height()


def test_labels_stay_as_wide_as_they_are() -> None:
    across, blocks = widened(lying(True))
    grid, table, _ = blocks

    assert across == LANDSCAPE_WIDTH
    assert isinstance(grid, Grid)
    assert isinstance(table, Table)
    assert [cell.label_width for cell in grid.rows[0]] == [30.0, 20.0]
    assert sum(cell.width for cell in grid.rows[0]) == pytest.approx(LANDSCAPE_WIDTH)
    assert sum(column.width for column in table.columns) == pytest.approx(LANDSCAPE_WIDTH)
    assert widened(lying(False)) == (PAGE_WIDTH, lying(False).blocks)


# --- lines --------------------------------------------------------------------------------------

LINES = [
    ("临走问“下回还是你们俩来吗”。", 12, "临走问“下回还是你们俩来|吗”。"),
    ("最后一夜就说“早点叫车”", 7, "最后一夜就说|“早点叫车”"),
    ("2026年3月18日至2026年5月15日", 4.4, "2026年|3月18日|至2026年|5月15日"),
    ("电话0531-00000131", 5.6, "电话0531-|00000131"),
    ("共1,200.50元", 4, "共|1,200.50|元"),
    ("。。。。。", 2, "。。|。。|。"),
]


@pytest.mark.parametrize(("text", "room", "lines"), LINES)
def test_a_filled_field_breaks_its_lines_as_print_does(text: str, room: float, lines: str) -> None:
    assert wrapped(text, room * 10, 10) == lines.split("|")


@given(st.text(alphabet="赵（“”）。，、 -.aB19年月\n", max_size=40), st.floats(0.2, 12))
def test_no_sign_is_lost_and_no_line_too_long(text: str, room: float) -> None:
    found = wrapped(text, room, 1)

    assert "".join(found) == text.replace("\n", "")
    assert all(face().width(line) <= room + 1e-6 or len(line) == 1 for line in found)


def test_a_long_text_in_a_list_is_printed_so_that_it_can_be_read() -> None:
    form = forms.load("casework/client-record")
    long = "2025年11月8日去世，病历写慢性阻塞性肺疾病、高血压"
    record = form.model.model_validate({"family_members": [{"name": "冯德润", "health": long}]})
    data = pdf_form.write(forms.filled(form, record), form, {})

    with pikepdf.open(io.BytesIO(data)) as document:
        [field] = [
            note
            for page in document.pages
            for note in page.obj.get("/Annots", [])
            if str(note.T) == "family_members/1/health"
        ]
        [size] = re.findall(rb"/RkForm ([0-9.]+) Tf", field.AP.N.read_bytes())
    assert float(size) >= 6.5


# --- workbooks ----------------------------------------------------------------------------------


def test_no_title_stands_alone_at_the_foot_of_a_sheet() -> None:
    heights = [40.0, *[100.0] * 6, 25.0, 30.0, 100.0, *[100.0] * 6, 100.0]

    assert pages.ends(heights, {7, 8}, []) == [7]
    assert pages.ends([100.0] * 20, set(), [3]) == [3]
    assert pages.ends([800.0, 25.0, 800.0], {1}, []) == [1]
    assert pages.ends([100.0, 25.0, 100.0, 25.0], {1, 3}, []) == []
    assert pages.ends([], {1}, []) == []


@each_form
def test_every_note_on_a_head_is_seen_whole(form: Form) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx.many(form))) as book:
        for number, name in enumerate(sorted(each for each in book.namelist() if "comments" in each), 1):
            notes = [
                "".join(each.itertext()) for each in etree.fromstring(book.read(name)).iter("{*}comment")
            ]
            drawing = book.read(f"xl/drawings/vmlDrawing{number}.vml").decode()
            heights = [float(each) for each in re.findall(r"height:([0-9.]+)pt", drawing)]

            assert len(notes) == len(heights)
            for note, height in zip(notes, heights, strict=True):
                # 11 pt from line to line, 21 signs of 9 pt on a line of 300 pixels.
                lines = sum(-(-width(line) // 42) for line in note.split("\n"))
                assert height >= lines * 11, note
