"""Files of the workspace: read whole, written whole, never over somebody's work.

Virus scanners and WPS hold files for a moment on Windows, so sharing errors
are tried five times, 200 ms apart, before a person is asked to close them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

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

    Of two people at once exactly one succeeds, and what stands under the name is
    whole from its first moment, also when the process or the machine dies.
    """
    with whole(path) as file:
        file.write(data)


def replace(path: Path, data: bytes, known: str | None = None) -> None:
    """Write a file in one step: the old one or the new one is there, never half.

    With `known`, the digest of what was read, Conflict when the file has
    changed since: somebody else saved in between.
    """
    with whole(path, over=True, known=known) as file:
        file.write(data)


@contextlib.contextmanager
def whole(
    path: Path, *, over: bool = False, known: str | None = None, within: Path | None = None
) -> Iterator[BinaryIO]:
    """A file to write in pieces, for what is too big to hold. It is given its name at the
    end, as by `create` or, `over` what is there, by `replace`; after an error there is
    nothing new. Until then it lies beside its place or `within` a folder of the same disk,
    where its maker clears away what a process that was killed has left."""
    if not over and os.path.lexists(path):
        raise _taken(path)  # before anything is written; who comes later is told below
    temporary = (within or path.parent) / f".~{os.urandom(8).hex()}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replaced(temporary, path, known) if over else _created(temporary, path)
    except OSError as problem:
        if problem.filename == str(temporary):
            problem.filename = str(path)
        raise _told(problem, path) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _taken(path: Path) -> Conflict:
    return Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或换一个名字")


def _created(temporary: Path, path: Path) -> None:
    """Give the file its name, unless somebody has it."""
    try:
        if os.name == "nt":
            _patiently(lambda: os.rename(temporary, path))  # refuses a name that is taken
        else:
            _linked(temporary, path)
    except FileExistsError:
        raise _taken(path) from None


def _linked(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        _copied(temporary, path)
    _kept(path.parent)


def _copied(temporary: Path, path: Path) -> None:
    """Where no file can have two names (USB sticks, some shares): written under its own, at a run."""
    with temporary.open("rb") as source, path.open("xb", buffering=0) as file:
        try:
            shutil.copyfileobj(source, file)
            os.fsync(file.fileno())
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise


def _replaced(temporary: Path, path: Path, known: str | None) -> None:
    with alone(path) if known is not None else contextlib.nullcontext():
        if known is not None and digest(read_bytes(path)) != known:
            raise Conflict(f"{path} 在打开之后被别人改过，没有保存", "重新打开，把改动合在一起再存")
        _patiently(lambda: os.replace(temporary, path))


def _kept(folder: Path) -> None:
    """The folder's new name, on the disk too: a number that was told must not be given again
    after a power cut. Some shares cannot; there the name is as safe as they make it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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


def _patiently(action: Callable[[], T]) -> T:
    for _ in range(_TRIES - 1):
        try:
            return action()
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(_PAUSE)
    return action()
