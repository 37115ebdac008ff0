"""A workbook for many records of one form: a row a record, a sheet for each table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ...forms import Form, local
from ...forms.arrange import in_words
from ...forms.returned import FORM, FORM_VERSION
from ...records import kinds
from ...records.context import Context
from ...records.fields import Spec
from ...records.kinds import OTHER, Unstated
from ...records.model import Block, Record
from ...records.text import width
from .columns import HELP, KEY, KEY_LABEL, LISTS, Column, Leaf, leaves
from .looks import Workbook, cut, how, plain, prompt, required
from .refs import letters
from .values import serial

ROOM = 500  # rows to be filled in
_NUMBERED = 100  # rows whose number already stands there
_TITLE, _HOW, _NAMES, _HEADS, _FIRST = range(5)  # rows, counted from 0
_MOST_LISTED = 255
_MOST_NOTED = 500
_SURE = Decimal(10) ** 15
_WIDTHS: dict[type[kinds.Kind], int] = {
    kinds.Long: 42, kinds.Address: 36, kinds.IdNo: 21, kinds.Phone: 15, kinds.Day: 12, kinds.DayTime: 18,
    kinds.Days: 24, kinds.Times: 16, kinds.Multi: 30, kinds.YesNo: 8, kinds.Number: 9, kinds.Rating: 9,
    kinds.Money: 12, kinds.Name: 11, kinds.Ref: 17, kinds.RowNo: 9,
}  # fmt: skip


def many(form: Form, records: Sequence[Record] = (), context: Context | None = None) -> bytes:
    """The form as a workbook to be filled in, with these records in its first rows.

    `context` gives the station's name for the head. Equal content gives equal bytes.
    """
    return _Many(form, records, context).made()


def cell_text(spec: Spec, value: Any, other: str = "") -> str:
    """A value as it stands in a cell: numbers for people, options in words."""
    if value is None:
        return ""
    if isinstance(value, Unstated):
        return str(value)
    if other and OTHER not in (value if isinstance(value, list) else [value]):
        # Said without having been ticked: only the printed line can hold both.
        return spec.kind.show(value, None, other)
    if spec.kind.options():
        return in_words(spec, value, None, other)
    plain = spec.kind.plain(value)
    return "、".join(plain) if isinstance(plain, list) else str(plain)


class _Many:
    """One workbook being written."""

    def __init__(self, form: Form, records: Sequence[Record], context: Context | None) -> None:
        self.form = form
        self.records = records
        self.station = context.station.station.name if context and context.station else ""
        self.leaves = leaves(form)
        self.room = max(ROOM, len(records) + _NUMBERED)
        self.file = Workbook({FORM: form.id, FORM_VERSION: str(form.version)}, form.title)
        self.lists: list[Sequence[str]] = []

    def made(self) -> bytes:
        self.help()
        main = self.leaf(self.leaves[0], [(n, record) for n, record in enumerate(self.records, 1)])
        main.activate()
        for number in range(len(self.records) + 1, max(_NUMBERED, len(self.records)) + 1):
            main.write_number(_FIRST + number - 1, 0, number, self.key_format())
        for leaf in self.leaves[1:]:
            self.leaf(leaf, list(self.rows(leaf.table)))
        self.write_lists()
        return self.file.made()

    def rows(self, table: str) -> Iterator[tuple[int, Block]]:
        """The rows of a table, each with the number of its record."""
        for number, record in enumerate(self.records, 1):
            value = record.value_of(table)
            yield from ((number, row) for row in (value if isinstance(value, list) else ()))

    # --- a sheet to be filled in ---

    def leaf(self, leaf: Leaf, filled: Sequence[tuple[int, Block]]) -> Any:
        sheet = self.file.sheet(leaf.name)
        self.columns(sheet, leaf)
        self.heads(sheet, leaf)
        for place, (number, block) in enumerate(filled):
            sheet.write_number(_FIRST + place, 0, number, self.key_format())
            for index, column in enumerate(leaf.columns, 1):
                self.value(sheet, (_FIRST + place, index), column, block)
        self.validations(sheet, leaf)
        sheet.freeze_panes(_FIRST, 2)
        sheet.autofilter(_HEADS, 0, _HEADS + self.room, len(leaf.columns))
        sheet.protect("", _ALLOWED)
        self.paper(sheet)
        return sheet

    def paper(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(9)
        # As many pages side by side as the columns need; shrunk to one nobody could read it.
        sheet.set_print_scale(80)
        sheet.print_across()
        sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
        sheet.repeat_rows(_HEADS)
        sheet.repeat_columns(0, 1)
        sheet.hide_gridlines(0)
        sheet.set_footer(f"&L{plain(self.form.code)}&C第&P页 共&N页")

    def columns(self, sheet: Any, leaf: Leaf) -> None:
        """Widths and formats of whole columns, so that no empty cell is written."""
        sheet.set_column(0, 0, 6, self.key_format())
        for index, column in enumerate(leaf.columns, 1):
            room = max(_WIDTHS.get(type(column.spec.kind), 14), min(width(column.label) + 3, 24))
            sheet.set_column(index, index, room, self.format_of(column.spec))
        # A row can only be deleted below protected heads where all its cells are open.
        self.file.open_beyond(sheet, len(leaf.columns) + 2)

    def heads(self, sheet: Any, leaf: Leaf) -> None:
        file, form = self.file, self.form
        title = file.format(bold=True, font_size=16, font_name="黑体")
        sheet.set_row(_TITLE, 30, title)
        sheet.write_string(_TITLE, 0, form.title if not leaf.table else f"{form.title}：{leaf.name}", title)
        sheet.set_row(_HOW, 20, file.format(font_color="#595959"))
        sheet.write_string(_HOW, 0, self.how(leaf), file.format(font_color="#595959"))
        sheet.set_row(_NAMES, None, file.format(), {"hidden": True})
        head = file.format(
            bold=True, align="center", text_wrap=True, border=1, bg_color="#EDEDED", font_name="黑体"
        )
        sheet.set_row(_HEADS, 44, file.format(bold=True))
        sheet.write_string(_NAMES, 0, KEY)
        sheet.write_string(_HEADS, 0, KEY_LABEL, head)
        sheet.write_comment(_HEADS, 0, self.key_note(leaf), _note(self.key_note(leaf)))
        for index, column in enumerate(leaf.columns, 1):
            must = (
                column.spec.need is not None and column.spec.need.condition is None and _at_once(column.spec)
            )
            sheet.write_string(_NAMES, index, column.path)
            sheet.write_string(_HEADS, index, f"*{column.label}" if must else column.label, head)
            note = self.note(column)
            sheet.write_comment(_HEADS, index, note, _note(note))

    def how(self, leaf: Leaf) -> str:
        if leaf.table:
            return (
                f"一行写一条；“{KEY_LABEL}”写“{self.leaves[0].name}”里那一行的序号，同一序号的各行归到一起。"
            )
        station = f"{self.station}　" if self.station else ""
        return f"{station}{self.form.code}　一行写一份，带 * 的必填，不清楚的写 不详；写法见每栏表头的批注。"

    def key_note(self, leaf: Leaf) -> str:
        if leaf.table:
            return f"写“{self.leaves[0].name}”里那一行的序号。"
        return "每份一个序号，不要重复；表格类的内容写在后面的工作表里，靠序号对上。"

    def note(self, column: Column) -> str:
        """What the head's note says: how, options, help, requirement, who."""
        spec = column.spec
        options = spec.kind.options()
        lines = (
            how(spec),
            f"可选：{'；'.join(options)}" if options else "",
            spec.hint,
            required(spec, self.form.model.label_of),
            f"由{self.form.fills}填" if self.form.fills else "",
        )
        return cut("\n".join(filter(None, lines)), _MOST_NOTED)

    # --- values ---

    def key_format(self) -> Any:
        return self.file.format(align="center", locked=False, num_format="0")

    def format_of(self, spec: Spec) -> Any:
        kind = spec.kind
        about: dict[str, Any] = {"locked": False, "valign": "top", "num_format": "@"}
        if isinstance(kind, kinds.Long | kinds.Multi | kinds.Address):
            about["text_wrap"] = True
        if isinstance(kind, kinds.Day):
            about |= {"num_format": "yyyy-mm-dd", "align": "center"}
        elif isinstance(kind, kinds.Money):
            about["num_format"] = "#,##0.00"
        elif isinstance(kind, kinds.Number | kinds.Rating):
            about["num_format"] = "General"
        return self.file.format(**about)

    def value(self, sheet: Any, at: tuple[int, int], column: Column, block: Block) -> None:
        """Write one field of a record or row; a day and a number as such."""
        value, other = _value_of(block, column)
        form = self.format_of(column.spec)
        number = _number(column.spec, value)
        if number is not None:
            sheet.write_number(*at, number, form)
        elif text := cell_text(column.spec, value, other):
            sheet.write_string(*at, text, form)

    # --- what may be written ---

    def validations(self, sheet: Any, leaf: Leaf) -> None:
        last = _HEADS + self.room
        sheet.data_validation(_FIRST, 0, last, 0, self.key_rule(leaf, last))
        for index, column in enumerate(leaf.columns, 1):
            asked = {**prompt(column.spec, column.label), **self.rule(column.spec)}
            sheet.data_validation(_FIRST, index, last, index, {**_GENTLE, **asked})

    def key_rule(self, leaf: Leaf, last: int) -> dict[str, Any]:
        if leaf.table:
            main = self.leaves[0].name.replace("'", "''")
            source = f"='{main}'!$A${_FIRST + 1}:$A${last + 1}"
            said = {"input_title": KEY_LABEL, "input_message": cut(self.key_note(leaf), 250)}
            return {**_GENTLE, "validate": "list", "source": source, **said}
        once = f"=COUNTIF($A${_FIRST + 1}:$A${last + 1},A{_FIRST + 1})=1"
        return {
            **_GENTLE,
            "validate": "custom",
            "value": once,
            "error_message": "这个序号已经有了，仍要用吗？",
        }

    def rule(self, spec: Spec) -> dict[str, Any]:
        """The check of a field's kind; it warns, and never forbids to write 不详."""
        kind = spec.kind
        match kind:
            case kinds.Choice() | kinds.YesNo():
                return {"validate": "list", "source": self.listed(kind.options())}
            case kinds.Day():
                return {"validate": "date", "criteria": ">=", "value": date(1900, 3, 1)}
            case kinds.Number():
                about = {"validate": "decimal", "criteria": "between"}
                return about | {"minimum": kind.least, "maximum": kind.most}
            case kinds.Rating():
                about = {"validate": "integer", "criteria": "between"}
                return about | {"minimum": kind.low, "maximum": kind.high}
            case kinds.Money():
                return {"validate": "decimal", "criteria": ">=", "value": 0}
            case kinds.Text():
                return {"validate": "length", "criteria": "<=", "value": kind.longest}
        return {"validate": "any"}

    def listed(self, options: Sequence[str]) -> Any:
        """The options themselves, or where they stand when they are too long for the cell's rule."""
        if len(",".join(options)) <= _MOST_LISTED and not any("," in option for option in options):
            return list(options)
        if options not in self.lists:
            self.lists.append(options)
        column = letters(self.lists.index(options) + 1)
        return f"={LISTS}!${column}$1:${column}${len(options)}"

    def write_lists(self) -> None:
        if not self.lists:
            return
        sheet = self.file.sheet(LISTS)
        sheet.hide()
        for column, options in enumerate(self.lists):
            for row, option in enumerate(options):
                sheet.write_string(row, column, option)

    # --- the first sheet ---

    def help(self) -> None:
        sheet = self.file.sheet(HELP)
        sheet.set_column(0, 0, 76)
        sheet.write_string(0, 0, f"《{self.form.title}》填表说明", self.file.format(bold=True, font_size=16))
        sheet.set_row(0, 30)
        text = self.file.format(text_wrap=True, valign="top")
        for row, line in enumerate(filter(None, self.explained()), 1):
            sheet.write_string(row, 0, line, text)
            sheet.set_row(row, 16 * -(-width(line) // 72) + 4)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def explained(self) -> Iterator[str]:
        """What a person has to know before the first row is written."""
        main, *tables = self.leaves
        must = [
            column.label
            for column in main.columns
            if column.spec.need and not column.spec.need.condition and _at_once(column.spec)
        ]
        perhaps = [
            f"{column.label}（{column.spec.need.condition.says(self.form.model.label_of)}时）"
            for column in main.columns
            if column.spec.need and column.spec.need.condition and _at_once(column.spec)
        ]
        yield f"1．在“{main.name}”里填，一行一份，最多{self.room}行。表头不要改；可以插行、删行、排序、筛选、调列宽。"
        if tables:
            yield (
                f"2．{'、'.join(f'“{leaf.name}”' for leaf in tables)}写在各自的工作表里，一行一条；"
                f"第一栏“{KEY_LABEL}”写“{main.name}”里那一份的序号。"
            )
        yield f"必填：{'、'.join(must)}。" if must else ""
        yield f"看情况必填：{'；'.join(perhaps)}。" if perhaps else ""
        yield "不知道的写 不详，本人不愿说的写 拒绝提供，用不上的写 不适用，不要编。"
        yield "单选从下拉列表里选；选“其他”的写成 其他：说明。可选多项的用“、”隔开，如 甲、乙。"
        yield "日期写成 2026-03-05。证件号码、电话已设为文本，直接写，不用加撇号。"
        yield "交回来的是这张工作簿：各行各栏和后面各工作表的内容都会读进档案；空行不算，隐藏和筛掉的行也会读。"
        yield f"不收：签名、盖章、照片和附件（{self.not_here()}），请用纸表签好后扫描；年龄、合计等由程序算。"
        yield self.form.notes

    def not_here(self) -> str:
        found = (self.form.spec_at(name) for name in self.form.names())
        labels = [spec.label for spec in found if spec and _signed_or_file(spec)]
        return "、".join(dict.fromkeys(labels)) or "无"


_ALLOWED = {
    "format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True,
    "insert_columns": True, "delete_rows": True, "delete_columns": True, "sort": True, "autofilter": True,
}  # fmt: skip
_NOTE = {"author": "recordkit", "width": 300, "font_name": "宋体", "font_size": 9}
_NOTE_ROOM, _NOTE_LINE = 44, 16  # half letters on a line of a note; pixels from line to line
_GENTLE = {
    "error_type": "warning", "error_title": "请核对", "error_message": "这样写可能不对，仍要这样写吗？",
}  # fmt: skip


def _note(text: str) -> dict[str, Any]:
    """The look of a note, as high as its text."""
    lines = sum(max(1, -(-width(line) // _NOTE_ROOM)) for line in text.split("\n"))
    return {**_NOTE, "height": (lines + 1) * _NOTE_LINE}


def _at_once(spec: Spec) -> bool:
    from ...records.fields import Moment

    return spec.need is not None and spec.need.moment is Moment.FILL


def _signed_or_file(spec: Spec) -> bool:
    return isinstance(spec.kind, kinds.Nested) and not isinstance(spec.kind, kinds.Table)


def _value_of(block: Block, column: Column) -> tuple[Any, str]:
    """The value of a field, and what was said behind 其他."""
    if column.name.startswith(local.PREFIX):
        return local.value(block, column.name, column.spec.kind), local.other(block, column.name)
    return block.value_of(column.name), getattr(block, f"{column.name}_other", None) or ""


def _number(spec: Spec, value: Any) -> float | int | None:
    """The value as Excel counts, where it loses nothing; None where it stays a text."""
    if isinstance(spec.kind, kinds.Day) and isinstance(value, date):
        return serial(value)
    if isinstance(spec.kind, kinds.Number | kinds.Rating | kinds.Money) and isinstance(value, int | Decimal):
        number = Decimal(value)
        return float(number) if abs(number) < _SURE and Decimal(repr(float(number))) == number else None
    return None
