"""The peers judge rightly: each passes a sound document and names each defect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import docx
import pikepdf
import pytest
import typst
from docx.document import Document
from docx.oxml.ns import qn
from peers import office, pages, verapdf

HAN_FONTS = ("Noto Serif CJK SC", "Noto Sans CJK SC", "Source Han Serif SC")
HAN = next((family for family in HAN_FONTS if family in typst.Fonts().families()), None)

needs_verapdf = pytest.mark.skipif(verapdf.available() is not None, reason=verapdf.available() or "")
needs_office = pytest.mark.skipif(office.available() is not None, reason=office.available() or "")
needs_poppler = pytest.mark.skipif(
    office.reading_available() is not None, reason=office.reading_available() or ""
)
needs_han = pytest.mark.skipif(HAN is None, reason="no Chinese font: install Debian's fonts-noto-cjk")

LEFT = "甲" + "一二三四五六七八九十" * 6
RIGHT = "乙" + "东南西北中发白" * 9
LONG = "".join(f"第{number}句话说得很长，" for number in range(220))
ROWS = [
    ["姓名", LEFT, "住址", RIGHT],
    ["经过", LONG, "结果", LONG.replace("说得很长", "也不短")],
    ["备注", "无", "签名", "某某"],
]
CELLS = [cell for row in ROWS for cell in row]
SIGNATURES = ("Worker:", "Supervisor:")
BODY = "#table(columns: 2, [name], [value])"
SIGNED = "#block(table(columns: 2, [Worker:], [Supervisor:]))"


def typeset(markup: str, into: Path, *standards: Literal["a-2a", "ua-1"]) -> Path:
    """A PDF of Typst markup, with a title and a language, in the file `into`."""
    head = '#set document(title: "T")\n#set text(lang: "zh", region: "cn", size: 10.5pt)\n'
    made = typst.compile((head + markup).encode(), pdf_standards=list(standards))
    assert isinstance(made, bytes)
    into.write_bytes(made)
    return into


def tampered(pdf: Path, into: Path, *keys: str) -> Path:
    """A copy of a PDF whose catalog lacks some keys."""
    with pikepdf.open(pdf) as opened:
        for key in keys:
            del opened.Root[key]
        opened.save(into)
    return into


# --- veraPDF


@needs_verapdf
def test_verapdf_passes_a_sound_pdf_and_names_the_rules_others_break(tmp_path: Path) -> None:
    table = "= Form\n#table(columns: 2, table.header([name], [value]), [a], [b])"
    sound = typeset(table, tmp_path / "好 表.pdf", "a-2a", "ua-1")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(typst.compile(b"untitled"))
    untagged = tampered(sound, tmp_path / "untagged.pdf", "/StructTreeRoot", "/Lang")
    junk = tmp_path / "junk.pdf"
    junk.write_bytes(b"no PDF")

    found = verapdf.failures([sound, plain, untagged, junk])

    assert found[sound] == []
    assert _rules(found[plain]) == [
        "PDF/A-2a 6.6.4-1",
        "PDF/UA-1 5-1",
        "PDF/UA-1 7.1-9",
        "PDF/UA-1 7.1-10",
    ]
    assert {"PDF/A-2a 6.7.3.3-1", "PDF/UA-1 7.1-11"} <= set(_rules(found[untagged]))
    assert all(told.endswith(tuple("0123456789")) and "×" in told for told in found[plain])
    assert [told.partition(":")[0] for told in found[junk]] == [
        "PDF/A-2a not judged",
        "PDF/UA-1 not judged",
    ]


def test_verapdf_asked_about_nothing_starts_no_java() -> None:
    assert verapdf.failures([]) == {}


def test_verapdf_never_takes_silence_for_a_pass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    monkeypatch.setattr(verapdf, "_run", lambda _: f"done\t{pdf.resolve()}\tPDFA-2A\t9 checks, normal\n")

    with pytest.raises(verapdf.NoVerdict, match="PDFUA-1"):
        verapdf.failures([pdf])


def _rules(told: Sequence[str]) -> list[str]:
    return [one.partition(":")[0] for one in told]


# --- LibreOffice and reading order


def four_columns(into: Path) -> Path:
    """A DOCX of the rows, with page header and footer and a repeated table header."""
    document: Document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    table = document.add_table(0, 4, style="Table Grid")
    for texts in [["项", "值", "目", "数"], *ROWS]:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(header.makeelement(qn("w:tblHeader"), {}))
    document.save(str(into))
    return into


@needs_office
def test_libreoffice_converts_many_documents_and_their_cells_read_whole(tmp_path: Path) -> None:
    first = four_columns(tmp_path / "表.docx")
    (tmp_path / "other").mkdir()
    second = four_columns(tmp_path / "other" / "表.docx")

    made = office.to_pdf([first, second], tmp_path / "out")
    text = office.body_text(made[first], top=20, bottom=20)

    assert [pdf.name for pdf in made.values()] == ["表.pdf", "表-2.pdf"]
    assert len(office.page_texts(made[first])) > 1
    assert office.in_order(["项", "值", "目", "数", *CELLS], text) == []
    assert not {"页眉", "页脚"} & set(text.split())
    assert pages.problems(made[first]) == []


@needs_office
def test_libreoffice_saves_a_document_again(tmp_path: Path) -> None:
    document = four_columns(tmp_path / "form.docx")

    saved = office.resave([document], tmp_path / "again")[document]

    assert saved == tmp_path / "again" / "form.docx"
    assert docx.Document(str(saved)).tables[0].cell(1, 1).text == LEFT
    assert saved.read_bytes() != document.read_bytes()


@needs_office
def test_libreoffice_names_the_document_it_cannot_open(tmp_path: Path) -> None:
    broken = tmp_path / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no zip")

    with pytest.raises(office.OfficeFailed, match=r"broken\.docx"):
        office.to_pdf([broken], tmp_path / "out")


def test_libreoffice_is_ended_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "bin" / "soffice"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent), prepend=":")
    monkeypatch.setattr(office, "TIMEOUT", 0.2)

    with pytest.raises(office.OfficeFailed, match="took more than"):
        office.to_pdf([four_columns(tmp_path / "form.docx")], tmp_path / "out")


def typst_rows() -> str:
    """The rows as Typst, the first two labels in one cell that spans rows."""
    cells = [f"[{cell}]" for cell in CELLS]
    cells[4] = f"table.cell(rowspan: 2)[{CELLS[4]}]"
    del cells[8]
    return f"""#set text(font: "{HAN}")
