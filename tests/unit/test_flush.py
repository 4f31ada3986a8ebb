"""CONTRACT 3.9: `flush()`, and `online` alike, send everything that is unsent now, whatever the queue waits for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import HOLD, Failure
from tests.unit.harness import DOWN, HOUR_MS, Harness, down, online


def test_flush_sends_what_is_unsent_now() -> None:
    """`flush()` sends the unsent events in the same call (CONTRACT 3.9)."""
    harness = Harness()
    harness.click(3)
    harness.queue.flush()
    assert harness.sizes == [3]


def test_flush_without_events_sends_nothing() -> None:
    """`flush()` of an empty queue sends nothing, and does not affect later events (CONTRACT 3.9)."""
    harness = Harness()
    harness.queue.flush()
    harness.settle()
    harness.click()
    assert harness.sizes == []


def test_flush_goes_on_batch_after_batch() -> None:
    """All events that were unsent leave, batch after batch, without a further delay (CONTRACT 3.9)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(25)
    harness.queue.flush()
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.sizes, harness.api.ids) == ([10, 10, 5], ids)


def test_flush_follows_the_request_in_flight() -> None:
    """With a request in flight the unsent events leave right after its answer (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 5}, [HOLD])
    harness.click(7)
    harness.queue.flush()
    assert harness.sizes == [5]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.sizes == [5, 2]


def test_flush_does_not_wait_for_the_backoff() -> None:
    """While backing off `flush()` sends at once (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN] * 4)
    harness.click()
    harness.advance(6000)
    assert len(harness.sizes) == 3
    harness.queue.flush()
    assert len(harness.sizes) == 4


def test_flush_does_not_wait_while_parked() -> None:
    """While parked `flush()` sends at once, and delivers everything when that succeeds (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [DOWN])
    ids = harness.click(5)
    harness.settle()
    assert harness.state == "parked"
    harness.queue.flush()
    harness.settle()
    assert harness.stats["acknowledged"] == 5
    assert harness.api.ids[2:] == ids


def test_flush_ends_a_retry_after() -> None:
    """After `flush()` a batch that falls due does not wait for the `Retry-After` before (CONTRACT 3.7, 3.9)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [Failure(503, HOUR_MS), DOWN])
    harness.click()
    harness.settle()
    harness.queue.flush()
    harness.settle()
    assert (harness.state, len(harness.sizes)) == ("parked", 2)
    harness.click()
    assert len(harness.sizes) == 3


def test_flush_makes_one_attempt_while_requests_fail() -> None:
    """One `flush()` is one attempt while requests fail (CONTRACT 3.6, 3.9)."""
    harness = Harness({"maxBatchSize": 1}, down)
    harness.click(3)
    harness.settle()
    before = len(harness.sizes)
    harness.queue.flush()
    harness.settle()
    assert len(harness.sizes) == before + 1


def flush(harness: Harness) -> None:
    """Call `flush()`."""
    harness.queue.flush()


FLUSHES = pytest.mark.parametrize("flush_once", [flush, online])


@FLUSHES
def test_a_flush_outlives_a_request_that_fails(flush_once: Callable[[Harness], None]) -> None:
    """When the request in flight fails the events leave again at once, without a backoff (CONTRACT 3.7, 3.9)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    harness.click(2)
    flush_once(harness)
    harness.api.calls[0].reject(DOWN)
    harness.settle()
    assert len(harness.api.calls) == 3
    assert harness.stats["pending"] == 0


def test_a_flush_is_one_attempt() -> None:
    """When the attempt after the flush fails, the backoff is in force again (CONTRACT 3.6, 3.9)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD, DOWN, HOLD])
    harness.click()
    harness.queue.flush()
    harness.api.calls[0].reject(DOWN)
    harness.settle()
    assert len(harness.api.calls) == 2
    assert harness.state == "backing-off"
    harness.advance(3999)
    assert len(harness.api.calls) == 2
    harness.advance(1)
    assert len(harness.api.calls) == 3


def test_online_ends_a_parking_that_a_hung_request_begins() -> None:
    """After `online` a request that times out and parks the queue is tried again at once (CONTRACT 3.7, 3.9)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [HOLD])
    harness.click()
    harness.tab.page.tell("online")
    harness.api.calls[0].reject(Failure(None))
    harness.settle()
    assert harness.stats["acknowledged"] == 1
