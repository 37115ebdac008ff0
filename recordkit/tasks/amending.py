"""A record changed by the program: only the changed entries are written anew.

Everything else in the file stays as a person typed it, comments too. Where that
would not give exactly the changed record, the whole file is written instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import HasFindings
from ..records import disk, repair, writing
from ..records.model import Record
from ..records.reading import Loaded, parse, require

# What goes on with the entry above: indented lines, and the items of a list.
_CONTINUED = re.compile(r"[\s　]|-(\s|$)|$")
_ENVELOPE = ("form_version", "version", "revision", "local", "waivers", "printed")


def sound(loaded: Loaded) -> Record:
    """The record, if all of its file was understood: what was not would be lost."""
    record = require(loaded)
    if loaded.errors:
        message = f"{loaded.path.name} 有 {len(loaded.errors)} 处读不懂，没有改动它"
        raise HasFindings(message, loaded.errors, "先改好这些地方，再来一次")
    return record


def save(loaded: Loaded, record: Record) -> bool:
    """Write the changed record over its file; whether all else in it was kept.

    Conflict when somebody else has saved since it was read.
    """
    data = _spliced(disk.read_bytes(loaded.path), loaded, record)
    order = [loc[0] for loc, _ in sorted(loaded.lines.items(), key=lambda item: item[1]) if len(loc) == 1]
    whole = writing.dump(record, [str(name) for name in order]).encode() if data is None else data
    disk.replace(loaded.path, whole, loaded.digest)
    return data is not None


def _spliced(old: bytes, loaded: Loaded, record: Record) -> bytes | None:
    """The file with its changed entries replaced; None where that cannot be done."""
    text = repair.decoded(old, lambda *_: None)
    if text is None:
        return None
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    fresh = writing.dump(record).split("\n")
    # From the bottom up, so that the lines above keep their numbers.
    for name in sorted(_changed(loaded.record, record), key=lambda n: -loaded.lines.get((n,), 1_000_000)):
        start = loaded.lines.get((name,), len(lines) + 1) - 1
        end = _end(lines, start) if start < len(lines) else start
        lines[start:end] = _entry(fresh, name)
    new = (line_end.join(lines) + line_end).encode()
    again = parse(new, loaded.path)
    return new if again.record == record and not again.errors else None


def _changed(old: Record, new: Record) -> Iterator[str]:
    """The names whose values differ, in the model's order."""
    stored = (name for name, spec in new.specs().items() if spec.stored)
    return (name for name in (*stored, *_ENVELOPE) if getattr(old, name) != getattr(new, name))


def _entry(lines: Sequence[str], name: str) -> list[str]:
    """The lines of a top-level entry, none where there is no such."""
    start = next((i for i, line in enumerate(lines) if line.startswith(f"{name}:")), None)
    return [] if start is None else list(lines[start : _end(lines, start)])


def _end(lines: Sequence[str], start: int) -> int:
    """Where the entry that begins at `start` ends; blank lines after it are not its own."""
    end = start + 1
    while end < len(lines) and _CONTINUED.match(lines[end]):
        end += 1
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return end
