"""CONTRACT 3.6: `Retry-After` makes a wait longer, never shorter, for at most one hour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, Failure
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness, single


@pytest.mark.parametrize("status", [None, 200, 301, 401, 404, 429, 500, 503])
def test_retry_after_makes_a_delay_longer(status: int | None) -> None:
    """On any status `retryAfterMs` makes the delay longer (CONTRACT 3.6)."""
    harness = single([Failure(status, 7000)])
    harness.advance(6999)
    assert len(harness.sizes) == 1
    harness.advance(1)
    assert len(harness.sizes) == 2


@pytest.mark.parametrize("status", [400, 413, 422])
def test_retry_after_applies_to_a_rejection(status: int) -> None:
    """After 400, 413 and 422 the halves of the batch wait for it (CONTRACT 3.5, 3.6)."""
    harness = Harness({"maxBatchSize": 2}, [Failure(status, 90_000)])
    harness.click(2)
    harness.advance(89_999)
    assert harness.sizes == [2]
    harness.advance(1)
    assert harness.sizes == [2, 1, 1]


@pytest.mark.parametrize("retry_after_ms", [0, 1, 1999, -5, -1e12])
def test_retry_after_makes_a_delay_never_shorter(retry_after_ms: float) -> None:
    """A `retryAfterMs` below the delay of the backoff changes nothing (CONTRACT 3.6)."""
    harness = single([Failure(429, retry_after_ms)])
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [2000]


@pytest.mark.parametrize("retry_after_ms", [HOUR_MS, HOUR_MS + 1, 10**9, 1e300])
def test_retry_after_is_capped_at_one_hour(retry_after_ms: float) -> None:
    """The longest delay that a server can set is one hour (CONTRACT 3.6)."""
    harness = single([Failure(429, retry_after_ms)])
    harness.advance(5 * HOUR_MS)
    assert harness.gaps_ms == [HOUR_MS]


@pytest.mark.parametrize("retry_after_ms", ["90000", None, True, [], [90_000], {}, float("nan"), float("inf")], ids=repr)
def test_a_retry_after_that_is_no_number_is_ignored(retry_after_ms: Any) -> None:
    """A value that is not a finite number changes nothing (CONTRACT 3.6)."""
    harness = single([Failure(503, retry_after_ms)])
    harness.advance(5 * HOUR_MS)
    assert harness.gaps_ms == [2000]


def test_retry_after_is_forgotten_with_the_next_answer() -> None:
    """It applies to one delay; the next failure has the delay of the backoff (CONTRACT 3.6)."""
    harness = single([Failure(503, 50_000), DOWN, None])
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.gaps_ms == [50_000, 4000]


def test_a_hidden_page_keeps_to_retry_after() -> None:
    """A page that is hidden sends nothing before it is over, new events neither; they are stored (CONTRACT 3.6, 5.1)."""
    harness = Harness(script=[Failure(429, HOUR_MS), None])
    first = harness.click()
    harness.advance(5000)
    harness.tab.page.tell("hidden")
    new = harness.click()
    harness.tab.page.tell("hidden")
    assert ([call.ids for call in harness.api.calls], harness.stored()) == ([first], first + new)
    harness.advance(HOUR_MS)
    assert [call.ids for call in harness.api.calls] == [first, first, new]


@pytest.mark.parametrize("second", [DOWN, None], ids=["the other fails", "the other arrives"])
def test_retry_after_applies_to_all_that_left_together(second: Failure | None) -> None:
    """With `Retry-After` on one of two requests nothing leaves before it is over, whatever the other answer (CONTRACT 3.6)."""
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


def test_a_parked_queue_waits_for_retry_after() -> None:
    """A parked queue tries again when the hour of a `Retry-After` is over (CONTRACT 3.6, 3.7)."""
    harness = single([Failure(503, HOUR_MS), DOWN], maxRetries=1)
    harness.advance(HOUR_MS - 1)
    assert (harness.state, len(harness.sizes)) == ("parked", 1)
    harness.advance(1)
    assert len(harness.sizes) == 2


def test_parked_a_new_batch_waits_for_retry_after() -> None:
    """A full batch of a parked queue waits for it too (CONTRACT 3.6, 3.7)."""
    harness = single([Failure(503, HOUR_MS)], maxRetries=1)
    harness.settle()
    harness.click(3)
    harness.advance(HOUR_MS - 1)
    assert (harness.state, harness.sizes) == ("parked", [1])
    harness.advance(1)
    assert harness.stats["acknowledged"] == 4
