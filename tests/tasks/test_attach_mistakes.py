"""Pages of nobody, of other content, broken, or filed by two at once: nothing is lost or half-written."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import process
from scans_kit import CASE, FOLLOW_UP, SIGNED, everything, photo, photographed

from recordkit.errors import Conflict, Exit
from recordkit.records import disk
from recordkit.records.reading import load


def test_a_page_of_other_content_is_refused(recordkit: Callable, station: Path) -> None:
    [first, *_] = photographed(recordkit, station)
    path = station / FOLLOW_UP
    signed = load(path).record.mark()
    path.write_text(
        path.read_text(encoding="utf-8").replace("satisfaction: 4", "satisfaction: 2"), encoding="utf-8"
    )
    now = load(path).record.mark()
    before = everything(station)

    done = recordkit("attach", first, *SIGNED, cwd=station)

    assert done.code == Exit.CONFLICT
    assert f"扫描件是版1·{signed}，记录现在是版1·{now}" in done.err
    assert everything(station) == before

    forced = recordkit("attach", first, *SIGNED, "--force", cwd=station)

    assert forced.code == Exit.DONE
    assert load(path).record.sign_worker.proof.mark == signed


def test_a_page_of_an_earlier_version_is_led_to_it(recordkit: Callable, station: Path) -> None:
    [first, *_] = photographed(recordkit, station)
    recordkit("attach", first, *SIGNED, cwd=station)
    recordkit("revise", FOLLOW_UP, "--reason", "日期写错", cwd=station)

    done = recordkit("attach", first, cwd=station)

    assert done.code == Exit.CONFLICT
    assert "记录现在是版2" in done.err
    assert "follow-up-0002.v1.yaml" in done.err


def test_a_page_is_not_filed_with_another_record(recordkit: Callable, station: Path) -> None:
    [first, *_] = photographed(recordkit, station)

    done = recordkit("attach", first, "--to", f"{CASE}/intake.yaml", cwd=station)

    assert done.code == Exit.CONFLICT
    assert "LX01-GA-2026-0007-10-2" in done.err


def test_a_page_nobody_knows_goes_to_the_inbox(recordkit: Callable, station: Path) -> None:
    scan = photo(station.parent / "不知道是谁的.jpg")

    done = recordkit("attach", scan, cwd=station)

    assert done.code == Exit.FINDINGS
    assert "没有认出是哪份记录，已放入收件箱" in done.err
    assert (station / "收件箱/不知道是谁的.jpg").read_bytes() == scan.read_bytes()

    again = recordkit("attach", scan, cwd=station)

    assert again.code == Exit.FINDINGS
    assert "它已在收件箱" in again.err
    assert len(list((station / "收件箱").iterdir())) == 1

    photo(scan, "blue")
    recordkit("attach", scan, cwd=station)

    assert sorted(path.name for path in (station / "收件箱").iterdir()) == [
        "不知道是谁的-2.jpg",
        "不知道是谁的.jpg",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "没有.yaml"], Exit.NOT_FOUND, "没有找到记录"),
        (["--to", "LX01-GA-2026-0007-99"], Exit.NOT_FOUND, "没有找到记录"),
        (["--to", FOLLOW_UP, "--as", "nonsense"], Exit.USAGE, "signed_scan"),
        (["--to", FOLLOW_UP, "--kind", "照片"], Exit.USAGE, "没有放“照片”的地方"),
        (["--to", FOLLOW_UP, "--signed", "sign_nobody", "--on", "2026-10-09"], Exit.USAGE, "sign_worker"),
        (["--to", FOLLOW_UP, "--signed", "sign_worker:画押"], Exit.USAGE, "手印"),
        (["--to", FOLLOW_UP, "--signed", "sign_worker"], Exit.USAGE, "--on"),
        (
            ["--to", FOLLOW_UP, "--signed", "sign_worker:已签:孙晓梅", "--on", "2026-10-09"],
            Exit.USAGE,
            "签字人",
        ),
        (["--to", FOLLOW_UP, "--on", "昨天"], Exit.USAGE, "昨天"),
        (["--to", FOLLOW_UP, "--title", "长" * 300], Exit.USAGE, "标题"),
        (["--to", "recordkit.toml"], Exit.USAGE, "recordkit.toml"),
    ],
)
def test_a_mistake_leaves_everything_as_it_was(
    recordkit: Callable, station: Path, arguments: list[str], code: int, said: str
) -> None:
    scan = photo(station.parent / "扫描.jpg")
    before = everything(station)

    done = recordkit("attach", scan, *arguments, cwd=station)

    assert (done.code, said in done.err) == (code, True), done
    assert everything(station) == before


def test_a_broken_picture_is_refused_and_the_others_are_filed(recordkit: Callable, station: Path) -> None:
    broken, good = station.parent / "坏.jpg", photo(station.parent / "好.jpg")
    broken.write_bytes(good.read_bytes()[:300])

    alone = recordkit("attach", broken, "--to", FOLLOW_UP, cwd=station)
    both = recordkit("attach", broken, good, "--to", FOLLOW_UP, cwd=station)

    assert (alone.code, both.code) == (Exit.REFUSED, Exit.PARTIAL)
    assert "没有归入 坏.jpg" in both.err
    assert len(load(station / FOLLOW_UP).record.signed_scan) == 1


def test_a_record_that_cannot_be_read_whole_is_left_alone(recordkit: Callable, station: Path) -> None:
    path = station / FOLLOW_UP
    path.write_text(path.read_text(encoding="utf-8").replace("mode: 入户", "mode: 飞过去"), encoding="utf-8")
    before = everything(station)

    done = recordkit("attach", photo(station.parent / "a.jpg"), "--to", FOLLOW_UP, cwd=station)

    assert done.code == Exit.FINDINGS
    assert "飞过去" in done.err
    assert everything(station) == before


def test_two_people_attach_at_once_and_nothing_is_lost(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = photo(station.parent / "我的.jpg"), photo(station.parent / "她的.jpg", "blue")
    replace = disk.replace

    def late(path: Path, data: bytes, known: str | None = None) -> None:
        monkeypatch.setattr(disk, "replace", replace)
        assert recordkit("attach", theirs, "--to", FOLLOW_UP).code == Exit.DONE
        replace(path, data, known)

    monkeypatch.setattr(disk, "replace", late)
    done = recordkit("attach", mine, "--to", FOLLOW_UP, cwd=station)

    files = {one.name for one in load(station / FOLLOW_UP).record.signed_scan}
    assert done.code == Exit.DONE, done
    assert len(files) == 2
    assert files == {path.name for path in (station / CASE / "attachments").glob("*签字件*")}


def test_nothing_is_left_behind_when_the_record_stays_locked(
    recordkit: Callable, station: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise Conflict("文件正被 WPS 打开", "请关闭后重试")

    before = everything(station)
    monkeypatch.setattr(disk, "replace", locked)
    done = recordkit("attach", photo(station.parent / "a.jpg"), "--to", FOLLOW_UP, cwd=station)

    assert done.code == Exit.CONFLICT
    assert "WPS" in done.err
    assert everything(station) == before


def test_without_a_workspace_a_page_needs_its_record(
    recordkit: Callable, station: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    scan = photo(elsewhere / "a.jpg")

    lost = recordkit("attach", scan, cwd=elsewhere)
    told = recordkit("attach", scan, "--to", station / FOLLOW_UP, cwd=elsewhere)

    assert lost.code == Exit.NOT_FOUND
    assert "--to" in lost.err
    assert told.code == Exit.DONE
    assert [path.name for path in elsewhere.iterdir()] == ["a.jpg"]


def test_four_computers_attach_at_once_and_nothing_is_lost(station: Path) -> None:
    scans = [photo(station.parent / f"{colour}.jpg", colour) for colour in ("red", "green", "blue", "white")]

    with ThreadPoolExecutor() as computers:
        done = list(
            computers.map(lambda scan: process("attach", scan, "--to", FOLLOW_UP, cwd=station), scans)
        )

    files = {one.name for one in load(station / FOLLOW_UP).record.signed_scan}
    assert [one.returncode for one in done] == [Exit.DONE] * 4
    assert len(files) == 4
    assert files == {path.name for path in (station / CASE / "attachments").glob("*签字件*")}
