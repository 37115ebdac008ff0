"""`import`: a station's own lists come in."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from ..errors import Exit, RecordkitError, UsageProblem, explained
from ..forms import Form
from ..tasks import import_heads, import_report, import_twins, importing
from ..tasks.import_heads import Column, Match, Wish
from ..tasks.import_rows import Fate
from ..tasks.importing import Batch, Listing
from ..tasks.workspace import Workspace
from . import asking, clock, options, output
from .shell import command

_HELP = """把本站自己的花名册（Excel 或 CSV）导入成一人一档。

先列出每一列当作哪一项，请你确认；再逐行核对。重复的人列出来，不合并、不建档。

看不懂的内容不导入，写进“收件箱”里的导入报告。可以重复导入：已在册的不会再建。

\b
例：
  recordkit import 花名册.xlsx --as client-record --by S01 --dry-run
  recordkit import 花名册.xlsx --as client-record --by S01 --map "居住地=现住址" --skip 低保金额
"""
_SHOWN = 8
_MOST_PEOPLE = 60


@command(name="import", help=_HELP)
@click.argument("path", type=options.path_type, metavar="名单")
@click.option(
    "--as",
    "form_word",
    default="client-record",
    metavar="表单",
    help="导入成哪张表（默认 client-record，一人一档）",
)
@click.option("--map", "maps", multiple=True, metavar="列头=字段", help="这一列是哪个字段；可写多次")
@click.option("--skip", "skips", multiple=True, metavar="列头", help="这一列不导入；可写多次")
@click.option("--sheet", "sheet", default="", metavar="名称", help="哪张工作表")
@click.option("--by", default="", metavar="编号", help="填表人编号")
@click.option("--yes", "-y", is_flag=True, help="不问：拿不准的列不导入，重复的人不建档")
@click.option("--also-duplicates", is_flag=True, help="重复的也建档")
@click.option("--from-id", is_flag=True, help="名单没有出生日期、性别的，取自身份证号")
@click.option("--hidden", is_flag=True, help="隐藏的行也导入")
@click.option("--dry-run", is_flag=True, help="只看，什么也不写")
@click.option("-o", "--report", "report", type=options.path_type, metavar="文件.csv", help="报告写到哪里")
@options.json_option
@options.station_option
def import_(
    *,
    path: Path,
    form_word: str,
    maps: tuple[str, ...],
    skips: tuple[str, ...],
    sheet: str,
    by: str,
    yes: bool,
    also_duplicates: bool,
    from_id: bool,
    hidden: bool,
    dry_run: bool,
    report: Path | None,
    json_: bool,
    station_path: Path | None,
) -> int:
    """Bring a list in."""
    station = options.needed_station(station_path)
    form = options.form(form_word, station)
    asks = not (json_ or yes) and sys.stdin.isatty() and sys.stderr.isatty()
    wish = Wish(dict(map(_mapped, maps)), skips)
    listing = _listing(importing.lists(path, form, station, wish), sheet, asks)
    columns, kept = importing.columns(listing, form, station, wish)
    _show_columns(listing, columns, form, kept)
    if asks:
        columns = _asked_about(columns, form)
    elif not (yes or kept or dry_run):
        raise UsageProblem(
            "列的对照要有人确认，这里没有终端",
            "对照见上；同意就加 --yes（只取“对上了”的列），别的用 --map、--skip 写明",
        )
    today = clock.today()
    batch = importing.prepared(path, listing, columns, form, station, today, by, from_id, hidden)
    if also_duplicates:
        importing.admit(batch)
    _show_findings(batch, from_id)
    _show_unfinished(station)
    place = None if dry_run else import_report.place(batch, station, today, report)
    if place and asks and not _confirmed(batch):
        output.say("没有导入，什么也没有写。")
        return Exit.DONE
    if place:
        _brought_in(batch, station, today, place)
    if json_:
        output.as_json("import", import_report.plain(batch))
    else:
        output.show(("（只看）" if dry_run else "") + importing.summary(batch))
        if place and place.is_file():
            output.show(str(place))
    return batch.code


def _brought_in(batch: Batch, station: Workspace, today: date, place: Path) -> None:
    """Write the mapping, the records, and whatever happened the report; that the report
    failed must not hide who came in."""
    with importing.alone(batch, station):
        importing.remember(batch, station)
        try:
            importing.bring_in(batch, station, today)
        finally:
            try:
                import_report.write(batch, place)
            except (OSError, RecordkitError) as problem:
                known = explained(problem)
                output.say(f"导入报告没有写成：{known.message if known else problem}")


def _mapped(text: str) -> tuple[str, str]:
    head, sign, to = text.replace("＝", "=").rpartition("=")
    if not (sign and head.strip() and to.strip()):
        raise UsageProblem(f"--map “{text}”看不懂", '写成 --map "列头=字段"，如 "家庭住址=现住址"')
    return head.strip(), to.strip()


def _listing(found: Sequence[Listing], name: str, asks: bool) -> Listing:
    """The sheet that was named, the only visible one, or the one a person chooses."""
    named = (
        [one for one in found if one.sheet.name == name] if name else [o for o in found if not o.sheet.hidden]
    )
    for one in found:
        if one.sheet.hidden and not name:
            output.say(f"工作表“{one.sheet.name}”是隐藏的，没有看；要导入它，加 --sheet {one.sheet.name}")
    names = "、".join(one.sheet.name for one in found)
    if len(named) == 1:
        return named[0]
    if not named:
        raise UsageProblem(
            f"没有叫“{name}”的名单工作表" if name else "名单都在隐藏的工作表里", f"像名单的工作表：{names}"
        )
    if not asks:
        raise UsageProblem(f"有 {len(named)} 张工作表像名单：{names}", "一次导入一张，加 --sheet 名称")
    for index, one in enumerate(named, 1):
        output.say(f"  {index}  {one.sheet.name}（{one.rows} 行）")
    return named[asking.number("导入哪一张？输入序号", 1, len(named)) - 1]


def _show_columns(listing: Listing, columns: Sequence[Column], form: Form, kept: bool) -> None:
    rows = "、".join(str(number) for number in listing.head.rows)
    output.say(f"“{listing.sheet.name}”：列头在第 {rows} 行，下面有 {listing.rows} 行。")
    if kept:
        output.say("照上次确认过的对照（在工作区 templates/对照）。")
    table = [("列", "列头", "字段", "样例", "")]
    for column in columns:
        guess = "、".join(import_heads.label(form, path) for path in column.choices)
        to = import_heads.label(form, column.path) if column.path else f"？{guess}" if guess else "—"
        said = (
            column.match.value
            + (f"（{column.why}）" if column.why else "")
            + ("　隐藏" if column.hidden else "")
        )
        sample = import_report.masked(" ".join(column.sample.split()))[:16]
        table.append((column.letter, column.head[:20] or "（空）", to, sample, said))
    # Questions follow on stderr, and what they are about has to stand there too.
    with contextlib.redirect_stdout(sys.stderr):
        output.table(table)


def _asked_about(columns: list[Column], form: Form) -> list[Column]:
    """Every doubtful column as a person says, and the whole confirmed."""
    taken = {column.path for column in columns if column.path}
    found = []
    for column in columns:
        if column.match is Match.ASKED:
            column = _one_asked(column, [path for path in column.choices if path not in taken], form)  # noqa: PLW2901
            taken.add(column.path)
        found.append(column)
    if not asking.agreed("照上面的对照导入吗？"):
        raise UsageProblem("没有导入，什么也没有写", '对照要改的，写明再来：--map "列头=字段"、--skip 列头')
    return found


def _one_asked(column: Column, choices: Sequence[str], form: Form) -> Column:
    if not choices:
        return replace(column, match=Match.LEFT, why="已有别的列")
    output.say(f"{column.letter} 列“{column.head}”是哪一项？")
    for index, path in enumerate(choices, 1):
        output.say(f"  {index}  {import_heads.label(form, path)}")
    output.say("  0  都不是，不导入")
    number = asking.number("输入序号", 0, len(choices))
    return import_heads.told(column, choices[number - 1] if number else "")


def _show_findings(batch: Batch, from_id: bool) -> None:
    """What was not taken, by column and reason; names and rows, nobody's numbers."""
    grouped: dict[tuple[str, str, bool], list[int]] = {}
    for entry in batch.entries:
        for problem in entry.problems if entry.fate is Fate.READY else ():
            said = import_report.screened(problem)
            grouped.setdefault((problem.label, said["message"], problem.kept), []).append(entry.number)
    for (label, message, kept), numbers in grouped.items():
        output.say(
            f"{'!' if kept else '✗'} {label}：{message}（{_rows(numbers)}{'' if kept else '，没有导入'}）"
        )
    for fate in (Fate.NAMELESS, Fate.HIDDEN, Fate.NO_PERSON):
        if numbers := [entry.number for entry in batch.entries if entry.fate is fate]:
            mend = "；要导入加 --hidden" if fate is Fate.HIDDEN else ""
            output.say(f"· {fate.value}：{_rows(numbers)}{mend}")
    _show_near(batch)
    bare = [
        e
        for e in batch.entries
        if e.record and e.record.id_no and not (e.record.birth_date and e.record.gender)
    ]
    if bare and not from_id:
        output.say(f"· {len(bare)} 人没有出生日期或性别，但有证件号码：是身份证号的，加 --from-id 可从号码取")


