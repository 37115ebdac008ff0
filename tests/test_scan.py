"""Scans: what a phone gives becomes a proof that can be kept, or is refused.

The photographs are made here: a printed page, seen at an angle, out of focus
or in poor light, with the notes that a phone writes into its files.
"""

from __future__ import annotations

import base64
import hashlib
import io
import random
import subprocess
import sys
import zlib
from datetime import date
from functools import cache
from pathlib import Path

import pikepdf
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from recordkit.errors import Exit, NotFound, RecordkitError, Refused
from recordkit.formats import scan

MARK = "LX01-GA-2026-0007-02 v1 7F3A"
A4 = (2480, 3508)  # 300 dpi
MM = 300 / 25.4
PHONE = (3000, 4000)
GPS = 0x8825
# What has to be set right for each EXIF orientation, undone: how the sensor saw it.
AS_SEEN = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
# 48 × 80 pixels, red on top; stored turned (orientation 6), with GPS and a date.
HEIC = base64.b64decode(
    """
    AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA
    ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAACoAAgAAAAACFgABAAAAAAAAAMgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA
    AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA
    kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBRZbq
    5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAFAAAAAoY2xh
    cAAAADAAAAABAAAAUAAAAAH////wAAAAAgAAAAAAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA
    AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAPptZGF0AAAAJigBrxmA94SFN//iMr/mIF/roLK2s+2sTXVrX+yf
    +L0bE/cy7S8gAAAABkV4aWYAAE1NACoAAAAIAAMBEgADAAAAAQAGAACHaQAEAAAAAQAAADKIJQAEAAAAAQAAAFgAAAAAAAGQAwAC
    AAAAFAAAAEQAAAAAMjAyNjowMzowNSAxMDoxMToxMgAABAABAAIAAAACTgAAAAACAAUAAAADAAAAjgADAAIAAAACRQAAAAAEAAUA
    AAADAAAApgAAAAAAAAAkAAAAAQAAACcAAAABAAAAOgAAAAEAAAB1AAAAAQAAAAcAAAABAAAADAAAAAE=
"""
)


# A page, and how a phone sees it -------------------------------------------


@cache
def page() -> Image.Image:
    """Return a printed A4 page with a 12 mm QR at the bottom right."""
    paper = Image.new("L", A4, 252)
    draw = ImageDraw.Draw(paper)
    draw.text((800, 200), "Casework intake form", font=ImageFont.load_default(90), fill=20)
    for y in range(420, 3200, 110):
        draw.line((300, y, 2300, y), fill=20, width=4)
        draw.text((330, y + 30), "Name / phone / date 2026-03-05", font=ImageFont.load_default(44), fill=40)
    for x in (300, 900, 2300):
        draw.line((x, 420, x, 3170), fill=20, width=4)
    paper.paste(qr(MARK, round(12 * MM)), (A4[0] - 400, A4[1] - 300))
    return paper


def qr(text: str, side: int) -> Image.Image:
    file = io.BytesIO()
    segno.make_qr(text, error="m").save(file, kind="png", scale=10, border=0)
    return Image.open(file).convert("L").resize((side, side))


