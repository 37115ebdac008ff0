"""A purchaser's own Word form becomes a template: what fits gets tags, the rest is told and left."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recordkit.errors import Exit
from tests.peers import office
from tests.tasks import foreign_kit as kit

CLIENT = "clients/LX01-FW-000123/client-record.yaml"
INTAKE = "dossiers/LX01-GA-2026-0007/intake.yaml"
OWN_CLIENT = "templates/casework/client-record.docx"
OWN_INTAKE = "templates/casework/intake.docx"
FORMS = {
    "grid": (kit.grid_form, "casework/client-record", CLIENT),
    "merged": (kit.merged_form, "casework/intake", INTAKE),
    "inline": (kit.inline_form, "casework/client-record", CLIENT),
}


def said(paragraph: object) -> str:
    """A paragraph's text, content controls looked into, breaks as line ends."""
    from docx.oxml.ns import qn

    pieces = paragraph.iter(qn("w:t"), qn("w:br"))  # type: ignore[attr-defined]
    return "".join("\n" if each.tag == qn("w:br") else each.text or "" for each in pieces)


def texts(path: Path) -> list[list[list[str]]]:
    """Tables, rows, cells as python-docx finds them."""
    import docx

    return [
        [
            ["\n".join(said(paragraph._p) for paragraph in cell.paragraphs) for cell in row.cells]
            for row in table.rows
        ]
        for table in docx.Document(str(path)).tables
    ]


def lines(path: Path) -> list[str]:
    import docx

    return [said(paragraph._p) for paragraph in docx.Document(str(path)).paragraphs]


def printed(recordkit: Callable, station: Path, record: str) -> Path:
    done = recordkit("render", record, "-o", "出", "--to", "docx", cwd=station)
    assert done.code == Exit.DONE, done
    [path] = (station / "出").glob("*.docx")
    return path


def test_a_grid_becomes_a_template_that_prints_the_record(recordkit: Callable, station: Path) -> None:
    original = kit.grid_form(station / "走访登记表.docx")
    before = original.read_bytes()

    done = recordkit("template", "adopt", original, "--as", "基本信息", cwd=station)

    assert done.code == Exit.DONE, done
    assert done.out.strip() == str(station / OWN_CLIENT)
    assert original.read_bytes() == before
    assert recordkit("template", "check", OWN_CLIENT, cwd=station).code == Exit.DONE

    person, family, signs = texts(printed(recordkit, station, CLIENT))

    assert [row[1] for row in person[:4]] == [
        "韩琇云", "1948年9月17日", "370102194809170005", "山东省济南市历下区××街道泉景社区7号楼3单元502室",
    ]  # fmt: skip
    assert person[0][3] == "□男　☑女　□未说明"
    assert person[5][3] == "慢性病"
    assert person[6][1] == "2,480.00元"
    assert [row[:3] for row in family[1:3]] == [["1", "冯德润", "配偶"], ["2", "冯建军", "子女"]]
    assert len(family) == 6
    assert "已签 2026年2月26日" in signs[0][0]


def test_what_is_typed_or_differs_is_left_alone_and_told(recordkit: Callable, station: Path) -> None:
    done = recordkit("template", "adopt", kit.grid_form(station / "表.docx"), "--as", "基本信息", cwd=station)

    person, _, _ = texts(station / OWN_CLIENT)
    assert person[3][3] == "历下区"
    assert person[5][1] == "□未婚 □已婚 □离异 □丧偶"
    assert "“所在社区”（表1 行4 列4）　已有文字“历下区”" in done.err
    assert "表上多：离异" in done.err
    assert "没认出：“宗教信仰”（表1 行5 列4）" in done.err
    assert "政治面貌" in done.err
    assert "4 行空行合成一行" in done.err
    assert "页脚加了一小行" in done.err
    assert "服务对象类别" in done.err.partition("打印必填")[2]


