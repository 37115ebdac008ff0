"""一叠: many forms in one PDF, as its readers find it: qpdf, pypdf, pdfplumber, poppler."""

from __future__ import annotations

import io
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pdfplumber
import pikepdf
import pypdf
import pytest

from recordkit import forms
from recordkit.errors import NotFound, Refused
from recordkit.formats import pdf, pile
from recordkit.formats.pile import Sheet
from recordkit.records.context import Context
from recordkit.records.reading import load
from tests.conftest import SAMPLES

DAY = date(2026, 3, 5)
A4, LYING = (595, 842), (842, 595)


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Some records of the sample station, printed."""
    folder = tmp_path_factory.mktemp("打印")
    made = []
    for name in ("intake", "service-agreement", "session-record-0003", "closing-report"):
        record = load(next((SAMPLES / "dossiers").rglob(f"{name}.yaml"))).record
        assert record
        made.append(folder / f"{name} 表.pdf")
        made[-1].write_bytes(pdf.write(forms.filled(forms.load(record.form_id), record, Context())))
    return made


def sheet(file: Path, at: int = 0, group: str = "LX01-GA-2026-0007", title: str = "个案接案登记表") -> Sheet:
    return Sheet(file, group, f"{group}-{at:02d}", title, "2026年3月5日")


def drawn(path: Path, *sizes: tuple[float, float]) -> Path:
    """A PDF with an empty page of each size."""
    with pikepdf.new() as document:
        for size in sizes:
            document.add_blank_page(page_size=size)
        document.save(path)
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return drawn(tmp_path / "一页.pdf", A4)


def piled(
    sheets: Sequence[Sheet], missing: Sequence[tuple[str, str]] = (), duplex: bool = False
) -> tuple[bytes, pile.Pile]:
    target = io.BytesIO()
    made = pile.write(
        sheets,
        target,
        title="一叠",
        station="泺溪街道社会工作服务站",
        on=DAY,
        missing=missing,
        duplex=duplex,
    )
    return target.getvalue(), made


def sizes(data: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(io.BytesIO(data)) as document:
        return [(round(page.mediabox[2]), round(page.mediabox[3])) for page in document.pages]


def lines(data: bytes, *pages: int) -> list[str]:
    """The lines of text on some pages, counted from 0."""
    with pdfplumber.open(io.BytesIO(data)) as document:
        return [
            line for page in pages for line in document.pages[page].extract_text().split("\n") if line.strip()
        ]


def bookmarks(data: bytes) -> list[tuple[int, str, int]]:
    """Level, text and page (from 1) of each bookmark, as pypdf reads them."""
    reader = pypdf.PdfReader(io.BytesIO(data))

    def walked(outline: list[object], level: int) -> Iterator[tuple[int, str, int]]:
        for one in outline:
            if isinstance(one, list):
                yield from walked(one, level + 1)
            else:
                yield level, str(one.title), reader.get_destination_page_number(one) + 1  # type: ignore[attr-defined, arg-type]

    return list(walked(list(reader.outline), 0))


def linked(data: bytes) -> list[tuple[int, int]]:
    """The page of each link and the one it leads to, in the order of the text."""
    with pikepdf.open(io.BytesIO(data)) as document:
        places = {page.objgen: at for at, page in enumerate(document.pages, 1)}
        return [
            (at, places[link.Dest[0].objgen])
            for at, page in enumerate(document.pages, 1)
            for link in page.get("/Annots", ())
        ]


def sound(data: bytes) -> bool:
    with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
        return not document.check_pdf_syntax() and not document.get_warnings()


def test_a_pile_has_contents_and_every_form_in_order(prints):
    data, made = piled([sheet(file, at) for at, file in enumerate(prints)])

    counts = [len(pypdf.PdfReader(file).pages) for file in prints]
    assert made.begins == tuple(2 + sum(counts[:at]) for at in range(len(prints)))
    assert made.pages == len(pypdf.PdfReader(io.BytesIO(data)).pages) == 1 + sum(counts)
    assert sound(data)
    for file, begin in zip(prints, made.begins, strict=True):
        assert lines(data, begin - 1) == lines(file.read_bytes(), 0)


def test_the_contents_tell_number_title_day_pages_and_where_each_begins(prints):
    titles = ["个案接案登记表", "个案服务协议与知情同意书", "面谈记录表", "个案结案报告"]
    sheets = [
        sheet(file, at, title=title) for at, (file, title) in enumerate(zip(prints, titles, strict=True))
    ]
    data, made = piled(sheets)

    told = lines(data, 0)
    assert "共 4 份" in told[2]
    rows = [line.split() for line in told if re.match(r"\d+ LX01", line)]
    counts = [len(pypdf.PdfReader(file).pages) for file in prints]
    assert rows == [
        [str(at + 1), one.number, one.title, one.day, str(counts[at]), str(made.begins[at])]
        for at, one in enumerate(sheets)
    ]
    assert f"{sum(counts)} 页；连目录共 {made.pages} 页。" in told[2]


def test_bookmarks_and_links_lead_to_the_page_on_which_a_form_begins(tmp_path):
    files = [drawn(tmp_path / f"{count}.pdf", *[A4] * count) for count in (1, 2, 3, 1)]
    sheets = [sheet(file, at, f"LX01-GA-2026-000{at // 2 + 7}") for at, file in enumerate(files)]
    data, made = piled(sheets)

    first, second, third, fourth = made.begins
    assert made.begins == (2, 3, 5, 8)
    assert bookmarks(data) == [
        (0, "目录", 1),
        (0, "LX01-GA-2026-0007", first),
        (1, "LX01-GA-2026-0007-00 个案接案登记表", first),
        (1, "LX01-GA-2026-0007-01 个案接案登记表", second),
        (0, "LX01-GA-2026-0008", third),
        (1, "LX01-GA-2026-0008-02 个案接案登记表", third),
        (1, "LX01-GA-2026-0008-03 个案接案登记表", fourth),
    ]
    assert sorted(set(linked(data))) == [(1, begin) for begin in made.begins]
    assert len(linked(data)) == 3 * len(sheets)


def test_a_pile_without_groups_has_no_headings(plain):
    data, _ = piled([Sheet(plain, "", f"LX01-{at}", "探访记录表", "") for at in range(3)])

    assert [level for level, *_ in bookmarks(data)] == [0, 0, 0, 0]
    assert "其他" not in "".join(lines(data, 0))


def test_what_is_in_no_group_is_told_apart_from_what_is(plain):
    data, _ = piled([sheet(plain), Sheet(plain, "", "", "自拟表", "")])

    assert "其他" in lines(data, 0)
    assert bookmarks(data)[-2:] == [(0, "其他", 3), (1, "自拟表", 3)]


def test_printed_on_both_sides_every_form_begins_in_front(tmp_path):
    sized = ([A4], [A4, LYING, LYING], [LYING], [A4, A4])
    files = [drawn(tmp_path / f"{at}.pdf", *pages) for at, pages in enumerate(sized)]
    data, made = piled([sheet(file, at) for at, file in enumerate(files)], duplex=True)

    upright, lying = (595, 842), (842, 595)
    assert made.begins == (3, 5, 9, 11)
    assert sizes(data) == [
        upright, upright,
        upright, upright,
        upright, lying, lying, lying,
        lying, lying,
        upright, upright,
    ]  # fmt: skip
    assert lines(data, 1) == lines(data, 3) == []
    assert "请选双面打印" in "".join(lines(data, 0))
    assert sound(data)


def test_every_page_keeps_its_size(tmp_path):
    file = drawn(tmp_path / "a.pdf", A4, LYING, (300, 400))
    data, _ = piled([sheet(file)])

    assert sizes(data)[1:] == [(595, 842), (842, 595), (300, 400)]


def test_what_was_not_printed_is_listed_at_the_end_and_told_on_the_first_page(plain):
    gone = [
        (f"dossiers/LX01-GA-2026-{at:04d}/intake.yaml", "还缺 3 项：接案日期、接案社工") for at in range(40)
    ]
    data, made = piled([sheet(plain, at) for at in range(60)], gone)

    front = range(made.begins[0] - 1)
    assert "另有 40 份没有打印" in "".join(lines(data, 0))
    told = "".join(lines(data, *front))
    assert "没有打印，请补" in told
    assert all(f"GA-2026-{at:04d}/" in told for at in range(40))
    assert lines(data, front[-1])[-2].startswith("40 ")


def test_a_pile_of_nothing_but_what_is_missing_says_so():
    data, made = piled([], [("intake.yaml", "读不出来")])

    assert made == pile.Pile(1, ())
    assert "共 0 份" in "".join(lines(data, 0))
    assert "读不出来" in "".join(lines(data, 0))
    assert sound(data)


LONG = "街道（镇）社会工作服务站个案服务过程中使用的，名称特别长的记录表"


@pytest.mark.parametrize("count", [1, 30, 31, 32, 33, 34, 35, 36, 150])
def test_long_contents_go_over_pages_and_no_heading_stands_alone(plain, count):
    sheets = [
        sheet(plain, at, f"LX01-GA-2026-{at // 7:04d}", LONG * (1 + at % 3) if at % 5 == 0 else "探访记录表")
        for at in range(count)
    ]
    data, made = piled(sheets)

    numbers = []
    for page in range(made.begins[0] - 1):
        told = lines(data, page)
        assert told[0] == "泺溪街道社会工作服务站 2026年3月5日"
        assert f"第 {page + 1} 页 共 {made.begins[0] - 1} 页" in told[-1]
        assert "序号 编号 表单 日期 页数 起始页" in told
        assert not re.fullmatch(r"LX01-GA-\d+-\d+(（续）)?|序号.*", told[-2])
        numbers += [int(line.split()[0]) for line in told if re.match(r"\d+ LX01", line)]
    assert numbers == list(range(1, count + 1))


def test_texts_are_texts_and_never_code(plain):
    title = '<#a[x]> "引" \\ $a$ (1 0 R) 𠮷'
    data, _ = piled([Sheet(plain, "(a) 2 0 R", "#x", title, "")])

    assert '<#a[x]> "引" \\ $a$ (1 0 R) 𠮷' in "".join(lines(data, 0))
    assert bookmarks(data)[1:] == [(0, "(a) 2 0 R", 2), (1, f"#x {title}", 2)]


def test_a_pile_says_what_it_is_and_claims_no_standard(prints):
    data, made = piled([sheet(file) for file in prints])

    with pikepdf.open(io.BytesIO(data)) as document:
        root = document.Root
        assert str(document.docinfo.Title) == "一叠"
        assert str(root.Lang) == "zh-CN"
        assert root.PageMode == "/UseOutlines"
        assert root.ViewerPreferences.DisplayDocTitle
        assert [page.label for page in document.pages] == [str(at + 1) for at in range(made.pages)]
        assert not {"/Metadata", "/StructTreeRoot", "/MarkInfo", "/OutputIntents", "/AcroForm"} & set(
            root.keys()
        )
        assert not any("/StructParents" in page for page in document.pages)


def test_the_same_parts_make_the_same_bytes(prints):
    sheets = [sheet(file, at) for at, file in enumerate(prints)]

    assert piled(sheets, [("a", "b")], True)[0] == piled(sheets, [("a", "b")], True)[0]
    assert piled(sheets)[0] != piled(sheets[:-1])[0]


def test_what_is_in_several_parts_is_written_once(prints):
    one, _ = piled([sheet(prints[0])])
    twenty, _ = piled([sheet(prints[0], at) for at in range(20)])

    assert len(twenty) < 1.5 * len(one)


def broken(path: Path) -> Iterator[tuple[str, bytes]]:
    whole = path.read_bytes()
    yield "leer.pdf", b""
    yield "文字.pdf", "不是 PDF".encode()
    yield "半截.pdf", whole[: len(whole) // 2]
    yield "无尾.pdf", whole[:-100]
    yield "错位.pdf", whole.replace(b"endobj\n", b"endobj\n\n", 1)


def test_a_broken_part_is_named(prints, tmp_path, plain):
    for name, data in broken(prints[0]):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Refused, match=name):
            piled([sheet(plain), sheet(tmp_path / name)])


def hostile(path: Path, what: str) -> Path:
    with pikepdf.open(drawn(path, A4), allow_overwriting_input=True) as document:
        page = document.pages[0]
        loop = document.make_stream(b"q Q", Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1])
        if what == "loop":
            loop.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=loop))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=loop))
        if what == "no size":
            del page.MediaBox
        if what == "a locked file":
            document.save(path, encryption=pikepdf.Encryption(user="x", owner="y"))
        elif what == "deep":
            inner = pikepdf.Dictionary()
            for _ in range(3000):
                inner = document.make_indirect(pikepdf.Dictionary(A=inner))
            page.Resources = inner
            document.save(path)
        else:
            document.save(path)
    return path


def test_a_part_that_is_gone_is_named(tmp_path):
    with pytest.raises(NotFound, match="没了"):
        piled([sheet(tmp_path / "没了.pdf")])


@pytest.mark.parametrize("what", ["loop", "no size", "a locked file", "deep"])
def test_a_part_that_cannot_be_copied_is_named(tmp_path, what):
    file = hostile(tmp_path / "来路不明.pdf", what)

    with pytest.raises(Refused, match="来路不明"):
        piled([sheet(file)])


def test_a_part_brings_its_pages_and_nothing_that_acts(tmp_path):
    with pikepdf.open(drawn(tmp_path / "a.pdf", A4)) as document:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = script
        document.pages[0].AA = pikepdf.Dictionary(O=script)
        document.pages[0].Annots = [
            pikepdf.Dictionary(
                Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=pikepdf.Dictionary(URI="pile:0")
            )
        ]
        document.save(tmp_path / "b.pdf")
    data, _ = piled([sheet(tmp_path / "b.pdf")])

    assert b"JavaScript" not in data
    assert {page for page, _ in linked(data)} == {1}


def test_pages_that_inherit_their_size_keep_it(tmp_path):
    with pikepdf.open(drawn(tmp_path / "a.pdf", LYING, LYING)) as document:
        for page in document.pages:
            del page.MediaBox
        document.Root.Pages.MediaBox = pikepdf.Array([0, 0, *LYING])
        document.Root.Pages.Rotate = 90
        document.save(tmp_path / "b.pdf")
    data, _ = piled([sheet(tmp_path / "b.pdf")])

    assert sizes(data)[1:] == [(842, 595)] * 2
    with pikepdf.open(io.BytesIO(data)) as document:
        assert [page.obj.get("/Rotate", 0) for page in document.pages] == [0, 90, 90]


needs_poppler = pytest.mark.skipif(not shutil.which("pdftoppm"), reason="poppler-utils is not installed")


@needs_poppler
def test_poppler_sees_each_form_as_in_its_own_file(prints, tmp_path):
    data, made = piled([sheet(file, at) for at, file in enumerate(prints)], duplex=True)
    (tmp_path / "一叠.pdf").write_bytes(data)

    for file, begin in zip(prints, made.begins, strict=True):
        alone = dots(file, 1)
        assert len(set(alone)) > 2
        assert dots(tmp_path / "一叠.pdf", begin) == alone


@needs_poppler
def test_poppler_finds_nothing_wrong(prints, tmp_path):
    data, made = piled([sheet(file, at) for at, file in enumerate(prints)], [("a.yaml", "缺")], duplex=True)
    (tmp_path / "一叠.pdf").write_bytes(data)

    told = subprocess.run(
        ["pdfinfo", tmp_path / "一叠.pdf"], capture_output=True, text=True, encoding="utf-8"
    )
    text = subprocess.run(["pdftotext", tmp_path / "一叠.pdf", "-"], capture_output=True, encoding="utf-8")
    assert told.stderr == text.stderr == ""
    assert f"Pages:           {made.pages}\n" in told.stdout
    assert "一叠\n\n目录" in text.stdout


def dots(file: Path, page: int) -> bytes:
    """A page as poppler paints it."""
    asked = ["pdftoppm", "-r", "50", "-f", str(page), "-l", str(page), file]
    return subprocess.run(asked, capture_output=True, check=True).stdout


GROWN = """
import io, resource, sys
from datetime import date
from pathlib import Path
from recordkit.formats import pile

def sheets(count):
    for at in range(count):
        yield pile.Sheet(Path(sys.argv[1]), f"LX01-GA-2026-{at // 9:04d}", f"{at}", "个案接案登记表", "2026年3月5日")

class Nowhere(io.RawIOBase):
    def write(self, data):
        return len(data)

def size():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

for count in (300, 900):
    pile.write(sheets(count), Nowhere(), title="打印目录", station="", on=date(2026, 3, 5))
    print(size())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the size of a process is told otherwise here")
def test_a_pile_three_times_as_high_takes_little_more_memory(prints):
    done = subprocess.run(
        [sys.executable, "-c", GROWN, prints[0]], capture_output=True, text=True, check=True
    )

    few, many = map(int, done.stdout.split())
    assert many < few * 1.3


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_one_part_is_open_at_a_time(prints):
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (held + 6, limits[1]))
    try:
        _, made = piled([sheet(file, at) for at, file in enumerate(prints * 10)])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    assert len(made.begins) == 40
