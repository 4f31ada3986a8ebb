"""Wishes outlive a request that fails: a flush, the way back online, and the server's own wish for a pause (CONTRACT 3.6 to 3.9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import HOLD, Failure
from tests.unit.harness import Harness

DOWN = Failure(503)


def flush(harness: Harness) -> None:
    harness.queue.flush()


def online(harness: Harness) -> None:
    harness.tab.page.tell("online")


WISHES = pytest.mark.parametrize("wish", [flush, online])


@WISHES
def test_a_wish_outlives_the_request_in_flight(wish: Callable[[Harness], None]) -> None:
    """With a request in flight that fails, the events leave again at once, without a backoff (CONTRACT 3.7, 3.9)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    harness.click(2)
    wish(harness)
    harness.api.calls[0].reject(DOWN)
    harness.settle()
    assert len(harness.api.calls) == 3
    assert harness.stats["pending"] == 0


def test_a_wish_is_granted_once() -> None:
    """The attempt after the wish fails as well: then the backoff is in force again (CONTRACT 3.6, 3.9)."""
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


def test_the_way_back_ends_a_parking_that_a_hung_request_begins() -> None:
    """`online` while the last request hangs: its timeout parks the queue, and it tries again at once (CONTRACT 3.7, 3.8)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [HOLD])
    harness.click()
    harness.tab.page.tell("online")
    harness.api.calls[0].reject(Failure(None))
    harness.settle()
    assert harness.stats["acknowledged"] == 1


@pytest.mark.parametrize("second", [DOWN, None], ids=["the other fails", "the other arrives"])
def test_retry_after_holds_for_all_that_left_together(second: Failure | None) -> None:
    """Of two requests in flight one is answered with `Retry-After`: nothing leaves before that time is over (CONTRACT 3.6)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD, HOLD])
    harness.click(2)
    harness.click()
    harness.tab.page.tell("hidden")
    assert len(harness.api.calls) == 2
    harness.api.calls[0].reject(Failure(429, 30_000))
    harness.settle()
    if second is None:
        harness.api.calls[1].resolve()
    else:
        harness.api.calls[1].reject(second)
    harness.settle()
    harness.advance(29_999)
    assert len(harness.api.calls) == 2
    harness.advance(1)
    assert harness.stats["pending"] == 0


def test_a_response_that_is_not_ok_is_a_failure() -> None:
    """An api that returns what `fetch` returned loses no click of a 500: `ok` false fails with its `status` (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [{"ok": False, "status": 500}, {"ok": True, "status": 200}])
    harness.click()
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["failures"], harness.state) == (0, 1, "backing-off")
    harness.advance(2000)
    assert harness.stats["acknowledged"] == 1


def test_a_response_that_rejects_the_events_is_no_backoff() -> None:
    """`ok` false with 422 rejects the events, as an error with that status does (CONTRACT 3.5)."""
    harness = Harness({"maxBatchSize": 2}, [{"ok": False, "status": 422}])
    harness.click(2)
    harness.settle()
    assert harness.sizes == [2, 1, 1]
