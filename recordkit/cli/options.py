"""Options that several commands share, and what they mean."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..errors import NotFound
from ..forms import Form
from ..tasks import naming, workspace
from ..tasks.workspace import Workspace
from . import asking

path_type = click.Path(path_type=Path)

station_option = click.option(
    "--station",
    "station_path",
    type=path_type,
    metavar="文件夹",
    help="社工站工作区（默认：从当前文件夹往上找）",
)
json_option = click.option("--json", "json_", is_flag=True, help="输出 JSON，供程序读取")
force_option = click.option("--force", is_flag=True, help="覆盖已有文件")
into_option = click.option(
    "-o", "--into", "into", type=path_type, metavar="文件夹", help="写到哪里（默认：工作区的“打印”文件夹）"
)
to_option = click.option(
    "--to", default="docx,pdf", metavar="格式", help="格式，用逗号隔开：docx,pdf,xlsx（默认 Word 和 PDF）"
)


def formats(to: str) -> tuple[str, ...]:
    """The formats named in `--to`."""
    return tuple(name.strip().lower() for name in to.split(",") if name.strip())


def station(path: Path | None) -> Workspace | None:
    """The workspace named, else the nearest upward, else None."""
    return workspace.opened(path) if path else workspace.nearest(Path.cwd())


def needed_station(path: Path | None) -> Workspace:
    """Like `station`, but there must be one."""
    found = station(path)
    if found is None:
        raise NotFound(
            "这里不是社工站工作区", "换到工作区里，或加 --station 文件夹；新建：recordkit init 文件夹"
        )
    return found


def form(word: str, own: Workspace | None) -> Form:
    """The form a word means; on a terminal two hits give a numbered choice."""
    folder = own.layouts if own else None
    try:
        return naming.form_named(word, folder)
    except naming.Ambiguous as problem:
        if not sys.stdin.isatty():
            raise
        for index, (name, title) in enumerate(problem.choices, 1):
            click.echo(f"  {index}  {title}（{name}）", err=True)
        chosen = asking.number("哪一张？输入序号", 1, len(problem.choices))
        return naming.form_named(problem.choices[chosen - 1][0], folder)


def many(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Several option decorators as one."""

    def decorate(function: Any) -> Any:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate
