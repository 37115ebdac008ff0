"""`init`, `demo`, `doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from ..tasks import stations
from . import options, output
from .progress import Progress
from .shell import command


@command(help="建一个社工站工作区：文件夹和一份待填的站点情况。")
@click.argument("folder", type=options.path_type, metavar="文件夹")
@click.option("--code", default="SG01", metavar="站代码", help="字母加数字，是所有编号的开头（默认 SG01）")
def init(folder: Path, code: str) -> None:
    """Start a workspace."""
    output.show(str(stations.init(folder, code)))
    output.say(
        "先打开它填好站名、人员和社区；然后建第一份档：recordkit new client-record --station " + str(folder)
    )


@command(help="用虚构的样例社工站走一遍：打印全部记录和空白表。")
@click.argument("folder", type=options.path_type, default=Path("demo"), metavar="[文件夹]")
def demo(folder: Path) -> None:
    """Print the whole sample station."""
    with Progress("打印") as tick:
        made = stations.demo(folder, tick)
    for file in (*made.filled, *made.blank):
        output.show(str(file))
    output.say(f"填好的表 {len(made.filled)} 个文件：{made.root / '填好的表'}")
    output.say(f"空白表 {len(made.blank)} 个文件：{made.root / '空白表'}")
    output.say(f"样例社工站：{made.root / '样例社工站'}（全部人物、数据均为虚构）")


@command(help="看这台机器缺什么，怎么补。")
@options.json_option
def doctor(json_: bool) -> int:
    """Look at the machine."""
    found = stations.doctor()
    if json_:
        output.as_json(
            "doctor",
            [
                {"what": d.what, "well": d.well, "needed": d.needed, "remark": "" if d.well else d.remark}
                for d in found
            ],
        )
    for diagnosis in [] if json_ else found:
        sign = "✓" if diagnosis.well else ("✗" if diagnosis.needed else "!")
        output.show(f"{sign} {diagnosis.what}" + ("" if diagnosis.well else f"　{diagnosis.remark}"))
    return stations.diagnosis_code(found)
