"""Rendering: a Word template made ready once, then filled many times.

docxtpl's own `patch_xml` is the front end of whatever comes from Word, so a
template means here what it means there. Behind it stands no Jinja program but
a list of steps over strings (`grammar`, `program`). What never changes is
deflated once, and its bytes stand in every document.

Whether Word opens a document does not depend on the letters of its values,
which are escaped, only on its shape: which branches were taken, how the rows of
each loop follow each other (`program`). So the first document of a shape is
parsed strictly and its structure checked; later ones are as sound as that one.
Where a template's branches leave that open (`nesting`), and where anything but
the template's own steps made the document, each is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import Finding, HasFindings
from ..opc import CONTENT_TYPES, XML_DECLARATION, BadXml, content_types, parse, rels_name, to_text
from ..package import QUICK, Packed, pack, read_parts, write_packed
from . import adopt_print, structure
from .anchors import Anchors, bookmark_name
from .grammar import Use, compile_source
from .program import Row, Run, Shape, Step, View
from .properties import CORE, CUSTOM, Properties, read_properties
from .rules import syntax_findings, template_parts
from .syntax import BadTemplate

__all__ = ["Printed", "Row", "Template", "View", "bookmark_name"]

MAX_SHAPES = 256  # remembered of one template
SMALL = 4096  # bytes; a part up to this size is likely to be the same in the next document

# Tags that stand whole in their text, as `build` writes them.
_PLAIN = re.compile(r"\{\{ [\w.]+ \}\}|\{%tr [\w .]+%\}")
_TABLE_ROW = re.compile(r"<w:tr[ >](?:(?!<w:tr[ >]).)*?\{%tr ([^}%]*%\}).*?</w:tr>", re.DOTALL)
_NOTHING: Mapping[str, str] = {}
_NO_HEIGHTS: Mapping[str, int] = {}
_RENDERED = (CORE, CUSTOM)
_NO_RELATIONS = (
    XML_DECLARATION
    + b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LITERALS = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))  # docxtpl's way to write braces

# docxtpl puts the element for {% vm %} last in w:tcPr, where Word does not want it
_MERGE = re.compile(
    r"(<w:tcPr>(?:<w:(?:cnfStyle|tcW|gridSpan|hMerge) [^>]*/>)*)((?:(?!</w:tcPr>).)*?)"
    r'(<w:vMerge w:val="\{% if loop\.first %\}restart\{% else %\}continue\{% endif %\}"/>)(?=</w:tcPr>)'
)


def _patched(xml: str) -> str:
    """docxtpl's preparation. A template as we build them needs only one step of it,
    which is done here, since importing docxtpl takes longer than printing a form;
    a test holds that both give the same."""
    rest = _PLAIN.sub("", xml)
    if "{" not in rest and "}" not in rest:
        return _TABLE_ROW.sub(r"{% \1", xml)
    from docxtpl.template import DocxTemplate

    return str(DocxTemplate("").patch_xml(xml))


@dataclass(frozen=True, slots=True)
class Printed:
    """The parts of a document that differ from the template, and the shape that their structure
    depends on: None where it depends on more."""

    parts: dict[str, bytes]
    shape: Shape | None = None


class Template:
    """A checked template, to be printed any number of times: between two documents it remembers
    which shapes are sound, and how its small parts were deflated."""

    def __init__(self, data: bytes, name: str) -> None:
        """Prepare it, or raise `Refused` (hostile file) or `HasFindings` (bad template)."""
        self.name = name
        self._parts = read_parts(data)
        self._refuse(syntax_findings(self._parts, name))
        self._refuse(self._faults(self._static_problems()))
        self.adopted = adopt_print.read(read_properties(self._parts).get(adopt_print.ADOPTED, ""))
        self._properties = Properties(self._parts)
        self._anchors = Anchors()
        self._uses: list[Use] = []
        self._proven = True
        self._rendered = self._prepare()
        changing = {*self._rendered, *_RENDERED}
        self._packed = {name: pack(name, data) for name, data in self._parts.items() if name not in changing}
        self._sound: set[Shape] = set()
        self._recent: dict[str, tuple[bytes, Packed]] = {}

    @property
    def uses(self) -> Sequence[Use]:
        """Every field and column the template reads."""
        return self._uses

    def render(
        self, view: View, properties: Mapping[str, str] = _NOTHING, heights: Mapping[str, int] = _NO_HEIGHTS
    ) -> bytes:
        """The filled document. `view` holds strings only; `heights` are twips by field path."""
        return self.assemble(self.printed(view, properties, heights))

    def part(self, name: str) -> bytes:
        """A part of the template as it is; a part without relationships need not list them."""
        return self._parts.get(name, _NO_RELATIONS) if name.endswith(".rels") else self._parts[name]

    def printed(
        self,
        view: View,
        properties: Mapping[str, str] = _NOTHING,
        heights: Mapping[str, int] = _NO_HEIGHTS,
        whole: Iterable[str] = (),
    ) -> Printed:
        """Only the parts that differ from the template; `assemble` checks and writes them. Rows
        with a field of `whole` are not cut by the end of a page."""
        run = Run(
            self.name,
            view,
            {bookmark_name(path): twips for path, twips in heights.items()},
            frozenset(map(bookmark_name, whole)),
            next_id=self._anchors.last + 1,
        )
        parts = self._play(run) | self._properties.write(properties)
        return Printed(parts, tuple(run.shape) if self._proven and not run.changes else None)

    def assemble(self, printed: Printed) -> bytes:
        """The document: the template with the printed parts in place of its own, or beside them."""
        if printed.shape is None or printed.shape not in self._sound:
            self.verify(printed.parts)
            self._remember(printed.shape)
        changed = {name: self._deflated(name, data) for name, data in printed.parts.items()}
        return write_packed((self._packed | changed).values())

    def verify(self, parts: Mapping[str, bytes]) -> None:
        """Raise `HasFindings` when Word would not open the template with these parts."""
        whole = {**self._parts, **parts}
        faults = structure.problems(whole, parts)
        if CONTENT_TYPES in parts:
            faults += structure.package_problems(whole)
        self._refuse(self._faults(fault for fault in faults if fault.kind not in self._forgiven))

    def _remember(self, shape: Shape | None) -> None:
        if len(self._sound) >= MAX_SHAPES:
            self._sound.clear()
        if shape is not None:
            self._sound.add(shape)

    def _deflated(self, name: str, data: bytes) -> Packed:
        """The part as it stands in the zip; most small ones are as they were the last time."""
        if len(data) > SMALL:
            return pack(name, data, QUICK)
        known = self._recent.get(name)
        if known is None or known[0] != data:
            known = self._recent[name] = (data, pack(name, data, QUICK))
        return known[1]

    def _play(self, run: Run) -> dict[str, bytes]:
        if missing := self._paths - run.view.keys():
            raise run.unknown("、".join(sorted(missing)))
        parts: dict[str, bytes] = {}
        for part, steps in self._rendered.items():
            run.play(steps)
            parts[part] = XML_DECLARATION + run.take().encode()
        return parts

    # preparation, once

    def _prepare(self) -> dict[str, list[Step]]:
        """Tidy and compile the document, its headers, footers and notes."""
        names = template_parts(content_types(self._parts[CONTENT_TYPES]))
        roots = {name: parse(self._parts[name], tidy=True) for name in names if name in self._parts}
        original = structure.problems(self._parts, list(roots))
        self._forgiven = {fault.kind for fault in original} & structure.FORGIVEN
        for root in roots.values():
            structure.put_in_order(root)
            self._anchors.prepare(root)
        steps = {name: self._compile(to_text(root)) for name, root in roots.items()}
        self._paths = {use.path for use in self._uses if not use.table}
        return steps

    def _compile(self, xml: str) -> list[Step]:
        source = _MERGE.sub(r"\1\3\2", _patched(xml))
        try:
            compiler = compile_source(source, self._literal)
        except BadTemplate as error:
            self._refuse(Finding(code, message, where=self.name) for code, message in error.refusals)
            raise
        self._uses += compiler.uses
        self._proven &= compiler.proven
        return compiler.steps

    def _literal(self, xml: str, once: bool) -> list[Step]:
        for written, meant in _LITERALS:
            xml = xml.replace(written, meant)
        return self._anchors.split(xml, once)

    def _static_problems(self) -> Iterable[structure.Problem]:
        """What is wrong with the package whatever is printed."""
        if rels_name("") not in self._parts:
            yield structure.Problem("package", f"缺少 {rels_name('')}，请用 Word 或 WPS 打开后重新保存")
        yield from structure.package_problems(self._parts)
        for name, data in self._parts.items():
            if name.endswith((".xml", ".rels")):
                try:
                    parse(data)
                except BadXml as error:
                    yield structure.Problem("xml", f"{name} 不是正确的 XML：{error}")

    def _faults(self, faults: Iterable[structure.Problem]) -> list[Finding]:
        hint = "请检查这附近的标记是否写在同一格、同一行里。"
        return [Finding("TP-19", f"排出的文档结构不对：{fault.text}", hint, self.name) for fault in faults]

    def _refuse(self, findings: Iterable[Finding]) -> None:
        if found := list(findings):
            first = found[0].message
            more = f"等 {len(found)} 处" if len(found) > 1 else ""
            raise HasFindings(f"模板「{self.name}」有问题，不能打印：{first}{more}。", found)
