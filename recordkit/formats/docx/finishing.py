"""What can be done to a document only after its texts are printed.

Pictures are put above their captions, rows with little text are kept whole,
and the last row of a list is held on the page of the signatures below it. All
find their place by the bookmarks.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from ...forms.blocks import Arranged, Picture, Signatures, Table
from ...records.kinds import TICKED
from ..opc import CONTENT_TYPES, rels_name
from .anchors import bookmark_name
from .engine import Template
from .fitting import whole_rows
from .page import DOCUMENT
from .wml import Paragraph, attribute, twips

PICTURE_WIDTH = 150.0  # mm
_EMU = 36_000  # in a millimetre
_FIRST_ID = 100_000  # beyond the ids counted while the texts are printed
_A = "http://schemas.openxmlformats.org/drawingml/2006"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KEEPS = re.compile(r'<w:pPr><w:pStyle w:val="[^"]*"/>(?!<w:keepNext/>)')
_OPEN_RUN = re.compile(r"<w:r(?: [^>]*)?>(<w:rPr>.*?</w:rPr>)?")
_TYPES = {"PNG": "png", "JPEG": "jpeg"}


def finish(template: Template, parts: dict[str, bytes], arranged: Arranged) -> dict[str, bytes]:
    """The printed parts with pictures, short rows kept whole, and signatures held to the row before."""
    if DOCUMENT not in parts:
        return parts
    xml = parts[DOCUMENT].decode()
    for path in whole_rows(arranged):
        xml = _keep_whole(xml, path)
    for path in _signs_after_lists(arranged):
        xml = _keep_row_before(xml, path)
    frames = (block for block in arranged.blocks if isinstance(block, Picture))
    pictures = [frame for frame in frames if arranged.images.get(frame.cell.path)]
    if pictures:
        parts |= {name: template.part(name) for name in (CONTENT_TYPES, rels_name(DOCUMENT))}
    for number, block in enumerate(pictures, 1):
        xml = _put_picture(parts, xml, block, arranged.images[block.cell.path], number)
    return parts | {DOCUMENT: _ticks_apart(xml).encode()}


def _ticks_apart(xml: str) -> str:
    """Each tick as a run of its own: a font that lacks the sign would lend it from
    another, and LibreOffice draws what is lent after all else in the same run."""
    pieces = xml.split(TICKED)
    look = ""
    for index, piece in enumerate(pieces[:-1]):
        if start := _OPEN_RUN.search(piece, max(piece.rfind("<w:r>"), piece.rfind("<w:r "), 0)):
            look = start[1] or ""
        if piece.rfind("<w:t") == piece.rfind("<"):
            tick = f"<w:r>{_as_tick(look)}<w:t>{TICKED}</w:t></w:r>"
            pieces[index] = f'{piece}</w:t></w:r>{tick}<w:r>{look}<w:t xml:space="preserve">'
        else:
            pieces[index] += TICKED
    return "".join(pieces)


def _as_tick(look: str) -> str:
    """The run's properties with the style of ticks, unless it has a style already."""
    if "<w:rStyle " in look:
        return look
    return f'<w:rPr><w:rStyle w:val="FormTick"/>{look.removeprefix("<w:rPr>") or "</w:rPr>"}'


def _keep_whole(xml: str, path: str) -> str:
    """Forbid the row with this field to be cut by the end of a page, unless the template says so already."""
    start = _start("tr", xml, xml.find(f'w:name="{bookmark_name(path)}"'))
    inside = xml.find("<w:trPr>", start) + len("<w:trPr>")
    if start < 0 or inside > xml.find("<w:tc>", start) or xml.startswith("<w:cantSplit/>", inside):
        return xml
    return f"{xml[:inside]}<w:cantSplit/>{xml[inside:]}"


# --- signatures after a list -----------------------------------------------------


def _signs_after_lists(arranged: Arranged) -> Iterator[str]:
    """The first signature below each list; a list's last row is known only when printed."""
    before = None
    for block in arranged.blocks:
        if isinstance(block, Signatures) and isinstance(before, Table):
            first = block.rows[0][0]
            yield (first.opinion or first.sign).path
        before = block


