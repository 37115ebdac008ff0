"""A form as PDF, set by Typst: PDF/A-2a and PDF/UA-1 in one file.

The blocks become Typst code that holds texts as string literals only. One
compiler serves the process; it sees the packaged faces and nothing else, so
the same record gives the same bytes on any machine.
"""

from __future__ import annotations

import io
import math
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from .. import fonts
from ..errors import Finding, Severity
from ..forms import balanced, spread
from ..forms.blocks import (
    PAGE_WIDTH,
    Arranged,
    Block,
    Break,
    Cell,
    Column,
    Grid,
    Note,
    Page,
    Picture,
    Prose,
    Signatures,
    SignCell,
    Table,
    cells,
)
from ..records import kinds
from ..records.fields import Nature
from ..records.text import width

STANDARDS = ["a-2a", "ua-1"]
_EM = 3.704  # 10.5 pt in millimetres
_PAD = 1.8
_DATES = (kinds.Day, kinds.DayTime, kinds.Days)
_NUMBERS = (kinds.Ref, kinds.Refs)
# What stands in the middle of its column however many lines it takes.
_SHORT = (*_DATES, kinds.Choice, kinds.YesNo, kinds.Number, kinds.Ref)
_SMALL_EM = 3.175  # 9 pt, where many columns stand side by side
_LINE = 1.45  # from line to line, in em
_UNBROKEN = 80.0  # mm; a table's rows up to this height move to the next page whole
_SHORT_LONG = 6  # lines; longer text goes on over the page's end
# No clock in the output: a form without a day carries the standard's first full year.
_UNDATED = date(2024, 1, 1)


def write(arranged: Arranged, on: date | None = None) -> bytes:
    """The PDF's bytes. `on` is the day of the form, the only date in the file."""
    moment = datetime.combine(on or _UNDATED, time(12), UTC)
    with tempfile.TemporaryDirectory() as folder:
        images = _images(arranged, Path(folder))
        code = "".join((_prelude(), *_document(arranged, images)))
        return bytes(
            _compiler().compile(
                input=code.encode(),
                format="pdf",
                root=folder,
                pdf_standards=STANDARDS,
                timestamp=int(moment.timestamp()),
                sys_inputs={},
            )
        )


def unprintable(arranged: Arranged, where: str = "") -> list[Finding]:
    """A finding for each character that no packaged face has and that prints as 〓."""
    found = []
    for block in arranged.blocks:
        for cell in cells(block):
            if missing := fonts.missing(cell.text):
                signs = "、".join(f"U+{ord(c):04X}" for c in missing)
                found.append(
                    Finding(
                        "PR-01",
                        f"{cell.label}：有 {len(missing)} 个字没有字形，打印成〓（{signs}）",
                        "换用常用字，或打印后手写",
                        where,
                        Severity.WARNING,
                    )
                )
    return found


@cache
def _prelude() -> str:
    return (files("recordkit") / "formats" / "form.typ").read_text(encoding="utf-8")


@cache
def _compiler() -> Any:
    import typst

    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)]
    )
    return typst.Compiler(font_paths=faces)


def literal(text: str) -> str:
    """A Typst string literal of the text as it can be printed."""
    safe = fonts.printable(text)
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        safe = safe.replace(raw, escaped)
    return f'"{safe}"'


def _images(arranged: Arranged, folder: Path) -> dict[str, str]:
    """Write the pictures beside the code; path of the field → file name."""
    names = {}
    for index, (path, data) in enumerate(arranged.images.items()):
        name = f"{index}.{'png' if data[:4] == bytes([0x89]) + b'PNG' else 'jpg'}"
        (folder / name).write_bytes(data)
        names[path] = name
    return names


def _document(arranged: Arranged, images: dict[str, str]) -> Iterator[str]:
    yield f"\n#show: sheet.with({_page(arranged.page)})\n"
    for group, following in pairwise([*_groups(arranged.blocks), []]):
        if isinstance(group[0], Prose | Note | Break):
            yield from (_loose(block, arranged.blocks) for block in group)
        else:
            note = (
                f"note({_lines(following[0].text)})"
                if following and isinstance(following[0], Note)
                else "none"
            )
            yield f"#framed({', '.join(_parts(group, images, note))})\n"


def _page(page: Page) -> str:
    named = {
        "title": page.title, "code": page.code, "station": page.station, "number": page.number,
        "state": page.state, "mark": page.mark,
    }  # fmt: skip
    fields = [f"{name}: {literal(text)}" for name, text in named.items()]
    if page.qr:
        fields.append(f"qr: bytes({literal(_qr(page.qr))})")
    fields.append(f"flipped: {str(page.landscape).lower()}")
    return ", ".join(fields)


