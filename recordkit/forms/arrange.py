"""A form and a record put together as blocks.

What stands in the cells comes from a source of texts: a record, nothing (a
blank form), or the names themselves (a Word template). The arrangement is the
same for all three.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ..records import kinds
from ..records.context import Context
from ..records.fields import Nature, Spec
from ..records.model import Block as Part
from ..records.model import Record
from ..records.text import width
from . import blocks, local
from .blocks import BAND_WIDTH, LINE_HEIGHT, PAGE_WIDTH, PHOTO_WIDTH, ROW_HEIGHT, Arranged, Cell
from .definition import BLANK, Form, Item, Section

_DIGITS = "零一二三四五六七八九"
_QUESTION_WIDTH = 90.0
_LABEL_WIDTHS = {1: 26.0, 2: 26.0, 3: 21.0}
_HALF_LETTER = 1.852  # mm, in print of 10.5 pt
_SEAL_HEIGHT = 52.0
_SIGN_HEIGHT = 26.0


class Texts(Protocol):
    """Where the texts of a form come from."""

    def text(self, path: str, spec: Spec, in_row: bool = False, boxes: bool = False) -> str:
        """What the field prints; in a table's row without its other options."""

    def rows(self, path: str, blank_rows: int) -> Sequence[Texts]:
        """The rows of a table."""

    def chosen(self, path: str) -> tuple[str, ...]:
        """The options that are ticked."""


class RecordTexts:
    """The texts of a record (or of a table's row)."""

    def __init__(
        self,
        part: Part,
        context: Context | None,
        own: Mapping[str, Spec] | None = None,
        frozen: Mapping[str, str] | None = None,
    ) -> None:
        self.part = part
        self.context = context
        self.own = own or {}
        self.frozen = frozen or {}

    def value(self, path: str) -> Any:
        if path in self.own:
            return local.value(self.part, path, self.own[path].kind)
        return self.part.value_of(path, self.context)

    def text(self, path: str, spec: Spec, in_row: bool = False, boxes: bool = False) -> str:
        if path in self.frozen:
            return self.frozen[path]
        value = self.value(path)
        if value is None or value == []:
            return "" if in_row and not boxes else spec.kind.blank()
        other = (
            local.other(self.part, path)
            if path in self.own
            else getattr(self.part, f"{path}_other", None) or ""
        )
        if in_row and not boxes:
            return in_words(spec, value, self.context, other)
        if isinstance(value, kinds.Unstated):
            return unstated(spec, value)
        return spec.kind.show(value, self.context, other)

    def rows(self, path: str, blank_rows: int) -> Sequence[Texts]:
        found = self.value(path)
        if not found:
            return [BlankTexts()]
        return [
            RecordTexts(row, self.context, frozen=self._frozen(f"{path}.{i}.")) for i, row in enumerate(found)
        ]

    def _frozen(self, prefix: str) -> Mapping[str, str]:
        return {p.removeprefix(prefix): text for p, text in self.frozen.items() if p.startswith(prefix)}

    def chosen(self, path: str) -> tuple[str, ...]:
        value = self.value(path)
        if isinstance(value, bool):
            return ("是" if value else "否",)
        return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else ()


class BlankTexts:
    """A form to be filled in by hand; what the station's profile knows is printed."""

    def __init__(self, form: Form | None = None, context: Context | None = None) -> None:
        self.nobody = form.model() if form else None
        self.context = Context(station=context.station if context else None)

    def text(self, path: str, spec: Spec, in_row: bool = False, boxes: bool = False) -> str:
        if in_row and not boxes:
            return ""
        if spec.nature is Nature.LOOKED_UP and self.nobody:
            known = self.nobody.value_of(path, self.context)
            return spec.kind.show(known) if known is not None else ""
        return spec.kind.blank()

    def rows(self, path: str, blank_rows: int) -> Sequence[Texts]:
        return [self] * blank_rows

    def chosen(self, path: str) -> tuple[str, ...]:
        return ()


class TagTexts:
    """The names of the fields as docxtpl tags."""

    def __init__(self, row: str = "") -> None:
        self.row = row

    def text(self, path: str, spec: Spec, in_row: bool = False, boxes: bool = False) -> str:
        return f"{{{{ {self.row}{path} }}}}"

    def rows(self, path: str, blank_rows: int) -> Sequence[Texts]:
        return [TagTexts("row.")]

    def chosen(self, path: str) -> tuple[str, ...]:
        return ()


def in_words(spec: Spec, value: Any, context: Context | None, other: str) -> str:
    """A value without the options it was chosen from, for the cells of a table."""
    if isinstance(value, kinds.Unstated):
        return str(value)
    match spec.kind:
        case kinds.YesNo():
            return "是" if value else "否"
        case kinds.Choice():
            return f"{value}：{other}" if other and value == kinds.OTHER else str(value)
        case kinds.Multi():
            return "、".join(value) + (f"：{other}" if other else "")
        case _:
            return spec.kind.show(value, context)


