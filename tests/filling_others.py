"""PDF and Excel forms filled in by programs that know nothing of recordkit."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import pikepdf
import pypdf
from filling_kit import Place, place_of, places
from openpyxl import load_workbook
from pikepdf.form import CheckboxField
from pikepdf.form import Form as Fields

from recordkit.formats.pdf_form.slots import gap_names
from recordkit.formats.xlsx.one import place_name
from recordkit.forms import Form
from recordkit.records import kinds
from recordkit.records.kinds import OTHER
from recordkit.records.model import Block, Record

# --- PDF ------------------------------------------------------------------------------------


def for_fields(data: bytes, form: Form, record: Record) -> dict[str, str]:
    """What is typed and ticked by the fields' names."""
    known = set(pypdf.PdfReader(io.BytesIO(data)).get_fields() or {})
    values: dict[str, str] = {}
    for place in places(form, record):
        table, _, column = place.path.rpartition(".")
        stem = f"{table}/{place.row + 1}/{column}" if place.row >= 0 else place.path.replace(".", "/")
        own = [name for name in known if name == stem or name.startswith(f"{stem}/")]
        if not own:
            continue
        options = list(place.spec.kind.options())
        if place.ticks:
            values |= {f"{stem}/{options.index(option) + 1}": "/1" for option in place.ticks}
            values |= {f"{stem}/{OTHER}": place.other} if place.other else {}
        elif stem in own:
            values[stem] = place.text.removesuffix("元") if len(own) > 1 else place.text
        else:
            values |= _in_gaps(place, stem)
    return values


def _in_gaps(place: Place, stem: str) -> dict[str, str]:
    gaps = gap_names(place.spec.kind.blank())
    numbers = re.findall(r"\d+", place.text)
    return {f"{stem}/{gap}": number for gap, number in zip(gaps, numbers, strict=True)}


def by_pypdf(data: bytes, values: Mapping[str, str]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for page in writer.pages:
        writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_pikepdf(data: bytes, values: Mapping[str, str]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        for name, field in Fields(document).items():
            if isinstance(field, CheckboxField):
                field.checked = values.get(name) == "/1"
            elif name in values:
                field.value = values[name]  # type: ignore[attr-defined]
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


# --- Excel ----------------------------------------------------------------------------------


def one_by_openpyxl(data: bytes, form: Form, record: Record) -> bytes:
    """The sheet in the form's layout, typed into cell by cell."""
    book = load_workbook(io.BytesIO(data))
    for place in places(form, record):
        name = book.defined_names[place_name(place.path, place.row)]
        [(sheet, at)] = name.destinations
        cell = book[sheet][at.replace("$", "").partition(":")[0]]
        cell.value = _ticked_line(cell.value, place) if place.ticks else place.text
    return saved(book)


def saved(book: Any) -> bytes:
    """What openpyxl writes of a workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ticked_line(printed: str, place: Place) -> str:
    """The printed line with √ for the boxes of what is chosen, and words on the rule."""
    for option in place.ticks:
        printed = re.sub(rf"□(?={re.escape(option)}(\s|　|：|$))", "√", printed, count=1)
    return re.sub("＿+", place.other, printed) if place.other else printed


def many_by_openpyxl(data: bytes, form: Form, records: list[Record]) -> bytes:
    """The workbook for many records, a row a record, below the heads."""
    book = load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        heads = {cell.value: cell.column for cell in sheet[3] if cell.value}
        if "_rk" not in heads:
            continue
        line = 5
        for number, record in enumerate(records, 1):
            tables = {path.partition(".")[0] for path in heads if "." in str(path)}
            rows = getattr(record, tables.pop()) or [] if tables else [record]
            for row in rows:
                sheet.cell(line, heads["_rk"], number)
                _type_row(sheet, line, heads, form, row)
                line += 1
    return saved(book)


def _type_row(sheet: Any, line: int, heads: Mapping[str, int], form: Form, row: Block) -> None:
    for path, column in heads.items():
        spec = form.spec_at(path)
        name = path.rpartition(".")[2]
        value = getattr(row, name, None) if spec else None
        if spec is None or value is None:
            continue
        plain = isinstance(spec.kind, kinds.Day | kinds.Number | kinds.Rating | kinds.Money)
        place = place_of(path, -1, spec, value, getattr(row, f"{name}_other", None) or "", "")
        sheet.cell(line, column, value if plain and not isinstance(value, kinds.Unstated) else place.text)
