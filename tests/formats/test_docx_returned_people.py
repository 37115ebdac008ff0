"""Word forms read back after people changed them, and forms of other offices."""

from __future__ import annotations

import io
from copy import deepcopy
from itertools import pairwise

import docx as word_library
import pytest
from docx_kit import W, cell, docx, p, row, run, table
from docx_returned_kit import (
    BOOKMARK,
    CELL,
    CLIENT,
    CONTROL,
    LABEL,
    PERSON,
    ROW,
    TEXT,
    by,
    cell_of,
    changed,
    family,
    flat,
    person,
    printed,
    read,
    seen,
    tagged,
    texts,
    with_words,
    without_bookmarks,
    without_controls,
)

from recordkit import forms
from recordkit.formats.docx.returned import open_paper
from recordkit.formats.opc import Element, parse
from recordkit.records.casework import ClientRecord

# --- what people do --------------------------------------------------------------------


def test_a_deleted_row_moves_the_rows_below_it_up():
    def change(root: Element) -> None:
        gone = with_words(family(root).iter(ROW), "孙晓梅")
        gone.getparent().remove(gone)

    found = texts(read(changed(person(), change)))

    assert [found["family_members.name", number] for number in (0, 1)] == ["赵桂兰", "孙 涛"]
    assert ("family_members.name", 2) not in found


def test_a_row_deleted_with_changes_tracked_is_gone_too():
    def change(root: Element) -> None:
        gone = with_words(family(root).iter(ROW), "孙晓梅")
        gone.find(W + "trPr").append(gone.makeelement(W + "del"))

    assert texts(read(changed(person(), change)))["family_members.name", 1] == "孙 涛"


@pytest.mark.parametrize("bookmarks", ["kept", "dropped"])
def test_a_copied_row_is_a_row_of_its_own(bookmarks: str):
    def change(root: Element) -> None:
        first = with_words(family(root).iter(ROW), "赵桂兰")
        copy = deepcopy(first)
        with_words(copy.iter(TEXT), "赵桂兰").text = "孙建国"
        if bookmarks == "dropped":
            without_bookmarks(copy)
        first.addnext(copy)

    found = texts(read(changed(person(), change)))

    names = [found["family_members.name", number] for number in range(4)]
    assert names == ["赵桂兰", "孙建国", "孙晓梅", "孙 涛"]
    assert found["family_members.relation", 2] == "子女"


def test_a_row_typed_without_marks_is_known_by_the_heads():
    def change(root: Element) -> None:
        last = with_words(family(root).iter(ROW), "孙 涛")
        copy = deepcopy(last)
        without_controls(copy)
        without_bookmarks(copy)
        with_words(copy.iter(TEXT), "孙 涛").text = "孙建国"
        last.addnext(copy)

    returned = read(changed(person(), change))

    assert by(returned, "family_members.name", 3) == {LABEL: "孙建国"}
    assert by(returned, "family_members.relation", 3) == {LABEL: "孙子女/外孙子女"}


def test_a_typed_row_is_known_by_its_column_where_the_heads_were_retyped():
    def change(root: Element) -> None:
        rows = family(root)
        heads = with_words(rows.iter(ROW), "关系")
        for number, letters in enumerate(heads.iter(TEXT)):
            letters.text = f"第{number}栏"
        last = with_words(rows.iter(ROW), "孙 涛")
        copy = deepcopy(last)
        without_controls(copy)
        without_bookmarks(copy)
        last.addnext(copy)

    returned = read(changed(person(), change))

    assert by(returned, "family_members.name", 3) == {LABEL: "孙 涛"}
    assert "第0栏" in [stray.text for stray in returned.strays]


def test_a_retyped_label_is_told_and_its_value_read_by_the_marks():
    def change(root: Element) -> None:
        with_words(root.iter(TEXT), "现住址").text = "现在住哪儿"

    returned = read(changed(person(), change))

    assert by(returned, "address") == {CONTROL: PERSON["address"], BOOKMARK: PERSON["address"]}
    assert [(stray.text, stray.where[:2]) for stray in returned.strays] == [("现在住哪儿", "表1")]