def test_every_value_stands_in_a_bookmark_and_a_control(recordkit: Callable, station: Path) -> None:
    recordkit("template", "adopt", kit.grid_form(station / "表.docx"), "--as", "基本信息", cwd=station)

    with zipfile.ZipFile(station / OWN_CLIENT) as archive:
        body = archive.read("word/document.xml").decode()
        properties = archive.read("docProps/custom.xml").decode()
    for path in ("id_no", "household_income", "family_members.occupation", "sign_worker"):
        assert f'<w:tag w:val="{path}"/>' in body
        assert f'w:name="_rk_{path.replace(".", "__")}"' in body
    assert "casework/client-record" in properties


def test_merged_cells_and_labels_that_run_downwards(recordkit: Callable, station: Path) -> None:
    kit.merged_form(station / "接案表.docx")

    done = recordkit("template", "adopt", "接案表.docx", "--as", "接案", cwd=station)

    [table] = texts(printed(recordkit, station, INTAKE))
    assert done.code == Exit.DONE, done
    assert "督导意见" in done.err.partition("拿不准")[2]
    assert table[0][2] == "2026年3月5日"
    assert table[0][5] == "入户"
    assert table[1][2].startswith("韩琇云")
    assert table[3][2].startswith("“老伴走了")
    assert table[5][1] == "□一般　☑较急　□紧急"
    assert table[7][4].startswith("督导意见：\n\n督导签字：\n")
    assert table[7][4].endswith("已签 2026年3月6日，原件：2号柜第3盒")


def test_rules_and_brackets_on_lines_take_values(recordkit: Callable, station: Path) -> None:
    kit.inline_form(station / "跟进.docx")

    done = recordkit("template", "adopt", "跟进.docx", "--as", "基本信息", cwd=station)

    said = lines(printed(recordkit, station, CLIENT))
    assert done.code == Exit.DONE, done
    assert said[1] == "姓名：韩琇云  性别：□男　☑女　□未说明  联系电话：13800001726"
    assert said[2] == "身份证件号码（370102194809170005）  民族（汉族）"
    assert said[4] == "填表日期：2026年2月26日"
    assert said[5] == "备注：本表一式两份。"


def test_labels_are_settled_by_hand(recordkit: Callable, station: Path) -> None:
    kit.merged_form(station / "表.docx")

    done = recordkit(
        "template", "adopt", "表.docx", "--as", "接案", "--map", "督导意见=review_opinion",
        "--map", "转介人=referrer", "--map", "紧急程度=", cwd=station,
    )  # fmt: skip
    wrong = recordkit(
        "template", "adopt", "表.docx", "--as", "接案", "--force", "--map", "转介人=没有", cwd=station
    )
    absent = recordkit(
        "template", "adopt", "表.docx", "--as", "接案", "--force", "--map", "没有=source", cwd=station
    )

    assert (wrong.code, absent.code) == (Exit.USAGE, Exit.NOT_FOUND)
    assert done.code == Exit.DONE, done
    [table] = texts(station / OWN_INTAKE)
    assert table[2][2] == "{{ referrer }}"
    assert table[7][4].startswith("督导意见：\n{{ review_opinion }}")
    assert table[5][1] == "□一般　□较急　□紧急"