def seen(
    seed: int,
    *,
    size: tuple[int, int] = PHONE,
    tilt: float = 0.1,
    blur: float = 1.5,
    light: float = 1.0,
    noise: float = 0.06,
) -> Image.Image:
    """Return the page as photographed: at an angle, shaded, blurred, with noise."""
    chance = random.Random(seed)
    (w, h), (width, height) = A4, size
    away = [chance.uniform(0.02, tilt + 0.02) for _ in range(8)]
    around = [
        (-w * away[0], -h * away[1]),
        (w + w * away[2], -h * away[3]),
        (w + w * away[4], h + h * away[5]),
        (-w * away[6], h + h * away[7]),
    ]
    picture = page().transform(
        size,
        Image.Transform.PERSPECTIVE,
        perspective(around, width, height),
        Image.Resampling.BILINEAR,
        fillcolor=90,
    )
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    shade = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(size)
    picture = ImageChops.multiply(picture, shade.point([round(light * (140 + 0.45 * v)) for v in range(256)]))
    grain = Image.frombytes("L", (width // 2, height // 2), chance.randbytes(width * height // 4))
    return Image.blend(picture, grain.resize(size), noise)


def perspective(quad: list[tuple[float, float]], width: int, height: int) -> tuple[float, ...]:
    """Return Pillow's coefficients that fetch a width × height picture out of `quad`."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    det = dx1 * dy2 - dx2 * dy1
    g, h = (dx3 * dy2 - dx2 * dy3) / det, (dx1 * dy3 - dx3 * dy1) / det
    return (
        (x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0,
        (y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0,
        g / width, h / height,
    )  # fmt: skip


def notes(orientation: int = 1, taken: str = "2026:03:05 10:11:12") -> Image.Exif:
    exif = Image.Exif()
    exif[scan.ORIENTATION] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(scan.EXIF_IFD)[scan.DATE_TIME_ORIGINAL] = taken
    exif.get_ifd(GPS).update({1: "N", 2: (36.0, 39.0, 58.0), 3: "E", 4: (117.0, 7.0, 12.0)})
    return exif


def jpeg(path: Path, picture: Image.Image, orientation: int = 1, **options: object) -> Path:
    turn = AS_SEEN[orientation]
    raw = picture.transpose(turn) if turn is not None else picture
    raw.convert("RGB").save(path, "JPEG", quality=80, exif=notes(orientation), **options)
    return path


def put(folder: Path, data: bytes, name: str = "照片.jpg") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def opened(result: scan.Scan) -> Image.Image:
    return Image.open(io.BytesIO(result.data))


def darkest_and_lightest(picture: Image.Image) -> tuple[int, int]:
    grey = picture.convert("L").tobytes()
    return min(grey), max(grey)


def pdf(path: Path, pages: list[Image.Image], **options: object) -> Path:
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=300, **options)
    return path


# What is filed -------------------------------------------------------------


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    picture = seen(seed=1)
    picture.paste(0, (0, 0, 400, 400))  # a dark corner, top left when upright
    return jpeg(
        tmp_path_factory.mktemp("scan") / "IMG_0001.jpg", picture, 6, comment=b"PhoneMaker", dpi=(72, 72)
    )


def test_a_photograph_is_filed_upright_and_small(photo: Path):
    result = scan.prepare(photo)
    picture = opened(result)

    assert (result.suffix, picture.format, result.pages) == (".jpg", "JPEG", 1)
    assert picture.size == (1800, 2400)
    assert darkest_and_lightest(picture.crop((50, 50, 150, 150)))[1] < 40
    assert result.size == len(result.data) < photo.stat().st_size
    assert result.sha256 == hashlib.sha256(result.data).hexdigest()


def test_the_day_is_kept_and_everything_else_the_phone_noted_is_gone(photo: Path):
    with Image.open(photo) as before:
        assert before.getexif().get_ifd(GPS)
    result = scan.prepare(photo)

    assert result.taken_on == date(2026, 3, 5)
    assert dict(opened(result).getexif()) == {}
    assert set(opened(result).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Exif" not in result.data
    assert b"PhoneMaker" not in result.data


def test_the_same_photograph_gives_the_same_bytes(photo: Path):
    assert scan.prepare(photo) == scan.prepare(photo)


def test_what_is_filed_still_shows_its_mark(photo: Path, tmp_path: Path):
    filed = put(tmp_path, scan.prepare(photo).data)

    assert scan.prepare(filed).marks == (MARK,)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_set_right(tmp_path: Path, orientation: int):
    picture = Image.new("RGB", (60, 40), "white")
    picture.paste("black", (0, 0, 20, 20))
    picture.save(tmp_path / "a.jpg", exif=notes(orientation))
    upright = opened(scan.prepare(tmp_path / "a.jpg")).convert("L")

    with Image.open(tmp_path / "a.jpg") as before:
        expected = ImageOps.exif_transpose(before).convert("L")
    assert upright.size == expected.size
    assert sum(ImageChops.difference(upright, expected).histogram()[40:]) == 0


@pytest.mark.parametrize(
    "taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "gestern", "2026:02:30 1:1:1"]
)
def test_a_camera_without_a_clock_gives_no_day(tmp_path: Path, taken: str):
    Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg", exif=notes(taken=taken))

    assert scan.prepare(tmp_path / "a.jpg").taken_on is None


def test_unreadable_notes_do_not_cost_the_picture(tmp_path: Path):
    Image.new("RGB", (60, 40)).save(
        tmp_path / "a.jpg", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff" + b"\xff" * 40
    )

    assert scan.prepare(tmp_path / "a.jpg").taken_on is None


def test_line_art_stays_png_and_a_photograph_in_png_does_not(tmp_path: Path):
    text = PngInfo()
    text.add_text("Author", "PhoneMaker")
    page().save(tmp_path / "line.png", pnginfo=text, exif=notes())
    noisy = Image.frombytes("L", (600, 600), random.Random(0).randbytes(360_000))
    noisy.save(tmp_path / "photo.png")

    line, photograph = scan.prepare(tmp_path / "line.png"), scan.prepare(tmp_path / "photo.png")

    assert (line.suffix, photograph.suffix) == (".png", ".jpg")
    assert b"PhoneMaker" not in line.data
    assert opened(line).info == {}
    assert line.taken_on == date(2026, 3, 5)
    assert line.marks == (MARK,)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_comes_out_as_seen(tmp_path: Path, mode: str):
    white = (
        Image.new("I;16", (64, 64), 65535)
        if mode == "I;16"
        else Image.new("RGB", (64, 64), "white").convert(mode)
    )
    white.save(tmp_path / "a.png")

    assert darkest_and_lightest(opened(scan.prepare(tmp_path / "a.png"))) == (255, 255)


def test_sixteen_bits_of_grey_are_not_washed_out(tmp_path: Path):
    Image.new("I;16", (64, 64), 0x4000).save(tmp_path / "a.png")

    assert darkest_and_lightest(opened(scan.prepare(tmp_path / "a.png"))) == (64, 64)


def test_what_is_see_through_lies_on_white_paper(tmp_path: Path):
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(tmp_path / "a.png")

    assert darkest_and_lightest(opened(scan.prepare(tmp_path / "a.png"))) == (255, 255)


def test_a_printer_s_colours_become_screen_colours(tmp_path: Path):
    Image.new("CMYK", (64, 64), (0, 0, 0, 0)).save(tmp_path / "a.jpg")

    assert opened(scan.prepare(tmp_path / "a.jpg")).mode == "RGB"


def test_the_content_counts_and_not_the_extension(tmp_path: Path):
    assert scan.prepare(pdf(tmp_path / "扫描.jpg", [page()])).suffix == ".pdf"


# HEIC ----------------------------------------------------------------------


@pytest.fixture
def any_libheif(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any version open the HEIC files made here: at worst they end its process."""
    monkeypatch.setattr(scan, "SAFE_LIBHEIF", (0,))


def test_heic_becomes_an_upright_jpg_without_notes(tmp_path: Path, any_libheif: None):
    result = scan.prepare(put(tmp_path, HEIC))
    picture = opened(result)

    assert (result.suffix, picture.size, result.taken_on) == (".jpg", (80, 48), date(2026, 3, 5))
    assert darkest_and_lightest(picture.crop((0, 0, 56, 48)))[0] > 240
    assert darkest_and_lightest(picture.crop((70, 0, 80, 48)))[1] < 100
    assert b"Exif" not in result.data


def test_a_heic_of_too_many_pixels_is_refused(
    tmp_path: Path, any_libheif: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scan, "MAX_PIXELS", 48 * 80 - 1)

    assert "1 亿像素" in refused(put(tmp_path, HEIC))


def test_heic_is_refused_where_its_reader_is_unsafe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan, "SAFE_LIBHEIF", (99,))

    with pytest.raises(Refused, match="安全漏洞") as refusal:
        scan.prepare(put(tmp_path, HEIC))
    assert "JPG" in refusal.value.hint


def test_heic_is_refused_where_its_reader_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    with pytest.raises(Refused, match="不能读 HEIC"):
        scan.prepare(put(tmp_path, HEIC))


# PDF -----------------------------------------------------------------------


def test_a_pdf_stays_as_it_is(tmp_path: Path):
    other = page().copy()
    other.paste(qr("LX01-GA-2026-0007-03 v1 0A1B", round(12 * MM)), (A4[0] - 400, A4[1] - 300))
    path = pdf(tmp_path / "扫描.pdf", [page(), Image.new("L", A4, 255), other, page()])
    result = scan.prepare(path)

    assert result.data == path.read_bytes()
    assert (result.suffix, result.pages, result.taken_on) == (".pdf", 4, None)
    assert result.marks == (MARK, "LX01-GA-2026-0007-03 v1 0A1B")


def test_marks_are_read_on_the_first_pages_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan, "MARKED_PAGES", 1)
    path = pdf(tmp_path / "扫描.pdf", [Image.new("L", A4, 255), page()])

    assert (scan.prepare(path).pages, scan.prepare(path).marks) == (2, ())


