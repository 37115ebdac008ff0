"""Builds the faces that recordkit prints with, from Debian's font packages.

    apt install fonts-noto-cjk unicode-data
    pip install fonttools
    python tools/build_fonts.py

The same packages give the same bytes: nothing in the output depends on the
clock or on the machine. Everything in `recordkit/fonts/` except `__init__.py`
is written here.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.basePen import BasePen
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

DEBIAN_FONTS = Path("/usr/share/fonts/opentype/noto")
PACKAGE = "fonts-noto-cjk"
FOLDER = Path(__file__).resolve().parents[1] / "recordkit" / "fonts"

# 26 January 2022, in seconds since 1904 as OpenType counts. Any constant would
# do; today's date would change the bytes every day.
EPOCH = 3_726_000_000


# --- Which characters -------------------------------------------------------

# Blocks an official form may draw from; what Noto lacks in them is skipped.
BLOCKS = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00AC),  # Latin-1, without the soft hyphen, which is no letter
    (0x00AE, 0x024F),  # rest of Latin-1, Latin Extended: foreign names, pinyin
    (0x02C7, 0x02D9),  # tone marks
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x1E00, 0x1EFF),  # Latin Extended Additional: Vietnamese names
    (0x2000, 0x206F),  # quotes, dashes, ellipsis, ‰ ′ ″ ※
    (0x2070, 0x209F),  # superscripts, subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x214F),  # ℃ №
    (0x2150, 0x218F),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2460, 0x24FF),  # circled and bracketed numbers
    (0x2500, 0x25FF),  # box drawing, shapes
    (0x2600, 0x2609),  # ★ ☆ ☎
    (0x2640, 0x2642),  # ♀ ♂
    (0x2776, 0x277F),  # ❶
    (0x3000, 0x303F),  # CJK punctuation, 〇, 〓
    (0x3041, 0x30FF),  # kana
    (0x3100, 0x312F),  # bopomofo
    (0x31A0, 0x31BF),  # bopomofo, extended
    (0x3200, 0x33FF),  # ㈠ ㊣ ㎡ ㎏
    (0xFE30, 0xFE4F),  # CJK compatibility forms
    (0xFF00, 0xFFEF),  # full-width and half-width forms
)

HAN = (
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3005),  # 々
    (0x3007, 0x3007),  # 〇
    (0x3021, 0x3029),  # 〡 to 〩
    (0x3038, 0x303B),  # 〸 to 〻
    (0x31C0, 0x31EF),  # strokes
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0x20000, 0x3FFFF),  # extension B and later, compatibility supplement
)


def within(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def gb2312() -> set[int]:
    """Every character of GB 2312, as Python's codec knows it."""
    rows = range(0xA1, 0xFF)
    decoded = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in rows)
    return {ord(char) for char in decoded if char}


def general_standard(unihan: Path) -> set[int]:
    """The 8,105 characters of 通用规范汉字表.

    All three levels, because the third is the one that holds the characters
    of names and places, and a name must not change its face halfway.
    """
    with bz2.open(unihan, "rt", encoding="utf-8") as lines:
        return {int(found[1], 16) for found in map(re.compile(r"U\+(\w+)\tkTGH\t").match, lines) if found}


# --- Trimmed faces ----------------------------------------------------------


@dataclass(frozen=True)
class Face:
    family: str
    style: str
    collection: str
    original: str
    keep: frozenset[int]
    features: tuple[str, ...] = ()
    # A PDF gets a face with just its characters. Cutting that out of CFF outlines takes a third
    # of the time of a print, out of TrueType ones next to nothing, and the PDF is smaller.
    true_type: bool = True

    @property
    def file(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.style}.{'ttf' if self.true_type else 'otf'}"


def open_member(path: Path, original: str) -> TTFont:
    """One font of a collection, found by its PostScript name."""
    names = [font["name"].getDebugName(6) for font in TTCollection(path, lazy=True)]
    return TTFont(path, fontNumber=names.index(original), lazy=True, recalcTimestamp=False)


