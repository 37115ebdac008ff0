"""Files are there whole or not at all, and nobody's work is written over."""

from __future__ import annotations

import contextlib
import errno
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from recordkit.errors import Conflict, NotFound, RecordkitError
from recordkit.records import disk
from recordkit.tasks.workspace import record_files

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


KILLED = """
import os, signal, sys
from pathlib import Path
from recordkit.records import disk

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moment, path = sys.argv[1], Path(sys.argv[2])
if moment == "write":
    with disk.whole(path) as file:
        file.write(b"x" * 100_000)
        file.flush()
        die()
setattr(os, moment, die)
disk.create(path, b"x" * 100_000)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows kills otherwise")
@pytest.mark.parametrize("moment", ["write", "fsync", "link", "unlink"])
def test_who_is_killed_while_writing_leaves_a_whole_file_or_none(tmp_path, moment):
    path = tmp_path / "intake.yaml"

    done = subprocess.run([sys.executable, "-c", KILLED, moment, path])

    assert done.returncode == -signal.SIGKILL
    assert record_files(tmp_path) == ([path] if moment == "unlink" else [])
    if path.exists():
        assert path.read_bytes() == b"x" * 100_000
    else:
        disk.create(path, b"again")
        assert path.read_bytes() == b"again"


def _look(path: Path, barrier: Any, results: Any) -> None:
    barrier.wait()
    while True:
        with contextlib.suppress(NotFound):
            results.put(len(disk.read_bytes(path)))
            return


def test_nobody_sees_a_file_before_it_is_whole(tmp_path):
    path = tmp_path / "intake.yaml"
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(3), context.Queue()
    lookers = [context.Process(target=_look, args=(path, barrier, results)) for _ in range(2)]
    for looker in lookers:
        looker.start()
    barrier.wait()
    with disk.whole(path) as file:
        for _ in range(50):
            file.write(b"x" * 100_000)
            file.flush()
            time.sleep(0.002)

    assert [results.get(timeout=60) for _ in lookers] == [5_000_000] * 2
    for looker in lookers:
        looker.join()


@pytest.mark.parametrize("reason", [errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES, errno.ENOSYS])
def test_where_files_have_no_second_name_they_are_written_under_their_own(tmp_path, monkeypatch, reason):
    def refused(*_: object) -> None:
        raise OSError(reason, "no hard links")

    monkeypatch.setattr(disk.os, "link", refused)
    path = tmp_path / "intake.yaml"
    disk.create(path, b"one")
    with pytest.raises(Conflict):
        disk.create(path, b"two")

    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_who_was_first_while_another_wrote_wins(tmp_path):
    path = tmp_path / "intake.yaml"

    def late() -> None:
        with disk.whole(path) as file:
            file.write(b"mine")
            path.write_bytes(b"theirs")

    with pytest.raises(Conflict):
        late()
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("over", [True, False])
def test_what_fails_half_way_leaves_everything_as_it_was(tmp_path, over):
    path = tmp_path / "一叠.pdf"
    if over:
        path.write_bytes(b"old")

    def failing() -> None:
        with disk.whole(path, over=over) as file:
            file.write(b"new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == ([b"old"] if over else [])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no folders to sync")
def test_a_name_is_on_the_disk_before_it_is_told(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(
        disk.os, "fsync", lambda handle: synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
    )
    disk.create(tmp_path / "number", b"")

    assert synced == [False, True]


def test_a_small_file_fits_where_a_big_one_does_not(tmp_path):
    path = tmp_path / "a.yaml"
    disk.create(path, b"x" * 100)

    assert path.read_bytes() == b"x" * 100


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize("save", [disk.create, disk.replace])
def test_a_saved_record_can_be_read_by_the_team(tmp_path, save):
    path = tmp_path / "a.yaml"
    before = os.umask(0o022)
    try:
        save(path, b"x")
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
