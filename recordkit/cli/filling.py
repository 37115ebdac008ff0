"""`fill`: somebody else's table filled from our records."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import UsageProblem
from ..records.text import width
from ..tasks import filling
from ..tasks.filling import Asked, Plan
from . import asking, options, output
from .shell import command

_HELP = """别人发来的表（Word、Excel），按栏目名用记录填好一份副本；原表和版式不动，已有字的格不覆盖。

先列出每一栏填哪一项、第一个值是什么，你确认了才写。确认过的记在工作区的 templates/对照 里，下次同样的表直接用。

\b
例：
  recordkit fill 街道花名册.xlsx --from clients
  recordkit fill 救助申请表.docx --from dossiers/LX01-GA-2026-0007
"""


@command(help=_HELP)
@click.argument("table", type=options.path_type, metavar="表格")
@click.option(
    "--from",
    "sources",
    type=options.path_type,
    multiple=True,
    metavar="路径",
    help="记录文件，或服务对象、案卷的文件夹（可写多次；clients 是全部）",
)
@click.argument("more", nargs=-1, type=options.path_type, metavar="[路径]…")
@click.option(
    "-o", "--into", type=options.path_type, metavar="文件", help="写到哪个文件或文件夹（默认：打印）"
)
@click.option("--yes", is_flag=True, help="不问，只写拿得准的；拿不准的留空")
@click.option("--internal", is_flag=True, help="内部栏目（社工的分析、督导意见等）也写")
@options.force_option
@options.station_option
def fill(
    *,
    table: Path,
    sources: tuple[Path, ...],
    more: tuple[Path, ...],
    into: Path | None,
    yes: bool,
    internal: bool,
    force: bool,
    station_path: Path | None,
) -> None:
    """Fill a copy of a table."""
    if not sources:
        raise UsageProblem("没说用谁的记录", "加 --from 路径，如 --from clients")
    station = options.station(station_path)
    made = filling.plan(table, [*sources, *more], station)
    _show(made)
    if not yes:
        _confirm(made, internal)
    elif made.sensitive():
        output.say(f"将写入敏感个人信息：{'、'.join(made.sensitive())}")
    done = filling.fill(made, station, into, force, internal)
    for note in done.notes:
        output.say(note)
    output.show(str(done.path))
    output.say(f"填了 {done.rows} 行、{done.cells} 格。" if made.found else f"填了 {done.cells} 格。")
    if done.mapping:
        output.say(f"对应关系记在 {output.near(str(done.mapping))}")


def _show(made: Plan) -> None:
    """What means what, before anything is written."""
    output.say(f"{made.path.name}　{made.mode}，{len(made.people.persons)} 份记录")
    for note in made.notes:
        output.say(note)
    if made.remembered:
        output.say("照上次记下的对应：")
    names = max((width(each.name) for each in made.asked), default=0)
    for each in made.asked:
        output.say(f"  {each.name}{' ' * (names - width(each.name))}  →  {_meaning(each)}")
    for one in made.inner:
        rows = len(one.texts(made.people.persons[0]))
        output.say(f"  {'、'.join(head.text for head in one.found.heads)}　→　{one.field.said}　{rows} 行")


def _meaning(each: Asked) -> str:
    if each.field:
        return f"{each.field.said}　{_short(each.first) or '（空）'}"
    if each.choices:
        return f"？{each.why}：{'、'.join(choice.said for choice in each.choices)}"
    return f"不填（{each.why or '照上次'}）"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 24 else f"{line[:23]}…"


def _confirm(made: Plan, internal: bool) -> None:
    """Ask about what is doubtful, then about the whole."""
    if not asking.can_ask():
        raise UsageProblem("没有写：要有人确认上面的对应", "核对后加 --yes，只写拿得准的；拿不准的留空")
    for each in [each for each in made.asked if not each.sure]:
        output.say(f"“{each.name}”（{each.where}，{each.why}）是哪一项？")
        for index, choice in enumerate(each.choices, 1):
            output.say(f"  {index}  {choice.said}　{_short(made.people.persons[0].text(choice))}")
        answer = asking.number("输入序号；都不是就直接回车", 0, len(each.choices), empty=0)
        made.answer(each.name, each.choices[answer - 1] if answer else None)
    if made.sensitive():
        output.say(f"将写入敏感个人信息：{'、'.join(made.sensitive())}")
    if made.internal() and internal:
        output.say(f"将写入内部使用的项目：{'、'.join(made.internal())}")
    if not asking.agreed("照此写入？"):
        raise UsageProblem("没有写，什么也没有动", "核对记录或表上的栏目名，再来一次")
