"""`dossier`: a case as a whole."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from ..errors import Exit
from ..tasks import dossiers
from . import clock, options, output
from .shell import group


@group(help="案卷：立卷、进展、结卷。")
def dossier() -> None:
    """Dossiers."""


@dossier.command(help="按已决定接案的接案登记表立卷，给出个案编号。")
@click.argument("client", metavar="服务对象编号")
@options.station_option
def new(client: str, station_path: Path | None) -> None:
    """Open a case."""
    folder = dossiers.open_case(options.needed_station(station_path), client, clock.today())
    output.show(str(folder))
    output.say(f"个案编号 {folder.name}。下一步：recordkit new 协议 --dossier {folder.name}")


@dossier.command(help="列出案卷和进展。")
@options.json_option
@options.station_option
def status(json_: bool, station_path: Path | None) -> None:
    """List dossiers."""
    rows = dossiers.overview(options.needed_station(station_path))
    if json_:
        output.as_json("dossiers", [asdict(row) for row in rows])
        return
    output.table(
        [
            ["案卷编号", "服务对象", "表单", "最近填表", "进展"],
            *([r.number, r.clients, str(r.forms), r.last, r.state] for r in rows),
        ]
    )


@dossier.command(help="核对案卷是否齐全，能否结卷归档。")
@click.argument("number", metavar="案卷编号")
@options.json_option
@options.station_option
def close(number: str, json_: bool, station_path: Path | None) -> int:
    """Check a dossier for completeness."""
    checked = dossiers.close(options.needed_station(station_path), number, clock.today())
    if json_:
        output.as_json("findings", output.plain_findings(checked.findings))
    else:
        output.findings(checked.findings, sys.stdout)
        output.say(checked.summary)
    return Exit.FINDINGS if checked.open else Exit.DONE


@dossier.command(help="作废一个拿错的编号：留下原因，号码不再用。")
@click.argument("number", metavar="案卷编号")
@click.option("--reason", default="", metavar="原因", help="为什么作废（必写）")
@options.station_option
def void(number: str, reason: str, station_path: Path | None) -> None:
    """Give up a number."""
    output.show(str(dossiers.void(options.needed_station(station_path), number, reason, clock.today())))
