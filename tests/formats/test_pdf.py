"""PDFs as they are made in volume: one compiler, the same bytes whatever came before."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pdfplumber
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from recordkit import forms
from recordkit.formats import pdf, qr, typeset
from recordkit.forms import Arranged
from recordkit.forms.blocks import Cell, Grid, Page, Picture, Table, cells

CATALOGUE = forms.catalogue()
INTAKE = forms.load("casework/intake")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6368"
    "00000082008177cd72b60000000049454e44ae426082"
)
DIGEST = """
import hashlib, sys
from recordkit import forms
from recordkit.formats import pdf
print(hashlib.sha256(pdf.write(forms.blank(forms.load(sys.argv[1])))).hexdigest())
"""


def test_the_bytes_do_not_depend_on_what_was_made_before() -> None:
    for form in CATALOGUE:
        pdf.write(forms.blank(form))
    made = hashlib.sha256(pdf.write(forms.blank(INTAKE))).hexdigest()

    alone = subprocess.run(
        [sys.executable, "-c", DIGEST, INTAKE.id], capture_output=True, text=True, check=True
    )

    assert alone.stdout.strip() == made


def test_the_look_is_a_file_that_all_forms_share() -> None:
    code = pdf.source(forms.blank(INTAKE), {})

    assert code.startswith('#import "/form.typ": *\n')
    assert "#let" not in code


def drawing(data: bytes) -> Arranged:
    cell = Cell("drawn", "图", None, "", height=60.0)
    return Arranged(Page("图", "GA99"), (Picture("", cell, "a.png"),), {"drawn": data})


def test_a_picture_is_not_left_for_the_next_form() -> None:
    empty = replace(drawing(PIXEL), images={})

    first, none, again = (pdf.write(each) for each in (drawing(PIXEL), empty, drawing(PIXEL)))

    assert first == again
    assert b"/Subtype/Image" in first.replace(b" ", b"")
    assert b"/Subtype/Image" not in none.replace(b" ", b"")


@pytest.mark.parametrize("text", ["LX01-GA-2026-0007-02 v1 BC62", "GA02 v12 0000", "泉-2026 v1 3F2A"])
@pytest.mark.parametrize("scale", [2, 4])
def test_the_qr_on_the_page_says_which_record_it_is(text: str, scale: int) -> None:
    page = Page("表", "GA02", number="LX01-GA-2026-0007-02", mark="版1·BC62", qr=text)
    [sheet] = pypdfium2.PdfDocument(pdf.write(Arranged(page, forms.blank(INTAKE).blocks[:1])))

    [read] = zxingcpp.read_barcodes(sheet.render(scale=scale, grayscale=True).to_pil())

    assert read.text == text
    assert read.ec_level == "M"


def test_the_same_text_gives_the_same_qr() -> None:
    assert qr.drawn("GA02 v1 0000") == qr.drawn("GA02 v1 0000") != qr.drawn("GA02 v1 0001")


def test_no_row_of_a_long_list_costs_more_code_than_one_of_a_short_list() -> None:
    blank = forms.blank(
        next(f for f in CATALOGUE if any(isinstance(b, Table) for b in forms.blank(f).blocks))
    )
    table = next(block for block in blank.blocks if isinstance(block, Table))

    def code(count: int) -> str:
        return pdf.source(replace(blank, blocks=(replace(table, rows=table.rows[:1] * count),)), {})

    assert (len(code(201)) - len(code(101))) == (len(code(102)) - len(code(2)))


@given(st.lists(st.sampled_from(["", "短", "一行" * 300, "长" * 2500]), max_size=12))
def test_a_long_text_is_set_in_shares_that_lose_nothing(written: list[str]) -> None:
    text = "\n".join(written)

    shares = list(typeset.shares(text))

    assert "\n".join(shares) == text
    # Between two shares stand written lines: an empty one would be lost there.
    assert all(before[-1:].strip() and share[:1].strip() for before, share in pairwise(shares))


def test_shares_of_a_long_text_look_like_one() -> None:
    written = [f"第{number}行" + "字" * 90 for number in range(120)]  # three lines of print each
    cell = next(cell for block in forms.blank(INTAKE).blocks for cell in cells(block) if pdf._is_text(cell))
    grid = Grid("", ((replace(cell, text="\n".join(written)),),))

    made = pdf.write(Arranged(Page("表", "GA02"), (grid,)))

    assert len(list(typeset.shares("\n".join(written)))) > 2
    with pdfplumber.open(BytesIO(made)) as document:
        pages = [
            sorted({round(char["top"], 1) for char in page.chars if char["text"] == "字"})
            for page in document.pages
        ]
        found = "".join(char["text"] for page in document.pages for char in page.chars)
    gaps = {round(lower - upper, 1) for tops in pages for upper, lower in pairwise(tops)}
    assert max(gaps) - min(gaps) < 0.3  # points: no gap between two shares
    assert all(found.count(f"第{number}行") == 1 for number in range(120))
