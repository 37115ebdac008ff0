"""A station edits its own Word templates, and is told what went wrong with them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from recordkit import forms
from recordkit.errors import Exit

INTAKE = "dossiers/LX01-GA-2026-0007/intake.yaml"
OWN = "templates/casework/intake.docx"


def edited(path: Path, old: str, new: str, into: Path | None = None) -> Path:
    """The Word file with a text changed, as somebody might in Word."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    assert old in body
    parts["word/document.xml"] = body.replace(old, new).encode()
    with zipfile.ZipFile(into or path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return into or path


def document(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


def test_every_template_that_ships_is_sound(recordkit: Callable, station: Path) -> None:
    exported = recordkit(
        "template", "export", *(form.id for form in forms.catalogue()), "-o", "出", cwd=station
    )
    files = exported.out.split()

    done = recordkit("template", "check", *files, cwd=station)

    assert len(files) == len(forms.catalogue())
    assert (done.code, done.out) == (Exit.DONE, "")
    assert "可以使用" in done.err


def test_a_template_edited_by_the_station_wins(recordkit: Callable, station: Path) -> None:
    exported = recordkit("template", "export", "接案", cwd=station)
    edited(station / OWN, "个案接案登记表", "我站接案表")

    done = recordkit("render", INTAKE, "-o", "出", "--to", "docx", cwd=station)

    [printed] = (station / "出").glob("*.docx")
    assert exported.out.strip() == str(station / OWN)
    assert done.code == Exit.DONE, done
    assert "我站接案表" in document(printed)


def test_an_edited_template_is_not_overwritten(recordkit: Callable, station: Path) -> None:
    recordkit("template", "export", "接案", cwd=station)
    edited(station / OWN, "个案接案登记表", "我站接案表")
    before = (station / OWN).read_bytes()

    done = recordkit("template", "export", "接案", "privacy-notice", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "--force" in done.err
    assert (station / OWN).read_bytes() == before
    assert len(list((station / OWN).parent.iterdir())) == 1

    forced = recordkit("template", "export", "接案", "--force", cwd=station)

    assert forced.code == Exit.DONE
    assert "个案接案登记表" in document(station / OWN)


def test_a_template_is_built_from_the_stations_own_layout(recordkit: Callable, station: Path) -> None:
    exported = recordkit("template", "export", "接案", "--layout", cwd=station)
    layout = station / "templates/casework/intake.toml"
    text = layout.read_text(encoding="utf-8").replace('title = "个案接案登记表"', 'title = "我站接案表"')
    own = (
        '[[field]]\nname = "local.fund_code"\nlabel = "编码"\n\n[[section]]\nrows = [["local.fund_code"]]\n\n'
    )
    layout.write_text(text.replace("[[section]]", f"{own}[[section]]", 1), encoding="utf-8")

    done = recordkit("template", "build", cwd=station)

    assert exported.out.strip() == str(layout)
    assert done.out.strip() == str(station / OWN)
    assert "我站接案表" in document(station / OWN)
    assert "{{ local.fund_code }}" in document(station / OWN)
    assert recordkit("template", "check", OWN, cwd=station).code == Exit.DONE

    again = recordkit("template", "build", cwd=station)

    assert (again.code, again.out) == (Exit.DONE, "")


def test_building_spares_what_was_edited_in_word(recordkit: Callable, station: Path) -> None:
    recordkit("template", "export", "接案", "--layout", cwd=station)
    recordkit("template", "build", cwd=station)
    edited(station / OWN, "个案接案登记表", "我站接案表")

    done = recordkit("template", "build", cwd=station)
    forced = recordkit("template", "build", "--force", cwd=station)

    assert (done.code, forced.code) == (Exit.CONFLICT, Exit.DONE)
    assert "我站接案表" not in document(station / OWN)


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("{{ intake_date }}", "{{ intake_dat }}", "TP-01", "intake_date"),
        ("{{ intake_date }}", "", "TP-02", "intake_date"),
        ("{{ intake_date }}", "{{ intake_date", "TP-03", "表1"),
        ("{{ intake_date }}", "{{ ().__class__ }}", "TP-14", "表1"),
    ],
    ids=["misspelt", "missing", "unclosed", "code"],
)
def test_a_mistake_is_named(
    recordkit: Callable, station: Path, *, old: str, new: str, code: str, said: str
) -> None:
    recordkit("template", "export", "接案", cwd=station)
    edited(station / OWN, old, new)

    done = recordkit("template", "check", OWN, cwd=station)

    assert done.code == Exit.FINDINGS
    assert f"{code} " in done.out
    assert said in done.out

    [first, *_] = json.loads(recordkit("template", "check", OWN, "--json", cwd=station).out)["findings"]

    assert {"code", "where", "message", "hint", "severity"} <= first.keys()


def test_a_template_says_itself_which_form_it_is_of(recordkit: Callable, station: Path) -> None:
    recordkit("template", "export", "接案", cwd=station)
    moved = edited(station / OWN, "个案接案登记表", "我站接案表", station / "新建 Microsoft Word 文档.docx")

    done = recordkit("template", "check", moved, cwd=station)

    assert done.code == Exit.DONE
    assert "《个案接案登记表》" in done.err
    assert recordkit("template", "check", moved, "--as", "预估", cwd=station).code == Exit.FINDINGS


def test_a_document_of_somebody_else_needs_its_form_named(recordkit: Callable, station: Path) -> None:
    import docx

    path = station / "街道下发的表.docx"
    plain = docx.Document()
    plain.add_paragraph("姓名：{{ client_brief }}")
    plain.save(str(path))

    asked = recordkit("template", "check", path, cwd=station)
    named = recordkit("template", "check", path, "--as", "接案", cwd=station)

    assert (asked.code, named.code) == (Exit.USAGE, Exit.FINDINGS)
    assert "--as" in asked.err
    assert "TP-02" in named.out


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7", "文字".encode("gbk")])
def test_what_is_no_word_file_is_refused(recordkit: Callable, station: Path, content: bytes) -> None:
    path = station / "坏.docx"
    path.write_bytes(content)

    done = recordkit("template", "check", path, "--as", "接案", cwd=station)

    assert done.code == Exit.REFUSED
    assert "坏.docx" in done.err


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("export 没有这张表", Exit.NOT_FOUND, "没有叫"),
        ("build", Exit.NOT_FOUND, "--layout"),
        ("check 没有.docx", Exit.NOT_FOUND, "找不到"),
        ("check templates", Exit.NOT_FOUND, "templates"),
    ],
)
def test_a_wrong_command_is_explained(
    recordkit: Callable, station: Path, line: str, code: int, said: str
) -> None:
    (station / "templates").mkdir(exist_ok=True)

    done = recordkit("template", *line.split(), cwd=station)

    assert (done.code, said in done.err) == (code, True), done


def test_outside_a_workspace_a_folder_must_be_named(recordkit: Callable, tmp_path: Path) -> None:
    lost = recordkit("template", "export", "接案", cwd=tmp_path)
    told = recordkit("template", "build", "-o", "模板", cwd=tmp_path)

    assert (lost.code, told.code) == (Exit.USAGE, Exit.DONE)
    assert "-o" in lost.err
    assert len(list((tmp_path / "模板").rglob("*.docx"))) == len(forms.catalogue())
