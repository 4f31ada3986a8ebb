"""The figures of the operator's page. Invariant: an event counts as stored once; each further arrival counts as a duplicate."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

WINDOW_S = 120  # of the charts: long enough for the whole ladder of delays (2 + 4 + 8 + 16 + 30 s)
MAX_CLICK_AGE_MS = 7 * 86_400_000  # the queue keeps no event longer, so an older click comes from a wrong clock


@dataclass
class Second:
    """The counts of one second, and the time from click to commit of each event that it stored."""

    at_s: int
    requests: int = 0
    stored: int = 0
    duplicates: int = 0
    latencies_ms: list[float] = field(default_factory=list)


class Metrics:
    """Totals, and the last `WINDOW_S` seconds one by one. It has no lock: its owner calls it under one."""

    def __init__(self) -> None:
        self._totals = Second(0)
        self._seconds: deque[Second] = deque()

    def count_request(self, at_ms: int) -> None:
        """A request has arrived, however it ends."""
        for counts in (self._second(at_ms // 1000), self._totals):
            counts.requests += 1

    def count_commit(self, at_ms: int, clicked_at: list[datetime | None], duplicates: int) -> None:
        """Events that were clicked then are stored since now; `duplicates` others were stored before."""
        second = self._second(at_ms // 1000)
        for counts in (second, self._totals):
            counts.stored += len(clicked_at)
            counts.duplicates += duplicates
        second.latencies_ms += [age for age in (click_age_ms(each, at_ms) for each in clicked_at) if age is not None]

    def clear(self) -> None:
        """Start at zero."""
        self._totals = Second(0)
        self._seconds.clear()

    def figures(self, now_ms: int) -> dict[str, Any]:
        """The answer of `/control/metrics`: totals, percentiles in ms over the window, and one list per series."""
        self._forget_before(now_ms // 1000 - WINDOW_S + 1)
        totals = self._totals
        latencies_ms = [latency for second in self._seconds for latency in second.latencies_ms]
        return {
            "totals": {"requests": totals.requests, "stored": totals.stored, "duplicates": totals.duplicates},
            "latencyMs": {"p50": percentile(latencies_ms, 50), "p99": percentile(latencies_ms, 99)},
            "series": self._series(now_ms // 1000),
        }

    def _series(self, now_s: int) -> dict[str, list[Any]]:
        known = {second.at_s: second for second in self._seconds}
        seconds = [known.get(at_s) or Second(at_s) for at_s in range(now_s - WINDOW_S + 1, now_s + 1)]
        return {
            "ageS": [second.at_s - now_s for second in seconds],
            "stored": [second.stored for second in seconds],
            "duplicates": [second.duplicates for second in seconds],
            "clicksSoFar": running_sum(self._totals.stored, [second.stored for second in seconds]),
            "requestsSoFar": running_sum(self._totals.requests, [second.requests for second in seconds]),
            "p50Ms": [percentile(second.latencies_ms, 50) for second in seconds],
            "p99Ms": [percentile(second.latencies_ms, 99) for second in seconds],
        }

    def _second(self, at_s: int) -> Second:
        self._forget_before(at_s - WINDOW_S + 1)
        # A clock that is set back must not make a second appear twice.
        if not self._seconds or self._seconds[-1].at_s < at_s:
            self._seconds.append(Second(at_s))
        return self._seconds[-1]

    def _forget_before(self, first_s: int) -> None:
        while self._seconds and self._seconds[0].at_s < first_s:
            self._seconds.popleft()


def click_age_ms(clicked_at: datetime | None, now_ms: int) -> float | None:
    """The time since the click; None where it is unknown, or no time within the last seven days."""
    if clicked_at is None:
        return None
    age_ms = round(now_ms - clicked_at.timestamp() * 1000, 3)
    return age_ms if 0 <= age_ms <= MAX_CLICK_AGE_MS else None


def percentile(values: list[float], percent: int) -> float | None:
    """The smallest value that `percent` of all values do not exceed (nearest rank); None of no values."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1] if values else None


def running_sum(total: int, steps: list[int]) -> list[int]:
    """The total after each step, so that the last one is `total`."""
    before = total - sum(steps)
    return [before + sum(steps[: index + 1]) for index in range(len(steps))]
