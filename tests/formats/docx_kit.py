"""Small Word documents made of strings, for the tests of recordkit.formats.docx."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from types import FrameType
from typing import Any

from recordkit.formats.package import write_parts

W_URI = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R_URI = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = f"{{{W_URI}}}"
_NS = (
    f'xmlns:w="{W_URI}" xmlns:r="{R_URI}"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = _WORD + "document.main+xml"


def p(text: str = "", properties: str = "") -> str:
    return f"<w:p>{properties}{run(text) if text else ''}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text, quote=False)}</w:t></w:r>'


def cell(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<w:") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(each if each.startswith("<w:tc>") else cell(each) for each in cells)
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{inner}</w:tr>"


def table(*rows: str, columns: int = 1) -> str:
    grid = '<w:gridCol w:w="1000"/>' * columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def part(root: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<w:{root} {_NS}>{content}</w:{root}>'.encode()


def parts(body: str, extra: dict[str, bytes] | None = None, **marginal: str) -> dict[str, bytes]:
    """The parts of a document; `header="…"`, `footer="…"`, `footnotes="…"` add more."""
    roots = {"header": "hdr", "footer": "ftr", "footnotes": "footnotes", "comments": "comments"}
    kinds = [f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/>']
    arrows, result = [], {}
    for number, (name, content) in enumerate(marginal.items(), start=1):
        kinds.append(f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}{name}+xml"/>')
        arrows.append(f'<Relationship Id="rId{number}" Type="{R_URI}/{name}" Target="{name}.xml"/>')
        result[f"word/{name}.xml"] = part(roots[name], content)
    result["word/document.xml"] = part("document", f"<w:body>{body}</w:body>")
    result["word/_rels/document.xml.rels"] = rels("".join(arrows))
    result["_rels/.rels"] = rels(
        f'<Relationship Id="rId1" Type="{R_URI}/officeDocument" Target="word/document.xml"/>'
    )
    result["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{"".join(kinds)}</Types>'
    ).encode()
    return result | (extra or {})


def rels(content: str) -> bytes:
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{uri}">{content}</Relationships>'.encode()


def docx(body: str, extra: dict[str, bytes] | None = None, **marginal: str) -> bytes:
    return write_parts(parts(body, extra, **marginal))


def zipped(entries: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as anybody else might write it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, data)
    return stream.getvalue()


def lines(data: bytes, name: str = "word/document.xml") -> list[str]:
    """The text of every paragraph, breaks as \\n and tabs as \\t."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read(name))
    signs = {W + "br": "\n", W + "tab": "\t"}
    return [
        "".join(
            (each.text or "") if each.tag == W + "t" else signs[each.tag]
            for each in paragraph.iter(W + "t", W + "br", W + "tab")
        )
        for paragraph in root.iter(W + "p")
    ]


class Work:
    """What was done: calls of functions, ours and built-in ones."""

    calls = 0


@contextmanager
def work_counted() -> Iterator[Work]:
    """Counts the calls made inside: how work grows, told without a clock."""
    work, before = Work(), sys.getprofile()

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        work.calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        yield work
    finally:
        sys.setprofile(before)


FAMILY = [{"name": "赵桂兰", "age": "71"}, {"name": "孙晓梅", "age": "38"}]
LOOP = table(
    row("姓名", "年龄"),
    row("{%tr for m in family %}", ""),
    row("{{ m.name }}", "{{ loop.index }}、{{ m.age }}"),
    row("{%tr endfor %}", ""),
    columns=2,
)
VIEW: dict[str, Any] = {
    "name": "赵桂兰",
    "note": "一\n二\t三  四\n",
    "empty": "",
    "family": FAMILY,
    "nobody": [],
}
