"""Fillable PDFs as people and strange programs return them, and hostile ones."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pdf_form_kit import INTAKE, made, returned, texts

from recordkit import forms
from recordkit.errors import Refused
from recordkit.formats import pdf
from recordkit.formats.pdf_form import open_paper, open_papers
from recordkit.forms.returned import Returned


@pytest.fixture(scope="module")
def blanks() -> dict[str, bytes]:
    return made()


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        saved = io.BytesIO()
        document.save(saved)
    return saved.getvalue()


def field_named(document: pikepdf.Pdf, name: str) -> pikepdf.Object:
    return next(field for field in document.Root.AcroForm.Fields if str(field.T) == name)


def intake_with(blanks: dict[str, bytes], change: Callable[[pikepdf.Pdf], None]) -> Returned:
    return returned(changed(blanks["intake"], change), INTAKE)


@pytest.mark.parametrize(
    "written",
    [
        pikepdf.String("赵桂兰"),
        pikepdf.String(b"\xfe\xff" + "赵桂兰".encode("utf-16-be")),
        pikepdf.String(b"\xef\xbb\xbf" + "赵桂兰".encode()),
        pikepdf.String(b"\xff\xfe" + "赵桂兰".encode("utf-16-le")),
    ],
)
def test_values_come_in_any_encoding(blanks: dict[str, bytes], written: pikepdf.String) -> None:
    said = intake_with(blanks, lambda document: field_named(document, "referrer").__setattr__("V", written))

    assert texts(said)["referrer", -1] == "赵桂兰"


def test_line_ends_become_line_feeds(blanks: dict[str, bytes]) -> None:
    written = pikepdf.String("第一行\r第二行\r\n第三行\n")
    said = intake_with(blanks, lambda document: field_named(document, "risk_note").__setattr__("V", written))

    assert texts(said)["risk_note", -1] == "第一行\n第二行\n第三行\n"


def test_a_value_may_stand_in_the_widget_or_in_a_stream(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field = field_named(document, "referrer")
        widget = document.make_indirect(
            pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, V=pikepdf.String("居委会"), Parent=field)
        )
        del field["/V"]
        field.Kids = pikepdf.Array([widget])
        field_named(document, "risk_note").V = document.make_stream("有风险".encode("utf-16"))

    assert texts(intake_with(blanks, change))["referrer", -1] == "居委会"


@pytest.mark.parametrize("key", ["/V", "/AS"])
def test_a_half_set_tick_counts_and_is_told(blanks: dict[str, bytes], key: str) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field_named(document, "urgency/2")[key] = pikepdf.Name("/1")

    said = intake_with(blanks, change)

    assert texts(said)["urgency", -1] == "□一般　☑较急　□紧急"
    assert any("核对" in note for note in said.notes)


def test_states_of_other_names_are_ticks(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field = field_named(document, "urgency/3")
        field.V = field.AS = pikepdf.Name("/Yes")

    said = intake_with(blanks, change)

    assert texts(said)["urgency", -1] == "□一般　□较急　☑紧急"
    assert not said.notes


def test_a_whole_date_in_the_first_gap_is_taken_as_it_is(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field_named(document, "filled_on/年").V = pikepdf.String("2026-03-05")
        for part, text in (("年", "2026"), ("月", "3"), ("日", "6")):
            field_named(document, f"intake_date/{part}").V = pikepdf.String(text)

    said = texts(intake_with(blanks, change))

    assert said["filled_on", -1] == "2026-03-05"
    assert said["intake_date", -1] == "2026年3月6日"


@pytest.mark.parametrize("written", ["不详", "（不详）"])
def test_a_reason_may_stand_in_either_place(blanks: dict[str, bytes], written: str) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field_named(document, "urgency/注").V = pikepdf.String(written)
        field_named(document, "source/其他").V = pikepdf.String(written)
        field_named(document, "risk_level/注").V = pikepdf.String("还要再看")

    said = intake_with(blanks, change)

    assert texts(said)["urgency", -1] == "□一般　□较急　□紧急（不详）"
    assert texts(said)["source", -1].endswith("□其他：＿＿＿＿（不详）")
    assert [stray.text for stray in said.strays] == ["还要再看"]


def test_a_field_that_stands_twice_is_told(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        for name, text in (("referrer", "甲"), ("decision_reason", "乙")):
            field = field_named(document, name)
            field.T, field.V = pikepdf.String("referrer"), pikepdf.String(text)

    said = intake_with(blanks, change)

    assert texts(said)["referrer", -1] == "甲"
    assert any("乙" in note for note in said.notes)


def test_the_stamp_survives_the_loss_of_either_place(blanks: dict[str, bytes]) -> None:
    def without_information(document: pikepdf.Pdf) -> None:
        del document.trailer["/Info"]

    def without_field(document: pikepdf.Pdf) -> None:
        fields = document.Root.AcroForm.Fields
        document.Root.AcroForm.Fields = pikepdf.Array([f for f in fields if str(f.T) != "recordkit-stamp"])

    for change in (without_information, without_field):
        paper = open_paper(changed(blanks["intake"], change))
        assert (paper.form, paper.form_version) == ("casework/intake", 1)


def test_a_flattened_form_says_so(blanks: dict[str, bytes]) -> None:
    def flatten(document: pikepdf.Pdf) -> None:
        document.generate_appearance_streams()
        document.flatten_annotations()

    said = intake_with(blanks, flatten)

    assert not said.readings
    assert "压平" in said.notes[0]


def test_a_plain_print_has_nothing_to_read() -> None:
    paper = open_paper(pdf.write(forms.blank(INTAKE)))
    [said] = paper.returned(INTAKE)

    assert paper.form == ""
    assert paper.title == "个案接案登记表"
    assert not said.readings
    assert said.notes


def test_a_strange_field_is_told_with_its_place(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field = field_named(document, "referrer")
        field.T, field.V = pikepdf.String("Text1"), pikepdf.String("别处的话")

    [stray] = intake_with(blanks, change).strays

    assert stray.text == "别处的话"
    assert stray.where.startswith("第1页")


def test_options_are_known_by_their_names_not_their_places(blanks: dict[str, bytes]) -> None:
    def change(document: pikepdf.Pdf) -> None:
        field = field_named(document, "urgency/1")
        field.TU, field.V, field.AS = pikepdf.String("紧急程度：紧急"), pikepdf.Name("/1"), pikepdf.Name("/1")

    assert texts(intake_with(blanks, change))["urgency", -1] == "□一般　□较急　☑紧急"


# Hostile files


def test_locked_and_broken_files_are_refused(blanks: dict[str, bytes]) -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(blanks["follow-up"])) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="a", owner="b"))
    files = [locked.getvalue(), b"%PDF-1.7\nnothing", b"PK\x03\x04", b"", blanks["follow-up"][:40_000]]

    for read in open_papers(files):
        assert isinstance(read, Refused)
        assert read.hint


def looped() -> bytes:
    """A field that is its own descendant, very deep kids, and an endless page tree."""
    document = pikepdf.new()
    document.add_blank_page()
    field = document.make_indirect(pikepdf.Dictionary(T=pikepdf.String("name"), FT=pikepdf.Name.Tx))
    field.Kids = pikepdf.Array([field])
    deep = field
    for _ in range(3000):
        deep = document.make_indirect(pikepdf.Dictionary(T=pikepdf.String("x"), Kids=pikepdf.Array([deep])))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field, deep]))
    return saved(document)


def many_pages() -> bytes:
    """A tree that holds itself four times on each of thirty floors."""
    document = pikepdf.new()
    document.add_blank_page()
    node = document.make_indirect(document.pages[0].obj)
    for _ in range(30):
        node = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Pages, Count=1 << 40, Kids=pikepdf.Array([node] * 4))
        )
    document.Root.Pages = node
    return saved(document)


def full_of_actions() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("while(1);"))
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("/bin/true"))
    document.Root.OpenAction = script
    document.Root.AA = pikepdf.Dictionary(WC=launch)
    document.attachments["a.exe"] = b"MZ"
    fields = [
        pikepdf.Dictionary(
            T=pikepdf.String("referrer"), FT=pikepdf.Name.Tx, V=pikepdf.String("甲"), AA=script
        )
    ]
    document.Root.AcroForm = pikepdf.Dictionary(
        Fields=pikepdf.Array(fields), XFA=document.make_stream(b"<x/>")
    )
    return saved(document)


def packed_zeros(millions: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(millions)) + packer.flush()


def long_value() -> bytes:
    """A value of a gigabyte in one megabyte."""
    document = pikepdf.new()
    document.add_blank_page()
    value = document.make_stream(b"")
    value.write(packed_zeros(1000), filter=pikepdf.Name.FlateDecode)
    field = pikepdf.Dictionary(T=pikepdf.String("referrer"), FT=pikepdf.Name.Tx, V=value)
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    out = io.BytesIO()
    document.save(out, recompress_flate=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def large_index() -> bytes:
    """A list of objects that unpacks to two gigabytes."""
    zeros = packed_zeros(2000)
    head = f"<</Type/XRef/Size 1/W[1 1 1]/Root 1 0 R/Filter/FlateDecode/Length {len(zeros)}>>stream\n"
    return b"%PDF-1.7\n1 0 obj" + head.encode() + zeros + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


def saved(document: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_harmless_parts_of_strange_files_are_read() -> None:
    loop, actions = open_papers([looped(), full_of_actions()])

    assert not isinstance(loop, Exception)
    assert not isinstance(actions, Exception)
    assert texts(actions.returned(INTAKE)[0]) == {("referrer", -1): "甲"}


@pytest.mark.slow
def test_bombs_cost_themselves_only(blanks: dict[str, bytes]) -> None:
    value, pages, index, last = open_papers([long_value(), many_pages(), large_index(), blanks["intake"]])

    assert not isinstance(value, Exception)
    assert len(texts(value.returned(INTAKE)[0])["referrer", -1]) < 1_000_000
    assert isinstance(pages, Refused)
    assert isinstance(index, Refused)
    assert not isinstance(last, Exception)
    assert last.form == "casework/intake"


def test_a_process_that_is_lost_costs_one_file(
    blanks: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reader dies at a file that says so; the others are read by the next."""
    from recordkit.formats.pdf_form import reading

    script = Path(reading.__file__).with_name("extract.py").read_text("utf-8")
    deadly = script.replace(
        "    try:\n        with pikepdf.open",
        "    if b'deadly' in data:\n        raise SystemExit\n    try:\n        with pikepdf.open",
    )
    folder = tmp_path / "formats" / "pdf_form"
    folder.mkdir(parents=True)
    (folder / "extract.py").write_text(deadly, "utf-8")
    monkeypatch.setattr(reading, "files", lambda _: tmp_path)

    first, lost, last = open_papers([blanks["intake"], b"%PDF-1.7 deadly", blanks["follow-up"]])

    assert isinstance(lost, Refused)
    assert [getattr(each, "form", "") for each in (first, last)] == ["casework/intake", "casework/follow-up"]
