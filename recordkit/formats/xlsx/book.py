"""The workbook inside a package: its sheets, names, texts and number formats."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from ...errors import Refused
from ..opc import BadXml, Element, parse, relationships, rels_name, target_name
from ..package import EXCEL, read_parts
from .values import LONGEST, Shape, shape, unescaped

MOST_TEXTS = 300_000
MOST_SHEETS = 200
MOST_NAMES = 20_000

_DAMAGED = "请用 Office 或 WPS 打开后重新保存，或换一份没有损坏的文件。"
_PROPERTIES = "docProps/custom.xml"


def damaged(what: str) -> Refused:
    """The workbook cannot be read, and where."""
    return Refused(f"XLSX 文件已损坏，打不开（{what}）。", _DAMAGED)


def too_big(what: str) -> Refused:
    """There is more in it than a list of people ever has."""
    return Refused(f"表格太大：{what}。", "请把用不着的工作表和内容删去，或分成几份，再来一次。")


def local(element: Element) -> str:
    """The tag without its namespace: Excel has two, and writers choose the prefix."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    """The first child of that local name."""
    return next((each for each in element if local(each) == name), None)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


@dataclass
class Book:
    """A package known to be a workbook, read as far as it is asked."""

    parts: dict[str, bytes]
    part: str
    root: Element
    sheets: list[SheetPart] = field(default_factory=list)

    @property
    def from_1904(self) -> bool:
        """Whether its days are counted from 1904, as on old Macs."""
        about = child(self.root, "workbookPr")
        return about is not None and about.get("date1904", "").lower() in ("1", "true", "on")

    def names(self) -> list[tuple[str, str]]:
        """Defined names and what they stand for; a copied sheet may bring one twice."""
        listed = child(self.root, "definedNames")
        if listed is None:
            return []
        if len(listed) > MOST_NAMES:
            raise too_big(f"定义了{len(listed)}个名称")
        return [(each.get("name", ""), each.text or "") for each in listed if local(each) == "definedName"]

    def properties(self) -> dict[str, str]:
        """The custom document properties as text; a damaged part has none."""
        with suppress(BadXml):
            if _PROPERTIES in self.parts:
                return {
                    each.get("name", ""): "".join(each.itertext()) for each in parse(self.parts[_PROPERTIES])
                }
        return {}

    @cached_property
    def shapes(self) -> list[Shape]:
        """The shape of each cell format's numbers."""
        name = self._related("styles")
        if name not in self.parts:
            return []
        root = _parsed(name, self.parts[name])
        codes: dict[int, str] = {}
        formats, listed = child(root, "numFmts"), child(root, "cellXfs")
        for each in formats if formats is not None else ():
            codes[_int(each.get("numFmtId"))] = each.get("formatCode", "")
        numbers = (_int(each.get("numFmtId")) for each in (listed if listed is not None else ()))
        return [shape(number, codes.get(number)) for number in numbers]

    @cached_property
    def texts(self) -> list[str]:
        """The texts that cells share, without hints on how to pronounce them."""
        name = self._related("sharedStrings")
        if name not in self.parts:
            return []
        found: list[str] = []
        for element in ends(name, self.parts[name], "si"):
            found.append(text_of(element))
            if len(found) > MOST_TEXTS:
                raise too_big(f"有{MOST_TEXTS}个以上不同的文字")
        return found

    def _related(self, kind: str) -> str:
        arrows = _arrows(self.parts, self.part)
        return next((target for known, target in arrows.values() if known == kind), "")


def opened(data: bytes) -> Book:
    """The workbook in these bytes; Refused with the reason for what is none."""
    parts = read_parts(data, EXCEL)
    arrows = _arrows(parts, "")
    part = next((target for kind, target in arrows.values() if kind == "officeDocument"), "")
    if part not in parts:
        raise damaged("找不到工作簿")
    book = Book(parts, part, _parsed(part, parts[part]))
    book.sheets = list(_sheets(book))
    return book


def _sheets(book: Book) -> Iterator[SheetPart]:
    arrows = _arrows(book.parts, book.part)
    listed = child(book.root, "sheets")
    if listed is None or len(listed) > MOST_SHEETS:
        raise damaged("没有工作表") if listed is None else too_big(f"有{len(listed)}张工作表")
    seen: set[str] = set()
    for each in listed:
        relation = next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
        kind, target = arrows.get(relation, ("", ""))
        # A chart holds no cells; a part that is listed twice is read once.
        if kind == "worksheet" and target in book.parts and target not in seen:
            seen.add(target)
            yield SheetPart(each.get("name", ""), target, each.get("state", "visible") != "visible")


def _arrows(parts: Mapping[str, bytes], source: str) -> dict[str, tuple[str, str]]:
    """Relationships of a part: id → its kind and the part it leads to."""
    name = rels_name(source)
    if name not in parts:
        return {}
    return {
        each.id: (each.kind, target_name(source, each.target))
        for each in relationships(parts[name])
        if not each.external
    }


def _parsed(name: str, data: bytes) -> Element:
    try:
        return parse(data)
    except BadXml as error:
        raise damaged(name) from error


def ends(name: str, data: bytes, *tags: str) -> Iterator[Element]:
    """Elements of these local names as they end; each is emptied when it was seen."""
    from lxml import etree

    wanted = [f"{{*}}{tag}" for tag in tags]
    events = etree.iterparse(
        io.BytesIO(data),
        tag=wanted,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
    )
    try:
        for _, element in events:
            yield element
            parent = element.getparent()
            element.clear()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise damaged(name) from error


def text_of(element: Element) -> str:
    """The text of a shared or inline string, runs joined, phonetic hints left out."""
    pieces: list[str] = []
    for each in element:
        tag = local(each)
        if tag == "t":
            pieces.append(each.text or "")
        elif tag == "r":
            pieces += (run.text or "" for run in each if local(run) == "t")
    text = unescaped("".join(pieces))
    if len(text) > LONGEST:
        raise too_big(f"有一格文字超过{LONGEST}字")
    return text


def _int(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
