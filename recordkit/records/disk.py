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
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..errors import Conflict, NotFound, RecordkitError

_TRIES, _PAUSE = 5, 0.2
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
        raise explained(problem, path) from None


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def create(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet; Conflict when it does.

    Exclusive creation: of two people at once exactly one succeeds.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            try:
                file.write(data)
            except BaseException:
                file.close()
                path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise Conflict(f"{path} 已经存在，没有改动它", "要覆盖请加 --force，或换一个名字") from None
    except OSError as problem:
        raise explained(problem, path) from None


def replace(path: Path, data: bytes, known: str | None = None) -> None:
    """Write a file in one step: the old one or the new one is there, never half.

    With `known`, the digest of what was read, Conflict when the file has
    changed since: somebody else saved in between.
    """
    if known is not None and digest(read_bytes(path)) != known:
        raise Conflict(f"{path} 在打开之后被别人改过，没有保存", "重新打开，把改动合在一起再存")
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".~", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; records are shared with the team as any new file is.
        os.chmod(temporary, 0o666 & ~_umask())
        _patiently(lambda: os.replace(temporary, path))
    except OSError as problem:
        raise explained(problem, path) from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def explained(problem: OSError, path: Path) -> RecordkitError:
    """What the operating system said, in Chinese with a way out."""
    if isinstance(problem, PermissionError):
        return Conflict(f"写不了或读不了 {path}", "文件正被 WPS 打开，请关闭后重试；或没有权限")
    if problem.errno == 28:  # ENOSPC
        return RecordkitError(f"磁盘满了，{path} 没有写成", "清出空间后再来一次，没有留下半个文件")
    if isinstance(problem, NotADirectoryError):
        return NotFound(f"{path} 的上级不是文件夹")
    return RecordkitError(f"{path}：读写失败（{problem.strerror or problem}）", "检查磁盘和文件夹权限")


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
