"""Many documents of one template, and long ones: nothing is left over, nothing grows faster than its content."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx_kit import docx, p, work_counted

from recordkit import forms
from recordkit.errors import HasFindings
from recordkit.formats import docx as word
from recordkit.formats.docx.engine import Template
from recordkit.forms import blocks
from recordkit.records.context import Context
from recordkit.tasks.workspace import opened

SAMPLES = Path(__file__).resolve().parents[2] / "samples"

# --- one template, many documents --------------------------------------------------


@cache
def a_form(form_id: str) -> tuple[forms.Form, blocks.Arranged]:
    """A form with the record of the sample case."""
    station = opened(SAMPLES)
    context: Context = station.context(SAMPLES / "dossiers" / "LX01-GA-2026-0007")
    form = forms.load(form_id)
    return form, forms.filled(form, context.all(form_id)[0], context)


def test_a_template_is_prepared_once_for_its_content() -> None:
    first, second = docx(p("{{ a }}")), docx(p("{{ b }}"))
    made = word.prepared(first, "甲.docx")

    assert word.prepared(bytes(bytearray(first)), "甲.docx") is made
    assert word.prepared(first, "乙.docx") is not made  # a finding names the file
    assert word.prepared(second, "甲.docx").render({"b": "1"}) != made.render({"a": "2"})
    assert word.prepared(first, "甲.docx") is made


def test_the_templates_not_used_for_longest_are_forgotten() -> None:
    used = word.prepared(docx(p("常用{{ a }}")), "用")
    rare = word.prepared(docx(p("少用{{ a }}")), "用")
    for number in range(word.MAX_PREPARED - 1):
        word.prepared(docx(p(f"{number}{{{{ a }}}}")), "用")
        assert word.prepared(docx(p("常用{{ a }}")), "用") is used

    assert word.prepared(docx(p("少用{{ a }}")), "用") is not rare


def test_a_bad_template_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(HasFindings):
            word.prepared(docx(p("{{ a() }}")), "坏.docx")


# --- growth --------------------------------------------------------------------------


def longer(count: int) -> blocks.Arranged:
    """A service plan with a list of so many goals."""
    _, arranged = a_form("casework/service-plan")
    table = next(block for block in arranged.blocks if isinstance(block, blocks.Table))
    many = (table.rows * count)[:count]
    return replace(
        arranged,
        blocks=tuple(replace(table, rows=many) if block is table else block for block in arranged.blocks),
    )


def told(length: int) -> dict[str, Any]:
    return {"a": "膝盖好些了。\n\t☑“是”\n" * (length // 14)}


def growth(measure: Any, sizes: tuple[int, int, int]) -> float:
    """How much more the last step costs than the first, for the same step in size."""
    measure(sizes[0])  # what is made once
    low, middle, high = map(measure, sizes)
    return float((high - middle) / (middle - low))


def calls(work: Any) -> int:
    with work_counted() as counted:
        work()
    return counted.calls


def peak(work: Any) -> int:
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("cost", [calls, peak])
def test_work_and_memory_grow_as_the_rows_do(cost: Any) -> None:
    ready = word.ready(a_form("casework/service-plan")[0])

    def measure(count: int) -> int:
        arranged = longer(count)
        return int(cost(lambda: word.write(arranged, ready)))

    assert 0.8 < growth(measure, (200, 400, 600)) < 1.25


def test_memory_grows_as_the_text_does_and_the_steps_stay_as_many() -> None:
    made = Template(docx(p("{{ a }}")), "试")
    views = {length: told(length) for length in (30_000, 60_000, 90_000)}

    assert (
        0.8 < growth(lambda length: peak(lambda: made.render(views[length])), (30_000, 60_000, 90_000)) < 1.25
    )
    assert calls(lambda: made.render(views[90_000])) < 1.1 * calls(lambda: made.render(views[30_000]))
