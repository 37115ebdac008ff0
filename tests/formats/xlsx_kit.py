"""Workbooks made by hand, byte for byte, and by other programs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from recordkit.formats.package import write_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FORMATS = (
    "General",
    "yyyy-mm-dd",
    "@",
    "0.00",
    'yyyy"年"m"月"',
    "h:mm",
    "0%",
    "00000",
    'm"月"d"日"',
    "[h]:mm",
)


def styles(*codes: str) -> bytes:
    """Cell formats 0, 1, 2 … with these number formats."""
    formats = "".join(
        f'<numFmt numFmtId="{164 + i}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for i, code in enumerate(codes)
    )
    cells = "".join(f'<xf numFmtId="{164 + i}"/>' for i in range(len(codes)))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        f'<cellXfs count="{len(codes)}">{cells}</cellXfs></styleSheet>'
    ).encode()


def book(
    *sheets: str,
    names: tuple[str, ...] = ("表一", "表二", "表三"),
    shared: str = "",
    about: str = "",
    more: str = "",
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """A workbook of these sheets' XML (all that stands inside `worksheet`)."""
    parts = {
        "xl/styles.xml": styles(*FORMATS),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared}</sst>'.encode(),
    }
    listed, arrows, kinds = "", "", ""
    for number, (sheet, name) in enumerate(zip(sheets, names, strict=False), 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<worksheet xmlns="{MAIN}" xmlns:r="{R}">{sheet}</worksheet>'
        ).encode()
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        arrows += (
            f'<Relationship Id="rId{number}" Type="{R}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        kinds += (
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        )
    arrows += f'<Relationship Id="rId90" Type="{R}/styles" Target="styles.xml"/>'
    arrows += f'<Relationship Id="rId91" Type="{R}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{R}">{about}<sheets>{listed}</sheets>{more}</workbook>'
    ).encode()
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{arrows}</Relationships>'.encode()
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ).encode()
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{kinds}'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>'
    ).encode()
    return write_parts(parts | dict(extra or {}))


def data(*rows: str) -> str:
    """`sheetData` of rows given as the XML of their cells."""
    return (
        "<sheetData>" + "".join(f'<row r="{i}">{row}</row>' for i, row in enumerate(rows, 1)) + "</sheetData>"
    )


def loaded(content: bytes) -> Any:
    """The workbook as openpyxl has it, to be changed as a person would."""
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content))


def saved(workbook: Any) -> bytes:
    """What openpyxl writes of it."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
