"""A case as a whole: opened with its number, looked over, closed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from .. import forms
from ..checks import check_case, summary
from ..errors import Conflict, Finding, HasFindings, NotFound, Severity, UsageProblem
from ..records import disk, repair
from ..records.fields import Moment
from ..records.reading import Loaded, load, require
from .workspace import Workspace, after_last, take

SERIES = {"casework": "GA", "groupwork": "XZ", "community": "SQ", "supervision": "DD"}


@dataclass(frozen=True, slots=True)
class Overview:
    """One dossier at a glance."""

    number: str
    clients: str
    forms: int
    last: str
    state: str


def open_case(station: Workspace, client: str, today: date) -> Path:
    """Open a case from the client's decided intake and return its folder.

    The intake moves into the new dossier and gets case and form number. Of two
    people at once one opens the case; an earlier attempt that was cut off after
    the move is finished instead.
    """
    source = station.client_folder(client) / "intake.yaml"
    with disk.alone(source):
        if not source.is_file():
            raise NotFound(
                f"{client} 没有待立卷的接案登记表", f"先写一份：recordkit new 接案 --client {client}"
            )
        loaded = load(source)
        day = _decided(loaded, source.parent.name, today)
        if done := _already_moved(station, loaded.record.mark()):
            source.unlink()
            return done
        text = repair.decoded(disk.read_bytes(source), lambda *_: None) or ""
        folder = claim(station, SERIES["casework"], day.year)
        _move_intake(source, folder, loaded, text)
        return folder


def _decided(loaded: Loaded, client: str, today: date) -> date:
    """The day of an intake that a case can be opened from; else why it cannot."""
    intake = require(loaded)
    if intake.form_id != "casework/intake":
        raise UsageProblem(f"{loaded.path.name} 不是接案登记表，是“{intake.form_id}”", "改回原来的文件名")
    if loaded.errors:
        raise HasFindings(f"{loaded.path.name} 还有读不懂的地方", loaded.errors, "改好后再立卷")
    if (decision := intake.value_of("decision")) != "接案":
        raise UsageProblem(f"接案结论是“{decision or '（未填）'}”，不立卷", "结论为“接案”才立卷编号")
    if (number := intake.value_of("client_no")) != client:
        raise UsageProblem(
            f"登记表写的服务对象是“{number or '（未填）'}”，不是 {client}", "核对是不是放错了文件夹"
        )
    day = intake.value_of("intake_date")
    if not isinstance(day, date):
        raise UsageProblem("接案日期没有填，编不了个案编号", "先填接案日期")
    if day > today:
        raise UsageProblem(f"接案日期 {day} 还没有到", "核对接案日期")
    return day


def claim(station: Workspace, series: str, year: int) -> Path:
    """Take the next dossier number of a series by creating its folder."""
    parent = station.root / "dossiers"
    first = after_last(parent, rf"{station.code}-{series}-{year}-(\d{{4}})")
    return take(parent, lambda n: f"{station.code}-{series}-{year}-{n:04}", first, Path.mkdir)


def _move_intake(source: Path, folder: Path, loaded: Loaded, text: str) -> None:
    form = forms.load("casework/intake")
    text = with_value(text, "form_no", f"{folder.name}-{form.serial}")
    text = with_value(text, "case_no", folder.name)
    for name in _attached(loaded):
        if (file := source.parent / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, folder / name)
    disk.create(folder / "intake.yaml", text.encode())
    if disk.digest(disk.read_bytes(source)) != loaded.digest:
        raise Conflict(f"{source} 刚刚被别人改过", f"两份都在，请比较后删去旧的；新的在 {folder}")
    source.unlink()


def _attached(loaded: Loaded) -> Iterator[str]:
    record = require(loaded)
    for signature in record.signature_fields().values():
        if signature and signature.proof and signature.proof.scan:
            yield str(signature.proof.scan)
    for attachment in record.value_of("signed_scan") or []:
        yield str(attachment.file)


def _already_moved(station: Workspace, mark: str) -> Path | None:
    """The dossier that holds an intake of the very same content."""
    for path in (station.root / "dossiers").glob("*/intake.yaml"):
        other = load(path).record
        if other is not None and other.mark() == mark:
            return path.parent
    return None


def with_value(text: str, key: str, value: str) -> str:
    """A record file's text with one top-level value set; comments stay."""
    line = f"{key}: {value}"
    changed, count = re.subn(rf"^{key}[ \t]*[:：].*$", line, text, count=1, flags=re.MULTILINE)
    if count:
        return changed
    return re.sub(
        r"^(version\s*:.*|form\s*:.*)$(?!.*^version\s*:)",
        rf"\1\n{line}",
        text,
        count=1,
        flags=re.MULTILINE | re.DOTALL,
    )


@dataclass(frozen=True, slots=True)
class Closing:
    """Whether a dossier can be closed: what is still open, and in a colleague's words."""

    findings: list[Finding]
    summary: str
    open: bool


def close(station: Workspace, number: str, today: date) -> Closing:
    """Look a dossier over up to 办结. It is complete when no error is left."""
    case = replace(station.case(station.dossier_folder(number)), today=today)
    findings = _worth(check_case(case, Moment.CLOSE))
    still_open = any(finding.severity is Severity.ERROR for finding in findings)
    verdict = "还不能结卷" if still_open else "文书齐全，可以结卷"
    return Closing(findings, f"{number} {verdict}：{summary(findings)}", still_open)


def _worth(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is not Severity.INFO]


def overview(station: Workspace) -> list[Overview]:
    """Every dossier of the station with how far it has come."""
    rows = []
    for folder in station.folders():
        if folder.parent.name != "dossiers":
            continue
        if (folder / "void.yaml").is_file():
            rows.append(Overview(folder.name, "", 0, "", "作废"))
            continue
        context = station.context(folder)
        days = [day.isoformat() for record in context.siblings if (day := record.form_day())]
        clients = sorted({str(n) for r in context.siblings if (n := getattr(r, "client_no", None))})
        present = [record.form_id for record in context.siblings]
        rows.append(
            Overview(folder.name, "、".join(clients), len(present), max(days, default=""), state(present))
        )
    return rows


# The newest stage whose form is present names the state (domain: state is derived, never typed).
_STAGES = (
    ("casework/follow-up", "跟进中"),
    ("casework/closing-report", "已结案"),
    ("casework/outcome-evaluation", "评估完成"),
    ("casework/session-record", "介入中"),
    ("casework/service-plan", "计划完成"),
    ("casework/assessment", "预估完成"),
    ("casework/service-agreement", "已开案"),
    ("casework/intake", "接案中"),
)


def state(forms_in_it: Collection[str]) -> str:
    """How far a case has come, by the forms that lie in its folder."""
    return next((state for form, state in _STAGES if form in forms_in_it), "空卷")


def void(station: Workspace, number: str, reason: str, today: date) -> Path:
    """Give up a number: the folder stays with the reason, the number is not used again."""
    folder = station.dossier_folder(number)
    if not reason.strip():
        raise UsageProblem("作废编号要写原因", "加 --reason 原因")
    if any(folder.glob("*.yaml")):
        raise Conflict(f"{number} 里已有记录，不能作废", "先把记录移到正确的案卷")
    path = folder / "void.yaml"
    disk.create(path, f"number: {number}\non: {today}\nreason: {_quoted(reason)}\n".encode())
    return path


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
