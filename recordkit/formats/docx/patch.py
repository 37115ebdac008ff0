"""Somebody else's Word document: its cells and lines as boxes, and texts put into them.

What is not written over stays byte for byte as it was in the XML: fonts, rules,
sizes and whatever else the document holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from ...errors import Refused
from ...forms.foreign import Box, Grid
from ..opc import XML_DECLARATION, BadXml, Element, W, children, parse, to_text
from ..package import read_parts, write_parts
from .page import DOCUMENT
from .program import clean

_P, _R, _T, _TAB, _BR, _CR, _SYM = (W + name for name in ("p", "r", "t", "tab", "br", "cr", "sym"))
_TBL, _TR, _TC, _TCPR, _PPR, _RPR, _SDT = (
    W + name for name in ("tbl", "tr", "tc", "tcPr", "pPr", "rPr", "sdt")
)
_RUN_WRAPPERS = frozenset(
    W + name for name in ("sdt", "sdtContent", "ins", "smartTag", "hyperlink", "fldSimple")
)
# Boxes and ticks of the symbol fonts, by the code Word keeps them under.
_SYMBOLS = {"F0A3": "□", "F06F": "□", "F0A8": "□", "F052": "☑", "F0FE": "☑", "F0FC": "☑"}
MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_TEXT = 30_000  # of one cell or line
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_GONE = ("ins", "del", "moveFrom", "moveTo", "rPrChange")  # of a paragraph mark, not of its letters


class Document:
    """A foreign document, opened; `Refused` for a hostile or damaged file."""

    def __init__(self, data: bytes) -> None:
        self.parts = read_parts(data)
        _refuse_large(self.parts.get(DOCUMENT, b""))
        try:
            self.root = parse(self.parts[DOCUMENT])
        except (KeyError, BadXml):
            raise Refused(
                "Word 文件里没有正文，或正文已损坏。", "请用 Word 或 WPS 打开后重新保存。"
            ) from None
        body = self.root.find(W + "body")
        if body is None:
            raise Refused("Word 文件里没有正文。", "请用 Word 或 WPS 打开后重新保存。")
        self.body = body

    def grids(self) -> list[Grid]:
        """Every table, also those inside cells, in reading order."""
        return list(_tables(self.body, ""))

    def lines(self) -> list[Box]:
        """The paragraphs outside of tables."""
        return [
            Box(number, 0, _bearable(text_of(paragraph)), f"第{number}段", paragraph)
            for number, paragraph in enumerate(children(self.body, _P), 1)
        ]

    def bytes(self) -> bytes:
        """The document as it stands now."""
        return write_parts({**self.parts, DOCUMENT: XML_DECLARATION + to_text(self.root).encode()})


def _refuse_large(document: bytes) -> None:
    """Every cell and label becomes an object here: a book would take minutes."""
    if len(document) > MAX_BYTES or document.count(b"<") > 2 * MAX_ELEMENTS:
        raise _too_large("内容太多")


def _too_large(what: str) -> Refused:
    return Refused(f"这份 Word 文档太大，不像一张表：{what}。", "请只留要填的那张表，另存后再来。")


def _bearable(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise _too_large(f"有一段文字超过 {MAX_TEXT} 字")
    return text


def write(box: Box, start: int, end: int, text: str) -> None:
    """Write a text over a part of the box's text, in the letters that stand there."""
    replace(box, start, end, run(text))


def replace(box: Box, start: int, end: int, element: Element) -> None:
    """Put an element that holds one run in place of a part of the box's text.

    Its run takes over the letters (font, size, underline) of what it replaces.
    """
    paragraphs = paragraphs_of(box)
    for index, paragraph in enumerate(paragraphs):
        length = len(text_of(paragraph))
        if start <= length:
            _replace_in(paragraph, start, min(end, length), element)
            _drop(paragraphs[index + 1 :], end - length)
            return
        start, end = start - length - 1, end - length - 1


def _drop(paragraphs: Sequence[Element], left: int) -> None:
    """Take away the paragraphs that a longer part reached over."""
    for paragraph in paragraphs:
        left -= 1 + len(text_of(paragraph))
        if left < 0:
            return
        paragraph.getparent().remove(paragraph)