def test_on_a_terminal_doubtful_labels_are_asked(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    kit.merged_form(station / "表.docx")
    monkeypatch.setattr(sys, "stdin", Terminal("1\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    recordkit("template", "adopt", "表.docx", "--as", "接案", cwd=station)

    [table] = texts(station / OWN_INTAKE)
    assert "{{ review_opinion }}" in table[7][4]


def test_what_is_asked_twice_or_of_somebody_else_is_doubtful(recordkit: Callable, station: Path) -> None:
    kit.bad_form(station / "领用单.docx")

    done = recordkit("template", "adopt", "领用单.docx", "--as", "基本信息", cwd=station)
    told = recordkit(
        "template", "adopt", "领用单.docx", "--as", "基本信息", "--map", "姓名#2=name", cwd=station
    )

    assert done.code == Exit.USAGE
    assert not done.out
    assert told.code == Exit.DONE
    [table] = texts(station / OWN_CLIENT)
    assert table[1][1] == "张三（示例）"
    assert table[1][3] == "{{ name }}"


def test_a_template_is_not_overwritten(recordkit: Callable, station: Path) -> None:
    kit.grid_form(station / "表.docx")
    recordkit("template", "export", "基本信息", cwd=station)
    before = (station / OWN_CLIENT).read_bytes()

    done = recordkit("template", "adopt", "表.docx", "--as", "基本信息", cwd=station)
    own = recordkit("template", "adopt", OWN_CLIENT, "--as", "基本信息", "--force", cwd=station)
    elsewhere = recordkit("template", "adopt", "表.docx", "--as", "基本信息", "-o", "别处", cwd=station)

    assert (done.code, own.code, elsewhere.code) == (Exit.CONFLICT, Exit.CONFLICT, Exit.DONE)
    assert (station / OWN_CLIENT).read_bytes() == before
    assert (station / "别处/casework/client-record.docx").is_file()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_word_file_is_refused(recordkit: Callable, station: Path, content: bytes) -> None:
    (station / "坏.docx").write_bytes(content)

    done = recordkit("template", "adopt", "坏.docx", "--as", "接案", cwd=station)

    assert done.code == Exit.REFUSED
    assert "坏.docx" in done.err


def test_letters_of_the_cell_are_kept(recordkit: Callable, station: Path) -> None:
    import docx
    from docx.shared import Pt

    document = docx.Document()
    table = document.add_table(1, 4)
    for cell, text in zip(table.rows[0].cells, ("姓名", "    ", "民族", ""), strict=True):
        cell.text = text
    table.cell(0, 1).paragraphs[0].runs[0].font.size = Pt(15)
    table.cell(0, 1).paragraphs[0].runs[0].underline = True
    document.save(str(station / "表.docx"))

    recordkit("template", "adopt", "表.docx", "--as", "基本信息", cwd=station)

    with zipfile.ZipFile(station / OWN_CLIENT) as archive:
        body = archive.read("word/document.xml").decode()
    before = body.partition("{{ name }}")[0].rpartition("<w:r>")[2]
    assert '<w:sz w:val="30"/>' in before
    assert "<w:u " in before


@pytest.mark.slow
@pytest.mark.skipif(office.available() is not None, reason=str(office.available()))
def test_the_blank_printed_looks_as_the_purchasers(
    recordkit: Callable, station: Path, tmp_path: Path
) -> None:
    files: dict[str, tuple[Path, Path]] = {}
    for name, (make, form, _) in FORMS.items():
        original = make(tmp_path / f"{name}.docx")
        adopted = recordkit("template", "adopt", original, "--as", form, "--force", cwd=station)
        blank = recordkit("blank", form, "-o", tmp_path / name, "--to", "docx", cwd=station)
        assert (adopted.code, blank.code) == (Exit.DONE, Exit.DONE), (adopted, blank)
        files[name] = original, Path(blank.out.strip())

    made = office.to_pdf([path for pair in files.values() for path in pair], tmp_path / "pdf")

    for name, (original, blank_path) in files.items():
        assert places(made[blank_path]) == places(made[original]), name


def places(pdf: Path) -> dict[int, tuple[str, int]]:
    """The text of each line by its height on its page, and where it begins, in points."""
    import re
    import subprocess

    command = ["pdftotext", "-bbox", str(pdf), "-"]
    xml = subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout
    page, found = 0, dict[int, list[tuple[float, str]]]()
    for line in xml.splitlines():
        page += "<page " in line
        if word := re.search(r'xMin="([\d.]+)" yMin="([\d.]+)".*?>(.*)</word>', line):
            found.setdefault(page * 10_000 + round(float(word[2])), []).append((float(word[1]), word[3]))
    return {
        y: ("".join(text for _, text in sorted(words)), round(min(words)[0])) for y, words in found.items()
    }
