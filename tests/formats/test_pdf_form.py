"""Fillable PDFs: the same on paper as plain ones, and what a record holds comes back."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_form_kit import CATALOGUE, INTAKE, MOST, STAMP, made, texts
from peers import verapdf
from strategies import records_of

from recordkit import forms
from recordkit.errors import RecordkitError
from recordkit.formats import pdf
from recordkit.formats.pdf_form import open_paper, open_papers, slots, write
from recordkit.formats.pdf_form.face import face
from recordkit.forms.blocks import Arranged, Cell, Table, cells
from recordkit.forms.definition import Form
from recordkit.forms.returned import Anchor
from recordkit.records import kinds


@pytest.fixture(scope="module")
def blanks() -> dict[str, bytes]:
    return made()


def stored(arranged: Arranged) -> Iterator[tuple[Cell, int]]:
    """The cells that are filled in, with the row of those in lists."""
    for block in arranged.blocks:
        rows = enumerate(block.rows) if isinstance(block, Table) else [(-1, tuple(cells(block)))]
        for row, line in rows:
            yield from ((cell, row) for cell in line if carried(cell))


def carried(cell: Cell) -> bool:
    kind = cell.spec.kind if cell.spec else None
    nested = isinstance(kind, kinds.Nested) and not isinstance(kind, kinds.Table)
    return bool(cell.spec and cell.spec.stored) and not nested


def answer(kind: kinds.Kind, text: str) -> Any:
    """What a text says, as everything that is read back is understood."""
    try:
        return kind.answer(text)
    except ValueError:
        return text


# On paper


def test_a_fillable_page_is_the_plain_page(blanks: dict[str, bytes]) -> None:
    for form in CATALOGUE:
        with (
            pikepdf.open(io.BytesIO(pdf.write(forms.blank(form)))) as plain,
            pikepdf.open(io.BytesIO(blanks[form.slug])) as fillable,
        ):
            drawn = [[page.Contents.read_bytes() for page in each.pages] for each in (plain, fillable)]
            sizes = [[list(map(float, page.mediabox)) for page in each.pages] for each in (plain, fillable)]

        assert drawn[0] == drawn[1]
        assert sizes[0] == sizes[1]


@pytest.mark.parametrize("slug", ["client-record", "closing-report"])
def test_empty_fields_leave_no_trace_in_print(slug: str, blanks: dict[str, bytes], tmp_path: Path) -> None:
    if not shutil.which("pdftoppm"):
        pytest.skip("no pdftoppm: Debian's poppler-utils")
    form = next(form for form in CATALOGUE if form.slug == slug)
    for name, data in (("plain", pdf.write(forms.blank(form))), ("fillable", blanks[slug])):
        (tmp_path / f"{name}.pdf").write_bytes(data)
        subprocess.run(
            ["pdftoppm", "-r", "60", "-gray", tmp_path / f"{name}.pdf", tmp_path / name], check=True
        )

    plain = [page.read_bytes() for page in sorted(tmp_path.glob("plain-*.pgm"))]
    fillable = [page.read_bytes() for page in sorted(tmp_path.glob("fillable-*.pgm"))]

    assert plain
    assert plain == fillable


def test_a_plain_print_tells_no_places() -> None:
    code = pdf.source(forms.blank(CATALOGUE[0]), {})

    assert not any(call in code for call in ('at("', 'near("', "#places()\n"))


def test_fields_stay_on_the_paper_and_off_each_other(blanks: dict[str, bytes]) -> None:
    for data in blanks.values():
        with pikepdf.open(io.BytesIO(data)) as document:
            for page in document.pages:
                boxes = [[float(edge) for edge in note.Rect] for note in page.obj.get("/Annots", [])]
                width, height = float(page.mediabox[2]), float(page.mediabox[3])
                for left, bottom, right, top in boxes:
                    assert 0 < left < right - 5 < width
                    assert 0 < bottom < top - 5 < height
                overlaps = [
                    (one, other)
                    for at, one in enumerate(boxes)
                    for other in boxes[at + 1 :]
                    if min(one[2], other[2]) - max(one[0], other[0]) > 2.5
                    and min(one[3], other[3]) - max(one[1], other[1]) > 2.5
                ]
                assert not overlaps


JUDGED = pytest.mark.skipif(bool(verapdf.available()), reason=verapdf.available() or "")


def failures(files: dict[str, bytes], folder: Path) -> dict[Path, list[str]]:
    """What veraPDF has against them; every one has been judged."""
    paths = [folder / f"{name}.pdf" for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    return {path: failed for path, failed in verapdf.failures(paths).items() if failed}


@JUDGED
def test_blank_and_filled_forms_keep_both_standards(blanks: dict[str, bytes], tmp_path: Path) -> None:
    record = INTAKE.model(filled_on=date(2026, 3, 5), referrer="居委会 赵桂兰", urgency="较急")
    filled = write(forms.filled(INTAKE, record), INTAKE, STAMP)

    assert not failures({"blank": blanks["client-record"], "filled": filled}, tmp_path)


@JUDGED
@pytest.mark.slow
def test_all_fillable_forms_keep_both_standards(blanks: dict[str, bytes], tmp_path: Path) -> None:
    assert not failures(blanks, tmp_path)


def test_a_form_is_small_and_made_the_same_again(blanks: dict[str, bytes]) -> None:
    form = CATALOGUE[0]

    assert max(map(len, blanks.values())) < MOST
    assert write(forms.blank(form), form, {}) == blanks[form.slug]
    assert write(forms.blank(form), form, {}, date(2026, 3, 5)) != blanks[form.slug]


# The fields


def test_every_place_to_fill_in_has_its_fields(blanks: dict[str, bytes]) -> None:
    papers = open_papers([blanks[form.slug] for form in CATALOGUE])
    for form, paper in zip(CATALOGUE, papers, strict=True):
        assert not isinstance(paper, RecordkitError)
        said = texts(paper.returned(form)[0])

        assert set(said) == {(cell.path, row) for cell, row in stored(forms.blank(form))}
        assert {_shown(cell.label) for cell, _ in stored(forms.blank(form))} <= {*paper.words, ""}


def _shown(label: str) -> str:
    """A label without what it says in brackets."""
    return label.partition("（")[0]


def test_fields_are_named_told_and_hold_the_face(blanks: dict[str, bytes]) -> None:
    for data in blanks.values():
        reader = pypdf.PdfReader(io.BytesIO(data))
        fields = {name: field for name, field in (reader.get_fields() or {}).items() if field.get("/TU")}
        names = [annotation.get_object()["/T"] for page in reader.pages for annotation in page["/Annots"]]

        assert len(names) == len(set(names)) == len(fields)
        assert "/NeedAppearances" not in reader.trailer["/Root"]["/AcroForm"]
        for page in reader.pages:
            assert page["/Tabs"] == "/S"
            for annotation in page["/Annots"]:
                drawn = annotation.get_object()["/AP"]["/N"]
                assert "/Off" in drawn or "RecordkitForm" in str(drawn["/Resources"]["/Font"]["/RkForm"])


def test_the_face_holds_what_people_write() -> None:
    common = bytes(range(0x20, 0x7F)).decode() + "赵桂兰喆堃玥䶮□☑，。；：？！“”（）【】①℃"

    assert [char for char in common if char not in face().glyphs] == ["①", "℃"][2:] + [
        char for char in "℃" if char not in face().glyphs
    ]
    assert face().shown("甲\ud7ff乙") == "甲〓乙"
    assert face().width("赵a") == pytest.approx(1 + face().widths[face().glyphs["a"]] / 1000)


# What a record holds comes back


def check(form: Form, record: Any) -> None:
    arranged = forms.filled(form, record)
    data = write(arranged, form, STAMP)
    paper = open_paper(data)
    [said] = paper.returned(form)
    read = texts(said)

    assert (paper.form, paper.form_version, said.record) == (form.id, form.version, STAMP["recordkit-record"])
    assert len(data) < MOST
    assert not said.strays
    assert not said.notes
    assert {reading.anchor for reading in said.readings} == {Anchor.FIELD}
    for cell, row in stored(arranged):
        assert cell.spec
        came = read.get((cell.path, row), "")
        assert came == cell.text or answer(cell.spec.kind, came) == answer(cell.spec.kind, cell.text)


@settings(max_examples=10)
@given(st.data())
def test_what_is_written_is_read(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(CATALOGUE))
    check(form, data.draw(records_of(form.model)))


@pytest.mark.slow
@pytest.mark.parametrize("form", CATALOGUE, ids=lambda form: form.slug)
def test_full_records_of_every_form_are_read(form: Form) -> None:
    @settings(max_examples=15)
    @given(records_of(form.model, full=True))
    def full(record: Any) -> None:
        check(form, record)

    full()


GAPS = [
    ("　　　　年　　月　　日", "2026年3月5日"),
    ("　　年　月　日　时　分", "2026年3月5日9时30分"),
    ("　　　　年　　月　　日至　　　　年　　月　　日", "2026年3月10日至2026年7月10日"),
    ("　　时　　分至　　时　　分", "14时00分至15时10分"),
    ("＿＿＿＿＿元（大写：＿＿＿＿＿＿）", "290.00元（大写：贰佰玖拾元整）"),
    ("　　　　年　　月　　日", "不详"),
    ("　　　　年　　月　　日", "2026.3.5"),
    ("　　时　　分至　　时　　分", "下午"),
]


@pytest.mark.parametrize(("printed", "text"), GAPS)
def test_a_text_is_parted_among_gaps_and_joined_again(printed: str, text: str) -> None:
    parts = slots.parted(printed, text)

    assert slots.joined(printed, parts).replace("2026.3.5", "2026年3月5日") == text.replace(
        "2026.3.5", "2026年3月5日"
    )


def test_a_unit_is_printed_once() -> None:
    assert slots.parted("＿＿＿分（0–10分）", "8分（0–10分）") == {"": "8"}
    assert slots.parted("　　　　岁", "77岁") == {"": "77"}
