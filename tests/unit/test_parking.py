"""CONTRACT 3.7: after `maxRetries` delivery failures in a row the queue is parked; what ends that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness, down, online, single, visible


def parked(script: Any = down, **config: Any) -> Harness:
    """A parked queue with one event."""
    harness = single(script, maxRetries=3, **config)
    harness.advance(2000 + 4000)
    assert (harness.state, len(harness.sizes)) == ("parked", 3)
    return harness


def test_failures_in_a_row_park_the_queue() -> None:
    """The queue is parked by `maxRetries` failures in a row, and by no fewer (CONTRACT 3.7)."""
    harness = single(down)
    harness.advance(2000 + 4000 + 8000 + 16_000 + 4 * 30_000)
    assert (harness.state, len(harness.sizes)) == ("backing-off", 9)
    harness.advance(30_000)
    assert (harness.state, len(harness.sizes)) == ("parked", 10)


def test_a_success_between_failures_prevents_parking() -> None:
    """Failures before a success do not count (CONTRACT 3.7)."""
    harness = single([DOWN, DOWN, None, DOWN, DOWN, None], maxRetries=3)
    harness.advance(6000)
    harness.click()
    harness.advance(6000)
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 2)


def test_a_rejection_between_failures_prevents_parking() -> None:
    """The server answered, so failures before a rejection do not count (CONTRACT 3.5, 3.7)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 2}, [DOWN, Failure(400), DOWN])
    harness.click(2)
    harness.advance(2000)
    harness.settle()
    assert (harness.stats["failures"], harness.state) == (3, "backing-off")


def test_parked_drops_nothing() -> None:
    """A parked queue drops no event, however long the server is down (CONTRACT 3.7)."""
    harness = parked()
    ids = harness.click(40)
    harness.advance(6 * 24 * HOUR_MS)
    assert (harness.state, harness.drops, harness.stats["pending"]) == ("parked", [], 41)
    assert set(ids) < set(harness.stored())


def test_parked_it_probes_every_ten_minutes() -> None:
    """A parked queue tries again every 10 minutes (CONTRACT 3.7)."""
    harness = parked()
    harness.advance(HOUR_MS)
    assert harness.gaps_ms[2:] == [10 * MINUTE_MS] * 6


def test_a_probe_that_succeeds_ends_the_parking() -> None:
    """Then every event is sent, and a later failure waits 2 s (CONTRACT 3.6, 3.7)."""
    harness = parked([DOWN] * 3)
    harness.advance(10 * MINUTE_MS)
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 1)
    harness.api.then(DOWN)
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms[-1] == 2000


@pytest.mark.parametrize("way_out", [online, visible])
def test_parked_it_tries_again_on_online_and_on_visible(way_out: Callable[[Harness], None]) -> None:
    """`online`, and a page that becomes visible, send in the same call (CONTRACT 3.7)."""
    harness = parked([DOWN] * 3)
    way_out(harness)
    assert len(harness.sizes) == 4
    harness.settle()
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 1)


@pytest.mark.parametrize("way_out", [online, visible])
def test_a_failed_attempt_leaves_it_parked(way_out: Callable[[Harness], None]) -> None:
    """After one failed attempt the 10 minutes begin again (CONTRACT 3.7)."""
    harness = parked()
    way_out(harness)
    harness.advance(10 * MINUTE_MS - 1)
    assert (harness.state, len(harness.sizes)) == ("parked", 4)
    harness.advance(1)
    assert len(harness.sizes) == 5


def test_parked_a_full_new_batch_tries_again() -> None:
    """A new batch that is full is sent in the same call, behind the old one (CONTRACT 3.1, 3.7)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [DOWN])
    ids = harness.click(2)
    harness.advance(1)
    assert harness.state == "parked"
    harness.click()
    assert len(harness.sizes) == 1
    harness.click()
    assert harness.api.ids == ids * 2
    harness.settle()
    assert harness.stats["acknowledged"] == 4


def test_parked_a_new_batch_that_falls_due_by_time_tries_again() -> None:
    """One new event is sent after `maxBatchDelay`, behind the old batch (CONTRACT 3.1, 3.7)."""
    harness = Harness({"maxRetries": 1}, [DOWN])
    harness.click()
    harness.advance(5001)
    assert harness.state == "parked"
    harness.click()
    harness.advance(4999)
    assert len(harness.sizes) == 1
    harness.advance(1)
    assert harness.stats["acknowledged"] == 2


def test_an_event_in_the_millisecond_of_the_parking_is_new() -> None:
    """Its batch falls due by its own time (CONTRACT 3.7)."""
    harness = Harness({"maxRetries": 1}, [DOWN])
    harness.click()
    harness.advance(5000)
    assert harness.state == "parked"
    harness.click()
    harness.advance(5000)
    assert harness.stats["acknowledged"] == 2


def test_parked_the_next_page_tries_at_once() -> None:
    """The next page sends the events of a parked queue at once (CONTRACT 3.7)."""
    world = World()
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, down, world=world)
    harness.click()
    harness.settle()
    assert harness.state == "parked"
    harness.tab.close()
    next_tab = Harness(world=world)
    assert next_tab.sizes == [1]
    next_tab.settle()
    assert next_tab.texts == {}


def test_visible_does_not_shorten_a_backoff() -> None:
    """A page that becomes visible while the queue backs off sends nothing (CONTRACT 3.6, 3.7)."""
    harness = single(down)
    harness.settle()
    visible(harness)
    assert len(harness.sizes) == 1


def test_parked_with_a_request_in_flight_is_sending() -> None:
    """The state of a parked queue with a request in flight is `sending` (CONTRACT 6.1)."""
    harness = parked([DOWN] * 3 + [HOLD])
    online(harness)
    assert harness.state == "sending"
