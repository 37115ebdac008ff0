"""What can be done to a document only after its texts are printed.

Pictures are put above their captions, and the last row of a list is held on
the page of the signatures below it. Both find their place by the bookmarks.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ...forms.blocks import Arranged, Picture, Signatures, Table
from ..opc import CONTENT_TYPES, rels_name
from .anchors import bookmark_name
from .engine import Printed, Template
from .page import DOCUMENT
from .wml import Paragraph, attribute, twips

PICTURE_WIDTH = 150.0  # mm
_EMU = 36_000  # in a millimetre
_FIRST_ID = 100_000  # beyond the ids counted while the texts are printed
_A = "http://schemas.openxmlformats.org/drawingml/2006"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KEEPS = re.compile(rb'<w:pPr><w:pStyle w:val="[^"]*"/>(?!<w:keepNext[ /])')
_TYPES = {"PNG": "png", "JPEG": "jpeg"}


def finish(template: Template, printed: Printed, arranged: Arranged) -> Printed:
    """The printed parts with pictures, and signatures held to the row before.

    The latter adds `w:keepNext` where it may stand, so the shape still tells all. A document with
    pictures has no shape: it is checked, and its package with it.
    """
    if DOCUMENT not in printed.parts:
        return printed
    xml = printed.parts[DOCUMENT]
    for path in _signs_after_lists(arranged):
        xml = _keep_row_before(xml, path)
    frames = (block for block in arranged.blocks if isinstance(block, Picture))
    pictures = [frame for frame in frames if arranged.images.get(frame.cell.path)]
    if not pictures:
        return replace(printed, parts=printed.parts | {DOCUMENT: xml})
    parts = printed.parts | {name: template.part(name) for name in (CONTENT_TYPES, rels_name(DOCUMENT))}
    for number, block in enumerate(pictures, 1):
        xml = _put_picture(parts, xml, block, arranged.images[block.cell.path], number)
    return Printed(parts | {DOCUMENT: xml})


# --- signatures after a list -----------------------------------------------------


def _signs_after_lists(arranged: Arranged) -> Iterator[str]:
    """The first signature below each list; a list's last row is known only when printed."""
    before = None
    for block in arranged.blocks:
        if isinstance(block, Signatures) and isinstance(before, Table):
            first = block.rows[0][0]
            yield (first.opinion or first.sign).path
        before = block


def _keep_row_before(xml: bytes, path: str) -> bytes:
    """Hold the row before the one with this field on the same page."""
    mark = _mark(xml, path)
    row = _start(b"tr", xml, mark)
    above = _start(b"tr", xml, row)
    if mark < 0 or row < 0 or above < 0:
        return xml
    kept = _KEEPS.sub(rb"\g<0><w:keepNext/>", xml[above:row])
    return b"".join((xml[:above], kept, xml[row:]))


def _mark(xml: bytes, path: str) -> int:
    """Where the field's bookmark begins; -1 for nowhere."""
    return xml.find(f'w:name="{bookmark_name(path)}"'.encode())


def _start(tag: bytes, xml: bytes, before: int) -> int:
    """Where the last such element before a place begins; -1 for none."""
    end = max(before, 0)
    return max(xml.rfind(b"<w:%b>" % tag, 0, end), xml.rfind(b"<w:%b " % tag, 0, end))


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


def _put_picture(parts: dict[str, bytes], xml: bytes, block: Picture, image: bytes, number: int) -> bytes:
    """The document with a drawing above the caption of its frame; without a frame nothing is put."""
    mark = _mark(xml, block.cell.path)
    caption = _start(b"p", xml, mark)
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
    return xml[:caption] + Paragraph("FormPicture", drawing, look).xml().encode() + xml[caption:]


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
