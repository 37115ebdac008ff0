"""A progress bar on stderr, only on a terminal and only for several things."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

_FEW = 3


class Progress:
    """`with Progress("打印") as tick:` and `tick(done, total)` after each."""

    def __init__(self, doing: str) -> None:
        self.doing = doing
        self.bar: Any = None

    def __enter__(self) -> Callable[[int, int], None]:
        return self._tick

    def _tick(self, done: int, total: int) -> None:
        if total < _FEW or not sys.stderr.isatty():
            return
        if self.bar is None:
            self._start(total)
        speed = self.bar.tasks[0].speed
        self.bar.update(self.task, completed=done, rate=f"{speed:.0f} 份/秒，" if speed else "")

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn(self.doing),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}还需"),
            TimeRemainingColumn(),
        )
        # While the bar stands, rich would send what is printed to stdout to the bar's own
        # stream; that must not happen to data on their way into a file.
        self.bar = Progress(*columns, console=Console(stderr=True), redirect_stdout=sys.stdout.isatty())
        self.bar.start()
        self.task = self.bar.add_task("", total=total, rate="")

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
