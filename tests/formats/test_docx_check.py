"""`template check`: everything wrong with a template, to the cell, in Chinese."""

from __future__ import annotations

import pytest
from docx_kit import cell, docx, p, parts, row, run, table

from recordkit.errors import Finding, Refused, Severity
from recordkit.formats.docx.check import CODES, check
from recordkit.formats.docx.engine import Template
from recordkit.formats.docx.properties import CORE, CUSTOM, read_properties
from recordkit.formats.package import write_parts

FIELDS = {
    "name": None,
    "gender": None,
    "intake_date": None,
    "local.purchaser": None,
    "family": ["name", "relation", "age"],
    "goals": ["text"],
}


def found(body: str, required: tuple[str, ...] = (), **marginal: str) -> list[Finding]:
    return check(docx(body, **marginal), FIELDS, "表.docx", required)


def seen(body: str, **marginal: str) -> list[str]:
    """`代号@位置` of every finding, without the file's name."""
    return [
        f"{each.code}@{each.where.removeprefix('表.docx').removeprefix(':')}"
        for each in found(body, **marginal)
    ]


def inside(text: str) -> str:
    """A 3×3 table with the text in row 2, column 3."""
    return table(row("a", "b", "c"), row("d", "e", text), row("f", "g", "h"), columns=3)


GOOD = (
    p("{{ name }}")
    + table(
        row("姓名", "关系"),
        row("{%tr for m in family %}", ""),
        row("{{ m.name }}", "{% if m.relation %}{{ m.relation }}{% endif %}"),
        row("{%tr endfor %}", ""),
        columns=2,
    )
    + p("{{ local.purchaser }}")
)


def test_a_good_template_has_no_findings() -> None:
    assert not found(GOOD, header=p("{{ name }}"), footer=p("第 1 页"))


# --- the place -------------------------------------------------------------------


def test_places_are_counted_as_a_person_counts() -> None:
    assert seen(inside("{{ x1 }}")) == ["TP-01@表1 行2 列3"]
    assert seen(p() + table(row("a")) + p() + p("{{ x1 }}")) == ["TP-01@第3段"]
    assert seen(table(row("a")) + p() + inside("{{ x1 }}")) == ["TP-01@表2 行2 列3"]
    assert seen(p(), header=p("{{ x1 }}")) == ["TP-01@页眉 第1段"]
    assert seen(p(), footer=table(row("a", "{{ x1 }}"), columns=2)) == ["TP-01@页脚 表1 行1 列2"]
    note = f'<w:footnote w:id="1">{p("{{ x1 }}")}</w:footnote>'
    assert seen(p(), footnotes=note) == ["TP-01@脚注 第1段"]


def test_merged_cells_count_once() -> None:
    wide = cell("a", '<w:gridSpan w:val="2"/>')
    assert seen(table(row(wide, "{{ x1 }}"), columns=3)) == ["TP-01@表1 行1 列2"]
    start, go_on = cell("a", '<w:vMerge w:val="restart"/>'), cell("", "<w:vMerge/>")
    assert seen(table(row(start, "b"), row(go_on, "{{ x1 }}"), columns=2)) == ["TP-01@表1 行2 列2"]


def test_nested_tables_and_text_boxes() -> None:
    inner = table(row("a"), row("{{ x1 }}"))
    assert seen(table(row("a", cell(p() + inner + p())), columns=2)) == ["TP-01@表1 行1 列2 内表1 行2 列1"]
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('{{ x1 }}')}</w:txbxContent></w:pict></w:r></w:p>"
    assert seen(p() + box) == ["TP-01@第2段 文本框 第1段"]


def test_rows_and_cells_inside_content_controls_are_seen() -> None:
    wrapped = f"<w:sdt><w:sdtContent>{row('a', '{{ x1 }}')}</w:sdtContent></w:sdt>"
    assert seen(table(row("a", "b"), wrapped, columns=2)) == ["TP-01@表1 行2 列2"]


# --- names -----------------------------------------------------------------------


def test_unknown_names_come_with_the_nearest() -> None:
    finding = found(inside("{{ nane }}"))[0]
    assert str(finding) == "表.docx:表1 行2 列3: TP-01 「{{ nane }}」没有字段「nane」　最接近的字段「name」。"
    column = found(p("{% for m in family %}{{ m.relatoin }}{% endfor %}"))[0]
    assert "没有列「relatoin」" in column.message
    assert "「relation」" in column.hint