def run(text: str) -> Element:
    """A run with this text, its line ends as breaks."""
    from lxml import etree

    made = etree.Element(_R, nsmap={"w": W[1:-1]})
    for index, line in enumerate(clean(text).split("\n")):
        if index:
            etree.SubElement(made, _BR)
        if line:
            piece = etree.SubElement(made, _T)
            piece.text = line
            piece.set(_SPACE, "preserve")
    return made


# --- reading ---------------------------------------------------------------------


def paragraphs_of(box: Box) -> list[Element]:
    """The paragraphs of a cell, or the one the box is."""
    return [box.at] if box.at.tag == _P else list(children(box.at, _P))


def text_of(paragraph: Element) -> str:
    """A paragraph's text as `Box` holds it."""
    return "".join(_said(piece) for each in _runs(paragraph) for piece in each)


def _prompting(paragraph: Element) -> Iterator[Element]:
    """The content controls around a paragraph, within its row, that only say `单击此处输入文字`."""
    for around in paragraph.iterancestors(_SDT, _TR):
        if around.tag == _TR:
            return
        if _placeholder(around) is not None:
            yield around


def _said(piece: Element) -> str:
    if piece.tag == _T:
        return str(piece.text or "")
    if piece.tag == _SYM:
        return _SYMBOLS.get(piece.get(W + "char", "").upper(), "\ufffc")
    return {_TAB: "\t", _BR: "\n", _CR: "\n"}.get(piece.tag, "")


def _runs(parent: Element) -> Iterator[Element]:
    """The runs of a paragraph whose text counts: no placeholder of an empty content control."""
    if parent.tag == _P and next(_prompting(parent), None) is not None:
        return
    for child in parent:
        if child.tag == _R:
            yield child
        elif child.tag in _RUN_WRAPPERS and not (child.tag == _SDT and _placeholder(child) is not None):
            yield from _runs(child)


def _placeholder(control: Element) -> Element | None:
    return control.find(f"{W}sdtPr/{W}showingPlcHdr")


def _tables(container: Element, head: str) -> Iterator[Grid]:
    for number, table in enumerate(children(container, _TBL), 1):
        where = f"{head}{'内' if head else ''}表{number} "
        grid = _grid(table, where)
        yield grid
        for box in grid.boxes:
            yield from _tables(box.at, f"{box.where} ")


def _grid(table: Element, head: str) -> Grid:
    """The cells of a table; a cell that goes on with the one above makes that one higher."""
    grid, above = Grid(), dict[int, Box]()
    for row, line in enumerate(children(table, _TR)):
        column, now = _number(line.find(f"{W}trPr/{W}gridBefore"), 0), dict[int, Box]()
        for place, cell in enumerate(children(line, _TC), 1):
            width = _number(cell.find(f"{W}tcPr/{W}gridSpan"), 1)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            box = above.get(column) if merge is not None and merge.get(W + "val") != "restart" else None
            if box is None:
                text = _bearable("\n".join(text_of(paragraph) for paragraph in children(cell, _P)))
                box = Box(row, column, text, f"{head}行{row + 1} 列{place}", cell, width=width)
                grid.boxes.append(box)
            else:
                box.height += 1
            now[column] = box
            column += width
        above = now
    return grid


def _number(element: Element | None, usual: int) -> int:
    value = element.get(W + "val", "") if element is not None else ""
    return min(int(value), 1000) if value.isdecimal() and value.isascii() else usual


# --- writing ---------------------------------------------------------------------


def _replace_in(paragraph: Element, start: int, end: int, element: Element) -> None:
    look = _own_letters(paragraph)
    _clear_placeholders(paragraph)
    _cut(paragraph, start)
    _cut(paragraph, end)
    place, before, inside = 0, None, []
    for each in list(_runs(paragraph)):
        length = sum(len(_said(piece)) for piece in each)
        if place + length <= start and not (length == 0 and place == start):
            before = each
        elif length and place < end:
            inside.append(each)
        place += length
    first = inside[0] if inside else before
    if first is not None and (properties := first.find(_RPR)) is not None:
        look = deepcopy(properties)
        if not inside:  # behind a label: its letters, but not its weight
            _without(look, "b", "bCs")
    _wear(element, look)
    _insert(paragraph, element, inside[0] if inside else None, before)
    for each in inside:
        each.getparent().remove(each)