def _show_near(batch: Batch) -> None:
    twins = [entry for entry in batch.entries if entry.twins and entry.fate is not Fate.ON_FILE]
    near = [entry for entry in batch.entries if entry.near and entry.fate is Fate.READY and not entry.twins]
    for said, entries in (
        ("重复的（没有合并；确是不同的人、要建档的，加 --also-duplicates）：", twins),
        ("! 相近的，请核对是不是同一个人（照常建档）：", near),
    ):
        if entries:
            output.say(said)
        for index, entry in enumerate(entries[:_MOST_PEOPLE], 1):
            others = "；".join(
                import_report.masked(import_report.beside(t)) for t in entry.twins or entry.near
            )
            output.say(f"  {index}  第{entry.number}行 {entry.name}，像 {others}")
        if len(entries) > _MOST_PEOPLE:
            output.say(f"  …… 一共 {len(entries)} 人，都写在导入报告里")


def _rows(numbers: Sequence[int]) -> str:
    listed = "、".join(map(str, numbers[:_SHOWN]))
    return f"第 {listed} 行" + (f"等 {len(numbers)} 行" if len(numbers) > _SHOWN else "")


def _show_unfinished(station: Workspace) -> None:
    for folder in import_twins.unfinished(station):
        mend = f"要用这个号：recordkit new 一人一档 --client {folder.name}"
        output.say(f"· {folder.name} 只有空文件夹，是以前中断留下的；{mend}")


def _confirmed(batch: Batch) -> bool:
    """The last word of a person: which of the repeated people come in, and whether at all."""
    _choose_twins(batch)
    return asking.agreed(f"{importing.summary(batch)}开始建档吗？")


def _choose_twins(batch: Batch) -> None:
    twins = [entry for entry in batch.entries if entry.fate is Fate.TWIN]
    if not twins:
        return
    said = click.prompt(
        "确是不同的人、要照样建档的，输入序号，如 1,3；都不建直接回车",
        default="",
        show_default=False,
        err=True,
    )
    parts = said.replace("，", ",").replace("、", ",").split(",")
    numbers = [part.strip() for part in parts if part.strip()]
    if wrong := [n for n in numbers if not n.isdecimal() or not 1 <= int(n) <= len(twins)]:
        raise UsageProblem(f"“{wrong[0]}”不是上面的序号，没有导入", f"写 1 到 {len(twins)}")
    importing.admit(batch, [twins[int(n) - 1].number for n in numbers])
