"""Files of the workspace: read whole, written whole, never over somebody's work.

Virus scanners and WPS hold files for a moment on Windows, so sharing errors
are tried five times, 200 ms apart, before a person is asked to close them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from ..errors import Conflict, NotFound, RecordkitError, explained

_TRIES, _PAUSE = 5, 0.2
_LOCK_TRIES, _LOCK_PAUSE = 250, 0.02
T = TypeVar("T")


def read_bytes(path: Path) -> bytes:
    """The file's bytes; NotFound when there is none, a clear error otherwise."""
    try:
        return _patiently(path.read_bytes)
    except FileNotFoundError:
        raise NotFound(f"找不到文件：{path}") from None
    except IsADirectoryError:
        raise NotFound(f"{path} 是文件夹，不是文件") from None
    except OSError as problem:
        raise _told(problem, path) from None


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def create(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet; Conflict when it does.

    Exclusive creation: of two people at once exactly one succeeds.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb", buffering=0) as file:
            try:
                _write(file.fileno(), data)
            except BaseException:
                file.close()
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或换一个名字") from None
    except OSError as problem:
        raise _told(problem, path) from None


def replace(path: Path, data: bytes, known: str | None = None) -> None:
    """Write a file in one step: the old one or the new one is there, never half.

    With `known`, the digest of what was read, Conflict when the file has
    changed since: somebody else saved in between.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".~", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb", buffering=0) as file:
            _write(file.fileno(), data)
        # mkstemp makes private files; records are shared with the team as any new file is.
        os.chmod(temporary, 0o666 & ~_umask())
        with alone(path) if known is not None else contextlib.nullcontext():
            if known is not None and digest(read_bytes(path)) != known:
                raise Conflict(f"{path} 在打开之后被别人改过，没有保存", "重新打开，把改动合在一起再存")
            _patiently(lambda: os.replace(temporary, path))
    except OSError as problem:
        raise _told(problem, path) from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Lets one at a time compare and save, so that of two at once one is told.

    The lock is a file, since shared folders know no other; one that outlives the
    patience was left by a process that died.
    """
    lock = path.with_name(f".~{path.name}.lock")
    for tries_left in reversed(range(_LOCK_TRIES)):
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except (FileExistsError, PermissionError):  # the latter: being removed, on Windows
            if not lock.exists() and not tries_left:
                raise
            if not tries_left:
                break
            time.sleep(_LOCK_PAUSE)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def _told(problem: OSError, path: Path) -> RecordkitError:
    problem.filename = problem.filename or str(path)
    return explained(problem) or RecordkitError(str(problem))


def _write(handle: int, data: bytes) -> None:
    """All of the data, on the disk; nothing is buffered, so no error waits for the closing."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def _patiently(action: Callable[[], T]) -> T:
    for _ in range(_TRIES - 1):
        try:
            return action()
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(_PAUSE)
    return action()


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
