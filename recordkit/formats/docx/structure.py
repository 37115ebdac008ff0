"""What Word would call unreadable, found before anybody sees it.

LibreOffice opens almost anything; Word does not. `structure_problems` checks
what usually breaks: XML, relationship targets, content types, ids, the order
of property elements, cells without a paragraph, rows that do not fit their
grid. It runs after every rendering and so reads each part once: property
blocks are compared as bytes (a form has a few dozen distinct ones, remembered
between runs), only tables and ids are walked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

from ..opc import (
    CONTENT_TYPES,
    W_URI,
    BadXml,
    ContentTypes,
    Element,
    Problem,
    W,
    content_types,
    parse,
    relationships,
    rels_name,
    rels_source,
    target_name,
)
from .grids import table_problems
from .order import ORDER, misplaced, put_in_order

__all__ = ["FORGIVEN", "Problem", "package_problems", "problems", "put_in_order", "structure_problems"]

FORGIVEN = frozenset(("grid",))  # Word and WPS mend these themselves

_DOC_PR = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_R_URI = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_URI = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_START, _END, _ID, _NAME, _VAL = (W + name for name in ("bookmarkStart", "bookmarkEnd", "id", "name", "val"))
_REFERENCE = re.compile(rb' r:(?:id|embed|link|pict)="([^"]*)"')


def structure_problems(parts: Mapping[str, bytes], changed: Collection[str] | None = None) -> list[str]:
    """Everything wrong with the package, in Chinese; with `changed` only in these parts."""
    return [problem.text for problem in problems(parts, changed)]


def problems(parts: Mapping[str, bytes], changed: Collection[str] | None = None) -> list[Problem]:
    """The same with the kind of each fault."""
    found: list[Problem] = []
    if changed is None:
        found += package_problems(parts)
    ids = Ids()
    for name in parts if changed is None else changed:
        if name.endswith((".xml", ".rels")) and name != CONTENT_TYPES:
            found += _part_problems(name, parts, ids)
    return found + list(ids.problems())


# --- the package -----------------------------------------------------------------


def package_problems(parts: Mapping[str, bytes]) -> Iterator[Problem]:
    """Parts without a type, types and arrows without a part."""
    try:
        types = content_types(parts[CONTENT_TYPES])
    except (KeyError, BadXml):
        yield Problem("package", "缺少 [Content_Types].xml，或它不是正确的 XML")
        return
    yield from _type_problems(parts, types)
    for name in parts:
        if name.endswith(".rels"):
            yield from _target_problems(name, parts)


def _type_problems(parts: Mapping[str, bytes], types: ContentTypes) -> Iterator[Problem]:
    for name in parts:
        if name != CONTENT_TYPES and not types.of(name):
            yield Problem("package", f"{name} 没有声明内容类型")
    for name in types.overrides:
        if name[1:] not in parts:
            yield Problem("package", f"内容类型里写了 {name}，文件里却没有")


def _target_problems(rels: str, parts: Mapping[str, bytes]) -> Iterator[Problem]:
    source = rels_source(rels)
    if source and source not in parts:
        yield Problem("package", f"{rels} 所属的 {source} 不存在")
    try:
        arrows = relationships(parts[rels])
    except BadXml:
        return  # reported with the part itself
    for twice in _repeated(arrow.id for arrow in arrows):
        yield Problem("package", f"{rels} 里的关系编号 {twice} 重复")
    for arrow in arrows:
        if not arrow.external and target_name(source, arrow.target) not in parts:
            yield Problem("package", f"{rels} 里的关系 {arrow.id} 指向不存在的 {arrow.target}")


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


# --- one part --------------------------------------------------------------------


def _part_problems(name: str, parts: Mapping[str, bytes], ids: Ids) -> Iterator[Problem]:
    data = parts[name]
    try:
        root = parse(data)
    except BadXml as error:
        yield Problem("xml", f"{name} 不是正确的 XML：{error}")
        return
    if _R_URI in data:
        yield from _reference_problems(name, data, parts)
    prefix = next((prefix for prefix, uri in root.nsmap.items() if uri == W_URI), "")
    if root.tag.startswith("{" + _STRICT_URI.decode()) or (root.tag.startswith(W) and prefix != "w"):
        yield Problem("prefix", f"{name} 的命名空间不是 Word 通常的写法，请另存为“Word 文档（.docx）”")
    elif prefix:
        yield from _word_problems(name, data, root, ids)


def _word_problems(name: str, data: bytes, root: Element, ids: Ids) -> Iterator[Problem]:
    yield from _order_problems(name, data, root)
    ids.read(name, root)
    yield from table_problems(name, root)


def _reference_problems(name: str, data: bytes, parts: Mapping[str, bytes]) -> Iterator[Problem]:
    used = set(_REFERENCE.findall(data))
    if not used:
        return
    rels = parts.get(rels_name(name))
    try:
        known = {arrow.id.encode() for arrow in relationships(rels)} if rels else set()
    except BadXml:
        return
    for each in sorted(used - known):
        yield Problem("package", f"{name} 用到的关系 {each.decode()!r} 没有定义")


# --- order of property elements --------------------------------------------------


def _order_problems(name: str, data: bytes, root: Element) -> Iterator[Problem]:
    """Compare each distinct property block with the order of the schema."""
    spaces = tuple((prefix, uri) for prefix, uri in root.nsmap.items() if prefix)
    for kind in ORDER:
        verdicts = {_verdict(kind, block, spaces) for block in _blocks(data, kind.encode())}
        if None in verdicts:
            verdicts = {misplaced(element) for element in root.iter(W + kind)}
        for child in sorted(verdict for verdict in verdicts if verdict):
            yield Problem("order", f"{name} 的 w:{kind} 里，w:{child} 的位置不合规范")


def _blocks(data: bytes, kind: bytes) -> set[bytes]:
    """The distinct `<w:kind …>…</w:kind>` of a part, without that wrapping."""
    end = b"</w:" + kind + b">"
    found = {piece.partition(end)[0] for piece in data.split(b"<w:" + kind + b">")[1:]}
    if kind == b"sectPr":
        tails = (piece.partition(b">")[2] for piece in data.split(b"<w:sectPr ")[1:])
        found |= {tail.partition(end)[0] for tail in tails}
    return found


@lru_cache(maxsize=8192)
def _verdict(kind: str, block: bytes, spaces: tuple[tuple[str, str], ...]) -> str | None:
    """The first misplaced child, '' if none, None if the block cannot stand alone."""
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in spaces).encode()
    tag = b"w:" + kind.encode()
    try:
        return misplaced(parse(b"<" + tag + declared + b">" + block + b"</" + tag + b">"))
    except BadXml:
        return None  # a tracked change nests a block of its own kind


# --- ids -------------------------------------------------------------------------


class Ids:
    """Ids and names that have to be unique over all parts of the document."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.bookmarks: list[str] = []
        self.controls: list[str] = []
        self.drawings: list[str] = []
        self.unpaired: list[Problem] = []

    def read(self, part: str, root: Element) -> None:
        """Collect the ids of one part."""
        starts: list[str] = []
        ends: list[str] = []
        for element in root.iter(_START, _END, _ID, _DOC_PR):
            tag = element.tag
            if tag == _START:
                starts.append(element.get(_ID, ""))
                self.names.append(element.get(_NAME, ""))
            elif tag == _END:
                ends.append(element.get(_ID, ""))
            elif tag == _DOC_PR:
                self.drawings.append(element.get("id", ""))
            elif (value := element.get(_VAL)) is not None:
                self.controls.append(value)
        self.bookmarks += starts
        if sorted(starts) != sorted(ends):
            odd = sorted((Counter(starts) - Counter(ends)) + (Counter(ends) - Counter(starts)))
            self.unpaired.append(Problem("bookmark", f"{part} 的书签没有成对：{'、'.join(odd[:8])}"))

    def problems(self) -> Iterator[Problem]:
        """What is there twice, and bookmarks that lack an end."""
        yield from self.unpaired
        kinds = (
            ("书签编号", self.bookmarks),
            ("书签名称", [name.lower() for name in self.names]),
            ("内容控件编号", self.controls),
            ("图形编号", self.drawings),
        )
        for what, values in kinds:
            if len(set(values)) != len(values):
                yield Problem("ids", f"{what}重复：{'、'.join(_repeated(values)[:8])}")
