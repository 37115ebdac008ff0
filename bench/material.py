"""What each engine is handed: the same texts, in the shape it takes them.

All of it lies ready in a folder before anything is measured, so that no engine
is charged for what another would not do.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from recordkit import forms
from recordkit.formats import docx, qr
from recordkit.formats.docx import fitting
from recordkit.forms import Arranged
from recordkit.forms.blocks import Note

from . import cases, web

_TAG = re.compile(r"\{\{ (\w+) \}\}")


def prepare(folder: Path, series: str, numbers: Iterable[int], kind: str) -> None:
    """Write what engines need to make the documents with these numbers: `word`, `word file`,
    `page` or `markup`; recordkit needs none of it, it makes its own.
    """
    _KINDS[kind](folder, series, {number: cases.arranged(series, number)[0] for number in numbers})


def _word(folder: Path, series: str, drawn: dict[int, Arranged]) -> None:
    """The template with the texts to put in, for docxtpl and docxtemplater."""
    form = forms.load(cases.FORMS[series])
    (folder / "template.docx").write_bytes(docx.template(form))
    _curly(folder / "template.docx", folder / "curly.docx")
    views = {number: _texts(arranged) for number, arranged in drawn.items()}
    _write(folder / "views.json", views)


def _texts(arranged: Arranged) -> dict[str, object]:
    """What recordkit puts into the template: a line of options ends between two of them."""
    return {**arranged.view(), **fitting.room_to_write(arranged), **fitting.unbroken_options(arranged)}


def _curly(source: Path, target: Path) -> None:
    """docxtpl's `{{ name }}` as docxtemplater's `{name}`, and nothing else."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, _TAG.sub(r"{\1}", data.decode()).encode() if part.endswith(".xml") else data)


def _word_file(folder: Path, series: str, drawn: dict[int, Arranged]) -> None:
    """Word documents for LibreOffice to print, as recordkit makes them."""
    (folder / "docx").mkdir()
    ready = docx.ready(forms.load(cases.FORMS[series]))
    for number, arranged in drawn.items():
        (folder / "docx" / f"{number}.docx").write_bytes(docx.write(arranged, ready))


def _page(folder: Path, series: str, drawn: dict[int, Arranged]) -> None:
    """Pages of HTML for WeasyPrint."""
    _write(folder / "pages.json", {number: web.page(arranged) for number, arranged in drawn.items()})


def _markup(folder: Path, series: str, drawn: dict[int, Arranged]) -> None:
    """Typst markup as a person writes it: `intake.typ`, and its texts before it."""
    page = Path(__file__).with_name("intake.typ").read_text(encoding="utf-8")
    _write(folder / "markup.json", {number: f"{_said(each)}\n{page}" for number, each in drawn.items()})


def _said(arranged: Arranged) -> str:
    """The texts of an intake, and the QR drawn as recordkit draws it, so that what is compared is
    the making of the page."""
    [note] = (block.text for block in arranged.blocks if isinstance(block, Note))
    page = arranged.page
    texts = arranged.view() | {"title": page.title, "code": page.code, "note": note, "qr": qr.drawn(page.qr)}
    # Strings of JSON are strings of Typst, as long as they hold no control characters.
    said = "".join(f"  {name}: {json.dumps(text, ensure_ascii=False)},\n" for name, text in texts.items())
    return f"#let d = (\n{said})"


def _write(path: Path, content: Mapping[int, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


_KINDS = {"word": _word, "word file": _word_file, "page": _page, "markup": _markup}
