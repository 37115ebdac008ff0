"""Every command with every class of mistake: one clear Chinese message, the
right exit code, no traceback, nothing half-written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from recordkit.cli import COMMANDS
from recordkit.errors import Exit

CASE = "LX01-GA-2026-0007"
INTAKE = f"dossiers/{CASE}/intake.yaml"

# command line → exit code, what the message says
MISTAKES = [
    # no such command, option, argument
    ("nonsense", Exit.USAGE, "没有“nonsense”这个命令"),
    ("rendr x", Exit.USAGE, "是不是 render"),
    *((f"{name} --nonsense", Exit.USAGE, "没有 --nonsense 这个选项") for name in COMMANDS),
    ("render", Exit.USAGE, "缺少"),
    ("new", Exit.USAGE, "缺少"),
    ("show", Exit.USAGE, "缺少"),
    ("find", Exit.USAGE, "缺少"),
    ("attach", Exit.USAGE, "缺少"),
    ("init", Exit.USAGE, "缺少"),
    ("revise", Exit.USAGE, "缺少"),
    ("dossier new", Exit.USAGE, "缺少"),
    ("dossier nonsense", Exit.USAGE, "没有“nonsense”这个命令"),
    ("template nonsense", Exit.USAGE, "没有“nonsense”这个命令"),
    ("doctor too much", Exit.USAGE, "多出来"),
    ("check --for 明天", Exit.USAGE, "明天"),
    # what was named does not exist
    ("render 没有.yaml", Exit.NOT_FOUND, "找不到"),
    ("check 没有.yaml", Exit.NOT_FOUND, "找不到"),
    ("revise 没有.yaml --reason 错字", Exit.NOT_FOUND, "找不到"),
    ("show 没有这张表", Exit.NOT_FOUND, "没有叫"),
    ("new 没有这张表 -o x.yaml", Exit.NOT_FOUND, "没有叫"),
    ("blank 没有这张表", Exit.NOT_FOUND, "没有叫"),
    ("forms 没有这类", Exit.NOT_FOUND, "没有叫"),
    ("new 探访 --client LX01-FW-999999", Exit.NOT_FOUND, "没有编号为"),
    ("new 探访 --dossier LX01-GA-2026-9999", Exit.NOT_FOUND, "没有编号为"),
    ("new 探访 --dossier ../../etc", Exit.NOT_FOUND, "没有编号为"),
    ("dossier new LX01-FW-999999", Exit.NOT_FOUND, "没有编号为"),
    ("dossier close LX01-GA-2026-9999", Exit.NOT_FOUND, "没有编号为"),
    ("dossier void LX01-GA-2026-9999 --reason 拿错", Exit.NOT_FOUND, "没有编号为"),
    ("find 查无此人", Exit.NOT_FOUND, "查无此人"),
    ("check --station 没有", Exit.NOT_FOUND, "不是社工站工作区"),
    ("attach 没有.jpg", Exit.NOT_FOUND, "找不到"),
    ("template check 没有.docx", Exit.NOT_FOUND, "找不到"),
    # usage that does not fit together
    ("new 探访", Exit.USAGE, "没说是谁的记录"),
    (f"render {INTAKE} --to odt", Exit.USAGE, "不会写“odt”"),
    ("blank intake --to odt", Exit.USAGE, "不会写“odt”"),
    ("show 个案", Exit.USAGE, "可以指"),
    # somebody was first
    (f"new 接案 --dossier {CASE}", Exit.CONFLICT, "已经存在"),
    ("init .", Exit.CONFLICT, "已经存在"),
    ("demo .", Exit.CONFLICT, "已有别的东西"),
    (f"dossier void {CASE} --reason 拿错", Exit.CONFLICT, "已有记录"),
    # a case that is not there to open
    ("dossier new LX01-FW-000123", Exit.NOT_FOUND, "没有待立卷"),
]


@pytest.mark.parametrize(("line", "code", "said"), MISTAKES, ids=[line for line, _, _ in MISTAKES])
def test_a_mistake_is_explained(recordkit: Callable, station: Path, line: str, code: int, said: str) -> None:
    before = everything(station)

    done = recordkit(*line.split(), cwd=station)

    assert (done.code, said in done.err) == (code, True), done
    assert "Traceback" not in done.err
    assert not re.search(r"\b(Error|Usage|Invalid|Missing|No such|Try)\b", done.err), done.err
    assert everything(station) == before


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, so that a change shows."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["render", "check", "revise"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02\xff\xfe",
        b"form: casework/nonsense\n",
        b"form: ../../etc/passwd\n",
        b"- just\n- a list\n",
        b"form: casework/intake\n\t- [unclosed\n",
        b"form: casework/intake\na: &x 1\nb: *x\n",
        b"form: casework/intake\nform_version: 99\n",
        b"form: casework/intake\n" + b"x: [" * 5000,
        "form: casework/intake\nname: 张三\n".encode("utf-16"),
    ],
    ids=[
        "empty",
        "binary",
        "unknown form",
        "path as form",
        "list",
        "broken",
        "alias",
        "newer",
        "deep",
        "utf16",
    ],
)
def test_a_file_that_is_no_record_is_explained(
    recordkit: Callable, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / "坏.yaml"
    path.write_bytes(content)
    extra = ["--reason", "错字"] if name == "revise" else []

    done = recordkit(name, path, *extra, cwd=tmp_path)

    assert done.code in (Exit.FINDINGS, Exit.USAGE), done
    assert done.out + done.err
    assert "Traceback" not in done.err
    assert sorted(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == content


STATION = "[station]\nname = 'x'\ncode = 'LX01'\n"
PERSON = "[[%s]]\nnumber = 'S01'\nname = '孙晓梅'\n"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[station", "读不懂"),
        ("[station]\nname = 1\ncode='LX01'", "station.name"),
        ("[station]\nname = 'x'", "code"),
        ("[station]\nname = 'x'\ncode = '../x'", "应像 LX01"),
        ("[station]\nname = 'x'\ncode = 'LX01'\nnmae = 'y'", "不认识"),
        (f"{STATION}{PERSON % 'staff'}{PERSON % 'outside'}", "编号“S01”给了两个人"),
        (f"{STATION}[thresholds]\ncontact_gap_day = 3", "是不是“contact_gap_days”"),
        (f"{STATION}[thresholds]\nopen_cases = -1", "“open_cases”不能是负数"),
        (f"{STATION}phone = \n", "第4行读不懂"),
        ("[station]\nname = '测试'".encode("gb18030"), "文件编码无法识别，请另存为 UTF-8"),
    ],
)
def test_a_faulty_profile_is_explained(
    recordkit: Callable, station: Path, toml: str | bytes, said: str
) -> None:
    (station / "recordkit.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())

    for line in (["check"], ["dossier", "status"], ["new", "接案", "--client", "LX01-FW-000123"]):
        done = recordkit(*line, cwd=station)

        assert (done.code, said in done.err) == (Exit.USAGE, True), done


def test_a_record_that_is_not_complete_is_not_printed(recordkit: Callable, station: Path) -> None:
    path = station / INTAKE
    path.write_text(
        path.read_text(encoding="utf-8").replace("decision: 接案\n", "decision:\n"), encoding="utf-8"
    )

    done = recordkit("render", path, "-o", "出", cwd=station)

    assert done.code == Exit.FINDINGS
    assert "接案结论" in done.err
    assert not (station / "出").exists()

    draft = recordkit("render", path, "-o", "出", "--draft", cwd=station)

    assert draft.code == Exit.DONE
    assert len(list((station / "出").iterdir())) == 2


def test_an_existing_print_is_kept_unless_forced(recordkit: Callable, station: Path) -> None:
    first = recordkit("render", INTAKE, "-o", "出", "--to", "pdf", cwd=station)
    [pdf] = (station / "出").iterdir()
    pdf.write_bytes(b"mine")

    second = recordkit("render", INTAKE, "-o", "出", "--to", "docx,pdf", cwd=station)

    assert (first.code, second.code) == (Exit.DONE, Exit.CONFLICT)
    assert pdf.read_bytes() == b"mine"
    assert list((station / "出").iterdir()) == [pdf]

    forced = recordkit("render", INTAKE, "-o", "出", "--force", cwd=station)

    assert forced.code == Exit.DONE
    assert pdf.read_bytes().startswith(b"%PDF")


def test_of_several_records_the_good_ones_are_printed(recordkit: Callable, station: Path) -> None:
    (station / f"dossiers/{CASE}/坏.yaml").write_text("form: casework/follow-up\n", encoding="utf-8")

    done = recordkit("render", INTAKE, f"dossiers/{CASE}/坏.yaml", "-o", "出", "--to", "pdf", cwd=station)

    assert done.code == Exit.PARTIAL
    assert len(list((station / "出").glob("*.pdf"))) == 1
    assert "坏.yaml" in done.err


def test_the_output_folder_may_be_a_file(recordkit: Callable, station: Path) -> None:
    (station / "占着").write_text("x")

    done = recordkit("render", INTAKE, "-o", "占着", "--to", "pdf", cwd=station)

    assert done.code in (Exit.USAGE, Exit.NOT_FOUND, Exit.CONFLICT)
    assert "Traceback" not in done.err
    assert (station / "占着").read_text() == "x"
