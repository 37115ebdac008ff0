"""Where the tags of a template stand, as a person would point at them.

`spots` walks a part in reading order and gives every paragraph its place
(「表1 行3 列2」, 「第4段」, 「页眉 第1段」); `read_tags` cuts the visible text of a
paragraph into tags and names what is unfinished or typed with Chinese signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..opc import Element, W, children

_P, _TBL, _TR, _TC, _R = W + "p", W + "tbl", W + "tr", W + "tc", W + "r"
_T, _TAB, _BR, _BOX = W + "t", W + "tab", W + "br", W + "txbxContent"
_NOTE = (W + "footnote", W + "endnote")
_PAIRED = re.compile(r"\}(bookmark|commentRange|moveFromRange|moveToRange)(Start|End)$")
_REVISED = frozenset(W + name for name in ("ins", "del", "moveFrom", "moveTo"))

_OPEN_OR_CLOSE = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_WIDE = re.compile(r"｛[{｛%％]|\{[｛％]|｝[}｝]|\}｝|[%％]｝|％\}|\{ +\{|\} +\}|\{ +%|% +\}")
MAX_FAULTS = 50  # in one paragraph; nobody reads more
_CONTROL = re.compile(r"^[-+]|[-+]$")  # {%- and -%}
_PREFIX = re.compile(r"(tr|tc|p|r)\s")


@dataclass(eq=False, slots=True)
class Spot:
    """One paragraph: its place, its text, and the elements around it."""

    place: str
    paragraph: Element
    row: Element | None = None
    table: Element | None = None
    pieces: list[tuple[int, Element]] = field(default_factory=list)  # start of each w:t in the text
    text: str = ""

    @property
    def container(self) -> Element:
        return self.paragraph.getparent()

    def piece_at(self, position: int) -> Element:
        """The `w:t` that holds the character at a position of the text."""
        found = self.pieces[0][1]
        for start, element in self.pieces:
            if start > position:
                break
            found = element
        return found


@dataclass(eq=False, slots=True)
class Tag:
    """One `{{ … }}` or `{% … %}`."""

    spot: Spot
    start: int
    raw: str
    kind: str  # '{{', '{%', '{#'
    prefix: str  # '', 'tr', 'tc', 'p', 'r'
    body: str

    @property
    def keyword(self) -> str:
        return (self.body.split() or [""])[0]

    @property
    def rest(self) -> str:
        return self.body.partition(self.keyword)[2].strip() if self.keyword else ""

    @property
    def shown(self) -> str:
        """The tag for a message, shortened."""
        raw = " ".join(self.raw.split())
        return raw if len(raw) <= 40 else raw[:28] + "…" + raw[-8:]

    def wrapping(self) -> list[str]:
        """The tags of the elements around it, up to its paragraph."""
        found = []
        element = self.spot.piece_at(self.start)
        while element is not self.spot.paragraph:
            found.append(str(element.tag))
            element = element.getparent()
        return found


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in the text of a paragraph."""

    code: str
    message: str
    hint: str = ""


def spots(root: Element, label: str) -> Iterator[Spot]:
    """Every paragraph of a part; `label` is 页眉, 页脚 … or '' for the body."""
    head = f"{label} " if label else ""
    for container in _containers(root):
        yield from _walk(container, head, None, None)


def _containers(root: Element) -> list[Element]:
    body = root.find(W + "body")
    if body is not None:
        return [body]
    return list(root.iterchildren(*_NOTE)) or [root]


def _walk(container: Element, head: str, row: Element | None, table: Element | None) -> Iterator[Spot]:
    """Blocks of a container; inside a cell `head` already names the cell."""
    paragraphs = tables = 0
    for block in children(container, _P, _TBL):
        if block.tag == _P:
            paragraphs += 1
            spot = Spot(head.rstrip() if row is not None else f"{head}第{paragraphs}段", block, row, table)
            _read_text(spot)
            yield spot
            yield from _boxes(block, spot.place)
        else:
            tables += 1
            yield from _walk_table(block, f"{head}{'内' if row is not None else ''}表{tables} ")


def _walk_table(table: Element, head: str) -> Iterator[Spot]:
    for number, row in enumerate(children(table, _TR), start=1):
        for column, cell in enumerate(children(row, _TC), start=1):
            yield from _walk(cell, f"{head}行{number} 列{column} ", row, table)


def _boxes(paragraph: Element, place: str) -> Iterator[Spot]:
    for box in paragraph.iter(_BOX):
        if next(box.iterancestors(_P)) is paragraph:
            yield from _walk(box, f"{place} 文本框 ", None, None)


