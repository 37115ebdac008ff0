"""The pages as others see them: every form, filled and blank, judged by peers.

One demonstration is printed; pdftotext, LibreOffice, veraPDF and the page lint
look at all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from peers import office, pages, verapdf

from recordkit import forms
from recordkit.forms import Arranged
from recordkit.forms.blocks import Signatures
from recordkit.records.context import Context
from recordkit.tasks import naming, printing, stations
from recordkit.tasks.workspace import Workspace, opened

TOP, BOTTOM = 22.0, 22.0  # millimetres of header and footer
TWELVE = {
    "client-record", "privacy-notice", "intake", "service-agreement", "assessment", "service-plan",
    "session-record", "home-visit", "outcome-evaluation", "closing-report", "follow-up",
    "assistance-application",
}  # fmt: skip


@dataclass(frozen=True)
class Print:
    """One printed form: what was arranged and the files made of it."""

    name: str
    arranged: Arranged
    pdf: Path
    docx: Path

    @property
    def texts(self) -> list[str]:
        """The display texts in reading order, empty ones left out."""
        return [text for _, text in self.arranged.texts() if text.strip(" 　\n＿")]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> stations.Demo:
    return stations.demo(tmp_path_factory.mktemp("pages") / "demo")


@pytest.fixture(scope="session")
def prints(demo: stations.Demo) -> list[Print]:
    station = opened(demo.root / "样例社工站")
    filled = [
        _filled(station, source, demo.root / "填好的表")
        for source in printing.records_in(list(station.folders()))
    ]
    context = Context(station=station.profile)
    blank = [_blank(form, context, demo.root / "空白表") for form in naming.all_forms()]
    return filled + blank


def _filled(station: Workspace, source: Path, folder: Path) -> Print:
    loaded = printing.load(source)
    form = forms.load(loaded.record.form_id)
    arranged = forms.filled(form, loaded.record, station.context(source.parent))
    stem = printing.file_stem(arranged, form, source)
    return Print(stem, arranged, folder / f"{stem}.pdf", folder / f"{stem}.docx")


def _blank(form: forms.Form, context: Context, folder: Path) -> Print:
    [pdf] = folder.glob(f"{form.code} *.pdf")
    return Print(pdf.stem, forms.blank(form, context), pdf, pdf.with_suffix(".docx"))


def test_the_demonstration_leaves_every_form_four_ways(demo: stations.Demo) -> None:
    made = {path.name for path in (*demo.filled, *demo.blank)}
    titles = {form.slug: form.title.replace("/", "、") for form in naming.all_forms()}

    assert set(titles) >= TWELVE
    for slug in TWELVE:
        for ending in (".docx", ".pdf", "（空白）.docx", "（空白）.pdf"):
            assert any(name.endswith(titles[slug] + ending) for name in made), (slug, ending)


def test_a_second_demonstration_works_as_well(demo: stations.Demo) -> None:
    again = stations.demo(demo.root)

    assert sorted(again.filled) == sorted(demo.filled)


def test_every_text_stands_in_the_pdf_in_order(prints: list[Print]) -> None:
    if reason := office.reading_available():
        pytest.skip(reason)
    lost = {p.name: office.in_order(p.texts, office.body_text(p.pdf, TOP, BOTTOM)) for p in prints}

    assert not {name: texts for name, texts in lost.items() if texts}


@pytest.fixture(scope="session")
def laid_out(prints: list[Print], tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """The Word documents as LibreOffice lays them out, in one start."""
    if reason := office.available():
        pytest.skip(reason)
    return office.to_pdf([p.docx for p in prints], tmp_path_factory.mktemp("office"))


def test_every_text_stands_in_the_word_document_in_the_same_order(
    prints: list[Print], laid_out: dict[Path, Path]
) -> None:
    lost = {p.name: office.in_order(p.texts, office.body_text(laid_out[p.docx], TOP, BOTTOM)) for p in prints}

    assert not {name: texts for name, texts in lost.items() if texts}


def test_every_pdf_is_pdf_a_and_pdf_ua(prints: list[Print]) -> None:
    if reason := verapdf.available():
        pytest.skip(reason)
    failures = verapdf.failures([p.pdf for p in prints])

    assert not {path.name: rules for path, rules in failures.items() if rules}


def test_every_page_of_every_pdf_is_sound(prints: list[Print]) -> None:
    found = {p.name: pages.problems(p.pdf, _labels(p)) for p in prints}

    assert not {name: problems for name, problems in found.items() if problems}


def test_every_page_of_every_word_document_is_sound(prints: list[Print], laid_out: dict[Path, Path]) -> None:
    # The office program has other faces than ours; fonts are its own affair.
    found = {
        p.name: [x for x in pages.problems(laid_out[p.docx], _labels(p)) if "font" not in x] for p in prints
    }

    assert not {name: problems for name, problems in found.items() if problems}


def _labels(printed: Print) -> list[str]:
    signs = [block for block in printed.arranged.blocks if isinstance(block, Signatures)]
    return [f"{cell.sign.label}：" for block in signs for row in block.rows for cell in row]


def test_a_blank_tells_no_number_and_no_mark(prints: list[Print]) -> None:
    if reason := office.reading_available():
        pytest.skip(reason)
    for printed in prints:
        shown = "".join(office.page_texts(printed.pdf))
        assert ("版1·" in shown) is ("空白" not in printed.name), printed.name


@pytest.mark.parametrize(
    "text",
    [
        "韩琇云㛃𠮷",
        "{{ 7*7 }}{% for x in y %}",
        "<b>&amp;</b>",
        'a"b\\c#d$e*f_g`h',
        '#import "x"\n= 标题\n/* 注 */',
        "长" * 3000,
    ],
    ids=["rare", "jinja", "markup", "typst signs", "typst code", "long"],
)
def test_a_text_is_printed_as_it_is(recordkit: Callable, station: Path, tmp_path: Path, text: str) -> None:
    if reason := office.reading_available():
        pytest.skip(reason)
    path = station / "dossiers/LX01-GA-2026-0007/session-record-0001.yaml"
    lines = path.read_text(encoding="utf-8").split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("narrative:"))
    end = next(i for i in range(start + 1, len(lines)) if lines[i] and not lines[i].startswith((" ", "\t")))
    block = ["narrative: |", *(f"  {line}" for line in text.split("\n"))]
    path.write_text("\n".join([*lines[:start], *block, *lines[end:]]), encoding="utf-8")

    done = recordkit("render", path, "-o", tmp_path / "出", cwd=station)

    assert done.code == 0, done
    [pdf] = (tmp_path / "出").glob("*.pdf")
    [docx] = (tmp_path / "出").glob("*.docx")
    assert office.squeeze(text) in office.squeeze(office.body_text(pdf, TOP, BOTTOM))
    assert office.squeeze(text) in office.squeeze(_word_text(docx))
    assert not [x for x in pages.problems(pdf) if "last page" not in x]


def _word_text(path: Path) -> str:
    from docx import Document

    return "".join(
        node.text or "" for node in Document(str(path)).element.body.iter() if node.tag.endswith("}t")
    )


def test_a_character_no_face_has_is_printed_as_a_mark_and_told(
    recordkit: Callable, station: Path, tmp_path: Path
) -> None:
    path = station / "dossiers/LX01-GA-2026-0007/intake.yaml"
    text = path.read_text(encoding="utf-8").replace("decision_reason: ", "decision_reason: 好😀", 1)
    path.write_text(text, encoding="utf-8")

    done = recordkit("render", path, "-o", tmp_path / "出", "--to", "pdf", cwd=station)

    assert done.code == 0
    assert "U+1F600" in done.err
    if not office.reading_available():
        [pdf] = (tmp_path / "出").glob("*.pdf")
        assert "好〓" in office.squeeze(office.body_text(pdf, TOP, BOTTOM))


def test_an_empty_record_is_printed_as_a_draft(recordkit: Callable, tmp_path: Path) -> None:
    for form in naming.all_forms():
        path = tmp_path / f"{form.slug}.yaml"
        path.write_text(f"form: {form.id}\n", encoding="utf-8")

        done = recordkit("render", path, "-o", tmp_path / "出", "--draft", cwd=tmp_path)

        assert done.code == 0, (form.id, done)
