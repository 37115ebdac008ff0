"""What is wrong with a template whatever its form: signs, nesting, syntax.

`scan` reads all parts once and returns every finding with its place, and the
names the tags use, for `check` to compare with the form's fields. The engine
asks for the errors alone and refuses a template that has any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...errors import Finding, Severity
from ..opc import (
    CONTENT_TYPES,
    MAIN_TYPE,
    BadXml,
    ContentTypes,
    Element,
    W,
    content_types,
    parse,
    to_text,
)
from .anchors import forget_editing
from .fields import field_code_faults
from .grammar import MAX_DEPTH, MAX_LOOPS, Use, examine
from .tags import Fault, Spot, Tag, read_tags, spots

MAX_TAG = 500
MAX_TAGS = 5_000
MAX_PART = 3 * 1024 * 1024

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_LABELS = {
    MAIN_TYPE: "",
    _WORD + "header+xml": "页眉",
    _WORD + "footer+xml": "页脚",
    _WORD + "footnotes+xml": "脚注",
}
_NOT_RENDERED = {_WORD + "endnotes+xml": "尾注", _WORD + "comments+xml": "批注"}
_BLOCKS = ("for", "if")
_KEYWORDS = frozenset(("for", "endfor", "if", "elif", "else", "endif", "vm"))
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CURLY = str.maketrans("“”‘’", "\"\"''")
_WIDE_SIGN = re.compile(r"[，。：；！？（）＝｜「」％｛｝＿．＂＇＜＞＆、　\u200b\ufeff]")
_OPENING = re.compile(r"\{\{|\{%|\{#")
_JOINTS = re.compile(r"(?<={)(?:<[^>]*>)+(?=[{%#])")  # what docxtpl takes out between two signs
_LOOP = re.compile(r"(\w+)\s+in\s+([\w.]+)$")


@dataclass(eq=False, slots=True)
class Block:
    """An open `for` or `if`."""

    tag: Tag
    variable: str = ""
    table: str = ""


@dataclass(slots=True)
class Scan:
    """All that one reading of a template shows."""

    where: str
    seen: dict[Finding, None] = field(default_factory=dict)
    uses: list[tuple[Use, Tag]] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)
    texts: list[Spot] = field(default_factory=list)
    tags: int = 0

    @property
    def findings(self) -> list[Finding]:
        """Each finding once, in reading order."""
        return list(self.seen)

    def add(self, place: str, fault: Fault, severity: Severity = Severity.ERROR) -> None:
        """Remember a finding once."""
        where = ":".join(part for part in (self.where, place) if part)
        self.seen[Finding(fault.code, fault.message, fault.hint, where, severity)] = None

    def scope(self, blocks: list[Block]) -> dict[str, str]:
        """Loop variables in force: name → table."""
        found = {block.variable: block.table for block in blocks if block.variable}
        return {**found, "loop": ""} if any(block.tag.keyword == "for" for block in blocks) else found


def template_parts(types: ContentTypes) -> list[str]:
    """The parts that are filled: document, headers, footers, footnotes."""
    return sorted(name[1:] for name, kind in types.overrides.items() if kind in _LABELS)


def syntax_findings(parts: Mapping[str, bytes], where: str) -> list[Finding]:
    """The errors that keep a template from being used at all."""
    return [finding for finding in scan(parts, where).findings if finding.severity is Severity.ERROR]


def scan(parts: Mapping[str, bytes], where: str) -> Scan:
    """Read every part of the template."""
    types = content_types(parts[CONTENT_TYPES])
    result = Scan(where)
    for name in sorted(parts, key=lambda name: (types.of(name) != MAIN_TYPE, name)):
        kind = types.of(name)
        if kind in _LABELS and len(parts[name]) > MAX_PART:
            result.add("", Fault("TP-21", f"{name} 太大，最多 {MAX_PART // 1048576} MB"))
        elif kind in _LABELS or kind in _NOT_RENDERED:
            try:
                root = parse(parts[name], tidy=True)
            except BadXml as error:
                hint = "请用 Word 或 WPS 重新保存。"
                result.add("", Fault("TP-19", f"{name} 不是正确的 XML：{error}", hint))
                continue
            if kind in _LABELS:
                _scan_part(result, root, _LABELS[kind])
            else:
                _scan_unrendered(result, root, _NOT_RENDERED[kind])
    return result


def _scan_unrendered(result: Scan, root: Element, label: str) -> None:
    if re.search(r"\{\{|\{%", "".join(root.itertext(W + "t"))):
        fault = Fault("TP-17", f"{label}里的标记不会被替换", "请把标记移到正文里。")
        result.add(label, fault, Severity.WARNING)


def _scan_part(result: Scan, root: Element, label: str) -> None:
    forget_editing(root)
    before = result.tags
    blocks: list[Block] = []
    places: dict[Element, str] = {}
    for spot in spots(root, label):
        places[spot.paragraph] = spot.place
        result.texts.append(spot)
        tags, faults = read_tags(spot)
        for fault in faults:
            result.add(spot.place, fault)
        for tag in tags:
            _scan_tag(result, tag, tags, blocks)
    for block in blocks:
        _unclosed(result, block)
    for element, fault in field_code_faults(root):
        paragraph = next(element.iterancestors(W + "p"), None)
        result.add(places.get(paragraph, label), fault)
    if not result.seen and len(_OPENING.findall(_JOINTS.sub("", to_text(root)))) != result.tags - before:
        hint = "可能在公式、图形或兼容内容里，请把标记移到普通文字里。"
        result.add(label, Fault("TP-17", "有标记写在读不到的地方", hint))


def _scan_tag(result: Scan, tag: Tag, neighbours: list[Tag], blocks: list[Block]) -> None:
    """One tag: its signs, where it may stand, what it says, what it opens or ends."""
    result.tags += 1
    place = tag.spot.place
    if result.tags > MAX_TAGS:
        result.add("", Fault("TP-21", f"模板里的标记超过 {MAX_TAGS} 个"))
        return
    if tag.kind == "{#":
        if _OPENING.search(tag.body) or len(tag.raw) > MAX_TAG:
            result.add(place, Fault("TP-15", f"注释「{tag.shown}」太长，或里面有 {{{{、{{%", "请删去注释。"))
        return
    for fault in _sign_faults(tag):
        result.add(place, fault, Severity.WARNING if "弯引号" in fault.message else Severity.ERROR)
    for fault in _standing_faults(tag, neighbours):
        result.add(place, fault)
    if tag.kind == "{{":
        _examine(result, tag, f"{{{{ {tag.body} }}}}", blocks)
    elif tag.keyword in _KEYWORDS:
        _scan_block(result, tag, blocks)
    else:
        result.add(place, _unknown_keyword(tag))


def _sign_faults(tag: Tag) -> Iterator[Fault]:
    if len(tag.raw) > MAX_TAG:
        yield Fault("TP-21", f"「{tag.shown}」太长，最多 {MAX_TAG} 个字符")
    if tag.body.translate(_CURLY) != tag.body:
        yield Fault("TP-05", f"「{tag.shown}」用了弯引号", "打印时会当作直引号；最好改成英文引号。")
    if match := _WIDE_SIGN.search(_QUOTED.sub("", tag.body.translate(_CURLY))):
        sign = match[0] if match[0].isprintable() and not match[0].isspace() else f"U+{ord(match[0]):04X}"
        yield Fault("TP-05", f"「{tag.shown}」里有中文符号 {sign}", "请切换到英文输入法重新输入。")


def _standing_faults(tag: Tag, neighbours: list[Tag]) -> Iterator[Fault]:
    """Prefixes `tr`, `p` … belong to a whole row or paragraph of their own."""
    spot = tag.spot
    if not tag.prefix:
        return
    if tag.kind == "{{" or tag.prefix == "tc":
        better = "请直接写 {{ 字段名 }}" if tag.kind == "{{" else "请用固定的列，只循环行（{%tr %}）"
        yield Fault("TP-14", f"不支持「{tag.raw[:2]}{tag.prefix} …」", better + "。")
    elif tag.prefix == "tr":
        if spot.row is None:
            yield Fault("TP-10", f"「{tag.shown}」不在表格里", "请放进表格的一行，或去掉 tr。")
        elif rest := _rest_of_row(spot.row, tag):
            yield Fault("TP-11", f"「{tag.shown}」所在的行还有「{rest}」，打印时会丢失", "请让它独占一行。")
    elif tag.prefix == "p" and (rest := spot.text.replace(tag.raw, "", 1).strip()):
        yield Fault("TP-11", f"「{tag.shown}」所在的段还有「{rest[:20]}」，打印时会丢失", "请让它独占一段。")
    if re.search(r"[%}]", tag.body):
        yield Fault("TP-15", f"「{tag.shown}」里不能有 % 或 }}")


def _rest_of_row(row: Element, tag: Tag) -> str:
    text = "".join(row.itertext(W + "t")).replace(tag.raw, "", 1).strip()
    if not text and next(row.iter(W + "drawing", W + "pict"), None) is not None:
        return "图片"
    return text[:20]


def _unknown_keyword(tag: Tag) -> Fault:
    if tag.keyword in ("tr", "p", "tc", "r"):
        good = "{%" + " ".join([tag.keyword, tag.rest]) + " %}"
        return Fault("TP-15", f"「{tag.shown}」的 {{% 和 {tag.keyword} 之间不能有空格", f"请写成 {good}。")
    word = tag.keyword or "空标记"
    return Fault("TP-14", f"不支持「{tag.shown}」（{word}）", "只能用 for、endfor、if、elif、else、endif。")


# --- blocks ----------------------------------------------------------------------


def _scan_block(result: Scan, tag: Tag, blocks: list[Block]) -> None:
    keyword = tag.keyword
    if keyword in _BLOCKS:
        _open(result, tag, blocks)
    elif keyword == "vm":
        if tag.spot.row is None or not any(block.tag.prefix == "tr" for block in blocks):
            result.add(tag.spot.place, Fault("TP-12", "「{% vm %}」只能写在 {%tr for %} 循环里的单元格"))
    else:
        if keyword != "elif" and tag.rest:
            hint = "带条件请写 {% elif … %}。" if keyword == "else" else "请只写 {% " + keyword + " %}。"
            result.add(tag.spot.place, Fault("TP-15", f"「{tag.shown}」的 {keyword} 后面不能有内容", hint))
        _continue(result, tag, blocks)


def _open(result: Scan, tag: Tag, blocks: list[Block]) -> None:
    _examine(result, tag, f"{{% {tag.body} %}}{{% end{tag.keyword} %}}", blocks)
    loop = _LOOP.match(tag.rest) if tag.keyword == "for" else None
    blocks.append(Block(tag, loop[1], loop[2]) if loop else Block(tag))
    if loop:
        result.variables.add(loop[1])
    loops = sum(block.tag.keyword == "for" for block in blocks)
    if tag.keyword == "for" and loops == MAX_LOOPS + 1:
        result.add(tag.spot.place, Fault("TP-16", f"「{tag.shown}」：循环最多套 {MAX_LOOPS} 层"))
    if len(blocks) == MAX_DEPTH:
        result.add(tag.spot.place, Fault("TP-16", f"「{tag.shown}」：循环和条件最多套 {MAX_DEPTH - 1} 层"))


def _continue(result: Scan, tag: Tag, blocks: list[Block]) -> None:
    """`elif`, `else`, `endif`, `endfor`: find the block they belong to."""
    wanted = {"endfor": ("for",), "endif": ("if",), "elif": ("if",), "else": _BLOCKS}[tag.keyword]
    index = next((i for i in range(len(blocks) - 1, -1, -1) if blocks[i].tag.keyword in wanted), -1)
    if index < 0:
        fault = Fault("TP-08", f"「{tag.shown}」没有对应的开头", f"请补上 {{% {wanted[0]} … %}}，或删去它。")
        result.add(tag.spot.place, fault)
        return
    for block in blocks[index + 1 :]:
        _unclosed(result, block)
    del blocks[index + 1 :]
    opener = blocks[index].tag
    if fault_or_none := _apart(opener, tag):
        result.add(tag.spot.place, fault_or_none)
    if tag.keyword == "elif":
        outside = blocks[:index]
        _examine(result, tag, f"{{% if {tag.rest} %}}{{% endif %}}", outside)
    elif tag.keyword != "else":
        blocks.pop()


def _unclosed(result: Scan, block: Block) -> None:
    tag = block.tag
    end = "{%" + (tag.prefix or "") + f" end{tag.keyword} %}}"
    result.add(tag.spot.place, Fault("TP-07", f"「{tag.shown}」没有结束", f"请在后面补上 {end}。"))


def _apart(opener: Tag, tag: Tag) -> Fault | None:
    """Why these two cannot belong together, if they cannot."""
    what = f"「{opener.shown}」（{opener.spot.place}）和「{tag.shown}」"
    start, end = opener.spot, tag.spot
    if opener.prefix != tag.prefix:
        return Fault("TP-09", f"{what}的前缀不一致", "开头和结尾要同样写 tr、p，或都不写。")
    if tag.prefix == "tr":
        if start.row is None or end.row is None:
            return None  # named at each of them
        if start.table is not end.table:
            return Fault("TP-09", f"{what}不在同一个表格里", "请把两者放进同一个表格。")
        if start.row is end.row:
            return Fault("TP-09", f"{what}写在了同一行", "请让两者各占一行，中间是要重复的行。")
        apart = start.row.getparent() is not end.row.getparent()
    else:
        apart = start.container is not end.container
        if not apart and tag.prefix == "p" and start is end:
            return Fault("TP-09", f"{what}写在了同一段", "请让两者各占一段，或去掉 p。")
        if not apart and not tag.prefix and opener.wrapping() != tag.wrapping():
            return Fault("TP-09", f"{what}只有一个在链接或内容控件里", "请把两者放在一起。")
    if apart:
        hint = "整行重复请用 {%tr for … %}，各占一行。"
        return Fault("TP-09", f"{what}不在同一个单元格或同一处正文里", hint)
    return None


def _examine(result: Scan, tag: Tag, source: str, blocks: list[Block]) -> None:
    """Hold the tag's expression against the whitelist and note the names it uses."""
    if len(tag.raw) > MAX_TAG or _WIDE_SIGN.search(_QUOTED.sub("", tag.body.translate(_CURLY))):
        return  # already named
    refusals, uses = examine(source.translate(_CURLY), result.scope(blocks))
    for refusal in refusals:
        result.add(tag.spot.place, Fault(refusal.code, f"「{tag.shown}」{refusal.message}"))
    result.uses += [(use, tag) for use in uses]