def trim(font: TTFont, face: Face) -> None:
    options = subset.Options()
    options.layout_features = list(face.features)
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    # Only horizontal text is printed.
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=face.keep)
    subsetter.subset(font)
    # recordkit drops variation selectors before printing.
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format != 14]


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the font its own names; copyright, trademark and licence stay."""
    full = family if style == "Regular" else f"{family} {style}"
    postscript = f"{family.replace(' ', '')}-{style}"
    table = font["name"]
    version = table.getDebugName(5).split(";")[0]
    records = {
        1: family,
        2: style,
        3: f"{version}; {postscript}",
        4: full,
        5: f"{version}; trimmed for recordkit",
        6: postscript,
    }
    for name_id, value in records.items():
        table.setName(value, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    old = cff.fontNames[0]
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = full, family
    for part in top.FDArray:
        part.FontName = part.FontName.replace(old, postscript)


def build_trimmed(face: Face, source: Path) -> TTFont:
    font = open_member(source / face.collection, face.original)
    trim(font, face)
    rename(font, face.family, face.style)
    if face.true_type:
        redraw(font)
    return font


def redraw(font: TTFont) -> None:
    """Put TrueType outlines in the place of the CFF ones."""
    drawn = font.getGlyphSet()
    names = font.getGlyphOrder()
    glyphs = {name: true_type(drawn[name].draw) for name in names}
    del font["CFF "]
    font.sfntVersion = "\0\1\0\0"
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = names, glyphs
    for name, glyph in glyphs.items():
        glyph.recalcBounds(glyf)
        font["hmtx"][name] = font["hmtx"][name][0], getattr(glyph, "xMin", 0)
    # Nothing of this is used without instructions, but a reader expects the fields.
    instructions = ("Zones", "TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements")
    limits = dict.fromkeys((f"max{name}" for name in (*instructions, "SizeOfInstructions")), 0)
    vars(font["maxp"]).update(limits | {"tableVersion": 0x00010000, "maxZones": 1, "maxComponentElements": 0})


# --- The symbol face --------------------------------------------------------

EM = 1000
BOX = (70, -60, 930, 800)
STROKE = 45

Draw = Callable[[BasePen], None]


def polygon(pen: BasePen, points: Iterable[tuple[float, float]]) -> None:
    first, *rest = points
    pen.moveTo(first)
    for point in rest:
        pen.lineTo(point)
    pen.closePath()


def box(pen: BasePen) -> None:
    left, bottom, right, top = BOX
    polygon(pen, [(left, bottom), (right, bottom), (right, top), (left, top)])
    left, bottom, right, top = left + STROKE, bottom + STROKE, right - STROKE, top - STROKE
    # The other way round, so that the inside stays white.
    polygon(pen, [(left, bottom), (left, top), (right, top), (right, bottom)])


def tick(pen: BasePen, weight: int = 0) -> None:
    """A brush's tick: a short press down to the right, a long lift up."""
    pen.moveTo((205 - weight, 352))
    pen.curveTo((282, 318 - weight), (352, 222 - weight), (408, 92 - weight))
    pen.curveTo((418, 68 - weight), (452, 68 - weight), (462, 92 - weight))
    pen.curveTo((540 + weight, 290 - weight), (652 + weight, 486 - weight), (808 + weight, 640))
    pen.lineTo((780, 674 + weight))
    pen.curveTo((632, 560 + weight), (520, 410 + weight), (442, 238 + weight))
    pen.curveTo((398, 330 + weight), (330, 400 + weight), (240, 424 + weight))
    pen.closePath()


