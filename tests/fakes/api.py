"""The host's api with scripted answers, in place of an endpoint. Invariant: each call takes the next outcome of the script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.platform.ports import Event
from tests.fakes.clock import FakeClock
from tests.fakes.promise import Promise


class Failure(Exception):
    """How `createWidgetApi` fails: an error with the `status` of the answer, None where there was none."""

    def __init__(self, status: int | None = None, retry_after_ms: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.retryAfterMs = retry_after_ms


class Call:
    """One `track_click_batch`, and its answer where the script said HOLD: `call.resolve()`, `call.reject(error)`."""

    __slots__ = ("at_ms", "events", "promise", "request")

    def __init__(self, events: list[Event], request: dict[str, Any], at_ms: float, promise: Promise) -> None:
        self.events = [dict(event) for event in events]
        self.request = dict(request)
        self.at_ms = at_ms
        self.promise = promise

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]

    def resolve(self, value: Any = None) -> None:
        self.promise.resolve(value)

    def reject(self, error: Exception) -> None:
        self.promise.reject(error)


HOLD: Any = object()
"""An outcome of `FakeApi`: the answer waits for the test."""

Outcome = Any


def never_answers(call: Call) -> Outcome:
    """A script of `FakeApi`: no request is answered unless the test does it."""
    return HOLD


class FakeApi:
    """`Api` with scripted answers, one for each call; after the last one everything is acknowledged.

    An outcome is an exception (the promise fails with it), HOLD, or any value (it resolves to it). A function instead
    of a list is asked for the outcome of each call. `delay_ms` None answers without a promise: returns or raises.
    """

    __slots__ = ("_clock", "_script", "calls", "delay_ms")

    def __init__(
        self,
        clock: FakeClock,
        script: list[Outcome] | Callable[[Call], Outcome] | None = None,
        delay_ms: float | None = 0,
    ) -> None:
        self._clock = clock
        self._script = script if callable(script) else list(script or [])
        self.delay_ms = delay_ms
        self.calls: list[Call] = []

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        call = Call(events, request, self._clock.uptime_ms(), Promise(self._clock.post))
        self.calls.append(call)
        outcome = self._outcome(call)
        if outcome is HOLD:
            return call.promise
        if self.delay_ms is None:
            return self._now(outcome)
        if isinstance(outcome, Exception):
            call.promise.reject(outcome, self.delay_ms)
        else:
            call.promise.resolve(outcome, self.delay_ms)
        return call.promise

    def then(self, *outcomes: Outcome) -> None:
        """Append to the script."""
        assert isinstance(self._script, list), "a script that is a function takes no further outcomes"
        self._script.extend(outcomes)

    @property
    def ids(self) -> list[str]:
        """Every id that was sent, in order, as often as it was sent."""
        return [each for call in self.calls for each in call.ids]

    def _outcome(self, call: Call) -> Outcome:
        if isinstance(self._script, list):
            return self._script.pop(0) if self._script else None
        return self._script(call)

    @staticmethod
    def _now(outcome: Outcome) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
