"""The command line from start to end: what a person waits for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable

from . import cases
from .measure import HEADS, one_core, row, spread, times, turns
from .peers import Task
from .results import Part, Table

ROUNDS = 15
QUICK = 2
_BARE = "a bare interpreter (python -c pass)"
_HOW = (
    "A process is started, does one thing and ends; the time of all of it, on one core. Files are in the disk "
    "cache and modules are compiled, as after the first start. `render` prints a record of the sample case: loaded, "
    "checked, printed and written."
)


def commands(quick: bool) -> Part:
    """Start-up, and the first document of a process."""
    part = Part("commands", "Command line: one process, one thing", _HOW)
    with tempfile.TemporaryDirectory() as folder, one_core():
        render = ("-m", "recordkit", "render", str(cases.CASE / "intake.yaml"), "--force", "-o", folder)
        peers = [
            Task(_BARE, _process("-c", "pass")),
            Task("recordkit --help", _process("-m", "recordkit", "--help")),
            Task("recordkit render, one PDF", _process(*render, "--to", "pdf")),
            Task("recordkit render, one DOCX", _process(*render, "--to", "docx")),
        ]
        taken = turns(peers, range(QUICK if quick else ROUNDS))
    part.tables.append(Table("", HEADS, [row(taken, peer.name, _BARE) for peer in peers]))
    names = ("bare", "help", "pdf ms", "docx ms")
    part.figures = {key: spread(list(taken[p.name].values()))[1] for key, p in zip(names, peers, strict=True)}
    part.figures["help times"] = times(taken, "recordkit --help", _BARE)[1]
    return part


def _process(*arguments: str) -> Callable[[], object]:
    # Where Python may not keep what it has compiled, every start would be a first one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(
        [sys.executable, *arguments], capture_output=True, check=True, env=environment
    )