#set page(header: [页眉], footer: [页脚])
#table(columns: (2cm, 1fr, 2cm, 1fr), table.header([项], [值], [目], [数]), {", ".join(cells)})"""


@needs_han
def test_cells_of_a_typst_pdf_read_whole_though_drawn_in_pieces(tmp_path: Path) -> None:
    wanted = ["项", "值", "目", "数", *CELLS[:8], *CELLS[9:]]
    pdf = typeset(typst_rows(), tmp_path / "t.pdf", "a-2a", "ua-1")

    text = office.body_text(pdf, top=20, bottom=20)

    assert office.in_order(wanted, text) == []
    assert text.count("项") == 1
    assert "页眉" not in text


@needs_han
@needs_poppler
def test_drawing_order_keeps_the_lines_of_a_cell_together_on_one_page(tmp_path: Path) -> None:
    markup = f'#set text(font: "{HAN}")\n#table(columns: (1fr, 1fr), [{LEFT}], [{RIGHT}])'
    pdf = typeset(markup, tmp_path / "t.pdf")

    assert office.in_order([LEFT, RIGHT], "".join(office.page_texts(pdf))) == []


@needs_han
def test_a_glyph_that_stands_for_two_characters_reads_as_the_one_meant(tmp_path: Path) -> None:
    pdf = typeset(f'#set text(font: "{HAN}")\n#table(columns: 2, [一⼀月], [甲⽉乙])', tmp_path / "t.pdf")

    assert office.squeeze(office.body_text(pdf, 0, 0)) == "一⼀月甲⽉乙"


@needs_poppler
def test_an_untagged_pdf_is_cropped_and_read_in_drawing_order(tmp_path: Path) -> None:
    markup = "#set page(header: [above], footer: [below])\none #pagebreak() two"
    tagged = typeset(markup, tmp_path / "t.pdf")
    untagged = tampered(tagged, tmp_path / "u.pdf", "/StructTreeRoot")

    assert office.squeeze(office.body_text(untagged, top=20, bottom=20)) == "onetwo"
    assert office.squeeze(office.body_text(untagged, top=0, bottom=0)) == "aboveonebelowabovetwobelow"