def test_names_in_conditions_and_loops_are_checked() -> None:
    assert seen(p("{% if nmae %}a{% endif %}")) == ["TP-01@第1段"]
    assert seen(p("{% for m in famly %}{{ m.name }}{% endfor %}")) == ["TP-01@第1段"]
    assert seen(p("{{ '☑' if gendr == '女' else '□' }}")) == ["TP-01@第1段"]


def test_required_fields_that_are_not_shown() -> None:
    messages = [each.message for each in found(GOOD, required=("name", "family.age", "gender", "family"))]
    assert messages == ["模板没有打印必须有的字段「family.age」", "模板没有打印必须有的字段「gender」"]
    assert found(p("{% if name %}{% endif %}"), required=("name",))[0].code == "TP-02"


def test_columns_outside_their_loop() -> None:
    body = GOOD + inside("{{ m.name }}")
    assert seen(body) == ["TP-12@表2 行2 列3"]
    assert seen(p("{{ family.name }}")) == ["TP-12@第1段"]
    assert seen(p("{{ loop.index }}")) == ["TP-12@第1段"]


def test_tables_and_fields_mixed_up() -> None:
    assert seen(p("{{ family }}")) == ["TP-13@第1段"]
    assert seen(p("{% for m in name %}{% endfor %}")) == ["TP-13@第1段"]
    assert seen(p("{% for m in family %}{{ m }}{% endfor %}")) == ["TP-13@第1段"]
    assert not seen(p("{% if family %}共 {{ family|length }} 人{% endif %}"))


# --- signs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ name", "TP-03"),
        ("{{ name }", "TP-03"),
        ("甲{{ name 乙{{ gender }}", "TP-03"),
        ("{% if name }}a", "TP-03"),
        ("name }}", "TP-04"),
        ("{ name }}", "TP-04"),
        ("%}", "TP-04"),
        ("｛｛ name ｝｝", "TP-05"),
        ("{{ name ｝｝", "TP-05"),
        ("{｛ name }｝", "TP-05"),
        ("{％ if name ％}", "TP-05"),
        ("{ { name } }", "TP-05"),
        ("{name}", "TP-05"),
        ("｛name｝", "TP-05"),
        ("{{ name，gender }}", "TP-05"),
        ("{% if name ＝＝ '甲' %}{% endif %}", "TP-05"),
        ("{{ na\u200bme }}", "TP-05"),
        ("{{ }}", "TP-15"),
        ("{{ name gender }}", "TP-15"),
        ("{{ name | }}", "TP-15"),
        ("{{ na?me }}", "TP-15"),
        ("{% if %}a{% endif %}", "TP-15"),
        ("{% if name = 'a' %}a{% endif %}", "TP-15"),
        ("{% if name %}a{% else if gender %}b{% endif %}", "TP-15"),
        ("{% tr for m in family %}", "TP-15"),
        ("{% for m on family %}{% endfor %}", "TP-15"),
        ("{% fi name %}", "TP-14"),
        ("{% %}", "TP-14"),
        ("{{ name|upper }}", "TP-14"),
        ("{{ name|default('a', 'b', 'c') }}", "TP-14"),
        ("{% set a = 1 %}", "TP-14"),
        ("{{ name() }}", "TP-14"),
        ("{% colspan 2 %}", "TP-14"),
    ],
)
def test_signs_and_syntax_are_explained_at_their_cell(text: str, code: str) -> None:
    findings = found(inside(text))
    assert code in {each.code for each in findings}
    assert all(each.where == "表.docx:表1 行2 列3" for each in findings)
    assert all(_chinese(each.message) and each.code in CODES for each in findings)


def _chinese(text: str) -> bool:
    return (
        any("\u4e00" <= sign <= "\u9fff" for sign in text)
        and "expected" not in text
        and "unexpected" not in text
    )


def test_curly_quotes_are_a_warning_only() -> None:
    findings = found(p("{% if name == “甲” %}{{ name }}{% endif %}"))
    assert [(each.code, each.severity) for each in findings] == [("TP-05", Severity.WARNING)]


def test_chinese_signs_in_quotes_and_ordinary_braces_are_fine() -> None:
    assert not found(p("{% if name == '其他（说明）' %}{{ name }}{% endif %}{a} ｛注｝ 50%"))


# --- torn tags -------------------------------------------------------------------


def test_runs_that_word_splits_are_mended() -> None:
    spelling = '<w:proofErr w:type="spellStart"/>'
    assert not found(f"<w:p>{run('{{ na')}{spelling}{run('me')}{run(' }')}{run('}')}</w:p>")
    cursor = '<w:bookmarkStart w:id="0" w:name="_GoBack"/>'
    assert not found(f"<w:p>{run('{{ na')}{cursor}{run('me }}')}<w:bookmarkEnd w:id='0'/></w:p>")


