"""`attach`: scans and photos filed with their record."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from ..errors import Exit, UsageProblem
from ..forms import Form
from ..records.dates import read_day
from ..records.reading import Loaded
from ..tasks import attaching
from ..tasks.filing import KINDS, Filed, Wish
from ..tasks.proving import SIGNING_STATES, Signed, Waiting, read_signed
from . import clock, options, output
from .shell import command

_HELP = """归入扫描件、照片（JPG、PNG、HEIC、PDF），作为签字的凭证或服务的佐证。

页脚有二维码的，自己找到记录；没有的用 --to 指明，否则放入收件箱。
原来的文件不改不删；照片缩小，去掉拍摄位置。

\b
例：
  recordkit attach 扫描.pdf --signed sign_worker,sign_client:手印 --on 2026-03-05
  recordkit attach 照片.jpg --to LX01-GA-2026-0007-07-1 --as photos --consent 协议书勾选同意
"""


@command(help=_HELP)
@click.argument("files", nargs=-1, required=True, type=options.path_type, metavar="文件…")
@click.option("--to", default="", metavar="记录", help="哪份记录：文件路径或表单编号")
@click.option(
    "--as", "into", default="", metavar="字段", help="放在哪一项，如 photos、genogram、consent_scan"
)
@click.option("--kind", type=click.Choice(list(KINDS)), help="是哪一种（默认：签字件）")
@click.option("--title", default="", metavar="标题", help="标题")
@click.option("--consent", default="", metavar="依据", help="拍摄、留存的同意依据")
@click.option("--signed", default="", metavar="签名[:状态[:编号]],…", help="纸上谁签了，如 sign_client:手印")
@click.option("--on", "on_text", default="", metavar="日期", help="签字日期；照片的拍摄日期")
@click.option("--force", is_flag=True, help="版本对不上也归入；换掉已有的图或凭证")
@options.json_option
@options.station_option
def attach(
    *,
    files: tuple[Path, ...],
    to: str,
    into: str,
    kind: str | None,
    title: str,
    consent: str,
    signed: str,
    on_text: str,
    force: bool,
    json_: bool,
    station_path: Path | None,
) -> int:
    """File scans and photos."""
    wish = Wish(to, into, kind or "", title, consent, _day(on_text), read_signed(signed), force)
    ask = None if json_ or not (sys.stdin.isatty() and sys.stderr.isatty()) else _ask
    results = attaching.attach(files, wish, clock.today(), options.station(station_path), ask)
    failed = [filed for filed in results if filed.failed]
    if len(results) == 1 and failed and failed[0].failed:
        raise failed[0].failed
    if json_:
        output.as_json("attached", [_plain(filed) for filed in results])
    else:
        for filed in results:
            _told(filed, ask is None)
    return _code(results)


def _code(results: Sequence[Filed]) -> int:
    failures = [filed.failed for filed in results if filed.failed]
    if failures:
        return Exit.PARTIAL if len(failures) < len(results) else failures[0].exit_code
    return Exit.DONE if all(filed.record for filed in results) else Exit.FINDINGS


def _told(filed: Filed, alone: bool) -> None:
    """One file's fate; `alone` when nobody could be asked who signed."""
    if filed.failed:
        output.say(f"没有归入 {filed.source.name}：{filed.failed.message}　{filed.failed.hint}".rstrip())
    if filed.file:
        output.show(str(filed.file))
    for remark in filed.remarks:
        output.say(f"{filed.source.name}：{remark}")
    if filed.signed:
        output.say(f"已登记：{'、'.join(filed.signed)}")
    if filed.waiting:
        output.say(f"还没有签：{'、'.join(one.label for one in filed.waiting)}")
        if alone and not filed.signed:
            names = ",".join(one.name for one in filed.waiting)
            output.say(f"　　　纸上签了的，再来一次并写明：--signed {names} --on 签字日期")


def _plain(filed: Filed) -> dict[str, object]:
    return {
        "source": str(filed.source),
        "record": str(filed.record or ""),
        "file": str(filed.file or ""),
        "signed": filed.signed,
        "waiting": [one.name for one in filed.waiting],
        "remarks": filed.remarks,
        "failed": filed.failed.message if filed.failed else "",
    }


def _ask(loaded: Loaded, form: Form, waiting: Sequence[Waiting]) -> tuple[Mapping[str, Signed], date | None]:
    """Which signatures the page shows, by their numbers, and the day on it."""
    output.say(f"{loaded.path.name}《{form.title}》上，哪几处已经签了？")
    for index, one in enumerate(waiting, 1):
        output.say(f"  {index}  {one.label}{'' if one.lacking else '（可选，或已登记）'}")
    answer = click.prompt("输入序号，如 1,2 手印；都没签直接回车", default="", show_default=False, err=True)
    signed = _chosen(answer, waiting)
    on = _day(click.prompt("纸上写的签字日期", default=f"{clock.today()}", err=True)) if signed else None
    return signed, on


def _chosen(answer: str, waiting: Sequence[Waiting]) -> dict[str, Signed]:
    """`1,2 手印` as signatures."""
    signed = {}
    for part in filter(
        None, (part.strip() for part in answer.replace("，", ",").replace("、", ",").split(","))
    ):
        number = part.rstrip("".join({*"".join(SIGNING_STATES)}) + " :：")
        state = part.removeprefix(number).strip(" :：") or "已签"
        if not number.isdecimal() or not 1 <= int(number) <= len(waiting) or state not in SIGNING_STATES:
            raise UsageProblem(f"“{part}”看不懂，没有归入", f"写序号 1 到 {len(waiting)}；按手印的写 2 手印")
        signed[waiting[int(number) - 1].name] = Signed(state)
    return signed


def _day(text: str) -> date | None:
    try:
        day = read_day(text) if text else None
    except ValueError as problem:
        raise UsageProblem(f"--on：{problem}") from None
    if day and day > clock.today():
        raise UsageProblem(f"--on：{text} 还没有到", "写纸上签的那一天")
    return day
