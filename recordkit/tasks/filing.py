"""Files kept with a record: under a name people recognise, and entered in the record.

A signed page settles the signatures a person names, with file, version and
content as proof; then the record keeps what it printed of others on that day.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from .. import forms
from ..errors import Conflict, RecordkitError, UsageProblem
from ..formats.scan import Scan
from ..forms import Form
from ..records import disk
from ..records.context import Context
from ..records.kinds import Files, Picture
from ..records.model import Record
from ..records.parts import Attachment
from ..records.reading import Loaded, load
from . import amending, proving
from .printing import surroundings
from .proving import Mark, Signed, Waiting
from .workspace import Workspace

FOLDER = "attachments"
SIGNED_SCAN = "signed_scan"
# What a kind of file is called → the fields it may stand in.
KINDS = {"签字件": (SIGNED_SCAN,), "照片": ("photos", "portrait"), "附件": (FOLDER,)}
_UNSAFE = re.compile(r'[<>:"|?*·/\\\x00-\x1f]')
# When others save the same record meanwhile: how often, and seconds between.
_TRIES, _PAUSE = 8, 0.2


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for the files of one call; `into` and `signed` hold names or
    labels of fields, `on` is the day of signing or of the picture."""

    to: str = ""
    into: str = ""
    kind: str = ""
    title: str = ""
    consent: str = ""
    on: date | None = None
    signed: Mapping[str, Signed] = field(default_factory=dict)
    force: bool = False


# Asks which of the waiting signatures a record's page shows, and the day they were given.
Ask = Callable[[Loaded, Form, Sequence[Waiting]], tuple[Mapping[str, Signed], date | None]]


@dataclass(slots=True)
class Filed:
    """What became of one file; `record` is None when nobody knows whose it is."""

    source: Path
    record: Path | None = None
    file: Path | None = None
    signed: list[str] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failed: RecordkitError | None = None


@dataclass(slots=True)
class Sheet:
    """A file made fit to be kept, with the mark its pages carry."""

    filed: Filed
    scan: Scan
    mark: Mark | None


# A sheet's attachment, and what is to be said of it.
Told = tuple[Attachment, str]


@dataclass(slots=True)
class _Place:
    """A record as it is now, and where in it the sheets belong."""

    loaded: Loaded
    record: Record
    form: Form
    target: str
    word: str
    home: Workspace | None
    context: Context

    @property
    def folder(self) -> Path:
        return self.loaded.path.parent

    @property
    def stem(self) -> str:
        """`LX01-GA-2026-0007-02 签字件`: never a person's name."""
        number = getattr(self.record, "form_no", None) or self.loaded.path.stem
        return _UNSAFE.sub("、", f"{number} {self.word}")

    @property
    def is_picture(self) -> bool:
        return isinstance(self.record.specs()[self.target].kind, Picture)

    def waiting(self, record: Record) -> list[Waiting]:
        """The signatures on the form without a scan, where it is about signed paper."""
        return proving.waiting(self.form, record, self.context) if self.target == SIGNED_SCAN else []

    def held(self) -> list[Attachment]:
        """What is filed there already."""
        value = getattr(self.record, self.target)
        return list(value) if isinstance(value, list) else [value] if value else []


def file(
    path: Path,
    sheets: Sequence[Sheet],
    wish: Wish,
    today: date,
    *,
    station: Workspace | None,
    ask: Ask | None,
) -> None:
    """File all sheets of one record; anew when somebody else saved it meanwhile."""
    for tries_left in reversed(range(_TRIES)):
        place = _place(path, wish, station)
        _refuse_what_does_not_fit(place, sheets, wish)
        if ask and not wish.signed and (waiting := place.waiting(place.record)):
            signed, on = ask(place.loaded, place.form, waiting)
            wish, ask = replace(wish, signed=signed, on=on), None
        made: list[Path] = []
        try:
            record, told, settled = _entered(place, sheets, wish, today, made)
            whole = record == place.record or amending.save(place.loaded, record)
        except BaseException as problem:
            for new in made:
                new.unlink(missing_ok=True)
            if isinstance(problem, Conflict) and tries_left:
                time.sleep(_PAUSE * random.random())
                continue
            raise
        _tell(place, sheets, told, record, settled)
        if not whole:
            sheets[0].filed.remarks.append("记录文件已整份重写，原来的注释没有保留")
        return


def _entered(
    place: _Place, sheets: Sequence[Sheet], wish: Wish, today: date, made: list[Path]
) -> tuple[Record, list[Told], list[str]]:
    """The record with the files and proofs in it, what is to be told of each sheet,
    and the signatures that are settled now. `made` takes the files that were written."""
    held, told = _evidence(place, sheets, wish, made)
    proofs = _proofs(place, sheets, held, wish)
    content = {place.target: held[0] if place.is_picture else held}
    record = place.record.model_copy(update={**content, **proofs})
    record = record.model_copy(update=proving.led_to(record, [attachment for attachment, _ in told]))
    if proofs and record.is_signed and record.printed is None and place.home:
        record.printed = proving.snapshot(place.form, record, place.context, today)
    return record, told, list(proofs)


