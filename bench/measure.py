"""The loop that asks all in turns, and what is made of their answers."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from .peers import Missing, Peer
from .results import Cell

Taken = Mapping[str, Mapping[int, float]]  # peer → number of the document → milliseconds


def turns(
    peers: Sequence[Peer], numbers: Sequence[int], warm: int = 0, missing: dict[str, str] | None = None
) -> dict[str, dict[int, float]]:
    """Milliseconds of each peer for each document, in turns whose order alternates.

    All are asked before, for the document `warm`, which is not counted: so a busy
    moment hits all alike and the first start nobody. Who fails on the way is left out,
    with the reason in `missing`.
    """
    taken: dict[str, dict[int, float]] = {peer.name: {} for peer in peers}

    def ask(peer: Peer, number: int, counts: bool) -> None:
        try:
            spent = peer.ask(number)
        except Missing as reason:
            del taken[peer.name]
            if missing is None:
                raise
            missing[peer.name] = str(reason)
        else:
            if counts:
                taken[peer.name][number] = spent

    for peer in peers:
        ask(peer, warm, counts=False)
    for turn, number in enumerate(numbers):
        for peer in reversed(peers) if turn % 2 else peers:
            if peer.name in taken and turn % peer.every == 0:
                ask(peer, number, counts=True)
    return taken


@contextmanager
def one_core() -> Iterator[None]:
    """Everything inside, and what is started there, on a single core."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def times(taken: Taken, name: str, against: str) -> tuple[float, float, float]:
    """How many times as long `name` took as `against` on the same document in the same turn."""
    both = taken[name].keys() & taken[against].keys()
    return spread([taken[name][number] / taken[against][number] for number in both])


HEADS = ("", "rounds", "median ms", "quartiles ms", "times as long", "quartiles")


def row(taken: Taken, name: str, against: str) -> list[Cell]:
    """One line of a comparison, under `HEADS`."""
    low, middle, high = spread(list(taken[name].values()))
    less, ratio, more = times(taken, name, against)
    return [name, len(taken[name]), middle, [low, high], ratio, [less, more]]