def test_a_huge_page_is_drawn_small(tmp_path: Path):
    page().save(tmp_path / "扫描.pdf", "PDF", resolution=12)  # more than 5 m wide

    assert scan.prepare(tmp_path / "扫描.pdf").marks == (MARK,)


# Marks ---------------------------------------------------------------------

VARIANTS = [
    *({"seed": n} for n in range(10)),
    *({"seed": n, "tilt": 0.2, "blur": 2} for n in range(10, 15)),
    *({"seed": n, "blur": 2.4, "noise": 0.03} for n in range(15, 20)),
    *({"seed": n, "light": 0.3, "noise": 0.1} for n in range(20, 25)),
    *({"seed": n, "size": (1500, 2000), "blur": 1} for n in range(25, 30)),
]


def test_the_page_is_recognised_in_nineteen_of_twenty_photographs(tmp_path: Path):
    missed = []
    for number, variant in enumerate(VARIANTS):
        # Every second phone notes how it was held; the others leave the page lying.
        how = (1, 6, 3, 8)[number // 2 % 4]
        picture = (
            seen(**variant) if number % 2 else seen(**variant).rotate(90 * (number // 2 % 4), expand=True)
        )
        path = jpeg(tmp_path / "a.jpg", picture, how if number % 2 else 1)
        if scan.prepare(path).marks != (MARK,):
            missed.append((number, variant))

    assert len(missed) <= len(VARIANTS) // 20, missed


def test_a_poster_does_not_end_the_search_for_the_form():
    picture = seen(seed=1, blur=2.6, noise=0.03)
    picture.paste(qr("https://example.org/poster", 600), (1200, 1000))

    assert MARK not in scan.read_marks(picture)
    assert MARK in scan.read_marks(picture, wanted=lambda text: text.startswith("LX01"))


def test_a_picture_without_a_code_has_no_marks():
    assert scan.read_marks(Image.new("RGB", (400, 300), "white")) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (20, 20), (22, 22)])
def test_tiny_pictures_have_no_marks(size: tuple[int, int]):
    assert scan.read_marks(Image.new("L", size)) == ()


# Refusals ------------------------------------------------------------------


def refused(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        scan.prepare(path)
    assert refusal.value.hint
    assert refusal.value.exit_code == Exit.REFUSED
    return refusal.value.message


def png_saying(width: int, height: int) -> bytes:
    """Return the beginning of a PNG that claims to be of this size."""
    file = io.BytesIO()
    Image.new("L", (1, 1)).save(file, "PNG")
    head = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    return file.getvalue()[:12] + head + zlib.crc32(head).to_bytes(4) + file.getvalue()[33:]


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"GIF89a" + bytes(99),
        b"RIFF\0\0\0\0WEBP",
        b"PK\x03\x04" + bytes(99),
        b"\0\0\0\x18ftypmp42",
        b"BM" + bytes(99),
    ],
)
def test_other_kinds_are_refused(tmp_path: Path, data: bytes):
    assert "「照片.jpg」不是 JPG、PNG、HEIC 照片，也不是 PDF" in refused(put(tmp_path, data))


