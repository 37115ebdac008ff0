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
from ..records import disk
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


def open_case(station: Workspace, client: str) -> Path:
    """Open a case from the client's decided intake and return its folder.

    The intake moves into the new dossier and gets case and form number. When an
    earlier attempt was cut off after the move, it is finished instead.
    """
    source = station.client_folder(client) / "intake.yaml"
    if not source.is_file():
        raise NotFound(f"{client} 没有待立卷的接案登记表", f"先写一份：recordkit new 接案 --client {client}")
    loaded = load(source)
    intake = require(loaded)
    if loaded.errors:
        raise HasFindings(f"{source.name} 还有读不懂的地方", loaded.errors, "改好后再立卷")
    if intake.value_of("decision") != "接案":
        raise UsageProblem(
            f"接案结论是“{intake.value_of('decision') or '（未填）'}”，不立卷", "结论为“接案”才立卷编号"
        )
    if done := _already_moved(station, loaded, intake.mark()):
        source.unlink()
        return done
    day = intake.value_of("intake_date") or intake.form_day()
    if not isinstance(day, date):
        raise UsageProblem("接案日期没有填，编不了个案编号", "先填接案日期")
    folder = claim(station, SERIES["casework"], day.year)
    _move_intake(source, folder, loaded)
    return folder


def claim(station: Workspace, series: str, year: int) -> Path:
    """Take the next dossier number of a series by creating its folder."""
    parent = station.root / "dossiers"
    first = after_last(parent, rf"{station.code}-{series}-{year}-(\d{{4}})")
    return take(parent, lambda n: f"{station.code}-{series}-{year}-{n:04}", first, Path.mkdir)


def _move_intake(source: Path, folder: Path, loaded: Loaded) -> None:
    text = source.read_text(encoding="utf-8-sig")
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


def _already_moved(station: Workspace, loaded: Loaded, mark: str) -> Path | None:
    record = require(loaded)
    wanted = (record.value_of("client_no"), record.value_of("intake_date"), record.value_of("filled_on"))
    for path in (station.root / "dossiers").glob("*/intake.yaml"):
        other = load(path).record
        if other and wanted == tuple(other.value_of(n) for n in ("client_no", "intake_date", "filled_on")):
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
