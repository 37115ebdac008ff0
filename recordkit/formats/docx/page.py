"""The parts of a form's Word document around its body.

Styles, settings, header, footer, properties: the same for every form. Every
style names its fonts for all four scripts and no theme is used, because WPS
and Word fill gaps differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...forms.blocks import Page
from ..opc import CONTENT_TYPES, MAIN_TYPE, W_URI, XML_DECLARATION
from .properties import TITLE, Properties
from .wml import Paragraph, run, twips

SONG, HEI = "宋体", "黑体"
DOCUMENT = "word/document.xml"

_R_URI = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_SHEET = (210.0, 297.0)
# mm; the left edge is bound
_MARGINS = {"top": 25.0, "right": 22.0, "bottom": 22.0, "left": 28.0, "header": 13.0, "footer": 11.0}
_LATIN_NAMES = {SONG: "SimSun", HEI: "SimHei", "仿宋": "FangSong", "楷体": "KaiTi"}


class Style(NamedTuple):
    """A paragraph style: size in points, least line height in points."""

    id: str
    name: str
    font: str = SONG
    size: float = 10.5
    line: float = 15.5
    bold: bool = False
    paragraph: str = ""
    spacing: str = ""
    align: str = "left"
    exact: bool = False
    indent: str = ""


# `spacing` and `indent` hold attributes of w:spacing and w:ind, `paragraph` the elements before these.
STYLES = (
    Style("Title", "Title", size=22, line=30, bold=True, align="center", paragraph="<w:keepNext/>",
          spacing='w:before="0" w:after="180"'),
    Style("FormSection", "表单栏目", HEI, bold=True),
    Style("FormLabel", "表单标签", HEI, line=14.5, align="center", paragraph="<w:keepLines/>"),
    Style("FormValue", "表单内容"),
    Style("FormCell", "列表内容", line=14.5),
    Style("FormCellHead", "列表表头", HEI, line=14.5, align="center"),
    Style("FormCellSmall", "列表内容（小）", size=9, line=13),
    Style("FormCellSmallHead", "列表表头（小）", HEI, size=9, line=13, align="center"),
    Style("FormSign", "签名日期", align="right"),
    Style("FormCaption", "图名", size=9, line=13, align="center"),
    Style("FormPicture", "图片", align="center"),
    Style("FormClause", "条款标题", HEI, line=18, spacing='w:before="120" w:after="40"', bold=True,
          paragraph="<w:keepNext/>"),
    # Not justified: LibreOffice drops punctuation that hangs at the end of a stretched line.
    Style("FormProse", "条款正文", line=18, indent='w:firstLineChars="200" w:firstLine="420"'),
    Style("FormNote", "填表说明", size=9, line=13, spacing='w:before="80" w:after="0"'),
    Style("FormRule", "表间横线", size=1, line=0.7, exact=True, indent='w:left="-15" w:right="-15"',
          paragraph='<w:shd w:val="clear" w:color="auto" w:fill="000000"/>'),
    Style("FormEnd", "表末", size=1, line=1, exact=True),
    Style("Header", "header", size=9, line=12),
    Style("Footer", "footer", size=9, line=12),
)  # fmt: skip


def package(page: Page, body: str, properties: Mapping[str, str]) -> dict[str, bytes]:
    """All parts of the document with this body, by name."""
    found = {
        CONTENT_TYPES: _content_types(),
        "_rels/.rels": _relationships({"rId1": ("officeDocument", DOCUMENT)}),
        DOCUMENT: _word("document", f"<w:body>{body}{_section(page.landscape)}</w:body>"),
        "word/_rels/document.xml.rels": _relationships(
            {
                "rId1": ("styles", "styles.xml"),
                "rId2": ("settings", "settings.xml"),
                "rId3": ("fontTable", "fontTable.xml"),
                "rId4": ("header", "header1.xml"),
                "rId5": ("footer", "footer1.xml"),
            }
        ),
        "word/styles.xml": _word("styles", _styles()),
        "word/settings.xml": _word("settings", _SETTINGS),
        "word/fontTable.xml": _word("fonts", _font_table()),
        "word/header1.xml": _word("hdr", _header(page)),
        "word/footer1.xml": _word("ftr", _footer(page)),
    }
    ready = Properties(found)
    return found | ready.write({TITLE: page.title, **properties})


def sheet(landscape: bool) -> tuple[float, float, float]:
    """Width, height and room for text across, in mm."""
    width, height = _SHEET[::-1] if landscape else _SHEET
    return width, height, width - _MARGINS["left"] - _MARGINS["right"]


def _word(root: str, inner: str) -> bytes:
    xml = f'<w:{root} xmlns:w="{W_URI}" xmlns:r="{_R_URI}">{inner}</w:{root}>'
    return XML_DECLARATION + xml.encode()


def _content_types() -> bytes:
    overrides = {DOCUMENT: MAIN_TYPE} | {
        f"word/{name}.xml": f"{_WORD_TYPE}{kind}+xml"
        for name, kind in (
            ("styles", "styles"),
            ("settings", "settings"),
            ("fontTable", "fontTable"),
            ("header1", "header"),
            ("footer1", "footer"),
        )
    }
    entries = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items()
    )
    xml = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{entries}</Types>'
    )
    return XML_DECLARATION + xml.encode()


def _relationships(targets: Mapping[str, tuple[str, str]]) -> bytes:
    entries = "".join(
        f'<Relationship Id="{name}" Type="{_R_URI}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    xml = f'<Relationships xmlns="{space}">{entries}</Relationships>'
    return XML_DECLARATION + xml.encode()


def _section(landscape: bool) -> str:
    width, height, _ = sheet(landscape)
    turned = ' w:orient="landscape"' if landscape else ""
    margins = " ".join(f'w:{side}="{twips(mm)}"' for side, mm in _MARGINS.items())
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/>'
        '<w:footerReference w:type="default" r:id="rId5"/>'
        f'<w:pgSz w:w="{twips(width)}" w:h="{twips(height)}"{turned}/>'
        f'<w:pgMar {margins} w:gutter="0"/></w:sectPr>'
    )


# --- header and footer -----------------------------------------------------------


def _header(page: Page) -> str:
    return _three("Header", page.landscape, run(page.station), run(page.state), run(page.number))


def _footer(page: Page) -> str:
    counted = f"{run('第 ')}{_field('PAGE')}{run(' 页 共 ')}{_field('NUMPAGES')}{run(' 页')}"
    return _three("Footer", page.landscape, run(f"{page.code} {page.title}"), counted, run(page.mark))


def _three(style: str, landscape: bool, left: str, middle: str, right: str) -> str:
    """A line with something at the left, in the middle and at the right."""
    width = twips(sheet(landscape)[2])
    stops = (("center", width // 2), ("right", width))
    tabs = "".join(f'<w:tab w:val="{kind}" w:pos="{place}"/>' for kind, place in stops)
    runs = "<w:r><w:tab/></w:r>".join((left, middle, right))
    return Paragraph(style, runs, f"<w:tabs>{tabs}</w:tabs>").xml()


def _field(code: str) -> str:
    """A complete field: WPS shows nothing for a short one until it is updated."""
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")}
    said = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    return f"{marks['begin']}{said}{marks['separate']}{run('1')}{marks['end']}"


# --- styles, settings, fonts -----------------------------------------------------


def fonts(name: str) -> str:
    """One font for all four scripts."""
    scripts = "".join(f' w:{script}="{name}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    return f'<w:rFonts w:hint="eastAsia"{scripts}/>'


def _letters(font: str, size: float, bold: bool = False) -> str:
    half_points = round(size * 2)
    weight = "<w:b/><w:bCs/>" if bold else ""
    return f'<w:rPr>{fonts(font)}{weight}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'


_LANGUAGE = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
# Data are never padded: no extra blank between Han and Latin letters or digits. No
# punctuation hangs over the edge of a cell.
_NORMAL = (
    '<w:widowControl/><w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    '<w:snapToGrid w:val="0"/>'
)


def _styles() -> str:
    letters = _letters(SONG, 10.5)
    defaults = letters.replace("</w:rPr>", f"{_LANGUAGE}</w:rPr>")
    return (
        f"<w:docDefaults><w:rPrDefault>{defaults}</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{_NORMAL}</w:pPr>{letters}</w:style>"
        f"{''.join(map(_style, STYLES))}"
        f"{_letter_style('FormStrong', '表单标签字', HEI)}{_letter_style('FormTick', '勾选', SONG)}"
    )


def _letter_style(style: str, name: str, font: str) -> str:
    return (
        f'<w:style w:type="character" w:customStyle="1" w:styleId="{style}"><w:name w:val="{name}"/>'
        f"<w:qFormat/><w:rPr>{fonts(font)}</w:rPr></w:style>"
    )


def _style(style: Style) -> str:
    own = ' w:customStyle="1"' if style.id.startswith("Form") else ""
    rule = "exact" if style.exact else "atLeast"
    spacing = f'<w:spacing {style.spacing} w:line="{round(style.line * 20)}" w:lineRule="{rule}"/>'
    indent = f"<w:ind {style.indent}/>" if style.indent else ""
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        '<w:basedOn w:val="Normal"/><w:qFormat/>'
        f'<w:pPr>{style.paragraph}{spacing}{indent}<w:jc w:val="{style.align}"/></w:pPr>'
        f"{_letters(style.font, style.size, style.bold)}</w:style>"
    )


_SETTINGS = (
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/>'
    "<w:compat><w:doNotExpandShiftReturn/><w:useFELayout/>"
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
    ' w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
    '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>'
)


def _font_table() -> str:
    return "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{latin}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="variable"/></w:font>'
        for name, latin in _LATIN_NAMES.items()
    )
