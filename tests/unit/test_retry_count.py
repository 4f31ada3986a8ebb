"""CONTRACT 3.10: `retryCount` is the number of attempts without an acknowledgement."""

from __future__ import annotations

from tests.fakes import HOLD, World
from tests.keys import KEY
from tests.unit.harness import DOWN, HOUR_MS, Harness


def test_retry_count_counts_the_attempts_without_acknowledgement() -> None:
    """The first attempt has no `retryCount`, the next one 1, then 2 (CONTRACT 3.10)."""
    harness = Harness({"maxBatchSize": 2}, [DOWN, DOWN, None])
    harness.click(2)
    harness.advance(6000)
    counts = [[event.get("retryCount", 0) for event in call.events] for call in harness.api.calls]
    assert counts == [[0, 0], [1, 1], [2, 2]]


def test_retry_count_counts_a_retry_that_the_server_wants() -> None:
    """`retry` in an answer counts as an attempt without acknowledgement (CONTRACT 3.10)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"retry": ids})
    harness.clock.run_until_idle(HOUR_MS)
    assert [call.events[0].get("retryCount", 0) for call in harness.api.calls] == [0, 1]


def test_retry_count_outlives_the_page() -> None:
    """The next page sends the event with its stored `retryCount` (CONTRACT 3.10)."""
    world = World()
    harness = Harness({"maxBatchSize": 1}, [DOWN, DOWN, HOLD], world=world)
    harness.click()
    harness.advance(2000)
    harness.tab.kill()
    next_tab = Harness(world=world)
    next_tab.advance(5000)
    assert next_tab.api.calls[0].events[0]["retryCount"] == 2
    assert KEY not in next_tab.texts
