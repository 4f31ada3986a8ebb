"""CONTRACT 4.7: over `maxQueueSize` or `maxQueueBytes` the oldest event that is not in flight is dropped."""

from __future__ import annotations

from tests.fakes import HOLD
from tests.keys import KEY
from tests.unit.harness import DOWN, MINUTE_MS, Harness, of_size, offline


def test_over_max_queue_size_the_oldest_goes() -> None:
    """Each event over `maxQueueSize` drops the oldest one, `overflow`; the others stay stored and are sent (CONTRACT 4.7)."""
    harness = offline({"maxQueueSize": 5})
    ids = harness.click(8)
    assert harness.stored() == ids[3:]
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(each, "overflow") for each in ids[:3]]
    assert harness.stats["dropped"]["overflow"] == 3
    harness.go_online()
    harness.settle()
    assert harness.api.ids == ids[3:]


def test_over_max_queue_bytes_the_oldest_go() -> None:
    """Over `maxQueueBytes` the oldest events are dropped, several small ones for a large one (CONTRACT 4.7)."""
    harness = offline({"maxQueueBytes": 4000})
    small = harness.click(12)
    large = harness.click(note="x" * 3000)
    assert harness.stored()[-1:] == large
    assert set(harness.reasons) == {"overflow"}
    assert len(harness.texts[harness.journal_key]) <= 4000 + 100
    assert harness.stored()[:-1] == small[len(harness.reasons) :]


def test_exactly_max_queue_bytes_fit() -> None:
    """Events of exactly `maxQueueBytes` drop none (CONTRACT 4.7)."""
    harness = offline({"maxQueueBytes": 1000})
    for event_id in "ab":
        harness.queue.enqueue(of_size(500, id=event_id))
    assert (harness.stored(), harness.drops) == (["a", "b"], [])


def test_one_event_does_not_drop_all_others() -> None:
    """An event that is larger than `maxQueueBytes` is `invalid`, and drops no other (CONTRACT 2.4, 4.7)."""
    harness = offline({"maxQueueBytes": 2000})
    ids = harness.click(5)
    assert harness.click(note="x" * 3000) == [None]
    assert (harness.stored(), harness.reasons) == (ids, ["invalid"])


def test_a_dropped_event_may_be_enqueued_again() -> None:
    """A dropped event that the host enqueues again is stored and sent, also after the back/forward cache (CONTRACT 2.1, 4.7, 5.2)."""
    harness = offline({"maxQueueSize": 2})
    first, *_ = harness.click(3)
    assert harness.reasons == ["overflow"]
    assert harness.queue.enqueue(harness.drops[0][0]) == first
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    assert first in harness.stored()
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert first in harness.api.ids


def test_a_queue_smaller_than_a_batch_is_sent_when_it_is_full() -> None:
    """A full queue that is smaller than a batch is sent, and no event is dropped (CONTRACT 3.1, 4.7)."""
    harness = Harness({"maxQueueSize": 5})
    harness.click(4)
    assert harness.sizes == []
    harness.click()
    harness.settle()
    assert (harness.sizes, harness.drops, harness.stats["acknowledged"]) == ([5], [], 5)


def test_an_event_in_flight_is_not_dropped() -> None:
    """The oldest event that is not in flight is dropped (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 2, "maxQueueSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    d, e = harness.click(2)
    assert [event["id"] for event, _, _ in harness.drops] == [c, d]
    assert harness.stored() == [a, b, e]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 2


def test_where_every_event_is_in_flight_none_is_dropped() -> None:
    """A queue whose events are all in flight may have more than `maxQueueSize` (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 3, "maxQueueSize": 1}, [HOLD])
    harness.go_offline()
    a, b, c = harness.click(3)
    assert harness.stored() == [c]
    harness.go_online()
    assert (harness.stats["inFlight"], harness.stats["dropped"]["overflow"]) == (1, 2)
    d = harness.click()[0]
    assert d is not None
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 1
    assert {event["id"] for event, _, _ in harness.drops} <= {a, b, d}


def test_an_event_that_outgrows_the_limit_in_flight_stays() -> None:
    """An event in flight that its `retryCount` made longer than `maxQueueBytes` is not dropped (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 1, "maxQueueBytes": 1000}, [DOWN, HOLD])
    ids = [harness.queue.enqueue(of_size(995, timestamp=harness.clock.now_ms()))]
    harness.advance(2000)
    assert len(harness.texts[KEY]) > 1000
    harness.click(note="x" * 800)
    assert (harness.stats["inFlight"], harness.reasons) == (1, ["overflow"])
    harness.api.calls[1].resolve()
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids * 2, 1, {})


def test_an_event_that_waits_for_its_retry_may_be_dropped() -> None:
    """Between two attempts the oldest event of a batch is dropped, and the rest of the batch is sent (CONTRACT 3.3, 4.7)."""
    harness = Harness({"maxBatchSize": 3, "maxQueueSize": 4}, [DOWN])
    a, b, c = harness.click(3)
    harness.settle()
    d, e = harness.click(2)
    assert [event["id"] for event, _, _ in harness.drops] == [a]
    harness.clock.run_until_idle(MINUTE_MS)
    assert [call.ids for call in harness.api.calls] == [[a, b, c], [b, c], [d, e]]


def test_on_drop_is_called_after_the_new_event_is_stored() -> None:
    """When `onDrop` is called for an overflow the new event is already stored (CONTRACT 2.1, 4.7)."""
    seen: list[list[str]] = []
    harness: Harness = Harness({"maxQueueSize": 1, "onDrop": lambda event, reason, detail: seen.append(harness.stored())})
    harness.go_offline()
    harness.click()
    new = harness.click()
    assert seen == [new]
