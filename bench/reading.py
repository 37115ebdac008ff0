"""Returned forms: how fast a pile is read, beside libraries that only take the texts out.

The pile is the twelve forms, filled in: printed Word, fillable PDF and Excel of
the sample records. A program of its own reads 100 and then 500 of them; its
memory at the end of both is compared.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from recordkit.formats import pdf_form, xlsx
from recordkit.formats.docx import returned
from recordkit.forms.returned import Paper
from recordkit.tasks.workspace import opened

from . import cases
from .measure import HEADS, one_core, row, spread, turns
from .peers import Task
from .results import Cell, Part, Table
from .returned_forms import Pile, faces, openpyxl_texts, pypdf_fields, python_docx, whole_way

ROUNDS = 9
PILES = (100, 500)
_PILE_HEADS = ("forms", "seconds", "forms a second", "peak MB")
_HOW = (
    "The twelve forms filled in, as printed Word, fillable PDF and Excel. recordkit goes from the bytes to "
    "validated records; the libraries beside it only take the texts or fields out, which is the smaller job."
)
_FORMATS: tuple[
    tuple[str, Callable[[bytes], Paper], str, Callable[[Pile], Callable[[], None] | None]], ...
] = (
    ("docx", returned.open_paper, "python-docx, docx, texts only", python_docx),
    ("xlsx", xlsx.open_paper, "openpyxl, xlsx, texts only", openpyxl_texts),
    ("pdf", pdf_form.open_paper, "pypdf, pdf, fields only", pypdf_fields),
)
_MEMORY = """
import re, sys
from recordkit.cli import run
code = run(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


def reading(quick: bool) -> Part:
    """Each format beside its library, and a pile by the whole command."""
    station = opened(cases.SAMPLES)
    made = faces(station)
    part = Part("reading", "Reading filled-in forms back", _HOW)
    compared = Table("The twelve forms, a pile at a time", (*HEADS, "forms a second"), [])
    with one_core():
        for name, open_paper, peer, work in _FORMATS:
            pile = made[name]
            tasks = [Task(f"recordkit, {name}, records", whole_way(open_paper, pile))]
            if theirs := work(pile):
                tasks.append(Task(peer, theirs))
            else:
                part.missing[peer] = "not installed"
            taken = turns(tasks, range(2 if quick else ROUNDS))
            for task in tasks:
                speed = 1000 * len(pile) / spread(list(taken[task.name].values()))[1]
                compared.rows.append([*row(taken, task.name, tasks[0].name), speed])
    piles: list[list[Cell]] = [
        list(found) for found in read_piles(made["docx"], (20, 40) if quick else PILES)
    ]
    part.tables = [compared, Table("`recordkit read` on a folder of Word forms", _PILE_HEADS, piles)]
    return part


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
