"""What commands print: data on stdout, all else on stderr, both UTF-8."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from ..errors import Finding, Severity
from ..records.text import width

SCHEMA_VERSION = 1
# What stays together at the end of a line: a word, or a sign with the stop behind it.
_PIECES = re.compile(r" *(?:[!-~]+|[^!-~ ])[，。；：、！？）”》]*| +")
_PLAIN = str.maketrans({"☑": "[√]", "☐": "[ ]", "□": "[ ]", "✓": "√", "✔": "√", "✗": "×"})


def speak_utf8() -> None:
    """Make both streams take any text: UTF-8 with replacement, and where a Chinese
    console insists on GBK, plain signs for those it lacks."""
    # A console that was closed leaves None; what is said then goes nowhere.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if (stream.encoding or "").lower().replace("-", "") not in ("utf8", "gbk", "gb18030", "cp936"):
            stream.reconfigure(encoding="utf-8", errors="replace")
        else:
            stream.reconfigure(errors="replace")


def _fitting(text: str, stream: Any) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return text.translate(_PLAIN)
    return text


def show(text: str = "") -> None:
    """A line of data, on stdout."""
    print(_fitting(text, sys.stdout))


def say(text: str) -> None:
    """A line to the person, on stderr, behind the data that was shown before; on a
    terminal a long one goes on below its own beginning."""
    sys.stdout.flush()
    if sys.stderr.isatty():
        text = "\n".join(folded(line, get_terminal_size().columns) for line in text.split("\n"))
    print(_fitting(text, sys.stderr), file=sys.stderr)


def folded(line: str, columns: int) -> str:
    """The line in lines of at most so many columns, the later ones indented."""
    hang = " " * (len(line) - len(line.lstrip(" ")) + 4)
    lines = [""]
    for word in _PIECES.findall(line):
        if width(lines[-1] + word) > columns and lines[-1].strip():
            lines.append(hang + word.lstrip(" "))
        else:
            lines[-1] += word
    return "\n".join(lines)


def as_json(kind: str, content: Any) -> None:
    """The answer of a reading command for programs."""
    show(json.dumps({"schema_version": SCHEMA_VERSION, kind: content}, ensure_ascii=False, indent=1))


def findings(found: Iterable[Finding], stream: Any = None) -> None:
    """Findings as `文件:位置: 代号 说明`, errors first."""
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    for finding in sorted(found, key=lambda f: order.index(f.severity)):
        sign = {"error": "✗", "warning": "!", "info": "·"}[finding.severity]
        line = f"{sign} {replace(finding, where=near(finding.where))}"
        print(_fitting(line, stream or sys.stderr), file=stream or sys.stderr)


def near(where: str) -> str:
    """The place as seen from the folder one stands in, when it lies below it."""
    here = f"{Path.cwd()}{os.sep}"
    return where.removeprefix(here)


def plain_findings(found: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for --json."""
    return [finding.plain() for finding in found]


class JsonList:
    """Like `as_json` of a list, an item at a time, so that a long one needs no memory."""

    def __init__(self, kind: str) -> None:
        self._before = f'{{"schema_version": {SCHEMA_VERSION}, "{kind}": [\n'

    def add(self, item: Any) -> None:
        """The next item."""
        sys.stdout.write(_fitting(self._before + json.dumps(item, ensure_ascii=False), sys.stdout))
        self._before = ",\n"

    def close(self) -> None:
        """The end; without it what was printed is not whole."""
        show((self._before if self._before.startswith("{") else "\n") + "]}")


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned by their width on a terminal, where Chinese takes two places."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    for row in rows:
        padded = (cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True))
        show("  ".join(padded).rstrip())
