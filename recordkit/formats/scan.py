"""Scans and photographs of signed paper, made fit to be kept as proof.

`prepare` takes what a phone or a scanner gives (JPG, PNG, HEIC, PDF, told
apart by content) and returns what is filed: photographs upright, shrunk and
without metadata, PDF byte for byte, together with the texts of the QR codes
on the pages, by which a page finds its form. With the same Pillow the same
file gives the same bytes. PDFium is not thread-safe: one PDF at a time.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from ..errors import NotFound, RecordkitError, Refused, UsageProblem

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 100_000_000
MAX_PAGES, MARKED_PAGES = 200, 20
RENDER_DPI = 200
LONG_EDGE = 2400
WORKING_EDGE = 6000  # more pixels cost memory and show no further QR codes
# Earlier versions let a crafted picture write outside its memory (libheif
# advisories GHSA-x8r2-mggj-j6wr and others, closed up to 1.23.4).
SAFE_LIBHEIF = (1, 23, 4)
# pillow_heif brings the whole process down on some damaged files (one wrong byte
# in the name of a part is enough), so a process of its own does the work.
HEIC_TO_PNG = """
import sys
from io import BytesIO
from pillow_heif import HeifImageFile
image = HeifImageFile(BytesIO(sys.stdin.buffer.read()))
print(image.width, image.height, flush=True)
if image.width * image.height <= int(sys.argv[1]):
    image.save(sys.stdout.buffer, "PNG", compress_level=1, exif=image.info.get("exif") or b"")
"""
# PDFium may run for minutes, eat all memory or crash on a crafted PDF of 1 kB, so
# it too works apart. Exit code 1 (FAULTY) is Python's own for an exception.
PDF_SECONDS, FAULTY = 40, 1
PDF_TO_GREY = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
except (ImportError, ValueError, OSError):
    pass  # Windows does not have it, macOS may not take it
import pypdfium2, pypdfium2.raw as raw
most_pages, marked_pages, most_pixels, dpi, edge = map(int, sys.argv[1:])
try:
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    # With an empty password it opens, but not in every program.
    locked = raw.FPDF_GetSecurityHandlerRevision(document) != -1
except pypdfium2.PdfiumError as error:
    locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
    if not locked:
        raise
pages = 0 if locked else len(document)
print("locked" if locked else pages, flush=True)
try:
    # Every page is opened, also the unread: a cut file lacks some.
    for number in range(pages if pages <= most_pages else 0):
        page = document[number]
        if number < marked_pages:
            for picture in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE]):
                width, height = picture.get_px_size()
                if width * height > most_pixels:
                    print("picture", width, height)
                    sys.exit()
            # Pages of any size are drawn on no more pixels than a photograph has.
            scale = min(dpi / 72, edge / max(page.get_size()))
            image = page.render(scale=scale, grayscale=True).to_pil()
            print("page", *image.size, flush=True)
            sys.stdout.buffer.write(image.tobytes())
        page.close()
except MemoryError:
    sys.exit(3)
"""

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
EXIF_IFD, ORIENTATION, DATE_TIME_ORIGINAL = 0x8769, 0x0112, 0x9003