def cross(pen: BasePen) -> None:
    arm, edge = 245, 46
    x, y = (BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2
    near, far = arm - edge / 2, arm + edge / 2
    quarter = [(far, near), (near, far), (0, edge)]
    outline = []
    for _ in range(4):
        outline += quarter
        quarter = [(-dy, dx) for dx, dy in quarter]
    polygon(pen, [(x + dx, y + dy) for dx, dy in outline])


def together(*parts: Draw) -> Draw:
    def draw(pen: BasePen) -> None:
        for part in parts:
            part(pen)

    return draw


SYMBOLS: dict[str, Draw] = {
    "□": box,
    "☐": box,
    "☑": together(box, tick),
    "☒": together(box, cross),
    "✓": tick,
    "✔": lambda pen: tick(pen, weight=26),
}


def char_string(draw: Draw) -> T2CharString:
    pen = T2CharStringPen(EM, None)
    draw(pen)
    return pen.getCharString()


def _set_metrics(builder: FontBuilder) -> None:
    """The heights all faces made here share."""
    builder.setupHorizontalHeader(ascent=1151, descent=-286)
    builder.setupOS2(
        sTypoAscender=880,
        sTypoDescender=-120,
        sTypoLineGap=0,
        usWinAscent=1151,
        usWinDescent=286,
        sxHeight=514,
        sCapHeight=729,
        usWeightClass=400,
        fsSelection=0x40,
        achVendID="RKIT",
    )


def build_symbols(family: str) -> TTFont:
    """Six full-width signs, with the line metrics of the 宋 face."""
    postscript = f"{family.replace(' ', '')}-Regular"
    names = {f"uni{ord(char):04X}": char for char in SYMBOLS}
    glyphs = {".notdef": char_string(box)} | {
        name: char_string(SYMBOLS[char]) for name, char in names.items()
    }
    builder = FontBuilder(EM, isTTF=False)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(char): name for name, char in names.items()})
    builder.setupCFF(postscript, {"FullName": family, "FamilyName": family}, glyphs, {})
    lefts = {name: int((glyph.calcBounds(None) or (0,))[0]) for name, glyph in glyphs.items()}
    builder.setupHorizontalMetrics({name: (EM, lefts[name]) for name in glyphs})
    _set_metrics(builder)
    builder.setupNameTable(
        {
            "copyright": "© The recordkit authors.",
            "familyName": family,
            "styleName": "Regular",
            "uniqueFontIdentifier": f"1.000; {postscript}",
            "fullName": family,
            "version": "Version 1.000",
            "psName": postscript,
            "licenseDescription": "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
            "licenseInfoURL": "http://scripts.sil.org/OFL",
        },
        mac=False,
    )
    builder.setupPost()
    builder.updateHead(created=EPOCH, modified=EPOCH, fontRevision=1.0)
    return builder.font


# --- The face of fillable PDFs -----------------------------------------------

# What people type into a field; each form carries the whole face, so it is kept small.
TYPED = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00AC),  # Latin-1, without the soft hyphen
    (0x00AE, 0x00FF),
    (0x2010, 0x2027),  # quotes, dashes, ellipsis
    (0x2460, 0x2473),  # ①
    (0x3000, 0x3017),  # CJK punctuation, 〇, 〓
    (0xFF01, 0xFF5E),  # full-width forms
)
# Thousandths of the em by which TrueType's curves may miss the drawn ones: in a title of 22 pt
# a third of the dot of a laser printer. Finer ones make every PDF bigger and slower.
CURVE_ERROR = 2.0


