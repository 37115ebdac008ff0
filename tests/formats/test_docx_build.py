"""Word templates built from definitions: sound, complete, editable, and well printed."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from lxml import etree
from peers import office
from PIL import Image

from recordkit import forms
from recordkit.formats import docx
from recordkit.formats.docx import fitting
from recordkit.formats.docx.anchors import bookmark_name
from recordkit.formats.docx.check import check
from recordkit.formats.docx.properties import read_properties
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts
from recordkit.forms import blocks, definition
from recordkit.forms.blocks import Arranged
from recordkit.records.context import Context
from recordkit.records.model import Record
from recordkit.records.reading import load
from recordkit.records.station import Profile

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DOCUMENT = "word/document.xml"

WITH_PICTURES = """
title = "个案预估表"
record = "casework.Assessment"
code = "GA04"
copies = 2
notes = "家系图、生态图至少一幅。"

[[section]]
title = "问题"
rows = [["assessed_on", "filled_by"], ["info_sources"], ["problem_description"]]

[[section]]
title = "家庭"
kind = "picture"
picture = "genogram"
height = 80

[[section]]
kind = "picture"
picture = "ecomap"

[[section]]
title = "问题与需求"
kind = "table"
table = "problems"
columns = ["problem_no", { field = "statement", width = 3 }, { field = "evidence", width = 3 }, "priority"]

[[section]]
kind = "signatures"
fields = ["sign_worker", { field = "sign_supervisor", opinion = "review_opinion" }]
"""

WITH_PROSE = """
title = "个案服务协议与知情同意书"
record = "casework.ServiceAgreement"
code = "GA03"

[[section]]
title = "服务内容"
kind = "prose"
text = "甲方：{client_brief}\\n\\n服务期限为{service_period}，内容为{service_scope}。是否收费：{fee_kind}。"

[[section]]
title = "同意事项"
rows = [["consent_general", "consent_sensitive"], ["complaint_channel"]]

[[section]]
kind = "signatures"
fields = ["sign_client", "sign_guardian", "sign_worker", "seal_operator"]
per_row = 3

[[section]]
kind = "break"

[[section]]
title = "撤回"
rows = [["withdrawn_on"], ["withdrawal_note"]]

[[section]]
kind = "note"
text = "撤回不影响此前已合法进行的处理。"
"""

WITH_BAND_AND_PHOTO = """
title = "服务对象登记表"
record = "casework.ClientRecord"
code = "GA01"

[[section]]
title = "基本信息"
photo = "portrait"
photo_rows = 4
rows = [["name", "gender"], ["birth_date"], ["phone"], ["community"], ["address"]]

[[section]]
band = "服务前情况"
rows = [["living_arrangement"], ["housing"], ["difficulty_summary"]]

