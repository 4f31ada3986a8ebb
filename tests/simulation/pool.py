"""Many histories on all processors. Invariant: their outcomes are counted in the order of their plans, up to the first violation."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing.pool import Pool

from tests.simulation.plans import every_sequence, sequence_count
from tests.simulation.run import Outcome, run, simulate

PROGRESS_S = 2
"""Often enough to see that something happens."""


class Tally:
    """The sums over many histories."""

    def __init__(self) -> None:
        self.runs = 0
        self.steps = 0
        self.accepted = 0
        self.excused: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        self.runs += 1
        self.steps += outcome.steps
        self.accepted += outcome.accepted
        self.excused += outcome.excused

    def __str__(self) -> str:
        return f"{self.runs} histories, {self.steps} steps, {self.accepted} events, excused: {dict(self.excused) or 'none'}"


def run_all(outcomes: Iterable[Outcome], total: int) -> tuple[Tally, int | None]:
    """Count outcomes as they come, showing progress; stops at the first violation and gives its number in the row."""
    tally, started_s = Tally(), time.monotonic()
    shown_s = started_s
    for number, outcome in enumerate(outcomes):
        tally.add(outcome)
        if outcome.violation:
            return tally, number
        if time.monotonic() - shown_s > 2:
            shown_s = time.monotonic()
            print(f"\r{tally.runs}/{total}, {tally.runs / (shown_s - started_s):.0f} a second ", end="", file=sys.stderr)
    return tally, None


def _pool() -> Pool:
    return multiprocessing.Pool(initializer=_unburden)


def _unburden() -> None:
    """A process inherits the tracer of a coverage run, which costs most of its time and counts nothing."""
    sys.settrace(None)
    # No history ends the life of what was there before: there is no garbage to look for in it.
    gc.freeze()


def simulate_all(seeds: range) -> tuple[Tally, int | None]:
    with _pool() as pool:
        return run_all(pool.imap(simulate, seeds, chunksize=200), len(seeds))


def run_sequences(length: int) -> tuple[Tally, int | None]:
    with _pool() as pool:
        return run_all(pool.imap(run, every_sequence(length), chunksize=500), sequence_count(length))
