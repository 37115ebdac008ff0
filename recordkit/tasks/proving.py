"""Signatures settled by a scan of the signed paper, and what such a scan says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from .. import forms
from ..errors import Conflict, UsageProblem
from ..forms import Form
from ..forms.blocks import Cell, Table, cells
from ..records.context import Context
from ..records.fields import Nature
from ..records.kinds import Seal, Sign
from ..records.model import Block, Record, Snapshot
from ..records.parts import Attachment, Proof, Signature
from ..records.reading import Loaded, load

SIGNING_STATES = ("已签", "手印", "代签", "拒签")
_QR = re.compile(r"(.{1,60}) v(\d{1,4}) ([0-9A-F]{4})")
_SIGNED = re.compile(r"([^:：]+)(?:[:：]([^:：]*))?(?:[:：]([^:：]*))?")
B = TypeVar("B", bound=Block)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the QR of a printed page says: the form's number, its version and content."""

    number: str
    version: str
    content: str

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark in a QR's text; None for anybody else's QR."""
        found = _QR.fullmatch(text)
        return cls(*found.groups()) if found else None

    @classmethod
    def of(cls, record: Record) -> Mark:
        """What the record's pages say as it is now."""
        return cls(str(getattr(record, "form_no", None) or ""), str(record.version), record.mark())

    def is_of(self, record: Record) -> bool:
        """Whether the page shows the record as it is now."""
        return (self.version, self.content) == (str(record.version), record.mark())

    def __str__(self) -> str:
        return f"版{self.version}·{self.content}"


def refuse_other(mark: Mark, loaded: Loaded, form: Form) -> None:
    """Conflict where the page is of another record, version or content."""
    record, path = loaded.record, loaded.path
    if mark.number not in (getattr(record, "form_no", None), form.code):
        raise Conflict(
            f"扫描件是 {mark.number} 的，不是 {path.name} 的", "核对 --to；确是这一份的，加 --force"
        )
    if mark.is_of(record):
        return
    message = f"扫描件是{mark}，记录现在是{Mark.of(record)}"
    older = path.with_name(f"{path.stem}.v{mark.version}.yaml")
    if older.is_file() and (before := load(older).record) and mark.is_of(before):
        raise Conflict(message, f"它是旧版的签字件：加 --to {older}")
    raise Conflict(message, "签字后改过内容：作数的重打重签，不作数的改回去；照样归入加 --force")


@dataclass(frozen=True, slots=True)
class Signed:
    """How a signature was given, and by whom where that has a number."""

    state: str = "已签"
    by: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signature without a scan: its field and label, whether the form requires
    it and still lacks it."""

    name: str
    label: str
    lacking: bool


def read_signed(text: str) -> dict[str, Signed]:
    """`sign_worker:已签:S01，服务对象签名:手印` as a person types it."""
    signed = {}
    for part in filter(None, re.split(r"[,，、;；\s]+", text)):
        found = _SIGNED.fullmatch(part)
        state = found[2] or "已签" if found else ""
        if found is None or state not in SIGNING_STATES:
            listed = "、".join(SIGNING_STATES)
            raise UsageProblem(f"--signed 的“{part}”看不懂", f"写成 sign_client:手印 这样；状态可写 {listed}")
        signed[found[1]] = Signed(state, found[3] or "")
    return signed


def waiting(form: Form, record: Record, context: Context) -> list[Waiting]:
    """The signatures on the form for which no scan is filed, in its order."""
    found = []
    for name, label, value in _signatures(form, record):
        if not value or not value.settled:
            found.append(Waiting(name, label, _lacks(record, name, value, context)))
        elif value.done and not (value.proof and value.proof.scan):
            found.append(Waiting(name, label, False))
    return found


def _signatures(form: Form, record: Record) -> Iterator[tuple[str, str, Signature | None]]:
    for name in form.names():
        spec = record.specs().get(name)
        if spec and isinstance(spec.kind, Sign | Seal):
            yield name, spec.label, getattr(record, name)


def _lacks(record: Record, name: str, value: Signature | None, context: Context) -> bool:
    need = record.specs()[name].need
    if need is None:
        return value is not None
    return need.condition is None or need.condition.holds(record, context)


def signature_names(form: Form, record: Record, signed: Mapping[str, Signed]) -> dict[str, Signed]:
    """The same by field name, where a person wrote labels; UsageProblem for others."""
    known = {word: name for name, label, _ in _signatures(form, record) for word in (label, name)}
    for word in signed:
        if word not in known:
            listed = "；".join(f"{name} {label}" for name, label, _ in _signatures(form, record))
            raise UsageProblem(f"《{form.title}》上没有“{word}”这个签名", f"有：{listed}" if listed else "")
    return {known[word]: how for word, how in signed.items()}


def proven(
    record: Record,
    signed: Mapping[str, Signed],
    on: date | None,
    scan: Attachment,
    *,
    mark: Mark | None,
    force: bool,
) -> dict[str, Signature]:
    """The signatures as the scan proves them. Those given before keep state and day."""
    mark = mark or Mark.of(record)
    settled = {}
    for name, how in signed.items():
        old: Signature = getattr(record, name) or Signature()
        if old.proof and old.proof.scan and not force:
            continue
        paper = old.proof.paper if old.proof else None
        proof = Proof(
            scan=scan.name, sha256=scan.sha256, paper=paper, version=mark.version, mark=mark.content
        )
        if old.done:
            settled[name] = old.model_copy(update={"proof": proof})
            continue
        if on is None:
            raise UsageProblem("没说是哪天签的", "加 --on 2026-03-05（纸上写的日期）")
        settled[name] = made(Signature, state=how.state, on=on, by=how.by or old.by, proof=proof)
    return settled


def led_to(record: Record, filed: Sequence[Attachment]) -> dict[str, Signature]:
    """The signatures whose scan was filed anew under another name, with that name."""
    names = {one.sha256: one.name for one in filed}
    return {
        name: value.model_copy(
            update={"proof": value.proof.model_copy(update={"scan": names[value.proof.sha256]})}
        )
        for name, _, value in record.filled()
        if isinstance(value, Signature)
        and (proof := value.proof)
        and names.get(proof.sha256, proof.scan) != proof.scan
    }


def snapshot(form: Form, record: Record, context: Context, today: date) -> Snapshot:
    """What the form prints of others on this day: the looked-up texts by path."""
    plain = record.model_copy(update={"printed": None})
    texts: dict[str, str] = {}
    for block in forms.filled(form, plain, context).blocks:
        if isinstance(block, Table):
            for index, row in enumerate(block.rows):
                texts |= {
                    f"{block.path}.{index}.{cell.path.removeprefix(f'{block.path}.')}": cell.text
                    for cell in row
                    if _looked_up(cell)
                }
        else:
            texts |= {cell.path: cell.text for cell in cells(block) if _looked_up(cell)}
    return Snapshot(on=today, texts=texts)


def _looked_up(cell: Cell) -> bool:
    return cell.spec is not None and cell.spec.nature is Nature.LOOKED_UP


def made(block: type[B], **values: Any) -> B:
    """A block of what a person typed; what does not fit is explained."""
    try:
        return block(**{name: value for name, value in values.items() if value not in (None, "")})
    except ValidationError as problem:
        first = problem.errors()[0]
        label = block.label_of(str(first["loc"][0])) if first["loc"] else ""
        reason = first.get("ctx", {}).get("error", "写法不对")
        raise UsageProblem(f"{label}：{reason}") from None