def build_form(source: Path, wanted: set[int]) -> tuple[TTFont, str]:
    """宋 with TrueType outlines, which every viewer takes into a form field as it is.

    It has no cmap, which PDF does not ask of it and which pypdf would read anew for
    each field: `save_form` writes the characters down in the order of their glyphs.
    """
    noto = open_member(source / "NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular")
    cmap, drawn, family = noto.getBestCmap(), noto.getGlyphSet(), "Recordkit Form"
    codes = sorted(({ord(char) for char in SYMBOLS} | wanted) & set(cmap) | {ord(char) for char in SYMBOLS})
    draws: dict[str, Draw] = {".notdef": box}
    widths = {".notdef": EM}
    for code in codes:
        name = f"u{code:05X}"
        draws[name] = SYMBOLS.get(chr(code)) or drawn[cmap[code]].draw
        widths[name] = EM if chr(code) in SYMBOLS else drawn[cmap[code]].width
    glyphs = {name: true_type(draw) for name, draw in draws.items()}
    builder = FontBuilder(EM, isTTF=True)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({code: f"u{code:05X}" for code in codes})
    builder.setupGlyf(glyphs)
    glyf = builder.font["glyf"]
    lefts = {name: getattr(glyf[name], "xMin", 0) for name in glyphs}
    builder.setupHorizontalMetrics({name: (width, lefts[name]) for name, width in widths.items()})
    _set_metrics(builder)
    builder.setupNameTable(
        {
            "copyright": noto["name"].getDebugName(0),
            "familyName": family,
            "styleName": "Regular",
            "uniqueFontIdentifier": "1.000; RecordkitForm-Regular",
            "fullName": family,
            "version": "Version 1.000; trimmed for recordkit",
            "psName": "RecordkitForm-Regular",
            "licenseDescription": noto["name"].getDebugName(13),
            "licenseInfoURL": noto["name"].getDebugName(14),
        },
        mac=False,
    )
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=EPOCH, modified=EPOCH, fontRevision=1.0)
    del builder.font["cmap"]
    return builder.font, "".join(map(chr, codes))


def true_type(draw: Draw) -> Glyph:
    pen = TTGlyphPen(None)
    draw(Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True))
    return pen.glyph()


# --- What is written beside the faces ---------------------------------------


def ranges(codes: Iterable[int]) -> Iterator[str]:
    """Runs of neighbouring characters: `4E00-9FA5`, or `3007` for a single one."""
    for _, run in groupby(enumerate(sorted(codes)), lambda pair: pair[1] - pair[0]):
        numbers = [code for _, code in run]
        first, last = numbers[0], numbers[-1]
        yield f"{first:X}-{last:X}" if last > first else f"{first:X}"


def coverage(fonts: dict[str, TTFont]) -> str:
    sections = [f"[{family}]\n" + "\n".join(ranges(font.getBestCmap())) for family, font in fonts.items()]
    return "\n".join(sections) + "\n"


def licence(copyright_file: Path, notices: Iterable[str]) -> str:
    """The SIL Open Font License under the copyright lines it speaks of."""
    text = copyright_file.read_text("utf-8")
    [holder] = re.findall(r"^Files: \*\nCopyright: (.+)$", text, re.MULTILINE)
    [body] = re.findall(r"^License: SIL-1\.1\n((?: .*\n)+)", text, re.MULTILINE)
    lines = [line[1:].rstrip() for line in body.splitlines()]
    unfolded = "\n".join("" if line == "." else line for line in lines)
    return "\n".join([f"Copyright {holder}", *notices, "", unfolded.strip(), ""])


def package_version(changelog: Path) -> str:
    with gzip.open(changelog, "rt", encoding="utf-8") as lines:
        return next(lines).split("(")[1].split(")")[0]


README = """\
# The faces recordkit prints with

| Face | Files | Made from | Holds |
|---|---|---|---|
| `Recordkit Song` 宋 | Regular, Bold | Noto Serif CJK SC | GB 2312, 通用规范汉字表, Latin, Greek, Cyrillic, kana, signs |
| `Recordkit Hei` 黑 | Regular, Bold | Noto Sans CJK SC | the same characters as Song |
| `Recordkit Han` | Regular | Noto Serif CJK SC | every Han character of it: a fallback for rare names |
| `Recordkit Symbols` | Regular | drawn by `tools/build_fonts.py` | {symbols}, all one em wide, the box the same in each |
| `Recordkit Form` | Regular, in `formats/pdf_form/` | Noto Serif CJK SC, as TrueType | GB 2312, 通用规范汉字表, ASCII, signs: fillable PDFs carry it; Typst, which looks into every folder here, does not see it |

Song has a narrower □ of its own, as GB 2312 asks: name Symbols first where boxes are printed.

`coverage.txt` lists the characters of each family. The faces are under the
SIL Open Font License 1.1 (`OFL.txt`), whatever the licence of the code.

Built from Debian's `{package}` {version}; the list of 通用规范汉字 comes from
Debian's `unicode-data`. To build again (about three minutes, the same bytes each time):

    apt install {package} unicode-data
    pip install fonttools
    python tools/build_fonts.py
"""


