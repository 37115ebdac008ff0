"""Fields that have lost their controls' tags, found again by their bookmarks.

A station's template that LibreOffice or WPS has saved keeps its bookmarks, but
not the tags of its controls, or no controls at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ...forms import Form
from ..opc import Element, W
from .anchors import PREFIX, bookmark_name
from .fillable_controls import LONGEST, add, tag_of

_SDT, _CONTENT, _R, _VAL = (W + name for name in ("sdt", "sdtContent", "r", "val"))
_START, _END = W + "bookmarkStart", W + "bookmarkEnd"
_COUNTED = re.compile(r"_\d+$")  # the bookmarks of further rows


def tag_again(root: Element, form: Form, number: Callable[[], int]) -> None:
    """Give every known bookmark a control with its field's tag, where it has none."""
    known = {bookmark_name(path): path for path in _paths(form)}
    for start in [each for each in root.iter(_START) if each.get(W + "name", "").startswith(PREFIX)]:
        name = start.get(W + "name")
        path = known.get(name) or known.get(_COUNTED.sub("", name))
        spec = form.spec_at(path) if path else None
        if path and spec:
            control = _control_of(start, number)
            properties = None if control is None or tag_of(control) else control.find(W + "sdtPr")
            if properties is not None:
                for kind, value in (("alias", spec.label), ("tag", path)):
                    for old in properties.findall(W + kind):
                        properties.remove(old)
                    add(properties, W + kind, {_VAL: value[:LONGEST]})


def _paths(form: Form) -> Iterator[str]:
    yield from form.names()
    for section in form.sections:
        if section.kind == "table":
            yield from (f"{section.table}.{item.field}" for item in section.items)


def _control_of(start: Element, number: Callable[[], int]) -> Element | None:
    """The control at a bookmark: the one around or behind it, else a new one around its runs."""
    around = start.getparent()
    if around.tag == _CONTENT and not any(
        each.tag in (_SDT, _R) for each in start.itersiblings(preceding=True)
    ):
        return around.getparent()
    inside: list[Element] = []
    for each in start.itersiblings():
        if each.tag == _END and each.get(W + "id") == start.get(W + "id"):
            break
        inside.append(each)
    else:
        return None  # it ends in another paragraph
    if len(inside) == 1 and inside[0].tag == _SDT:
        return inside[0]
    if not inside or any(each.tag != _R for each in inside):
        return None
    control = start.makeelement(_SDT)
    add(add(control, W + "sdtPr"), W + "id", {_VAL: str(number())})
    inside[0].addprevious(control)
    add(control, _CONTENT).extend(inside)
    return control