def test_text_beside_the_control_in_the_same_cell_is_not_lost():
    def change(root: Element) -> None:
        place = cell_of(root, "13800001726")
        place.append(parse(f'<x xmlns:w="{W[1:-1]}">{p("下午打")}</x>'.encode())[0])

    returned = read(changed(person(), change))

    assert by(returned, "phone")[CONTROL] == "13800001726"
    assert by(returned, "phone")[LABEL] == "13800001726\n下午打"


def test_cells_merged_with_the_next_label_still_say_their_own():
    def change(root: Element) -> None:
        value = cell_of(root, "赵桂兰")
        label = value.getnext()
        value.extend(label.findall(W + "p"))
        label.getparent().remove(label)

    found = texts(read(changed(person(gender="女"), change)))

    assert found["name"] == "赵桂兰"
    assert found["gender"].startswith("□男　☑女")


def test_merged_values_are_told_apart_by_their_marks():
    def change(root: Element) -> None:
        names = with_words(family(root).iter(ROW), "孙晓梅").findall(CELL)
        names[0].extend(names[1].findall(W + "p"))
        names[1].getparent().remove(names[1])

    found = texts(read(changed(person(), change)))

    assert found["family_members.name", 1] == "孙晓梅"
    assert found["family_members.relation", 1] == "子女"
    assert found["family_members.name", 2] == "孙 涛"


def test_a_deleted_table_is_told_and_the_rest_read():
    def change(root: Element) -> None:
        gone = family(root)
        gone.getparent().remove(gone)

    returned = read(changed(person(), change))

    assert texts(returned)["name"] == "赵桂兰"
    assert returned.notes == ["找不到这些栏目的位置：家庭成员。"]


def test_what_is_written_where_nothing_is_asked_is_a_stray():
    def change(root: Element) -> None:
        note = parse(f'<x xmlns:w="{W[1:-1]}">{p("电话：另有座机 66001234")}</x>'.encode())[0]
        root[0].insert(1, note)

    returned = read(changed(person(), change))

    assert [stray.text for stray in returned.strays] == ["电话：另有座机 66001234"]
    assert texts(returned)["phone"] == "13800001726"


def test_a_list_over_two_tables_goes_on_counting():
    def change(root: Element) -> None:
        whole = family(root)
        rows = whole.findall(ROW)
        second = deepcopy(whole)
        for each in second.findall(ROW)[-2:-1]:
            each.getparent().remove(each)
        for each in rows[-1:]:
            whole.remove(each)
        whole.addnext(second)

    found = texts(read(changed(person(), change)))

    names = [found["family_members.name", number] for number in range(4)]
    assert names == ["赵桂兰", "孙晓梅", "赵桂兰", "孙 涛"]


def test_bookmarks_that_begin_in_the_cell_before_belong_to_the_next():
    def change(root: Element) -> None:
        without_controls(root)
        for cells in [each.findall(CELL) for each in root.iter(ROW)]:
            for before, after in pairwise(each for each in cells if "：" not in "".join(each.itertext())):
                for start in list(after.iter(W + "bookmarkStart")):
                    before.findall(W + "p")[-1].append(start)

    assert flat(texts(read(changed(person(), change)))) == flat(
        seen(forms.filled(CLIENT, ClientRecord(**PERSON)))
    )


# --- forms of other offices ------------------------------------------------------------

PLAIN = (
    p("服务对象基本信息登记表")
    + table(
        row("姓　名", "钱守业", "性别", "男"),
        row("身份证号码", "370102194803051234", "手机号", "13900000000"),
        row("家庭住址", cell(p("明水街道") + p("5 号楼"), '<w:gridSpan w:val="3"/>')),
        columns=4,
    )
    + table(
        row("姓名", "与服务对象关系", "职业", "联系电话", "爱好"),
        row("钱小明", "儿子", "司机", "13700000000", "钓鱼"),
        row("钱小红", "女儿", "教师", "", ""),
        columns=5,
    )
    + p("填表人：孙晓梅")
    + p("以上情况属实。")
)


