"""One virtual time for all tabs of a world, and each tab's timers on it.

Invariant: time stands still until a test advances it, and tasks of one moment run in the order in which they were posted.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from tests.fakes.life import Life, Task

Delay = Callable[[], float]

NEVER_MS = 2**31
"""A browser keeps a timer's delay in 32 bits: a longer one overflows and fires at once."""


def at_once() -> float:
    """No delay; the answer is still a task of its own, as every answer of a browser is."""
    return 0


class Timeline:
    """The one order of everything that happens later, for all tabs of a world."""

    __slots__ = ("_due", "_order", "uptime_ms", "wall_ms")

    def __init__(self) -> None:
        self.uptime_ms = 1000.0
        self.wall_ms = 1_700_000_000_000.0
        self._due: list[tuple[float, int, Task]] = []
        self._order = 0

    def post(self, delay_ms: float, task: Task) -> None:
        """Run `task` after `delay_ms`."""
        self._order += 1
        heapq.heappush(self._due, (self.uptime_ms + max(delay_ms, 0), self._order, task))

    def next_ms(self) -> float | None:
        """The moment of the next task, None where there is none."""
        return self._due[0][0] if self._due else None

    def step(self) -> None:
        """Jump to the next task and run it."""
        due_ms, _, task = heapq.heappop(self._due)
        self._move_to(due_ms)
        task()

    def advance(self, ms: float) -> None:
        """Let `ms` pass and run what falls due on the way."""
        end_ms = self.uptime_ms + ms
        while self._due and self._due[0][0] <= end_ms:
            self.step()
        self._move_to(end_ms)

    def oversleep(self, ms: float) -> None:
        """Let `ms` pass as a throttled tab or a closed laptop does: what fell due meanwhile runs at the end."""
        self._move_to(self.uptime_ms + ms)
        self.advance(0)

    def run_until_idle(self, limit_ms: float) -> bool:
        """Jump from task to task, for `limit_ms` at most; returns whether no task is left."""
        end_ms = self.uptime_ms + limit_ms
        while self._due and self._due[0][0] <= end_ms:
            self.step()
        return not self._due

    def _move_to(self, uptime_ms: float) -> None:
        passed_ms = uptime_ms - self.uptime_ms
        if passed_ms > 0:
            self.uptime_ms = uptime_ms
            self.wall_ms += passed_ms


class Timer:
    """An armed timer, the handle of `call_later`."""

    __slots__ = ("callback",)

    def __init__(self, callback: Task) -> None:
        self.callback: Task | None = callback


class FakeClock:
    """The clocks and timers of one tab. The wall clock goes back only where a test calls `jump_wall`."""

    __slots__ = ("_life", "armed", "timeline")

    def __init__(self, timeline: Timeline | None = None, life: Life | None = None) -> None:
        self.timeline = timeline or Timeline()
        self._life = life or Life()
        self.armed = 0
        """Timers of this tab that neither fired nor were cancelled: 0 after `destroy`, at most 1 for each queue before."""

    def now_ms(self) -> int:
        """`Date.now()`."""
        return int(self.timeline.wall_ms)

    def uptime_ms(self) -> float:
        """`performance.now()`."""
        return self.timeline.uptime_ms

    def call_later(self, delay_ms: float, callback: Task) -> Timer:
        """`setTimeout`."""
        timer = Timer(callback)
        self.armed += 1
        self.post(delay_ms if 0 < delay_ms < NEVER_MS else 0, lambda: self._fire(timer))
        return timer

    def cancel(self, handle: Any) -> None:
        """`clearTimeout`."""
        if handle is not None and handle.callback is not None:
            handle.callback = None
            self.armed -= 1

    def _fire(self, timer: Timer) -> None:
        callback = timer.callback
        if callback is not None:
            self.cancel(timer)
            callback()

    def post(self, delay_ms: float, task: Task) -> None:
        """Run a task of the world in this tab later. It is no timer of the code under test, so it is not counted as one."""
        self.timeline.post(delay_ms, lambda: self._life.run(task))

    def advance(self, ms: float) -> None:
        self.timeline.advance(ms)

    def run_until_idle(self, limit_ms: float) -> bool:
        return self.timeline.run_until_idle(limit_ms)

    def jump_wall(self, ms: float) -> None:
        """The user or a time server sets the wall clock: no timer moves."""
        self.timeline.wall_ms += ms
