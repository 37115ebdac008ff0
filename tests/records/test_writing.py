"""What is written reads back: by us as the same record, by others as the same text."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import MODELS, NASTY, any_record, records_of

from recordkit.errors import Conflict
from recordkit.records.casework import ClientRecord, Intake, ServicePlan, SessionRecord
from recordkit.records.kinds import Long, Nested, Seal, Sign, Unstated
from recordkit.records.model import Block, Record
from recordkit.records.parts import Signature
from recordkit.records.reading import load, parse
from recordkit.records.writing import dump, save, template

HERE = Path("r.yaml")
SAMPLES = sorted((Path(__file__).parents[2] / "samples").rglob("*.yaml"))
every_form = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.form_id)
thorough = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
# The core schema of YAML 1.2, which knows less than YAML 1.1 but other numbers.
CORE = re.compile(
    r"null|Null|NULL|~|[tT]rue|TRUE|[fF]alse|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|"
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if not line.startswith(("form", "version"))]


def same_texts(block: Block, found: Any) -> None:
    """Texts and lists of texts are what they were; dates and numbers may be typed."""
    for name, spec, value in block.filled():
        other = found[True if name == "on" else name]  # `on` is a truth value in YAML 1.1
        if isinstance(spec.kind, Nested):
            parts = zip(value, other, strict=True) if isinstance(value, list) else [(value, other)]
            for part, inner in parts:
                same_texts(part, inner)
        elif isinstance(value, str):
            assert other == value + "\n" * (isinstance(spec.kind, Long) and not isinstance(value, Unstated))
        elif isinstance(value, list):
            assert other == value


@every_form
@thorough
@given(data=st.data())
def test_a_record_reads_back_identical_and_without_findings(model, data):
    record = data.draw(records_of(model))
    text = dump(record)
    back = parse(text.encode(), HERE)

    assert back.findings == [], text
    assert back.record == record


@every_form
@settings(thorough, max_examples=2)
@given(data=st.data())
def test_a_record_with_every_field_filled_reads_back_too(model, data):
    record = data.draw(records_of(model, full=True))
    back = parse(dump(record).encode(), HERE)

    assert back.findings == []
    assert back.record == record


@thorough
@given(record=any_record())
def test_writing_again_what_was_read_gives_the_same_bytes(record):
    text = dump(record)

    assert dump(parse(text.encode(), HERE).record) == text


@thorough
@given(record=any_record())
def test_yaml_1_1_takes_every_text_for_the_same_text(record):
    same_texts(record, yaml.safe_load(dump(record)))


@pytest.mark.parametrize(
    "nasty", [*NASTY, "", " 前有空格", "后有空格 ", "　", "多\n行", "\n", "尾\n\n", "\x85", "\u2028"]
)
def test_no_reader_retypes_or_loses_a_text(nasty):
    text = dump(Intake(local={"甲": nasty, "乙": [nasty], "丙": {nasty: nasty}}))

    assert yaml.safe_load(text)["local"] == {"甲": nasty, "乙": [nasty], "丙": {nasty: nasty}}
    plain = [e.value for e in yaml.parse(text) if isinstance(e, yaml.ScalarEvent) and e.style is None]
    assert not [value for value in plain if CORE.fullmatch(value) and value != "1"]


def test_numbers_and_dates_stand_plain_and_what_only_looks_so_is_quoted():
    record = ClientRecord(birth_date="1948-09-17", household_income="2480", phone="13800001726", name="007")

    assert lines_of(dump(record)) == [
        'name: "007"',
        "birth_date: 1948-09-17",
        'phone: "13800001726"',
        "household_income: 2480",
        "",
    ]


def test_long_text_stands_under_a_bar_even_when_it_is_short():
    assert "presenting_problem: |\n  睡不着\n" in dump(Intake(presenting_problem="睡不着"))


def test_a_first_line_with_blanks_says_how_far_the_text_is_indented():
    text = dump(Intake(presenting_problem="    引文\n正文"))

    assert "presenting_problem: |2\n      引文\n  正文\n" in text


def test_the_indentation_of_chinese_paragraphs_is_kept_in_the_first_one_too():
    record = Intake(presenting_problem="　　第一段\n　　第二段")

    assert parse(dump(record).encode(), HERE).record.presenting_problem == "　　第一段\n　　第二段"


def test_a_signature_stands_on_one_line_and_a_table_in_rows():
    record = ServicePlan(
        sign_worker={"state": "已签", "on": "2026-03-18", "by": "S01", "proof": "2号柜第3盒"},
        goals=[{"goal_no": "G1", "due": "2026-06-15"}, {"goal_no": "G2"}],
    )

    text = dump(record)

    assert "sign_worker: {state: 已签, on: 2026-03-18, by: S01, proof: {paper: 2号柜第3盒}}\n" in text
    assert "goals:\n  - goal_no: G1\n    due: 2026-06-15\n  - goal_no: G2\n" in text


def test_the_envelope_comes_first_the_order_is_kept_and_the_snapshot_is_last():
    record = Intake(
        version=2,
        revision="更正日期",
        urgency="一般",
        source="网络",
        filled_by="S01",
        local={"街道": "泉景"},
        waivers=[{"rule": "CA-07", "reason": "系统故障"}],
        printed={"on": "2026-03-05", "texts": {"station_name": "站"}},
    )
    keys = re.findall(r"^(\w+):", dump(record, ["urgency", "source", "client_brief", "没有的"]), re.MULTILINE)

    assert keys == [
        "form",
        "form_version",
        "version",
        "revision",
        "urgency",
        "source",
        "filled_by",
        "local",
        "waivers",
        "printed",
    ]


def test_an_unstated_fact_is_written_as_the_word_whatever_the_field():
    record = Intake(
        filled_on="不详", late_entry="不适用", problem_types="拒绝提供", presenting_problem="不详"
    )

    text = dump(record)

    assert lines_of(text)[:4] == [
        "filled_on: 不详",
        "late_entry: 不适用",
        "presenting_problem: 不详",
        "problem_types: 拒绝提供",
    ]
    assert parse(text.encode(), HERE).record.late_entry is Unstated.NOT_APPLICABLE


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_survive_a_save(path):
    record = load(path).record
    back = parse(dump(record).encode(), path)

    assert back.findings == []
    assert back.record == record


# --- templates


def unsigned(model: type[Record]) -> dict[str, Any]:
    return {n: Signature(state="未签") for n, s in model.specs().items() if isinstance(s.kind, Sign | Seal)}


@every_form
def test_an_empty_template_reads_back_as_an_empty_unsigned_record(model):
    back = parse(template(model, []).encode(), HERE)

    assert back.findings == []
    assert back.record == model(**unsigned(model))


@every_form
@settings(thorough, max_examples=4)
@given(data=st.data())
def test_a_template_keeps_whatever_is_given(model, data):
    record = data.draw(records_of(model))
    given = {name: value for name, _, value in record.filled()}
    back = parse(template(model, [("", list(given)[:3])], given).encode(), HERE)

    assert back.findings == []
    assert back.record == model(**{**unsigned(model), **given})


def test_a_template_tells_label_need_kind_options_and_hint_above_the_key():
    text = template(
        Intake, [("来源", ["intake_date", "source", "referrer", "presenting_problem", "client_brief"])]
    )

    assert (
        "# ── 来源 ──\n\n# 接案日期　必填　日期，如 2026-03-05\n#   首次接触并登记求助的日子\nintake_date:\n"
        in text
    )
    assert "# 转介单位与联系人　条件必填（个案来源以“转介”结尾）　文字\n" in text
    assert re.search(r"#   可选：主动求助；.*；其他\n", text, re.DOTALL)
    assert "presenting_problem: |\n  \n" in text
    assert "client_brief" not in text
    assert text.index("intake_date") < text.index("# ── 其他 ──") < text.index("filled_on")


def test_a_template_shows_one_empty_row_and_the_given_ones_with_all_columns():
    empty = template(SessionRecord, [("进展", ["goal_progress"])])
    given = template(SessionRecord, [("进展", ["goal_progress"])], {"goal_progress": [{"goal_no": "G1"}]})

    assert "goal_progress:\n  - goal_no:\n    status:\n    score:\n    evidence:\n" in empty
    assert "goal_progress:\n  - goal_no: G1\n    status:\n    score:\n    evidence:\n" in given


def test_a_template_leaves_numbers_to_the_program_unless_they_are_given():
    assert "form_no" not in template(Intake, [])
    assert "form_no: LX01-GA-2026-0007-02\n" in template(Intake, [], {"form_no": "LX01-GA-2026-0007-02"})


def test_a_conditions_words_are_those_of_the_form():
    assert "条件必填（补录标记为“是”）" in template(Intake, [])


# --- saving


def test_a_new_record_never_overwrites_a_file(tmp_path):
    path = tmp_path / "intake.yaml"
    save(path, Intake(source="网络"))

    with pytest.raises(Conflict):
        save(path, Intake(source="其他"))

    assert load(path).record.source == "网络"


def test_of_two_who_read_the_same_record_the_second_to_save_is_refused(tmp_path):
    path = tmp_path / "intake.yaml"
    save(path, Intake(filled_on=date(2026, 3, 5)))
    mine, theirs = load(path), load(path)
    digest = save(path, Intake(filled_on=date(2026, 3, 6)), known=theirs.digest)

    with pytest.raises(Conflict, match="别人改过"):
        save(path, Intake(filled_on=date(2026, 3, 7)), known=mine.digest)

    assert load(path).digest == digest
    assert load(path).record.filled_on == date(2026, 3, 6)
    assert list(tmp_path.iterdir()) == [path]