def _keep_row_before(xml: str, path: str) -> str:
    """Hold the row before the one with this field on the same page."""
    mark = xml.find(f'w:name="{bookmark_name(path)}"')
    row = _start("tr", xml, mark)
    above = _start("tr", xml, row)
    if mark < 0 or row < 0 or above < 0:
        return xml
    kept = _KEEPS.sub(r"\g<0><w:keepNext/>", xml[above:row])
    return xml[:above] + kept + xml[row:]


def _start(tag: str, xml: str, before: int) -> int:
    """Where the last such element before a place begins; -1 for none."""
    end = max(before, 0)
    return max(xml.rfind(f"<w:{tag}>", 0, end), xml.rfind(f"<w:{tag} ", 0, end))


# --- pictures --------------------------------------------------------------------


class _Size(NamedTuple):
    width: int
    height: int
    kind: str  # 'png' or 'jpeg'

    def within(self, width: float, height: float) -> tuple[int, int]:
        """The size in EMU that fills this room (mm) and keeps its proportions."""
        scale = min(width / self.width, height / self.height)
        return round(self.width * scale * _EMU), round(self.height * scale * _EMU)


def _size_of(image: bytes) -> _Size | None:
    """Pixels and format; None for what is no PNG or JPEG."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(image), formats=list(_TYPES)) as opened:
            return _Size(*opened.size, _TYPES[str(opened.format)])
    except (OSError, Image.DecompressionBombError):
        return None


def _put_picture(parts: dict[str, bytes], xml: str, block: Picture, image: bytes, number: int) -> str:
    """The document with a drawing above the caption of its frame; without a frame nothing is put."""
    mark = xml.find(f'w:name="{bookmark_name(block.cell.path)}"')
    caption = _start("p", xml, mark)
    size = _size_of(image)
    if mark < 0 or caption < 0 or size is None:
        return xml
    name = f"word/media/recordkit{number}.{size.kind}"
    relation = f"rkPicture{number}"
    parts[name] = image
    _declare(parts, size.kind)
    _relate(parts, relation, posixpath.relpath(name, posixpath.dirname(DOCUMENT)))
    width, height = size.within(PICTURE_WIDTH, block.cell.height)
    drawing = _drawing(relation, _FIRST_ID + number, width, height, block)
    margin = max(twips(block.cell.height) - height * 1440 // (25.4 * _EMU), 0) // 2
    look = f'<w:spacing w:before="{margin:.0f}" w:after="{margin:.0f}"/>'
    return xml[:caption] + Paragraph("FormPicture", drawing, look).xml() + xml[caption:]


def _declare(parts: dict[str, bytes], kind: str) -> None:
    """The content type of a picture format, once."""
    types = parts[CONTENT_TYPES]
    if f'Extension="{kind}"'.encode() not in types:
        entry = f'<Default Extension="{kind}" ContentType="image/{kind}"/>'
        parts[CONTENT_TYPES] = types.replace(b"</Types>", entry.encode() + b"</Types>")


def _relate(parts: dict[str, bytes], relation: str, target: str) -> None:
    name = rels_name(DOCUMENT)
    entry = f'<Relationship Id="{relation}" Type="{_R}/image" Target="{target}"/>'
    parts[name] = parts[name].replace(b"</Relationships>", entry.encode() + b"</Relationships>")


def _drawing(relation: str, number: int, width: int, height: int, block: Picture) -> str:
    """An inline picture; its description is what the frame's caption says."""
    said = attribute("".join((block.caption, block.cell.text)).removesuffix("："))
    named = f'id="{number}" name="图{number - _FIRST_ID}" descr={said}'
    extent = f'cx="{width}" cy="{height}"'
    inner = (
        f'<pic:pic xmlns:pic="{_A}/picture"><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{_R}" r:embed="{relation}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_A}/wordprocessingDrawing"'
        f' distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/><wp:docPr {named}/>'
        f'<a:graphic xmlns:a="{_A}/main"><a:graphicData uri="{_A}/picture">{inner}</a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r>"
    )
