"""`find`: people, dossiers and records by what somebody remembers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ..tasks import finding
from . import clock, options, output
from .shell import command


@command(help="查找服务对象、案卷、记录：写姓名（或其中几个字）、拼音首字母、电话末几位、编号或社区。")
@click.argument("word", nargs=-1, required=True, metavar="词…")
@options.json_option
@options.station_option
def find(word: tuple[str, ...], json_: bool, station_path: Path | None) -> None:
    """Find somebody or something."""
    found = finding.find(options.needed_station(station_path), " ".join(word), clock.today())
    if json_:
        output.as_json("found", asdict(found))
        return
    if found.clients:
        output.table([["编号", "姓名", "性别", "年龄", "社区", "案卷"], *map(_row, found.clients)])
    for paper in found.papers:
        output.show(f"{paper.number}　{paper.title}　{paper.path}")


def _row(client: finding.Client) -> list[str]:
    age = f"{client.age}岁" if client.age is not None else ""
    name = f"{client.name}（{client.status}）" if client.status else client.name
    dossiers = "；".join(f"{one.number} {one.state}，{one.forms}份" for one in client.dossiers)
    return [client.number, name, client.gender, age, client.community, dossiers]
