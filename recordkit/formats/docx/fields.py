"""Field codes and other places in a part where no tag may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..opc import Element, W
from .tags import Fault

_CODE, _SIMPLE, _CHAR = W + "instrText", W + "fldSimple", W + "fldChar"
_DELETED, _MOVED, _T = W + "delText", W + "moveFrom", W + "t"
_TAG = re.compile(r"\{\{|\{%|\{#")

# fields that fetch or start something outside the document
_REACHING = (
    *("DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT"),
    *("LINK", "DATABASE", "MACROBUTTON", "EMBED", "RD", "AUTOTEXT"),
)
_MEND = "请把标记写成正文里的普通文字。"


def field_code_faults(root: Element) -> Iterator[tuple[Element, Fault]]:
    """Reaching field codes, and tags in codes, attributes and deleted text."""
    for element, code in _codes(root):
        word = (code.split() or [""])[0].upper()
        if word in _REACHING:
            hint = "请在 Word 里选中它按 Ctrl+Shift+F9 变成普通文字，或删去。"
            yield element, Fault("TP-20", f"域代码 {word} 会读取外部内容", hint)
        if _TAG.search(code):
            yield element, Fault("TP-17", f"域代码里不能写标记：{code.strip()[:40]}", _MEND)
    for element in root.iter(_DELETED, _MOVED):
        if _TAG.search("".join(element.itertext())):
            fault = Fault("TP-06", "被修订删除的文字里还有标记", "请在“审阅”里接受或拒绝全部修订后再保存。")
            yield element, fault
    yield from _attribute_faults(root)


def _attribute_faults(root: Element) -> Iterator[tuple[Element, Fault]]:
    from lxml import etree

    for element in root.iter(etree.Element):
        if element.tag == _SIMPLE:
            continue
        for key, value in element.items():
            if _TAG.search(value):
                name = str(key).rpartition("}")[2]
                yield element, Fault("TP-17", f"属性 {name} 里不能写标记：{value[:40]}", _MEND)
        text = element.text or ""
        if element.tag not in (_T, _CODE, _DELETED) and _TAG.search(text):
            yield element, Fault("TP-17", f"这里不能写标记：{text.strip()[:40]}", _MEND)


def _codes(root: Element) -> Iterator[tuple[Element, str]]:
    """Every field code in one piece, however many runs Word cut it into."""
    open_codes: list[list[str]] = []
    for element in root.iter(_SIMPLE, _CHAR, _CODE):
        if element.tag == _SIMPLE:
            yield element, element.get(W + "instr", "")
        elif element.tag == _CODE:
            if open_codes:
                open_codes[-1].append(element.text or "")
            else:
                yield element, element.text or ""
        else:
            kind = element.get(W + "fldCharType")
            if kind == "begin":
                open_codes.append([])
            elif open_codes and kind == "separate":
                yield element, "".join(open_codes[-1])
                open_codes[-1] = []
            elif open_codes and kind == "end":
                yield element, "".join(open_codes.pop())
