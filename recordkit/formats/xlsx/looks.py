"""What all our workbooks have in common: stamp, cell formats, fixed bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...records import kinds
from ...records.fields import Moment, Spec
from ..package import write_parts
from .refs import COLUMNS

NAME = "_rk_"  # begins the defined name of a field's place
STAMPED = "_rks."  # begins the defined name of a property, `_rks.form`
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - no clock is read; the day stands for all days
_FONT, _SIZE = "宋体", 10.5
_MOST_SAID = 255  # what Excel shows of a message
_MOMENTS = {Moment.FILL: "必填", Moment.SIGN: "签署时要有", Moment.CLOSE: "办结前要补"}
_OWN_NAME = re.compile(rb'<definedName name="(_rks?[_.][^"]*)"')


class Workbook:
    """A workbook being written by XlsxWriter, and the formats of its cells."""

    def __init__(self, stamp: Mapping[str, str], title: str) -> None:
        import xlsxwriter

        self._out = io.BytesIO()
        usual = {"font_name": _FONT, "font_size": _SIZE, "valign": "vcenter"}
        self.book = xlsxwriter.Workbook(
            self._out,
            {"in_memory": True, "default_format_properties": {"font_name": _FONT, "font_size": _SIZE}},
        )
        self._usual = usual
        self._open: dict[int, int] = {}  # sheet → the first of the columns that are open to its end
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.book.set_properties({"title": title, "created": _MADE})
        for key, value in stamp.items():
            self.book.set_custom_property(key, value, "text")
            self.book.define_name(stamped(key), f'="{value.replace(chr(34), "")}"')

    def format(self, **about: Any) -> Any:
        """The cell format with these properties."""
        key = tuple(sorted(about.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(self._usual | about)
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """A new sheet."""
        return self.book.add_worksheet(name)

    def open_beyond(self, sheet: Any, column: int) -> None:
        """Unlock all columns from that one on; XlsxWriter would count them as used."""
        sheet.set_column(column - 1, column - 1, 9, self.format(locked=False))
        self._open[sheet.index] = column + 1

    def made(self) -> bytes:
        """The file; equal content gives equal bytes, and our names are not shown to people."""
        self.book.close()
        with zipfile.ZipFile(self._out) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        main = "xl/workbook.xml"
        parts[main] = _OWN_NAME.sub(rb'<definedName name="\1" hidden="1"', parts[main])
        for sheet, column in self._open.items():
            rest = f'<col min="{column}" max="{COLUMNS}" width="9" style="{self.format(locked=False).xf_index}"/>'
            part = f"xl/worksheets/sheet{sheet + 1}.xml"
            parts[part] = parts[part].replace(b"</cols>", rest.encode() + b"</cols>", 1)
        return write_parts(parts)


def stamped(key: str) -> str:
    """The defined name that repeats a property: `_rks.form_version`."""
    return STAMPED + key.removeprefix("recordkit-").replace("-", "_")


def how(spec: Spec) -> str:
    """How a field is filled in here, in a sentence."""
    match spec.kind:
        case kinds.Multi():
            return "可选多项，用“、”隔开，如 甲、乙"
        case kinds.Choice() | kinds.YesNo():
            return "从下拉列表里选一项"
        case kinds.Day():
            return "日期，如 2026-03-05"
        case kinds.Ref():
            return "写编号，不写姓名" + (f"（{spec.kind.to}）" if spec.kind.to else "")
        case kinds.Refs() | kinds.Picks():
            return "写编号，几个用“、”隔开"
        case kinds.Long():
            return "长文字，换行按 Alt+Enter"
        case kinds.IdNo():
            return "证件号码，整个写全"
        case kinds.DayTime() | kinds.Days() | kinds.Times():
            return f"{spec.kind.describe()}，如 {spec.kind.example()}"
    return spec.kind.describe()


def required(spec: Spec, label: Any) -> str:
    """`必填`, `必填（个案来源以“转介”结尾时）`; '' for what may stay empty."""
    if spec.need is None:
        return ""
    condition = f"（{spec.need.condition.says(label)}时）" if spec.need.condition else ""
    return _MOMENTS[spec.need.moment] + condition


def prompt(spec: Spec, label: str) -> dict[str, str]:
    """The message Excel shows beside the cell one stands in."""
    options = spec.kind.options()
    lines = [f"{how(spec)}。", f"可选：{'；'.join(options)}" if options else "", spec.hint]
    return {
        "input_title": cut(label, 30),
        "input_message": cut("\n".join(filter(None, lines)), _MOST_SAID - 1),
    }


def plain(text: str) -> str:
    """The text as it may stand in a header."""
    return text.replace("&", "&&")[:80]


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
