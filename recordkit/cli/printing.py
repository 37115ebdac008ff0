"""`blank`: forms to be filled in by hand or on the computer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ..forms import Form
from ..tasks import naming, printing
from ..tasks.workspace import Workspace
from . import clock, options, output
from .progress import Progress
from .shell import command

_BLANK_HELP = """空白表：打印出来手填，或加 --fillable 在电脑上填；写表单或类别的名字，不写就是全部。

填好收回后：recordkit read 文件…

\b
例：
  recordkit blank 接案 --fillable
  recordkit blank 个案工作 --to docx,pdf,xlsx --fillable --zip
"""


@command(help=_BLANK_HELP)
@click.argument("wanted", nargs=-1, metavar="[表单|类别]…")
@options.into_option
@options.to_option
@click.option("--fillable", is_flag=True, help="在电脑上填的 Word、PDF：有填写框、勾选框、日期和下拉选项")
@click.option("--zip", "zip_", is_flag=True, help="打成一包：连同目录、填写说明、虚构的样例和校验值")
@options.force_option
@options.station_option
def blank(
    *,
    wanted: tuple[str, ...],
    into: Path | None,
    to: str,
    fillable: bool,
    zip_: bool,
    force: bool,
    station_path: Path | None,
) -> None:
    """Make blank forms."""
    station = options.station(station_path)
    own = station.layouts if station else None
    formats = options.formats(to)
    found = [form for word in wanted for form in _named(word, station)] if wanted else naming.all_forms(own)
    if zip_:
        with Progress("打包") as tick:
            output.show(str(_pack(found, into, formats, station, fillable, force, tick)))
        return
    for file in printing.blanks(found, into, formats, force, station, fillable):
        output.show(str(file))


def _pack(
    wanted: list[Form],
    into: Path | None,
    formats: tuple[str, ...],
    station: Workspace | None,
    fillable: bool,
    force: bool,
    tick: Callable[[int, int], None],
) -> Path:
    from ..tasks import packs

    make = packs.blanks(formats, station, fillable)
    folder = into or printing.default_folder(station)
    return packs.pack(wanted, make, folder, station, today=clock.today(), force=force, progress=tick)


def _named(word: str, station: Workspace | None) -> list[Form]:
    if word in naming.METHOD_NAMES or word in naming.METHOD_NAMES.values():
        return naming.forms_named(word, station.layouts if station else None)
    return [options.form(word, station)]
