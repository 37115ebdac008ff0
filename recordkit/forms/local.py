"""A station's own fields: declared in its layout, kept under `local:` in the record."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..errors import Finding
from ..records.model import without_said
from ..records.reading import Loaded

if TYPE_CHECKING:
    from .definition import Form

PREFIX = "local."


def value(record: Any, path: str, kind: Any) -> Any:
    """The value of a `local.` field, read by its kind; None where there is none
    or it cannot be read (which `findings` says)."""
    try:
        return kind.read(without_said(_raw(record, path))[0])
    except ValueError:
        return None


def other(record: Any, path: str) -> str:
    """What was said behind 其他."""
    return without_said(_raw(record, path))[1]


def _raw(record: Any, path: str) -> Any:
    held = (record.local or {}).get(path.removeprefix(PREFIX))
    return re.split(r"[、；;]", held) if isinstance(held, str) and re.search(r"、.*其他[:：]", held) else held


def findings(form: Form, loaded: Loaded) -> list[Finding]:
    """What is wrong with a record's own fields: unknown, unreadable, missing."""
    held = (loaded.record.local or {}) if loaded.record is not None else {}
    found = []
    for name in held:
        where = _where(loaded, name)
        spec = form.local.get(PREFIX + name)
        if spec is None:
            near = get_close_matches(PREFIX + name, form.local, 1, 0.5)
            hint = f"是不是“{near[0]}”？" if near else "先在本站版式的 [[field]] 里声明"
            found.append(Finding("LO-01", f"没有“local.{name}”这个自定字段", hint, where))
            continue
        try:
            spec.kind.read(without_said(_raw(loaded.record, PREFIX + name))[0])
        except ValueError as problem:
            found.append(Finding("LO-02", f"{spec.label}：{problem}", spec.hint, where))
    for path, spec in form.local.items():
        if spec.need and held.get(path.removeprefix(PREFIX)) in (None, "", []):
            found.append(
                Finding("LO-03", f"{spec.label}（{spec.need.moment}必填）还没有填", spec.hint, loaded.where())
            )
    return found


def _where(loaded: Loaded, name: str) -> str:
    line = loaded.lines.get(("local", name))
    return f"{loaded.path}:{line}" if line else str(loaded.path)