def test_an_empty_file_is_refused(tmp_path: Path):
    assert "空文件" in refused(put(tmp_path, b""))


def test_a_file_that_is_missing_or_a_folder_is_not_found(tmp_path: Path):
    for path in (tmp_path / "没有.jpg", tmp_path):
        with pytest.raises(NotFound):
            scan.prepare(path)


def test_a_file_over_50_mb_is_refused(tmp_path: Path):
    path = put(tmp_path, b"\xff\xd8\xff")
    with path.open("r+b") as file:
        file.truncate(scan.MAX_BYTES + 1)

    assert "50 MB" in refused(path)


def test_a_picture_that_unpacks_to_more_than_it_should_is_refused(tmp_path: Path):
    assert "1 亿像素" in refused(put(tmp_path, png_saying(60_000, 60_000)))


def test_a_broken_picture_is_refused(tmp_path: Path, photo: Path):
    assert "已损坏" in refused(put(tmp_path, photo.read_bytes()[:200_000]))


def test_a_broken_pdf_is_refused(tmp_path: Path):
    assert "已损坏" in refused(put(tmp_path, b"%PDF-1.7\n" + bytes(500)))


@pytest.mark.parametrize("password", ["", "geheim"])
def test_an_encrypted_pdf_is_refused(tmp_path: Path, password: str):
    path = pdf(tmp_path / "a.pdf", [Image.new("L", (100, 100))])
    with pikepdf.open(path) as document:
        document.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(owner="owner", user=password))

    assert "密码" in refused(tmp_path / "b.pdf")


