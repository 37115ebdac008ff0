"""Filled forms that people change before they hand them in, and prints that they correct."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filling_kit import (
    CATALOGUE,
    SLUGS,
    Back,
    differences,
    docx_back,
    filled_in_word,
    full_record,
    places,
    said,
    without_bookmarks,
    without_controls,
    without_marks,
)
from filling_others import saved
from openpyxl import load_workbook
from peers import fillers, office
from peers.fillers import W

from recordkit.formats.xlsx.one import place_name
from recordkit.forms import answers
from recordkit.forms.answers import State
from recordkit.forms.labels import Labels, key
from recordkit.records import kinds
from recordkit.records.reading import load
from recordkit.tasks import batch, returning
from recordkit.tasks.printing import Order, records_in
from recordkit.tasks.workspace import Workspace, opened

FEW = ("assessment", "assistance-application")
each_form = pytest.mark.parametrize(
    "slug", [slug if slug in FEW else pytest.param(slug, marks=pytest.mark.slow) for slug in SLUGS]
)
needs_office = pytest.mark.skipif(office.available() is not None, reason=office.available() or "")
TO_XLSX, TO_ODS = "xlsx:Calc MS Excel 2007 XML", "ods:calc8"


# --- what people do to a filled form ----------------------------------------------------------


@pytest.mark.parametrize("change", [without_controls, without_bookmarks, without_marks])
@each_form
def test_a_form_without_its_marks_is_read_by_what_is_left(slug: str, change: Callable[[Any], None]) -> None:
    data = filled_in_word(slug)
    root = fillers.document(data)
    change(root)

    found = docx_back(fillers.with_document(data, root), CATALOGUE[slug])
    assert not differences(CATALOGUE[slug], found.loaded.record, full_record(slug))
    assert not found.told


def unsaid(slug: str, found: Back) -> list[str]:
    """The fields that did not come back and of which nobody is told."""
    form, told = CATALOGUE[slug], "".join("".join(found.told).split())
    lost = differences(form, found.loaded.record, full_record(slug))
    typed = {place.path: "".join(place.text.split()) for place in places(form, full_record(slug))}
    about_a_cell = (
        "占了几栏" in told or "这里只能写一行" in told or "不在选项中" in told or "只能选一项" in told
    )

    def is_told(path: str) -> bool:
        # A list that is not known any more is told by its own name.
        specs = (form.spec_at(path), form.spec_at(path.partition(".")[0]))
        labels = ("".join(spec.label.split()) for spec in specs if spec)
        return ("." in path and about_a_cell) or typed[path] in told or any(label in told for label in labels)

    return [path for path in lost if not is_told(path)]


def letters(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(W + "t"))


def labels_retyped(slug: str, root: Any) -> Iterator[Any]:
    """The document with one label retyped, each in turn."""
    form = CATALOGUE[slug]
    tables = [section.table for section in form.sections if section.kind == "table"]
    known = {word for table in ("", *tables) for word in Labels(form, table).by_key}
    for number, cell in enumerate(root.iter(W + "tc")):
        if key(letters(cell)) in known and cell.find(f".//{W}sdt") is None:
            changed = deepcopy(root)
            first, *others = list(changed.iter(W + "tc"))[number].iter(W + "t")
            first.text = "改写的字样"
            for other in others:
                other.text = ""
            yield changed


def cells_merged(slug: str, root: Any) -> Iterator[Any]:
    """The document with two cells that stand side by side merged, each pair in turn."""
    for number, row in enumerate(root.iter(W + "tr")):
        for left in range(len(list(row.iter(W + "tc"))) - 1):
            changed = deepcopy(root)
            _merge(*list(list(changed.iter(W + "tr"))[number].iter(W + "tc"))[left : left + 2])
            yield changed


def _merge(left: Any, right: Any) -> None:
    """As Word does it: one cell over the columns of both, with the paragraphs of both."""
    spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in (left, right)]
    total = sum(1 if span is None else int(span.get(W + "val")) for span in spans)
    properties = left.find(W + "tcPr")
    if spans[0] is None:
        spans[0] = properties.makeelement(W + "gridSpan")
        properties.insert(1, spans[0])
    spans[0].set(W + "val", str(total))
    left.extend(child for child in list(right) if child.tag != W + "tcPr")
    right.getparent().remove(right)


@pytest.mark.parametrize("change", [labels_retyped, cells_merged])
@pytest.mark.parametrize("marks", ["kept", pytest.param("gone", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "slug", [slug if slug == "follow-up" else pytest.param(slug, marks=pytest.mark.slow) for slug in SLUGS]
)
def test_what_a_changed_form_no_longer_says_is_told(slug: str, marks: str, change: Any) -> None:
    data = filled_in_word(slug)
    root = fillers.document(data)
    if marks == "gone":
        without_marks(root)
    count = 0
    for changed in change(slug, root):
        found = docx_back(fillers.with_document(data, changed), CATALOGUE[slug])
        count += 1
        assert not unsaid(slug, found), count
        if marks == "kept" and change is labels_retyped:
            assert not differences(CATALOGUE[slug], found.loaded.record, full_record(slug))
    assert count > 5


@pytest.mark.parametrize("change", [lambda root: None, without_marks], ids=["marks", "no-marks"])
@each_form
def test_a_deleted_row_is_missing_and_the_others_are_right(slug: str, change: Callable[[Any], None]) -> None:
    form, data = CATALOGUE[slug], filled_in_word(slug)
    wanted = full_record(slug).model_copy(deep=True)
    root = fillers.document(data)
    for section in form.sections:
        rows = getattr(wanted, section.table) if section.kind == "table" else []
        if len(rows) > 1:
            control = fillers.controls(root, f"{section.table}.{section.items[0].field}@1")
            gone = next(control.iterancestors(W + "tr"))
            gone.getparent().remove(gone)
            del rows[1]
    change(root)
    found = docx_back(fillers.with_document(data, root), form)

    assert not differences(form, found.loaded.record, wanted)
    assert not found.told


# --- prints that were corrected ----------------------------------------------------------------------


@pytest.fixture
def prints(station: Path, tmp_path: Path) -> tuple[Workspace, dict[Path, Path]]:
    """The whole sample station printed; each print with its record."""
    home = opened(station)
    folders = [station / "clients", station / "dossiers"]
    order = Order(tmp_path / "印", ("docx", "xlsx"), draft=True, station=station)
    done = list(batch.render(records_in(folders), order))
    assert not [each.failed for each in done if each.failed]
    return home, {file: each.source for each in done for file in each.files}


def read_back(paper: Path, home: Workspace) -> returning.Back:
    [[found]] = returning.read([paper], returning.Wish(), home, date(2026, 7, 10))
    assert not found.failed
    return found


def agrees(paper: Path, source: Path, home: Workspace) -> None:
    found = read_back(paper, home)
    assert found.existing == source
    assert not found.differences, paper.name
    assert not [*found.doubts, *found.strays, *found.notes, *found.findings], paper.name


def test_prints_that_nobody_touched_agree_with_their_records(
    prints: tuple[Workspace, dict[Path, Path]],
) -> None:
    home, files = prints
    for paper, source in files.items():
        agrees(paper, source, home)


@pytest.mark.slow
@needs_office
def test_prints_that_libreoffice_saved_agree_with_their_records(
    prints: tuple[Workspace, dict[Path, Path]], tmp_path: Path
) -> None:
    home, files = prints
    words = [file for file in files if file.suffix == ".docx"]
    sheets = [file for file in files if file.suffix == ".xlsx"]
    odss = office.convert(sheets, tmp_path / "ods", TO_ODS)
    by_ods = office.convert(list(odss.values()), tmp_path / "again", TO_XLSX)
    trips = [
        office.resave(words, tmp_path / "docx"),
        office.via_odt(words, tmp_path / "odt"),
        office.convert(sheets, tmp_path / "xlsx", TO_XLSX),
        {sheet: by_ods[ods] for sheet, ods in odss.items()},
    ]
    for trip in trips:
        for paper, again in trip.items():
            agrees(again, files[paper], home)


def corrections(source: Path) -> Iterator[tuple[str, int, str]]:
    """Path, row and new text of each field that a person may correct on a print."""
    record = load(source).record
    slug = record.form_id.partition("/")[2]
    form = CATALOGUE[slug]
    for path in answers.carried(form):
        table, _, name = path.rpartition(".")
        spec = form.spec_at(path)
        if spec is None or isinstance(spec.kind, kinds.Nested) or (table and not getattr(record, table)):
            continue
        old = getattr(getattr(record, table)[0] if table else record, name)
        others = [full_record(slug, variant) for variant in (1, 0)]
        new = [getattr(getattr(other, table)[0] if table else other, name) for other in others]
        if (value := next((each for each in new if each != old), None)) is not None:
            yield path, 0 if table else -1, _printed(spec.kind, value)


def _printed(kind: kinds.Kind, value: Any) -> str:
    if isinstance(kind, kinds.YesNo):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, list) else said(kind, value)


def corrected(paper: Path, path: str, row: int, text: str) -> bytes:
    """The print with one field typed anew."""
    if paper.suffix == ".docx":
        root = fillers.document(paper.read_bytes())
        fillers.say(fillers.controls(root, path), text)
        return fillers.with_document(paper.read_bytes(), root)
    book = load_workbook(paper)
    [(sheet, at)] = book.defined_names[place_name(path, row)].destinations
    book[sheet][at.replace("$", "").partition(":")[0]].value = text
    return saved(book)


def differs_only_there(paper: Path, source: Path, home: Workspace, some: slice) -> None:
    form = CATALOGUE[load(source).record.form_id.partition("/")[2]]
    for path, row, text in list(corrections(source))[some]:
        changed = paper.with_stem("改过")
        changed.write_bytes(corrected(paper, path, row, text))
        found = read_back(changed, home)
        spec = form.spec_at(path)

        assert [each.label.endswith(spec.label if spec else "") for each in found.differences] == [True], path
        assert not [item for item in found.items if item.state is not State.READ], path
        assert not [*found.strays, *found.notes, *found.findings], path


def test_one_correction_is_one_difference(prints: tuple[Workspace, dict[Path, Path]]) -> None:
    home, files = prints
    words = {
        source.stem.partition("-0")[0]: paper for paper, source in files.items() if paper.suffix == ".docx"
    }
    sheets = [paper for paper in files if paper.suffix == ".xlsx"]
    for paper in (*words.values(), *sheets[:3]):
        differs_only_there(paper, files[paper], home, slice(2, 3))


@pytest.mark.slow
def test_every_correction_is_one_difference(prints: tuple[Workspace, dict[Path, Path]]) -> None:
    home, files = prints
    for paper, source in files.items():
        differs_only_there(paper, source, home, slice(None))


def test_what_no_form_settles_is_told_and_changes_nothing(
    prints: tuple[Workspace, dict[Path, Path]],
) -> None:
    """A signature typed, and what the program printed of another record."""
    home, files = prints
    for paper in (file for file, source in files.items() if source.name == "follow-up-0002.yaml"):
        for path, label in (("sign_worker", "扫描件"), ("client_brief", "由程序带出")):
            paper_ = paper.with_stem("改过")
            paper_.write_bytes(corrected(paper, path, -1, "已签 2026年7月1日"))
            found = read_back(paper_, home)

            assert [item.path for item in found.items if item.state is State.UNUSED] == [path]
            assert label in found.items[0].said
            assert not found.differences
            assert not found.is_clean
