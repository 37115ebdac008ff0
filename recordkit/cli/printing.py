"""`render`, `blank`: forms as Word and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import Exit, Severity
from ..tasks import naming, printing
from . import options, output
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


@command(help="打印空白表；写表单或类别的名字，不写就是全部。")
@click.argument("wanted", nargs=-1, metavar="[表单|类别]…")
@options.into_option
@options.to_option
@options.force_option
@options.station_option
def blank(
    wanted: tuple[str, ...], into: Path | None, to: str, force: bool, station_path: Path | None
) -> None:
    """Print blank forms."""
    station = options.station(station_path)
    own = station.layouts if station else None
    formats = [name.strip().lower() for name in to.split(",") if name.strip()]
    found = [form for word in wanted for form in _named(word, station)] if wanted else naming.all_forms(own)
    for file in printing.blanks(found, into, formats, force, station):
        output.show(str(file))


def _named(word: str, station: Any) -> list[Any]:
    if word in naming.METHOD_NAMES or word in naming.METHOD_NAMES.values():
        return naming.forms_named(word, station.layouts if station else None)
    return [options.form(word, station)]