def test_a_pdf_of_more_than_200_pages_is_refused(tmp_path: Path):
    document = pikepdf.new()
    for _ in range(201):
        document.add_blank_page()
    document.save(tmp_path / "a.pdf")

    assert "201 页" in refused(tmp_path / "a.pdf")


def test_a_pdf_with_a_picture_that_unpacks_to_too_much_is_refused(tmp_path: Path):
    path = pdf(tmp_path / "a.pdf", [Image.new("1", (100, 100))])
    with pikepdf.open(path) as document:
        [picture] = document.pages[0].get_images().values()
        picture.Width = picture.Height = 60_000
        document.save(tmp_path / "b.pdf")

    assert "1 亿像素" in refused(tmp_path / "b.pdf")


# Hostile bytes -------------------------------------------------------------


def small_ones() -> list[bytes]:
    """Return one small file of each kind but HEIC."""
    files = []
    for kind, options in {"JPEG": {"exif": notes(6)}, "PNG": {"exif": notes()}, "PDF": {}}.items():
        file = io.BytesIO()
        qr(MARK, 120).convert("RGB").save(file, kind, **options)
        files.append(file.getvalue())
    return files


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    data = bytearray(draw(st.sampled_from(originals)))
    places = st.integers(0, len(data) - 1)
    for place, value in draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        data[place] = value
    return bytes(data[: draw(st.one_of(st.just(len(data)), places))])


def garbage(*starts: bytes) -> st.SearchStrategy[bytes]:
    return st.builds(bytes.__add__, st.sampled_from(starts), st.binary(max_size=300))


def filed_or_refused(path: Path) -> None:
    try:
        result = scan.prepare(path)
    except RecordkitError:
        return
    assert result.size == len(result.data)


in_one_folder = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(in_one_folder, max_examples=200)
@given(
    data=damaged(small_ones()[:2]) | garbage(b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"),
)
def test_damaged_files_are_filed_or_refused_and_nothing_else(tmp_path: Path, data: bytes):
    filed_or_refused(put(tmp_path, data))


# Every example costs a process, hence so few.
@settings(in_one_folder, max_examples=15)
@given(data=damaged(small_ones()[2:]) | garbage(b"%PDF-1.7\n"))
def test_damaged_pdf_is_filed_or_refused_and_nothing_else(tmp_path: Path, data: bytes):
    filed_or_refused(put(tmp_path, data))


def test_a_pdf_that_takes_forever_to_draw_is_filed_without_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scan, "PDF_SECONDS", 5)
    document = pikepdf.new()
    document.add_blank_page()
    document.pages[0].Contents = document.make_stream(b"0 0 600 800 re f\n" * 3_000_000)
    document.save(tmp_path / "a.pdf")
    result = scan.prepare(tmp_path / "a.pdf")

    assert (result.pages, result.marks) == (1, ())


@settings(in_one_folder, max_examples=15)
@given(data=damaged([HEIC]) | garbage(HEIC[:40]))
def test_damaged_heic_is_filed_or_refused_and_nothing_else(tmp_path: Path, any_libheif: None, data: bytes):
    filed_or_refused(put(tmp_path, data))


def test_heic_that_brings_its_reader_down_is_filed_or_refused(tmp_path: Path, any_libheif: None):
    data = bytearray(HEIC)
    # The Exif part's name is no UTF-8: an earlier decoder followed a null pointer.
    assert data[176:180] == b"Exif"
    data[176] = 0xFF

    filed_or_refused(put(tmp_path, bytes(data)))


def test_the_largest_picture_that_is_taken_stays_within_memory(tmp_path: Path):
    pytest.importorskip("resource")
    Image.new("RGBA", (10_000, 10_000)).save(tmp_path / "a.png", compress_level=1)
    code = (
        "import resource, sys; from pathlib import Path; from recordkit.formats.scan import prepare\n"
        "prepare(Path(sys.argv[1]))\n"
        "unit = 1024 if sys.platform == 'linux' else 1 << 20\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.png")], capture_output=True, check=True
    )

    assert int(ran.stdout) < 1000  # MiB; the picture alone is 400
