"""Packs for trainers: blank forms, a filling guide and an invented example of each,
an index and checksums, in one zip that is the same whenever it is made of the same.
"""

from __future__ import annotations

import hashlib
import mmap
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import IO, cast

from .. import __version__, forms
from ..errors import Conflict, UsageProblem
from ..forms import Arranged, Form
from ..forms.blocks import Block, Note, Page, Table
from ..records import disk
from ..records.context import Context
from ..records.dates import print_day
from ..records.text import width
from . import guides, printing
from .naming import METHOD_NAMES
from .workspace import Workspace, opened

# How a pack is put together; counts up when that changes.
EDITION = 1
INDEX, SUMS, VERSIONS = "目录", "SHA256SUMS", "版本与校验.txt"
STATE = "样例·虚构"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first a zip can name: no clock in the pack
_FORBIDDEN = re.compile(r'[<>:"|?*·/\\\x00-\x1f]')
_LONGEST = 60  # letters of three bytes each; with its tail a name has 255 at most
_INDEX_COLUMNS: tuple[guides.Head, ...] = (
    ("序号", 8, True), ("代码", 10, True), ("名称", 28), ("阶段", 12, True), ("谁填", 19), ("谁签", 24),
    ("份数与保管", 18), ("页数", 8, True), ("依据", 28), ("包内文件", 31),
)  # fmt: skip

