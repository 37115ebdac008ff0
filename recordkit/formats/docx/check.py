"""`template check`: everything wrong with a station's own template, at once.

Beside what `rules` finds, a template is held against the form's fields and
printed on trial, once full and once empty, so that a document Word could not
open is found here and not at the printer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from ...errors import Finding, HasFindings, RecordkitError, Severity
from ..opc import CONTENT_TYPES, content_types
from ..package import read_parts
from . import structure
from .codes import CODES
from .engine import Template
from .grammar import Use
from .program import Row
from .rules import Scan, scan, template_parts
from .tags import Fault

__all__ = ["CODES", "check"]

Fields: TypeAlias = Mapping[str, Sequence[str] | None]
_SINGLE = re.compile(r"(?<![{｛])[{｛]\s*([^\W\d][\w.]*)\s*[}｝](?![}｝])")


def check(data: bytes, fields: Fields, where: str, required: Collection[str] = ()) -> list[Finding]:
    """All findings of a template; a hostile file raises `Refused`.

    `fields` maps a tag's name to None, or to the column names of a table;
    `required` names fields (or `table.column`) that have to be printed.
    """
    parts = read_parts(data)
    result = scan(parts, where)
    used = _check_names(result, fields)
    _check_single_braces(result, fields)
    _check_required(result, used, required)
    if not any(finding.severity is Severity.ERROR for finding in result.findings):
        _try_printing(result, data, fields)
        _warn_of_grids(result, parts)
    return sorted(result.findings, key=lambda finding: finding.severity is not Severity.ERROR)


# --- names -----------------------------------------------------------------------


def _check_names(result: Scan, fields: Fields) -> set[str]:
    used: set[str] = set()
    for use, tag in result.uses:
        if fault := _name_fault(use, fields, result.variables):
            result.add(tag.spot.place, Fault(fault.code, f"「{tag.shown}」{fault.message}", fault.hint))
        elif use.role != "test":
            used.add(f"{use.table}.{use.path}" if use.table else use.path)
    return used


def _name_fault(use: Use, fields: Fields, variables: set[str]) -> Fault | None:
    """What is wrong with a name, if anything."""
    if use.table:
        columns = fields.get(use.table)
        if columns is None or use.path in columns:
            return None  # a wrong table is named at its loop
        return Fault("TP-01", f"表格「{use.table}」没有列「{use.path}」", _nearest(use.path, columns))
    first, _, rest = use.path.partition(".")
    if use.path not in fields and rest and (first in variables or fields.get(first) is not None):
        return Fault("TP-12", "写在了循环外", "请放到 {%tr for … %} 和 {%tr endfor %} 之间的行里。")
    if use.path not in fields:
        return Fault("TP-01", f"没有字段「{use.path}」", _nearest(use.path, fields))
    if use.role == "loop" and fields[use.path] is None:
        return Fault("TP-13", f"的「{use.path}」不是表格，不能循环", f"请直接写 {{{{ {use.path} }}}}。")
    if use.role == "print" and fields[use.path] is not None:
        return Fault("TP-13", f"的「{use.path}」是表格，不能直接打印", "请用 {%tr for … %} 循环它的行。")
    return None


def _nearest(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"最接近的字段「{close[0]}」。" if close else "字段名可以用 recordkit show 查看。"


def _check_single_braces(result: Scan, fields: Fields) -> None:
    """`{name}` with one brace, where `name` is a field."""
    for spot in result.texts:
        for match in _SINGLE.finditer(spot.text):
            if match[1] in fields:
                hint = f"请写成 {{{{ {match[1]} }}}}。"
                result.add(spot.place, Fault("TP-05", f"「{match[0]}」只有一层花括号，不会被替换", hint))


def _check_required(result: Scan, used: set[str], required: Collection[str]) -> None:
    for name in required:
        if name not in used:
            hint = f"请加上 {{{{ {name if name.startswith('local.') else name.rpartition('.')[2]} }}}}。"
            result.add("", Fault("TP-02", f"模板没有打印必须有的字段「{name}」", hint))


# --- printing on trial -----------------------------------------------------------


def _try_printing(result: Scan, data: bytes, fields: Fields) -> None:
    """Print the template full and empty; name what Word would not open."""
    try:
        template = Template(data, result.where)
        for text, count in (("试印", 2), ("", 0)):
            template.verify(template.printed(_sample(fields, text, count)).parts)
    except HasFindings as error:
        for finding in error.findings:
            code = "TP-18" if "不是以段落结尾" in finding.message else finding.code
            result.add("", Fault(code, finding.message, finding.hint))
    except RecordkitError as error:
        result.add("", Fault("TP-19", error.message, error.hint))


def _sample(fields: Fields, text: str, count: int) -> dict[str, str | Sequence[Row]]:
    return {
        name: text if columns is None else [dict.fromkeys(columns, text) for _ in range(count)]
        for name, columns in fields.items()
    }


def _warn_of_grids(result: Scan, parts: Mapping[str, bytes]) -> None:
    """Rows that do not fit their grid: Word mends them, but widths may shift."""
    names = template_parts(content_types(parts[CONTENT_TYPES]))
    for fault in structure.problems(parts, [name for name in names if name in parts]):
        if fault.kind in structure.FORGIVEN:
            hint = "列宽可能会变，请在 Word 里重画这一行。"
            result.add("", Fault("TP-22", fault.text, hint), Severity.WARNING)