def test_what_cannot_be_mended_is_named() -> None:
    link = f"<w:p>{run('{{ na')}<w:hyperlink w:anchor='a'>{run('me }}')}</w:hyperlink></w:p>"
    assert seen(link) == ["TP-06@第1段"]
    start, end = "<w:bookmarkStart w:id='1' w:name='a'/>", "<w:bookmarkEnd w:id='1'/>"
    note = f"<w:p>{run('{{ na')}{start}{run('me }}')}{end}</w:p>"
    assert seen(note) == ["TP-06@第1段"]
    control = f"<w:p>{run('{{ na')}<w:sdt><w:sdtContent>{run('me }}')}</w:sdtContent></w:sdt></w:p>"
    assert seen(control) == ["TP-06@第1段"]


def test_tracked_changes_in_a_tag_are_named() -> None:
    inserted = f"<w:p>{run('{{ na')}<w:ins w:id='1'>{run('me }}')}</w:ins></w:p>"
    finding = found(inserted)[0]
    assert finding.code == "TP-06"
    assert "修订" in finding.message
    assert not found(f"<w:p><w:ins w:id='1'>{run('{{ name }}')}</w:ins></w:p>")
    deleted = "<w:p><w:del w:id='1'><w:r><w:delText>{{ name }}</w:delText></w:r></w:del></w:p>"
    assert seen(p() + deleted) == ["TP-06@第2段"]


# --- blocks ----------------------------------------------------------------------


def grid(*texts: str) -> str:
    """One column, one row for each text."""
    return table(*(row(text) for text in texts))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (p("{% if name %}a"), ["TP-07@第1段"]),
        (p() + p("a{% endif %}"), ["TP-08@第2段"]),
        (p("{% else %}"), ["TP-08@第1段"]),
        (p("{% if name %}a{% endif %}{% endif %}"), ["TP-08@第1段"]),
        (p("{% for m in family %}{% if m.name %}{% endfor %}"), ["TP-07@第1段"]),
        (p("{% if name %}{% for m in family %}{% endif %}{% endfor %}"), ["TP-07@第1段", "TP-08@第1段"]),
        (p("{%tr for m in family %}") + p("{%tr endfor %}"), ["TP-10@第1段", "TP-10@第2段"]),
        (grid("{%tr for m in family %}", "{{ m.name }}"), ["TP-07@表1 行1 列1"]),
        (grid("{{ name }}", "{%tr endfor %}"), ["TP-08@表1 行2 列1"]),
        (grid("{%tr for m in family %} 甲", "{{ m.name }}", "{%tr endfor %}"), ["TP-11@表1 行1 列1"]),
        (grid("{%tr for m in family %}{{ m.name }}{%tr endfor %}"), ["TP-11", "TP-11", "TP-09"]),
        (grid("{%tr for m in family %}", "{{ m.name }}", "{% endfor %}"), ["TP-09@表1 行3 列1"]),
        (grid("{% for m in family %}", "{{ m.name }}", "{% endfor %}"), ["TP-09@表1 行3 列1"]),
        (grid("{%p if name %}", "a", "{%p endif %}"), ["TP-09@表1 行3 列1"]),
        (grid("{%tr for m in family %}", "{{ m.name }}") + grid("{%tr endfor %}"), ["TP-09@表2 行1 列1"]),
        (p("{%p if name %} 甲") + p("{%p endif %}"), ["TP-11@第1段"]),
        (p("{{ name }}{% vm %}"), ["TP-12@第1段"]),
        (p("{% for a in family %}" * 3 + "{% endfor %}" * 3), ["TP-16@第1段"]),
        (grid("{%tc for m in family %}"), ["TP-14@表1 行1 列1", "TP-07@表1 行1 列1"]),
    ],
)
def test_blocks_gone_wrong(body: str, wanted: list[str]) -> None:
    codes = [each if "@" in each else f"{each}@表1 行1 列1" for each in wanted]
    assert sorted(set(seen(body))) == sorted(set(codes))


def test_opening_in_one_cell_and_ending_in_the_next() -> None:
    body = table(row("{% for m in family %}", "{{ m.name }}", "{% endfor %}"), columns=3)
    finding = found(body)[0]
    assert finding.where == "表.docx:表1 行1 列3"
    assert "（表1 行1 列1）" in finding.message
    assert "{%tr for" in finding.hint


