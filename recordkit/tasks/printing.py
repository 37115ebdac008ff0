"""Records and blanks printed: from a file to Word, PDF and Excel, never half-written."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from glob import glob
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from .. import forms
from ..checks import check_record
from ..errors import Conflict, Finding, HasFindings, NotFound, RecordkitError, Severity, UsageProblem
from ..forms import Arranged, Form
from ..forms.blocks import Picture
from ..forms.returned import FORM, FORM_VERSION, RECORD
from ..records import disk
from ..records.context import Context
from ..records.fields import Moment, Nature
from ..records.reading import Loaded, load
from .workspace import Workspace, is_record_file, nearest, opened, record_files

FORMATS = ("docx", "pdf", "xlsx")
USUAL = ("docx", "pdf")
DRAFT = "草稿"
# What must be mended before a form can be printed; the rest is told and printed all
# the same, since a signed form that was changed has to be printed to be signed again.
_STAND_IN_THE_WAY = ("RD-", "NEED-", "LO-")
_PATTERN = frozenset("*?[")
_FORBIDDEN = re.compile(r'[<>:"|?*·/\\]')


@dataclass(frozen=True, slots=True)
class Order:
    """How records are to be printed, the same for all of them.

    `into` None stands for the folder `打印` of each record's own workspace. `station` is
    a workspace that was named and counts for all, `here` one for records outside of any.
    `apart` gives each record's file a name that no other's has, for files nobody looks for.
    """

    into: Path | None = None
    to: tuple[str, ...] = USUAL
    draft: bool = False
    force: bool = False
    station: Path | None = None
    here: Path | None = None
    apart: bool = False

    def home(self, source: Path) -> Workspace | None:
        """The workspace that this record is printed in."""
        if self.station:
            return opened(self.station)
        return nearest(source.parent) or (opened(self.here) if self.here else None)


@dataclass(slots=True)
class Printed:
    """What became of one record: the files written, or why there are none.

    `number`, `title` and `day` are those of the form, `group` is the number of the
    dossier or client it belongs to.
    """

    source: Path
    files: list[Path] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed: str = ""
    hint: str = ""
    number: str = ""
    title: str = ""
    day: str = ""
    group: str = ""
    earlier: bool = False  # printed by a run that was stopped, and left as it is


def records_in(paths: Sequence[Path]) -> list[Path]:
    """The record files meant: files as they are, folders with all below them, and what
    a pattern such as `dossiers/*/intake.yaml` stands for; NotFound for what means none.
    A file that is reached in several ways is there once."""
    once: dict[Path, Path] = {}
    for path in chain.from_iterable(map(_meant, paths)):
        once.setdefault(path.resolve(), path)
    return list(once.values())


def _meant(path: Path) -> list[Path]:
    if path.is_dir():
        found = _below(path)
    elif path.is_file():
        return [path]
    elif not _PATTERN & set(str(path)):
        raise NotFound(f"找不到：{path}")
    else:  # the shell of Windows leaves patterns to the program
        found = [file for each in _matched(path) for file in (_below(each) if each.is_dir() else [each])]
        found = [file for file in found if is_record_file(file)]
    if not found:
        raise NotFound(f"{path} 里没有记录文件")
    return found


def _matched(pattern: Path) -> list[Path]:
    """What there is; the signs of a folder that is really called so stand for themselves."""
    real = next(folder for folder in pattern.parents if folder.is_dir())
    names = glob(str(pattern.relative_to(real)), root_dir=real, recursive=True)
    return [real / name for name in sorted(names)]


def _below(folder: Path) -> list[Path]:
    folders = sorted({path.parent for path in folder.rglob("*.yaml")})
    return [file for each in folders for file in record_files(each)]


def surroundings(path: Path, station: Workspace | None) -> tuple[Workspace | None, Context]:
    """The workspace a record lies in, and what it may ask about its surroundings."""
    home = station or nearest(path.parent)
    if home and group_of(path, home):
        return home, home.context(path.parent)
    return home, Context(station=home.profile) if home else Context()


def group_of(path: Path, home: Workspace | None) -> str:
    """The number of the dossier or client a record belongs to, '' outside of a workspace."""
    folder = path.resolve().parent
    inside = home is not None and folder.is_relative_to(home.root)
    return folder.name if inside and folder.parent.name in ("clients", "dossiers") else ""


def render_one(source: Path, order: Order, home: Workspace | None = None) -> Printed:
    """Print one record, in the workspace `home` if that is open already; HasFindings when
    it is not complete enough to print."""
    loaded = load(source)
    home, context = surroundings(source, home or order.home(source))
    form = form_of(loaded, home)
    findings = [
        *check_record(loaded, context, Moment.FILL),
        *(forms.local_findings(form, loaded) if form else ()),
    ]
    errors = [f for f in findings if f.severity is Severity.ERROR and f.code.startswith(_STAND_IN_THE_WAY)]
    if form is None or (errors and not order.draft):
        raise HasFindings(
            f"{source.name} 还不能打印：{len(errors)} 处要补或要改",
            findings,
            "补齐后再打印；先看样子：加 --draft",
        )
    record = loaded.record
    arranged = with_images(forms.filled(form, record, context, DRAFT if order.draft else ""), source.parent)
    findings += [*_unprintable(arranged, loaded), *_left_blank(form, context, loaded)]
    made = record_files_of(arranged, form, order.to, home, record.form_day())
    stem = _stem_apart(source) if order.apart else file_stem(arranged, form, source)
    files = write_all(order.into or default_folder(home), stem, made, order.force)
    return Printed(
        source,
        files,
        findings,
        number=arranged.page.number,
        title=form.title,
        day=str(record.form_day() or ""),
        group=group_of(source, home),
    )


def form_of(loaded: Loaded, home: Workspace | None) -> Form | None:
    """The form a record is of, by the station's own layout where there is one."""
    return forms.load(loaded.record.form_id, home.layouts if home else None) if loaded.record else None


