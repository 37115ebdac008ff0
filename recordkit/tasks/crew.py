"""Work spread over processes, one for each core: results come in order, and a process
that dies costs the job it was at and no other.

Processes are started afresh (spawn) on every platform, so that a job sees nothing but
its own arguments.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")

_AHEAD = 4  # jobs for each process that are handed out before the first result is taken
_MOST = 16  # processes; each needs about 100 MB
_busy, _orphaned = threading.Lock(), threading.Event()


def cores() -> int:
    """How many processes can work at once on this machine."""
    allowed = getattr(os, "sched_getaffinity", None)  # a container may have fewer than the machine
    return min(len(allowed(0)) if allowed else os.cpu_count() or 1, _MOST)


def spread(work: Callable[[J], R], jobs: Iterable[J], workers: int) -> Iterator[tuple[J, R | None]]:
    """Each job with its result, in the order of the jobs; None where the process died over it.

    Jobs are taken from the iterator as they are needed. What `work` raises is raised here.
    """
    waiting: deque[tuple[J, Future[R]]] = deque()
    jobs = iter(jobs)
    crew = _crew(workers)
    try:
        while True:
            for job in islice(jobs, _AHEAD * workers - len(waiting)):
                waiting.append((job, _handed(crew, work, job)))
            if not waiting:
                return
            job, result = waiting.popleft()
            try:
                yield job, result.result()
            except BrokenProcessPool:
                # Nobody says over which job the process died: those it may have been are done
                # again, each alone.
                crew.shutdown()
                yield from _one_by_one(work, [(job, result), *waiting])
                waiting.clear()
                crew = _crew(workers)
    finally:
        _dismiss(crew)


def _handed(crew: ProcessPoolExecutor, work: Callable[[J], R], job: J) -> Future[R]:
    try:
        with _unheard():
            return crew.submit(_undisturbed, work, job)
    except BrokenProcessPool as accident:
        told: Future[R] = Future()
        told.set_exception(accident)
        return told


def _one_by_one(work: Callable[[J], R], begun: Iterable[tuple[J, Future[R]]]) -> Iterator[tuple[J, R | None]]:
    """The jobs' results from before the accident, or from a process that does nothing else."""
    crew = _crew(1)
    try:
        for job, before in begun:
            lost = isinstance(before.exception(), BrokenProcessPool)
            again = _handed(crew, work, job) if lost else before
            if isinstance(again.exception(), BrokenProcessPool):
                crew.shutdown()
                crew = _crew(1)
                yield job, None
            else:
                yield job, again.result()
    finally:
        _dismiss(crew)


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C is heard at the end of it: processes begin with the first job, and one that is
    only beginning would answer with pages of English. Windows knows no such thing."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _crew(workers: int) -> ProcessPoolExecutor:
    # When this process is killed, Python's own helper beside it says what that left behind, in English.
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_enlist)


def _dismiss(crew: ProcessPoolExecutor) -> None:
    """Ends the processes when each has done the jobs it holds, or, at a second Ctrl-C, at once:
    interrupted in its waiting, Python would wait for ever at its own end."""
    try:
        crew.shutdown(cancel_futures=True)
    except BaseException:
        for process in multiprocessing.active_children():
            process.kill()
        raise


def _undisturbed(work: Callable[[J], R], job: J) -> R:
    with _busy:
        if _orphaned.is_set():
            os._exit(1)
        return work(job)


def _enlist() -> None:
    """What a process does first: Ctrl-C is for the one who handed out the jobs, and one
    core is for one process, so the libraries below start no threads of their own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End when the parent was killed, but not in the middle of a job."""
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    _orphaned.set()
    with _busy:
        os._exit(1)
