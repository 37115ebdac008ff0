"""Who takes part: something in this process, or an engine in a process of its own."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Missing(Exception):
    """A peer that can't take part; the message is the reason."""


class Peer(Protocol):
    """Whoever can be asked for the document with that number."""

    name: str
    every: int  # takes part in each so-manieth turn: the slow ones more seldom

    def ask(self, number: int) -> float:
        """Milliseconds that making it took."""


@dataclass
class Task:
    """A peer in this process."""

    name: str
    work: Callable[[], object]
    every: int = 1

    def ask(self, number: int) -> float:
        start = time.perf_counter()
        self.work()
        return (time.perf_counter() - start) * 1000


@dataclass
class Engine:
    """A peer in a process of its own, which holds the clock itself (engines.py)."""

    name: str
    command: Sequence[str]
    every: int = 1
    share: int = 1  # documents made at one asking
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str = ""

    def __enter__(self) -> Engine:
        """Started; Missing with its own reason when it can't be."""
        try:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, bufsize=1, env={**os.environ, **self.environment},
            )  # fmt: skip
        except OSError:
            raise Missing(f"{self.command[0]} is not installed") from None
        state, _, said = self._line().partition(" ")
        if state != "ready":
            self.__exit__()
            raise Missing(said)
        self.version = said
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ask(self, number: int, target: str = "", patience: float = 300) -> float:
        """Milliseconds a document; Missing when it takes too long or fails."""
        return float(self._answer(f"{number} {target}".strip(), patience)) / self.share

    def memory(self) -> float:
        """The most memory it has had, in MB."""
        return float(self._answer("memory")) / 1024

    def _answer(self, question: str, patience: float = 300) -> str:
        assert self.process.stdin
        print(question, file=self.process.stdin, flush=True)
        return self._line(patience)

    def _line(self, patience: float = 300) -> str:
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], patience)[0]:
            raise Missing(f"not done after {patience:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise Missing("ended with an error")
        return line.strip()