def test_a_block_over_several_paragraphs_of_one_place_is_fine() -> None:
    assert not found(p("{% if name %}甲") + p("乙{% endif %}"))
    assert not found(p("{%p for m in family %}") + p("{{ m.name }}") + p("{%p endfor %}"))


# --- places where no tag may stand -----------------------------------------------


def test_tags_in_codes_attributes_and_notes() -> None:
    code = "<w:p><w:r><w:instrText>HYPERLINK {{ name }}</w:instrText></w:r></w:p>"
    assert seen(p() + code) == ["TP-17@第2段"]
    drawing = '<wp:inline><wp:docPr id="1" name="a" descr="{{ name }}"/></wp:inline>'
    picture = f"<w:p><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p>"
    assert seen(picture) == ["TP-17@第1段"]
    note = f'<w:comment w:id="1">{p("{{ name }}")}</w:comment>'
    assert [(each.code, each.severity) for each in found(p(), comments=note)] == [("TP-17", Severity.WARNING)]


def test_tags_that_only_docxtpl_would_see_are_named() -> None:
    strange = "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
    hidden = f"{strange}<mc:Fallback>{p('{{ name }}')}</mc:Fallback></mc:AlternateContent>"
    assert seen(p() + hidden) == ["TP-17@"]
    assert seen(p("{") + p("{ name }}")) != []
    assert seen(p("{# {{ name #}")) == ["TP-15@第1段"]


def test_reaching_field_codes_are_named_however_split() -> None:
    pieces = "".join(
        f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in (" DD", "EAUTO ", 'c:\\\\a "b"')
    )
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    assert seen(f"<w:p>{begin}{pieces}{end}</w:p>") == ["TP-20@第1段"]
    simple = '<w:p><w:fldSimple w:instr=" INCLUDETEXT a.docx"><w:r><w:t>a</w:t></w:r></w:fldSimple></w:p>'
    assert seen(simple) == ["TP-20@第1段"]
    assert not seen('<w:p><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>')


# --- printing on trial -----------------------------------------------------------


def test_a_cell_that_may_end_empty_is_found_by_trial() -> None:
    body = table(row(cell(p("{%p if name %}") + p("a") + p("{%p endif %}"))))
    assert [each.code for each in found(body)] == ["TP-18"]


def test_a_table_that_may_lose_all_rows_is_found_by_trial() -> None:
    assert [
        each.code for each in found(grid("{%tr for m in family %}", "{{ m.name }}", "{%tr endfor %}"))
    ] == ["TP-19"]


def test_an_odd_grid_is_a_warning() -> None:
    findings = found(table(row("a", "b"), row("{{ name }}"), columns=2))
    assert [(each.code, each.severity) for each in findings] == [("TP-22", Severity.WARNING)]


def test_all_findings_come_at_once() -> None:
    body = inside("{{ x1 }}{{ name") + p("{% if name %}") + p("｛｛ name ｝｝") + p("{{ ''.__class__ }}")
    assert seen(body, header=p("{{ x2 }}")) == [
        "TP-03@表1 行2 列3",
        "TP-05@第2段",
        "TP-14@第3段",
        "TP-07@第1段",
        "TP-01@表1 行2 列3",
        "TP-01@页眉 第1段",
    ]


def test_hostile_files_are_refused() -> None:
    with pytest.raises(Refused):
        check(b"PK", FIELDS, "表.docx")


@pytest.mark.parametrize("name", [CUSTOM, CORE, "word/document.xml"])
def test_damaged_parts_are_named_in_chinese_with_their_line(name: str) -> None:
    whole = parts(p("{{ name }}"), {name: b"<a>\n<b></a>"})
    findings = check(write_parts(whole), FIELDS, "表.docx")

    assert read_properties(whole) == {}
    assert any(f"{name} 不是正确的 XML：第2行附近的 XML 不完整或被改坏" in each.message for each in findings)
    assert {each.code for each in findings} == {"TP-19"}
    assert not any("tag" in each.message for each in findings)


def test_missing_relationships_are_named_or_not_needed() -> None:
    whole = parts(p("{{ name }}"))
    del whole["word/_rels/document.xml.rels"]
    assert not check(write_parts(whole), FIELDS, "表.docx")
    assert b"</Relationships>" in Template(write_parts(whole), "表").part("word/_rels/document.xml.rels")

    del whole["_rels/.rels"]
    [finding] = check(write_parts(whole), FIELDS, "表.docx")
    assert (finding.code, "缺少 _rels/.rels" in finding.message) == ("TP-19", True)
