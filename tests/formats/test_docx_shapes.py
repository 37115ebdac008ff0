"""Structure is proven once for each shape of a document; no document gets past it that would not pass alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docx_kit import cell, docx, p, row, run, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import any_record

from recordkit import forms
from recordkit.errors import HasFindings
from recordkit.formats import docx as word
from recordkit.formats.docx import engine, grammar, program
from recordkit.formats.docx.engine import Template, bookmark_name
from recordkit.formats.docx.nesting import Place, meeting
from recordkit.formats.docx.structure import structure_problems
from recordkit.formats.package import read_parts
from recordkit.forms import blocks

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DOCUMENT = "word/document.xml"


def merged(text: str, merge: str) -> str:
    return cell(text, f'<w:vMerge w:val="{merge}"/>')


def marked(path: str, content: str) -> str:
    return (
        f'<w:p><w:bookmarkStart w:id="1" w:name="{bookmark_name(path)}"/>{run(content)}'
        '<w:bookmarkEnd w:id="1"/></w:p>'
    )


def each(*inside: str, columns: int = 1) -> str:
    """A table whose rows are printed for each `m` of `rows`."""
    return table(row("{%tr for m in rows %}"), *inside, row("{%tr endfor %}"), columns=columns)


def when(name: str, *inside: str) -> tuple[str, ...]:
    return (row(f"{{%tr if m.kind == '{name}' %}}"), *inside, row("{%tr endif %}"))


def beside(text: str, merge: str = "continue") -> str:
    """A row whose first cell goes on from the one above; a tag's row has to fit its table too."""
    return row(merged(text, merge) if merge else text, "")


# Each kind of row fits the tags around it, so the template is sound and nothing is forgiven.
MERGED = table(
    beside("{%tr for m in rows %}", "restart"),
    beside("{%tr if m.kind == '甲' %}"), beside("{{ m.x }}", "restart"), beside("{%tr endif %}"),
    beside("{%tr if m.kind == '乙' %}"), beside("{{ m.x }}"), beside("{%tr endif %}"),
    beside("{%tr if m.kind == '丙' %}"), beside("{{ m.x }}", ""), beside("{%tr endif %}", "restart"),
    beside("{%tr endfor %}"),
    columns=2,
)  # fmt: skip
BOLD = "<w:rPr><w:b/></w:rPr>"
# Some break by a branch, a number of rows or their order; some never do.
NASTY = {
    "text": p("{{ a }}{% if b %}、{{ b }}{% else %}无{% endif %}"),
    "plain rows": each(row(marked("rows.x", "{{ m.x }}"))),
    "a row for each kind": each(*when("甲", row("{{ m.x }}")), *when("乙", row("{{ m.x }}", "b"))),
    "a row that breaks": each(
        *when("甲", row("{{ m.x }}")),
        *when("乙", row(cell(p("{%p if m.x == '乙乙' %}") + p("{{ m.x }}") + p("{%p endif %}")))),
    ),
    "an empty cell": each(row(cell(p("{%p if m.kind %}") + p("{{ m.x }}") + p("{%p endif %}")))),
    "a cell of its last paragraph": table(
        row(cell(p("{%p for m in rows %}") + p("{{ m.x }}") + table(row("c")) + p("{%p endfor %}")))
    ),
    "merged rows in any order": MERGED,
    "rows that go on from the one above": table(
        beside("头", "restart"), beside("{%tr for m in rows %}"), beside("{{ m.x }}"), beside("", ""),
        beside("{%tr endfor %}", "restart"), columns=2,
    ),
    "vm": each(row(cell("{% vm %}{{ m.x }}", '<w:tcW w:w="9" w:type="dxa"/>'), "{{ loop.index }}"), columns=2),
    "nested ifs": each(
        *when("甲", row("{% if m.x %}{{ m.x }}{% endif %}"), *when("甲", row("{{ m.x }}"))),
        *when("乙", row("{{ m.x }}", "zuviel")),
    ),
    "nested loops": each(row("{%tr for n in rows %}"), row("{{ m.x }}{{ n.x }}"), row("{%tr endfor %}")),
    "an if over two runs": f"<w:p>{run('{% if a %}')}<w:r>{BOLD}<w:t>粗</w:t></w:r>{run('{% endif %}{{ b }}')}</w:p>",
    "an if over two looks": f"<w:p>{run('{% if a %}x')}<w:r>{BOLD}<w:t>y{{% endif %}}{{{{ b }}}}</w:t></w:r></w:p>",
    "a loop over two paragraphs": p("{% for m in rows %}{{ m.x }}") + p("{% endfor %}{{ a }}"),
    "a bookmark begun in a branch": (
        f'<w:p>{run("{% if a %}")}<w:bookmarkStart w:id="1" w:name="x"/>{run("{% endif %}{{ b }}")}'
        '<w:bookmarkEnd w:id="1"/></w:p>'
    ),
    "a bookmark ended in a loop": (
        f'<w:p><w:bookmarkStart w:id="1" w:name="x"/>{run("{% for m in rows %}")}'
        f'<w:bookmarkEnd w:id="1"/>{run("{{ m.x }}{% endfor %}")}</w:p>'
    ),
    "a name twice": marked("a", "{{ a }}") + marked("a", "{{ b }}") + p("{% if a %}") + marked("a", "c") + p("{% endif %}"),
    "no rows left": each(row("{{ m.x }}")) + p("{{ a }}"),
    "a table if it is wanted": p("{%p if a %}") + table(row("{{ a }}")) + p("{%p endif %}") + p("{{ b }}"),
    "a tick of the template": f"<w:p><w:r>{BOLD}<w:t>☑ {{{{ a }}}} ☑</w:t></w:r></w:p>",
}  # fmt: skip

