"""Forms to fill in on the computer: what each control takes, and what stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from docx_kit import lines
from fillable_kit import (
    FORMS,
    MAIN,
    STAFF,
    blank,
    client_record,
    edited,
    hints,
    kind_of,
    lock_of,
    made,
    own_tag,
    places,
    typed,
)
from peers import fillers
from peers.fillers import CONTENT, SDT, W15, W, boxes, controls, document, tagged, text

from recordkit import forms
from recordkit.formats import docx
from recordkit.formats.docx.fillable import FILLABLE, fillable
from recordkit.formats.docx.properties import read_properties
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts, write_parts
from recordkit.forms.blocks import Table
from recordkit.records import kinds

# --- the document ---------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_word_would_open_it_and_equal_blanks_give_equal_bytes(form: forms.Form) -> None:
    data = made(form.id)
    root = document(data)

    assert structure_problems(read_parts(data)) == []
    assert fillable(blank(form.id), form, STAFF) == data
    for name in ("alias", "tag"):
        assert all(len(each.get(W + "val")) <= 64 for each in root.iter(W + name))
    assert all(0 < int(each.get(W + "val")) < 2**31 for each in root.iter(W + "id"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_without_its_hints_it_says_what_the_plain_blank_says(form: forms.Form) -> None:
    root = document(made(form.id))
    for run in hints(root):
        run.getparent().remove(run)
    bare = fillers.with_document(made(form.id), root)

    assert lines(bare) == lines(blank(form.id))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_the_bookmarks_stand_around_the_same_controls_as_before(form: forms.Form) -> None:
    def marked(data: bytes) -> list[tuple[str, str]]:
        starts = document(data).iter(W + "bookmarkStart")
        return [(each.get(W + "name"), own_tag(each.getnext())) for each in starts]

    assert marked(made(form.id)) == marked(blank(form.id))


def test_it_keeps_its_stamp_and_says_that_it_is_fillable() -> None:
    found = read_properties(read_parts(client_record()))

    assert found[docx.FORM] == "casework/client-record"
    assert found[docx.FORM_VERSION] == "1"
    assert found[FILLABLE] == "1"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_word_finds_every_hint_in_the_glossary(form: forms.Form) -> None:
    from lxml import etree

    glossary = etree.fromstring(read_parts(made(form.id))["word/glossary/document.xml"])
    texts = {
        part.find(f"{W}docPartPr/{W}name").get(W + "val"): text(part) for part in glossary.iter(W + "docPart")
    }
    shown = [
        each
        for each in document(made(form.id)).iter(SDT)
        if each.find(f"{W}sdtPr/{W}placeholder") is not None
    ]

    assert shown
    for control in shown:
        name = control.find(f"{W}sdtPr/{W}placeholder/{W}docPart").get(W + "val")
        assert texts[name] == text(control)
        assert control.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


# --- what each control takes ------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_each_kind_has_the_control_that_fits_it(form: forms.Form) -> None:
    for cell, in_list, control in places(form.id):
        assert cell.spec
        kind = cell.spec.kind
        if isinstance(kind, kinds.Sign | kinds.Seal | kinds.Picture | kinds.Files):
            assert lock_of(control) == "contentLocked", cell.path
        elif kind.options() and "□" in cell.text:
            assert [option for option, _, _ in boxes(control)] == list(kind.options()), cell.path
        elif isinstance(kind, kinds.Choice | kinds.YesNo):
            assert kind_of(control) in ("dropDownList", "comboBox"), cell.path
            entries = [each.get(W + "displayText") for each in control.iter(W + "listItem")]
            assert entries == ["请选择", *kind.options()]
        elif isinstance(kind, kinds.Day) and lock_of(control) != "contentLocked":
            assert kind_of(control) == "date", cell.path
        if in_list:
            assert lock_of(control) == "", f"Word would not delete the row of {cell.path}"


def test_a_list_to_choose_from_with_an_other_may_be_typed_into() -> None:
    root = document(client_record())

    assert kind_of(controls(root, "family_members.gender")) == "dropDownList"
    for cell, in_list, control in places("casework/client-record"):
        if in_list and cell.spec and kinds.OTHER in cell.spec.kind.options() and "□" not in cell.text:
            assert kind_of(control) == "comboBox"


def test_no_plain_text_control_which_libreoffice_saves_several_times() -> None:
    for form in FORMS:
        assert b"<w:text/>" not in read_parts(made(form.id))[MAIN]


def test_a_box_has_its_number_and_the_rule_behind_other_takes_text() -> None:
    root = document(client_record())

    assert [sign for _, _, sign in boxes(controls(root, "gender"))] == ["□"] * 3
    assert text(controls(root, "gender#2")) == "□"
    assert text(controls(root, "employment_other")) == "＿＿＿＿"
    assert text(controls(root, "employment")).endswith("□其他：＿＿＿＿")


def test_staff_are_chosen_by_name_when_their_names_are_known() -> None:
    form = forms.load("casework/intake")
    known = controls(document(made(form.id)), "assigned_worker")
    unknown = controls(document(fillable(blank(form.id), form)), "assigned_worker")

    entries = [(each.get(W + "displayText"), each.get(W + "value")) for each in known.iter(W + "listItem")]
    assert entries == [("请选择", ""), ("孙建军（S01）", "S01"), ("李梅（S02）", "S02")]
    assert kind_of(unknown) == ""
    assert text(unknown) == "填编号"


def test_what_the_program_knows_is_locked_and_what_it_does_not_know_is_open() -> None:
    root = document(made("casework/service-agreement"))

    assert lock_of(controls(root, "retention_notice")) == "contentLocked"
    assert lock_of(controls(root, "client_brief")) == "sdtLocked"
    assert text(controls(root, "client_brief")) == "可不填"


def test_what_the_blank_prints_is_the_hint_in_full_black() -> None:
    root = document(client_record())

    for path, printed in (
        ("birth_date", kinds.BLANK_DAY),
        ("age_estimated", "　　　　岁"),
        ("id_no", "□" * 18),
    ):
        assert text(controls(root, path)) == printed
        assert not hints(controls(root, path))


def test_a_narrow_cell_has_a_short_hint() -> None:
    root = document(client_record())

    assert text(controls(root, "family_members.relation")) == "选一项"
    assert text(controls(root, "family_members.lives_with")) == "选项"


@pytest.mark.parametrize(("width", "kind"), [("auto", "auto"), ("2500", "pct"), ("50%", "dxa")])
def test_a_cell_of_unknown_width_has_a_hint_of_usual_length(width: str, kind: str) -> None:
    def widen(root: Any) -> None:
        cell = next(controls(root, "family_members.lives_with").iterancestors(W + "tc"))
        found = cell.find(f"{W}tcPr/{W}tcW")
        found.set(W + "w", width)
        found.set(W + "type", kind)

    assert text(controls(upgraded("casework/client-record", widen), "family_members.lives_with")) == "选一项"


# --- rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.slug)
def test_the_rows_of_each_list_are_one_repeating_section(form: forms.Form) -> None:
    root = document(made(form.id))
    tables = [block for block in forms.blank(form).blocks if isinstance(block, Table)]

    for table in tables:
        [section] = [
            each
            for each in tagged(root, table.path)
            if each.find(f"{W}sdtPr/{W15}repeatingSection") is not None
        ]
        items = section.find(CONTENT).findall(SDT)
        assert len(items) == len(table.rows)
        assert all(each.find(f"{W}sdtPr/{W15}repeatingSectionItem") is not None for each in items)
        assert all([child.tag for child in each.find(CONTENT)] == [W + "tr"] for each in items)


def test_a_list_with_a_merged_cell_is_left_as_it_is() -> None:
    def merge(root: Any) -> None:
        next(next(root.iter(W + "bookmarkStart")).iterancestors(W + "tr"))
        for each in [
            r for r in root.iter(W + "tr") if r.find(f".//{W}tag[@{W}val='contacts.name']") is not None
        ]:
            properties = each.find(f"{W}tc/{W}tcPr")
            properties.insert(1, properties.makeelement(W + "vMerge", {W + "val": "restart"}))

    root = document(fillable(edited("casework/client-record", merge), forms.load("casework/client-record")))

    assert not tagged(root, "contacts")
    assert tagged(root, "family_members")


# --- templates of other people ----------------------------------------------------------------


def upgraded(form_id: str, change: Callable[[Any], None]) -> Any:
    data = fillable(edited(form_id, change), forms.load(form_id), STAFF)
    assert structure_problems(read_parts(data)) == []
    return document(data)


def test_controls_without_tags_are_found_by_their_bookmarks() -> None:
    def strip(root: Any) -> None:
        for tag in list(root.iter(W + "tag")):
            tag.getparent().remove(tag)

    assert typed(upgraded("casework/client-record", strip)) == typed(document(client_record()))


def test_without_any_control_the_bookmarks_are_enough() -> None:
    def strip(root: Any) -> None:
        for control in list(root.iter(SDT)):
            for child in control.find(CONTENT):
                control.addprevious(child)
            control.getparent().remove(control)

    assert typed(upgraded("casework/client-record", strip)) == typed(document(client_record()))


@pytest.mark.parametrize("level", ["p", "tc"])
def test_a_control_around_a_paragraph_or_cell_is_upgraded_too(level: str) -> None:
    def lift(root: Any) -> None:
        for path in ("name", "gender"):
            control = controls(root, path)
            target = next(control.iterancestors(W + level))
            for run in control.find(CONTENT):
                control.addprevious(run)
            control.getparent().remove(control)
            target.addprevious(control)
            control.find(CONTENT).append(target)

    root = upgraded("casework/client-record", lift)

    assert text(controls(root, "name")) == "填写"
    assert len(list(boxes(controls(root, "gender")))) == 3


def test_a_control_that_a_station_typed_itself_stays() -> None:
    def retype(root: Any) -> None:
        properties = controls(root, "name").find(f"{W}sdtPr")
        properties.append(properties.makeelement(W + "text"))

    control = controls(upgraded("casework/client-record", retype), "name")

    assert kind_of(control) == "text"
    assert text(control) == ""


def test_the_look_of_a_stations_print_is_that_of_what_is_typed() -> None:
    def enlarge(root: Any) -> None:
        for run in controls(root, "name").iter(W + "r"):
            look = run.makeelement(W + "rPr")
            look.append(run.makeelement(W + "sz", {W + "val": "28"}))
            run.insert(0, look)

    control = controls(upgraded("casework/client-record", enlarge), "name")

    assert control.find(f"{W}sdtPr")[0].find(W + "sz").get(W + "val") == "28"
    assert [run.find(f"{W}rPr/{W}sz") for run in hints(control)] == [None]


def test_more_or_fewer_boxes_than_options_are_left_for_a_person() -> None:
    def drop(root: Any) -> None:
        for each in controls(root, "gender").iter(W + "t"):
            each.text = "□男　□女"

    control = controls(upgraded("casework/client-record", drop), "gender")

    assert text(control) == "□男　□女"
    assert not list(boxes(control))


def test_a_document_that_has_a_glossary_and_word_ids_already() -> None:
    data = made("casework/follow-up")
    parts = read_parts(data)
    parts[MAIN] = read_parts(blank("casework/follow-up"))[MAIN].replace(
        b'<w:id w:val="2"/>', b'<w:id w:val="-77"/>'
    )
    again = fillable(write_parts(parts), forms.load("casework/follow-up"), STAFF)

    assert structure_problems(read_parts(again)) == []
    assert list(read_parts(again)) == list(parts)
    assert typed(document(again)) == typed(document(data))


# --- what is filled in already ------------------------------------------------------------------


def test_what_is_filled_in_already_stays_and_is_no_placeholder() -> None:
    def fill(root: Any) -> None:
        said = {"name": "赵桂兰", "gender": "□男　☑女　□未说明", "birth_date": "1948年3月5日"}
        for path, value in said.items():
            next(controls(root, path).iter(W + "t")).text = value

    root = upgraded("casework/client-record", fill)

    assert text(controls(root, "name")) == "赵桂兰"
    assert [option for option, ticked, _ in boxes(controls(root, "gender")) if ticked] == ["女"]
    assert kind_of(controls(root, "birth_date")) == "date"
    for path in ("name", "gender", "birth_date"):
        assert controls(root, path).find(f"{W}sdtPr/{W}showingPlcHdr") is None


@pytest.mark.parametrize("inside", ["drawing", "fldChar"])
def test_a_control_with_a_picture_or_a_field_in_it_is_left_alone(inside: str) -> None:
    def put(root: Any) -> None:
        run = next(controls(root, "name").iter(W + "r"))
        run.append(run.makeelement(W + inside))

    control = controls(upgraded("casework/client-record", put), "name")

    assert control.find(f".//{W}{inside}") is not None
    assert lock_of(control) == ""


def test_a_field_of_the_stations_own_is_upgraded_like_any_other() -> None:
    own = forms.load("casework/follow-up")
    spec = own.spec_at("mode")
    assert spec
    form = replace(own, local={"local.way": spec})

    def rename(root: Any) -> None:
        controls(root, "mode").find(f"{W}sdtPr/{W}tag").set(W + "val", "local.way")

    root = document(fillable(edited(own.id, rename), form))

    assert [option for option, _, _ in boxes(controls(root, "local.way"))] == list(spec.kind.options())
    assert lock_of(controls(root, "local.way")) == "sdtLocked"