def readme(version: str) -> str:
    return README.format(symbols=" ".join(SYMBOLS), package=PACKAGE, version=version)


# --- All of it --------------------------------------------------------------


def characters(source: Path, collection: str, original: str) -> set[int]:
    return set(open_member(source / collection, original).getBestCmap())


def faces(source: Path, unihan: Path) -> list[Face]:
    serif = characters(source, "NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular")
    sans = characters(source, "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular")
    wanted = within(BLOCKS) | gb2312() | general_standard(unihan)
    # What both have, so that a heading can print whatever the text can.
    text = frozenset(wanted & serif & sans)
    han = frozenset(within(HAN) & serif)

    # ccmp joins the two halves of —— without a gap.
    features = ("ccmp", "kern")

    def text_face(family: str, noto: str, style: str) -> Face:
        return Face(family, style, f"Noto{noto}CJK-{style}.ttc", f"Noto{noto}CJKsc-{style}", text, features)

    return [
        text_face("Recordkit Song", "Serif", "Regular"),
        text_face("Recordkit Song", "Serif", "Bold"),
        text_face("Recordkit Hei", "Sans", "Regular"),
        text_face("Recordkit Hei", "Sans", "Bold"),
        # Seldom used, so it may be plain, without kerning, and small.
        Face(
            "Recordkit Han",
            "Regular",
            "NotoSerifCJK-Regular.ttc",
            "NotoSerifCJKsc-Regular",
            han,
            true_type=False,
        ),
    ]


def build(source: Path, folder: Path) -> None:
    share = source.parents[2]
    papers = share / "doc" / PACKAGE
    built: dict[str, TTFont] = {}
    for face in faces(source, share / "unicode" / "Unihan_OtherMappings.txt.bz2"):
        font = build_trimmed(face, source)
        font.save(folder / face.file)
        built[face.family] = font
        print(face.file, flush=True)
    built["Recordkit Symbols"] = build_symbols("Recordkit Symbols")
    built["Recordkit Symbols"].save(folder / "RecordkitSymbols-Regular.otf")
    save_form(source, folder)

    notices = sorted({f"{family}: {font['name'].getDebugName(0)}" for family, font in built.items()})
    version = package_version(papers / "changelog.Debian.gz")
    (folder / "coverage.txt").write_text(coverage(built), "ascii", newline="\n")
    (folder / "OFL.txt").write_text(licence(papers / "copyright", notices), "utf-8", newline="\n")
    (folder / "README.md").write_text(readme(version), "utf-8", newline="\n")


def save_form(source: Path, folder: Path) -> None:
    """Write the face of fillable PDFs beside its only user: Typst looks into all folders below the faces."""
    unihan = source.parents[2] / "unicode" / "Unihan_OtherMappings.txt.bz2"
    place = folder.parent / "formats" / "pdf_form"
    place.mkdir(parents=True, exist_ok=True)
    wanted = within(TYPED) | gb2312() | general_standard(unihan)
    font, characters = build_form(source, wanted)
    font.save(place / "RecordkitForm-Regular.ttf")
    (place / "RecordkitForm-Regular.txt").write_bytes(characters.encode())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--source",
        type=Path,
        default=DEBIAN_FONTS,
        help="folder of the TTC files, laid out as in the Debian package",
    )
    parser.add_argument("--into", type=Path, default=FOLDER, help="folder to write to")
    options = parser.parse_args()
    build(options.source, options.into)


if __name__ == "__main__":
    main()
