"""Files that other people hand in: looked at before they are read, and each with a name of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from ..errors import Refused
from ..records import disk

MAX_BYTES = 30 * 1024 * 1024
_ODD = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def read_whole(path: Path) -> bytes:
    """The bytes of an ordinary file of bearable size.

    NotFound where there is none; Refused for a device or pipe, which might never
    end, for what is far too large, and for an empty file.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise Refused(f"{path} 不是普通文件（是设备或管道），没有读", "请先把内容存成文件")
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        size = path.stat().st_size >> 20
        raise Refused(
            f"{path.name} 有 {size} MB，不像一张表或名单，最多 {MAX_BYTES >> 20} MB",
            "只留要读的内容，另存后再来",
        )
    data = disk.read_bytes(path)
    if not data:
        raise Refused(f"{path.name} 是空文件（0 字节），多半没有传完", "请对方重新发一次")
    return data


def distinct(files: Sequence[Path]) -> dict[Path, str]:
    """A name for each file's record: its own, and where several have the same with
    the folder or the kind of file, so that none takes the place of another."""
    alike = Counter(_plain(path.stem).lower() for path in files)
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in files:
        stem = _plain(path.stem)
        several = alike[stem.lower()] > 1
        wider = f"{_plain(path.resolve().parent.name)}-{stem}-{path.suffix[1:].lower()}" if several else stem
        names[path] = next(
            name for n in count(1) if (name := wider if n == 1 else f"{wider}-{n}").lower() not in taken
        )
        taken.add(names[path].lower())
    return names


def _plain(name: str) -> str:
    """A file's name without line ends and bytes that are no text."""
    return _ODD.sub("_", name)
