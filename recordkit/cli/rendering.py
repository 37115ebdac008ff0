"""`render`: records as Word, PDF and Excel, one or ten thousand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import click

from ..errors import Exit, Severity, UsageProblem
from ..tasks import batch, printing
from ..tasks.print_report import Report
from ..tasks.printing import Order, Printed
from . import clock, options, output
from .progress import Progress
from .shell import command

_NAMED = 20  # failures of a long run that are named on the screen; the rest stand in the report

_HELP = """把记录打印成 Word 和 PDF；路径是记录文件、文件夹，或 dossiers/*/intake.yaml 这样的写法，可写多个。

份数多时几份同时打印；停下了，再运行同样的命令就接着打印。没有打印的，逐份写进《打印问题》。

\b
例：
  recordkit render dossiers/LX01-GA-2026-0007
  recordkit render "dossiers/*/closing-report.yaml" --to pdf -o 结案报告
  recordkit render dossiers --merge 本季度.pdf --duplex
"""


@command(help=_HELP)
@click.argument("paths", nargs=-1, required=True, type=options.path_type, metavar="路径…")
@options.into_option
@options.to_option
@click.option("--merge", type=options.path_type, metavar="文件", help="合成一个 PDF，前面有目录，带书签")
@click.option("--duplex", is_flag=True, help="配合 --merge：双面打印，每份从正面开始")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="个数",
    help="几份同时打印（默认：电脑有几个核就几份）",
)
@click.option("--draft", is_flag=True, help="没填全也打印，页眉标“草稿”")
@click.option("--all", "all_", is_flag=True, help="提示和说明也列出来")
@options.force_option
@options.json_option
@options.station_option
def render(
    *,
    paths: tuple[Path, ...],
    into: Path | None,
    to: str,
    merge: Path | None,
    duplex: bool,
    workers: int | None,
    draft: bool,
    all_: bool,
    force: bool,
    json_: bool,
    station_path: Path | None,
) -> int:
    """Print records."""
    station = options.station(station_path)
    here = station.root if station and not station_path else None
    order = Order(into, options.formats(to), draft, force, station_path, here)
    printing.known_formats(order.to)
    if duplex and not merge:
        raise UsageProblem("--duplex 要和 --merge 一起用", "如 --merge 一叠.pdf --duplex")
    sources = printing.records_in(paths)
    teller, report = _Teller(len(sources), all_, json_, bool(merge)), Report()
    if merge:
        from ..tasks.piles import Pile

        pile = Pile(merge, order, sources)
        _run(batch.render(sources, pile.order, workers, own_folder=True), len(sources), teller, report, pile)
        pages = pile.write(station.profile.station.name if station else "", duplex, clock.today())
        return teller.finish(report.write(merge.parent, clock.today()), merge, pages)
    if len(sources) == 1:
        teller.add(printing.render_one(sources[0], order))  # its trouble is the command's
        return teller.finish([], sources[0])
    _run(batch.render(sources, order, workers), len(sources), teller, report)
    folder = batch.folder_of(sources, order)
    return teller.finish(report.write(folder, clock.today()), folder)


class _Hearer(Protocol):
    def add(self, printed: Printed) -> None:
        """Hear what became of a record."""


def _run(results: Iterator[Printed], total: int, *hearers: _Hearer) -> None:
    """Tell every outcome to all who want to hear of it."""
    count = 0
    with Progress("打印") as tick:
        try:
            tick(0, total)
            for count, printed in enumerate(results, 1):
                for hearer in hearers:
                    hearer.add(printed)
                tick(count, total)
        except KeyboardInterrupt:
            if total > batch.MANY:
                output.say(f"打印到第 {count} 份停下；再运行同样的命令，会接着打印")
            raise


class _Teller:
    """What the person hears of each record, and at the end."""

    def __init__(self, total: int, all_: bool, json_: bool, merged: bool) -> None:
        self.total, self.all, self.merged = total, all_, merged
        # Thousands of lines would hide on a screen what matters; a program wants them.
        self.many = total > batch.MANY and sys.stdout.isatty() and not merged
        self.json = output.JsonList("printed") if json_ else None
        self.done = self.earlier = self.failed = 0

    def add(self, printed: Printed) -> None:
        self.earlier += printed.earlier
        self.failed += bool(printed.failed)
        self.done += not printed.failed
        if self.json:
            self.json.add(_plain(printed))
        elif not (self.many or self.merged):
            for file in printed.files:
                output.show(str(file))
        if self.total <= batch.MANY or self.all or (printed.failed and self.failed <= _NAMED):
            self._say(printed)

    def _say(self, printed: Printed) -> None:
        output.findings([f for f in printed.findings if self.all or f.severity is not Severity.INFO])
        if printed.failed:
            output.say(f"没有打印：{printed.failed}")

    def finish(self, reports: Sequence[Path], into: Path, pages: int = 0) -> int:
        """The sum of it, and the exit code; `into` is where all of it went, one PDF of so
        many `pages` or a folder."""
        if self.json:
            self.json.close()
        if self.total > 1:
            earlier = f"（其中 {self.earlier} 份上次已经打印）" if self.earlier else ""
            failed = f"，{self.failed} 份没有打印" if self.failed else ""
            output.say(f"共 {self.total} 份记录，打印 {self.done} 份{earlier}{failed}")
        if self.many and self.done:
            output.say(f"写在 {output.near(str(into))}")
        if reports:
            output.say(f"没有打印的逐份说明在 {output.near(str(reports[0]))}")
        if pages:
            output.say(f"合成一个 PDF，共 {pages} 页")
            if not self.json:
                output.show(str(into))
        if not self.failed:
            return Exit.DONE
        return Exit.PARTIAL if self.done else Exit.FINDINGS


def _plain(printed: Printed) -> dict[str, object]:
    return {
        "source": str(printed.source),
        "files": [str(file) for file in printed.files],
        "failed": printed.failed,
        "findings": output.plain_findings(printed.findings),
    }