def test_a_form_typed_in_another_program_is_read_by_its_labels():
    paper = open_paper(docx(PLAIN))
    [returned] = paper.returned(CLIENT)
    found = texts(returned)

    assert (paper.form, paper.form_version, paper.title) == ("", 0, "服务对象基本信息登记表")
    assert {"姓　名", "家庭住址", "与服务对象关系"} <= set(paper.words)
    assert {path: found[path] for path in ("name", "gender", "phone", "address", "id_no", "filled_by")} == {
        "name": "钱守业",
        "gender": "男",
        "phone": "13900000000",
        "address": "明水街道\n5 号楼",
        "id_no": "370102194803051234",
        "filled_by": "孙晓梅",
    }
    assert found["family_members.name", 1] == "钱小红"
    assert found["family_members.occupation", 0] == "司机"
    assert {each.anchor for each in returned.readings} == {LABEL}
    assert {stray.text for stray in returned.strays} >= {"爱好", "钓鱼", "以上情况属实。"}


def test_a_list_set_as_paragraphs_is_counted_by_its_marks():
    members = "".join(
        f"<w:p>{tagged('family_members.name', run(name))}{run('，')}{tagged('family_members.relation', run('子'))}</w:p>"
        for name in ("甲某", "乙某")
    )
    for body in (members, table(row("家里人", cell(members)), columns=2)):
        found = texts(read(docx(body)))

        assert found["family_members.name", 0] == "甲某"
        assert found["family_members.name", 1] == "乙某"


def test_controls_around_cells_and_bookmarks_around_paragraphs_are_read():
    whole = (
        '<w:bookmarkStart w:id="1" w:name="_rk_address"/>'
        + p("甲路")
        + p("1 号")
        + '<w:bookmarkEnd w:id="1"/>'
    )
    body = table(
        f"<w:tr>{cell('姓名')}{tagged('name', cell('甲某'))}</w:tr>",
        row("现住址", cell(whole + p("后门"))),
        columns=2,
    )
    returned = read(docx(body))

    assert by(returned, "name") == {CONTROL: "甲某", LABEL: "甲某"}
    assert by(returned, "address") == {BOOKMARK: "甲路\n1 号", LABEL: "甲路\n1 号\n后门"}


def test_rows_of_labels_below_a_list_in_one_table_are_no_rows_of_it():
    body = table(
        row("姓名", "与服务对象关系", "职业", "联系电话"),
        row("钱小明", "儿子", "司机", ""),
        row("民族", "汉族", "文化程度", "小学"),
        columns=4,
    )
    found = texts(read(docx(body)))

    assert found["ethnicity"] == "汉族"
    assert ("family_members.name", 1) not in found


def test_a_cell_merged_with_the_row_above_is_told():
    merged = [cell("子女", f'<w:vMerge w:val="{how}"/>') for how in ("restart", "continue")]
    body = table(row("姓名", "与服务对象关系"), row("甲", merged[0]), row("乙", merged[1]), columns=2)

    assert read(docx(body)).notes[0] == "表1 行3 列2与上面的格合并了，这一行按空白读。"


def test_repeating_sections_around_rows_are_looked_through():
    rows = "".join(
        tagged("", row(cell(f"<w:p>{tagged('family_members.name', run(name))}</w:p>"), "子"))
        for name in ("甲", "乙")
    )
    body = table(row("姓名", "与服务对象关系"), columns=2).replace(
        "</w:tbl>", tagged("family_members", rows) + "</w:tbl>"
    )
    found = texts(read(docx(body)))

    assert found == {
        ("family_members.name", 0): "甲",
        ("family_members.relation", 0): "子",
        ("family_members.name", 1): "乙",
        ("family_members.relation", 1): "子",
    }


def test_comments_are_not_read_and_that_is_told():
    form = forms.load("casework/client-record")
    document = word_library.Document(io.BytesIO(printed(form)))
    document.add_comment(document.paragraphs[0].runs, text="赵姐说电话换了", author="孙")
    stream = io.BytesIO()
    document.save(stream)

    [returned] = open_paper(stream.getvalue()).returned(form)

    assert any("1 条批注" in note for note in returned.notes)
