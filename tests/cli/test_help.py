"""Help and start-up: Chinese throughout, and only what a command needs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from recordkit.cli import COMMANDS


@pytest.mark.parametrize(
    "line", [[], *([name] for name in COMMANDS)], ids=lambda line: " ".join(line) or "recordkit"
)
def test_help_is_chinese(recordkit: Callable, line: list[str]) -> None:
    done = recordkit(*line, "--help")

    assert done.code == 0
    assert "用法：" in done.out
    assert not re.search(r"\b(Usage|Options|Commands|Show this message|Error|default)\b", done.out)


def test_every_command_stands_in_the_help(recordkit: Callable) -> None:
    shown = recordkit("--help").out

    assert all(name in shown and short in shown for name, (_, short) in COMMANDS.items())


HEAVY = {
    "pydantic",
    "yaml",
    "typst",
    "docxtpl",
    "docx",
    "lxml",
    "jinja2",
    "rich",
    "pypinyin",
    "PIL",
    "zxingcpp",
    "segno",
}


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        (["--help"], set()),
        (["render", "--help"], {"pydantic", "yaml"}),
        (["forms"], {"pydantic", "yaml"}),
    ],
)
def test_only_what_a_command_needs_is_imported(line: list[str], allowed: set[str]) -> None:
    code = f"import sys; from recordkit.cli import run; run({line!r}); print('\\n' + ' '.join(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.partition(".")[0] for name in shown.splitlines()[-1].split()}

    assert (loaded & HEAVY) <= allowed