_values = st.text(st.sampled_from("甲a ☑□\n\r\t<&>\"'\x0c\ud800{}%")) | st.sampled_from(
    ["", "甲", "☑", "☑甲　□乙\n☑丙"]
)
_rows = st.lists(
    st.fixed_dictionaries({"kind": st.sampled_from(["甲", "乙", "丙", ""]), "x": _values}), max_size=7
)
_views = st.fixed_dictionaries({"a": _values, "b": _values, "rows": _rows})
_READY = cache(lambda name: Template(docx(NASTY[name]), "试"))


def passes(work: Any, *arguments: Any) -> bool:
    try:
        work(*arguments)
    except HasFindings:
        return False
    return True


@pytest.mark.parametrize("name", NASTY)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(view=_views)
def test_a_known_shape_lets_nothing_through_that_the_whole_check_would_stop(name: str, view: Any) -> None:
    made: Template = _READY(name)
    printed = made.printed(view)

    assert passes(made.assemble, printed) == passes(made.verify, printed.parts)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(record=any_record())
def test_every_record_of_every_form_passes_the_whole_check(record: Any) -> None:
    form = forms.load(record.form_id)
    data = word.write(forms.filled(form, record), word.ready(form))

    assert structure_problems(read_parts(data)) == []


# --- what is proven, and what is looked at each time -----------------------------


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose documents were parsed and checked."""
    names: list[str] = []
    verify = engine.Template.verify

    def spy(template: Template, parts: Any) -> None:
        names.append(template.name)
        verify(template, parts)

    monkeypatch.setattr(engine.Template, "verify", spy)
    return names


def rows(*kinds: str) -> dict[str, Any]:
    return {"a": "1", "b": "2", "rows": [{"kind": kind, "x": kind * 3} for kind in kinds]}


def test_documents_of_one_shape_are_checked_once(checked: list[str]) -> None:
    made = Template(docx(NASTY["plain rows"] + NASTY["text"]), "试")
    for number in (1, 2, 3, 30):
        made.render(rows(*["甲"] * number) | {"b": ""})
        made.render(rows(*["乙"] * number) | {"a": "☑甲\n\t"})

    assert len(checked) == 2  # one row, and more than one


def test_the_branch_that_breaks_is_caught_after_any_number_of_good_documents() -> None:
    made = Template(docx(NASTY["a row that breaks"]), "试")
    for number in range(1, 40):
        made.render(rows(*["甲"] * number))

    for bad in (["乙"], ["甲", "乙"], ["甲"] * 39 + ["乙", "甲"]):
        for _ in range(2):  # what was refused is not remembered as good
            with pytest.raises(HasFindings, match="不是以段落结尾"):
                made.render(rows(*bad))


def test_the_order_of_rows_belongs_to_the_shape() -> None:
    made = Template(docx(MERGED), "试")
    for good in ("甲乙乙", "甲乙甲乙", "丙甲乙丙", "甲甲乙丙丙"):
        assert made.render(rows(*good))

    for bad in ("乙", "甲丙乙", "丙甲乙丙乙", "甲乙丙丙乙"):
        with pytest.raises(HasFindings, match="纵向合并"):
            made.render(rows(*bad))


@pytest.mark.parametrize(
    "name", ["vm", "nested ifs", "nested loops", "an if over two runs", "a loop over two paragraphs"]
)
def test_what_people_write_is_proven(name: str) -> None:
    assert _READY(name).printed(rows("甲")).shape is not None


CELLS, WORDS = ("w:tbl", "w:tr", "w:tc", "w:p", "w:r", "w:t"), ("w:p", "w:r", "w:t")


@pytest.mark.parametrize(
    ("names", "turn", "sound"),
    [
        (WORDS, "、", True),
        (WORDS, "</w:t></w:r><w:r><w:t>", True),
        (
            WORDS,
            '</w:t></w:r></w:p><w:p a="1"><w:pPr><w:jc/></w:pPr><w:r><w:t>',
            False,
        ),  # in what, is not known
        (("w:body", *WORDS), "</w:t></w:r></w:p><w:p><w:r><w:t>", True),
        (WORDS, "</w:t></w:r><w:r><w:t>x</w:t>", False),
        (WORDS, "</w:t></w:p></w:r><w:r><w:p><w:t>", False),
        (WORDS, "<w:t", False),
        (CELLS[:1], "<w:tr><w:tc><w:p/></w:tc></w:tr>", True),
        (CELLS, "</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>", True),
        (CELLS, "</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>", False),  # a cell more at each turn
        (("w:tbl", "w:tr", "w:sdt", "w:sdtContent"), "<w:tc><w:p/></w:tc>", False),
        (("w:tc", "w:sdt", "w:sdtContent"), "<w:p/>", True),
    ],
)
def test_a_loop_is_proven_when_its_turns_leave_the_same_open(
    names: tuple[str, ...], turn: str, sound: bool
) -> None:
    before = Place(names, ("",) * names.count("w:r"), low=len(names))
    start = before.turning()

    assert before.after_loop(start.after(turn), start).sound is sound


def test_branches_are_even_when_they_leave_the_same_open() -> None:
    before = Place(WORDS, ("",))

    assert meeting([before, before.after(f"</w:t></w:r><w:r>{BOLD}<w:t>")]) == before._replace(
        looks=(None,), low=0
    )
    assert not meeting([before, before.after("</w:t></w:r>")]).sound
    assert before.after(f'x</w:t></w:r><w:r w:a="1">{BOLD}<w:t>').looks == (BOLD,)
    inside = before.after('</w:t></w:r><w:vMerge w:val="')
    assert (inside.tag, inside.in_text) == ("<w:vMerge ", False)
    assert inside.after("restart").after('"/>').names == ("w:p",)


@pytest.mark.parametrize(
    "look",
    [
        '<w:rPr xmlns:x="urn:x"><w:b/></w:rPr>',
        "<w:rPr><w:b/><x:glow/></w:rPr>",
        '<w:rPr><w:b/><w:id w:val="4"/></w:rPr>',
        '<w:rPr><w:bookmarkStart w:id="1" w:name="x"/><w:bookmarkEnd w:id="1"/></w:rPr>',
        '<w:rPr><w:b/><w:rPrChange w:id="1" w:author="x"><w:rPr/></w:rPrChange></w:rPr>',
    ],
)
def test_a_tick_does_not_repeat_a_look_that_may_stand_only_once(look: str) -> None:
    made = Template(docx(f'<w:p><w:r xmlns:x="urn:x">{look}<w:t>{{{{ a }}}}</w:t></w:r></w:p>'), "试")
    made.render({"a": "甲"})
    printed = made.printed({"a": "☑甲"})

    made.verify(printed.parts)
    assert made.assemble(printed)


def test_a_template_of_uneven_branches_is_checked_each_time(
    checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grammar, "meeting", lambda ends: ends[-1]._replace(sound=False))
    made = Template(docx(NASTY["text"]), "试")
    for _ in range(3):
        made.render(rows())

    assert len(checked) == 3


def test_rows_that_change_too_often_are_looked_at_each_time(checked: list[str]) -> None:
    made = Template(docx(each(*when("甲", row("a")), *when("乙", row("b")))), "试")
    for _ in range(3):
        made.render(rows(*"甲乙" * program.MAX_CHANGES))

    assert len(checked) == 3


def test_only_so_many_shapes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_SHAPES", 4)
    made = Template(docx(each(*when("甲", row("a")), *when("乙", row("b")))), "试")
    for number in range(20):
        made.render(rows(*f"{number:05b}".replace("0", "甲").replace("1", "乙")))

    assert len(made._sound) <= 4


def test_documents_with_pictures_are_always_checked(checked: list[str]) -> None:
    form = forms.load("casework/assessment")
    arranged = forms.blank(form)
    [frame, *_] = [block for block in arranged.blocks if isinstance(block, blocks.Picture)]
    shown = replace(arranged, images={frame.cell.path: PNG})
    for _ in range(3):
        word.write(shown, word.ready(form))

    assert len(checked) == 3


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "a73581e40000000049454e44ae426082"
)


def test_a_document_is_the_same_whatever_was_printed_before() -> None:
    for body in NASTY.values():
        views = [view for view in (rows(), rows("甲"), rows("甲", "丙")) if passes(_fresh(body).render, view)]
        alone = [_fresh(body).render(view, {"form": "a"}) for view in views]
        made = _fresh(body)

        assert [made.render(view, {"form": "a"}) for view in [*views, *reversed(views)]] == [
            *alone,
            *reversed(alone),
        ]


def _fresh(body: str) -> Template:
    return Template(docx(body, footer=p("{{ a }}")), "试")
