"""Files are there whole or not at all, and nobody's work is written over."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recordkit.errors import Conflict, NotFound, RecordkitError
from recordkit.records import disk

TOGETHER = 6


def _create(path: Path, barrier: Any, results: Any, number: int) -> None:
    barrier.wait()
    try:
        disk.create(path, str(number).encode() * 5000)
        results.put("wrote")
    except Conflict:
        results.put("conflict")


def _save(path: Path, barrier: Any, results: Any, number: int) -> None:
    known = disk.digest(disk.read_bytes(path))
    barrier.wait()
    try:
        disk.replace(path, str(number).encode() * 5000, known)
        results.put("wrote")
    except Conflict:
        results.put("conflict")


def at_once(action: Any, path: Path) -> list[str]:
    """What several processes got that did the same at the same moment."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(TOGETHER), context.Queue()
    workers = [context.Process(target=action, args=(path, barrier, results, n)) for n in range(TOGETHER)]
    for worker in workers:
        worker.start()
    got = [results.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    return sorted(got)


def test_of_several_who_create_the_same_file_one_wins(tmp_path):
    path = tmp_path / "intake.yaml"

    assert at_once(_create, path) == ["conflict"] * (TOGETHER - 1) + ["wrote"]
    assert len(set(path.read_bytes())) == 1


def test_of_several_who_save_at_once_every_file_is_whole(tmp_path):
    path = tmp_path / "intake.yaml"
    path.write_bytes(b"old")

    got = at_once(_save, path)

    assert "wrote" in got
    assert len(path.read_bytes()) == 5000
    assert len(set(path.read_bytes())) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_who_saves_second_is_refused_and_the_first_ones_work_stays(tmp_path):
    path = tmp_path / "intake.yaml"
    disk.create(path, b"one")
    known = disk.digest(b"one")
    disk.replace(path, b"two", known)

    with pytest.raises(Conflict, match="别人改过"):
        disk.replace(path, b"three", known)

    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_deleted_meanwhile_is_not_brought_back_in_silence(tmp_path):
    with pytest.raises(NotFound):
        disk.replace(tmp_path / "gone.yaml", b"x", disk.digest(b"x"))

    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, sys
from pathlib import Path
from recordkit.records import disk
from recordkit.errors import RecordkitError

resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
action, path = sys.argv[1], Path(sys.argv[2])
try:
    getattr(disk, action)(path, b"x" * int(sys.argv[3]))
except RecordkitError as problem:
    print(problem.message)
else:
    print("written")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of file size")
@pytest.mark.parametrize("size", [101, 100_000])
@pytest.mark.parametrize("action", ["create", "replace"])
def test_a_full_disk_leaves_no_half_file(tmp_path, action, size):
    path = tmp_path / "归档" / "intake.yaml"
    path.parent.mkdir()
    if action == "replace":
        path.write_bytes(b"old")

    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", FULL, action, path, str(size)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert str(path) in done.stdout, done.stderr
    assert [p.read_bytes() for p in path.parent.iterdir()] == ([b"old"] if action == "replace" else [])


def test_a_small_file_fits_where_a_big_one_does_not(tmp_path):
    path = tmp_path / "a.yaml"
    disk.create(path, b"x" * 100)

    assert path.read_bytes() == b"x" * 100


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_saved_record_can_be_read_by_the_team(tmp_path):
    path = tmp_path / "a.yaml"
    before = os.umask(0o022)
    try:
        disk.replace(path, b"x")
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_missing_folders_are_made_and_chinese_names_are_names(tmp_path):
    path = tmp_path / "个案 2026" / "赵桂兰（女）" / "接案.yaml"
    disk.create(path, b"x")
    disk.replace(path, b"y", disk.digest(b"x"))

    assert disk.read_bytes(path) == b"y"


def test_a_file_held_by_wps_is_tried_again_on_windows(tmp_path, monkeypatch):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"x")
    tries: list[int] = []

    def held() -> bytes:
        tries.append(1)
        if len(tries) < 5:
            raise PermissionError
        return b"x"

    monkeypatch.setattr(disk.os, "name", "nt")
    monkeypatch.setattr(disk.time, "sleep", lambda _: None)

    assert disk._patiently(held) == b"x"
    assert len(tries) == 5


@pytest.mark.parametrize("place", ["nothing.yaml", ""])
def test_what_is_no_file_is_not_found(tmp_path, place):
    with pytest.raises(NotFound):
        disk.read_bytes(tmp_path / place)


def test_a_folder_that_is_a_file_is_told_in_chinese(tmp_path):
    (tmp_path / "a").write_bytes(b"x")

    with pytest.raises(RecordkitError) as told:
        disk.create(tmp_path / "a" / "b.yaml", b"x")

    assert any("一" <= character <= "鿿" for character in told.value.message)
