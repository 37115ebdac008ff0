"""A pack for trainers is whole, the same each time, and says what the model and the rules say."""

from __future__ import annotations

import errno
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from types import ModuleType

import docx
import pypdf
import pytest
from conftest import ROOT, SAMPLES
from docx.oxml.ns import qn
from peers import pages

from recordkit import forms
from recordkit.checks.rules import RULES
from recordkit.errors import Conflict, RecordkitError, UsageProblem
from recordkit.formats import pdf
from recordkit.formats.package import read_parts
from recordkit.forms import Arranged, Form
from recordkit.forms.blocks import Table, cells
from recordkit.records import kinds
from recordkit.records.fields import Nature
from recordkit.records.kinds import Unstated
from recordkit.records.reading import Loaded
from recordkit.tasks import guides, packs, printing, reviewing
from recordkit.tasks.workspace import opened

TODAY = date(2026, 11, 23)
NAME = "空白表单包 2026-11-23（{}张）.zip"
CATALOGUE = forms.catalogue()
INTAKE, AGREEMENT = (forms.load(f"casework/{slug}") for slug in ("intake", "service-agreement"))
# Of the program, not of a form a person fills in.
OF_NO_FORM = {"waiver", "conflict_copy", "repeated_number", "without_snapshot"}


def made(form: Form, arranged: Arranged) -> Iterator[tuple[str, bytes]]:
    """Blanks that cost nothing."""
    yield "（空白）.txt", form.title.encode()
    yield "（可填写）.xlsx", form.id.encode()


