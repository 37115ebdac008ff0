"""How a record is printed into an adopted form: as somebody would write into its blanks.

The form's own room and lines count, not ours. A place that stays empty prints
what the purchaser printed there; options are ticked where the form lists them
and written as words where it does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import chain
from typing import TypeAlias

from ...forms.blocks import Arranged, Cell, cells
from ...records.kinds import BLANK_DAY, BOX, RULE, TICKED

ADOPTED = "recordkit-adopted"  # document property
Blanks: TypeAlias = Mapping[str, str | int]  # what was printed at a field's place; a table's blank rows

_MOST_ROWS = 200
_TICKED = re.compile(f"{TICKED}([^{BOX}{TICKED}]*)")
_UNSTATED = re.compile(r"（(不详|拒绝提供|不适用)）$")
View: TypeAlias = dict[str, str | list[dict[str, str]]]


def written(blanks: Blanks) -> str:
    """The property of an adopted template."""
    return json.dumps(blanks, ensure_ascii=False, sort_keys=True)


def read(property_: str) -> Blanks:
    """The blanks as `written` put them; nothing for what somebody spoilt."""
    try:
        found = json.loads(property_ or "{}")
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str | int)} if isinstance(found, dict) else {}


def view(arranged: Arranged, blanks: Blanks) -> View:
    """The texts as an adopted form prints them."""
    found: View = arranged.view()
    known = {cell.path: cell for cell in chain.from_iterable(map(cells, arranged.blocks))}
    for path, was in blanks.items():
        text = found.get(path)
        if isinstance(text, list) and isinstance(was, int):
            found[path] = _rows(text, was, path, known)
        elif isinstance(text, str) and isinstance(was, str) and path in known:
            found[path] = _text(known[path], was)
    return found


def _rows(
    rows: list[dict[str, str]], least: int, table: str, known: Mapping[str, Cell]
) -> list[dict[str, str]]:
    """The rows in words, and blank ones up to as many as the form had."""
    said = [
        {
            name: words(text) if (cell := known.get(f"{table}.{name}")) and cell.options else text
            for name, text in row.items()
        }
        for row in rows
    ]
    said = [row for row in said if any(row.values())]
    names = rows[0] if rows else {}
    return said + [dict.fromkeys(names, "") for _ in range(min(least, _MOST_ROWS) - len(said))]


def _text(cell: Cell, was: str) -> str:
    empty = cell.spec.kind.blank() if cell.spec else ""
    if cell.text in ("", empty, BLANK_DAY) or not cell.text.strip(f"{RULE}{BOX} 　年月日"):
        return was
    return words(cell.text) if cell.options and BOX not in was else cell.text


def words(text: str) -> str:
    """What is ticked, without the other options: `□甲　☑乙` is 乙."""
    if unstated := _UNSTATED.search(text):
        return unstated[1]
    if BOX not in text and TICKED not in text:
        return text
    return "、".join(option.strip(f" 　：{RULE}") for option in _TICKED.findall(text))
