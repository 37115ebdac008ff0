"""What many tests share: the invented station, and the command line as people use it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Few examples in the daily run; `make slow` sets the thorough profile.
settings.register_profile(
    "daily", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "thorough", max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daily"))

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"


@dataclass(frozen=True)
class Done:
    """A command that was run: its exit code and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """A copy of the sample station to work in, in a folder as people have them."""
    return Path(shutil.copytree(SAMPLES, tmp_path / "C 社工站" / "孙 晓梅"))


@pytest.fixture
def recordkit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command line in this process: `recordkit("check", path, cwd=folder)`."""
    from recordkit.cli import run

    def call(*arguments: object, cwd: Path | None = None) -> Done:
        if cwd:
            monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return call


def process(
    *arguments: object, cwd: Path | None = None, on: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line as a process of its own, with an environment of its own;
    `on` another date, where the machine can pretend one."""
    pretended = ["faketime", on] if on and shutil.which("faketime") else []
    return subprocess.run(
        [*pretended, sys.executable, "-m", "recordkit", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )
