"""New records: the right file in the right folder with its numbers taken."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..errors import Conflict, NotFound, UsageProblem
from ..forms import Form
from ..records import disk, writing
from ..records.kinds import Ref, Seal, Sign
from ..records.model import Record
from ..records.reading import load
from . import amending
from .workspace import Workspace, after_last, take

# Forms of which a dossier or a client has one; the others are numbered in their folder.
SINGLE = frozenset(
    [
        "client-record",
        "privacy-notice",
        "intake",
        "service-agreement",
        "assessment",
        "service-plan",
        "outcome-evaluation",
        "closing-report",
    ]
)
# Tables that list the plan's goals row by row.
_GOAL_TABLES = ("goal_results", "maintenance", "goal_progress")
_SEQUENCE = ("session_no", "follow_up_no")


@dataclass(frozen=True, slots=True)
class Started:
    """A record that was started: its file and the number it got."""

    path: Path
    number: str = ""


def new(
    form: Form,
    today: date,
    station: Workspace | None = None,
    client: str = "",
    dossier: str = "",
    output: Path | None = None,
    by: str = "",
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Started:
    """Start a record: YAML with labels and options as comments.

    In a workspace the file goes where it belongs and takes its numbers; with
    `output` alone it is a loose file without a number. `values` are known already,
    as a record file holds them.
    """
    try:
        Ref("人员编号").read(by)
    except ValueError as problem:
        raise UsageProblem(f"--by：{problem}", "写填表人的编号，如 S01") from None
    today_by = {"filled_on": today.isoformat(), "entered_on": today.isoformat(), "filled_by": by}
    given: dict[str, Any] = {**today_by, **values}
    if output is not None:
        disk.create(output, _text(form, given))
        return Started(output)
    if station is None:
        raise UsageProblem(
            "这里不是社工站工作区，不知道记录该放在哪里", "加 -o 文件名；或先建工作区：recordkit init 文件夹"
        )
    if dossier:
        return _in_dossier(form, station, dossier, given)
    return _at_client(form, station, client, given, today)


def _in_dossier(form: Form, station: Workspace, number: str, given: dict[str, Any]) -> Started:
    folder = station.dossier_folder(number)
    number = folder.name
    if (folder / "void.yaml").is_file():
        raise Conflict(f"{number} 已经作废，不能再用", "作废的原因在它的 void.yaml 里")
    context = station.context(folder)
    client = next((n for r in context.siblings if (n := getattr(r, "client_no", None))), None)
    given["client_no"] = client
    plan = context.last("casework/service-plan")
    goals = [goal.goal_no for goal in plan.goals or []] if plan else []
    for name in _GOAL_TABLES:
        if goals and name in form.model.specs() and name not in given:
            given[name] = [{"goal_no": goal} for goal in goals]
    series = form.serial if form.code[:2] in number else form.code
    return _claimed(form, folder, given, f"{number}-{series}")


def start_client(form: Form, station: Workspace, record: Record, today: date) -> Started:
    """A new client with the record as given: a number, a folder and the file.

    Where the file cannot be written the number is given back, so that no folder is
    left without a record.
    """
    folder = _new_client(station)
    try:
        number = station_number(station, form, today.year)
        numbered = record.model_copy(update={"client_no": folder.name, "form_no": number})
        path = folder / f"{form.slug}.yaml"
        text = writing.dump(numbered, [name for _, names in _order(form) for name in names])
        # The folder is ours alone; in one step, so that a crash leaves a whole record or none.
        disk.replace(path, text.encode())
    except BaseException:
        with contextlib.suppress(OSError):
            folder.rmdir()  # only where it is empty
        raise
    return Started(path, number)


def _new_client(station: Workspace) -> Path:
    """The folder of the next client, taken by creating it."""
    parent = station.root / "clients"
    pattern = rf"{station.code}-FW-(\d{{6}})"
    return take(parent, lambda n: f"{station.code}-FW-{n:06}", after_last(parent, pattern), Path.mkdir)


def _at_client(form: Form, station: Workspace, client: str, given: dict[str, Any], today: date) -> Started:
    if form.slug == "client-record" and not client:
        client = _new_client(station).name
    if not client:
        raise UsageProblem("没说是谁的记录", "加 --client 服务对象编号，或 --dossier 案卷编号")
    folder = station.client_folder(client)
    client = folder.name
    given["client_no"] = client
    if form.slug == "intake":
        return _claimed(form, folder, given, "")  # numbered at the decision
    return _claimed(form, folder, given, station_number(station, form, today.year))


def station_number(station: Workspace, form: Form, year: int) -> str:
    """The next number of a form outside dossiers: `LX01-GA07-2026-0031`.

    Taken by creating a marker exclusively, so a number is never given twice.
    """
    parent = station.root / ".numbers" / f"{form.code}-{year}"
    first = after_last(parent, r"(\d{4})")
    if first == 1:
        first = _after_present(station, form, year)
    return f"{station.code}-{form.code}-{year}-{take(parent, lambda n: f'{n:04}', first, _touch).name}"


def _after_present(station: Workspace, form: Form, year: int) -> int:
    """One more than the highest number found in the clients' records themselves,
    for a workspace whose markers are new."""
    prefix = f"{station.code}-{form.code}-{year}-"
    numbers = [
        str(record.form_no)
        for path in station.root.glob(f"clients/*/{form.slug}*.yaml")
        if (record := load(path).record) and getattr(record, "form_no", None)
    ]
    return max((int(n.removeprefix(prefix)) for n in numbers if n.startswith(prefix)), default=0) + 1


def _touch(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))


def _claimed(form: Form, folder: Path, given: dict[str, Any], number: str) -> Started:
    """Write the record under the first free name of its form in the folder."""
    if form.slug in SINGLE:
        path = folder / f"{form.slug}.yaml"
        disk.create(path, _text(form, {**given, "form_no": number}))
        return Started(path, number)
    for sequence in range(after_last(folder, rf"{form.slug}-(\d{{4}})\.yaml"), 10_000):
        path = folder / f"{form.slug}-{sequence:04}.yaml"
        full = f"{number}-{sequence}" if folder.parent.name == "dossiers" else number
        counted = {name: sequence for name in _SEQUENCE if name in form.model.specs()}
        try:
            disk.create(path, _text(form, {**given, **counted, "form_no": full}))
        except Conflict:
            if not path.exists():
                raise  # no permission: another number would not help
            continue
        return Started(path, full)
    raise UsageProblem(f"{folder} 里的编号用完了")


def _text(form: Form, given: Mapping[str, Any]) -> bytes:
    fields = {*form.model.specs(), "local"}
    known = {name: value for name, value in given.items() if value not in (None, "") and name in fields}
    return writing.template(form.model, _order(form), known).encode()


def _order(form: Form) -> list[tuple[str, list[str]]]:
    """The layout's order, with the numbers of the record at its head."""
    shown = form.order()
    listed = {name for _, names in shown for name in names}
    head = [
        n for n in ("form_no", "client_no", "entered_on", "case_no", *_SEQUENCE) if n in form.model.specs()
    ]
    return [("", [name for name in head if name not in listed]), *shown]


def revise(path: Path, reason: str) -> Started:
    """Start version 2 of a signed record: the signed one stays beside it as
    `intake.v1.yaml`, the new one loses its signatures and says why it is there."""
    if not reason.strip():
        raise UsageProblem("修改已签字的记录要写原因", "加 --reason 原因")
    loaded = load(path)
    record = amending.sound(loaded)
    if not record.is_signed:
        raise UsageProblem(f"{path.name} 还没有签字，不用另立新版", "直接改就行")
    old = path.with_name(f"{path.stem}.v{record.version}.yaml")
    signed_copy = disk.read_bytes(path)
    if old.exists() and disk.read_bytes(old) != signed_copy:
        raise NotFound(f"{old.name} 已经存在", "这一版已经改过一次，请直接改新的一版")
    specs = record.specs()
    signed = [name for name, spec in specs.items() if isinstance(spec.kind, Sign | Seal)]
    unsigned = dict.fromkeys([*signed, "signed_scan"])
    newer = record.model_copy(
        update={**unsigned, "version": record.version + 1, "revision": reason, "printed": None}
    )
    if not old.exists():
        disk.create(old, signed_copy)
    amending.save(loaded, newer)
    return Started(path, f"版{newer.version}")
