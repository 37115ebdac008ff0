"""One PDF of many records, to print a pile: bookmarks, and in front an index which ends
with what is missing.

The forms are printed one by one into a hidden folder beside the pile, so that a run that
was stopped goes on; the folder goes away with the end of the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from ..errors import Conflict, NotFound, Refused, UsageProblem
from ..formats import pile
from ..formats.pile import Sheet
from ..records import disk
from .printing import USUAL, Order, Printed


class Pile:
    """The outcomes of a run as they come, then one PDF of those that were printed.

    `order` says how its parts are to be printed. Conflict where the PDF exists already,
    UsageProblem for an order that a pile cannot follow.
    """

    def __init__(self, into: Path, wanted: Order, sources: Sequence[Path]) -> None:
        if wanted.into or wanted.to not in (USUAL, ("pdf",)):
            raise UsageProblem(
                "--merge 只做一个 PDF，路径已经写了", "去掉 -o 和 --to，如 --merge 打印/一叠.pdf"
            )
        if into.suffix.lower() != ".pdf":
            raise UsageProblem(f"“{into}”不是 PDF 的文件名", f"写成 --merge {into}.pdf")
        if into.is_dir():
            raise Conflict(f"{into} 是文件夹，不能写成 PDF", "换一个名字")
        if into.exists() and not wanted.force:
            raise Conflict(f"{into} 已经存在，没有改动它", "要覆盖请加 --force，或换一个名字")
        self.into, self._over = into, wanted.force
        self._folder = into.with_name(f".~{into.stem}")
        self.order = replace(wanted, into=self._folder, to=("pdf",), force=False, apart=True)
        self._place = {source: place for place, source in enumerate(sources)}
        self._sheets: dict[int, Sheet] = {}
        self._missing: dict[int, tuple[str, str]] = {}

    def add(self, printed: Printed) -> None:
        """One record, at its place in the pile."""
        place = self._place[printed.source]
        if printed.failed:
            self._missing[place] = (near_end(printed.source), printed.failed)
        else:
            [file] = printed.files
            self._sheets[place] = Sheet(file, printed.group, printed.number, printed.title, printed.day)

    def write(self, station: str, duplex: bool, today: date) -> int:
        """The PDF, whole or not at all, and its parts are taken away; the number of its pages.
        Where nothing was printed there is no PDF, and no pages. Refused when a part is damaged,
        Conflict when another run was faster or has taken the parts."""
        pages = 0
        try:
            if self._sheets:
                with disk.whole(self.into, over=self._over, within=self._folder) as file:
                    pages = self._bound(file, station, duplex, today)
        except Refused:
            self._clear()  # what is damaged must not be found again
            raise
        except NotFound:
            said = f"印好的表不见了，没有合成 {self.into}，可能有人同时在做这一叠"
            raise Conflict(said, "等那边做完，再运行一次；两边都要，就换一个名字") from None
        self._clear()
        return pages

    def _clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _bound(self, file: BinaryIO, station: str, duplex: bool, today: date) -> int:
        return pile.write(
            self._in_order(),
            file,
            title=self.into.stem,
            station=station,
            on=today,
            missing=[gap for _, gap in sorted(self._missing.items())],
            duplex=duplex,
        ).pages

    def _in_order(self) -> list[Sheet]:
        """Dossier by dossier as they came, the forms of each by their number: files lie by
        their English names."""
        first: dict[str, int] = {}
        for place, sheet in sorted(self._sheets.items()):
            first.setdefault(sheet.group, place)
        order = {
            place: (first[sheet.group], _counted(sheet.number), place)
            for place, sheet in self._sheets.items()
        }
        return [self._sheets[place] for place in sorted(order, key=order.__getitem__)]


def _counted(number: str) -> list[tuple[int, str]]:
    """A number's parts in the order people count: 9 before 10."""
    return [(int(part) if part.isdigit() else 0, part) for part in number.split("-")]


def near_end(source: Path) -> str:
    """The last two parts of a path: the folder's number and the file."""
    return "/".join(source.absolute().parts[-2:])
