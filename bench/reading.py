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
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TypeAlias

from recordkit import forms
from recordkit.formats import docx, pdf_form, xlsx
from recordkit.formats.docx import returned
from recordkit.forms import Form, answers
from recordkit.forms.returned import Paper
from recordkit.records.model import Record
from recordkit.records.reading import from_form
from recordkit.tasks.workspace import Workspace, opened

from . import cases
from .measure import HEADS, one_core, row, spread, turns
from .peers import Task
from .results import Cell, Part, Table

Pile: TypeAlias = list[tuple[Form, bytes]]
Work: TypeAlias = Callable[[], None]

ROUNDS = 9
PILES = (100, 500)
_PILE_HEADS = ("forms", "seconds", "forms a second", "peak MB")
_HOW = (
    "The twelve forms filled in, as printed Word, fillable PDF and Excel. recordkit goes from the bytes to "
    "validated records; the libraries beside it only take the texts or fields out, which is the smaller job."
)
_MEMORY = """
import re, sys
from recordkit.cli import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def reading(quick: bool) -> Part:
    """Each format beside its library, and a pile by the whole command."""
    made = faces(opened(cases.SAMPLES))
    part = Part("reading", "Reading filled-in forms back", _HOW)
    compared = Table("The twelve forms, a pile at a time", (*HEADS, "forms a second"), [])
    with one_core():
        for name, (open_paper, peer, work) in _FORMATS.items():
            tasks = [Task(f"recordkit, {name}, records", whole_way(open_paper, made[name]))]
            try:
                tasks.append(Task(peer, work(made[name])))
            except ImportError:
                part.missing[peer] = "not installed"
            compared.rows += _compared(tasks, len(made[name]), 2 if quick else ROUNDS)
    piles: list[list[Cell]] = [
        list(found) for found in read_piles(made["docx"], (20, 40) if quick else PILES)
    ]
    part.tables = [compared, Table("`recordkit read` on a folder of Word forms", _PILE_HEADS, piles)]
    return part


def _compared(tasks: Sequence[Task], forms_each: int, rounds: int) -> Iterator[list[Cell]]:
    taken = turns(tasks, range(rounds))
    for task in tasks:
        speed = 1000 * forms_each / spread(list(taken[task.name].values()))[1]
        yield [*row(taken, task.name, tasks[0].name), speed]


def read_piles(forms: Pile, counts: Sequence[int]) -> Iterator[tuple[int, float, float, int]]:
    """For each count: forms, seconds of the whole command, forms a second, peak memory in MB."""
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "交回"
            folder.mkdir()
            for number, (_, data) in enumerate(islice(cycle(forms), count)):
                (folder / f"{number:03}.docx").write_bytes(data)
            command = [sys.executable, "-c", _MEMORY, "read", str(folder), "-o", str(Path(name) / "记录")]
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=name)
            taken = time.perf_counter() - start
            peak = int(re.findall(r"^(\d+)$", done.stderr, re.MULTILINE)[-1]) // 1024
            yield count, taken, count / taken, peak


# --- the forms, and who reads them


def samples(station: Workspace) -> Iterator[tuple[Form, Record]]:
    """The sample station's records, one of each form."""
    seen: set[str] = set()
    for folder in station.folders():
        for record in station.context(folder).siblings:
            if record.form_id not in seen:
                seen.add(record.form_id)
                yield forms.load(record.form_id), record


def faces(station: Workspace) -> dict[str, Pile]:
    """Each sample in each format."""
    made: dict[str, Pile] = {"docx": [], "pdf": [], "xlsx": []}
    for form, record in samples(station):
        arranged = forms.filled(form, record)
        stamp = {docx.FORM: form.id, docx.FORM_VERSION: str(form.version)}
        made["docx"].append((form, docx.write(arranged, docx.ready(form), stamp)))
        made["pdf"].append((form, pdf_form.write(arranged, form, stamp)))
        made["xlsx"].append((form, xlsx.one(arranged, form, stamp)))
    return made


def whole_way(open_paper: Callable[[bytes], Paper], pile: Pile) -> Callable[[], None]:
    """From bytes to validated records."""

    def work() -> None:
        for form, data in pile:
            for each in open_paper(data).returned(form):
                said = answers.understood(form, answers.places(form, each))
                from_form(form.model, said.tree(), Path("表"))

    return work


def python_docx(pile: Pile) -> Work:
    """Only the texts of all cells, by python-docx."""
    from docx import Document

    def work() -> None:
        for _, data in pile:
            for grid in Document(io.BytesIO(data)).tables:
                for line in grid.rows:
                    _ = [cell.text for cell in line.cells]

    return work


def openpyxl_values(pile: Pile) -> Work:
    """Only the values of all cells, by openpyxl."""
    from openpyxl import load_workbook

    def work() -> None:
        for _, data in pile:
            for sheet in load_workbook(io.BytesIO(data)).worksheets:
                _ = [cell.value for row in sheet.iter_rows() for cell in row]

    return work


def pypdf_fields(pile: Pile) -> Work:
    """Only the fields, by pypdf."""
    from pypdf import PdfReader

    def work() -> None:
        for _, data in pile:
            _ = PdfReader(io.BytesIO(data)).get_fields()

    return work


# Each format: how recordkit opens it, and the library beside it, by name and work.
_FORMATS: dict[str, tuple[Callable[[bytes], Paper], str, Callable[[Pile], Work]]] = {
    "docx": (returned.open_paper, "python-docx, docx, texts only", python_docx),
    "xlsx": (xlsx.open_paper, "openpyxl, xlsx, texts only", openpyxl_values),
    "pdf": (pdf_form.open_paper, "pypdf, pdf, fields only", pypdf_fields),
}