def _place(path: Path, wish: Wish, station: Workspace | None) -> _Place:
    home, context = surroundings(path, station)
    loaded = load(path)
    record = amending.sound(loaded)
    form = forms.load(record.form_id, home.layouts if home else None)
    specs = {name: s for name, s in record.specs().items() if isinstance(s.kind, Files | Picture)}
    wanted = (wish.into,) if wish.into else KINDS.get(wish.kind or "签字件", ())
    target = next((n for word in wanted for n, s in specs.items() if word in (n, s.label)), "")
    if not target:
        listed = "；".join(f"{name} {spec.label}" for name, spec in specs.items())
        raise UsageProblem(f"《{form.title}》没有放“{wish.into or wish.kind}”的地方", f"可用 --as：{listed}")
    if wish.signed and target != SIGNED_SCAN:
        raise UsageProblem("--signed 只用于签字件", "签字件和照片分两次归入")
    word = wish.kind or ("签字件" if target == SIGNED_SCAN else specs[target].label)
    return _Place(loaded, record, form, target, word, home, context)


def _refuse_what_does_not_fit(place: _Place, sheets: Sequence[Sheet], wish: Wish) -> None:
    if wish.force:
        return
    if place.is_picture:
        _refuse_other_picture(place, sheets)
    for sheet in sheets if place.target == SIGNED_SCAN else ():
        if sheet.mark:
            proving.refuse_other(sheet.mark, place.loaded, place.form)


def _refuse_other_picture(place: _Place, sheets: Sequence[Sheet]) -> None:
    label = place.record.label_of(place.target)
    if len(sheets) > 1:
        raise UsageProblem(f"“{label}”只放一张图", "一次归入一个文件")
    if any(_is_same(one, sheets[0], place.folder) for one in place.held()):
        return
    if place.record.is_signed:
        raise Conflict(
            f"记录已签字，换“{label}”就改了签过的内容",
            "先另立新版：recordkit revise 记录 --reason 原因；不立新版加 --force",
        )
    if place.held():
        raise Conflict(
            f"“{label}”已经有图：{place.held()[0].name}", "要换成这一张，加 --force；原来的文件留着"
        )


def _evidence(
    place: _Place, sheets: Sequence[Sheet], wish: Wish, made: list[Path]
) -> tuple[list[Attachment], list[Told]]:
    """All that is filed in the field now, and for each sheet its attachment and what is to be told."""
    held, told = place.held(), []
    for sheet in sheets:
        same = next((i for i, one in enumerate(held) if _is_same(one, sheet, place.folder)), None)
        if same is not None and _is_there(held[same], sheet, place.folder):
            told.append((held[same], f"已经归入过：{held[same].name}，没有重复"))
            continue
        data = sheet.scan.data
        made.append(created(place.folder / FOLDER, place.stem, sheet.scan.suffix, data))
        attachment = _attachment(made[-1], sheet, wish, place.target)
        if same is not None:
            held[same] = held[same].model_copy(update={"file": attachment.file})
            told.append((held[same], f"原来的文件不在了或被改过，重新放入：{attachment.name}"))
        else:
            held = [attachment] if place.is_picture else [*held, attachment]
            told.append((attachment, ""))
    return held, told


def _attachment(file: Path, sheet: Sheet, wish: Wish, target: str) -> Attachment:
    taken = sheet.scan.taken_on if target == SIGNED_SCAN else wish.on or sheet.scan.taken_on
    return proving.made(
        Attachment,
        file=f"{FOLDER}/{file.name}",
        title=wish.title,
        taken_on=taken,
        consent=wish.consent,
        sha256=sheet.scan.sha256,
        size=str(sheet.scan.size),
    )


def _is_same(held: Attachment, sheet: Sheet, folder: Path) -> bool:
    """Whether it is the file that was filed there once."""
    return held.sha256 == sheet.scan.sha256 or _is_there(held, sheet, folder)


def _is_there(held: Attachment, sheet: Sheet, folder: Path) -> bool:
    """Whether the file lies there, as it came or as it was made fit."""
    path = folder / str(held.file)
    came = disk.digest(disk.read_bytes(sheet.filed.source))
    return path.is_file() and disk.digest(disk.read_bytes(path)) in (came, sheet.scan.sha256)


def _proofs(
    place: _Place, sheets: Sequence[Sheet], held: Sequence[Attachment], wish: Wish
) -> Mapping[str, object]:
    """The signatures the sheets prove; signatures stand at a form's end, so the last sheet does."""
    signed = proving.signature_names(place.form, place.record, wish.signed)
    if not signed:
        return {}
    mark = next((sheet.mark for sheet in sheets if sheet.mark), None)
    shown = next(one for one in held if _is_same(one, sheets[-1], place.folder))
    return proving.proven(place.record, signed, wish.on, shown, mark=mark, force=wish.force)


def _tell(
    place: _Place, sheets: Sequence[Sheet], told: Sequence[Told], record: Record, settled: Sequence[str]
) -> None:
    for sheet, (attachment, remark) in zip(sheets, told, strict=True):
        sheet.filed.file = place.folder / str(attachment.file)
        sheet.filed.remarks += [remark] if remark else []
        if place.target in KINDS["照片"] and not attachment.consent:
            sheet.filed.remarks.append("没有写同意依据；拍到人的，加 --consent")
    last = sheets[-1].filed
    last.signed = [f"{record.label_of(name)} {getattr(record, name).state}" for name in settled]
    last.waiting = [one for one in place.waiting(record) if one.lacking]


def created(folder: Path, stem: str, suffix: str, data: bytes, first: str = "-1") -> Path:
    """A new file of that name, counted up past those that exist."""
    for count in range(1, 10_000):
        path = folder / f"{stem}{first if count == 1 else f'-{count}'}{suffix}"
        try:
            disk.create(path, data)
        except Conflict:
            if not path.exists():
                raise
            continue
        return path
    raise UsageProblem(f"{folder} 里同名的文件太多了")
