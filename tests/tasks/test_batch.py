"""Many records printed: over several processes, whole after any stop, every failure told."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import batch_kit
import openpyxl
import pypdf
import pytest

from recordkit.errors import Exit, NotFound
from recordkit.tasks import batch, crew
from recordkit.tasks.journal import Journal
from recordkit.tasks.printing import Order, records_in

SOME = 50  # of 112 files
CASE = "LX01-GA-2026-0007"


@pytest.fixture
def many(station: Path) -> Path:
    """The station with fourteen cases of four records."""
    case = station / "dossiers" / CASE
    kept = ("intake", "assessment", "service-plan", "home-visit-0001")
    for file in case.glob("*.yaml"):
        if file.stem not in kept:
            file.unlink()
    for number in range(8801, 8814):
        copy = Path(shutil.copytree(case, station / "dossiers" / f"LX01-GA-2026-{number}"))
        for file in copy.glob("*.yaml"):
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace(CASE, copy.name), encoding="utf-8")
    return station


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def start(station: Path, *arguments: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "recordkit", "render", *arguments]
    pipe = subprocess.PIPE
    # A shell's `&` makes its children deaf to Ctrl-C.
    hears = None if os.name == "nt" else partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        line,
        cwd=station,
        stdout=pipe,
        stderr=pipe,
        start_new_session=True,
        preexec_fn=hears,  # noqa: PLW1509
    )


def wait_for(folder: Path, count: int) -> None:
    """Until so many forms are there, whole or not."""
    until = time.monotonic() + 60
    while len(list(folder.glob("[!.]*"))) < count:
        assert time.monotonic() < until
        time.sleep(0.005)


# --- what a batch makes ----------------------------------------------------------


def test_processes_print_what_one_alone_prints(many: Path, recordkit: Callable) -> None:
    done = recordkit("render", "dossiers", "-o", "出", "--workers", "2", cwd=many)
    sources = records_in([many / "dossiers"])
    singly = [batch.print_records(Order(many / "单"), [source])[0] for source in sources]

    assert done.code == 0, done.err
    assert len(sources) > batch.MANY
    assert contents(many / "出") == contents(many / "单")
    # in the order of the records, so that two runs say the same
    told = [Path(line).name for line in done.out.splitlines()]
    assert told == [file.name for printed in singly for file in printed.files]


def test_the_work_of_a_process_can_be_sent_to_another_machine(station: Path) -> None:
    order = Order(station / "出", ("docx",))
    sources = [station / "dossiers" / CASE / name for name in ("intake.yaml", "closing-report.yaml")]
    work, order, sources = pickle.loads(pickle.dumps((batch.print_records, order, sources)))

    first = pickle.loads(pickle.dumps(work(order, sources)))
    again = work(order, sources)  # an engine may deliver a job twice

    assert [len(printed.files) for printed in first] == [1, 1]
    assert again == first


def test_a_pattern_stands_for_its_records(station: Path, recordkit: Callable) -> None:
    done = recordkit("render", "dossiers/*/home-visit-*.yaml", "-o", "出", "--to", "docx", cwd=station)
    none = recordkit("render", "dossiers/*/没有*.yaml", "-o", "出", cwd=station)
    folders = recordkit("render", "cl*", "-o", "人", "--to", "docx", cwd=station)

    assert (done.code, len(done.out.splitlines())) == (0, 2)
    assert none.code == Exit.NOT_FOUND
    assert folders.code == 0


def test_what_is_there_already_is_left_and_what_differs_is_told(station: Path, recordkit: Callable) -> None:
    arguments = ("render", f"dossiers/{CASE}/intake.yaml", "-o", "出", "--to", "docx,pdf,xlsx")
    first = recordkit(*arguments, cwd=station)
    before = {file: file.stat().st_mtime_ns for file in (station / "出").iterdir()}
    again = recordkit(*arguments, cwd=station)
    own = next(file for file in before if file.suffix == ".docx")
    own.write_bytes(b"somebody's own")
    refused = recordkit(*arguments, cwd=station)

    assert (first.code, again.code, again.out) == (0, 0, first.out)
    assert {file: file.stat().st_mtime_ns for file in before if file != own} == {
        file: moment for file, moment in before.items() if file != own
    }
    assert refused.code == Exit.CONFLICT
    assert own.read_bytes() == b"somebody's own"


# --- failures --------------------------------------------------------------------


def test_every_failure_has_its_row_and_stops_nothing(many: Path, recordkit: Callable) -> None:
    folder = many / "dossiers" / CASE
    (folder / "坏.yaml").write_text("form: casework/follow-up\n", encoding="utf-8")
    (folder / "乱.yaml").write_bytes(b"\xff\xfe\x00\x01")
    (folder / "intake2.yaml").write_bytes((folder / "intake.yaml").read_bytes())  # the same number twice
    text = (folder / "intake.yaml").read_text(encoding="utf-8")
    (folder / "intake3.yaml").write_text(text.replace("\nversion: 1\n", "\nversion: 2\n"), encoding="utf-8")

    done = recordkit("render", "dossiers", "-o", "出", "--to", "docx", "--workers", "2", cwd=many)

    assert done.code == Exit.PARTIAL
    [book] = (many / "出").glob("打印问题*.xlsx")
    [plain] = (many / "出").glob("打印问题*.json")
    told = json.loads(plain.read_text(encoding="utf-8"))
    rows = list(openpyxl.load_workbook(book)["打印问题"].values)[1:]
    assert {row[0] for row in rows} == {Path(each["source"]).name for each in told["failed"]}
    assert {row[0] for row in rows} == {"坏.yaml", "乱.yaml", "intake3.yaml"}
    assert told["printed"] == len(list((many / "出").glob("*.docx"))) + 1
    assert all(row[2] and row[3] for row in rows)
    assert "3 份没有打印" in done.err


def test_where_nothing_fails_there_is_no_report(station: Path, recordkit: Callable) -> None:
    done = recordkit("render", "dossiers", "-o", "出", "--to", "docx", cwd=station)

    assert done.code == 0
    assert {file.suffix for file in (station / "出").iterdir()} == {".docx"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_process_that_dies_costs_one_job(workers: int) -> None:
    taken = []

    def jobs() -> Iterator[int]:
        for number in range(30):
            taken.append(number)
            yield number

    results = []
    for number, result in crew.spread(batch_kit.double, jobs(), workers):
        results.append((number, result))
        assert len(taken) <= len(results) + crew._AHEAD * workers  # never all of them in memory

    assert results == [(number, None if number == 13 else 2 * number) for number in range(30)]


def test_what_a_killed_process_left_half_written_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, pauses = tmp_path / ".~live.tmp", []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        live.rename(tmp_path / "一份.pdf")  # a live process is quicker

    monkeypatch.setattr(time, "sleep", pause)
    with Journal(tmp_path):
        (tmp_path / ".~dead.tmp").write_bytes(b"half")
        live.write_bytes(b"whole")

    assert contents(tmp_path) == {"一份.pdf": b"whole"}
    assert pauses


# --- stopped and resumed ---------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals")
def test_killed_in_the_middle_and_resumed_each_file_is_there_once_and_whole(many: Path) -> None:
    arguments = ("dossiers", "-o", "出", "--workers", "2")
    killed = start(many, *arguments)
    wait_for(many / "出", SOME)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)  # the pipes close when the last of its processes has gone
    before = {file: file.stat().st_mtime_ns for file in (many / "出").glob("[!.]*")}

    resumed = start(many, *arguments)
    _, told = resumed.communicate(timeout=120)
    fresh = start(many, "dossiers", "-o", "新", "--workers", "2")
    fresh.communicate(timeout=120)

    assert (resumed.returncode, fresh.returncode) == (0, 0), told.decode()
    assert SOME <= len(before) < len(contents(many / "新"))
    assert "上次已经打印" in told.decode()
    assert contents(many / "出") == contents(many / "新")  # also: nothing else is left there
    assert {file: file.stat().st_mtime_ns for file in before} == before


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals")
def test_interrupted_it_says_how_to_go_on(many: Path) -> None:
    arguments = ("dossiers", "-o", "出", "--workers", "2")
    stopped = start(many, *arguments)
    wait_for(many / "出", SOME)
    os.killpg(stopped.pid, signal.SIGINT)  # as a terminal does: to all its processes
    _, told = stopped.communicate(timeout=60)
    changed = many / "dossiers" / CASE / "intake.yaml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("\nversion: 1\n", "\nversion: 2\n", 1))

    resumed = start(many, *arguments)
    _, then = resumed.communicate(timeout=120)

    assert stopped.returncode == Exit.INTERRUPTED
    assert "会接着打印" in told.decode()
    assert "Traceback" not in told.decode()
    # What was changed in between is not passed off as printed.
    assert resumed.returncode == Exit.PARTIAL, then.decode()
    assert "内容不同" in then.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")
def test_an_impatient_ctrl_c_ends_it_while_processes_begin(many: Path) -> None:
    stopped = start(many, "dossiers", "-o", "出", "--workers", "2")
    until = time.monotonic() + 60
    while not list(many.glob("出/.~进度*")):
        assert time.monotonic() < until
        time.sleep(0.005)
    for pause in (0.1, 0.1, 0.1):
        time.sleep(pause)
        os.killpg(stopped.pid, signal.SIGINT)
    _, told = stopped.communicate(timeout=60)

    assert stopped.returncode == Exit.INTERRUPTED
    assert "Traceback" not in told.decode()


def test_what_was_printed_among_the_records_is_known_again(
    station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart = Path(shutil.copytree(station / "dossiers" / CASE, station.parent / "散放"))
    monkeypatch.chdir(apart)
    monkeypatch.setattr(batch, "MANY", 1)
    sources = records_in([apart])[:3]
    stopped = batch.render(sources, Order(to=("docx",)), 1)
    first = [next(stopped), next(stopped)]
    stopped.close()

    again = list(batch.render(sources, Order(to=("docx",)), 1))

    assert {printed.files[0].parent for printed in first} == {apart / "打印"}
    assert [printed.earlier for printed in again] == [True, True, False]


def test_two_runs_at_once_do_not_disturb_each_other(many: Path) -> None:
    runs = [start(many, "dossiers", "-o", "出", "--to", "docx") for _ in range(2)]
    ends = [(run.communicate(timeout=120)[1].decode(), run.returncode) for run in runs]

    assert [code for _, code in ends] == [0, 0], ends
    assert {file.suffix for file in (many / "出").iterdir()} == {".docx"}


# --- a pile ----------------------------------------------------------------------


def test_a_pile_holds_every_form_by_its_number_and_says_what_is_missing(
    many: Path, recordkit: Callable
) -> None:
    (many / "dossiers" / CASE / "坏.yaml").write_text("form: casework/follow-up\n", encoding="utf-8")

    done = recordkit("render", "dossiers", "--merge", "叠.pdf", "--duplex", "--workers", "2", cwd=many)
    again = recordkit("render", "dossiers", "--merge", "叠.pdf", cwd=many)

    assert done.code == Exit.PARTIAL
    assert done.out.splitlines() == ["叠.pdf"]
    assert not list(many.glob(".~*"))  # the parts are gone
    reader = pypdf.PdfReader(many / "叠.pdf")
    contents_page = reader.pages[0].extract_text()
    assert f"{CASE}/坏.yaml" in "".join(page.extract_text() for page in reader.pages[:4])
    marks = [mark for mark in reader.outline if isinstance(mark, list)]
    assert len(marks) == 14
    assert [mark.title.split()[0] for mark in marks[0]] == [
        f"{CASE}-{kind}" for kind in ("02", "04", "05", "07-1")
    ]
    assert all(reader.get_destination_page_number(mark) % 2 == 0 for mark in marks[0])
    assert "56 份" in contents_page
    assert again.code == Exit.CONFLICT


@pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")
def test_a_pile_goes_on_where_it_was_stopped_and_takes_what_was_mended(many: Path) -> None:
    arguments = ("dossiers", "--merge", "叠.pdf", "--workers", "2")
    stopped = start(many, *arguments)
    wait_for(many / ".~叠", SOME // 2)
    os.killpg(stopped.pid, signal.SIGINT)
    stopped.communicate(timeout=60)
    changed = many / "dossiers" / CASE / "intake.yaml"  # the mistake for which it was stopped
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("\nversion: 1\n", "\nversion: 2\n", 1), encoding="utf-8")

    resumed = start(many, *arguments)
    _, told = resumed.communicate(timeout=120)

    assert stopped.returncode == Exit.INTERRUPTED
    assert resumed.returncode == 0, told.decode()
    assert "上次已经打印" in told.decode()
    reader = pypdf.PdfReader(many / "叠.pdf")
    first = reader.get_destination_page_number(
        next(mark for mark in reader.outline if isinstance(mark, list))[0]
    )
    assert "版2" in reader.pages[first].extract_text()
    assert not list(many.glob(".~*"))


def test_a_pile_whose_parts_another_run_took_away_says_so(
    station: Path, recordkit: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_: object, **about: object) -> None:
        shutil.rmtree(station / ".~叠")
        raise NotFound("")

    monkeypatch.setattr("recordkit.formats.pile.write", taken)
    done = recordkit("render", f"dossiers/{CASE}/home*.yaml", "--merge", "叠.pdf", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "有人同时在做这一叠" in done.err
    assert not list(station.glob("*叠*"))


def test_a_pile_stopped_while_it_is_bound_does_not_print_again(
    station: Path, recordkit: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **about: object) -> None:
        raise KeyboardInterrupt

    arguments = ("render", f"dossiers/{CASE}/session*.yaml", "--merge", "叠.pdf", "--workers", "1")
    monkeypatch.setattr(batch, "MANY", 1)
    with monkeypatch.context() as patched:
        patched.setattr("recordkit.formats.pile.write", stop)
        stopped = recordkit(*arguments, cwd=station)
    resumed = recordkit(*arguments, cwd=station)

    assert (stopped.code, resumed.code) == (Exit.INTERRUPTED, 0)
    assert "其中 8 份上次已经打印" in resumed.err
    assert not list(station.glob(".~*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--merge", "叠.docx"), "不是 PDF 的文件名"),
        (("--merge", "叠.pdf", "-o", "出"), "去掉 -o"),
        (("--merge", "夹.pdf", "--force"), "是文件夹"),
        (("--duplex",), "--merge"),
    ],
)
def test_what_a_pile_cannot_be(
    station: Path, recordkit: Callable, arguments: tuple[str, ...], said: str
) -> None:
    (station / "夹.pdf").mkdir()
    done = recordkit("render", "dossiers", *arguments, cwd=station)

    assert done.code in (Exit.USAGE, Exit.CONFLICT)
    assert said in done.err
