"""Fillable forms in the hands of others: LibreOffice, scripts, Word's own way, and the printer."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from docx_kit import lines
from fillable_kit import (
    FORMS,
    blank,
    client_record,
    hints,
    made,
    typed,
)
from peers import fillers, office
from peers.fillers import W14, W, boxes, controls, document, tagged, text

from recordkit.formats.docx.anchors import bookmark_name
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts

HINT_AND_MORE = 256 - 0xD0  # how far a dot is from white that is darker than a hint
needs_office = pytest.mark.skipif(office.available() is not None, reason=office.available() or "")
needs_uno = pytest.mark.skipif(fillers.uno_available() is not None, reason=fillers.uno_available() or "")


# --- who fills them --------------------------------------------------------------------------

FILLED: dict[str, str | list[str]] = {
    "name": "赵桂兰",
    "birth_date": "1948年3月5日",
    "gender": ["女"],
    "client_category": ["最低生活保障对象", "独居老年人"],
    "difficulty_summary": "独居。\n膝盖不好。",
    "family_members.name": "赵明",
    "family_members.relation@1": "子女",
    "contacts.is_guardian@1": ["否"],
    "employment": ["其他"],
    "employment_other": "做零活",
}


@pytest.mark.parametrize("glyphs", [True, False])
def test_a_script_fills_it(glyphs: bool) -> None:
    root = document(fillers.fill_by_lxml(client_record(), FILLED, glyphs=glyphs))

    assert text(controls(root, "name")) == "赵桂兰"
    assert [option for option, ticked, _ in boxes(controls(root, "gender")) if ticked] == ["女"]
    assert text(controls(root, "gender")) == ("□男　☑女　□未说明" if glyphs else "□男　□女　□未说明")
    assert text(controls(root, "employment")).endswith("其他：做零活")
    assert text(controls(root, "family_members.relation@1")) == "子女"


def test_word_fills_it_and_adds_rows() -> None:
    before = len(tagged(document(client_record()), "family_members.name"))
    values = {**FILLED, f"family_members.name@{before + 1}": "赵红"}
    data = fillers.fill_as_word(client_record(), values, {"family_members": 2})
    root = document(data)

    assert structure_problems(read_parts(data)) == []
    assert [text(each) for each in tagged(root, "family_members.name")][before:] == ["填写", "赵红"]
    assert text(controls(root, "difficulty_summary")) == "独居。\n膝盖不好。"
    assert not hints(controls(root, "name"))


def test_python_docx_opens_it_and_sees_its_rows() -> None:
    docx_peer = pytest.importorskip("docx")
    opened = docx_peer.Document(io.BytesIO(client_record()))
    again = io.BytesIO()
    opened.save(again)

    assert typed(document(again.getvalue())) == typed(document(client_record()))
    assert structure_problems(read_parts(again.getvalue())) == []


def marks(data: bytes) -> dict[str, str]:
    """The text between the ends of each of our bookmarks."""
    found: dict[str, str] = {}
    opened: dict[str, str] = {}
    for each in document(data).iter(*(W + name for name in ("bookmarkStart", "bookmarkEnd", "t", "br"))):
        if each.tag == W + "bookmarkStart" and each.get(W + "name").startswith("_rk_"):
            opened[each.get(W + "id")] = each.get(W + "name")
            found[each.get(W + "name")] = ""
        elif each.tag == W + "bookmarkEnd":
            opened.pop(each.get(W + "id"), None)
        else:
            for name in opened.values():
                found[name] += "\n" if each.tag == W + "br" else each.text or ""
    return found


@needs_office
def test_libreoffice_saves_every_field_once_and_every_row(tmp_path: Path) -> None:
    full = ("casework/client-record", "casework/service-plan", "casework/assistance-application")
    papers = {tmp_path / f"{number}.docx": made(form_id) for number, form_id in enumerate(full)}
    papers[tmp_path / "word.docx"] = fillers.fill_as_word(client_record(), FILLED, {"family_members": 1})
    for path, data in papers.items():
        path.write_bytes(data)
    saved = office.resave(list(papers), tmp_path / "saved")

    for path, data in papers.items():
        assert marks(saved[path].read_bytes()) == marks(data)
        assert _rows(saved[path].read_bytes()) == _rows(data)


def _rows(data: bytes) -> int:
    return len(list(document(data).iter(W + "tr")))


@needs_uno
def test_libreoffice_fills_it_at_its_bookmarks(tmp_path: Path) -> None:
    source = tmp_path / "form.docx"
    source.write_bytes(client_record())
    said = {"name": "赵桂兰", "birth_date": "1948年3月5日", "difficulty_summary": "独居。\n膝盖不好。",
            "family_members.name": "赵明", "family_members.relation@1": "子女"}  # fmt: skip
    filled = fillers.fill_by_uno(source, tmp_path / "out", said, {"gender": [2]}, {"Table3!A3": "赵家宝"})
    found = marks(filled.read_bytes())

    for key, value in said.items():
        path, _, row = key.partition("@")
        assert found[bookmark_name(path) + (f"_{int(row) + 1}" if row else "")] == value
    checked = [each.get(W14 + "val") for each in document(filled.read_bytes()).iter(W14 + "checked")]
    assert checked.count("1") == 1
    assert "赵家宝" in "".join(lines(filled.read_bytes()))


# --- paper -------------------------------------------------------------------------------------


@needs_office
def test_on_paper_two_of_them_look_like_the_plain_blank(tmp_path: Path) -> None:
    looks_alike(["casework/intake", "casework/follow-up"], tmp_path)


@pytest.mark.slow
@needs_office
def test_on_paper_all_of_them_look_like_the_plain_blank(tmp_path: Path) -> None:
    looks_alike([form.id for form in FORMS], tmp_path)


def looks_alike(form_ids: Iterable[str], folder: Path) -> None:
    """Page by page, all printed letters stand where they stood, and what is new is faint."""
    pairs = []
    for form_id in form_ids:
        slug = form_id.partition("/")[2]
        pairs.append((folder / f"{slug}-plain.docx", folder / f"{slug}.docx"))
        pairs[-1][0].write_bytes(blank(form_id))
        pairs[-1][1].write_bytes(made(form_id))
    printed = office.to_pdf([path for pair in pairs for path in pair], folder / "pdf")
    for plain, ours in pairs:
        before, after = letters(printed[plain]), letters(printed[ours])
        assert not before - after, f"{ours.stem}: letters moved"
        assert all(size == 7.5 for *_, size in after - before), ours.stem
        # The edge of a letter may be drawn a little otherwise: the PDF's fonts hold other letters.
        assert plain_differences(printed[plain], printed[ours]) <= 12, ours.stem


def letters(pdf: Path) -> Counter[tuple[int, str, int, int, float]]:
    """Every letter with its page, place and size in points."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTChar

    pages = enumerate(extract_pages(pdf, laparams=None))
    found = ((number, each) for number, page in pages for each in page if isinstance(each, LTChar))
    return Counter(
        (number, each.get_text(), round(each.x0), round(each.y0), round(each.size, 1))
        for number, each in found
        if each.get_text().strip()
    )


def plain_differences(one: Path, other: Path) -> int:
    """How many dots of any page differ by more than a hint does."""
    from PIL import Image, ImageChops

    worst = 0
    for pages in zip(pictures(one), pictures(other), strict=True):
        opened = [Image.open(page).convert("L") for page in pages]
        assert opened[0].size == opened[1].size
        worst = max(worst, sum(ImageChops.difference(*opened).histogram()[HINT_AND_MORE:]))
    return worst


def pictures(pdf: Path) -> list[Path]:
    folder = pdf.with_suffix("")
    folder.mkdir()
    subprocess.run(["pdftoppm", "-r", "60", "-gray", "-png", str(pdf), str(folder / "page")], check=True)
    return sorted(folder.iterdir())


def test_the_zip_holds_nothing_twice() -> None:
    with zipfile.ZipFile(io.BytesIO(client_record())) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
