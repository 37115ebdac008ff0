"""What a person once said about the heads of a foreign table, remembered for the next one.

One file for each kind of table in the workspace's `templates/对照`, plain TOML
that may be read, corrected or thrown away. A table is known again by its heads.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageProblem
from ..records import disk
from ..records.station import read_toml
from .workspace import Workspace

FOLDER = "对照"
_ABOUT = "# {kind}：表头与字段的对照，下次遇到同样表头的表直接照此。可以改字段；空引号是不填。删掉本文件就重新问。\n"
_FORBIDDEN = re.compile(r'[<>:"|?*·/\\\s\x00-\x1f]+')


def distinct(heads: Iterable[str]) -> list[str]:
    """The heads in order without blanks, a second `电话` as `电话#2`: each one key of a mapping."""
    seen: Counter[str] = Counter()
    named = []
    for head in map(_squeezed, heads):
        seen[head] += 1
        named.append(head if seen[head] == 1 else f"{head}#{seen[head]}")
    return named


def load(station: Workspace | None, kind: str, heads: Sequence[str]) -> Mapping[str, str] | None:
    """Field by head as remembered for a table of these heads, '' for one left out;
    None when nothing is remembered, UsageProblem for a file that cannot be read.

    `kind` tells one use from another (`导入 casework/client-record`, `填表`). Whether
    the fields still exist is for the caller to check.
    """
    path = path_of(station, kind, heads)
    if path is None or not path.is_file():
        return None
    content = read_toml(disk.read_bytes(path), str(path))
    columns: Any = content.get("columns")
    if not (isinstance(columns, dict) and all(isinstance(field, str) for field in columns.values())):
        raise UsageProblem(f"{path}：[columns] 下每行要写成 “表头” = “字段”", "改正，或删掉这个文件重新对照")
    said = {_squeezed(head): field.strip() for head, field in columns.items()}
    return {head: said[_squeezed(head)] for head in heads if _squeezed(head) in said}


def save(
    station: Workspace | None, kind: str, heads: Sequence[str], mapping: Mapping[str, str]
) -> Path | None:
    """Remember the mapping in place of an earlier one; the file, or None without a workspace."""
    path = path_of(station, kind, heads)
    if path is not None:
        lines = [f"{_quoted(head)} = {_quoted(mapping[head])}" for head in heads if head in mapping]
        about = f"{_ABOUT.format(kind=kind)}heads = [{', '.join(map(_quoted, heads))}]\n\n[columns]\n"
        disk.replace(path, (about + "\n".join(lines) + "\n").encode())
    return path


def path_of(station: Workspace | None, kind: str, heads: Sequence[str]) -> Path | None:
    """Where the mapping of such a table is kept, whatever blanks stand in its heads."""
    if station is None:
        return None
    digest = hashlib.sha256("\n".join([kind, *map(_squeezed, heads)]).encode()).hexdigest()[:8]
    return station.layouts / FOLDER / f"{_FORBIDDEN.sub('-', kind)}-{digest}.toml"


def _squeezed(head: str) -> str:
    return "".join(head.split())


def _quoted(text: str) -> str:
    """A TOML string; JSON's is one, but for the one control character it leaves raw."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
