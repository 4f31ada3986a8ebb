"""Wishes outlive a request that fails: a flush, the way back online, and the server's own wish for a pause (CONTRACT 3.6 to 3.9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import HOLD, Failure
from tests.unit.bed import Bed

DOWN = Failure(503)


def flush(bed: Bed) -> None:
    bed.queue.flush()


def online(bed: Bed) -> None:
    bed.tab.page.tell("online")


WISHES = pytest.mark.parametrize("wish", [flush, online])


@WISHES
def test_a_wish_outlives_the_request_in_flight(wish: Callable[[Bed], None]) -> None:
    """With a request in flight that fails, the events leave again at once, without a backoff (CONTRACT 3.7, 3.9)."""
    bed = Bed({"maxBatchSize": 1}, [HOLD])
    bed.click(2)
    wish(bed)
    bed.api.calls[0].reject(DOWN)
    bed.settle()
    assert len(bed.api.calls) == 3
    assert bed.stats["pending"] == 0


def test_a_wish_is_granted_once() -> None:
    """The attempt after the wish fails as well: then the backoff is in force again (CONTRACT 3.6, 3.9)."""
    bed = Bed({"maxBatchSize": 1}, [HOLD, DOWN, HOLD])
    bed.click()
    bed.queue.flush()
    bed.api.calls[0].reject(DOWN)
    bed.settle()
    assert len(bed.api.calls) == 2
    assert bed.state == "backing-off"
    bed.advance(3999)
    assert len(bed.api.calls) == 2
    bed.advance(1)
    assert len(bed.api.calls) == 3


def test_the_way_back_ends_a_parking_that_a_hung_request_begins() -> None:
    """`online` while the last request hangs: its timeout parks the queue, and it tries again at once (CONTRACT 3.7, 3.8)."""
    bed = Bed({"maxBatchSize": 1, "maxRetries": 1}, [HOLD])
    bed.click()
    bed.tab.page.tell("online")
    bed.api.calls[0].reject(Failure(None))
    bed.settle()
    assert bed.stats["acknowledged"] == 1


@pytest.mark.parametrize("second", [DOWN, None], ids=["the other fails", "the other arrives"])
def test_retry_after_holds_for_all_that_left_together(second: Failure | None) -> None:
    """Of two requests in flight one is answered with `Retry-After`: nothing leaves before that time is over (CONTRACT 3.6)."""
    bed = Bed({"maxBatchSize": 2}, [HOLD, HOLD])
    bed.click(2)
    bed.click()
    bed.tab.page.tell("hidden")
    assert len(bed.api.calls) == 2
    bed.api.calls[0].reject(Failure(429, 30_000))
    bed.settle()
    if second is None:
        bed.api.calls[1].resolve()
    else:
        bed.api.calls[1].reject(second)
    bed.settle()
    bed.advance(29_999)
    assert len(bed.api.calls) == 2
    bed.advance(1)
    assert bed.stats["pending"] == 0


def test_a_response_that_is_not_ok_is_a_failure() -> None:
    """An api that returns what `fetch` returned loses no click of a 500: `ok` false fails with its `status` (CONTRACT 3.4)."""
    bed = Bed({"maxBatchSize": 1}, [{"ok": False, "status": 500}, {"ok": True, "status": 200}])
    bed.click()
    bed.settle()
    assert (bed.stats["acknowledged"], bed.stats["failures"], bed.state) == (0, 1, "backing-off")
    bed.advance(2000)
    assert bed.stats["acknowledged"] == 1


def test_a_response_that_rejects_the_events_is_no_backoff() -> None:
    """`ok` false with 422 rejects the events, as an error with that status does (CONTRACT 3.5)."""
    bed = Bed({"maxBatchSize": 2}, [{"ok": False, "status": 422}])
    bed.click(2)
    bed.settle()
    assert bed.sizes == [2, 1, 1]
