"""The bench: what it prints is fair and lifelike, and its page says what was measured."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from bench import cases, compare, goals, growth, measure, page, peers, plots, results, station, texts, watch
from bench.__main__ import main
from bench.engines import ENGINES
from recordkit.checks import check_record
from recordkit.errors import Severity
from recordkit.records.fields import Moment
from recordkit.records.reading import load
from recordkit.tasks.workspace import opened

DOCS = Path(__file__).resolve().parents[1] / "docs"


# --- The page


@pytest.fixture(scope="module")
def run() -> results.Run:
    return results.load(DOCS / "performance.json")


def test_the_page_is_what_the_kept_run_says(run: results.Run) -> None:
    assert page.text(run) == (DOCS / "performance.md").read_text("utf-8")


def test_the_page_names_the_machine_by_its_size_only(run: results.Run) -> None:
    text = page.text(run)

    assert " cores with " in text
    assert "/tmp" not in text
    assert "/home" not in text
    assert len(platform.node()) < 4 or platform.node() not in text


def test_every_plot_of_the_page_is_there(run: results.Run) -> None:
    shown = [plot for plot in plots.PLOTS if f"images/{plot.file}" in page.text(run)]

    assert len(shown) == len(plots.PLOTS)
    for plot in shown:
        assert (DOCS / "images" / plot.file).read_text("utf-8").startswith("<?xml")


def test_the_same_run_gives_the_same_plots(run: results.Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is of the extra `bench`")
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        plots.write(run, tmp_path / name)

    for plot in plots.PLOTS:
        assert (tmp_path / "once" / plot.file).read_bytes() == (tmp_path / "again" / plot.file).read_bytes()


def test_a_kept_run_reads_back(run: results.Run, tmp_path: Path) -> None:
    run.save(tmp_path / "run.json")

    assert results.load(tmp_path / "run.json") == run


@pytest.mark.parametrize(
    ("figures", "said"),
    [({"a": 30.0}, "met"), ({"a": 20.0}, "**not met**"), ({}, "–")],
)
def test_a_goal_is_judged_by_the_figure(figures: dict[str, float], said: str) -> None:
    assert goals.Goal("as fast", "a", 25, "×", least=True).verdict(figures)[-1] == said


def test_a_peer_that_takes_half_as_long_is_twice_as_fast() -> None:
    assert goals.Goal("as long", "a", 1.3, "×", inverse=True).verdict({"a": 0.5})[2:] == [
        "2.00×",
        "**not met**",
    ]


def test_goals_ask_for_figures_that_parts_measure(run: results.Run) -> None:
    parts = {part.name for part in run.parts}

    assert {goal.figure.partition(".")[0] for goal in goals.GOALS} <= parts


# --- Measuring


class Peer:
    """Takes as many milliseconds as it is told, and remembers when it was asked."""

    def __init__(self, name: str, log: list[str], every: int = 1) -> None:
        self.name, self.log, self.every = name, log, every

    def ask(self, number: int) -> float:
        self.log.append(f"{self.name}{number}")
        return 2.0 if self.name == "a" else 6.0


def test_peers_take_turns_in_an_order_that_alternates() -> None:
    log: list[str] = []
    taken = measure.turns([Peer("a", log), Peer("b", log, every=2)], [0, 1, 2, 3], warm=9)

    assert log == ["a9", "b9", "a0", "b0", "a1", "a2", "b2", "a3"]
    assert list(taken["b"]) == [0, 2]
    assert measure.times(taken, "b", "a") == (3.0, 3.0, 3.0)


def test_a_program_that_is_not_there_is_missing() -> None:
    with pytest.raises(peers.Missing, match="not installed"), peers.Engine("x", ["no-such-program"]):
        pass


def test_every_peer_has_its_engine() -> None:
    named = {entry.engine for entry in (*compare.WORD, *compare.PAPER, *growth.ENTRIES)}

    assert named - {"docxtemplater"} <= ENGINES.keys()


def test_the_exponent_of_what_grows_linearly_is_one_and_of_squares_two() -> None:
    assert growth.exponents([10, 100, 1000], [1, 10, 100]) == pytest.approx((1, 1))
    assert growth.exponents([10, 100, 1000], [1, 100, 10_000]) == pytest.approx((2, 2))


def test_an_engine_that_loses_patience_is_not_asked_again() -> None:
    asked = []

    class Slow:
        name = "slow"

        def ask(self, number: int, patience: float = 0) -> float:
            asked.append(number)
            if number == 1000:
                raise peers.Missing("not done after 60 s")
            return 5.0

        def memory(self) -> float:
            return 1.0

    part = results.Part("growth", "", "")
    [times, memory] = growth._grown(part, "rows", Slow(), [10, 100, 1000])  # type: ignore[arg-type]

    assert asked == [14, 10, 100, 1000]  # an answer that comes late would be taken for the next
    assert (times[2:5], memory[2:5]) == ([5.0, 5.0, None], [1.0, 1.0, None])
    assert list(part.missing) == ["slow, 1,000 rows"]
    assert not part.figures


def test_a_watched_command_counts_with_all_it_starts() -> None:
    inner = "import time; hold = bytearray(80_000_000); time.sleep(0.6)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"

    assert watch.watch([sys.executable, "-c", outer], lambda: 0).peak > 80


def test_a_watched_command_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        watch.watch([sys.executable, "-c", "raise SystemExit(3)"], lambda: 0)


# --- What is printed


def test_generated_intakes_are_complete_and_always_the_same() -> None:
    assert cases.arranged("forms", 7) == cases.arranged("forms", 7)
    for number in range(5):
        arranged, _ = cases.arranged("forms", number)
        empty = [path for path, text in arranged.texts() if not text]
        assert empty == ["previous_case_no"]


def test_generated_texts_are_as_long_as_in_the_sample_case() -> None:
    lengths = [sum(len(text) for _, text in cases.arranged("forms", n)[0].texts()) for n in range(0, 200, 10)]

    assert min(lengths) > 1200
    assert max(lengths) < 2000


def test_long_documents_are_as_long_as_they_are_asked_for() -> None:
    rows, _ = cases.arranged("rows", 12)
    text, _ = cases.arranged("text", 3000)

    assert len(rows.view()["milestones"]) == 12
    assert len(text.view()["narrative"]) == 3000


def test_a_generated_station_has_so_many_records_that_can_all_be_printed(tmp_path: Path) -> None:
    root = station.build(tmp_path / "station", 50)
    loaded = [load(path) for path in sorted(root.glob("*/*/*.yaml"))]

    assert len(loaded) == 50
    assert len({one.record.form_id for one in loaded if one.record}) == 12
    numbers = [one.record.form_no for one in loaded if one.record]
    assert len(set(numbers)) == 50
    home = opened(root)
    found = [
        finding
        for one in loaded
        for finding in check_record(one, home.context(one.path.parent), Moment.FILL)
        if finding.severity is Severity.ERROR
    ]
    assert not found


def test_who_prints_something_else_is_no_peer() -> None:
    assert not texts.word_differs(3, texts._ours(3))
    assert texts.word_differs(3, texts._ours(4))


# --- The command


def test_a_quick_run_prints_ratios_and_names_who_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    main(["--quick", "docx"])

    said = capsys.readouterr().out
    assert "missing: docxtemplater: node is not installed" in said
    assert "missing: docxtpl" not in said
    assert "DOCX: how many times as fast as docxtpl" in said
    assert float(said.rpartition("≥ 25×")[2].split("×")[0].strip()) > 1


def test_a_part_nobody_knows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["word"])

    assert "no part is called word" in capsys.readouterr().err
