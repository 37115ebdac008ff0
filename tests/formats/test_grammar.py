"""The parts of the layout grammar that none of the twelve forms uses yet: a band
down the side, a photo's frame, questions on one scale. Drawn by both faces."""

from __future__ import annotations

from pathlib import Path

import pdfplumber
import pytest
from peers import office, pages, verapdf

from recordkit import forms
from recordkit.errors import UsageProblem
from recordkit.formats import docx, pdf
from recordkit.forms import Arranged, definition
from recordkit.records.casework import ClientRecord

LAYOUT = """
title = "栏目试验"
record = "casework.ClientRecord"
code = "GA01"
[[section]]
title = "基本信息"
photo = "portrait"
photo_rows = 4
rows = [["name", "gender"], ["birth_date"], ["phone"], ["community"], ["address"]]
[[section]]
band = "服务前情况"
rows = [["living_arrangement"], ["housing"], ["difficulty_summary"]]
[[section]]
title = "三项同意"
kind = "matrix"
fields = ["consent_general", "consent_sensitive", "consent_guardian"]
[[section]]
kind = "signatures"
fields = ["sign_client", "sign_worker"]
"""
SLIP = """
[[section]]
kind = "slip"
title = "回　执"
[[section]]
rows = [["created_on", "record_status"], ["assistance_cert_no"]]
"""
RECORD = ClientRecord(
    name="无名氏", gender="女", birth_date="1948-09-17", phone="13800001726", community="泉景社区",
    address="山东省济南市历下区××街道泉景社区7号楼3单元502室", living_arrangement="独居", housing="自有",
    difficulty_summary="膝痛，三个月没有下楼。" * 20, consent_general="同意", consent_sensitive="不同意",
    filled_on="2026-03-05",
)  # fmt: skip


def form(text: str = LAYOUT) -> forms.Form:
    return definition.read(text.encode(), "casework/client-record", "x.toml")


@pytest.fixture(params=["filled", "blank"])
def arranged(request: pytest.FixtureRequest) -> Arranged:
    return forms.filled(form(), RECORD) if request.param == "filled" else forms.blank(form())


def shown(arranged: Arranged) -> list[str]:
    return [text for _, text in arranged.texts() if text.strip(" 　\n＿")]


def test_the_pdf_shows_everything_in_order_and_is_sound(arranged: Arranged, tmp_path: Path) -> None:
    if reason := office.reading_available() or verapdf.available():
        pytest.skip(reason)
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.write(arranged))

    assert office.in_order(shown(arranged), office.body_text(path, 22, 22)) == []
    assert pages.problems(path, ["服务对象签名：", "社会工作者："]) == []
    assert verapdf.failures([path]) == {path: []}


def test_the_word_document_shows_the_same_in_the_same_order(arranged: Arranged, tmp_path: Path) -> None:
    if reason := office.available():
        pytest.skip(reason)
    path = tmp_path / "x.docx"
    path.write_bytes(docx.write(arranged, docx.built(form())))
    laid_out = office.to_pdf([path], tmp_path / "office")[path]
    text = office.body_text(laid_out, 22, 22)

    assert office.in_order(shown(arranged), text) == []
    assert "服务前情况" in office.squeeze(text)
    assert "本人照片" in office.squeeze(text)


def test_a_return_slip_stands_below_its_line_in_both_faces(tmp_path: Path) -> None:
    if reason := office.available() or verapdf.available():
        pytest.skip(reason)
    slip = form(LAYOUT + SLIP)
    arranged = forms.filled(slip, RECORD)
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.write(arranged))
    word = tmp_path / "y.docx"
    word.write_bytes(docx.write(arranged, docx.built(slip)))

    for printed in (path, office.to_pdf([word], tmp_path / "office")[word]):
        text = office.squeeze(office.body_text(printed, 22, 22))
        assert text.index("社会工作者：") < text.index("回执") < text.index("建档日期")
    assert verapdf.failures([path]) == {path: []}
    assert pages.problems(path) == []


def test_questions_of_a_matrix_share_one_scale() -> None:
    mixed = LAYOUT.replace('"consent_guardian"]', '"gender"]')

    with pytest.raises(UsageProblem, match="第3节“三项同意”的 fields 应是选项相同的单选题"):
        form(mixed)


def test_a_landscape_form_fills_the_page(tmp_path: Path) -> None:
    if reason := verapdf.available():
        pytest.skip(reason)
    path = tmp_path / "x.pdf"
    wide = form(LAYOUT.replace("[[section]]", "landscape = true\n[[section]]", 1))
    path.write_bytes(pdf.write(forms.filled(wide, RECORD)))
    [page, *_] = pdfplumber.open(path).pages

    assert page.width > page.height
    assert max(line["x1"] for line in page.rects + page.lines) > page.width * 0.9
    assert pages.problems(path) == []


def test_a_photo_that_does_not_exist_is_named() -> None:
    with pytest.raises(UsageProblem, match="没有“portait”这个字段") as caught:
        form(LAYOUT.replace('photo = "portrait"', 'photo = "portait"'))

    assert "portrait" in caught.value.hint
