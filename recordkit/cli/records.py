"""`new`, `revise`, `check`: writing records and looking them over."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import Exit, Severity
from ..tasks import checking, writing
from . import clock, options, output
from .shell import command

_MOMENTS = {"填写": "FILL", "签署": "SIGN", "办结": "CLOSE"}


@command(help="开始一份新记录：写好标签、选项和说明的文件，填空即可。")
@click.argument("form", metavar="表单")
@click.option("--client", default="", metavar="编号", help="服务对象编号")
@click.option("--dossier", default="", metavar="编号", help="案卷编号")
@click.option("--by", default="", metavar="编号", help="填表人编号")
@click.option(
    "-o", "--output", "output_", type=options.path_type, metavar="文件", help="写到这个文件，不编号"
)
@options.station_option
def new(
    form: str, client: str, dossier: str, by: str, output_: Path | None, station_path: Path | None
) -> None:
    """Start a record."""
    station = options.station(station_path)
    started = writing.new(options.form(form, station), clock.today(), station, client, dossier, output_, by)
    output.show(str(started.path))
    number = f"编号 {started.number}。" if started.number else ""
    output.say(f"{number}用记事本打开填写，再检查：recordkit check {output.near(str(started.path))}")


@command(help="修改已签字的记录：旧版留在旁边（如 intake.v1.yaml），新版要重新签字。")
@click.argument("path", type=options.path_type, metavar="记录")
@click.option("--reason", default="", metavar="原因", help="为什么改（必写）")
def revise(path: Path, reason: str) -> None:
    """Start a new version of a signed record."""
    started = writing.revise(path, reason)
    output.show(str(started.path))
    output.say(f"现在是{started.number}，旧版和它的签字件原样保留。")


@command(help="检查记录、案卷或整个站：读得懂吗、填全了吗、前后一致吗。")
@click.argument("paths", nargs=-1, type=options.path_type, metavar="[路径]…")
@click.option(
    "--for", "moment", type=click.Choice(list(_MOMENTS)), default="填写", help="检查到哪一步（默认：填写）"
)
@click.option("--all", "all_", is_flag=True, help="提示和说明也列出来")
@options.json_option
@options.station_option
def check(paths: tuple[Path, ...], moment: str, all_: bool, json_: bool, station_path: Path | None) -> int:
    """Check records, dossiers or the whole station."""
    station = options.station(station_path)
    result = checking.check(paths, station, _MOMENTS[moment], clock.today())
    if json_:
        output.as_json("findings", output.plain_findings(result.findings))
    else:
        import sys

        shown = [f for f in result.findings if all_ or f.severity is not Severity.INFO]
        output.findings(shown, sys.stdout)
        output.say(result.summary)
    return Exit.FINDINGS if any(f.severity is not Severity.INFO for f in result.findings) else Exit.DONE
