"""CONTRACT 3.5, rows 2 to 4: the server rejects events. A batch is bisected until the poison event is alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Call, Failure
from tests.unit.harness import DAY_MS, HOUR_MS, Harness

REJECTIONS = {400: "rejected", 413: "too_large", 422: "rejected"}


def rejecting(status: int, *offers: str) -> Callable[[Call], Any]:
    """An endpoint that rejects a batch which contains one of these offers."""

    def answer(call: Call) -> Any:
        return Failure(status) if any(event["offerId"] in offers for event in call.events) else None

    return answer


@pytest.mark.parametrize("status", REJECTIONS)
@pytest.mark.parametrize("poison", range(10))
def test_a_rejected_batch_is_bisected_until_the_poison_event_is_alone(status: int, poison: int) -> None:
    """All other events are delivered at once, and only the poison event is left (CONTRACT 3.5, row 2)."""
    harness = Harness(script=rejecting(status, "bad"))
    harness.world.network.online = False
    ids = [harness.click(offerId="bad" if number == poison else "good")[0] for number in range(10)]
    harness.go_online()
    harness.settle()
    assert harness.stats["acknowledged"] == 9
    assert harness.stored() == [ids[poison]]
    assert [ids[poison]] in [call.ids for call in harness.api.calls]
    assert len(harness.sizes) <= 2 * 4 + 1


@pytest.mark.parametrize("status", REJECTIONS)
def test_halves_are_batches_of_their_own_in_the_same_order(status: int) -> None:
    """The first half leaves first, under a `batchId` of its own (CONTRACT 3.2, 3.3, 3.5)."""
    harness = Harness({"maxBatchSize": 4}, [Failure(status)])
    ids = harness.click(4)
    harness.settle()
    assert [call.ids for call in harness.api.calls] == [ids, ids[:2], ids[2:]]
    assert len({call.request["batchId"] for call in harness.api.calls}) == 3


def test_a_server_that_takes_only_few_at_once_is_served() -> None:
    """With 413 for more than two events the halves are delivered, and no event is dropped (CONTRACT 3.5, row 2)."""
    harness = Harness(script=lambda call: Failure(413) if len(call.events) > 2 else None)
    ids = harness.click(10)
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (10, [])
    assert set(harness.api.ids) == set(ids)


def test_later_events_wait_for_the_halves() -> None:
    """Later events leave behind the halves (CONTRACT 3.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    ids = harness.click(4)
    harness.api.calls[0].reject(Failure(422))
    harness.settle()
    assert [call.ids for call in harness.api.calls] == [ids[:2], ids[:1], ids[1:2], ids[2:]]


def test_a_half_with_a_delivery_failure_is_retried() -> None:
    """A half is retried like any batch (CONTRACT 3.3, 3.5)."""
    harness = Harness({"maxBatchSize": 4}, [Failure(400), Failure(503), Failure(503)])
    ids = harness.click(4)
    harness.settle()
    harness.advance(2000 + 4000)
    assert [call.ids for call in harness.api.calls] == [ids, ids[:2], ids[:2], ids[:2], ids[2:]]
    assert len({call.request["batchId"] for call in harness.api.calls[1:4]}) == 1
    assert harness.stats["acknowledged"] == 4


def test_two_poison_events_do_not_stop_the_others() -> None:
    """All other events of the batch are delivered at once (CONTRACT 3.5, row 2)."""
    harness = Harness(script=rejecting(422, "bad", "odd"))
    for number in range(10):
        harness.click(offerId={3: "bad", 4: "odd"}.get(number, "good"))
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"]) == (8, 2)


def test_after_an_expiry_the_other_event_is_sent_alone() -> None:
    """Of two rejected events one expires: the other is sent alone first (CONTRACT 3.5, 4.8)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [Failure(400)])
    harness.click(timestamp=harness.clock.now_ms() - 8 * DAY_MS)
    harness.click()
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.stats["acknowledged"]) == (["expired"], 1)


@pytest.mark.parametrize("status", REJECTIONS)
@pytest.mark.parametrize("tries", [1, 2, 10])
def test_a_poison_event_is_dropped_after_max_retries(status: int, tries: int) -> None:
    """After `maxRetries` rejections alone it is dropped with the reason of its status (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxRetries": tries, "maxBatchSize": 2}, rejecting(status, "bad"))
    good = harness.click(offerId="good")
    bad = harness.click(offerId="bad")
    harness.clock.run_until_idle(DAY_MS)
    assert [call.ids for call in harness.api.calls].count(bad) == tries
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(bad[0], REJECTIONS[status])]
    assert harness.stats["dropped"][REJECTIONS[status]] == 1
    assert good[0] not in [event["id"] for event, _, _ in harness.drops]
    assert (harness.texts, harness.state) == ({}, "idle")


def test_the_drop_names_the_status() -> None:
    """The detail of the drop contains the status (CONTRACT 3.5)."""
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, [Failure(422)])
    harness.click()
    harness.settle()
    assert "422" in harness.drops[0][2]


