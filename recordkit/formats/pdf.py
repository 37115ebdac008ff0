"""A form as PDF, set by Typst: PDF/A-2a and PDF/UA-1 in one file.

The blocks become Typst code that holds texts as string literals only. One
compiler serves the process; it sees the packaged faces and nothing else, so
the same record gives the same bytes on any machine.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from .. import fonts
from ..errors import Finding, Severity
from ..forms import balanced, spread
from ..forms.blocks import (
    BAND_WIDTH,
    PAGE_WIDTH,
    PHOTO_WIDTH,
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
    Slip,
    Table,
    cells,
)
from ..records import kinds
from ..records.fields import Nature
from . import typeset
from .qr import drawn
from .signing import is_high, opinions, signatures
from .typeset import EM, LEAD, LINE, PAD, Placed, line_count, lines, literal, mm, pieces, placed, widened

_LOOSE = (Prose, Note, Break, Slip)  # blocks outside any frame
STANDARDS = ["a-2a", "ua-1"]
# Typst reads files here only, and only the one that is named: parsed once for all forms.
ROOT = Path(__file__).parent
_LOOK = '#import "/form.typ": *\n'
_THIN_PAD = 1.0  # in lists
_DATES = (kinds.Day, kinds.DayTime, kinds.Days)
_NUMBERS = (kinds.Ref, kinds.Refs)
# What stands in the middle of its column however many lines it takes.
_SHORT = (*_DATES, kinds.Choice, kinds.YesNo, kinds.Number, kinds.Ref)
_SMALL_EM = 3.175  # 9 pt, where many columns stand side by side
_WIDE = 45.0  # mm; wider columns hold sentences
_FEW = 1  # lines that stay together by themselves, also when there are a few more than counted
_UNBROKEN = 80.0  # mm; a table's rows up to this height move to the next page whole
# No clock in the output: a form without a day carries the standard's first full year.
_UNDATED = date(2024, 1, 1)


def write(arranged: Arranged, on: date | None = None) -> bytes:
    """The PDF's bytes. `on` is the day of the form, the only date in the file."""
    if not arranged.images:
        return _compiled(_compiler(), source(arranged, {}), on)
    with tempfile.TemporaryDirectory() as folder:
        images = _images(arranged, Path(folder))
        return _compiled(_looking_into(folder), source(arranged, images), on)


def _compiled(compiler: Any, code: str, on: date | None) -> bytes:
    moment = datetime.combine(on or _UNDATED, time(12), UTC)
    made = compiler.compile(
        input=code.encode(), format="pdf", pdf_standards=STANDARDS, timestamp=int(moment.timestamp())
    )
    return bytes(made)


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


def source(arranged: Arranged, images: Mapping[str, str]) -> str:
    """The whole of the form as Typst code; `images` names the file of each picture's field."""
    return "".join((_LOOK, *_document(arranged, images)))


@cache
def faces() -> Any:
    """The packaged faces, as Typst takes them."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)]
    )


@cache
def _compiler() -> Any:
    return _looking_into(str(ROOT))


def _looking_into(folder: str) -> Any:
    """A compiler that sees the files of a folder and no others."""
    import typst

    return typst.Compiler(root=folder, font_paths=faces())


def _images(arranged: Arranged, folder: Path) -> dict[str, str]:
    """Put the pictures and the look into a folder; path of the field → file name."""
    shutil.copy(ROOT / "form.typ", folder)
    names = {path: f"picture-{index}" for index, path in enumerate(arranged.images)}
    for path, name in names.items():
        (folder / name).write_bytes(arranged.images[path])
    return names


def _document(arranged: Arranged, images: Mapping[str, str]) -> Iterator[str]:
    yield f"\n#show: sheet.with({_page(arranged.page)})\n"
    wide, blocks = widened(arranged)
    for group, following in pairwise([*_groups(blocks), []]):
        if isinstance(group[0], _LOOSE):
            yield from (_loose(block, following) for block in group)
        else:
            note = (
                f"note({lines(following[0].text)})"
                if following and isinstance(following[0], Note)
                else "none"
            )
            yield f"#framed({', '.join(_parts(group, images, note, wide))})\n"


def _page(page: Page) -> str:
    named = {
        "title": page.title, "code": page.code, "station": page.station, "number": page.number,
        "state": page.state, "mark": page.mark,
    }  # fmt: skip
    fields = [f"{name}: {literal(text)}" for name, text in named.items()]
    if page.qr:
        fields.append(f"qr: bytes({literal(drawn(page.qr))})")
    return ", ".join((*fields, f"flipped: {str(page.landscape).lower()}"))


def _groups(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that share a frame, in order: prose, notes and breaks stand alone."""
    group: list[Block] = []
    for block in blocks:
        loose = isinstance(block, _LOOSE)
        if group and (loose or isinstance(group[0], _LOOSE)):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _parts(group: Sequence[Block], images: Mapping[str, str], note: str, wide: float) -> Iterator[str]:
    """The tables of one frame. The row before the signatures goes with them, and
    there is room on the page for the note below. The page is so `wide`."""
    before = _row_before(group, wide)
    for block in group:
        match block:
            case Grid():
                whole = replace(block, rows=_left_behind(block)) if before and block is group[-2] else block
                if whole.rows:
                    yield _grid(whole, wide)
            case Table():
                yield _table(block)
            case Picture():
                yield from _picture(block, images)
            case Signatures():
                if is_high(block, wide):
                    yield opinions(block)
                yield f"signed({note}, {{ {before or '[]'}; {signatures(block, wide)} }})"


