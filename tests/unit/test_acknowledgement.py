"""CONTRACT 3.4: a request and its answer. Only events that the answer acknowledges are removed, by id."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, click
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness


def test_a_request_has_batch_id_timestamp_and_keepalive() -> None:
    """The api is called with the events and `{batchId, timestamp, keepalive}` (CONTRACT 3.4, 5.1)."""
    harness = Harness({"maxBatchSize": 1})
    event = click(id="e", timestamp=1, userAgent="u")
    now_ms = harness.clock.now_ms()
    harness.queue.enqueue(event)
    call = harness.api.calls[0]
    assert call.events == [event]
    assert set(call.request) == {"batchId", "timestamp", "keepalive"}
    assert isinstance(call.request["batchId"], str)
    assert (call.request["timestamp"], call.request["keepalive"]) == (now_ms, True)


def test_the_timestamp_is_that_of_the_attempt() -> None:
    """Each retry has the time of its own attempt (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.click()
    harness.advance(2000)
    first, second = (call.request["timestamp"] for call in harness.api.calls)
    assert second - first == 2000


@pytest.mark.parametrize("delay_ms", [None, 0, 300])
def test_a_success_acknowledges_every_event(delay_ms: float | None) -> None:
    """Resolved, or not a promise: all events of the request are acknowledged and removed from storage (CONTRACT 3.4)."""
    harness = Harness(delay_ms=delay_ms)
    harness.click(10)
    harness.advance(300)
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.texts) == (10, 0, {})


def test_an_api_that_throws_has_failed() -> None:
    """An api that throws instead of rejecting is retried (CONTRACT 3.4, 3.6)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN, None], delay_ms=None)
    harness.click()
    assert (harness.stats["failures"], harness.stats["pending"]) == (1, 1)
    harness.advance(2000)
    assert harness.stats["acknowledged"] == 1


def test_only_what_was_acknowledged_is_removed() -> None:
    """Events in `retry` stay stored, and the others are removed, by id (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 4}, [HOLD])
    a, b, c, d = harness.click(4)
    later = harness.click(2)
    harness.api.calls[0].resolve({"retry": [d, b]})
    harness.settle()
    assert harness.stats["acknowledged"] == 2
    assert set(harness.stored()) == {b, d, *later}
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.stats["acknowledged"] == 6
    assert harness.api.ids.count(b) == harness.api.ids.count(d) == 2
    assert harness.api.ids.count(a) == harness.api.ids.count(c) == 1


def test_an_event_in_retry_waits() -> None:
    """A server that lists every event in `retry`, always, gets at most one request in 2 s (CONTRACT 3.4, 3.6)."""
    harness = Harness({"maxBatchSize": 2}, lambda call: {"retry": call.ids})
    harness.click(2)
    harness.advance(10 * MINUTE_MS)
    assert 2 <= len(harness.sizes) <= 10 * MINUTE_MS / 2000 + 1
    assert (harness.stats["pending"], harness.stats["dropped"]["rejected"]) == (2, 0)


def test_an_answer_may_acknowledge_reject_and_retry() -> None:
    """An answer may acknowledge one event, reject another and want a third again (CONTRACT 3.4, 3.5)."""
    harness = Harness({"maxBatchSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"rejected": [{"id": a, "reason": "unknown offer"}], "retry": [b]})
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.stored()) == (1, 1, [b])
    assert [(event["id"], reason, detail) for event, reason, detail in harness.drops] == [(a, "rejected", "unknown offer")]
    assert c not in harness.stored()


def test_a_response_that_is_not_ok_is_a_failure() -> None:
    """A value whose `ok` is false, as `fetch` returns it, is a failure with its `status` (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [{"ok": False, "status": 500}, {"ok": True, "status": 200}])
    harness.click()
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["failures"], harness.state) == (0, 1, "backing-off")
    harness.advance(2000)
    assert harness.stats["acknowledged"] == 1


def test_a_response_with_422_rejects_the_events() -> None:
    """A value with `ok` false and 422 bisects the batch, as an error with that status does (CONTRACT 3.4, 3.5)."""
    harness = Harness({"maxBatchSize": 2}, [{"ok": False, "status": 422}])
    harness.click(2)
    harness.settle()
    assert harness.sizes == [2, 1, 1]


NONSENSE: tuple[Any, ...] = (
    None,
    True,
    0,
    "text",
    "",
    42,
    [],
    {},
    [{"rejected": ["?"]}],
    {"rejected": "all"},
    {"rejected": None, "retry": None},
    {"rejected": {"length": 1}},
    {"rejected": [None, 1, "x", [], {}, {"id": 7}, {"id": None}, {"reason": "no id"}]},
    {"rejected": [{"id": "unknown", "reason": "r"}], "retry": ["unknown", None, 7, {}, []]},
    {"retry": "all"},
    {"retry": {"length": 3}},
    {"accepted": 0, "status": 400},
)


@pytest.mark.parametrize("delay_ms", [None, 0])
@pytest.mark.parametrize("answer", NONSENSE, ids=repr)
def test_a_success_that_makes_no_sense_is_a_success(answer: Any, delay_ms: float | None) -> None:
    """A value without a well-formed list of known ids acknowledges every event (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 2}, [answer], delay_ms=delay_ms)
    harness.click(2)
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.drops, harness.texts) == (2, 0, [], {})


def test_an_id_in_an_answer_is_a_text() -> None:
    """The number 7 in an answer is not the id "7" (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [{"rejected": [{"id": 7}], "retry": [7]}])
    harness.click(id="7")
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])
