"""The package level of OOXML: strict XML, content types, relationships.

The one place that parses XML of a DOCX. lxml is imported when it is needed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from lxml import etree

Element: TypeAlias = Any  # an lxml element; lxml ships no types of its own

CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W_URI = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{W_URI}}}"
XML_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CT = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class BadXml(ValueError):
    """A part that is not well-formed XML, or has what no part may have."""


class Problem(NamedTuple):
    """One fault of a package; `kind` lets the engine forgive what Word forgives."""

    kind: str
    text: str


@cache
def _parser(tidy: bool) -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        collect_ids=False,
        remove_blank_text=tidy,
        remove_comments=tidy,
        remove_pis=tidy,
    )


def parse(data: bytes, *, tidy: bool = False) -> Element:
    """Parse strictly; `tidy` also drops comments and blanks between elements."""
    from lxml import etree

    if b"<!DOCTYPE" in data:
        raise BadXml("DTD")
    try:
        return etree.fromstring(data, _parser(tidy))
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)  # libxml's own words are English
        raise BadXml(f"{f'第{line}行附近的 ' if line else ''}XML 不完整或被改坏") from error


def to_text(element: Element) -> str:
    """The element as docxtpl sees it: one string, nothing indented."""
    from lxml import etree

    return str(etree.tostring(element, encoding="unicode"))


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """Which part is of which type."""

    defaults: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """The content type of a part, '' when none is declared."""
        suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
        return self.overrides.get("/" + name, self.defaults.get(suffix, ""))


def content_types(data: bytes) -> ContentTypes:
    """Read [Content_Types].xml."""
    types = ContentTypes()
    for entry in parse(data):
        if entry.tag == _CT + "Default":
            types.defaults[entry.get("Extension", "").lower()] = entry.get("ContentType", "")
        elif entry.tag == _CT + "Override":
            types.overrides[entry.get("PartName", "")] = entry.get("ContentType", "")
    return types


@dataclass(frozen=True, slots=True)
class Relationship:
    """One arrow from a part to a part or out of the package."""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """The last word of the type: `header`, `image`, `hyperlink` …"""
        return self.type.rsplit("/", 1)[-1]


def relationships(data: bytes) -> list[Relationship]:
    """Read a .rels part."""
    return [
        Relationship(
            each.get("Id", ""),
            each.get("Type", ""),
            each.get("Target", ""),
            each.get("TargetMode") == "External",
        )
        for each in parse(data).iter(_REL + "Relationship", "Relationship")
    ]


def rels_name(part: str) -> str:
    """`word/document.xml` → `word/_rels/document.xml.rels`; '' → `_rels/.rels`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def rels_source(rels: str) -> str:
    """The part that a .rels part belongs to, '' for the package."""
    folder, name = posixpath.split(rels)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def target_name(source: str, target: str) -> str:
    """The part a relationship of `source` points at."""
    path = target.split("#", 1)[0]
    if path.startswith("/"):
        return posixpath.normpath(path)[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path))


def children(element: Element, *wanted: str) -> Iterator[Element]:
    """Children with one of the tags, looking through content controls and the like."""
    for child in element:
        tag = child.tag
        if tag in wanted:
            yield child
        elif tag in _WRAPPERS:
            yield from children(child, *wanted)


_WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
