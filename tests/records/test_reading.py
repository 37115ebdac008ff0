"""Record files as people write them: read right, or refused with line and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import MODELS, NASTY, any_record

from recordkit.errors import NotFound, RecordkitError, Severity
from recordkit.records import reading
from recordkit.records.casework import Intake
from recordkit.records.kinds import Unstated
from recordkit.records.reading import Loaded, load, parse, require
from recordkit.records.writing import dump

thorough = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
HEAD = "form: casework/intake\n"


def read(text: str | bytes, form: str = "casework/intake") -> Loaded:
    if isinstance(text, str):
        text = f"form: {form}\n{text}".encode()
    return parse(text, Path("r.yaml"))


def codes(loaded: Loaded) -> list[str]:
    return [finding.code for finding in loaded.findings]


def told(loaded: Loaded) -> str:
    return "\n".join(map(str, loaded.findings))


def filled(loaded: Loaded) -> dict[str, Any]:
    return {name: value for name, _, value in loaded.record.filled()}


# --- all problems at once

TWELVE = """\
form_version: 1
version: 一
filled_on: 2026-02-30
intake_dat: 2026-03-05
intake_mode: 飞鸽
source: 其他：老同事
problem_types: [住房, 火星]
risk_flags: 无、走失
urgency: {很: 急}
assigned_worker: 孙晓梅
next_appointment: 明天
sign_worker: 孙晓梅
sign_supervisor: {state: 已签, on: "0", 备注: 补}
late_entry: yes
referrer: 泉景社区
"""


def test_a_record_with_twelve_errors_is_told_all_of_them_with_line_and_label():
    loaded = read(TWELVE)

    assert [f.where for f in loaded.errors] == [
        f"r.yaml:{line}" for line in (3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 14, 15)
    ]
    assert all(f.message for f in loaded.errors)
    for label in (
        "填表日期",
        "接案方式",
        "问题类型",
        "风险标记",
        "紧急程度",
        "负责社工",
        "下次约见",
        "社会工作者",
        "补录标记",
    ):
        assert any(f.message.startswith(label) for f in loaded.errors), label
    assert "督导/站长 日期：“0”不是日期" in told(loaded)


def test_what_is_right_among_twelve_errors_is_kept():
    assert filled(read(TWELVE)) == {
        "source": "其他",
        "source_other": "老同事",
        "referrer": "泉景社区",
        "sign_supervisor": read("sign_supervisor: 已签\n").record.sign_supervisor,
    }


def test_a_wrong_cell_is_named_by_table_row_and_column_and_the_others_stay():
    loaded = read(
        "goals:\n  - goal_no: G1\n    due: 2026-06-15\n  - goal_no: G2\n    due: 下月\n    method: 观察\n",
        "casework/service-plan",
    )

    [error] = loaded.errors
    assert error.where == "r.yaml:6"
    assert error.message.startswith("目标表 第2行 完成期限：“下月”不是日期")
    assert [(g.goal_no, g.method) for g in loaded.record.goals] == [("G1", None), ("G2", "观察")]


def test_a_row_that_is_no_row_costs_only_itself():
    loaded = read("goals:\n  - 每周下楼\n  - goal_no: G2\n", "casework/service-plan")

    [error] = loaded.errors
    assert (error.where, error.message[:10]) == ("r.yaml:3", "目标表 第1行：这里")
    assert [goal.goal_no for goal in loaded.record.goals] == ["G2"]


def test_empty_rows_and_empty_parts_say_nothing():
    loaded = read(
        "goals:\n  - goal_no:\n    due:\n  -\n  - {}\nsign_worker: {state: }\n", "casework/service-plan"
    )

    assert filled(loaded) == {}
    assert loaded.findings == []


# --- keys


def test_a_misspelt_key_is_told_with_the_nearest_one():
    [finding] = read("presenting_problm: 睡不着\n").findings

    assert (finding.code, finding.where) == ("RD-07", "r.yaml:2")
    assert finding.hint == "是不是“presenting_problem”？"


def test_a_misspelt_key_before_a_full_width_colon_does_not_hide_the_other_problems():
    loaded = read("接案日起：2026-03-05\nfilled_on: 昨天\n")

    assert "是不是“接案日期”？" in told(loaded)
    assert "“昨天”不是日期" in told(loaded)


def test_chinese_labels_are_keys_too_also_within_tables():
    loaded = read(
        "姓名: 赵桂兰\n监护人与紧急联系人:\n  - 姓名: 赵强\n    与服务对象关系: 子女\n",
        "casework/client-record",
    )

    assert loaded.findings == []
    assert loaded.record.name == "赵桂兰"
    assert loaded.record.contacts[0].relation == "子女"
    assert loaded.where("contacts.0.relation") == "r.yaml:5"


@pytest.mark.parametrize(
    "keys", ["filled_on: 2026-03-05\nfilled_on: 2026-03-06", "填表日期: 2026-03-05\nfilled_on: 2026-03-06"]
)
def test_a_field_written_twice_is_told_and_the_first_stays(keys):
    loaded = read(keys + "\n")

    [finding] = loaded.errors
    assert (finding.code, finding.where) == ("RD-03", "r.yaml:3")
    assert loaded.record.filled_on.day == 5


def test_a_computed_field_is_not_taken_from_the_file():
    loaded = read("station_name: 别的站\n")

    assert codes(loaded) == ["RD-08"]
    assert filled(loaded) == {}


def test_a_waiver_with_an_unknown_key_loses_only_that():
    loaded = read("waivers:\n  - rule: CA-07\n    reson: 停电\n")

    assert len(loaded.errors) == 1
    assert loaded.record.waivers[0].rule == "CA-07"


# --- what Chinese keyboards and editors write


@pytest.mark.parametrize(
    "line",
    [
        "接案方式：电话",
        "intake_mode：电话",
        "intake_mode:电话",
        "接案方式 ： 电话",
        "intake_mode:　电话",
        "接案方式:\t电话",
    ],
)
def test_a_full_width_colon_a_missing_blank_or_a_tab_after_a_key_is_put_right_and_told(line):
    loaded = read(line + "\n")

    assert filled(loaded) == {"intake_mode": "电话"}
    assert loaded.errors == []
    assert codes(loaded) in (["RD-04"], [])  # a tab after the colon is no mistake


@pytest.mark.parametrize("indent", ["\t", "　", "  "])
def test_rows_indented_by_tabs_or_full_width_blanks_are_read(indent):
    loaded = read(
        f"goals:\n{indent}－ 目标编号：G1\n    完成期限：２０２６．６．１５\n", "casework/service-plan"
    )

    assert (loaded.record.goals[0].goal_no, loaded.record.goals[0].due) == ("G1", date(2026, 6, 15))
    assert codes(loaded) == ["RD-04", "RD-04"]


@pytest.mark.parametrize("line", ["\t第一段", "　　第一段", "\t\t第一段"])
def test_long_text_indented_by_tabs_or_full_width_blanks_is_read(line):
    loaded = read(f"presenting_problem: |\n{line}\n{line}\nurgency: 一般\n")

    assert loaded.record.presenting_problem.replace("　", "") == "第一段\n第一段"
    assert loaded.record.urgency == "一般"
    assert codes(loaded) == ["RD-04", "RD-04"]


def test_what_stands_under_a_bar_is_never_put_right():
    text = "姓名：张三\n\tname:x\n接案方式：电话\n- 一\n# 二\n  三：四"
    loaded = read(dump(Intake(presenting_problem=text)).encode())

    assert loaded.record.presenting_problem == text
    assert loaded.findings == []


def test_a_byte_order_mark_is_no_matter():
    assert read(b"\xef\xbb\xbf" + (HEAD + "urgency: 一般\n").encode()).findings == []


@pytest.mark.parametrize(("encoding", "named"), [("gb18030", "GB18030"), ("utf-16", "UTF-16")])
def test_gb_18030_and_utf_16_are_read_and_told(encoding, named):
    loaded = read((HEAD + "referrer: 泉景社区居民委员会　𠮷主任\n").encode(encoding))

    assert loaded.record.referrer == "泉景社区居民委员会　𠮷主任"
    assert named in told(loaded)


def test_utf_8_with_a_broken_byte_is_refused_and_not_read_as_something_else():
    data = (HEAD + "referrer: 泉景社区居民委员会的李主任转来\n").encode()
    loaded = read(data[:40] + b"\xff" + data[40:])

    assert loaded.record is None
    assert codes(loaded) == ["RD-01"]
    assert loaded.findings[0].where == "r.yaml:2"


# --- what YAML would lose in silence


@pytest.mark.parametrize(
    "line", ["referrer: 泉景社区 #3号楼", "referrer: #3号楼", "referrer: |\n  甲\nurgency: 一般 # 不急"]
)
def test_text_after_a_blank_and_a_number_sign_is_told(line):
    loaded = read(line + "\n")

    assert codes(loaded) == ["RD-06"]
    assert "没有读入" in told(loaded)


def test_a_number_sign_within_a_word_or_a_comment_line_is_nothing_to_tell():
    loaded = read("# 说明\nreferrer: 泉景C#3号楼\n")

    assert loaded.findings == []
    assert loaded.record.referrer == "泉景C#3号楼"


@pytest.mark.parametrize("text", ["第一段\n  第二段", '"第一段\n  第二段"'])
def test_lines_that_yaml_joins_are_told(text):
    assert codes(read(f"presenting_problem: {text}\n")) == ["RD-06"]


@pytest.mark.parametrize("text", ["a\x0cb", '"a\\fb"', "a\x00b", '"a\\0b"', "a\ufffeb"])
def test_characters_no_page_can_hold_are_removed_and_told(text):
    loaded = read(f"referrer: {text}\nlocal: {{甲: {text}}}\n")

    assert loaded.record.referrer == "ab"
    assert loaded.record.local == {"甲": "ab"}
    assert set(codes(loaded)) == {"RD-05"}


@pytest.mark.parametrize("text", ["no", "1e3", "0x1", "3/4", "13800001726", "2026-03-05", "true", "0012"])
def test_yaml_never_types_a_text(text):
    assert read(f"referrer: {text}\n").record.referrer == text


@pytest.mark.parametrize("text", ["", "~", "null", '""'])
def test_nothing_is_absent(text):
    assert filled(read(f"referrer: {text}\n")) == {}


# --- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("referrer: &a 甲\nplace: *a\n", "引用"),
        ("referrer: !!str 甲\n", "标签"),
        ("referrer: !!python/object:os.system 甲\n", "标签"),
        ("referrer: 甲\n---\nreferrer: 乙\n", "第二个“---”"),
        ("referrer: [" + "[" * 50 + "]" * 50 + "]\n", "层"),
        ('referrer: "\\U00110000"\n', "读不懂"),
        ('referrer: "甲\n', "读不懂"),
    ],
)
def test_anchors_tags_second_documents_and_broken_yaml_are_refused_with_a_line(text, said):
    loaded = read(text)

    assert said in told(loaded)
    assert all(f.where.startswith("r.yaml:") for f in loaded.errors)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "RD-02"),
        (b"referrer: x\n", "RD-02"),
        (b"form: casework/nothing\n", "RD-02"),
        (b"form: ../../etc/passwd\n", "RD-02"),
        (b"x" * 2_000_001, "RD-10"),
        (b"|\n  form: casework/intake\n", "RD-01"),
        (HEAD.encode() + b"form_version: 99\n", "RD-09"),
    ],
)
def test_what_is_no_record_of_ours_says_so(data, code):
    loaded = parse(data, Path("r.yaml"))

    assert loaded.record is None
    assert codes(loaded) == [code]
    with pytest.raises(RecordkitError):
        require(loaded)


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        load(tmp_path / "nothing.yaml")


# --- values that need their neighbours


@pytest.mark.parametrize("line", ["source: 其他：老同事", "source: 其他: 老同事", 'source: "其他：老同事"'])
def test_other_and_what_it_is_may_stand_in_one_place(line):
    loaded = read(line.replace(": 老", "：老") + "\n")

    assert filled(loaded) == {"source": "其他", "source_other": "老同事"}


def test_other_within_several_options_and_beside_an_other_text():
    loaded = read("problem_types:\n  - 住房\n  - 其他：搬迁\nproblem_types_other: 补偿\n")

    assert filled(loaded) == {"problem_types": ["住房", "其他"], "problem_types_other": "补偿；搬迁"}


def test_none_of_them_excludes_every_other_option():
    loaded = read("risk_flags: [无, 走失]\n")

    assert "“无”不能与其他选项同选" in told(loaded)
    assert read("risk_flags: 无\n").record.risk_flags == ["无"]


def test_unknown_and_refused_are_typed_unless_they_are_options():
    record = read("referrer: 不详\nfilled_on: 拒绝提供\nlate_entry: 不适用\n").record

    assert (record.referrer, record.filled_on, record.late_entry) == tuple(Unstated)
    assert type(record.referrer) is Unstated
    education = read("education: 不详\n", "casework/client-record").record.education
    assert type(education) is str


# --- nothing makes it raise


@thorough
@given(record=any_record())
def test_yaml_in_python_and_in_c_give_the_same_record(record):
    text = dump(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_LOADER", yaml.BaseLoader)
        slow = read(text.encode())

    assert slow.record == read(text.encode()).record
    assert slow.findings == []


PIECES = [
    *NASTY, "\n", "  ", "\t", "　", "：", ": ", "- ", "|\n", "|2-\n", "goals:", "联系电话:", "[", "]",
    "{", "}", '"', "'", "&a ", "*a", "!!str ", "\x00", "---\n", "# ", "sign_worker: ", "waivers:",
    "printed:", "local:", "version: ",
]  # fmt: skip


@thorough
@given(model=st.sampled_from(MODELS), parts=st.lists(st.sampled_from(PIECES), max_size=25))
def test_whatever_stands_in_a_file_is_read_or_told(model, parts):
    loaded = read("".join(parts), model.form_id)

    assert loaded.record is not None or loaded.errors
    if loaded.record is not None:
        assert parse(dump(loaded.record).encode(), Path("r.yaml")).record == loaded.record


@thorough
@given(
    record=any_record(),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES)), min_size=1, max_size=3),
)
def test_a_damaged_record_is_read_or_told(record, cuts):
    text = dump(record)
    for place, piece in cuts:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + 1 :]

    loaded = parse(text.encode(), Path("r.yaml"))

    assert loaded.record is not None or loaded.errors


@thorough
@given(data=st.binary(max_size=80))
def test_no_bytes_make_the_reader_fail(data):
    assert all(isinstance(f.severity, Severity) for f in parse(HEAD.encode() + data, Path("r.yaml")).findings)
    parse(data, Path("r.yaml"))
