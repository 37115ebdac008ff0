"""A command and everything it starts, watched until it ends: time and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EVERY = 0.1  # seconds between two looks
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass
class Watched:
    """What was seen: seconds in all, and (how much was done, MB) at each look."""

    seconds: float = 0.0
    looks: list[tuple[int, float]] = field(default_factory=list)

    def memory(self, since: float, until: float) -> float:
        """The middle of what it had while so much was done; the highest if that went by unseen."""
        seen = [megabytes for done, megabytes in self.looks if since <= done <= until]
        return statistics.median(seen) if seen else self.peak

    @property
    def peak(self) -> float:
        return max((megabytes for _, megabytes in self.looks), default=0.0)


def watch(command: Sequence[object], done: Callable[[], int]) -> Watched:
    """Run it; a failure is raised with what it said."""
    watched = Watched()
    start = time.perf_counter()
    process = subprocess.Popen(
        [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None:
        watched.looks.append((done(), sum(map(_megabytes, tree(process.pid)))))
        try:
            process.wait(_EVERY)
        except subprocess.TimeoutExpired:
            continue
    watched.seconds = time.perf_counter() - start
    said = process.communicate()[1]
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said[-500:]}")
    return watched


def tree(root: int) -> list[int]:
    """A process and all below it."""
    parents = dict(_parents())
    found = [root]
    for process in found:  # grows while it is walked
        found += [child for child, parent in parents.items() if parent == process]
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue


def _megabytes(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0