def unstated(spec: Spec, value: kinds.Unstated) -> str:
    """`不详`; a choice keeps its options beside it."""
    return kinds.boxes(options, value) if (options := spec.kind.options()) else str(value)


def filled(form: Form, record: Record, context: Context | None = None, state: str = "") -> Arranged:
    """The form with a record's texts; `state` is printed in the header (草稿)."""
    frozen = record.printed.texts if record.printed else None
    page = blocks.Page(
        title=form.title,
        code=form.code,
        station=context.station.station.name if context and context.station else "",
        number=getattr(record, "form_no", None) or "",
        state=state or _late(record),
        mark=f"版{record.version}·{record.mark()}",
        landscape=form.landscape,
    )
    number = page.number or form.code
    page = replace(page, qr=f"{number} v{record.version} {record.mark()}")
    return Arranged(page, _blocks(form, RecordTexts(record, context, form.local, frozen)))


def blank(form: Form, context: Context | None = None) -> Arranged:
    """The form to be filled in by hand: no number, no mark, no QR."""
    station = context.station.station.name if context and context.station else ""
    page = blocks.Page(form.title, form.code, station, landscape=form.landscape)
    return Arranged(page, _blocks(form, BlankTexts(form, context), by_hand=True))


def tags(form: Form) -> Arranged:
    """The form with docxtpl tags for texts, for its Word template."""
    page = blocks.Page(
        form.title,
        form.code,
        "{{ page_station }}",
        "{{ page_number }}",
        "{{ page_state }}",
        "{{ page_mark }}",
        landscape=form.landscape,
    )
    return Arranged(page, _blocks(form, TagTexts()))


def _late(record: Record) -> str:
    return "补录" if getattr(record, "late_entry", None) is True else ""


def _blocks(form: Form, texts: Texts, by_hand: bool = False) -> tuple[blocks.Block, ...]:
    arranger = _Arranger(form, texts, by_hand)
    found = [arranger.block(section) for section in form.sections]
    return (*found, *_small_print(form))


def _small_print(form: Form) -> list[blocks.Block]:
    many = "两" if form.copies == 2 else numeral(form.copies)
    copies = f"一式{many}份，{form.keep}。" if form.copies > 1 else ""
    text = "".join(part for part in (form.notes and f"填表说明：{form.notes}", copies) if part)
    return [blocks.Note(text)] if text else []


