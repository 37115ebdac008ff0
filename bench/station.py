"""A station of any size: the sample case again and again, each time of other people.

Numbers, names and telephones differ, and the sentences of long texts stand in
another order, so that no two pages are alike. All forms occur, in the mixture
a case has them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random

from . import cases
from .people import GIVEN

_PEOPLE = ("韩琇云", "冯德润", "冯建军", "冯子昂", "韩琇芝", "王桂芬", "张凤霞", "周丽", "赵磊")
_NUMBERS = {
    "LX01-FW-000123": "LX01-FW-{:06}",
    "LX01-GA-2026-0007": "LX01-GA-2026-{:04}",
    "LX01-GA01-2026-0123": "LX01-GA01-2026-{:04}",
    "LX01-GA07-2026-0031": "LX01-GA07-2026-{:04}",
    "LX01-GA23-2026-0118": "LX01-GA23-2026-{:04}",
}
_LONG = re.compile(r"(?<=: \|\n)(?:  .*\n|\n)+")


def build(root: Path, records: int) -> Path:
    """A station with so many records in `root`."""
    root.mkdir()
    shutil.copy(cases.SAMPLES / "recordkit.toml", root)
    for target, source, number in islice(_records(root), records):
        if not target.parent.exists():
            shutil.copytree(source.parent / "attachments", target.parent / "attachments")
        target.write_text(_another(source.read_text("utf-8"), number), encoding="utf-8")
    return root


def _records(root: Path) -> Iterator[tuple[Path, Path, int]]:
    """Where a record goes, which it is made from, and the number of its case."""
    sources = sorted(cases.SAMPLES.glob("*/*/*.yaml"))
    for number in count(1):
        for source in sources:
            yield root / _numbered(str(source.relative_to(cases.SAMPLES)), number), source, number


def _another(text: str, number: int) -> str:
    chance = Random(f"case {number}")
    text = _LONG.sub(lambda found: _reordered(found[0], chance), _numbered(text, number))
    text = re.sub(r"1380000(\d{4})", lambda found: f"1380{number % 1000:03}{found[1]}", text)
    for person in _PEOPLE:
        given = "".join(chance.sample(GIVEN, len(person) - 1))
        text = text.replace(person, person[0] + given)
        if len(given) > 1:  # a single character stands in other words too
            text = text.replace(person[1:], given)
    return text


def _numbered(text: str, number: int) -> str:
    for ours, pattern in _NUMBERS.items():
        text = text.replace(ours, pattern.format(number))
    return text


def _reordered(paragraphs: str, chance: Random) -> str:
    """The sentences of each paragraph in another order."""
    return "".join(_turned(line, chance) for line in paragraphs.splitlines(keepends=True))


def _turned(line: str, chance: Random) -> str:
    sentences = re.findall(r"[^。]*。", line.strip())
    if len(sentences) < 3 or "".join(sentences) != line.strip():
        return line
    chance.shuffle(sentences)
    return f"  {''.join(sentences)}\n"
