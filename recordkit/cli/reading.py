"""`read`: filled-in forms back into records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from ..errors import Exit, RecordkitError, UsageProblem
from ..forms.answers import Item, State
from ..records.text import width
from ..tasks import handed_in, reporting, returning
from ..tasks.reporting import Report
from ..tasks.returning import Back, Wish
from ..tasks.workspace import Workspace
from . import asking, clock, options, output
from .progress import Progress
from .shell import command

_SIGNS = {State.READ: "✓", State.DOUBT: "?", State.WRONG: "✗", State.UNUSED: "·"}
_SHORT = 40  # letters of a text that are shown on a line
_ANY_PATH = click.Path(path_type=Path, readable=False)  # of many, one that cannot be read is told in its turn


_HELP = """读填好的表（Word、PDF、Excel），变成记录；写文件夹，就读里面全部。

看不准的、没读懂的都列出来，不猜。已有的记录不覆盖，不同的地方并排列出。

\b
例：
  recordkit read 收回
  recordkit read 面谈.docx --dossier LX01-GA-2026-0007
"""


@command(help=_HELP)
@click.argument("paths", nargs=-1, required=True, type=_ANY_PATH, metavar="文件…")
@click.option("--as", "form", default="", metavar="表单", help="是哪张表（默认：看文件里的标记、标题和栏目）")
@click.option("--client", default="", metavar="编号", help="放到这位服务对象名下，并编号")
@click.option("--dossier", default="", metavar="编号", help="放进这个案卷，并编号")
@click.option("-o", "--into", type=options.path_type, metavar="文件夹", help="写到哪里（默认：收件箱）")
@click.option("--update", is_flag=True, help="打印出去又改了的：列出不同，逐份问过，把记录改成表上的")
@click.option("--yes", is_flag=True, help="配合 --update：不逐份问")
@click.option(
    "--report", type=options.path_type, metavar="文件", help="读表报告（.xlsx）；多份文件时总会写一份"
)
@click.option("--all", "all_", is_flag=True, help="读到的每一栏都列出来，不只列要核对的")
@options.force_option
@options.json_option
@options.station_option
def read(
    *,
    paths: tuple[Path, ...],
    form: str,
    client: str,
    dossier: str,
    into: Path | None,
    update: bool,
    yes: bool,
    report: Path | None,
    all_: bool,
    force: bool,
    json_: bool,
    station_path: Path | None,
) -> int:
    """Read returned forms."""
    station = options.station(station_path)
    if client and dossier:
        raise UsageProblem("--client 和 --dossier 只能用一个")
    named = options.form(form, station) if form else None
    files = handed_in.files_in(paths)
    wish = Wish(named, client, dossier, into, update and yes, force, names=handed_in.distinct(files))
    teller = _Teller(all_, json_, update)
    with _report(report, files, wish, station, force) as lines, Progress("读表") as tick:
        count = 0
        try:
            for count, backs in enumerate(returning.read(files, wish, station, clock.today()), 1):
                for back in backs:
                    teller.tell(back)
                    done = _asked(back, wish, station) if update and not yes else back
                    lines.add(done)
                    teller.count(done)
                tick(count, len(files))
        except KeyboardInterrupt:
            output.say(f"读到第 {count + 1} 份停下；再读一次会补上，读过的不会重复")
            raise
    if left_out := handed_in.passed_over(paths):
        names = "、".join(path.name for path in left_out[:5])
        output.say(f"另有 {len(left_out)} 个文件没有读：{names}{'…' if len(left_out) > 5 else ''}")
        output.say("　　　旧格式请另存为 .docx、.xlsx；照片、扫描件用 recordkit attach 归入")
    return teller.finish(lines, len(files))


def _report(
    wanted: Path | None, files: Sequence[Path], wish: Wish, station: Workspace | None, force: bool
) -> Report:
    """The report that was asked for; of several files there is always one."""
    if wanted or len(files) == 1:
        return Report(wanted, force)
    return Report(None, folder=returning.folder(wish, station), today=clock.today())


def _asked(back: Back, wish: Wish, station: Workspace | None) -> Back:
    """The same, taken over into the record if the person at the terminal says so."""
    if not back.differences or back.failed:
        return back
    if not asking.can_ask():
        raise UsageProblem("这里不能问您，没有改动记录", "确定要改的，加 --update --yes")
    if not asking.agreed("采用表上的？"):
        return back
    [taken] = returning.read([back.source], replace(wish, update=True, seen=True), station, clock.today())
    done = next((each for each in taken if each.place == back.place), back)
    output.say(_headline(done))
    return done


class _Teller:
    """What the person hears of each file, and at the end."""

    def __init__(self, all_: bool, json_: bool, update: bool) -> None:
        self.all = all_
        self.json = json_
        self.update = update
        self.seen: list[dict[str, Any]] = []
        self.clean = True
        self.failed: list[RecordkitError] = []

    def count(self, back: Back) -> None:
        """Take it into the account, after all questions."""
        self.clean = self.clean and back.is_clean
        if back.failed:
            self.failed.append(back.failed)
        if self.json:
            self.seen.append(_plain(back))

    def tell(self, back: Back) -> None:
        if self.json:
            return
        if back.written:
            output.show(str(back.written))
        output.say(_headline(back))
        for note in back.notes:
            output.say(f"  · {note}")
        for item in back.items if self.all else back.doubts:
            output.say(f"  {_line(item)}")
        for stray in back.strays:
            output.say(f"  · {stray.where}：这里没有栏目，“{_short(stray.text)}”没有采用")
        output.findings(back.findings)
        if back.differences:
            _side_by_side(back, hint=not self.update)

    def finish(self, report: Report, files: int) -> int:
        if self.json:
            output.as_json("returned", self.seen)
        if report.problem:
            output.say(f"读表报告没有写成：{report.problem.message}　{report.problem.hint}".rstrip())
        if report.path:
            output.say(f"逐栏的说明在 {output.near(str(report.path))}")
        if files > 1:
            counts = "；".join(f"{name.replace('，', '、')} {n} 份" for name, n in report.counts.items())
            output.say(f"共 {sum(report.counts.values())} 份：{counts}")
        if files == 1 and self.failed:
            return int(self.failed[0].exit_code)
        if self.failed or report.problem:
            return Exit.PARTIAL if len(self.failed) < sum(report.counts.values()) else Exit.FINDINGS
        return Exit.DONE if self.clean else Exit.FINDINGS


def _headline(back: Back) -> str:
    place = f" {back.place}" if back.place else ""
    title = f"《{back.form.title}》" if back.form else ""
    if back.failed:
        hint = f"　{back.failed.hint}" if back.failed.hint else ""
        said = back.failed.message.removeprefix(f"{back.source.name} ")
        return f"✗ {back.source.name}{place}{title}：没有读入：{said}{hint}"
    states = Counter(item.state for item in back.items)
    counted = "，".join(f"{state} {states[state]} 栏" for state in State if states[state])
    return f"{back.source.name}{place}{title}：{reporting.outcome(back)}{f'（{counted}）' if counted else ''}"


def _line(item: Item) -> str:
    row = f"第{item.row + 1}行 " if item.row >= 0 else ""
    read_as = f"，读作 {_short(item.value)}" if item.value and item.value != item.text else ""
    said = f"：{item.said}" if item.said else ""
    by = f"（{item.where}，{'、'.join(item.anchors)}）"
    return f"{_SIGNS[item.state]} {row}{item.label} “{_short(item.text)}”{read_as}{said}{by}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def _side_by_side(back: Back, hint: bool) -> None:
    """The record's values and the form's, beside each other."""
    output.say(f"  与 {output.near(str(back.existing))} 不同：")
    rows = [("栏目", "记录里", "表上")]
    rows += [
        (d.label, _short(d.recorded) or "（空）", _short(d.returned) or "（空）") for d in back.differences
    ]
    widths = [max(width(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        output.say("    " + " │ ".join(padded).rstrip())
    if hint:
        output.say("    没有改动记录；要采用表上的，加 --update")


def _plain(back: Back) -> dict[str, Any]:
    """For --json."""
    return {
        "source": str(back.source),
        "place": back.place,
        "form": back.form.id if back.form else None,
        "outcome": reporting.outcome(back),
        "written": str(back.written) if back.written else None,
        "existing": str(back.existing) if back.existing else None,
        "failed": back.failed.message if back.failed else None,
        "hint": back.failed.hint if back.failed else None,
        "notes": back.notes,
        "items": [asdict(item) for item in back.items],
        "differences": [asdict(difference) for difference in back.differences],
        "strays": [asdict(stray) for stray in back.strays],
        "findings": output.plain_findings(back.findings),
    }