[[section]]
kind = "signatures"
fields = ["sign_client", "sign_worker"]
"""


def layouts() -> list[forms.Form]:
    own = (("casework/assessment", WITH_PICTURES), ("casework/service-agreement", WITH_PROSE))
    made = [definition.read(text.encode(), form_id, "test") for form_id, text in own]
    banded = definition.read(WITH_BAND_AND_PHOTO.encode(), "casework/client-record", "test")
    return [*forms.catalogue(), banded, *made, replace(made[0], landscape=True)]


FORMS = layouts()
BANDED = FORMS[-4]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.slug}{'-wide' * form.landscape}")
needs_office = pytest.mark.skipif(office.available() is not None, reason=office.available() or "")


@cache
def station() -> tuple[Context, list[Record]]:
    profile = Profile.model_validate(tomllib.loads((SAMPLES / "recordkit.toml").read_text(encoding="utf-8")))
    [dossier] = (SAMPLES / "dossiers").iterdir()
    [client] = (SAMPLES / "clients").iterdir()
    files = [*sorted(client.glob("*.yaml")), *sorted(dossier.glob("*.yaml"))]
    records = [record for path in files if (record := load(path).record)]
    [person] = (record for record in records if record.form_id == "casework/client-record")
    return Context(profile, person, dossier.name, records), records


def filled(form: forms.Form) -> Arranged:
    context, records = station()
    return forms.filled(form, next(r for r in records if r.form_id == form.id), context)


def prints(form: forms.Form) -> dict[str, bytes]:
    data = docx.template(form)
    ready = docx.Template(data, form.title)
    blank = docx.write(forms.blank(form, station()[0]), ready)
    return {"template": data, "blank": blank, "filled": docx.write(filled(form), ready)}


def body(data: bytes) -> Any:
    return etree.fromstring(read_parts(data)[DOCUMENT])


def said(element: Any) -> str:
    """The text below an element, line breaks as such."""
    pieces = {W + "t": lambda e: e.text or "", W + "br": lambda e: "\n", W + "tab": lambda e: "\t"}
    return "".join(pieces[e.tag](e) for e in element.iter(*pieces))


def cells(arranged: Arranged) -> Iterator[blocks.Cell]:
    for block in arranged.blocks:
        yield from blocks.cells(block)


def row_of(root: Any, path: str) -> Any:
    [start] = root.xpath(f"//*[@*[local-name()='name']='{bookmark_name(path)}']")
    return next(start.iterancestors(W + "tr"))


def merges(rows: list[Any], place: int) -> list[str | None]:
    """What the cells at this place of the rows say of `w:vMerge`."""
    found = (row.findall(W + "tc")[place].find(f"{W}tcPr/{W}vMerge") for row in rows)
    return [None if merge is None else merge.get(W + "val") for merge in found]


def width_of(cell: Any) -> float:
    return int(cell.find(f"{W}tcPr/{W}tcW").get(W + "w")) / 1440 * 25.4


def height_of(row: Any) -> int:
    return int(row.find(f"{W}trPr/{W}trHeight").get(W + "val"))


def is_note(row: Any) -> bool:
    return bool(row.xpath(".//*[@*[local-name()='val']='FormNote']"))


def keeps(row: Any) -> bool:
    return all(p.find(f"{W}pPr/{W}keepNext") is not None for p in row.iter(W + "p"))


def picture(size: tuple[int, int], kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "white").save(made, kind)
    return made.getvalue()


@every_form
def test_templates_and_prints_are_sound(form: forms.Form) -> None:
    for data in prints(form).values():
        python_docx.Document(io.BytesIO(data))

        assert structure_problems(read_parts(data)) == []


@every_form
def test_every_field_has_its_tag_its_bookmark_and_its_control(form: forms.Form) -> None:
    root = body(docx.template(form))
    controls = {tag.get(W + "val") for tag in root.iter(W + "tag")}
    marks = {mark.get(W + "name") for mark in root.iter(W + "bookmarkStart")}

    for cell in cells(forms.tags(form)):
        assert cell.text in said(root)
        assert cell.path in controls
        assert bookmark_name(cell.path) in marks


@every_form
def test_the_grid_and_the_cells_agree_on_every_width(form: forms.Form) -> None:
    for table in body(docx.template(form)).iter(W + "tbl"):
        columns = [int(column.get(W + "w")) for column in table.iter(W + "gridCol")]
        for row in table.iter(W + "tr"):
            place = 0
            for properties in row.iter(W + "tcPr"):
                span = properties.find(W + "gridSpan")
                count = 1 if span is None else int(span.get(W + "val"))
                width = int(properties.find(W + "tcW").get(W + "w"))
                assert width == sum(columns[place : place + count])
                place += count
            assert place == len(columns)
            assert sum(columns) in (9071, 14003)


@every_form
def test_signatures_stay_with_the_row_before(form: forms.Form) -> None:
    arranged = filled(form)
    root = body(docx.write(arranged, docx.template(form)))
    for block in arranged.blocks:
        if isinstance(block, blocks.Signatures):
            rows = [row_of(root, row[0].sign.path) for row in block.rows]

            assert keeps(rows[0].getprevious())
            assert all(keeps(row) for row in rows[:-1])
            assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


@every_form
def test_small_print_below_a_table_never_stands_alone(form: forms.Form) -> None:
    for row in body(docx.write(filled(form), docx.template(form))).iter(W + "tr"):
        if is_note(row):
            assert keeps(row.getprevious())


@every_form
def test_list_heads_repeat_and_titles_keep_with_what_follows(form: forms.Form) -> None:
    root = body(docx.template(form))
    titles = [
        row
        for row in root.iter(W + "tr")
        if row.find(f"{W}tc/{W}p/{W}pPr/{W}pStyle").get(W + "val") == "FormSection"
    ]
    lists = [block for block in forms.tags(form).blocks if isinstance(block, blocks.Table)]

    assert all(keeps(row) for row in titles)
    for block in lists:
        data = row_of(root, block.columns[0].path)
        repeated = [
            row
            for row in data.itersiblings(W + "tr", preceding=True)
            if row.find(f".//{W}tblHeader") is not None
        ]
        assert len(repeated) == 1 + bool(block.title)


@every_form
def test_a_blank_leaves_more_room(form: forms.Form) -> None:
    arranged = forms.blank(form)
    data = prints(form)
    template, blank = body(data["template"]), body(data["blank"])
    grids = [block for block in arranged.blocks if isinstance(block, blocks.Grid)]
    high = [cell for grid in grids for cell in blocks.cells(grid) if cell.height > 2 * blocks.LINE_HEIGHT + 2]

    for cell in high:
        assert height_of(row_of(blank, cell.path)) > height_of(row_of(template, cell.path))
        assert height_of(row_of(blank, cell.path)) >= cell.height * 56
    for row in blank.iter(W + "tr"):
        assert is_note(row) or height_of(row) >= 9 * 56


def test_styles_name_a_usual_font_for_every_script() -> None:
    parts = read_parts(docx.template(FORMS[0]))
    styles = etree.fromstring(parts["word/styles.xml"])
    for style in styles.iter(W + "style"):
        fonts = style.find(f"{W}rPr/{W}rFonts")

        assert {fonts.get(W + script) for script in ("ascii", "hAnsi", "eastAsia", "cs")} < {
            "宋体",
            "黑体",
            "仿宋",
            "楷体",
        }
    assert not any(b"Theme=" in data or b"theme" in name.encode() for name, data in parts.items())


def test_the_footer_counts_pages_with_complete_fields() -> None:
    footer = etree.fromstring(read_parts(docx.template(FORMS[0]))["word/footer1.xml"])
    kinds = [mark.get(W + "fldCharType") for mark in footer.iter(W + "fldChar")]

    assert kinds == ["begin", "separate", "end"] * 2
    assert [code.text.strip() for code in footer.iter(W + "instrText")] == ["PAGE", "NUMPAGES"]
    assert "第 1 页 共 1 页" in said(footer)


@every_form
def test_the_document_says_which_form_it_is(form: forms.Form) -> None:
    found = read_properties(read_parts(docx.write(filled(form), docx.template(form), {"number": "甲-1"})))

    assert found == {
        "title": form.title,
        docx.FORM: form.id,
        docx.FORM_VERSION: str(form.version),
        "number": "甲-1",
    }


@every_form
def test_the_same_record_gives_the_same_bytes(form: forms.Form) -> None:
    assert prints(form) == prints(form)
    assert b"202" not in read_parts(docx.template(form))["docProps/core.xml"]


def test_a_station_layout_of_the_same_form_has_its_own_template() -> None:
    ours, wide = FORMS[-3], FORMS[-1]

    assert ours.id == wide.id
    assert docx.template(ours) != docx.template(wide)
    assert docx.template(ours) == docx.template(ours)


def test_pictures_stand_in_their_frames_with_their_words() -> None:
    form = FORMS[-3]
    images = {"genogram": picture((900, 300), "PNG"), "ecomap": picture((300, 900), "JPEG"), "other": b""}
    arranged = replace(filled(form), images=images)
    parts = read_parts(docx.write(arranged, docx.template(form)))
    root = etree.fromstring(parts[DOCUMENT])
    drawings = list(root.iter("{*}inline"))
    sizes = [(int(d[0].get("cx")) / 36_000, int(d[0].get("cy")) / 36_000) for d in drawings]

    assert structure_problems(parts) == []
    assert [data for name, data in sorted(parts.items()) if "media" in name] == [
        images["genogram"],
        images["ecomap"],
    ]
    assert sizes == [pytest.approx((150, 50), abs=0.01), pytest.approx((70 / 3, 70), abs=0.01)]
    for drawing, path in zip(drawings, ("genogram", "ecomap"), strict=True):
        assert next(drawing.iterancestors(W + "tr")) is row_of(root, path)
    assert all("图" in drawing.find("{*}docPr").get("descr") for drawing in drawings)


@pytest.mark.parametrize("wide", [False, True])
def test_a_band_stands_at_the_left_of_all_its_rows(wide: bool) -> None:
    form = replace(BANDED, landscape=wide)
    root = body(docx.template(form))
    rows = [row_of(root, path) for path in ("living_arrangement", "housing", "difficulty_summary")]
    bands = [row.find(W + "tc") for row in rows]

    assert merges(rows, 0) == ["restart", "continue", "continue"]
    assert [said(band) for band in bands] == ["\n".join("服务前情况"), "", ""]
    scale = 247 / 160 if wide else 1
    assert [width_of(band) for band in bands] == [pytest.approx(blocks.BAND_WIDTH * scale, abs=0.1)] * 3
    assert merges([rows[0].getprevious()], 0) == [None]
    assert structure_problems(read_parts(docx.template(form))) == []


@pytest.mark.parametrize("wide", [False, True])
def test_a_photo_has_a_frame_beside_the_first_rows(wide: bool) -> None:
    form = replace(BANDED, landscape=wide)
    root = body(docx.template(form))
    rows = [row_of(root, path) for path in ("name", "birth_date", "phone", "community", "address")]
    frames = [row.findall(W + "tc")[-1] for row in rows[:4]]

    assert merges(rows, -1) == ["restart", "continue", "continue", "continue", None]
    assert row_of(root, "portrait") is rows[0]
    assert [said(frame) for frame in frames] == ["本人照片{{ portrait }}", "", "", ""]
    scale = 247 / 160 if wide else 1
    assert [width_of(frame) for frame in frames] == [pytest.approx(blocks.PHOTO_WIDTH * scale, abs=0.1)] * 4
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows[:4])
    assert [keeps(row) for row in rows] == [True, True, True, False, False]
    assert structure_problems(read_parts(docx.template(form))) == []


def test_what_is_no_picture_leaves_the_frame_empty() -> None:
    arranged = replace(filled(FORMS[-3]), images={"genogram": b"%PDF-1.7"})
    parts = read_parts(docx.write(arranged, docx.template(FORMS[-3])))

    assert not any("media" in name for name in parts)
    assert structure_problems(parts) == []


def test_a_line_of_options_ends_between_two_options() -> None:
    text = "□主动求助　☑亲友/邻里介绍　□其他：＿＿＿＿"

    assert fitting.wrapped(text, 100) == text
    assert fitting.wrapped(text, 30) == "□主动求助　☑亲友/邻里介绍\n□其他：＿＿＿＿"
    assert fitting.wrapped(text, 5) == text.replace("　", "\n")


@every_form
def test_ticks_are_runs_of_their_own_and_texts_stay_as_they_are(form: forms.Form) -> None:
    arranged = filled(form)
    root = body(docx.write(arranged, docx.template(form)))
    printed = "".join(said(root).split())

    assert all(said(run) in ("☑", said(run).replace("☑", "")) for run in root.iter(W + "r"))
    assert office.in_order([text for _, text in arranged.texts()], printed) == []


@every_form
def test_the_check_of_templates_finds_nothing(form: forms.Form) -> None:
    view = forms.tags(form).view()
    fields = {name: list(value[0]) if isinstance(value, list) else None for name, value in view.items()}

    assert check(docx.template(form), fields, form.title, [name for name in view if "page" not in name]) == []


def test_a_short_row_is_whole_and_a_long_one_may_split() -> None:
    form = forms.load("casework/intake")
    context, records = station()
    record = next(r for r in records if r.form_id == form.id)
    long = record.model_copy(
        update={"presenting_problem": "话说得很长。" * 500, "expectation": "有人说说话。"}
    )
    root = body(docx.write(forms.filled(form, long, context), docx.template(form)))

    assert row_of(root, "presenting_problem").find(f"{W}trPr/{W}cantSplit") is None
    assert row_of(root, "expectation").find(f"{W}trPr/{W}cantSplit") is not None


def test_marks_of_xml_and_of_templates_are_printed_as_they_stand() -> None:
    form = forms.load("casework/intake")
    context, records = station()
    record = next(r for r in records if r.form_id == form.id)
    odd = record.model_copy(update={"expectation": "{{ 7*7 }} <b>&amp; {% if %}", "referrer": "张三 & 李四"})
    data = docx.write(forms.filled(form, odd, context), docx.template(form))

    assert structure_problems(read_parts(data)) == []
    assert "{{ 7*7 }} <b>&amp; {% if %}" in said(body(data))
    assert "张三 & 李四" in said(body(data))


@needs_office
def test_libreoffice_prints_every_text_in_order(tmp_path: Path) -> None:
    wanted: dict[Path, list[str]] = {}
    for number, form in enumerate(FORMS):
        for name, arranged in (("blank", forms.blank(form, station()[0])), ("filled", filled(form))):
            path = tmp_path / f"{number}-{name}.docx"
            path.write_bytes(docx.write(arranged, docx.template(form)))
            wanted[path] = [text for _, text in arranged.texts() if text]

    for path, pdf in office.to_pdf(list(wanted), tmp_path / "pdf").items():
        assert office.in_order(wanted[path], office.body_text(pdf, 20, 18)) == [], path.name
