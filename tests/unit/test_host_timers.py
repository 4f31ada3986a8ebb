"""CONTRACT 1.6 and 3.1: timers that throw, or fire early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.main import ClickQueue
from tests.fakes import click
from tests.unit.harness import MINUTE_MS, Harness
from tests.unit.misbehaving_host import CallableApi, throw


class ThrowingTimers:
    """A clock whose `call_later` throws."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.call_later = throw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)


def test_timers_may_throw() -> None:
    """The event is kept, and the next call of the host sends what is due (CONTRACT 1.6)."""
    harness = Harness({"storageKey": "beside"})
    harness.env.clock = ThrowingTimers(harness.env.clock)  # type: ignore[assignment]
    sent: list[Any] = []
    queue = ClickQueue({}, CallableApi(lambda events, request: sent.append(events)), harness.env)
    assert queue.enqueue(click()) is not None
    harness.advance(MINUTE_MS)
    assert sent == []
    queue.flush()
    assert [len(events) for events in sent] == [1]


def test_timers_that_threw_are_armed_with_the_next_call() -> None:
    """A timer that could not be armed is armed by the next call (CONTRACT 1.6, 3.1)."""
    harness = Harness()
    harness.env.clock = ThrowingTimers(harness.clock)  # type: ignore[assignment]
    harness.click()
    harness.env.clock = harness.clock
    harness.click()
    harness.advance(5000)
    assert harness.sizes == [2]


class EarlyTimers:
    """A clock whose timers fire a millisecond early, as a browser's may."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def call_later(self, delay_ms: float, callback: Callable[[], None]) -> Any:
        return self._clock.call_later(max(delay_ms - 1, 0.5), callback)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)


def test_timers_may_fire_early() -> None:
    """A timer that fires early is armed again, and the batch is sent once (CONTRACT 3.1)."""
    harness = Harness()
    harness.env.clock = EarlyTimers(harness.clock)  # type: ignore[assignment]
    harness.click()
    harness.advance(4998.5)
    assert harness.sizes == []
    harness.advance(0.5)
    assert harness.sizes == [1]
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.clock.armed) == ([1], 0)
