"""Fillable forms, made once, and what their controls say, for the tests of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from peers import fillers
from peers.fillers import SDT, W, document, tagged

from recordkit import forms
from recordkit.formats import docx
from recordkit.formats.docx.fillable import fillable
from recordkit.forms.blocks import Cell, Table, cells

FORMS = forms.catalogue()
STAFF = {"S01": "孙建军", "S02": "李梅"}
TYPES = ("date", "dropDownList", "comboBox", "text")
MAIN = "word/document.xml"


@cache
def blank(form_id: str) -> bytes:
    form = forms.load(form_id)
    stamp = {docx.FORM: form.id, docx.FORM_VERSION: str(form.version)}
    return docx.write(forms.blank(form), docx.ready(form), stamp)


@cache
def made(form_id: str) -> bytes:
    return fillable(blank(form_id), forms.load(form_id), STAFF)


def client_record() -> bytes:
    return made("casework/client-record")


def kind_of(control: Any) -> str:
    """The type a control declares; '' for rich text."""
    properties = control.find(f"{W}sdtPr")
    return next((name for name in TYPES if properties.find(W + name) is not None), "")


def lock_of(control: Any) -> str:
    found = control.find(f"{W}sdtPr/{W}lock")
    return "" if found is None else found.get(W + "val")


def places(form_id: str) -> Iterator[tuple[Cell, bool, Any]]:
    """Every cell of the blank form, whether it is in a list, and its control."""
    root = document(made(form_id))
    seen: Counter[str] = Counter()
    for block in forms.blank(forms.load(form_id)).blocks:
        for cell in cells(block):
            yield cell, isinstance(block, Table), tagged(root, cell.path)[seen[cell.path]]
            seen[cell.path] += 1


def hints(control: Any) -> list[Any]:
    return [
        run
        for run in control.iter(W + "r")
        if run.find(f"{W}rPr/{W}rStyle[@{W}val='PlaceholderText']") is not None
    ]


def own_tag(control: Any) -> str:
    return str(control.find(f"{W}sdtPr/{W}tag").get(W + "val"))


def typed(root: Any) -> list[tuple[str, str]]:
    return [
        (own_tag(each), kind_of(each)) for each in root.iter(SDT) if each.find(f"{W}sdtPr/{W}tag") is not None
    ]


def edited(form_id: str, change: Callable[[Any], None]) -> bytes:
    """The plain blank as it would come from a template that somebody changed."""
    root = document(blank(form_id))
    change(root)
    return fillers.with_document(blank(form_id), root)