def texts(arranged: Arranged) -> list[str]:
    return [cell.text for block in arranged.blocks for cell in cells(block)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of all forms, of a station."""
    folder = tmp_path_factory.mktemp("包")
    make = packs.blanks(["docx", "pdf"])
    return packs.pack(CATALOGUE, make, folder, opened(SAMPLES), today=TODAY)


# --- the zip


def test_each_form_has_its_blanks_a_guide_and_an_example(whole: Path) -> None:
    with zipfile.ZipFile(whole) as archive:
        names = archive.namelist()

    assert whole.name == NAME.format(len(CATALOGUE))
    assert {"目录.pdf", "目录.docx", "版本与校验.txt", "SHA256SUMS"} < set(names)
    for form in CATALOGUE:
        stem = f"个案工作/{form.code} {form.title.replace('/', '、')}"
        tails = {name.removeprefix(stem) for name in names if name.startswith(stem)}
        assert tails == {"（空白）.docx", "（空白）.pdf", "（填写说明）.pdf", "（填好的样例）.pdf"}


def test_names_can_be_unpacked_on_windows(whole: Path) -> None:
    with zipfile.ZipFile(whole) as archive:
        entries = archive.infolist()

    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    for entry in entries:
        assert entry.filename.isascii() or entry.flag_bits & 0x800, entry.filename
        assert not re.search(r'[<>:"|?*·\\]|^/|\.\.|//', entry.filename), entry.filename
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)


@pytest.mark.skipif(not shutil.which("unzip") or not shutil.which("sha256sum"), reason="no unzip, sha256sum")
def test_other_programs_unpack_and_prove_it(whole: Path, tmp_path: Path) -> None:
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    subprocess.run(["unzip", "-q", whole], cwd=tmp_path, check=True, env=environment)
    prove = ["sha256sum", "--strict", "-c", "SHA256SUMS"]

    assert subprocess.run(prove, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    (tmp_path / "目录.pdf").write_bytes(b"%PDF-1.7 other")
    assert subprocess.run(prove, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_every_file_has_its_checksum_in_both_lists(whole: Path) -> None:
    with zipfile.ZipFile(whole) as archive:
        data = {name: archive.read(name) for name in archive.namelist()}
    sums = dict(line.split("  ")[::-1] for line in data.pop("SHA256SUMS").decode().splitlines())
    page = data["版本与校验.txt"].decode("utf-8-sig")

    assert {name: hashlib.sha256(content).hexdigest() for name, content in data.items()} == sums
    assert all(f"{sums[name]}  {name}\r\n" in page for name in data if name != "版本与校验.txt")
    assert all(f"第{form.version}版  {form.id}\r\n" in page for form in CATALOGUE)


def test_the_same_pack_has_the_same_bytes(tmp_path: Path) -> None:
    one, other = (
        packs.pack(wanted, made, tmp_path / name, today=TODAY).read_bytes()
        for name, wanted in (("a", [INTAKE, AGREEMENT]), ("b", [AGREEMENT, INTAKE, AGREEMENT]))
    )

    assert one == other


def test_another_blank_is_another_version(tmp_path: Path) -> None:
    def other(form: Form, arranged: Arranged) -> Iterator[tuple[str, bytes]]:
        yield "（空白）.txt", b"changed"

    said = set()
    for number, make in enumerate((made, other)):
        path = packs.pack([INTAKE], make, tmp_path / str(number), today=TODAY)
        with zipfile.ZipFile(path) as archive:
            said |= set(re.findall(r"包版本：(\S+)", archive.read("版本与校验.txt").decode()))

    assert len(said) == 2
    assert all(re.fullmatch(r"1-2026-11-23-[0-9A-F]{4}", version) for version in said)


def test_a_pack_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / NAME.format(1)
    path.write_bytes("别人的".encode())

    with pytest.raises(Conflict, match="已经存在"):
        packs.pack([INTAKE], made, tmp_path, today=TODAY)

    assert path.read_bytes() == "别人的".encode()
    assert packs.pack([INTAKE], made, tmp_path, today=TODAY, force=True) == path
    assert zipfile.is_zipfile(path)


def test_a_pack_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken(form: Form, arranged: Arranged) -> Iterator[tuple[str, bytes]]:
        yield from made(form, arranged)
        raise UsageProblem("这种格式做不出来")

    with pytest.raises(UsageProblem):
        packs.pack([INTAKE], broken, tmp_path, today=TODAY)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("recordkit.records.disk.os.fsync", full)

    with pytest.raises(RecordkitError, match="磁盘满了"):
        packs.pack([INTAKE], made, tmp_path, today=TODAY, force=force)

    assert list(tmp_path.iterdir()) == []


def test_nothing_or_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="没说要哪些表"):
        packs.pack([], made, tmp_path, today=TODAY)
    with pytest.raises(UsageProblem, match="不会写"):
        packs.blanks(["odt"])


def test_a_big_pack_does_not_fill_the_memory(tmp_path: Path) -> None:
    def big(form: Form, arranged: Arranged) -> Iterator[tuple[str, bytes]]:
        for number in range(10):
            yield f"（{number}）.bin", bytes(5_000_000)

    packs.pack([INTAKE], made, tmp_path, today=TODAY)  # what is kept ready from now on
    tracemalloc.start()
    path = packs.pack([INTAKE, AGREEMENT], big, tmp_path, today=TODAY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert path.stat().st_size > 100_000_000
    assert peak < 30_000_000


def test_titles_of_a_stations_own_layout_make_no_paths(tmp_path: Path) -> None:
    hostile = replace(INTAKE, title='..\\..\\登/记*表"{{ 1 }}', fills="<w:t>&{% for %}")

    path = packs.pack([hostile], made, tmp_path, today=TODAY)

    with zipfile.ZipFile(path) as archive:
        inner = [name for name in archive.namelist() if name.startswith("个案工作/")]
        assert inner
        assert all(name.count("/") == 1 and "\\" not in name for name in inner)
        with zipfile.ZipFile(archive.open("目录.docx")) as word:
            assert "&lt;w:t&gt;&amp;{% for %}" in word.read("word/document.xml").decode()


def test_two_forms_of_one_name_are_refused(tmp_path: Path) -> None:
    twin = replace(AGREEMENT, code="ga02", title=INTAKE.title)

    with pytest.raises(UsageProblem, match="两个文件都叫"):
        packs.pack([INTAKE, twin], made, tmp_path, today=TODAY)


def test_a_long_title_still_makes_a_file_name(tmp_path: Path) -> None:
    path = packs.pack([replace(INTAKE, title="很长" * 200)], made, tmp_path, today=TODAY)

    with zipfile.ZipFile(path) as archive:
        assert max(len(name.rpartition("/")[2].encode()) for name in archive.namelist()) < 255


# --- what is of the station, and of nobody


def test_only_the_stations_name_is_in_it(whole: Path) -> None:
    """Guides and index know nobody; the example's people are the samples'."""
    station = opened(SAMPLES).profile
    people = {person.name for person in (*station.staff, *station.outside)}

    for form in CATALOGUE:
        said = " ".join(texts(guides.guide(form, station)))
        assert not [name for name in people if name in said]
        assert station.station.code not in said.replace("LX01-FW-000123", "")
    assert guides.guide(INTAKE, station).page.station == station.station.name
    assert guides.guide(INTAKE).page.station == ""


def test_the_example_is_marked_and_no_scan_is_filed_by_it() -> None:
    samples = opened(SAMPLES)

    for form in CATALOGUE:
        shown = packs.example(form, samples)
        assert shown, form.id
        assert (shown.page.state, shown.page.qr) == ("样例·虚构", "")
    assert packs.example(replace(INTAKE, id="casework/none"), samples) is None


def test_the_index_in_word_says_the_same_as_in_pdf(whole: Path) -> None:
    with zipfile.ZipFile(whole) as archive:
        blank = archive.read("个案工作/GA03 个案服务协议与知情同意书（空白）.pdf")
        word = docx.Document(io.BytesIO(archive.read("目录.docx")))
        sheets = pypdf.PdfReader(io.BytesIO(archive.read("目录.pdf"))).pages
    said = "".join(sheet.extract_text() for sheet in sheets)
    rows = [
        ["".join(part.text or "" for part in cell._tc.iter(qn("w:t"))) for cell in row.cells]
        for row in word.tables[0].rows
    ]

    assert [row[1] for row in rows[1 : len(CATALOGUE) + 1]] == [form.code for form in CATALOGUE]
    assert rows[3][2:4] == [AGREEMENT.title, AGREEMENT.stage]
    assert rows[3][7] == str(len(pypdf.PdfReader(io.BytesIO(blank)).pages)) == "2"
    assert rows[3][9] == "空白 docx、pdf填写说明、填好的样例 pdf"
    assert all(form.code in said for form in CATALOGUE)
    assert "2026年11月23日" in said


# --- the guide


@pytest.mark.parametrize("form", CATALOGUE, ids=lambda form: form.slug)
def test_the_guide_explains_every_field_once_in_the_forms_order(form: Form) -> None:
    found = [
        row[0].text.split("\n")[0].removeprefix("└ ")
        for block in guides.guide(form).blocks
        if isinstance(block, Table) and block.title.startswith("三、")
        for row in block.rows
    ]

    listed = [form.spec_at(path) for path, _ in reviewing.fields(form)]
    assert found == [spec.label for spec in listed if spec]
    assert set(form.names()) <= {path for path, _ in reviewing.fields(form)}


@pytest.mark.parametrize("form", CATALOGUE, ids=lambda form: form.slug)
def test_the_guide_says_what_the_model_says(form: Form) -> None:
    said = "\n".join(texts(guides.guide(form)))

    for _, spec in reviewing.fields(form):
        if spec.nature is Nature.TYPED:
            assert all(option in said for option in spec.kind.options())
            assert all(part.strip("　 ") in said for part in re.split("[√×]", spec.hint))
        if spec.need and spec.need.condition:
            assert spec.need.condition.says(form.model.label_of) in said
    assert all(clause in said for clause in (*form.clauses, form.fills, form.signs, form.notes))


def test_good_and_bad_stand_on_lines_of_their_own() -> None:
    said = chain.from_iterable(text.split("\n") for text in texts(guides.guide(INTAKE)))
    lines = list(said)

    assert "√“找过居委会两次，邻居代买药”" in lines
    assert "×“曾多方求助未果”" in lines


def test_a_consent_is_ticked_by_the_person() -> None:
    rows = {
        row[0].text.split("\n")[0]: [cell.text for cell in row]
        for block in guides.guide(AGREEMENT).blocks
        if isinstance(block, Table)
        for row in block.rows
    }

    assert rows["处理一般个人信息"][3] == "本人"
    assert rows["社会工作者"][3] == "社会工作者签"
    assert rows["运营机构（盖章）"][3] == "运营机构盖章"
    assert rows["投诉渠道"][1:4] == ["自动带出，不用填", "", "程序"]
    assert rows["收费说明"][2] == "服务是否收费为“低偿”时，必填"


def test_a_stations_own_fields_are_explained(tmp_path: Path) -> None:
    layout = tmp_path / "casework" / "intake.toml"
    layout.parent.mkdir()
    own = '\n[[field]]\nname = "local.fund_code"\nlabel = "购买方编号"\nhint = "合同上的"\n'
    section = '\n[[section]]\ntitle = "购买方"\nrows = [["local.fund_code"]]\n'
    shipped = (ROOT / "templates/casework/intake.toml").read_text(encoding="utf-8")
    layout.write_text(shipped + own + section, encoding="utf-8")

    said = texts(guides.guide(forms.load("casework/intake", tmp_path)))

    assert "购买方编号" in said
    assert "文字\n合同上的" in said


def test_what_the_guide_calls_readable_is_read() -> None:
    for kind in (kinds.Day(), kinds.DayTime(), kinds.Days(), kinds.Times(), kinds.Number(), kinds.Money()):
        said = guides._HANDS[type(kind)].screen
        written = re.sub("^(?:如|只写数字，如) |都认.*", "", said).split("、")
        assert all(kind.read(text) is not None for text in written), said


def test_codes_in_a_guide_are_found_by_a_search() -> None:
    """No break stands inside a code: a viewer's search would not find it."""
    sheets = pypdf.PdfReader(io.BytesIO(pdf.write(guides.guide(INTAKE)))).pages
    said = "".join(sheet.extract_text() for sheet in sheets)

    assert {f"（{one.rule.code}）" for one in reviewing.rules_of(INTAKE) if one.paths} <= set(
        re.findall(r"（[A-Z]{2}-\d{2}）", said)
    )
    assert not re.search(r"[A-Z]\u200b|\u200b-", said)


def test_nobody_would_circle_anything_on_the_pages(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(whole) as archive:
        inner = ["目录.pdf", *(name for name in archive.namelist() if re.search("GA0[46].*填写说明", name))]
        files = [Path(archive.extract(name, tmp_path)) for name in inner]

    assert len(files) == 3
    for file in files:
        assert not [told for told in pages.problems(file) if "last page" not in told], file.name


def test_guides_are_printed_with_every_sign() -> None:
    for form in CATALOGUE:
        assert pdf.unprintable(guides.guide(form)) == []


# --- the rules


def test_every_rule_stands_in_the_guide_of_some_form() -> None:
    told = {one.rule.check.__name__ for form in CATALOGUE for one in reviewing.rules_of(form)}

    assert told == {rule.check.__name__ for rule in RULES} - OF_NO_FORM


def test_the_places_of_rules_are_fields_of_forms() -> None:
    slugs = {form.slug: form for form in CATALOGUE}

    for place in chain.from_iterable(said.split() for said in reviewing._PLACES.values()):
        slug, _, path = place.partition(".")
        assert not path or slugs[slug].spec_at(path), place


@pytest.fixture(scope="module")
def kit() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The mistakes that the tests of the rules make."""
    folder = str(ROOT / "tests" / "checks")
    sys.path.insert(0, folder)
    import mistakes
    import sample_case

    yield mistakes, sample_case
    sys.path.remove(folder)


def test_where_a_rule_finds_a_mistake_the_guide_says_so(
    kit: tuple[ModuleType, ModuleType], tmp_path: Path
) -> None:
    """What rules remark on in the samples with each mistake made: the guide of that
    form names the rule, at that field where it is one the form shows."""
    mistakes, sample_case = kit
    listed = {
        form.id: {one.rule.check.__name__: one for one in reviewing.rules_of(form)} for form in CATALOGUE
    }
    heard = set()
    for name, changes in mistakes.CASES.items():
        folder = sample_case.Folder.copied(tmp_path / name)
        for change in changes:
            change(folder)
        case = folder.case()
        for rule in (rule for rule in RULES if rule.check.__name__ not in OF_NO_FORM):
            for remark in rule.check(case):
                assert isinstance(remark.at, Loaded)
                one = listed[remark.record.form_id].get(rule.check.__name__)
                assert one, f"{rule.code} {rule.title}: {remark.record.form_id}"
                field = remark.field.removesuffix("_other").partition(".")[0]
                shown = {
                    path.partition(".")[0] for path, _ in reviewing.fields(forms.load(remark.record.form_id))
                }
                told = {path.partition(".")[0] for path in one.paths}
                assert field in told or field not in shown or not told, (
                    rule.code,
                    remark.record.form_id,
                    field,
                )
                heard.add(rule.check.__name__)

    assert heard == {rule.check.__name__ for rule in RULES} - OF_NO_FORM


def test_nothing_unstated_slips_into_a_guide() -> None:
    said = " ".join(chain.from_iterable(texts(guides.guide(form)) for form in CATALOGUE))

    assert "None" not in said
    assert not re.search(r"\b(?:casework|Moment|Spec)\b", said)
    assert str(Unstated.REFUSED) in said
    assert printing.DRAFT not in said


def test_a_pack_of_fillable_forms_names_nobody_of_the_station(tmp_path: Path, station: Path) -> None:
    home = opened(station)
    make = packs.blanks(["docx"], home, fillable=True)
    path = packs.pack([forms.load("casework/intake")], make, tmp_path, home, today=date(2026, 11, 23))
    with zipfile.ZipFile(path) as archive:
        [word] = [name for name in archive.namelist() if name.endswith("（可填写）.docx")]
        parts = read_parts(archive.read(word))
    names = [person.name.encode() for person in home.profile.staff]
    assert names
    assert not [name for name in names if any(name in part for part in parts.values())]
