"""Help: Chinese throughout, and every command in it."""

from __future__ import annotations

import re
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