def _insert(paragraph: Element, element: Element, instead: Element | None, before: Element | None) -> None:
    new = list(element) if element.tag == W + "_" else [element]
    if instead is not None:
        for each in new:
            instead.addprevious(each)
    elif before is not None:
        for each in reversed(new):
            before.addnext(each)
    else:
        at = 1 if len(paragraph) and paragraph[0].tag == _PPR else 0
        paragraph[at:at] = new


def _wear(element: Element, look: Element | None) -> None:
    """Give the new run its letters."""
    new = element if element.tag == _R else next(element.iter(_R), None)
    if new is not None and look is not None and len(look):
        new.insert(0, look)


def _own_letters(paragraph: Element) -> Element | None:
    """The letters somebody would write with in an empty paragraph."""
    mark = paragraph.find(f"{_PPR}/{_RPR}")
    if mark is None:
        return None
    look = deepcopy(mark)
    _without(look, *_GONE)
    return look


def _without(look: Element, *names: str) -> None:
    for name in names:
        for each in look.findall(W + name):
            look.remove(each)


def _cut(paragraph: Element, place: int) -> None:
    """Split the run that this place lies in."""
    for each in list(_runs(paragraph)):
        for piece in list(each):
            length = len(_said(piece))
            if place == 0 and length and piece.getprevious() is not None and piece.getprevious().tag != _RPR:
                _split(each, piece)
                return
            if 0 < place < length:
                _split(each, _halved(piece, place))
                return
            place -= length
            if place < 0:
                return


def _halved(piece: Element, place: int) -> Element:
    """Cut a text in two and return the second."""
    second = deepcopy(piece)
    piece.text, second.text = piece.text[:place], piece.text[place:]
    for each in (piece, second):
        each.set(_SPACE, "preserve")
    piece.addnext(second)
    return second


def _split(whole: Element, piece: Element) -> None:
    """Move a piece of a run, and what follows, into a run of its own."""
    second = whole.makeelement(_R)
    if (look := whole.find(_RPR)) is not None:
        second.append(deepcopy(look))
    for each in [piece, *piece.itersiblings()]:
        second.append(each)
    whole.addnext(second)


def _clear_placeholders(paragraph: Element) -> None:
    """Where a value comes, `单击此处输入文字` goes."""
    around = list(_prompting(paragraph))
    for control in [*paragraph.iter(_SDT), *around]:
        if (flag := _placeholder(control)) is not None:
            for each in list(paragraph.iter(_R)) if control in around else list(control.iter(_R)):
                each.getparent().remove(each)
            flag.getparent().remove(flag)


# --- rows ------------------------------------------------------------------------


def row_of(box: Box) -> Element:
    """The row a cell stands in."""
    return next(box.at.iterancestors(_TR))


def emptied(row: Element, text: str = "") -> Element:
    """A copy of a row with nothing in its cells, but a text in the first."""
    copy = deepcopy(row)
    for cell in children(copy, _TC):
        first, *others = list(children(cell, _P)) or [None]
        for each in [*others, *(child for child in cell if child.tag in (_TBL, _SDT))]:
            if each is not None and each.getparent() is not None:
                each.getparent().remove(each)
        if first is None or first.getparent() is None:
            first = cell.makeelement(_P)
            cell.append(first)
        for child in [child for child in first if child.tag != _PPR]:
            first.remove(child)
        if text and cell.find(f"{W}tcPr/{W}vMerge") is None:
            first.append(run(text))
            text = ""
    return copy


def copied_row(boxes: Mapping[int, Box]) -> dict[int, Box]:
    """A blank copy of a row put below it: its boxes by column."""
    row = row_of(next(iter(boxes.values())))
    copy = emptied(row)
    for each in copy.iter():
        for name in [name for name in each.attrib if name.endswith(("}paraId", "}textId"))]:
            del each.attrib[name]
    row.addnext(copy)
    cells = dict(zip(children(row, _TC), children(copy, _TC), strict=True))
    return {
        column: Box(box.row + 1, column, "", "新加的行", cells[box.at], box.height, box.width)
        for column, box in boxes.items()
    }


def let_grow(box: Box) -> None:
    """A row of exact height would hide a long text: make it a least height."""
    for row in box.at.iterancestors(_TR):
        for height in row.iterfind(f"{W}trPr/{W}trHeight"):
            if height.get(W + "hRule") == "exact":
                height.set(W + "hRule", "atLeast")
