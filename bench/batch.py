"""`recordkit render FOLDER --to docx,pdf` on stations of growing size, on one core and on two."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

from . import station
from .growth import exponents
from .measure import one_core
from .results import Part, Table
from .watch import Watched, watch

SIZES = {100: 3, 1000: 2, 10_000: 1}  # records, and how often
QUICK = {50: 1}
MANY = 10_000  # the goals are about so many
EARLY = 500
_NAMES = {1: "one core", 2: "two cores"}
_HEADS = ("records", "", "runs", "median s", "fastest–slowest", "records a second", "times as fast")
_MEMORY = ("records", "", f"after {EARLY} MB", "at the end MB", "end / early", "peak MB")
_HOW = (
    "The records are the sample case again and again with other numbers, names and texts: all twelve forms, "
    "each with its dossier and its client, dossier by dossier, so that any 500 are mixed. `--workers 1` on one core and `--workers 2` on two, in turns. "
    "Memory is the sum of all processes of the command (RSS), looked at ten times a second: the median "
    "while records 450 to 550 were written, and while the last twentieth was."
)


def batch(quick: bool) -> Part:
    """Whole commands, from the record files to the printed files."""
    part = Part("batch", "Batch: a station's records to DOCX and PDF", _HOW)
    part.tables = [Table("Time", _HEADS, []), Table("Memory of all its processes", _MEMORY, [])]
    sizes = QUICK if quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        for records, runs in sizes.items():
            seen = _runs(part, station.build(Path(folder) / str(records), records), records, runs)
            _time(part, records, seen)
            _memory(part, records, seen)
    if MANY in sizes:
        seconds = [taken for _, taken in part.curves["seconds"][_NAMES[1]]]
        part.figures["growth"] = max(exponents(list(sizes), seconds))
    return part


def _runs(part: Part, root: Path, records: int, runs: int) -> dict[int, list[Watched]]:
    """So many runs on one core and on two, in turns."""
    seen: dict[int, list[Watched]] = {1: [], 2: []}
    if (there := len(os.sched_getaffinity(0))) < 2:
        del seen[2]
        part.missing[_NAMES[2]] = f"this machine has {there}"
    for run in range(runs):
        for cores in sorted(seen, reverse=bool(run % 2)):
            seen[cores].append(_printed(root, records, cores))
    return seen


def _time(part: Part, records: int, seen: Mapping[int, Sequence[Watched]]) -> None:
    alone = statistics.median(watched.seconds for watched in seen[1])
    for cores, found in seen.items():
        seconds = sorted(watched.seconds for watched in found)
        middle = statistics.median(seconds)
        ends: list[float] = [seconds[0], seconds[-1]]
        part.tables[0].rows.append(
            [records, _NAMES[cores], len(found), middle, ends, records / middle, alone / middle]
        )
        part.curves.setdefault("seconds", {}).setdefault(_NAMES[cores], []).append([records, middle])
        if records == MANY:
            part.figures[_NAMES[cores]] = alone / middle


def _memory(part: Part, records: int, seen: Mapping[int, Sequence[Watched]]) -> None:
    for cores, found in seen.items():
        watched = found[-1]
        end = watched.memory(records * 0.95, records)
        early = watched.memory(EARLY * 0.9, EARLY * 1.1) if records > EARLY else None
        grown = end / early if early else None
        part.tables[1].rows.append([records, _NAMES[cores], early, end, grown, watched.peak])
        thinned = watched.looks[:: max(len(watched.looks) // 200, 1)]
        part.curves.setdefault("memory", {})[_NAMES[cores]] = [[done, round(mb, 1)] for done, mb in thinned]
        if grown and records == MANY:
            part.figures[f"memory on {_NAMES[cores]}"] = grown


def _printed(root: Path, records: int, cores: int) -> Watched:
    command = (
        sys.executable, "-m", "recordkit", "render", root / "dossiers", root / "clients",
        "--to", "docx,pdf", "-o", (into := root / "印"), "--workers", cores,
    )  # fmt: skip

    def written() -> int:
        return sum(entry.name.endswith(".pdf") for entry in os.scandir(into)) if into.is_dir() else 0

    with one_core() if cores == 1 else nullcontext():
        watched = watch(command, written)
    if written() != records:
        raise RuntimeError(f"{written()} of {records} records were printed")
    shutil.rmtree(into)
    return watched
