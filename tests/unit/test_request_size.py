"""CONTRACT 3.1: no request has more than 60,000 bytes of body, and each is as full as its events allow."""

from __future__ import annotations

import pytest

from tests.fakes import HOLD, FakeNetwork
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness, body_bytes


@pytest.mark.parametrize("note", ["x" * 19_000, "x" * 3_900, "x" * 40, "€" * 9_000, "\\" * 7_000])
def test_no_request_is_larger_than_60_000_bytes(note: str) -> None:
    """Whatever the size and number of the events, each body has at most 60,000 bytes, and all arrive in order (CONTRACT 3.1)."""
    harness = Harness({"maxBatchSize": 1000, "maxEventBytes": 50_000, "maxQueueSize": 1000, "maxQueueBytes": 4_000_000})
    ids = harness.click(1000 if len(note) == 40 else 40, note=note)
    harness.advance(MINUTE_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert harness.api.ids == ids


def test_a_request_is_filled() -> None:
    """A request ends only where the next event does not fit (CONTRACT 3.1)."""
    harness = Harness({"maxBatchSize": 1000})
    harness.click(100, note="x" * 2_000)
    harness.advance(MINUTE_MS)
    assert min(map(body_bytes, harness.api.calls[:-1])) > 60_000 - 2_700


def test_an_event_of_the_largest_size_is_sent() -> None:
    """The largest event that a host can allow is sent, also with the `retryCount` of 20 failures (CONTRACT 3.1)."""
    harness = Harness({"maxEventBytes": 50_000, "maxRetries": 1000}, [DOWN] * 20)
    ids = harness.click(note="x" * 49_700)
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.stats["acknowledged"] == 1
    assert harness.api.ids == ids * 21
    assert max(map(body_bytes, harness.api.calls)) <= 60_000


def test_a_full_request_has_room_for_its_retry_counts() -> None:
    """A full batch stays whole, and within 60,000 bytes, through 120 retries (CONTRACT 3.1, 3.3, 3.10)."""
    harness = Harness({"maxBatchSize": 1000, "maxRetries": 1000}, [DOWN] * 120)
    harness.click(1000)
    harness.clock.run_until_idle(10 * HOUR_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert len({tuple(call.ids) for call in harness.api.calls[:121]}) == 1


class Impatient(FakeNetwork):
    """A network that breaks after 10,000 questions: an endless loop fails the test."""

    def __init__(self, harness: Harness) -> None:
        super().__init__()
        self._network = harness.env.network
        self._asks = iter(range(10_000))
        harness.env.network = self

    def is_online(self) -> bool:
        next(self._asks)
        return self._network.is_online()


def test_a_full_batch_survives_the_back_forward_cache() -> None:
    """The events of a full batch, grown by their `retryCount`, are sent after the return (CONTRACT 3.1, 5.2)."""
    harness = Harness({"maxBatchSize": 1000}, [DOWN, HOLD])
    Impatient(harness)
    harness.go_offline()
    ids = harness.click(400)
    harness.go_online()
    harness.advance(2000)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[1].reject(DOWN)
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids) == set(ids)
    assert (harness.stats["acknowledged"], harness.stats["pending"]) == (400, 0)


def test_larger_events_under_ids_in_flight_are_sent_apart() -> None:
    """After a purge, larger events with the ids in flight are sent in requests of their own (CONTRACT 3.1, 5.4)."""
    harness = Harness({"maxEventBytes": 50_000, "maxBatchSize": 2}, [HOLD])
    Impatient(harness)
    for event_id in "xy":
        harness.click(id=event_id)
    harness.queue.purge()
    for event_id in "xy":
        harness.click(id=event_id, note="n" * 40_000)
    harness.api.calls[0].reject(DOWN)
    harness.advance(MINUTE_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert [call.ids for call in harness.api.calls[1:]] == [["x"], ["y"]]