def test_a_poison_event_goes_to_the_back() -> None:
    """Events that came later are delivered before it is tried again (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    bad, *good = harness.click(4)
    harness.api.calls[0].reject(Failure(400))
    harness.settle()
    assert harness.api.ids == [bad, *good]
    assert (harness.stored(), harness.stats["acknowledged"]) == ([bad], 3)
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.api.ids == [bad, *good, bad]


def test_a_rejection_counts_as_a_retry() -> None:
    """Each rejection adds 1 to `retryCount` (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxBatchSize": 1}, [Failure(400), Failure(400), HOLD])
    harness.click()
    harness.clock.run_until_idle(HOUR_MS)
    assert [call.events[0].get("retryCount", 0) for call in harness.api.calls] == [0, 1, 2]


def test_a_poison_event_waits() -> None:
    """A rejected event waits 2 s or longer before it is tried again (CONTRACT 3.5, 3.6)."""
    harness = Harness({"maxBatchSize": 1}, [Failure(400)] * 9)
    harness.click()
    harness.clock.run_until_idle(HOUR_MS)
    assert len(harness.gaps_ms) == 9
    assert min(harness.gaps_ms) >= 2000


@pytest.mark.parametrize("answer", [Failure(400), {"retry": ["a"]}], ids=["rejected", "wanted again"])
@pytest.mark.parametrize(("config", "wait_ms"), [({"maxBatchDelay": 0}, 2000), ({"initialRetryDelay": 1}, 5000)], ids=str)
def test_an_event_at_the_back_waits_for_the_longer_delay(answer: Any, config: dict[str, int], wait_ms: int) -> None:
    """It waits for the longer of `maxBatchDelay` and `initialRetryDelay` (CONTRACT 3.4, 3.5)."""
    harness = Harness({"maxBatchSize": 1, **config}, [answer] * 9)
    harness.click(id="a")
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.gaps_ms == [wait_ms] * 9


def test_delivery_failures_do_not_count_as_rejections() -> None:
    """Only rejections bring an event nearer to its drop (CONTRACT 3.5)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 2}, [Failure(400), Failure(503), Failure(503), Failure(503)])
    harness.click()
    harness.clock.run_until_idle(DAY_MS)
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


def test_rejections_do_not_park_the_queue() -> None:
    """A rejection is not a delivery failure (CONTRACT 3.5, 3.7)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 3}, rejecting(400, "bad"))
    harness.click(2, offerId="bad")
    harness.click(5, offerId="good")
    harness.settle()
    assert harness.state not in ("parked", "backing-off")
    assert harness.stats["acknowledged"] == 5


def test_on_drop_gets_the_whole_event() -> None:
    """The dropped event comes to `onDrop` whole, with its `retryCount` (CONTRACT 1.4, 3.5)."""
    harness = Harness({"maxRetries": 2, "maxBatchSize": 1}, [Failure(400)] * 2)
    harness.click(offerId="bad", more=[1])
    harness.clock.run_until_idle(HOUR_MS)
    event = harness.drops[0][0]
    assert (event["offerId"], event["more"], event["retryCount"]) == ("bad", [1], 2)


def test_what_the_server_lists_as_rejected_is_dropped() -> None:
    """An event in `rejected` is dropped at once with the server's reason; the rest is acknowledged (CONTRACT 3.5, row 4)."""
    harness = Harness({"maxBatchSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"rejected": [{"id": b, "reason": "offer is closed"}, {"id": c}]})
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["dropped"]["rejected"], harness.texts) == (1, 2, {})
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(b, "rejected"), (c, "rejected")]
    assert harness.drops[0][2] == "offer is closed"
    assert isinstance(harness.drops[1][2], str)
    assert a not in [event["id"] for event, _, _ in harness.drops]


def test_a_reason_that_is_no_text_is_replaced() -> None:
    """`onDrop` gets a text, whatever the server's reason is (CONTRACT 1.4, 3.5)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"rejected": [{"id": ids[0], "reason": {"code": 5}}]})
    harness.settle()
    assert [(reason, type(detail)) for _, reason, detail in harness.drops] == [("rejected", str)]


def test_what_is_rejected_and_wanted_again_is_rejected() -> None:
    """An event in `rejected` and in `retry` is dropped (CONTRACT 3.5, row 4)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"rejected": [{"id": ids[0], "reason": "no"}], "retry": ids})
    harness.settle()
    assert (harness.reasons, harness.stats["pending"]) == (["rejected"], 0)