def _left_blank(form: Form, context: Context, loaded: Loaded) -> list[Finding]:
    """Which looked-up cells stay blank because nothing is known of the surroundings."""
    if context.station:
        return []
    specs = form.model.specs()
    labels = [specs[n].label for n in form.names() if n in specs and specs[n].nature is Nature.LOOKED_UP]
    if not labels:
        return []
    message = f"不在社工站工作区里，自动带出的项目留空：{'、'.join(labels)}"
    return [
        Finding("PR-02", message, "把记录放进工作区，或加 --station 文件夹", loaded.where(), Severity.INFO)
    ]


def blanks(
    wanted: Sequence[Form],
    into: Path | None = None,
    to: Sequence[str] = USUAL,
    force: bool = False,
    station: Workspace | None = None,
    fillable: bool = False,
) -> list[Path]:
    """Blank forms, to print and fill in by hand or, `fillable`, on the computer."""
    known_formats(to)
    context = Context(station=station.profile) if station else Context()
    staff = {person.number: person.name for person in station.profile.staff} if station else {}
    written: list[Path] = []
    for form in wanted:
        made = blank_files_of(forms.blank(form, context), form, to, station, fillable, staff)
        written += write_all(into or default_folder(station), blank_stem(form), made, force)
    return written


# The end of a file's name, and what makes its bytes.
Made = Iterable[tuple[str, Callable[[], bytes]]]


def record_files_of(
    arranged: Arranged, form: Form, to: Sequence[str], home: Workspace | None, on: date | None
) -> Made:
    """A printed record in each format."""
    for name in dict.fromkeys(to):
        yield f".{name}", partial(_printed, arranged, form, name, home, on)


def blank_files_of(
    arranged: Arranged,
    form: Form,
    to: Sequence[str],
    home: Workspace | None,
    fillable: bool,
    people: Mapping[str, str] = MappingProxyType({}),
) -> Made:
    """A blank form in each format; in Excel one for a single record and one for many.

    A fillable one offers `people` (number → name) where the staff is asked for.
    """
    for name in dict.fromkeys(to):
        if name == "xlsx":
            yield "（一份）.xlsx", partial(_printed, arranged, form, name, home)
            yield "（多份）.xlsx", partial(_many, form, home)
        else:
            make = partial(_fillable, people) if fillable else _printed
            yield f"（{'可填写' if fillable else '空白'}）.{name}", partial(make, arranged, form, name, home)