def _qr(text: str) -> str:
    import segno

    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", border=2, xmldecl=False, svgns=True)
    return made.getvalue().decode()


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that share a frame, in order: prose, notes and breaks stand alone."""
    group: list[Block] = []
    for block in blocks:
        loose = isinstance(block, Prose | Note | Break)
        if group and (loose or isinstance(group[0], Prose | Note | Break)):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _parts(group: Sequence[Block], images: dict[str, str], note: str) -> Iterator[str]:
    """The tables of one frame. The row before the signatures goes with them, and
    there is room on the page for the note below."""
    signing = isinstance(group[-1], Signatures)
    for index, block in enumerate(group):
        last = signing and index == len(group) - 2
        match block:
            case Grid():
                if rows := block.rows[:-1] if last else block.rows:
                    yield _grid(block.title, rows)
            case Table():
                yield _table(block)
            case Picture():
                yield from _picture(block, images)
            case Signatures():
                yield f"signed({note}, {{ {_row_before(group[index - 1])}; {_signatures(block)} }})"


def _row_before(block: Block) -> str:
    """The row that shares the signatures' page, under its title if it is the only one."""
    if not isinstance(block, Grid):
        return "[]"
    return _grid("" if block.rows[1:] else block.title, block.rows[-1:])


def _grid(title: str, rows: Sequence[Sequence[Cell]]) -> str:
    cuts = sorted({0.0, PAGE_WIDTH, *(cut for row in rows for cut in _cuts(row))})
    columns = [right - left for left, right in pairwise(cuts)]
    parts = [f"columns: ({''.join(f'{_mm(c)}, ' for c in columns)})"]
    if title:
        parts.append(f"band({len(columns)}, {literal(title)})")
    for row in rows:
        edge = 0.0
        for cell in row:
            middle = _round(edge + cell.label_width)
            right = _round(edge + cell.width)
            parts.append(_label(cell, _span(cuts, _round(edge), middle)))
            parts.append(_value(cell, _span(cuts, middle, right)))
            edge += cell.width
    return f"table({', '.join(parts)})"


def _cuts(row: Sequence[Cell]) -> Iterator[float]:
    edge = 0.0
    for cell in row:
        yield _round(edge + cell.label_width)
        edge += cell.width
        yield _round(edge)


def _span(cuts: Sequence[float], left: float, right: float) -> int:
    return cuts.index(right) - cuts.index(left)


def _label(cell: Cell, span: int) -> str:
    lines = balanced(spread(cell.label), int((cell.label_width - 2) / _EM * 2))
    height = max(cell.height, len(lines) * 6.3 + 2)
    return f"label({span}, {_mm(height)}, {', '.join(literal(line) for line in lines)})"


def _value(cell: Cell, span: int) -> str:
    room = cell.width - cell.label_width
    if not (cell.spec and isinstance(cell.spec.kind, kinds.Long)):
        return f"value({span}, {_text(cell, room)})"
    per_line = (room - 2 * _PAD) / _EM * 2
    lines = sum(math.ceil(width(line) / per_line) for line in cell.text.split("\n"))
    return f"long({span}, {str(lines > _SHORT_LONG).lower()}, {_text(cell, room)})"


def _text(cell: Cell, room: float) -> str:
    """The cell's text: options and parts of dates and numbers that never break inside, or lines."""
    if cell.options and "　" in cell.text:
        parts = cell.text.split("　")
        if all(width(part) * _EM / 2 < room - 2 * _PAD for part in parts):
            return f"options({', '.join(literal(part) for part in parts)})"
    if cell.spec and isinstance(cell.spec.kind, _DATES):
        return _whole(cell.text, "[年至]")
    if cell.spec and (isinstance(cell.spec.kind, _NUMBERS) or cell.spec.nature is Nature.ASSIGNED):
        return _whole(cell.text, "[-、]")
    return _lines(cell.text, room)


def _whole(text: str, ends: str) -> str:
    return f"whole({', '.join(literal(part) for part in re.split(f'(?<={ends})', text))})"


def _lines(text: str, room: float = PAGE_WIDTH / 2) -> str:
    return f"lines({', '.join(_line(line, room) for line in text.split(chr(10)))})"


def _line(text: str, room: float) -> str:
    """A line; letters and figures in a run too long for `room` may break anywhere."""
    longest = max(int(room / _EM * 1.2), 1)
    return " + sym.zws + ".join(literal(part) for part in re.split(f"(?<=[!-~]{{{longest}}})", text))