class _Arranger:
    """Turns sections into blocks, counting their titles."""

    def __init__(self, form: Form, texts: Texts, by_hand: bool) -> None:
        self.form = form
        self.texts = texts
        self.by_hand = by_hand
        self.titles = 0

    def title(self, section: Section) -> str:
        if not section.title:
            return ""
        self.titles += 1
        return f"{numeral(self.titles)}、{section.title}"

    def block(self, section: Section) -> blocks.Block:
        match section.kind:
            case "grid":
                return self.grid(section)
            case "matrix":
                return blocks.Grid(self.title(section), tuple(self.question(item) for item in section.items))
            case "table":
                return self.table(section)
            case "prose":
                return blocks.Prose(self.title(section), tuple(self.paragraphs(section.text)))
            case "picture":
                return self.picture(section)
            case "signatures":
                per_row = section.per_row
                signs = [self.sign_cell(item, PAGE_WIDTH / per_row) for item in section.items]
                rows = (tuple(signs[i : i + per_row]) for i in range(0, len(signs), per_row))
                return blocks.Signatures(tuple(rows))
            case "note":
                return blocks.Note(section.text)
            case "slip":
                return blocks.Slip(section.title)
            case _:
                return blocks.Break()

    def grid(self, section: Section) -> blocks.Grid:
        room = PAGE_WIDTH - (BAND_WIDTH if section.band else 0)
        rows = tuple(
            self.row(row, room - (PHOTO_WIDTH if section.photo and index < section.photo_rows else 0))
            for index, row in enumerate(section.rows)
        )
        photo = self.cell(Item(section.photo)) if section.photo else None
        count = min(section.photo_rows, len(rows)) if photo else 0
        return blocks.Grid(self.title(section), rows, section.band, photo, count)

    def question(self, item: Item) -> tuple[Cell, ...]:
        return (replace(self.cell(item), label_width=item.label_width or _QUESTION_WIDTH),)

    def row(self, row: tuple[Item, ...], room: float = PAGE_WIDTH) -> tuple[Cell, ...]:
        unit = room / sum(item.span for item in row)
        usual = _LABEL_WIDTHS.get(len(row), 18.0)
        return tuple(
            _fitted(replace(self.cell(item), width=unit * item.span, label_width=item.label_width or usual))
            for item in row
        )

    def cell(self, item: Item, prefix: str = "", texts: Texts | None = None) -> Cell:
        path = f"{prefix}{item.field}"
        spec = self.form.spec_at(path)
        assert spec, path
        source = texts or self.texts
        text = source.text(item.field, spec, bool(prefix), item.boxes)
        options = tuple(spec.kind.options())
        return Cell(
            path,
            item.label or spec.label,
            spec,
            text,
            height=self.height(item, spec),
            options=options,
            chosen=source.chosen(item.field) if options else (),
        )

    def height(self, item: Item, spec: Spec) -> float:
        usual = spec.kind.lines if isinstance(spec.kind, kinds.Long) else 0
        lines = item.lines or usual
        if lines <= 1 or not (usual or self.by_hand):
            return ROW_HEIGHT
        # By hand the form leaves the full room; a printed record needs two lines at least.
        return (lines if self.by_hand else 2) * LINE_HEIGHT + 2

    def table(self, section: Section) -> blocks.Table:
        total = sum(item.width for item in section.items)
        columns = tuple(
            blocks.Column(
                f"{section.table}.{item.field}",
                item.label or self.label(f"{section.table}.{item.field}"),
                PAGE_WIDTH * item.width / total,
            )
            for item in section.items
        )
        rows = tuple(
            tuple(self.cell(item, f"{section.table}.", texts) for item in section.items)
            for texts in self.texts.rows(section.table, section.blank_rows)
        )
        # Rows are higher for the pen than for print.
        height = section.row_height if self.by_hand else min(section.row_height, ROW_HEIGHT)
        return blocks.Table(self.title(section), section.table, columns, rows, height)

    def label(self, path: str) -> str:
        spec = self.form.spec_at(path)
        return spec.label if spec else path

    def paragraphs(self, text: str) -> list[tuple[str | Cell, ...]]:
        return [self.paragraph(line) for line in text.strip().split("\n")]

    def paragraph(self, line: str) -> tuple[str | Cell, ...]:
        pieces = BLANK.split(line)
        parts: list[str | Cell] = []
        for index, piece in enumerate(pieces):
            if index % 2:
                cell = self.cell(Item(piece))
                parts.append(cell if cell.text else replace(cell, text=kinds.RULE * 8))
            elif piece:
                parts.append(piece)
        return tuple(parts)

    def picture(self, section: Section) -> blocks.Picture:
        cell = replace(self.cell(section.items[0]), height=section.height)
        value = self.texts.value(cell.path) if isinstance(self.texts, RecordTexts) else None
        return blocks.Picture(self.title(section), cell, str(value.file) if value else "")

    def sign_cell(self, item: Item, room: float) -> blocks.SignCell:
        opinion = self.cell(Item(item.opinion, lines=item.lines)) if item.opinion else None
        sign = replace(self.cell(Item(item.field, label=item.label)), width=room)
        seal = bool(sign.spec and isinstance(sign.spec.kind, kinds.Seal))
        height = _SEAL_HEIGHT if seal else _SIGN_HEIGHT
        # Until somebody has signed, the place of the proof is a date for the pen.
        return blocks.SignCell(
            _fitted(replace(sign, height=height, text=sign.text or kinds.BLANK_DAY)), opinion, seal
        )


def _fitted(cell: Cell) -> Cell:
    """The cell; a blank date that is too wide for it is drawn together."""
    room = (cell.width - cell.label_width - 4) / _HALF_LETTER
    if "　　" not in cell.text or cell.text.strip("　年月日时分至") or width(cell.text) <= room:
        return cell
    return replace(cell, text=cell.text.replace("　　", "　"))


def numeral(number: int) -> str:
    """A number from 1 to 99 in Chinese: `十二`."""
    tens, ones = divmod(number, 10)
    ten = "十" if tens == 1 else f"{_DIGITS[tens]}十" if tens else ""
    return ten + (_DIGITS[ones] if ones else "")


def spread(label: str) -> str:
    """Two-character labels spread to the width of three: `姓　名`."""
    return f"{label[0]}　{label[1]}" if len(label) == 2 and width(label) == 4 else label


# How many half letters off balance a good place to break may be.
_BEFORE = {"(": 6, "（": 6, "与": 3, "、": -9, "）": -9, ")": -9, "/": -9}
_BEHIND = {"/": 4, "、": 4}
# Words of the trade that a break should not tear.
_WORDS = re.compile(
    "服务对象|社会工作者|监护人|个人|信息|告知|处理|同意|问题|目标|计划|评估|改变|范围|达成|优先级|资源|反思|周岁|方法|技巧"
)


def balanced(label: str, room: int) -> list[str]:
    """The label in as few lines as fit `room` half letters, about equally long,
    broken before a bracket or behind a stroke where one is near."""
    count = -(-width(label) // room)
    if count <= 1:
        return [label]
    goal = width(label) / count
    fitting = [place for place in range(1, len(label)) if width(label[:place]) <= room] or [1]

    def cost(place: int) -> float:
        off = abs(width(label[:place]) - goal)
        torn = any(0 < place - found.start() < len(found[0]) for found in _WORDS.finditer(label))
        return off + 8 * torn - _BEFORE.get(label[place], 0) - _BEHIND.get(label[place - 1], 0)

    best = min(fitting, key=cost)
    return [label[:best], *balanced(label[best:], room)]
