"""CONTRACT 3.1 to 3.3: when a batch is sent, which events it contains, and in which order batches leave."""

from __future__ import annotations

from tests.fakes import HOLD
from tests.unit.harness import DOWN, HOUR_MS, Harness


def test_ten_events_leave_in_the_same_call() -> None:
    """The event that makes `maxBatchSize` unsent ones sends the batch before `enqueue` returns (CONTRACT 3.1)."""
    harness = Harness()
    ids = harness.click(9)
    assert harness.sizes == []
    ids += harness.click()
    assert [call.ids for call in harness.api.calls] == [ids]


def test_a_batch_leaves_max_batch_delay_after_its_first_event() -> None:
    """A batch leaves `maxBatchDelay` after its first unsent event, whenever the others came (CONTRACT 3.1)."""
    harness = Harness()
    harness.click()
    harness.advance(4000)
    harness.click()
    harness.advance(999)
    assert harness.sizes == []
    harness.advance(1)
    assert harness.sizes == [2]


def test_the_delay_begins_anew_with_the_next_batch() -> None:
    """Each batch waits from its own first event (CONTRACT 3.1)."""
    harness = Harness()
    harness.click(10)
    harness.advance(3000)
    harness.click()
    harness.advance(4999)
    assert harness.sizes == [10]
    harness.advance(1)
    assert harness.sizes == [10, 1]


def test_the_host_may_choose_size_and_delay() -> None:
    """`maxBatchSize` and `maxBatchDelay` set size and delay (CONTRACT 1.4, 3.1)."""
    harness = Harness({"maxBatchSize": 3, "maxBatchDelay": 700})
    harness.click(4)
    assert harness.sizes == [3]
    harness.advance(700)
    assert harness.sizes == [3, 1]


def test_without_a_delay_each_event_leaves_at_once() -> None:
    """With `maxBatchDelay` 0 each event is sent at once (CONTRACT 3.1)."""
    harness = Harness({"maxBatchDelay": 0})
    harness.click()
    harness.settle()
    assert harness.sizes == [1]


def test_one_timer_at_most_is_armed_and_none_without_work() -> None:
    """An idle queue has no timer, and a busy one has one (CONTRACT 3.1)."""
    harness = Harness()
    assert harness.clock.armed == 0
    harness.click(5)
    assert harness.clock.armed == 1
    harness.advance(5000)
    harness.settle()
    assert (harness.clock.armed, harness.stats["state"]) == (0, "idle")


def test_a_backlog_leaves_in_full_batches() -> None:
    """No request has more than `maxBatchSize` events; a full batch follows the one before at once (CONTRACT 3.1)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(35)
    assert harness.sizes == [10]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.sizes == [10, 10, 10]
    harness.advance(5000)
    assert harness.sizes == [10, 10, 10, 5]
    assert harness.api.ids == ids


def test_one_request_is_in_flight() -> None:
    """While a request has no answer no other one leaves (CONTRACT 3.2)."""
    harness = Harness(script=[HOLD])
    harness.click(50)
    harness.advance(HOUR_MS)
    assert harness.sizes == [10]
    assert (harness.stats["inFlight"], harness.stats["pending"], harness.state) == (10, 50, "sending")


def test_events_leave_in_the_order_they_came() -> None:
    """Events are sent in the order of their `enqueue`, also after failures (CONTRACT 3.2)."""
    harness = Harness({"maxBatchSize": 4}, [None, DOWN, DOWN, None, DOWN])
    ids = harness.click(19)
    harness.clock.run_until_idle(HOUR_MS)
    assert list(dict.fromkeys(harness.api.ids)) == ids
    assert harness.stats["acknowledged"] == 19


def test_a_batch_keeps_its_id_and_its_events_through_every_retry() -> None:
    """Each attempt of a batch has the same `batchId` and events, whatever is enqueued meanwhile (CONTRACT 3.3)."""
    harness = Harness({"maxBatchSize": 3}, [DOWN] * 4)
    ids = harness.click(2)
    harness.advance(5000)
    harness.click(2)
    harness.clock.run_until_idle(HOUR_MS)
    first, *others = harness.api.calls
    assert [(call.ids, call.request["batchId"]) for call in others[:4]] == [(ids, first.request["batchId"])] * 4
    assert [len(call.events) for call in others[4:]] == [2]


def test_each_batch_has_an_id_of_its_own() -> None:
    """No two batches have the same `batchId` (CONTRACT 3.3)."""
    harness = Harness({"maxBatchSize": 1})
    harness.click(20)
    harness.settle()
    assert len({call.request["batchId"] for call in harness.api.calls}) == 20
