"""The packaged faces: what they hold, what the package says of them, how they print."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import product

import pypdf
import pytest
import typst
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from recordkit import fonts

FACES = {path.stem: TTFont(path, lazy=True) for path in sorted(fonts.FOLDER.glob("*.[ot]tf"))}
TEXT_FACES = [
    "RecordkitSong-Regular",
    "RecordkitSong-Bold",
    "RecordkitHei-Regular",
    "RecordkitHei-Bold",
]
BOXES = "□☐☑☒"


def gb2312() -> set[str]:
    pairs = product(range(0xA1, 0xFF), repeat=2)
    return {bytes(pair).decode("gb2312", "ignore") for pair in pairs} - {""}


def characters(face: str) -> set[int]:
    return set(FACES[face].getBestCmap())


def listed() -> dict[str, set[int]]:
    """What coverage.txt says each family holds."""
    families: dict[str, set[int]] = {}
    for line in (fonts.FOLDER / "coverage.txt").read_text("ascii").splitlines():
        if line.startswith("["):
            held = families[line.strip("[]")] = set()
        else:
            first, _, last = line.partition("-")
            held.update(range(int(first, 16), int(last or first, 16) + 1))
    return families


def packaged() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts.FOLDER])


def embedded(pdf: bytes) -> set[str]:
    page = pypdf.PdfReader(BytesIO(pdf)).pages[0]
    names = (font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values())
    return {re.sub(r"^/[A-Z]{6}\+", "", name).removesuffix("-Identity-H") for name in names}


# The faces


@pytest.mark.parametrize("face", TEXT_FACES)
def test_a_text_face_holds_all_of_gb2312(face: str) -> None:
    assert {ord(char) for char in gb2312()} <= characters(face)


@pytest.mark.parametrize("face", TEXT_FACES)
def test_a_text_face_holds_what_forms_and_names_need(face: str) -> None:
    needed = "“”‘’—…‰′″※ⅠⅫ①⑳℃㎡№〇〓→≤㈠ＡａāéЖΩ玥堃啰"

    assert {ord(char) for char in needed} <= characters(face)


def test_the_text_faces_hold_the_same_characters() -> None:
    assert len({frozenset(characters(face)) for face in TEXT_FACES}) == 1


@pytest.mark.parametrize(("style", "weight"), [("Regular", 400), ("Bold", 700)])
def test_a_face_knows_its_weight(style: str, weight: int) -> None:
    weights = {font["OS/2"].usWeightClass for name, font in FACES.items() if name.endswith(style)}

    assert weights == {weight}


@pytest.mark.parametrize("face", FACES)
def test_a_face_bears_our_name_and_keeps_its_licence(face: str) -> None:
    names = FACES[face]["name"]

    assert names.getDebugName(1) in {fonts.SONG, fonts.HEI, fonts.HAN, fonts.SYMBOLS}
    assert names.getDebugName(6) == face
    assert "SIL Open Font License" in names.getDebugName(13)
    assert names.getDebugName(0) in (fonts.FOLDER / "OFL.txt").read_text("utf-8")


def test_rare_names_are_in_the_fallback() -> None:
    assert {ord(char) for char in "𠮷㛃玥堃國龘凉"} <= characters("RecordkitHan-Regular")


def test_symbols_are_one_em_wide() -> None:
    font = FACES["RecordkitSymbols-Regular"]
    widths = {font["hmtx"][font.getBestCmap()[ord(char)]][0] for char in BOXES + "✓✔"}

    assert widths == {font["head"].unitsPerEm}


def test_the_box_is_the_same_ticked_or_not() -> None:
    font = FACES["RecordkitSymbols-Regular"]
    glyphs, names = font.getGlyphSet(), font.getBestCmap()

    def extent(char: str) -> object:
        pen = BoundsPen(glyphs)
        glyphs[names[ord(char)]].draw(pen)
        return pen.bounds

    assert len({extent(char) for char in BOXES}) == 1


def test_symbols_do_not_change_the_height_of_a_line() -> None:
    lines = {
        (font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["hhea"].ascent)
        for font in (FACES["RecordkitSymbols-Regular"], FACES["RecordkitSong-Regular"])
    }

    assert len(lines) == 1


# Which characters they hold


def test_coverage_agrees_with_the_faces() -> None:
    assert listed() == {font["name"].getDebugName(1): set(font.getBestCmap()) for font in FACES.values()}


def test_what_passes_without_a_look_at_the_coverage_is_covered() -> None:
    held = set().union(*listed().values()) | {ord(char) for char in "\t\n\r"}
    passed = {code for code in range(0x110000) if fonts._COMMON.fullmatch(chr(code))}

    assert passed <= held


@pytest.mark.parametrize(
    ("text", "absent", "printed"),
    [
        ("", [], ""),
        ("张三，女，42 岁\n□是 ☑否", [], "张三，女，42 岁\n□是 ☑否"),
        ("𠮷田、赵玥、李堃、王㛃", [], "𠮷田、赵玥、李堃、王㛃"),
        ("好😀好😀👍", ["😀", "👍"], "好〓好〓〓"),
        ("家👨‍👩‍👧庭", ["👨", "👩", "👧"], "家〓〓〓庭"),
        ("❤️", ["❤"], "〓"),
        ("葛\U000e0100城", [], "葛城"),
        ("李\ue000", ["\ue000"], "李〓"),
        ("\u0378", ["\u0378"], "〓"),
        ("a\u0304 u\u0308\u030c", [], "ā ǚ"),
        ("x\u0301", ["\u0301"], "x〓"),
        ("甲\u200b乙\ufeff丙", [], "甲乙丙"),
        ("甲\u2009乙\u3000丙\t丁\r\n", [], "甲 乙\u3000丙\t丁\r\n"),
        ("甲\x00", ["\x00"], "甲〓"),
        ("\ud800", ["\ud800"], "〓"),
    ],
)
def test_missing_characters_are_named_and_printed_as_geta(text: str, absent: list[str], printed: str) -> None:
    assert fonts.missing(text) == absent
    assert fonts.printable(text) == printed


def test_a_printable_text_misses_nothing() -> None:
    everything = "".join(map(chr, range(0x110000)))

    assert fonts.missing(fonts.printable(everything)) == []


# How they print


def test_typst_finds_our_families_and_no_other() -> None:
    assert set(packaged().families()) == {fonts.SONG, fonts.HEI, fonts.HAN, fonts.SYMBOLS}


def test_a_document_embeds_every_face_and_nothing_else() -> None:
    source = f"""
        #set document(title: "字")
        #set text(lang: "zh", font: ("{fonts.SYMBOLS}", "{fonts.SONG}", "{fonts.HAN}"))
        ☑ 宋体 *粗宋* 𠮷 #text(font: "{fonts.HEI}")[黑体 *粗黑*]
    """
    pdf, warnings = typst.Compiler(font_paths=packaged()).compile_with_warnings(
        source.encode(), format="pdf", pdf_standards="a-2a", timestamp=0
    )

    assert warnings == []
    assert isinstance(pdf, bytes)
    assert embedded(pdf) == set(FACES)
