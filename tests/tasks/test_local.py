"""A station's own layout with fields of its own: printed, checked, counted like others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conftest import ROOT

CASE = "dossiers/LX01-GA-2026-0007"
OWN = """
[[field]]
name = "local.fund_code"
label = "项目经费编码"
type = "text"
need = "填写"
hint = "购买方给的八位码"

[[field]]
name = "local.kinds"
label = "服务类型"
type = "multi"
options = ["上门", "到站", "其他"]

[[section]]
title = "购买方项目"
rows = [["local.fund_code"], ["local.kinds"]]
"""


def own_layout(station: Path) -> None:
    shipped = (ROOT / "templates/casework/intake.toml").read_text(encoding="utf-8")
    folder = station / "templates/casework"
    folder.mkdir(parents=True)
    head, sections = shipped.split("[[section]]", 1)
    fields, section = OWN.split("[[section]]")
    (folder / "intake.toml").write_text(
        f"{head}{fields}\n[[section]]{section}\n[[section]]{sections}", encoding="utf-8"
    )


def test_a_missing_field_of_the_purchaser_is_a_finding(recordkit: Callable, station: Path) -> None:
    own_layout(station)

    done = recordkit("render", f"{CASE}/intake.yaml", "-o", "出", cwd=station)

    assert done.code == 1
    assert "项目经费编码" in done.err


def test_a_field_of_the_purchaser_is_printed(recordkit: Callable, station: Path) -> None:
    own_layout(station)
    path = station / CASE / "intake.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + "local:\n  fund_code: ZX-88213\n  kinds: 上门、其他：陪诊\n",
        encoding="utf-8",
    )

    done = recordkit("render", path, "-o", "出", cwd=station)

    assert done.code == 0, done.err
    import zipfile

    [docx] = (station / "出").glob("*.docx")
    assert "ZX-88213" in zipfile.ZipFile(docx).read("word/document.xml").decode()


def test_a_misspelt_field_of_the_purchaser_is_named(recordkit: Callable, station: Path) -> None:
    own_layout(station)
    path = station / CASE / "intake.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "local:\n  fund_cod: ZX\n", encoding="utf-8")

    done = recordkit("check", path, cwd=station)

    assert "local.fund_cod" in done.out
    assert "是不是“local.fund_code”" in done.out
