"""其他: ticked and explained, or neither (users' rule 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import Severity
from ..records.kinds import OTHER
from ..records.reading import Loaded
from .case import Case, Remark, blocks, numbers
from .rules import rule


@rule("OT-01", Severity.ERROR, title="选了“其他”的写明是什么", alone=True)
def unexplained(case: Case) -> Iterator[Remark]:
    """其他 ticked without its text."""
    for one, field, label, chosen, said in _others(case):
        if OTHER in numbers(chosen) and not said:
            yield Remark(one, field, f"{label}选了“其他”，没有写是什么", "写成“其他：说明”，或改选别的选项")


@rule("OT-02", Severity.WARNING, title="写了“其他”说明的也要勾选“其他”", alone=True)
def unticked(case: Case) -> Iterator[Remark]:
    """A text for 其他 where it is not ticked; it would print on an empty box."""
    for one, field, label, chosen, said in _others(case):
        if said and OTHER not in numbers(chosen):
            message = f"{label}写了“其他”的说明“{said}”，却没有选“其他”"
            yield Remark(one, f"{field}_other", message, "补选“其他”，或删去说明")


def _others(case: Case) -> Iterator[tuple[Loaded, str, str, Any, Any]]:
    """Record, field, label, choice and text wherever 其他 may be explained."""
    for one in case.records:
        for path, block in blocks(one.record):
            for name, spec in block.specs().items():
                if f"{name}_other" in block.specs():
                    yield one, path + name, spec.label, getattr(block, name), getattr(block, f"{name}_other")
