"""What is printed: generated records of invented people, the same in every run.

Three series: `forms` are 200 intakes that differ as intakes differ, `rows` are
applications with so many steps, `text` session records with a narrative of so
many characters. A number means the same document in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from recordkit import forms
from recordkit.forms import Arranged
from recordkit.forms.blocks import Cell, Grid
from recordkit.records.casework import AssistanceApplication
from recordkit.records.context import Context
from recordkit.records.model import Record
from recordkit.records.reading import load
from recordkit.tasks.workspace import opened

from .people import FACTS, SAID, client, intake, name, told

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CASE = SAMPLES / "dossiers" / "LX01-GA-2026-0007"
AGAIN = 200  # the first that nobody is timed on; its texts stand for all before it where texts recur
FORMS = {
    "forms": "casework/intake",
    "rows": "casework/assistance-application",
    "text": "casework/session-record",
}


@cache
def station() -> Context:
    """The invented station of the samples."""
    return Context(station=opened(SAMPLES).profile)


def arranged(series: str, number: int) -> tuple[Arranged, date | None]:
    """The document of that number, ready to be drawn, and the day it is of."""
    return _SERIES[series](number)


def _form(number: int) -> tuple[Arranged, date | None]:
    chance = Random(f"intake {number}")
    record = intake(chance, number)
    context = replace(station(), client=client(chance, record.client_no or ""))
    return forms.filled(forms.load(record.form_id), record, context), record.form_day()


def _rows(count: int) -> tuple[Arranged, date | None]:
    chance = Random(f"rows {count}")
    steps = [
        {
            "step": ("材料准备", "受理", "入户调查", "公示")[number % 4],
            "on": date(2026, 3, 1) + timedelta(number % 300),
            "result": told(chance, FACTS, 1, 1),
            "who": name(chance),
        }
        for number in range(count)
    ]
    plain = _sample("assistance-application-0001").plain()
    record = AssistanceApplication(**plain | {"milestones": steps})
    return forms.filled(forms.load(record.form_id), record, station()), record.form_day()


def _text(length: int) -> tuple[Arranged, date | None]:
    """A record file takes 20,000 characters a field; longer ones are put in behind the model."""
    record = _sample("session-record-0001")
    drawn = forms.filled(forms.load(record.form_id), record, station())
    chance = Random(f"text {length}")
    text = ""
    while len(text) < length:
        text += told(chance, FACTS + SAID, 3, 8) + "\n"
    blocks = [_narrated(block, text[:length]) if isinstance(block, Grid) else block for block in drawn.blocks]
    return replace(drawn, blocks=tuple(blocks)), record.form_day()


def _narrated(grid: Grid, text: str) -> Grid:
    def narrated(cell: Cell) -> Cell:
        return replace(cell, text=text) if cell.path == "narrative" else cell

    return replace(grid, rows=tuple(tuple(map(narrated, row)) for row in grid.rows))


_SERIES: dict[str, Callable[[int], tuple[Arranged, date | None]]] = {
    "forms": _form,
    "rows": _rows,
    "text": _text,
}


@cache
def _sample(stem: str) -> Record:
    record = load(CASE / f"{stem}.yaml").record
    assert isinstance(record, Record)
    return record
