"""What a long run has done so far, kept beside what it makes, so that a run that was
stopped goes on where it was.

Lines of JSON, each with the key it is found by; a line that was cut off by the end of
the process counts for nothing. A run that comes to its end takes the file away.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import explained

_NAME = ".~进度"
_MOMENT = 1.0  # second; longer than the temporary file of a live process is there


class Journal:
    """The lines of earlier runs in a folder by key, and a file of its own for this run.

    `kept` says that there is more to do after this run, and that who does it takes the
    folder away.
    """

    def __init__(self, folder: Path, kept: bool = False) -> None:
        self._folder, self._kept = folder, kept
        self._earlier = sorted(folder.glob(f"{_NAME}*.jsonl"))
        self.done: dict[str, Mapping[str, Any]] = {
            line["key"]: line for path in self._earlier for line in _lines(path)
        }

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path, self._file = next(_created(self._folder))
        except OSError as problem:
            raise explained(problem) or problem from None
        return self

    def add(self, key: str, said: Mapping[str, Any]) -> None:
        """A line that outlives the process from now on."""
        self._file.write(json.dumps({"key": key, **said}, ensure_ascii=False) + "\n")
        self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk: the lines that are there are good
            self._file.close()
        if kind is None and not self._kept:
            for path in (self._path, *self._earlier, *_left_over(self._folder)):
                with suppress(OSError):
                    path.unlink()


def _left_over(folder: Path) -> list[Path]:
    """Temporary files of processes that were killed, in this run or before: what is still
    there a moment later belongs to nobody."""
    found = list(folder.glob(".~*.tmp"))
    if found:
        time.sleep(_MOMENT)
    return found


def _created(folder: Path) -> Iterator[tuple[Path, Any]]:
    """A new file under the first name that nobody has."""
    for number in count(1):
        path = folder / f"{_NAME}-{os.getpid()}-{number}.jsonl"
        with suppress(FileExistsError):
            yield path, path.open("x", encoding="utf-8")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a file."""
    with suppress(OSError), path.open(encoding="utf-8", errors="replace") as file:
        for text in file:
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and isinstance(line.get("key"), str):
                    yield line
