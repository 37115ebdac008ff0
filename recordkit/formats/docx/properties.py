"""Document properties: the form, its version and the record's number.

They outlive a save by any office program and say which form a returned file
is. No clock is read: created and modified stay as the template has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from html import escape

from ..opc import CONTENT_TYPES, XML_DECLARATION, BadXml, Element, parse, rels_name, to_text
from .program import clean

CUSTOM = "docProps/custom.xml"
CORE = "docProps/core.xml"
TITLE = "title"  # this property goes to core.xml

_CT = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_CUSTOM_NS = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VT_NS = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the set Word uses for custom properties
_MARK = "RECORDKIT-TITLE"
_KINDS = {
    CUSTOM: (
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties",
    ),
    CORE: (
        "application/vnd.openxmlformats-package.core-properties+xml",
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
    ),
}
_EMPTY_CORE = (
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"/>'
)


class Properties:
    """The two property parts of a template, ready to be written."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        """Read them, and declare them in `parts` where the template lacks them."""
        self._kept = _custom_of(parts.get(CUSTOM))
        core = parse(parts.get(CORE, _EMPTY_CORE))
        title = core.find(_DC_TITLE)
        if title is None:
            title = core.makeelement(_DC_TITLE)
            core.append(title)
        self._title = title.text or ""
        title.text = _MARK
        self._core = to_text(core).partition(_MARK)
        for part in (CUSTOM, CORE):
            _declare(parts, part)

    def write(self, properties: Mapping[str, str]) -> dict[str, bytes]:
        """core.xml and custom.xml with these values."""
        title = properties.get(TITLE, self._title)
        core = self._core[0] + escape(clean(title)) + self._core[2]
        kept = {name: value for name, value in self._kept.items() if name not in properties}
        ours = {name: _text(value) for name, value in properties.items() if name != TITLE}
        entries = "".join(
            f'<property fmtid="{_FMTID}" pid="{pid}" name="{escape(clean(name))}">{value}</property>'
            for pid, (name, value) in enumerate({**kept, **ours}.items(), start=2)
        )
        custom = f'<Properties xmlns="{_CUSTOM_NS}" xmlns:vt="{_VT_NS}">{entries}</Properties>'
        return {CUSTOM: XML_DECLARATION + custom.encode(), CORE: XML_DECLARATION + core.encode()}


def read_properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The custom properties of a document as text, with `title` from core.xml.

    A damaged part has none; `check` names the damage.
    """
    found: dict[str, str] = {}
    with suppress(BadXml):
        if CORE in parts and (title := parse(parts[CORE]).findtext(_DC_TITLE)):
            found[TITLE] = title
    with suppress(BadXml):
        for each in parse(parts[CUSTOM]) if CUSTOM in parts else ():
            found[each.get("name", "")] = "".join(each.itertext())
    return found


def _text(value: str) -> str:
    return f"<vt:lpwstr>{escape(clean(value))}</vt:lpwstr>"


def _custom_of(data: bytes | None) -> dict[str, str]:
    """The template's own custom properties: name → inner XML."""
    if data is None:
        return {}
    return {each.get("name", ""): "".join(to_text(value) for value in each) for each in parse(data)}


def _declare(parts: dict[str, bytes], part: str) -> None:
    """Give a part its content type and its relationship."""
    kind, relation = _KINDS[part]
    types = parse(parts[CONTENT_TYPES])
    if not any(each.get("PartName") == "/" + part for each in types):
        _add(types, _CT + "Override", PartName="/" + part, ContentType=kind)
        parts[CONTENT_TYPES] = XML_DECLARATION + to_text(types).encode()
    name = rels_name("")
    arrows = parse(parts[name])
    if not any(each.get("Type") == relation for each in arrows):
        taken = {each.get("Id") for each in arrows}
        free = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        _add(arrows, _REL + "Relationship", Id=free, Type=relation, Target=part)
        parts[name] = XML_DECLARATION + to_text(arrows).encode()


def _add(parent: Element, tag: str, **attributes: str) -> None:
    child = parent.makeelement(tag)
    for key, value in attributes.items():
        child.set(key, value)
    parent.append(child)