# The blank files of one form: the end of each file's name (`（空白）.docx`) and its bytes.
Make = Callable[[Form, Arranged], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Packed:
    """What the index and the version page say of one form."""

    form: Form
    pages: int
    names: tuple[str, ...]


def blanks(to: Sequence[str], station: Workspace | None = None, fillable: bool = False) -> Make:
    """Makes blanks in the formats of `printing`; UsageProblem for an unknown one."""
    printing.known_formats(to)

    def make(form: Form, arranged: Arranged) -> Iterator[tuple[str, bytes]]:
        for end, made in printing.blank_files_of(arranged, form, to, station, fillable):
            yield end, made()

    return make


def pack(
    wanted: Sequence[Form],
    make: Make,
    into: Path,
    station: Workspace | None = None,
    *,
    today: date,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """One zip with the blanks that `make` makes of each form and all that goes with them.

    Of the station only its name and its own layouts are used. Conflict when the
    zip is there already and `force` is not given; UsageProblem without a form.
    """
    ordered = _ordered(wanted)
    if not ordered:
        raise UsageProblem("没说要哪些表", "写表单或类别的名字，如 recordkit blank 个案工作 --zip")
    path = into / f"空白表单包 {today.isoformat()}（{len(ordered)}张）.zip"
    if path.exists() and not force:
        raise Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或用 -o 换个文件夹")
    with tempfile.TemporaryFile() as file, _samples() as samples:
        with zipfile.ZipFile(file, "w") as archive:
            _Pack(archive, make, station, samples, today).fill(ordered, progress)
            # What people see is the list at the end; the order of writing stays hidden.
            archive.infolist().sort(key=lambda entry: entry.filename)
        file.flush()
        _keep(path, file, force)
    return path


def example(form: Form, samples: Workspace) -> Arranged | None:
    """The form filled in by the invented station, marked as such; None where that has
    no record of it. It carries no number's QR, so that no scan is filed by it."""
    for folder in reversed(list(samples.folders())):
        context = samples.context(folder)
        if record := next(iter(context.all(form.id)), None):
            arranged = printing.with_images(forms.filled(form, record, context, STATE), folder)
            return replace(arranged, page=replace(arranged.page, qr="", mark="样例"))
    return None


def _ordered(wanted: Sequence[Form]) -> list[Form]:
    """Each form once, by method and code."""
    once = {form.id: form for form in wanted}
    return sorted(once.values(), key=lambda form: (list(METHOD_NAMES).index(form.method), form.code))


@contextmanager
def _samples() -> Iterator[Workspace]:
    with as_file(files("recordkit") / "samples") as folder:
        yield opened(folder)


def _keep(path: Path, file: IO[bytes], force: bool) -> None:
    """The finished zip in its place, from the disk: it need not fit into memory."""
    # Not closed here: when writing fails, what tells of it still looks into the map.
    data = cast(bytes, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    disk.replace(path, data) if force else disk.create(path, data)


class _Pack:
    """A zip as it grows: one form at a time, each file hashed when it is written."""

    def __init__(
        self, archive: zipfile.ZipFile, make: Make, station: Workspace | None, samples: Workspace, today: date
    ) -> None:
        self.archive = archive
        self.make = make
        self.profile = station.profile if station else None
        self.samples = samples
        self.today = today
        self.sums: dict[str, str] = {}
        self.taken: set[str] = set()
        self.forms: list[Packed] = []

    def fill(self, wanted: Sequence[Form], progress: Callable[[int, int], None] | None) -> None:
        """All of the pack."""
        for count, form in enumerate(wanted, 1):
            self.add_form(form)
            if progress:
                progress(count, len(wanted))
        index = self.index()
        self.add(f"{INDEX}.pdf", _pdf(index, self.today))
        self.add(f"{INDEX}.docx", _docx(index))
        # The byte order mark and CRLF are for the editor of older Windows.
        self.add(VERSIONS, "\r\n".join(self.versions()).encode("utf-8-sig"))
        self.add(SUMS, "".join(f"{self.sums[name]}  {name}\n" for name in sorted(self.sums)).encode())

    def add_form(self, form: Form) -> None:
        """The blanks, the guide and the example of one form."""
        arranged = forms.blank(form, Context(station=self.profile))
        stem = f"{METHOD_NAMES[form.method]}/{_stem(form)}"
        names, pages = [], 0
        for tail, data in self.make(form, arranged):
            names.append(self.add(stem + tail, data))
            pages = pages or (_pages(data) if tail.endswith(".pdf") else 0)
        pages = pages or _pages(_pdf(arranged, self.today))
        names.append(self.add(f"{stem}（填写说明）.pdf", _pdf(guides.guide(form, self.profile), self.today)))
        if shown := example(form, self.samples):
            names.append(self.add(f"{stem}（填好的样例）.pdf", _pdf(shown, self.today)))
        self.forms.append(Packed(form, pages, tuple(names)))

    def add(self, name: str, data: bytes) -> str:
        """Write one file; nothing is compressed, since office files are already and
        compressors differ."""
        if name.casefold() in self.taken:  # Windows knows no capitals
            raise UsageProblem(f"包里有两个文件都叫“{name}”", "本站版式里，两张表的 code 或 title 要不一样")
        self.taken.add(name.casefold())
        entry = zipfile.ZipInfo(name, _DATE)
        entry.create_system, entry.external_attr = 3, 0o644 << 16
        self.archive.writestr(entry, data)
        self.sums[name] = disk.digest(data)
        return name

    @cached_property
    def version(self) -> str:
        """`1-2026-11-23-7F3A`: edition, day, and the first four of the forms' content."""
        listed = "".join(f"{self.sums[name]} {name}\n" for packed in self.forms for name in packed.names)
        mark = hashlib.sha256(listed.encode()).hexdigest()[:4].upper()
        return f"{EDITION}-{self.today.isoformat()}-{mark}"

    def index(self) -> Arranged:
        """The printed list of what is in the pack."""
        station = self.profile.station.name if self.profile else ""
        page = Page("空白表单包目录", "", station, f"包版本 {self.version}", landscape=True)
        rows = [_index_row(number, packed) for number, packed in enumerate(self.forms, 1)]
        made = f"制作日期：{print_day(self.today)}　共 {len(rows)} 张表　recordkit {__version__}"
        about = f"{made}　包版本 {self.version}\n{_CONTENTS}"
        return Arranged(page, (guides.table("", _INDEX_COLUMNS, rows), Note(about)))

    def versions(self) -> Iterator[str]:
        """The lines of the page that says what the pack is and how to prove it whole."""
        station = f"社工站：{self.profile.station.name}" if self.profile else "社工站：（未写，通用空白表）"
        yield from (
            "空白表单包　版本与校验",
            "",
            f"包版本：{self.version}",
            f"制作日期：{print_day(self.today)}",
        )
        yield from (station, f"recordkit 版本：{__version__}", "", "一、表单版本", "")
        room = max(width(packed.form.title) for packed in self.forms)
        for form in (packed.form for packed in self.forms):
            padding = " " * (room - width(form.title))
            yield f"{form.code}  {form.title}{padding}  第{form.version}版  {form.id}"
        yield from ("", "二、校验", "", *_HOW_TO_CHECK, "", "三、各文件的校验值（SHA-256）", "")
        yield from (f"{self.sums[name]}  {name}" for name in sorted(self.sums))
        yield ""


_CONTENTS = (
    "页数是空白表的页数。每张表有：空白表、填写说明、填好的样例。样例里的人物和数据全部虚构，页眉印着"
    f"“{STATE}”，不作记录。收回的表由社工站用 recordkit read 读入；旧版的表也能读，会说明是旧版。"
)
_HOW_TO_CHECK = (
    "文件没有传坏、没有被改过，校验值就与下面的一样。三种查法：",
    f"  Linux、macOS：在解开的文件夹里运行  sha256sum -c {SUMS}",
    f"  macOS 没有 sha256sum 的：shasum -a 256 -c {SUMS}",
    "  Windows：certutil -hashfile 目录.pdf SHA256 ，与下面那一行比较",
    "填过的空白表校验值会变，这是正常的。",
)


def _index_row(number: int, packed: Packed) -> Sequence[str]:
    form = packed.form
    tails = (name.partition("/")[2].removeprefix(_stem(form)) for name in packed.names)
    return (
        str(number), form.code, form.title, form.stage, form.fills, form.signs,
        f"{form.copies}份，{form.keep}", str(packed.pages), "；".join(form.clauses), _kinds_of_file(tails),
    )  # fmt: skip


def _kinds_of_file(tails: Iterable[str]) -> str:
    """`可填写 docx、pdf`, `一份、多份 xlsx` … on lines of their own."""
    found: dict[str, list[str]] = {}
    for tail in tails:
        name, _, suffix = tail.rpartition(".")
        found.setdefault(name.strip("（）"), []).append(suffix)
    alike: dict[str, list[str]] = {}
    for name, suffixes in found.items():
        alike.setdefault("、".join(suffixes), []).append(name)
    return "\n".join(f"{'、'.join(names)} {suffixes}" for suffixes, names in alike.items())


def _stem(form: Form) -> str:
    """`GA02 个案接案登记表`, as a file may be called."""
    return _FORBIDDEN.sub("、", f"{form.code} {form.title}")[:_LONGEST]


def _pdf(arranged: Arranged, today: date) -> bytes:
    from ..formats import pdf

    return pdf.write(arranged, today)


def _docx(arranged: Arranged) -> bytes:
    """A page of plain tables as Word: its template is made from itself, so that texts
    of a station's own layout come in as texts."""
    from ..formats import docx
    from ..formats.docx.build import build

    return docx.write(arranged, build(_tagged(arranged)))


def _tagged(arranged: Arranged) -> Arranged:
    """The same page with tags for its texts."""
    page = replace(arranged.page, station="{{ page_station }}", number="{{ page_number }}")
    return replace(arranged, page=page, blocks=tuple(map(_tagged_block, arranged.blocks)))


def _tagged_block(block: Block) -> Block:
    if not isinstance(block, Table):
        return block
    row = tuple(replace(cell, text=f"{{{{ {cell.path} }}}}") for cell in block.rows[0])
    return replace(block, rows=(row,))


def _pages(data: bytes) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return len(document)
