"""Bookmarks: a list of what is under each group, as objects of a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .binding import Binding, dictionary


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark, what it leads to, and those under it."""

    title: str
    goal: str
    under: Sequence[Mark] = ()


def write(marks: Sequence[Mark], binding: Binding) -> str:
    """Write the bookmarks; the code of the reference to them. Groups are shown closed."""
    number = binding.reserve()
    first, last = _listed(marks, number, binding)
    entries = {"/Type": "/Outlines", "/Count": str(len(marks)), "/First": first, "/Last": last}
    binding.put(number, dictionary(entries))
    return f"{number} 0 R"


def text(value: str) -> str:
    """A string as PDF code."""
    import pikepdf

    return pikepdf.String(value).unparse().decode("latin-1")


def _listed(marks: Sequence[Mark], parent: int, binding: Binding) -> tuple[str, str]:
    """The references to the first and the last of some marks, which are not empty."""
    numbers = [binding.reserve() for _ in marks]
    beside = {right: f"{left} 0 R" for left, right in pairwise(numbers)}
    behind = {left: f"{right} 0 R" for left, right in pairwise(numbers)}
    for mark, number in zip(marks, numbers, strict=True):
        entries = {"/Title": text(mark.title), "/Parent": f"{parent} 0 R", "/Dest": mark.goal}
        if number in beside:
            entries["/Prev"] = beside[number]
        if number in behind:
            entries["/Next"] = behind[number]
        if mark.under:
            first, last = _listed(mark.under, number, binding)
            entries |= {"/First": first, "/Last": last, "/Count": str(-len(mark.under))}
        binding.put(number, dictionary(entries))
    return f"{numbers[0]} 0 R", f"{numbers[-1]} 0 R"