def with_images(arranged: Arranged, folder: Path) -> Arranged:
    """The form with the attached pictures that lie in the record's folder."""
    images = {}
    for block in arranged.blocks:
        if isinstance(block, Picture) and block.file:
            path = (folder / block.file).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                images[block.cell.path] = disk.read_bytes(path)
    return replace(arranged, images=images)


def write_all(folder: Path, stem: str, made: Made, force: bool) -> list[Path]:
    """Write a form in each format; all are made before the first is written.

    A file that is there already with the same bytes is as good as written; Conflict
    for one that differs.
    """
    ready = [(folder / f"{stem}{end}", make()) for end, make in made]
    written: list[Path] = []
    try:
        for path, data in ready:
            if force:
                disk.replace(path, data)
            elif _created(path, data):
                written.append(path)
    except RecordkitError:
        # A form is printed in every format or in none: half of a pair would be taken for the whole.
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return [path for path, _ in ready]


def _created(path: Path, data: bytes) -> bool:
    """Whether the file was written now, and not there before just so."""
    try:
        disk.create(path, data)
    except Conflict:
        if not os.path.lexists(path):
            raise  # the folder takes no files
        if not path.is_file() or disk.read_bytes(path) != data:
            raise Conflict(
                f"{path} 已经存在，内容不同，没有改动它", "要覆盖请加 --force，或用 -o 换个文件夹"
            ) from None
        return False
    return True


def _printed(
    arranged: Arranged, form: Form, name: str, home: Workspace | None, on: date | None = None
) -> bytes:
    if name == "pdf":
        from ..formats import pdf

        return pdf.write(arranged, on)
    if name == "xlsx":
        from ..formats import xlsx

        return xlsx.one(arranged, form, _stamp(arranged, form))
    from ..formats import docx

    own = home.layouts / f"{form.id}.docx" if home else None
    template = docx.prepared(disk.read_bytes(own), str(own)) if own and own.is_file() else docx.ready(form)
    return docx.write(arranged, template, _stamp(arranged, form))


def _fillable(
    people: Mapping[str, str], arranged: Arranged, form: Form, name: str, home: Workspace | None
) -> bytes:
    if name == "pdf":
        from ..formats import pdf_form

        return pdf_form.write(arranged, form, _stamp(arranged, form))
    from ..formats.docx.fillable import fillable

    return fillable(_printed(arranged, form, name, home), form, people)


def _many(form: Form, home: Workspace | None) -> bytes:
    from ..formats import xlsx

    return xlsx.many(form, context=Context(station=home.profile) if home else None)


def _stamp(arranged: Arranged, form: Form) -> dict[str, str]:
    """What the document's properties say, so that a corrected print finds its record."""
    stamp = {FORM: form.id, FORM_VERSION: str(form.version)}
    return stamp | ({RECORD: arranged.page.qr} if arranged.page.qr else {})


def _unprintable(arranged: Arranged, loaded: Loaded) -> Iterator[Finding]:
    from ..formats import pdf

    return iter(pdf.unprintable(arranged, loaded.where()))


def known_formats(to: Sequence[str]) -> None:
    """UsageProblem for a format nobody writes."""
    if not to:
        raise UsageProblem("没说要什么格式", f"可用：{'、'.join(FORMATS)}，如 --to docx,pdf")
    for name in to:
        if name not in FORMATS:
            raise UsageProblem(f"不会写“{name}”格式", f"可用：{'、'.join(FORMATS)}，如 --to docx,pdf")


def default_folder(home: Workspace | None) -> Path:
    """`打印` in the workspace, else in the folder one stands in."""
    return (home.root if home else Path.cwd()) / "打印"


def blank_stem(form: Form) -> str:
    """`GA02 个案接案登记表`: what is printed of a form and of nobody's record."""
    return _FORBIDDEN.sub("、", f"{form.code} {form.title}")


def _stem_apart(source: Path) -> str:
    return disk.digest(os.fsencode(source.absolute()))[:32]


def file_stem(arranged: Arranged, form: Form, source: Path) -> str:
    """`LX01-GA-2026-0007-02 个案接案登记表`: a number and a title, never a name."""
    number = arranged.page.number or f"{source.resolve().parent.name}-{source.stem}"
    return _FORBIDDEN.sub("、", f"{number} {form.title}")
