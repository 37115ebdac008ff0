"""Forms to be filled in on the computer: the printed blank with typed content controls.

The blank is upgraded in place, whoever made its template, so both look the same
on paper: only the controls, found by their tags, learn what may stand in them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from ...forms import Form
from ..opc import (
    CONTENT_TYPES,
    MAIN_TYPE,
    XML_DECLARATION,
    Element,
    W,
    content_types,
    parse,
    relationships,
    rels_name,
    target_name,
    to_text,
)
from ..package import read_parts, write_parts
from .fillable_controls import Controls, add
from .fillable_hints import HINT_STYLE, NAMESPACES, Hints, glossary, hint_style
from .fillable_places import tag_again
from .fillable_rows import repeat_rows
from .properties import Properties

FILLABLE = "recordkit-fillable"  # document property of a form made here

_R_URI = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CT = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_GLOSSARY_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.glossary+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"
_DOC_PARTS, _VAL = W + "docParts", W + "val"
_NOTHING: Mapping[str, str] = {}


def fillable(data: bytes, form: Form, people: Mapping[str, str] = _NOTHING) -> bytes:
    """The printed blank form `data` as one to fill in on the computer.

    `people` are the names of staff by number; with them a field that asks for a
    person is a drop-down list. What is filled in already stays. Equal input gives
    equal bytes. `Refused` for what is no DOCX.
    """
    parts = read_parts(data)
    types = content_types(parts[CONTENT_TYPES]).overrides
    main = next(name[1:] for name, kind in types.items() if kind == MAIN_TYPE)
    root = _with_namespaces(parse(parts[main]))
    hints = Hints()
    controls = Controls(form, people, hints, _ids_taken(parts))
    tag_again(root, form, controls.number)
    for control in list(root.iter(W + "sdt")):
        controls.upgrade(control)
    repeat_rows(root, form, controls.number)
    parts[main] = _written(root)
    _put_hints(parts, main, hints)
    parts |= Properties(parts).write({FILLABLE: "1"})
    return write_parts(parts)


def _written(root: Element) -> bytes:
    return XML_DECLARATION + to_text(root).encode()


def _with_namespaces(root: Element) -> Element:
    """The same document with the newer namespaces declared, which older readers may ignore."""
    known = set(root.nsmap.values())
    ours = {prefix: uri for prefix, uri in NAMESPACES.items() if uri not in known}
    from lxml import etree

    new = etree.Element(root.tag, dict(root.attrib), {**root.nsmap, **ours})
    new[:] = list(root)
    prefixes = {uri: prefix for prefix, uri in new.nsmap.items() if prefix}
    ignorable = new.get(_IGNORABLE, "").split()
    ours_named = (prefixes[NAMESPACES[name]] for name in ("w14", "w15"))
    new.set(_IGNORABLE, " ".join(dict.fromkeys((*ignorable, *ours_named))))
    return new


def _ids_taken(parts: Mapping[str, bytes]) -> set[int]:
    """The ids of all content controls, in headers and footers too."""
    values = (
        each.get(W + "val", "")
        for name, part in parts.items()
        if name.startswith("word/") and name.endswith(".xml")
        for each in parse(part).iter(W + "id")
    )
    return {int(value) for value in values if value.lstrip("-").isdecimal()}


# --- the texts that controls show while they are empty --------------------------------


def _put_hints(parts: dict[str, bytes], main: str, hints: Hints) -> None:
    """Their style, and the glossary from which Word takes them again when a control is emptied."""
    styles = _target(parts, main, "styles")
    if styles:
        parts[styles] = _with_hint_style(parts[styles])
    part = _target(parts, main, "glossaryDocument")
    if part:
        parts[part] = _written(_with_entries(parse(parts[part]), hints))
        return
    folder = posixpath.join(posixpath.dirname(main), "glossary")
    part, own = f"{folder}/document.xml", f"{folder}/styles.xml"
    parts[part] = _written(_with_entries(glossary(), hints))
    _relate(parts, main, "glossaryDocument", "glossary/document.xml")
    _declare(parts, part, _GLOSSARY_TYPE)
    if styles:
        # The glossary is a document of its own and does not see the styles of the other.
        parts[own] = parts[styles]
        _relate(parts, part, "styles", "styles.xml")
        _declare(parts, own, _STYLES_TYPE)


def _with_entries(root: Element, hints: Hints) -> Element:
    """The glossary with our entries, each once."""
    from lxml import etree

    entries = root.find(_DOC_PARTS)
    if entries is None:
        entries = add(root, _DOC_PARTS)
    path = f"{W}docPartPr/{W}name"
    known = {each.find(path).get(_VAL) for each in entries if each.find(path) is not None}
    entries.extend(each for each in hints.entries() if each.find(path).get(_VAL) not in known)
    etree.cleanup_namespaces(root, top_nsmap={"w": W[1:-1]}, keep_ns_prefixes=list(filter(None, root.nsmap)))
    return root


def _target(parts: Mapping[str, bytes], source: str, kind: str) -> str:
    """The part that a part has such a relationship to, '' for none."""
    arrows = relationships(parts[rels_name(source)]) if rels_name(source) in parts else []
    names = (target_name(source, arrow.target) for arrow in arrows if arrow.kind == kind)
    return next((name for name in names if name in parts), "")


def _with_hint_style(data: bytes) -> bytes:
    """The styles with ours for hints; a style of that name that is there already gives way."""
    root = parse(data)
    for style in root.findall(W + "style"):
        if style.get(W + "styleId") == HINT_STYLE:
            root.remove(style)
    root.append(hint_style())
    return _written(root)


def _relate(parts: dict[str, bytes], source: str, kind: str, target: str) -> None:
    name = rels_name(source)
    empty = f'<Relationships xmlns="{_REL[1:-1]}"/>'.encode()
    root = parse(parts.get(name, empty))
    taken = {each.get("Id") for each in root}
    free = next(f"rkId{n}" for n in range(1, len(taken) + 2) if f"rkId{n}" not in taken)
    add(root, _REL + "Relationship", Id=free, Type=f"{_R_URI}/{kind}", Target=target)
    parts[name] = _written(root)


def _declare(parts: dict[str, bytes], part: str, kind: str) -> None:
    root = parse(parts[CONTENT_TYPES])
    add(root, _CT + "Override", PartName="/" + part, ContentType=kind)
    parts[CONTENT_TYPES] = _written(root)
