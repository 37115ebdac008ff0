"""The whole command suite once on a Chinese console that cannot encode ☑ or 𠮷."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from test_mistakes import CASE, MISTAKES

GOOD = [
    ["forms"], ["forms", "--json"], ["show", "接案"], ["show", "接案", "--schema"], ["doctor"],
    ["check", f"dossiers/{CASE}", "--all"], ["check", "--json"], ["dossier", "status"], ["find", "韩琇云"],
    ["render", f"dossiers/{CASE}/intake.yaml", "-o", "出"], ["blank", "接案", "-o", "空白"],
    ["new", "探访", "--client", "LX01-FW-000123"], ["template", "check", "--help"], ["--help"],
]  # fmt: skip

# Runs in a process of its own: its streams are those of the console.
_RUN = """
import json, sys
from recordkit.cli import run
for line in json.load(open(sys.argv[1], encoding="utf-8")):
    print(">>", run(line), flush=True)
"""


def test_every_command_speaks_on_a_gbk_console(station: Path, tmp_path: Path) -> None:
    lines = [*GOOD, *(line.split() for line, _, _ in MISTAKES)]
    wanted = [0 if line[0] not in ("check",) else None for line in GOOD] + [code for _, code, _ in MISTAKES]
    script = tmp_path / "lines.json"
    script.write_text(json.dumps(lines), encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(script)],
        cwd=station,
        env={**os.environ, "PYTHONIOENCODING": "gbk:strict", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=300,
        check=False,
    )

    said = done.stdout.decode("gbk") + done.stderr.decode("gbk")
    codes = [int(line[3:]) for line in done.stdout.decode("gbk").splitlines() if line.startswith(">> ")]
    assert "Traceback" not in said, said[-2000:]
    assert len(codes) == len(lines)
    assert [
        (line, code)
        for line, code, want in zip(lines, codes, wanted, strict=True)
        if want not in (None, code)
    ] == []
