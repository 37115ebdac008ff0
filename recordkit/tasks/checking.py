"""Records, dossiers, the whole station looked over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ..checks import check_case, check_record, summary
from ..errors import Finding, NotFound
from ..forms import local_findings
from ..records.fields import Moment
from ..records.reading import Loaded, load
from .printing import form_of, records_in, surroundings
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """Findings and what they come to, in a colleague's words."""

    findings: list[Finding]
    summary: str


def check(paths: Sequence[Path], station: Workspace | None, moment: str, today: date) -> Checked:
    """Check what is named: record files singly, folders with all that belongs
    together, nothing at all meaning the whole workspace."""
    until = Moment[moment]
    if not paths:
        if station is None:
            raise NotFound("没说检查什么，这里也不是社工站工作区", "写上记录文件或案卷文件夹")
        paths = list(station.folders())
    found: list[Finding] = []
    count = 0
    for path in paths:
        if path.is_dir() and station and path.resolve().parent.name in ("clients", "dossiers"):
            case = replace(station.case(path), today=today)
            count += sum(one.path.resolve().parent == path.resolve() for one in case.loaded)
            found += [*check_case(case, until), *_own_fields(case.loaded, station)]
            continue
        for file in records_in([path]):
            count += 1
            home, context = surroundings(file, station)
            loaded = load(file)
            found += [*check_record(loaded, context, until, today), *_own_fields([loaded], home)]
    found = list(dict.fromkeys(found))
    return Checked(found, f"看了 {count} 份记录：{summary(found)}")


def _own_fields(loaded: Sequence[Loaded], home: Workspace | None) -> list[Finding]:
    return [
        finding for one in loaded if (form := form_of(one, home)) for finding in local_findings(form, one)
    ]
