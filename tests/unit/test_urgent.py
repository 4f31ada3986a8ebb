"""CONTRACT 2.5: an urgent event is sent in the same call, unless the queue backs off, is parked, or the server wants a pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, click
from tests.unit.harness import DOWN, HOUR_MS, Harness, hidden, offline, pagehide

PAUSE = Failure(429, 60_000)
"""The server is up, and wants no request for a minute."""


def enqueue_urgent(harness: Harness, options: Any = None) -> str:
    """Enqueue an event with `{urgent: true}`, or with other options; returns its id."""
    event_id: str = harness.queue.enqueue(click(99), {"urgent": True} if options is None else options)
    return event_id


def sent(harness: Harness) -> list[list[str]]:
    """The ids of each request."""
    return [call.ids for call in harness.api.calls]


def after(failure: Failure, **config: Any) -> Harness:
    """A queue with one event, which was sent once and failed."""
    harness = Harness(config, [failure])
    enqueue_urgent(harness)
    harness.settle()
    return harness


def backing_off() -> Harness:
    """A queue with one event, which waits 2 s for its retry."""
    harness = after(DOWN)
    assert harness.state == "backing-off"
    return harness


def parked() -> Harness:
    """A parked queue with one event."""
    harness = after(DOWN, maxRetries=1)
    assert harness.state == "parked"
    return harness


def paused() -> Harness:
    """A queue with one event, which waits a minute for `Retry-After`."""
    return after(PAUSE)


def test_an_urgent_event_leaves_in_the_same_call() -> None:
    """The request has left when `enqueue` returns, and the event is stored (CONTRACT 2.1, 2.5)."""
    harness = Harness(script=[HOLD])
    event_id = enqueue_urgent(harness)
    assert (sent(harness), harness.stored()) == ([[event_id]], [event_id])


def test_an_urgent_event_leaves_before_the_locks_have_answered() -> None:
    """The first event of a page may be urgent, and waits for no lock (CONTRACT 2.5, 7.3)."""
    harness = Harness(is_settled=False)
    event_id = enqueue_urgent(harness)
    assert sent(harness) == [[event_id]]


def test_an_urgent_event_leaves_with_the_events_before_it() -> None:
    """All unsent events leave in one request, in their order (CONTRACT 2.5, 3.2)."""
    harness = Harness()
    ids = [*harness.click(3), enqueue_urgent(harness)]
    assert sent(harness) == [ids]


def test_later_events_wait_for_their_own_batch() -> None:
    """An event after an urgent one waits `maxBatchDelay` (CONTRACT 2.5, 3.1)."""
    harness = Harness()
    enqueue_urgent(harness)
    harness.advance(1000)
    harness.click()
    harness.advance(4999)
    assert harness.sizes == [1]
    harness.advance(1)
    assert harness.sizes == [1, 1]


@pytest.mark.parametrize("options", [{"urgent": 1}, {"urgent": "true"}, {"urgent": False}, {}, "urgent", True, 5, []], ids=repr)
def test_only_true_is_urgent(options: Any) -> None:
    """With any other option the event is accepted, and waits for its batch (CONTRACT 2.5, 3.1)."""
    harness = Harness()
    event_id = enqueue_urgent(harness, options)
    harness.advance(4999)
    assert sent(harness) == []
    harness.advance(1)
    assert sent(harness) == [[event_id]]


def test_with_a_request_in_flight_an_urgent_event_leaves_after_its_answer() -> None:
    """One request is in flight; the urgent event leaves when it is answered, without a further delay (CONTRACT 2.5, 3.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    first = harness.click(2)
    later = [*harness.click(), enqueue_urgent(harness)]
    assert sent(harness) == [first]
    harness.api.calls[0].resolve()
    harness.settle()
    assert sent(harness) == [first, later]


def test_an_urgent_event_sends_every_batch_before_it() -> None:
    """With more than `maxBatchSize` events before it, batch after batch leaves without a delay (CONTRACT 2.5, 3.1)."""
    harness = Harness(script=[HOLD])
    ids = [*harness.click(24), enqueue_urgent(harness)]
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.sizes, harness.api.ids) == ([10, 10, 5], ids)


@pytest.mark.parametrize(
    ("waiting", "wait_ms"),
    [(backing_off, 2000), (parked, 5000), (paused, 60_000)],
    ids=["the backoff", "its batch, while parked", "Retry-After"],
)
def test_an_urgent_event_waits_for(waiting: Callable[[], Harness], wait_ms: int) -> None:
    """It leaves right after the event before it, and nothing leaves a millisecond earlier (CONTRACT 2.5, 3.6, 3.7)."""
    harness = waiting()
    [first] = harness.api.ids
    urgent = enqueue_urgent(harness)
    harness.advance(wait_ms - 1)
    assert sent(harness) == [[first]]
    harness.advance(1)
    assert sent(harness) == [[first], [first], [urgent]]


@pytest.mark.parametrize("waiting", [backing_off, parked, paused], ids=lambda waiting: waiting.__name__)
def test_flush_sends_a_waiting_urgent_event(waiting: Callable[[], Harness]) -> None:
    """`flush()` overrides the backoff, the parking and `Retry-After`, in the same call (CONTRACT 2.5, 3.9)."""
    harness = waiting()
    [first] = harness.api.ids
    urgent = enqueue_urgent(harness)
    assert sent(harness) == [[first]]
    harness.queue.flush()
    assert sent(harness) == [[first], [first]]
    harness.settle()
    assert sent(harness) == [[first], [first], [urgent]]


def test_offline_an_urgent_event_waits_for_online() -> None:
    """Offline it is stored and uses up no retry; `online` sends it in the same call (CONTRACT 2.5, 3.8)."""
    harness = offline()
    event_id = enqueue_urgent(harness)
    harness.advance(5000)
    assert (sent(harness), harness.stored(), harness.stats["failures"]) == ([], [event_id], 0)
    harness.go_online()
    assert sent(harness) == [[event_id]]


@pytest.mark.parametrize("leave", [hidden, pagehide])
def test_on_a_page_that_was_left_an_urgent_event_leaves_in_the_same_call(leave: Callable[[Harness], None]) -> None:
    """An urgent event that is enqueued after hidden or `pagehide` does not wait for the page to return (CONTRACT 2.5, 5.1)."""
    harness = Harness()
    leave(harness)
    event_id = enqueue_urgent(harness)
    assert sent(harness) == [[event_id]]
    assert harness.api.calls[0].request["keepalive"] is True


def test_an_urgent_event_that_fails_is_retried_like_any_other() -> None:
    """It has the same backoff, and is acknowledged in the end (CONTRACT 2.5, 3.6)."""
    harness = Harness(script=[DOWN, DOWN])
    enqueue_urgent(harness)
    harness.clock.run_until_idle(HOUR_MS)
    assert (harness.gaps_ms, harness.stats["acknowledged"]) == ([2000, 4000], 1)