def _read_text(spot: Spot) -> None:
    parts: list[str] = []
    length = 0
    for element in spot.paragraph.iter(_T, _TAB, _BR):
        parent = element.getparent()
        if parent.tag != _R or next(element.iterancestors(_P)) is not spot.paragraph:
            continue
        text = (element.text or "") if element.tag == _T else " "
        if element.tag == _T:
            spot.pieces.append((length, element))
        parts.append(text)
        length += len(text)
    spot.text = "".join(parts)


# --- tags in the text ------------------------------------------------------------


def read_tags(spot: Spot) -> tuple[list[Tag], list[Fault]]:
    """The tags of a paragraph and what is wrong with their signs."""
    text = spot.text
    if not any(sign in text for sign in "{}｛｝"):
        return [], []
    wide = [_wide_fault(text, match) for match in _WIDE.finditer(text)][:1]
    tags: list[Tag] = []
    faults: list[Fault] = []
    position = 0
    while match := _OPEN_OR_CLOSE.search(text, position):
        end = _tag_end(text, match)
        if end < 0:
            faults.append(_broken(text, match))
            position = match.end() if len(faults) < MAX_FAULTS else len(text)
        else:
            tags.append(_tag(spot, match.start(), text[match.start() : end]))
            position = end
    faults += [fault for tag in tags if (fault := _torn(tag))]
    return tags, wide + ([fault for fault in faults if fault.code == "TP-06"] if wide else faults)


def _tag_end(text: str, match: re.Match[str]) -> int:
    """Where a tag ends, -1 when it is broken or only an end."""
    closer = _CLOSERS.get(match[0])
    if closer is None:
        return -1
    end = text.find(closer, match.end())
    other = _OPEN_OR_CLOSE.search(text, match.end())
    if end < 0 or (match[0] != "{#" and other and other.start() < end and other[0] != closer):
        return -1
    return end + 2


def _tag(spot: Spot, start: int, raw: str) -> Tag:
    inner = raw[2:-2]
    prefix = _PREFIX.match(inner)
    body = _CONTROL.sub("", inner[prefix.end() :] if prefix else inner)
    return Tag(spot, start, raw, raw[:2], prefix[1] if prefix else "", body.strip())


def _snippet(text: str, position: int) -> str:
    piece = text[max(0, position - 4) : position + 24].strip()
    return piece if len(text) <= 28 else piece + "…"


def _broken(text: str, match: re.Match[str]) -> Fault:
    near = _snippet(text, match.start())
    if closer := _CLOSERS.get(match[0]):
        return Fault("TP-03", f"「{near}」没有写完，缺少 {closer}", f"请在同一段里补上 {closer}。")
    return Fault("TP-04", f"「{near}」里有多余的 {match[0]}，前面没有开头", "请补上开头，或删去它。")


def _wide_fault(text: str, match: re.Match[str]) -> Fault:
    near = _snippet(text, match.start())
    if " " in match[0]:
        return Fault("TP-05", f"「{near}」的括号之间有空格", "两个符号要连着写：{{ }}、{% %}。")
    return Fault("TP-05", f"「{near}」用了全角符号 {match[0]}", "请切换到英文输入法，写 {{ }}、{% %}。")


def _torn(tag: Tag) -> Fault | None:
    """A tag over several runs: docxtpl joins sibling runs, and nothing else."""
    first = tag.spot.piece_at(tag.start)
    last = tag.spot.piece_at(tag.start + len(tag.raw) - 1)
    if first is last:
        return None
    first, last = first.getparent(), last.getparent()
    if first.getparent() is last.getparent() and _whole_between(first, last):
        return None
    around = {element.tag for run in (first, last) for element in run.iterancestors()}
    if around & _REVISED:
        return Fault("TP-06", f"「{tag.shown}」里有修订痕迹", "请在“审阅”里接受或拒绝全部修订后再保存。")
    return Fault("TP-06", f"「{tag.shown}」被链接、书签或批注拆开", "请整个删掉，一口气重新输入这个标记。")


def _whole_between(first: Element, last: Element) -> bool:
    """Whether what stands between two runs can be dropped without breaking a pair."""
    open_marks: list[str] = []
    element = first
    while element is not last:
        element = element.getnext()
        if element is None:
            return False
        if match := _PAIRED.search(str(element.tag)):
            key = match[1] + (element.get(W + "id") or "")
            if match[2] == "Start":
                open_marks.append(key)
            elif key in open_marks:
                open_marks.remove(key)
            else:
                return False
    return not open_marks
