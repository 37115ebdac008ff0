"""A form as PDF, set by Typst: PDF/A-2a and PDF/UA-1 in one file.

The blocks become Typst code that holds texts as string literals only. One
compiler serves the process; it sees the packaged faces and nothing else, so
the same record gives the same bytes on any machine.
"""

from __future__ import annotations

import io
import math
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
from ..forms import spread
from ..forms.blocks import (
    PAGE_WIDTH,
    Arranged,
    Block,
    Break,
    Cell,
    Grid,
    Note,
    Page,
    Picture,
    Prose,
    SignCell,
    Signatures,
    Table,
    cells,
)
from ..records import kinds
from ..records.text import width

STANDARDS = ["a-2a", "ua-1"]
_EM = 3.704  # 10.5 pt in millimetres
_PAD = 1.8
# How many half-widths off balance a good breaking place may be.
_BREAKS = {"(": 6, "（": 6, "与": 3, "、": -9, "）": -9, ")": -9, "/": -9}
_AFTER = {"/": 4, "、": 4}
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
    for group in _groups(arranged.blocks):
        if isinstance(group[0], Prose | Note | Break):
            yield from (_loose(block, arranged.blocks) for block in group)
        else:
            yield f"#framed({', '.join(_parts(group, images))})\n"


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


def _parts(group: Sequence[Block], images: dict[str, str]) -> Iterator[str]:
    """The tables of one frame. The row before the signatures goes with them."""
    signing = isinstance(group[-1], Signatures)
    for index, block in enumerate(group):
        last = signing and index == len(group) - 2
        match block:
            case Grid():
                rows = block.rows[:-1] if last else block.rows
                if block.title or rows:
                    yield _grid(block.title, rows)
            case Table():
                yield _table(block)
            case Picture():
                yield from _picture(block, images)
            case Signatures():
                before = group[index - 1] if index else None
                row = before.rows[-1:] if isinstance(before, Grid) else ()
                yield f"block(breakable: false, {{ {_grid('', row)}; {_signatures(block)} }})" if row else (
                    f"block(breakable: false, {_signatures(block)})"
                )


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
    lines = _balanced(spread(cell.label), int((cell.label_width - 2) / _EM * 2))
    height = max(cell.height, len(lines) * 6.3 + 2)
    return f"label({span}, {_mm(height)}, {', '.join(literal(line) for line in lines)})"


def _balanced(label: str, room: int) -> list[str]:
    """The label in as few lines as fit `room` half-widths, of about equal length,
    broken before a bracket or behind a stroke where one is near."""
    count = math.ceil(width(label) / room)
    if count <= 1:
        return [label]
    goal = width(label) / count
    places = range(1, len(label))
    fitting = [i for i in places if width(label[:i]) <= room] or [1]
    best = min(fitting, key=lambda i: abs(width(label[:i]) - goal) - _BREAKS.get(label[i], 0) - _AFTER.get(label[i - 1], 0))
    return [label[:best], *_balanced(label[best:], room)]


def _value(cell: Cell, span: int) -> str:
    long = bool(cell.spec and isinstance(cell.spec.kind, kinds.Long))
    return f"{'long' if long else 'value'}({span}, {_text(cell, cell.width - cell.label_width)})"


def _text(cell: Cell, room: float) -> str:
    """The cell's text: options that never break inside, or lines."""
    if cell.options and "　" in cell.text:
        parts = cell.text.split("　")
        if all(width(part) * _EM / 2 < room - 2 * _PAD for part in parts):
            return f"options({', '.join(literal(part) for part in parts)})"
    return _lines(cell.text)


def _lines(text: str) -> str:
    return f"lines({', '.join(literal(line) for line in text.split(chr(10)))})"


def _table(block: Table) -> str:
    columns = "".join(f"{_mm(column.width)}, " for column in block.columns)
    heads = ", ".join(f"head({literal(spread(column.label))})" for column in block.columns)
    title = (
        f"table.cell(colspan: {len(block.columns)}, fill: luma(95%), inset: (x: pad, y: 1.7mm), "
        f"text(font: hei, weight: \"bold\", {literal(block.title)})), "
        if block.title
        else ""
    )
    rows = ", ".join(_row(row, block) for row in block.rows)
    return f"table(columns: ({columns}), table.header({title}{heads}), {rows})"


def _row(row: Sequence[Cell], block: Table) -> str:
    fits = [
        width(cell.text) * _EM / 2 <= column.width - 2
        for cell, column in zip(row, block.columns, strict=True)
    ]
    inset = (block.height - _EM) / 2 if all(fits) else 1.4
    return ", ".join(
        f"data({_mm(inset)}, {'center' if fit else 'left'}, {_lines(cell.text)})"
        for cell, fit in zip(row, fits, strict=True)
    )


def _picture(block: Picture, images: dict[str, str]) -> Iterator[str]:
    if block.title:
        yield f"table(columns: (100%,), band(1, {literal(block.title)}), [])"
    file = images.get(block.cell.path)
    caption = f"{block.cell.label}：{block.cell.text}" if block.cell.text else block.cell.label
    yield (
        f"picture({_mm(block.cell.height)}, {literal(file) if file else 'none'}, "
        f"{literal(caption)}, {literal(caption)})"
    )


def _signatures(block: Signatures) -> str:
    columns = math.lcm(*(len(row) for row in block.rows))
    parts = [f"columns: ({'1fr, ' * columns})"]
    for row in block.rows:
        parts.extend(_signature(signed, columns // len(row)) for signed in row)
    return f"table({', '.join(parts)})"


def _signature(signed: SignCell, span: int) -> str:
    above = "none"
    if signed.opinion:
        above = f"lines({literal(signed.opinion.label + '：')}, {_lines(signed.opinion.text)})"
    seal = literal("（盖章）") if signed.seal else "none"
    return (
        f"signature({span}, {_mm(signed.sign.height)}, {above}, {literal(signed.sign.label + '：')}, "
        f"{seal}, {_lines(signed.sign.text)})"
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
    body = " + ".join(
        f"blank({_lines(piece.text)})" if isinstance(piece, Cell) else literal(piece) for piece in pieces
    )
    return f"#paragraph({str(sticky).lower()}, {body or literal('')})\n"


def _mm(length: float) -> str:
    return f"{length:.2f}mm"


def _round(length: float) -> float:
    return round(length, 2)
