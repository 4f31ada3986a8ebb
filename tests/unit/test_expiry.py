"""CONTRACT 4.8: an event older than `maxEventAge` is dropped, but only after one more attempt has failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World
from tests.unit.harness import DAY_MS, DOWN, HOUR_MS, MINUTE_MS, Harness, offline
from tests.unit.stored_events import left_behind, stored_event


def old(harness: Harness, age_ms: float = 8 * DAY_MS) -> dict[str, Any]:
    """The fields of an event that is so old."""
    return {"timestamp": harness.clock.now_ms() - age_ms}


def test_an_old_event_is_offered_once_more() -> None:
    """An event older than `maxEventAge` is sent, and acknowledged if the server takes it (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1})
    harness.click(**old(harness))
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


@pytest.mark.parametrize("error", [Failure(), Failure(503), Failure(400)])
def test_an_old_event_is_dropped_after_a_failure(error: Failure) -> None:
    """After one failure an old event is dropped, `expired`, and removed from storage (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [error])
    ids = harness.click(**old(harness))
    harness.settle()
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(ids[0], "expired")]
    assert (harness.stats["dropped"]["expired"], harness.texts, harness.state) == (1, {}, "idle")


def test_an_old_event_is_not_dropped_without_an_attempt() -> None:
    """An old event waits while the browser is offline, and is delivered afterwards (CONTRACT 4.8)."""
    harness = offline()
    harness.click(**old(harness))
    harness.advance(9 * MINUTE_MS)
    assert (harness.stats["pending"], harness.drops) == (1, [])
    harness.go_online()
    harness.settle()
    assert harness.stats["acknowledged"] == 1


def test_an_old_event_that_the_server_wants_again_is_dropped() -> None:
    """An old event that an answer lists as `retry` is dropped, `expired` (CONTRACT 3.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click(**old(harness))
    harness.api.calls[0].resolve({"retry": ids})
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.sizes, harness.texts) == (["expired"], [1], {})


def test_the_young_of_a_batch_do_not_go_with_the_old() -> None:
    """Only the old event of a batch is dropped; the others are retried under the same `batchId` (CONTRACT 3.3, 4.8)."""
    harness = Harness({"maxBatchSize": 3}, [DOWN])
    young = harness.click(2)
    harness.click(**old(harness))
    harness.advance(2000)
    assert [call.ids for call in harness.api.calls[1:]] == [young]
    assert len({call.request["batchId"] for call in harness.api.calls}) == 1
    assert (harness.reasons, harness.stats["acknowledged"]) == (["expired"], 2)


def test_an_event_grows_old_while_it_is_retried() -> None:
    """An event is dropped by the first failure after seven days, and by none before (CONTRACT 1.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1}, lambda call: DOWN)
    harness.click()
    harness.advance(7 * DAY_MS)
    assert (harness.stats["pending"], harness.drops) == (1, [])
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.state) == (["expired"], "idle")


def test_the_host_may_choose_the_age() -> None:
    """`maxEventAge` sets the age; an event of exactly that age is not older (CONTRACT 1.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1, "maxEventAge": 2000}, lambda call: DOWN)
    harness.click()
    harness.advance(2000)
    assert harness.drops == []
    harness.advance(4000)
    assert harness.reasons == ["expired"]


def test_an_event_from_the_future_is_not_old() -> None:
    """A wall clock that was set back expires no event (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.click()
    harness.clock.jump_wall(-300 * DAY_MS)
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


def test_an_event_from_before_1970_is_delivered() -> None:
    """An event with a negative timestamp is adopted and delivered (CONTRACT 4.8)."""
    world = World()
    first = Harness(script=[HOLD], world=world)
    ids = first.click(timestamp=-1)
    first.tab.kill()
    second = Harness(world=world)
    second.advance(MINUTE_MS)
    assert (second.api.ids, second.drops) == (ids, [])


def test_stored_events_expire_too() -> None:
    """Old events of an earlier page are sent once, and dropped when that fails (CONTRACT 4.8)."""
    harness = Harness(world=left_behind(stored_event(1, timestamp=1), stored_event(2, timestamp=1)), script=[DOWN])
    assert harness.api.ids == ["old-1", "old-2"]
    harness.settle()
    assert (harness.reasons, harness.texts) == (["expired", "expired"], {})