def _table(block: Table) -> str:
    columns = "".join(f"{_mm(column.width)}, " for column in block.columns)
    heads = ", ".join(_head(column, _SMALL_EM if block.dense else _EM) for column in block.columns)
    title = (
        f"table.cell(colspan: {len(block.columns)}, fill: luma(95%), inset: (x: pad, y: 1.7mm), "
        f'text(font: hei, size: 10.5pt, weight: "bold", {literal(block.title)})), '
        if block.title
        else ""
    )
    em = _SMALL_EM if block.dense else _EM
    sides = [_side([row[at] for row in block.rows], column, em) for at, column in enumerate(block.columns)]
    rows = ", ".join(_row(row, block, sides) for row in block.rows)
    size = "9pt" if block.dense else "10.5pt"
    return f"{{ set text(size: {size}); table(columns: ({columns}), table.header({title}{heads}), {rows}) }}"


def _head(column: Column, em: float) -> str:
    room = int((column.width - 1.6) / em * 2)
    label = spread(column.label) if room >= 6 else column.label
    return f"head({', '.join(literal(line) for line in balanced(label, room))})"


def _lines_of(cell: Cell, column: Column, em: float) -> int:
    return math.ceil(width(cell.text) * em / 2 / (column.width - 2))


def _row(row: Sequence[Cell], block: Table, sides: Sequence[str]) -> str:
    em = _SMALL_EM if block.dense else _EM
    lines = max(_lines_of(cell, column, em) for cell, column in zip(row, block.columns, strict=True))
    inset = (block.height - em) / 2 if lines <= 1 else 1.4
    breakable = str(lines * em * _LINE > _UNBROKEN).lower()
    return ", ".join(
        f"data({_mm(inset)}, {side}, {breakable}, {_text(cell, column.width)})"
        for cell, column, side in zip(row, block.columns, sides, strict=True)
    )


def _side(cells: Sequence[Cell], column: Column, em: float) -> str:
    """A column of short things stands in the middle, one of sentences at the left."""
    kind = cells[0].spec.kind if cells and cells[0].spec else None
    short = isinstance(kind, _SHORT) or all(_lines_of(cell, column, em) <= 1 for cell in cells)
    return "center" if short else "left"


def _picture(block: Picture, images: dict[str, str]) -> Iterator[str]:
    if block.title:
        yield f"table(columns: (100%,), band(1, {literal(block.title)}), [])"
    file = images.get(block.cell.path)
    text = block.cell.text
    caption = text if text.startswith(block.cell.label) else block.caption + text
    yield (
        f"picture({_mm(block.cell.height)}, {literal(file) if file else 'none'}, "
        f"{literal(caption)}, {literal(caption)})"
    )


def _signatures(block: Signatures) -> str:
    columns = math.lcm(*(len(row) for row in block.rows))
    parts = [f"columns: ({'1fr, ' * columns})"]
    for row in block.rows:
        # Under an opinion of any length the captions of a row stand level.
        side = "bottom" if any(signed.opinion for signed in row) else "top"
        height = max(signed.sign.height for signed in row)
        parts.extend(_signature(signed, columns // len(row), side, height) for signed in row)
    return f"table({', '.join(parts)})"


def _signature(signed: SignCell, span: int, side: str, height: float) -> str:
    above = "none"
    if signed.opinion:
        text = f"lines({literal(signed.opinion_caption)}, {_lines(signed.opinion.text)})"
        above = f"({_mm(signed.opinion.height)}, {text})"
    # State and day first, then where the proof lies: broken there if anywhere.
    return (
        f"signature({span}, {_mm(height)}, {side}, {above}, {literal(signed.caption)}, "
        f"{_whole(signed.sign.text, '，')})"
    )


def _loose(block: Block, blocks: Sequence[Block]) -> str:
    match block:
        case Prose():
            before_signing = blocks.index(block) + 1 < len(blocks) and isinstance(
                blocks[blocks.index(block) + 1], Signatures
            )
            heading = f"#section({literal(block.title)})\n" if block.title else ""
            last = len(block.paragraphs) - 1
            return heading + "".join(
                _paragraph(paragraph, before_signing and index == last)
                for index, paragraph in enumerate(block.paragraphs)
            )
        case Note():
            return f"#note({_lines(block.text)})\n"
        case _:
            return "#pagebreak()\n"


def _paragraph(pieces: Sequence[str | Cell], sticky: bool) -> str:
    body = " + ".join(_piece(piece) for piece in pieces)
    return f"#paragraph({str(sticky).lower()}, {body or literal('')})\n"


def _piece(piece: str | Cell) -> str:
    """Printed words; or a value, on a line where it was filled in by somebody."""
    if isinstance(piece, str):
        return literal(piece)
    plain = piece.options or piece.text.startswith(kinds.RULE) or not (piece.spec and piece.spec.stored)
    return _text(piece, PAGE_WIDTH) if plain else f"blank({_lines(piece.text)})"


def _mm(length: float) -> str:
    return f"{length:.2f}mm"


def _round(length: float) -> float:
    return round(length, 2)
