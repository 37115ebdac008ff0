"""Rendering: values are text, marks are unique, and nothing a template can do harm with."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from docx_kit import LOOP, VIEW, cell, docx, lines, p, row, run, table, work_counted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordkit.errors import HasFindings, RecordkitError, Refused
from recordkit.formats.docx import program
from recordkit.formats.docx.engine import Printed, Template, bookmark_name
from recordkit.formats.docx.properties import read_properties
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts


def template(body: str, **marginal: str) -> Template:
    return Template(docx(body, **marginal), "试.docx")


def rendered(body: str, view: Any, **marginal: str) -> list[str]:
    return lines(template(body, **marginal).render(view))


# --- parts ---------------------------------------------------------------------------


def test_headers_footers_and_notes_are_filled() -> None:
    note = '<w:footnote w:id="1">' + p("{{ name }}") + "</w:footnote>"
    data = template(p("正文"), header=p("页眉{{ name }}"), footer=p("页脚{{ name }}"), footnotes=note).render(
        VIEW
    )
    assert [lines(data, f"word/{part}.xml") for part in ("header", "footer", "footnotes")] == [
        ["页眉赵桂兰"],
        ["页脚赵桂兰"],
        ["赵桂兰"],
    ]


# --- values are only text --------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "{{ 7*7 }}",
        "{% for a in b %}",
        "<b>&amp;</b>",
        "\"'“”",
        "]]>",
        "𠮷😀",
        "{_{ a }_}",
        "&#60;",
        "</w:t></w:r>",
        " 前后 ",
    ],
)
def test_values_stay_literal(value: str) -> None:
    assert rendered(p("{{ name }}"), {"name": value}) == [value]


def test_what_xml_forbids_is_dropped_and_breaks_are_kept() -> None:
    assert rendered(p("{{ name }}"), {"name": "一\x0c二\x00\ud800\ufffe三\r\n四\r五\x07"}) == [
        "一二三\n四\n五"
    ]


_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ONE, _MANY = template(p("a{{ v }}b")), template(LOOP)


def normal(text: str) -> str:
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters()))
def test_any_text_comes_back(value: str) -> None:
    data = _ONE.render({"v": value})
    assert lines(data) == [f"a{normal(value)}b"]
    assert not structure_problems(read_parts(data))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fixed_dictionaries({"name": st.text(), "age": st.text()}), max_size=5))
def test_any_rows_come_back(rows: list[dict[str, str]]) -> None:
    found = lines(_MANY.render({"family": rows}))[2:]
    wanted = [
        [normal(each["name"]), f"{number}、{normal(each['age'])}"] for number, each in enumerate(rows, 1)
    ]
    assert found == [text for pair in wanted for text in pair]


# --- names -----------------------------------------------------------------------


def findings_of(body: str, view: Any = None) -> list[str]:
    with pytest.raises(HasFindings) as caught:
        template(body).render(view or VIEW)
    assert caught.value.exit_code == 1
    return [str(finding) for finding in caught.value.findings]


def test_unknown_names_are_named() -> None:
    assert "「nmae」" in findings_of(p("{{ nmae }}"))[0]
    assert "family.nmae" in findings_of(p("{% for m in family %}{{ m.nmae }}{% endfor %}"))[0]
    assert "TP-13" in findings_of(p("{{ family }}"))[0]
    assert "TP-13" in findings_of(p("{% for m in name %}{{ m.a }}{% endfor %}"))[0]


def test_dotted_and_chinese_names() -> None:
    assert rendered(p("{{ local.purchaser }}{{ 姓名 }}"), {"local.purchaser": "甲", "姓名": "乙"}) == ["甲乙"]


def test_uses_tell_fields_and_columns() -> None:
    uses = {
        (use.table, use.path, use.role)
        for use in template(p("{% if note %}{{ name }}{% endif %}") + LOOP).uses
    }
    assert {
        ("", "note", "test"),
        ("", "name", "print"),
        ("", "family", "loop"),
        ("family", "age", "print"),
    } <= uses


# --- hostile templates -----------------------------------------------------------

HOSTILE = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name._x }}",
    "{{ _name }}",
    "{{ self.__init__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ lipsum() }}",
    "{{ name['__class__'] }}",
    "{{ name|attr('__class__') }}",
    "{{ ['id']|map('system')|list }}",
    "{{ name|center(300000000) }}",
    "{{ name|indent(300000000) }}",
    '{{ "%300000000d"|format(1) }}',
    "{{ 'a'*300000000 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ 9**9**9 }}",
    "{{ 7*7 }}",
    "{{ -name }}",
    "{{ range(100000000)|join }}",
    "{% for i in range(100000000) %}a{% endfor %}",
    "{% for i in 'aaa' %}a{% endfor %}",
    "{% for i in [1,2,3] %}a{% endfor %}",
    "{% for i in family if i.name %}a{% endfor %}",
    "{% for i in family recursive %}{{ loop(family) }}{% endfor %}",
    "{% for a, b in family %}a{% endfor %}",
    "{% for _a in family %}a{% endfor %}",
    "{% for a in family %}{% for b in family %}{% for c in family %}a{% endfor %}{% endfor %}{% endfor %}",
    "{% set a = 1 %}",
    "{% set a %}b{% endset %}",
    "{% macro a() %}b{% endmacro %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import system %}",
    "{% extends 'a' %}",
    "{% block a %}b{% endblock %}",
    "{% call a() %}b{% endcall %}",
    "{% filter center(300000000) %}b{% endfilter %}",
    "{% with a = 1 %}b{% endwith %}",
    "{% raw %}{{ name }}{% endraw %}",
    "{% autoescape false %}{{ name }}{% endautoescape %}",
    "{{ name is defined }}",
    "{{ {'a': 1} }}",
    "{{ name[::-1] }}",
    "{{ namespace(a=1) }}",
    "{{ 1.5 }}",
    "{{ name < 'b' }}",
    "{{r name }}",
    "{%tc for a in family %}",
    "{{ " + "(" * 200 + "name" + ")" * 200 + " }}",
    "{{ " + "not " * 150 + "name }}",
    "{{ " + "a" * 3000 + " }}",
    "{% if name %}" * 40 + "{% endif %}" * 40,
    "{{ loop.index }}",
    "{% for m in family %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for m in family %}{{ loop.__class__ }}{% endfor %}",
    "{% for m in family %}{{ m }}{% endfor %}",
    "{% for m in family %}{{ m.items() }}{% endfor %}",
]


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_templates_are_refused_by_name(source: str) -> None:
    with pytest.raises(HasFindings) as caught:
        template(p(source))
    codes = {finding.code for finding in caught.value.findings}
    assert codes & {"TP-12", "TP-13", "TP-14", "TP-15", "TP-16", "TP-21"}
    assert all("第1段" in finding.where for finding in caught.value.findings)
    assert "试.docx" in caught.value.message


def test_globals_of_jinja_are_only_unknown_names() -> None:
    for name in ("lipsum", "range", "cycler", "self", "namespace"):
        assert "TP-01" in findings_of(p("{{ " + name + " }}"))[0]


def test_long_loops_are_stopped_by_name_when_their_turns_are_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    turn = program.Run.turn
    monkeypatch.setattr(program, "MAX_TURNS", 1000)
    monkeypatch.setattr(program.Run, "turn", lambda run, where: (turns.append(where), turn(run, where)))

    with pytest.raises(Refused, match="for i in a"):
        template(p("{% for o in a %}{% for i in a %}{% endfor %}{% endfor %}")).render(
            {"a": [{"x": ""}] * 20_000}
        )

    assert len(turns) == 1001


def test_large_output_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MAX_CHARACTERS", 100_000)
    rows = {"a": [{"x": "字" * 1000}] * 2000}
    with pytest.raises(Refused, match=r"太大.*for m in a"):
        template(p("{% for m in a %}{{ m.x }}{% endfor %}")).render(rows)
    with pytest.raises(Refused, match="太长"):
        template(p("{{ v }}")).render({"v": "字" * 3_000_000})


def test_values_cannot_reach_attributes_or_codes() -> None:
    for body in (
        '<w:p><w:r><w:rPr><w:color w:val="{{ name }}"/></w:rPr><w:t>a</w:t></w:r></w:p>',
        "<w:p><w:r><w:instrText>HYPERLINK {{ name }}</w:instrText></w:r></w:p>",
        '<w:p><w:fldSimple w:instr="{{ name }}"><w:r><w:t>a</w:t></w:r></w:fldSimple></w:p>',
        table(row(cell("{% colspan name %}a"))),
        table(row(cell("{% cellbg name %}a"))),
    ):
        with pytest.raises(HasFindings) as caught:
            template(body)
        assert {finding.code for finding in caught.value.findings} & {"TP-14", "TP-17"}


@pytest.mark.parametrize("braces", ["{{ ", "-%}", "{%tr ", "{{ a }}", "{# {{ #}"])
def test_pathological_braces_are_refused_with_work_that_grows_as_they_do(braces: str) -> None:
    def calls(count: int) -> int:
        with work_counted() as work, suppress(RecordkitError):
            template(p(braces * count))
        return work.calls

    calls(10)  # imports
    assert calls(4_000) < 3 * calls(2_000)
    with pytest.raises(RecordkitError):
        template(p(braces * 21_000))


# --- ids, anchors, heights, properties -------------------------------------------


def mark(path: str, content: str, number: int = 7) -> str:
    name = bookmark_name(path)
    control = f'<w:sdt><w:sdtPr><w:tag w:val="{path}"/><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>'
    return (
        f'<w:p><w:bookmarkStart w:id="{number}" w:name="{name}"/>{control}{run(content)}'
        "</w:sdtContent></w:sdt>"
        f'<w:bookmarkEnd w:id="{number}"/></w:p>'
    )


def test_bookmark_names_fit_word() -> None:
    assert bookmark_name("guardian.name") == "_rk_guardian__name"
    long = [bookmark_name("a" * 60 + tail) for tail in ("b", "c")]
    assert len(set(long)) == 2
    assert all(len(name) <= 34 for name in long)


def test_ids_are_numbered_over_parts_and_rows() -> None:
    body = mark("name", "{{ name }}") + table(
        row("{%tr for m in family %}"),
        row(mark("family.name", "{{ m.name }}")),
        row("{%tr endfor %}"),
    )
    data = template(body, header=mark("code", "{{ name }}")).render(VIEW)
    found = read_parts(data)
    assert not structure_problems(found)
    names = re.findall(r'w:name="([^"]+)"', found["word/document.xml"].decode())
    assert names == ["_rk_name", "_rk_family__name", "_rk_family__name_2"]


def test_a_repeated_name_never_meets_another_field() -> None:
    body = mark("a_2", "x", 1) + p("{% for m in family %}") + mark("a", "{{ m.name }}", 2) + p("{% endfor %}")
    names = re.findall(
        r'w:name="([^"]+)"', read_parts(template(body).render(VIEW))["word/document.xml"].decode()
    )
    assert names == ["_rk_a_2", "_rk_a", "_rk_a_3"]


def test_heights_raise_rows_and_never_lower_them() -> None:
    high = '<w:trHeight w:val="900" w:hRule="exact"/>'
    body = table(row(mark("a", "{{ a }}", 1)), row(mark("b", "{{ b }}", 2), properties=high), row("c"))
    made = template(body)
    view = {"a": "", "b": ""}

    def heights(**wanted: int) -> list[str]:
        xml = read_parts(made.render(view, {}, wanted))["word/document.xml"].decode()
        return re.findall(r"<w:trHeight[^>]*>", xml)

    assert heights() == [high]
    assert heights(a=600, b=600) == ['<w:trHeight w:val="600" w:hRule="atLeast"/>', high]
    assert heights(b=1200) == ['<w:trHeight w:val="1200" w:hRule="atLeast"/>']


def test_properties_are_written_and_read() -> None:
    wanted = {"form": "casework/intake", "form_version": "1", "number": "LX01 & <2>", "title": "登记表"}
    data = template(p("a")).render({}, wanted)
    assert read_properties(read_parts(data)) == wanted
    assert not structure_problems(read_parts(data))
    again = Template(data, "再").render({}, {"number": "新"})
    assert read_properties(read_parts(again)) == {**wanted, "number": "新"}


def test_same_input_same_bytes() -> None:
    data = docx(LOOP + mark("name", "{{ name }}"), header=p("{{ name }}"))
    made = Template(data, "试")
    assert (
        made.render(VIEW, {"form": "a"})
        == made.render(VIEW, {"form": "a"})
        == Template(data, "试").render(VIEW, {"form": "a"})
    )


def test_accidents_of_editing_do_not_reach_the_output() -> None:
    body = (
        '<w:p w:rsidR="00A1" w14:paraId="1234"><w:r w:rsidRPr="00B2"><w:rPr><w:sz w:val="21"/><w:b/></w:rPr>'
        '<w:t>a</w:t></w:r><w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/></w:p>'
    )
    xml = read_parts(template(body).render({}))["word/document.xml"].decode()
    assert "rsid" not in xml
    assert "paraId" not in xml
    assert "_GoBack" not in xml
    assert xml.index("<w:b/>") < xml.index("<w:sz")


def test_what_word_could_not_open_is_never_written() -> None:
    body = table(row(cell(p("{%p if name %}") + p("a") + p("{%p endif %}"))))
    made = template(body)
    assert made.render({"name": "x"})
    with pytest.raises(HasFindings, match="不是以段落结尾"):
        made.render({"name": ""})


def test_a_grid_that_is_odd_in_the_template_is_forgiven() -> None:
    assert rendered(table(row("a", "b"), row("{{ name }}"), columns=2), VIEW)


def test_unchanged_parts_keep_their_bytes() -> None:
    extra = {"customXml/item1.xml": b"<a>1</a>"}
    data = Template(docx(p("{{ name }}"), extra), "试").render(VIEW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("customXml/item1.xml") == b"<a>1</a>"


def test_parts_changed_after_printing_are_checked_too() -> None:
    made = template(p("{{ name }}"))
    parts = made.printed(VIEW).parts
    document = parts["word/document.xml"]
    assert made.assemble(Printed(parts)) == made.render(VIEW)

    broken = document.replace(b"</w:p>", b"<w:bookmarkEnd w:id='4'/></w:p>", 1)
    with pytest.raises(HasFindings, match="书签"):
        made.assemble(Printed({**parts, "word/document.xml": broken}))
    linked = document.replace(b"<w:r>", b'<w:hyperlink r:id="rId77"/><w:r>', 1)
    with pytest.raises(HasFindings, match="没有定义"):
        made.assemble(Printed({**parts, "word/document.xml": linked}))


# --- ticks ---------------------------------------------------------------------------


BOLD = "<w:rPr><w:b/></w:rPr>"


def runs(body: str, view: Any) -> Iterator[tuple[str, str]]:
    """What stands in each run, and how it looks."""
    from lxml import etree

    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = etree.fromstring(read_parts(template(body).render(view))["word/document.xml"])
    for each_run in root.iter(w + "r"):
        if text := "".join(each_run.itertext()):
            properties = each_run.find(w + "rPr")
            yield (
                text,
                "" if properties is None else " ".join(child.tag.removeprefix(w) for child in properties),
            )


def test_ticks_stand_apart_in_the_look_of_their_run() -> None:
    styled = '<w:rPr><w:rStyle w:val="X"/></w:rPr>'
    body = f"<w:p><w:r>{BOLD}<w:t>{{{{ a }}}}</w:t></w:r><w:r>{styled}<w:t>是☑否</w:t></w:r>{run('{{ a }}')}</w:p>"

    assert list(runs(body, {"a": "☑甲　□乙"})) == [
        ("☑", "rStyle b"), ("甲　□乙", "b"),
        ("是", "rStyle"), ("☑", "rStyle"), ("否", "rStyle"),
        ("☑", "rStyle"), ("甲　□乙", ""),
    ]  # fmt: skip


def test_a_tick_stays_where_the_look_depends_on_a_branch() -> None:
    body = f"<w:p>{run('{% if a %}x')}<w:r>{BOLD}<w:t>y{{% endif %}}{{{{ b }}}}</w:t></w:r></w:p>"

    assert list(runs(body, {"a": "", "b": "☑甲"})) == [("☑甲", "")]
    assert list(runs(body, {"a": "1", "b": "☑甲"})) == [("x", ""), ("y☑甲", "b")]


def test_a_tick_in_an_attribute_is_no_run() -> None:
    control = '<w:sdt><w:sdtPr><w:alias w:val="☑甲"/><w:id w:val="1"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'

    assert list(runs(f"<w:p>{control.format(run('{{ a }}'))}</w:p>", {"a": "乙"})) == [("乙", "")]


def test_more_ticks_than_any_form_has_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MAX_TICKS", 3)

    assert [text for text, _ in runs(p("{{ a }}"), {"a": "☑" * 8})] == ["☑", "☑", "☑", "☑☑☑☑☑"]
    assert rendered(p("{{ a }}"), {"a": "☑" * 8}) == ["☑" * 8]
