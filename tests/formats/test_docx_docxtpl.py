"""The text of a document is what docxtpl itself prints, of our templates and of other people's."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pytest
from docx_kit import LOOP, VIEW, cell, docx, lines, p, row, run, table
from docxtpl import DocxTemplate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment
from strategies import MODELS, records_of

from recordkit import forms
from recordkit.formats import docx as word
from recordkit.formats.docx.engine import Template
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts


def by_docxtpl(data: bytes, view: Any) -> list[str]:
    document = DocxTemplate(io.BytesIO(data))
    document.render(view, ImmutableSandboxedEnvironment(autoescape=True))
    stream = io.BytesIO()
    document.save(stream)
    return lines(stream.getvalue())


BODIES = [
    p("姓名：{{ name }}，{{name}}"),
    p("{% if name == '赵桂兰' %}是{% elif name %}有{% else %}无{% endif %}"),
    p(
        "{% if not name and note or family %}甲{% endif %}{{ note or '无' }}"
        "{{ '☑' if '桂' in name else '□' }}"
    ),
    p("{{ name|default('—') }}{{ empty|default('—', true) }}{{ family|length }}{{ name|trim }}{{ name|e }}"),
    p("{% for m in family %}{{ m.name }}{% if not loop.last %}、{% endif %}{% else %}无{% endfor %}"),
    p("{% for m in nobody %}{{ m.name }}{% else %}无{% endfor %}"),
    p(
        "{% for m in family %}{% for n in family %}{{ m.age }}-{{ n.age }} {% endfor %}"
        "{{ loop.first }}{% endfor %}"
    ),
    p("{%p if name %}") + p("甲{{ name }}") + p("{%p else %}") + p("乙") + p("{%p endif %}"),
    p("甲 {%- if name %} 乙 {%- endif -%} ") + p("丙"),
    p("{# 说明 #}{{ name }}{_{ name }_}"),
    p("{{ note }}"),
    LOOP,
    f"<w:p>{run('{{ na')}{run('me')}{run(' }}')}</w:p>",
    f"<w:p>{run('{')}<w:proofErr w:type='spellStart'/>{run('{ name }')}{run('}')}</w:p>",
    "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{{ name }}</w:t></w:r></w:p>",
    table(
        row("{%tr for m in family %}", ""),
        row(cell("{% vm %}家人", '<w:tcW w:w="9" w:type="dxa"/><w:vAlign w:val="center"/>'), "{{ m.name }}"),
        row("{%tr endfor %}", ""),
        columns=2,
    ),
    table(
        row("{%tr for m in family %}"),
        row("{% if m.age == '71' %}{{ m.name }}{% else %}另{% endif %}"),
        row("{%tr endfor %}"),
    ),
]


@pytest.mark.parametrize("body", BODIES)
def test_text_equals_docxtpl(body: str) -> None:
    assert lines(Template(docx(body), "试").render(VIEW)) == by_docxtpl(docx(body), VIEW)


_READY = cache(lambda body: Template(docx(body), "试"))
_values = st.text(st.sampled_from("甲a ☑□\n\t<&>\"'{}%—、")) | st.sampled_from(
    ["", "赵桂兰", "71", "{{ 7*7 }}"]
)
_people = st.lists(st.fixed_dictionaries({"name": _values, "age": _values}), min_size=1, max_size=4)
_views = st.fixed_dictionaries(
    {"name": _values, "note": _values, "empty": st.just(""), "family": _people, "nobody": st.just([])}
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=st.sampled_from(BODIES), view=_views)
def test_any_text_equals_docxtpl(body: str, view: dict[str, Any]) -> None:
    assert lines(_READY(body).render(view)) == by_docxtpl(docx(body), view)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.form_id)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_record_in_our_templates_equals_docxtpl(model: Any, data: st.DataObject) -> None:
    form = forms.load(model.form_id)
    view = forms.filled(form, data.draw(records_of(model))).view()
    ours = word.ready(form).render(view)

    theirs = by_docxtpl(word.template(form), view)
    assert lines(ours) == theirs


def test_a_real_file_of_python_docx() -> None:
    import docx as python_docx

    document = python_docx.Document()
    document.add_paragraph("{{ name }}")
    document.sections[0].header.paragraphs[0].text = "{{ empty }}眉"
    grid = document.add_table(3, 2)
    grid.cell(0, 0).text, grid.cell(1, 0).text = "{%tr for m in family %}", "{{ m.name }}"
    grid.cell(2, 0).text = "{%tr endfor %}"
    stream = io.BytesIO()
    document.save(stream)
    data = Template(stream.getvalue(), "试").render(VIEW, {"form": "casework/intake"})
    assert lines(data) == by_docxtpl(stream.getvalue(), VIEW)
    assert not structure_problems(read_parts(data))