Wanted = Callable[[str], bool]
AS_JPG = "请在手机上把照片存成 JPG 再交（苹果手机：设置—相机—格式—兼容性最佳），或重新拍一张。"


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as it is filed; `size` and `sha256` are those of `data`.

    `taken_on` is the day the camera wrote down, `marks` the texts of the QR
    codes on the pages, each once, in the order of the pages.
    """

    data: bytes
    suffix: str
    sha256: str
    size: int
    pages: int
    taken_on: date | None
    marks: tuple[str, ...]


def prepare(path: Path, wanted: Wanted = bool) -> Scan:
    """Return the scan at `path` as it should be filed, or refuse it.

    `wanted` says whether a QR text is the one that is looked for, so that a
    poster's code in the picture does not end the search for a faint one.
    """
    data = _read(path)
    with _explained(path.name):
        source = _opened(data, path.name)
        return _photograph(source, path.name, wanted) if source else _pdf(data, path.name, wanted)


def read_marks(image: Image, wanted: Wanted = bool) -> tuple[str, ...]:
    """Return the texts of the QR codes in `image`, each once.

    The whole picture first; when nothing wanted is in it, parts of it in
    several treatments, since a 12 mm code may be blurred, dark or tiny.
    """
    import zxingcpp

    only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found: dict[str, None] = {}
    for view in _views(image.convert("L")):
        codes = zxingcpp.read_barcodes(view, formats=only_qr, try_invert=False)
        found |= dict.fromkeys(code.text for code in codes)
        if any(map(wanted, found)):
            break
    return tuple(found)


def _scan(data: bytes, suffix: str, pages: int, day: date | None, marks: tuple[str, ...]) -> Scan:
    return Scan(data, suffix, hashlib.sha256(data).hexdigest(), len(data), pages, day, marks)


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise NotFound(f"找不到文件「{path}」。", "请检查文件名；要给文件本身，不是文件夹。")
        with path.open("rb") as file:
            # The size is counted while reading: a file may grow meanwhile.
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageProblem(f"读不了「{path.name}」。", "文件可能正被别的程序打开，请关闭后重试。") from error
    if not data:
        raise Refused(f"「{path.name}」是空文件。", "可能没有传完，请重新传一次。")
    if len(data) > MAX_BYTES:
        raise Refused(f"「{path.name}」超过 50 MB，太大了。", "请用较低的分辨率重新扫描，或分成几个文件。")
    return data


def _opened(data: bytes, name: str) -> ImageFile | None:
    """Return the photograph in `data`, judged by how it begins; None is a PDF."""
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile

    # Pillow's plugins are called directly: Image.open would try other kinds
    # too, and judges size by a limit that is global to the process.
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(BytesIO(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile(BytesIO(data))
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return _heic(data, name)
    if b"%PDF-" in data[:1024]:  # readers allow some bytes before it
        return None
    hint = "请重新拍照或扫描，或另存为 JPG 或 PDF；只改扩展名没有用。"
    raise Refused(f"「{name}」不是 JPG、PNG、HEIC 照片，也不是 PDF。", hint)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn whatever a decoder raises on broken bytes into one refusal."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except RecordkitError:
        raise
    # Decoders raise nearly anything (SyntaxError, struct.error, MemoryError …).
    except Exception as error:
        raise Refused(f"「{name}」已损坏或没有传完。", "请重新传一次，或重新拍照、扫描。") from error


def _heic(data: bytes, name: str) -> ImageFile:
    from PIL.PngImagePlugin import PngImageFile

    try:
        from pillow_heif import libheif_version
    except ImportError as error:
        raise Refused("这台电脑还不能读 HEIC 照片：缺少 pillow_heif。", AS_JPG) from error
    if tuple(map(int, libheif_version().split("."))) < SAFE_LIBHEIF:
        raise Refused("这台电脑上读 HEIC 的部件（libheif）有安全漏洞，没有打开照片。", AS_JPG)
    # -P: the working folder is shared, no module may be taken from there.
    command = [sys.executable, "-P", "-c", HEIC_TO_PNG, str(MAX_PIXELS)]
    ran = subprocess.run(command, input=data, capture_output=True, timeout=120, check=True)
    size, _, png = ran.stdout.partition(b"\n")
    width, height = map(int, size.split())
    _check_pixels((width, height), name)
    image = PngImageFile(BytesIO(png))
    image.format = "HEIF"
    return image


def _photograph(source: ImageFile, name: str, wanted: Wanted) -> Scan:
    _check_pixels(source.size, name)
    turn, day = _camera_notes(source)
    image = _upright(_flat(source), turn)
    marks = read_marks(image, wanted)
    return _scan(*_encoded(image, line_art=source.format == "PNG"), 1, day, marks)


def _check_pixels(size: tuple[int, int], name: str) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise Refused(f"「{name}」超过 1 亿像素。", "请用手机的普通模式重拍，或降低分辨率重新扫描。")


def _camera_notes(image: ImageFile) -> tuple[int, date | None]:
    """Return the EXIF orientation (1 = upright) and the day of the picture."""
    try:
        exif = image.getexif()
        stamp = exif.get_ifd(EXIF_IFD).get(DATE_TIME_ORIGINAL)
        return exif.get(ORIENTATION, 1), _day(stamp)
    except Exception:  # unreadable notes must not cost the picture
        return 1, None


def _day(stamp: object) -> date | None:
    try:
        return date.fromisoformat(str(stamp)[:10].replace(":", "-"))
    except ValueError:  # cameras without a clock write zeros
        return None


def _flat(image: Image) -> Image:
    """Return `image` as plain grey or RGB of working size, on white paper."""
    from PIL import Image as images

    if image.mode == "I;16":
        image = image.point(lambda value: value * (1 / 256))
    plain = "RGBA" if image.has_transparency_data else "RGB"
    plain = "L" if image.mode in ("1", "L", "I;16") else plain
    # Converting to the same mode would be one more copy of a large picture.
    image = image if image.mode == plain else image.convert(plain)
    image = image.reduce(-(-max(image.size) // WORKING_EDGE))
    if image.mode == "RGBA":
        paper = images.new("RGBA", image.size, "white")
        image = images.alpha_composite(paper, image).convert("RGB")
    return image


def _upright(image: Image, orientation: int) -> Image:
    from PIL.Image import Transpose as To

    undo = (To.FLIP_LEFT_RIGHT, To.ROTATE_180, To.FLIP_TOP_BOTTOM, To.TRANSPOSE,
            To.ROTATE_270, To.TRANSVERSE, To.ROTATE_90)  # fmt: skip
    return image.transpose(undo[orientation - 2]) if orientation in range(2, 9) else image


def _encoded(image: Image, line_art: bool) -> tuple[bytes, str]:
    image.thumbnail((LONG_EDGE, LONG_EDGE))
    image.info = {}  # savers take comments, colour profiles and more from here
    jpeg, png = BytesIO(), BytesIO()
    image.save(jpeg, "JPEG", optimize=True, quality=85)
    if line_art:
        image.save(png, "PNG", optimize=True)
    if 0 < png.tell() < jpeg.tell():
        return png.getvalue(), ".png"
    return jpeg.getvalue(), ".jpg"


def _pdf(data: bytes, name: str, wanted: Wanted) -> Scan:
    from PIL import Image as images

    marks: dict[str, None] = {}
    limits = (MAX_PAGES, MARKED_PAGES, MAX_PIXELS, RENDER_DPI, WORKING_EDGE)
    command = [sys.executable, "-P", "-c", PDF_TO_GREY, *map(str, limits)]
    with TemporaryFile() as drawn:
        # Overrun or brought down, what was drawn until then counts: proof that
        # is only slow to draw must not be refused for want of its QR codes.
        with suppress(subprocess.TimeoutExpired):
            ran = subprocess.run(
                command, input=data, stdout=drawn, stderr=subprocess.DEVNULL, timeout=PDF_SECONDS, check=False
            )
            if ran.returncode == FAULTY:
                raise ValueError("PDFium does not take it")
        drawn.seek(0)
        first = drawn.readline()
        if first.startswith(b"locked"):
            raise Refused(f"「{name}」加了密码或限制。", "请去掉密码另存，或打印成新的 PDF 再交。")
        pages = int(first)
        if pages > MAX_PAGES:
            raise Refused(f"「{name}」有 {pages} 页，超过 {MAX_PAGES} 页。", "请按表拆成几个文件再交。")
        while header := drawn.readline():
            width, height = map(int, header.split()[1:])
            _check_pixels((width, height), name)
            if len(grey := drawn.read(width * height)) == width * height:
                image = images.frombytes("L", (width, height), grey)
                marks |= dict.fromkeys(read_marks(image, wanted))
    return _scan(data, ".pdf", pages, None, tuple(marks))


def _views(grey: Image) -> Iterator[Image]:
    """Yield the picture, then its corners treated."""
    from PIL import ImageFilter, ImageOps

    yield grey
    w, h = grey.size
    if min(w, h) < 21:  # a QR code has at least so many squares a side
        return
    # Overlapping, and bottom right first: there the forms have theirs.
    boxes = [(x, y, x + w * 3 // 5, y + h * 3 // 5) for y in (h * 2 // 5, 0) for x in (w * 2 // 5, 0)]
    out_of_focus, noisy = ImageFilter.UnsharpMask(2, 250, 0), ImageFilter.GaussianBlur(1)
    for treatment, factor in ((out_of_focus, 3), (noisy, 2)):
        for box in boxes:
            yield ImageOps.scale(grey.crop(box).filter(treatment), factor)
