"""What an adopted form needs besides its tags: rows that repeat and grow, a line in the footer."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence

from ..opc import (
    CONTENT_TYPES,
    XML_DECLARATION,
    Element,
    W,
    parse,
    relationships,
    rels_name,
    target_name,
    to_text,
)
from . import patch
from .page import DOCUMENT
from .patch import Document
from .wml import run

_R_URI = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R = f"{{{_R_URI}}}"
_FOOTER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_ID, _PART = "rkFooter", "word/footerRecordkit.xml"
_SMALL = '<w:sz w:val="16"/><w:szCs w:val="16"/>'
_LINE = (
    '<w:p xmlns:w="{uri}"><w:pPr><w:spacing w:before="0" w:after="0" w:line="200" w:lineRule="exact"/>'
    '<w:jc w:val="right"/></w:pPr>{runs}</w:p>'
)


def loop(rows: Sequence[Element], table: str) -> None:
    """The first row between the tags of a loop; the others are taken away."""
    first, *others = rows
    first.addprevious(patch.emptied(first, f"{{%tr for row in {table} %}}"))
    first.addnext(patch.emptied(first, "{%tr endfor %}"))
    for row in others:
        row.getparent().remove(row)


def has_tags(document: Document, names: Collection[str]) -> bool:
    """Whether all these tags stand somewhere in the document already."""
    whole = b"".join(data for name, data in document.parts.items() if name.endswith(".xml")).decode(
        errors="replace"
    )
    return all(f"{{{{ {name} }}}}" in whole for name in names)


def add_footer(document: Document) -> None:
    """A small line with number and mark at the foot of every page, below what stands there."""
    line = _LINE.format(uri=W[1:-1], runs=run("{{ page_number }}　{{ page_mark }}", look=_SMALL))
    arrows = (
        relationships(document.parts[rels_name(DOCUMENT)]) if rels_name(DOCUMENT) in document.parts else []
    )
    footers = {target_name(DOCUMENT, arrow.target) for arrow in arrows if arrow.kind == "footer"}
    for name in sorted(footers & set(document.parts)):
        root = parse(document.parts[name])
        root.append(parse(line.encode()))
        document.parts[name] = XML_DECLARATION + to_text(root).encode()
    if not footers:
        _new_footer(document, line)


def _new_footer(document: Document, line: str) -> None:
    """A footer of our own, for every section."""
    parts, name = document.parts, rels_name(DOCUMENT)
    parts[_PART] = XML_DECLARATION + f'<w:ftr xmlns:w="{W[1:-1]}">{line}</w:ftr>'.encode()
    _append(parts, CONTENT_TYPES, _TYPES, "Override", {"PartName": f"/{_PART}", "ContentType": _FOOTER_TYPE})
    parts.setdefault(name, XML_DECLARATION + f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
    target = posixpath.relpath(_PART, posixpath.dirname(DOCUMENT))
    about = {"Id": _ID, "Type": f"{_R_URI}/footer", "Target": target}
    _append(parts, name, _RELATIONS, "Relationship", about)
    sections = list(document.root.iter(W + "sectPr"))
    if not sections:
        sections = [document.body.makeelement(W + "sectPr")]
        document.body.append(sections[0])
    for section in sections:
        kinds = ["default", *(["first"] if section.find(W + "titlePg") is not None else [])]
        for kind in kinds:
            _refer(section, kind)


def _refer(section: Element, kind: str) -> None:
    """The section's reference to the footer, behind those to headers."""
    reference = section.makeelement(W + "footerReference", nsmap={"r": _R_URI})
    reference.set(W + "type", kind)
    reference.set(_R + "id", _ID)
    section.insert(len(section.findall(W + "headerReference")), reference)


def _append(parts: dict[str, bytes], name: str, space: str, tag: str, about: dict[str, str]) -> None:
    root = parse(parts[name])
    child = root.makeelement(f"{{{space}}}{tag}")
    for attribute, value in about.items():
        child.set(attribute, value)
    root.append(child)
    parts[name] = XML_DECLARATION + to_text(root).encode()