def _left_behind(block: Grid) -> tuple[tuple[Cell, ...], ...]:
    """The rows that do not go with the signatures."""
    return () if block.band or block.photo else block.rows[:-1]


def _row_before(group: Sequence[Block], wide: float) -> str:
    """The row that shares the signatures' page, under its title if it is the only
    one; rows with a band beside them stay together."""
    match group:
        case [*_, Grid(rows=[*others, row]) as grid, Signatures() as block] if not is_high(block, wide):
            if _is_long(row):
                return ""
            if grid.band or grid.photo:
                return _grid(grid, wide)
            return _grid(replace(grid, title="" if others else grid.title, rows=(row,)), wide)
        case _:
            return ""


def _grid(block: Grid, wide: float) -> str:
    """The table of a grid; a cell's place is counted in columns between all cuts."""
    scale = wide / PAGE_WIDTH
    start = _round(BAND_WIDTH * scale) if block.band else 0.0
    cuts = sorted({0.0, start, wide, *(cut for row in block.rows for cut in _cuts(row, start))})
    columns = [right - left for left, right in pairwise(cuts)]
    parts = [_shares(columns)]
    if block.title:
        parts.append(f"band({len(columns)}, {literal(block.title)})")
    for index, row in enumerate(block.rows):
        if block.band and index == 0:
            parts.append(f"side({len(block.rows)}, {', '.join(literal(sign) for sign in block.band)})")
        parts.extend(_pairs(row, cuts, start))
        if block.photo and index == 0:
            place = _span(cuts, _round(wide - PHOTO_WIDTH * scale), wide)
            label, text = literal(block.photo.label), lines(block.photo.text)
            parts.append(f"photo({place}, {block.photo_rows}, {label}, {text})")
    return f"table({', '.join(parts)})"


def _shares(widths: Sequence[float]) -> str:
    """Column widths as shares of the page, upright or landscape."""
    return f"columns: ({''.join(f'{width:.2f}fr, ' for width in widths)})"


def _pairs(row: Sequence[Cell], cuts: Sequence[float], edge: float) -> Iterator[str]:
    is_long = _is_long(row)
    breakable = str(is_long or _has_few_lines(row)).lower()
    for cell in row:
        middle = _round(edge + cell.label_width)
        right = _round(edge + cell.width)
        yield _label(cell, _span(cuts, _round(edge), middle), is_long)
        # A justified paragraph has no corners to tell.
        kind = "long" if _is_text(cell) and not isinstance(cell, Placed) else "value"
        texts = (_text(replace(cell, text=share), _room(cell)) for share in typeset.shares(cell.text))
        yield f"{kind}({_span(cuts, middle, right)}, {breakable}, {', '.join(texts)})"
        edge += cell.width


def _cuts(row: Sequence[Cell], edge: float) -> Iterator[float]:
    for cell in row:
        yield _round(edge + cell.label_width)
        edge += cell.width
        yield _round(edge)


def _span(cuts: Sequence[float], left: float, right: float) -> int:
    return cuts.index(right) - cuts.index(left)


def _label(cell: Cell, span: int, breakable: bool) -> str:
    parts = _broken(cell.label, cell.label_width)
    height = max(cell.height, len(parts) * 6.3 + 2)
    words = ", ".join(map(literal, parts))
    return f"label({span}, {mm(height)}, {str(breakable).lower()}, {words})"


# Labels are the same on every form of a kind.
@lru_cache(maxsize=4096)
def _broken(label: str, room: float) -> tuple[str, ...]:
    return tuple(balanced(spread(label), int((room - 2) / EM * 2)))


def _room(cell: Cell) -> float:
    return cell.width - cell.label_width - 2 * PAD


