"""The engines that make Word documents; engines.py starts them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Work = Callable[[], bytes]
# From a document's number to what makes it; everything before the clock starts is done there.
Start = Callable[[int], Work]


def recordkit_word(series: str, folder: Path | None) -> tuple[str, Start]:
    from recordkit import __version__, forms
    from recordkit.formats import docx

    from . import cases

    ready = docx.ready(forms.load(cases.FORMS[series]))

    def start(number: int) -> Work:
        arranged, _ = cases.arranged(series, number)
        return lambda: docx.write(arranged, ready)

    return __version__, start


def docxtpl(series: str, folder: Path) -> tuple[str, Start]:
    """As its manual says: open, render, save; from memory and into it."""
    from docxtpl import DocxTemplate

    template = (folder / "template.docx").read_bytes()
    views = read(folder / "views.json")

    def start(number: int) -> Work:
        def work() -> bytes:
            document = DocxTemplate(io.BytesIO(template))
            document.render(view, autoescape=True)
            document.save(target := io.BytesIO())
            return target.getvalue()

        view = views[str(number)]
        return work

    return version("docxtpl"), start


def read(path: Path) -> dict[str, Any]:
    """What lies ready for an engine, by the number of the document."""
    return dict(json.loads(path.read_text("utf-8")))
