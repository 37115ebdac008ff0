"""What became of every row of a list: for people as CSV, for programs as JSON.

The report holds personal data: only its owner may read it, where the platform knows
owners. What is shown on a screen holds no numbers of people.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from ..errors import Conflict, UsageProblem
from .import_heads import label
from .import_rows import Entry, Problem, Twin
from .importing import Batch, summary
from .workspace import INBOX, Workspace

SCHEMA_VERSION = 1
_HEADS = (
    "行",
    "姓名",
    "结果",
    "服务对象编号",
    "没有导入、要改的",
    "已导入、要核对的",
    "可能是同一个人",
    "说明",
)
_FORMULA = re.compile(r"[=+\-@\t\r]")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*·\x00-\x1f]')
_DIGITS = re.compile(r"(?<![A-Za-z\d-])(?:\d[\d\s-]{5,}[\dXx]|\d{5,}[\dXx]*)")
_DAY = re.compile(r"(?:18|19|20)\d\d-\d\d-\d\d")


def place(batch: Batch, station: Workspace, today: date, output: Path | None = None) -> Path:
    """Where the report goes: a name in the inbox nobody has, or what was asked for;
    Conflict when that exists."""
    if output is not None:
        if output.suffix.lower() == ".json":
            raise UsageProblem(f"{output}：报告是 .csv，旁边另有同名的 .json", "写成 -o 报告.csv")
        for path in (output, output.with_suffix(".json")):
            if path.exists():
                raise Conflict(f"{path} 已经存在，没有改动它", "报告换一个名字")
        return output
    stem = f"导入报告 {_FORBIDDEN.sub('-', batch.path.stem)[:60]} {today}"
    names = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    paths = (station.root / INBOX / f"{name}.csv" for name in names)
    return next(path for path in paths if not path.exists() and not path.with_suffix(".json").exists())


def write(batch: Batch, path: Path) -> None:
    """The report as CSV at `path`, and as JSON beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _private(path, _as_csv(batch).encode("utf-8-sig"))
    content = {"schema_version": SCHEMA_VERSION, "import": plain(batch, whole=True)}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    _private(path.with_suffix(".json"), text.encode())


def _private(path: Path, data: bytes) -> None:
    """A new file that only its owner may read; none where it cannot be whole."""
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def plain(batch: Batch, whole: bool = False) -> dict[str, Any]:
    """The outcome for programs; without `whole` nobody's numbers are in it."""
    columns = [
        {
            "column": column.letter,
            "head": column.head,
            "field": column.path,
            "match": column.match.value,
            "why": column.why,
        }
        for column in batch.columns
    ]
    return {
        "file": batch.path.name,
        "sheet": batch.listing.sheet.name,
        "head_rows": list(batch.listing.head.rows),
        "summary": summary(batch),
        "columns": columns,
        "rows": [_row(entry, whole) for entry in batch.entries],
    }


def _row(entry: Entry, whole: bool) -> dict[str, Any]:
    return {
        "row": entry.number,
        "name": entry.name,
        "result": entry.fate.value,
        "client_no": entry.client_no,
        "said": entry.said,
        "problems": [asdict(p) if whole else screened(p) for p in entry.problems],
        "twins": [asdict(twin) if whole else _shown(twin) for twin in entry.twins],
        "near": [asdict(twin) if whole else _shown(twin) for twin in entry.near],
    }


def _shown(twin: Twin) -> dict[str, Any]:
    return {
        "where": twin.where,
        "name": twin.name,
        "why": twin.why,
        "differ": [side[0] for side in twin.sides],
    }


def screened(problem: Problem) -> dict[str, Any]:
    """A problem without what stands in the cell, and without anybody's number."""
    said = problem.message.replace(problem.text, masked(problem.text)) if problem.text else problem.message
    return {"where": problem.where, "label": problem.label, "message": masked(said), "kept": problem.kept}


def masked(text: str) -> str:
    """The text with long numbers cut to their first digits; days stay."""
    return _DIGITS.sub(lambda found: found[0] if _DAY.fullmatch(found[0]) else f"{found[0][:3]}***", text)


def _as_csv(batch: Batch) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(_HEADS)
    writer.writerows([_harmless(text) for text in _cells(entry)] for entry in batch.entries)
    writer.writerow([])
    writer.writerow([summary(batch)])
    for column in batch.columns:
        to = label(batch.form, column.path) if column.path else f"没有导入（{column.why}）"
        writer.writerow([f"{column.letter}列", _harmless(column.head), _harmless(to)])
    return written.getvalue()


def _cells(entry: Entry) -> Sequence[str]:
    wrong = [_said(problem) for problem in entry.problems if not problem.kept]
    doubtful = [_said(problem) for problem in entry.problems if problem.kept]
    twins = [beside(twin) for twin in (*entry.twins, *entry.near)]
    parts = ("；".join(some) for some in (wrong, doubtful, twins))
    return (str(entry.number), entry.name, entry.fate, entry.client_no, *parts, entry.said)


def _said(problem: Problem) -> str:
    text = f"“{problem.text}”" if problem.text and problem.text not in problem.message else ""
    return f"{problem.where} {problem.label}{text}：{problem.message}"


def beside(twin: Twin) -> str:
    """The two side by side: who, why, and what differs."""
    sides = "，".join(f"{what}：名单“{mine}”，那边“{theirs}”" for what, mine, theirs in twin.sides)
    return f"{twin.where} {twin.name}（{twin.why}{'；' if sides else ''}{sides}）"


def _harmless(text: str) -> str:
    """A text that Excel takes for no formula."""
    return f"'{text}" if _FORMULA.match(text) else text