def test_texts_are_found_in_order_whatever_the_lines() -> None:
    haystack = "姓　名 张\n三 住址\u200b济\n南"

    assert office.in_order(["姓名", "张三", "住址", "济南"], haystack) == []
    assert office.in_order(["张三", "姓名", "济南"], haystack) == ["姓名"]


# --- the page lint


def test_a_clean_page_has_no_problems(tmp_path: Path) -> None:
    markup = f"#set page(header: [head], footer: [foot])\n= Title\n{BODY}\n{SIGNED}"
    pdf = typeset(markup, tmp_path / "clean.pdf", "a-2a", "ua-1")

    assert pages.problems(pdf, SIGNATURES) == []


@needs_han
def test_punctuation_pressed_to_the_edge_of_a_cell_is_no_problem(tmp_path: Path) -> None:
    markup = f"""#set text(font: "{HAN}")
#set par(justify: true)
#let cell = [（{LONG[:99]}）、#underline[“某”]。□是　☑否]
#table(columns: 3 * (1fr,), inset: 2pt, ..9 * (cell,))"""
    pdf = typeset(markup, tmp_path / "tight.pdf")

    assert pages.problems(pdf) == []


DEFECTS = {
    "stands outside the printable area": "#place(dx: -23mm)[edge] body",
    "crosses a ruled line": "#table(columns: 2 * (1.5cm,), [Donaudampfschiff], [])",
    "「under」 crosses a ruled line": "#table(columns: 1, rows: 6pt, inset: 3pt, [under])",
    "overlaps other text": "#place[first] #place(dx: 1pt)[first]",
    "the signature block is torn apart: Worker: on page 1, Supervisor: on page 2": (
        f"{BODY} Worker: #pagebreak() {BODY} Supervisor: #v(9cm) end"
    ),
    "page 2: the signature block stands alone": f"{BODY} #pagebreak() {SIGNED} #v(9cm) end",
    "page 2: the last page is only 1% full": "body #pagebreak() orphan",
    "page 1: the last page is only 0% full": "#set page(header: [head])\n#v(1cm)",
}


@pytest.mark.parametrize("told", DEFECTS)
def test_a_defect_is_told_with_its_page(told: str, tmp_path: Path) -> None:
    pdf = typeset(DEFECTS[told], tmp_path / "defect.pdf")

    [found] = pages.problems(pdf, SIGNATURES)

    assert told in found
    assert "page" in found


@needs_han
def test_text_that_passes_a_rule_between_two_glyphs_is_told(tmp_path: Path) -> None:
    markup = f'#set text(font: "{HAN}")\n#table(columns: 26pt, inset: 5pt, box(width: 70pt)[一二三四])'
    pdf = typeset(markup, tmp_path / "over.pdf")

    assert [told.partition(" (")[0] for told in pages.problems(pdf)] == [
        "page 1: 「二三」 runs on over a ruled line"
    ]


def test_a_repeated_table_header_is_no_company_for_a_signature(tmp_path: Path) -> None:
    rows = "[#v(11cm) value], [#v(11cm) value], [#v(5cm) Worker: Supervisor:]"
    pdf = typeset(f"#table(columns: 1, table.header[repeated], {rows})", tmp_path / "alone.pdf")

    [told] = pages.problems(pdf, SIGNATURES)

    assert told.startswith("page 2: the signature block stands alone")


def test_an_opinion_in_its_own_cell_is_no_company_for_a_signature(tmp_path: Path) -> None:
    row = "#table(columns: 1, [Opinion: #v(9cm) Supervisor:])"
    alone = typeset(f"{BODY} #pagebreak() {row}", tmp_path / "alone.pdf")
    accompanied = typeset(f"{BODY} #pagebreak() above {row}", tmp_path / "accompanied.pdf")

    [told] = pages.problems(alone, SIGNATURES)

    assert told.startswith("page 2: the signature block stands alone")
    assert pages.problems(accompanied, SIGNATURES) == []


def test_a_font_that_is_not_embedded_is_told(tmp_path: Path) -> None:
    pdf = typeset("body", tmp_path / "body.pdf")
    with pikepdf.open(pdf, allow_overwriting_input=True) as opened:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        opened.pages[0].Resources.Font.F9 = opened.make_indirect(font)
        opened.save(pdf)

    assert pages.problems(pdf) == ["font /Helvetica is not embedded"]
