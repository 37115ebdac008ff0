"""Returned forms: how fast a pile is read, beside libraries that only take the texts out.

The pile is the twelve forms, filled in: printed Word, fillable PDF and Excel of
the sample records. A program of its own reads 100 and then 500 of them; its
memory at the end of both is compared.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from recordkit import forms
from recordkit.formats import docx, pdf_form, xlsx
from recordkit.formats.docx import returned
from recordkit.forms import Form, answers
from recordkit.forms.returned import Paper
from recordkit.records.model import Record
from recordkit.records.reading import from_form
from recordkit.tasks.workspace import Workspace

_MEMORY = """
import re, sys
from recordkit.cli import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def samples(station: Workspace) -> Iterator[tuple[Form, Record]]:
    """The sample station's records, one of each form."""
    seen: set[str] = set()
    for folder in station.folders():
        for record in station.context(folder).siblings:
            if record.form_id not in seen:
                seen.add(record.form_id)
                yield forms.load(record.form_id), record


def faces(station: Workspace) -> dict[str, list[tuple[Form, bytes]]]:
    """Each sample in each format."""
    made: dict[str, list[tuple[Form, bytes]]] = {"docx": [], "pdf": [], "xlsx": []}
    for form, record in samples(station):
        arranged = forms.filled(form, record)
        stamp = {docx.FORM: form.id, docx.FORM_VERSION: str(form.version)}
        made["docx"].append((form, docx.write(arranged, docx.ready(form), stamp)))
        made["pdf"].append((form, pdf_form.write(arranged, form, stamp)))
        made["xlsx"].append((form, xlsx.one(arranged, form, stamp)))
    return made


def whole_way(open_paper: Callable[[bytes], Paper], pile: list[tuple[Form, bytes]]) -> Callable[[], None]:
    """From bytes to validated records."""

    def work() -> None:
        for form, data in pile:
            for each in open_paper(data).returned(form):
                said = answers.understood(form, answers.places(form, each))
                from_form(form.model, said.tree(), Path("表"))

    return work


def python_docx(pile: list[tuple[Form, bytes]]) -> Callable[[], None] | None:
    """Only the texts of all cells, by python-docx."""
    try:
        from docx import Document
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            document = Document(io.BytesIO(data))
            for grid in document.tables:
                for row in grid.rows:
                    _ = [cell.text for cell in row.cells]

    return work


def openpyxl_texts(pile: list[tuple[Form, bytes]]) -> Callable[[], None] | None:
    """Only the values of all cells, by openpyxl."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            for sheet in load_workbook(io.BytesIO(data)).worksheets:
                _ = [cell.value for row in sheet.iter_rows() for cell in row]

    return work


def pypdf_fields(pile: list[tuple[Form, bytes]]) -> Callable[[], None] | None:
    """Only the fields, by pypdf."""
    try:
        from pypdf import PdfReader
    except ImportError:
        return None

    def work() -> None:
        for _, data in pile:
            _ = PdfReader(io.BytesIO(data)).get_fields()

    return work


def comparisons(station: Workspace) -> Iterator[tuple[str, int, dict[str, Callable[[], None] | None], str]]:
    """Title, number of forms, who takes turns, against whom."""
    made = faces(station)
    for name, open_paper, peer, work in (
        ("docx", returned.open_paper, "python-docx，只取文字", python_docx),
        ("xlsx", xlsx.open_paper, "openpyxl，只取文字", openpyxl_texts),
        ("pdf", pdf_form.open_paper, "pypdf，只取表单域", pypdf_fields),
    ):
        pile = made[name]
        turns = {"recordkit，读成记录": whole_way(open_paper, pile), peer: work(pile)}
        yield f"读回 {name}，{len(pile)} 张表", len(pile), turns, peer


def pile(station: Workspace, counts: tuple[int, ...] = (100, 500)) -> Iterator[tuple[int, float, int]]:
    """For each count: how many forms, seconds of the whole command, peak memory in MB."""
    documents = [data for _, data in faces(station)["docx"]]
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "交回"
            folder.mkdir()
            for number, data in enumerate(islice(cycle(documents), count)):
                (folder / f"{number:03}.docx").write_bytes(data)
            command = [sys.executable, "-c", _MEMORY, "read", str(folder), "-o", str(Path(name) / "记录")]
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=name)
            taken = time.perf_counter() - start
            yield count, taken, int(re.findall(r"^(\d+)$", done.stderr, re.MULTILINE)[-1]) // 1024
