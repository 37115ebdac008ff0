"""`render`, `blank`: forms as Word, PDF and Excel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ..errors import Exit, Severity
from ..forms import Form
from ..tasks import naming, printing
from ..tasks.workspace import Workspace
from . import clock, options, output
from .progress import Progress
from .shell import command


@command(help="把记录打印成 Word 和 PDF；路径是记录文件或文件夹，可写多个。")
@click.argument("paths", nargs=-1, required=True, type=options.path_type, metavar="路径…")
@options.into_option
@options.to_option
@click.option("--draft", is_flag=True, help="没填全也打印，页眉标“草稿”")
@click.option("--all", "all_", is_flag=True, help="提示和说明也列出来")
@options.force_option
@options.json_option
@options.station_option
def render(
    paths: tuple[Path, ...],
    into: Path | None,
    to: str,
    draft: bool,
    all_: bool,
    force: bool,
    json_: bool,
    station_path: Path | None,
) -> int:
    """Print records."""
    station = options.station(station_path)
    formats = [name.strip().lower() for name in to.split(",") if name.strip()]
    with Progress("打印") as tick:
        results = printing.render(paths, into, formats, draft, force, station, tick)
    if json_:
        output.as_json("printed", [_plain(result) for result in results])
    for result in results:
        if not json_:
            for file in result.files:
                output.show(str(file))
        output.findings([f for f in result.findings if all_ or f.severity is not Severity.INFO])
        if result.failed:
            output.say(f"没有打印：{result.failed}")
    failed = [result for result in results if result.failed]
    if len(results) > 1:
        output.say(
            f"共 {len(results)} 份记录，打印 {len(results) - len(failed)} 份"
            + (f"，{len(failed)} 份没有打印" if failed else "")
        )
    if not failed:
        return Exit.DONE
    return Exit.PARTIAL if len(failed) < len(results) else Exit.FINDINGS


def _plain(result: printing.Printed) -> dict[str, object]:
    return {
        "source": str(result.source),
        "files": [str(file) for file in result.files],
        "failed": result.failed,
        "findings": output.plain_findings(result.findings),
    }


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
    formats = [name.strip().lower() for name in to.split(",") if name.strip()]
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
    formats: list[str],
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