def _is_long(row: Sequence[Cell]) -> bool:
    """Whether a row goes on over the page's end; a shorter one moves to the next page."""
    return any(line_count(cell.text, _room(cell)) > (6 if _is_text(cell) else 20) for cell in row)


def _has_few_lines(row: Sequence[Cell]) -> bool:
    """Whether the row stays together by itself; to be told so costs Typst one more layout of it."""
    return all(line_count(cell.text, _room(cell)) <= _FEW for cell in row)


def _is_text(cell: Cell) -> bool:
    return bool(cell.spec and isinstance(cell.spec.kind, kinds.Long))


def _text(cell: Cell, room: float, em: float = EM, pad: float = LEAD) -> str:
    """The cell's text, `pad` from the rules above and below."""
    return placed(cell, _set(cell, room, em), pad)


def _set(cell: Cell, room: float, em: float) -> str:
    """The cell's text: options and parts of dates and numbers that never break inside, or lines."""
    if cell.options and "　" in cell.text:
        return pieces("options", cell.text.split("　"), room, em)
    if cell.spec and isinstance(cell.spec.kind, _DATES):
        return pieces("whole", re.split("(?<=[年至])", cell.text), room, em)
    if cell.spec and (isinstance(cell.spec.kind, _NUMBERS) or cell.spec.nature is Nature.ASSIGNED):
        return pieces("whole", re.split("(?<=[-、])", cell.text), room, em)
    return lines(cell.text, room, em)


def _table(block: Table) -> str:
    em = _SMALL_EM if block.dense else EM
    heads = ", ".join(_head(column, em) for column in block.columns)
    title = (
        f"table.cell(colspan: {len(block.columns)}, fill: luma(95%), inset: (x: pad, y: 1.7mm), "
        f'text(font: hei, size: 10.5pt, weight: "bold", {literal(block.title)})), '
        if block.title
        else ""
    )
    sides = [_side([row[at] for row in block.rows], column, em) for at, column in enumerate(block.columns)]
    rows = ", ".join(_row(row, block, sides) for row in block.rows)
    size = "9pt" if block.dense else "10.5pt"
    return f"{{ set text(size: {size}); table({_shares([column.width for column in block.columns])}, table.header({title}{heads}), {rows}) }}"


@lru_cache(maxsize=4096)
def _head(column: Column, em: float) -> str:
    room = int((column.width - 1.6) / em * 2)
    label = spread(column.label) if room >= 6 else column.label
    return f"head({', '.join(literal(line) for line in balanced(label, room))})"


def _row(row: Sequence[Cell], block: Table, sides: Sequence[str]) -> str:
    em = _SMALL_EM if block.dense else EM
    rooms = [column.width - 2 * _THIN_PAD for column in block.columns]
    count = max(line_count(cell.text, room, em) for cell, room in zip(row, rooms, strict=True))
    inset = (block.height - em) / 2 if count <= 1 else 1.8
    breakable = str(count * em * LINE > _UNBROKEN).lower()
    return ", ".join(
        f"data({mm(inset)}, {side}, {breakable}, {_text(cell, room, em, inset)})"
        for cell, room, side in zip(row, rooms, sides, strict=True)
    )


def _side(cells: Sequence[Cell], column: Column, em: float) -> str:
    """A column of short things stands in the middle, one of sentences at the left."""
    kind = cells[0].spec.kind if cells and cells[0].spec else None
    room = column.width - 2 * _THIN_PAD
    fits = room <= _WIDE and all(line_count(cell.text, room, em) <= 1 for cell in cells)
    return "center" if fits or isinstance(kind, _SHORT) else "left"


def _picture(block: Picture, images: Mapping[str, str]) -> Iterator[str]:
    if block.title:
        yield f"table(columns: (100%,), band(1, {literal(block.title)}), [])"
    file = images.get(block.cell.path)
    caption = block.caption + block.cell.text
    yield (
        f"picture({mm(block.cell.height)}, {literal(file) if file else 'none'}, "
        f"{literal(caption)}, {literal(caption)})"
    )


def _loose(block: Block, following: Sequence[Block]) -> str:
    match block:
        case Prose():
            before_signing = bool(following) and isinstance(following[0], Signatures)
            heading = f"#section({literal(block.title)})\n" if block.title else ""
            last = len(block.paragraphs) - 1
            return heading + "".join(
                _paragraph(paragraph, before_signing and index == last)
                for index, paragraph in enumerate(block.paragraphs)
            )
        case Slip(title=title):
            return f"#slip({literal(title)})\n"
        case Note():
            return f"#note({lines(block.text)})\n"
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
    return _text(piece, piece.width) if plain else f"blank({lines(piece.text)})"


def _round(length: float) -> float:
    return round(length, 2)
