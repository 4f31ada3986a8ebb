"""CONTRACT 5.1: a page that is hidden or left sends what is unsent at once, and its requests outlive it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import HOLD, never_answers
from tests.unit.harness import DOWN, MINUTE_MS, Harness, body_bytes, hidden, pagehide
from tests.unit.stored_events import all_ids

LEAVINGS = pytest.mark.parametrize("leave", [hidden, pagehide])


def test_every_request_outlives_the_page() -> None:
    """Every request is `keepalive`, also a retry and one of a large event (CONTRACT 5.1)."""
    harness = Harness({"maxEventBytes": 20_000, "maxBatchSize": 4}, [DOWN])
    harness.click(3, note="x" * 19_000)
    harness.click(7)
    hidden(harness)
    harness.advance(MINUTE_MS)
    assert {call.request["keepalive"] for call in harness.api.calls} == {True}


@LEAVINGS
def test_unsent_events_leave_at_once(leave: Callable[[Harness], None]) -> None:
    """On hidden and on `pagehide` every unsent event leaves in the same call (CONTRACT 5.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(3)
    leave(harness)
    assert [call.ids for call in harness.api.calls] == [ids]


@LEAVINGS
def test_sent_events_stay_stored_until_they_are_acknowledged(leave: Callable[[Harness], None]) -> None:
    """Events that leave with the page stay in storage (CONTRACT 5.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(3)
    leave(harness)
    assert all_ids(harness.texts) == set(ids)


@LEAVINGS
def test_unsent_events_leave_beside_a_request_in_flight(leave: Callable[[Harness], None]) -> None:
    """Unsent events leave in a second request, since the answer to the first may come too late (CONTRACT 5.1)."""
    harness = Harness({"maxBatchSize": 2}, never_answers)
    ids = harness.click(3)
    leave(harness)
    assert [call.ids for call in harness.api.calls] == [ids[:2], ids[2:]]


@LEAVINGS
def test_at_most_60_000_bytes_leave_oldest_first(leave: Callable[[Harness], None]) -> None:
    """The requests that leave together have at most 60,000 bytes, and the oldest events (CONTRACT 5.1)."""
    harness = Harness({"maxBatchSize": 10, "maxQueueSize": 2000, "maxQueueBytes": 4_000_000}, never_answers)
    harness.go_offline()
    ids = harness.click(300, note="x" * 800)
    harness.world.network.online = True
    leave(harness)
    sent = harness.api.ids
    assert sent == ids[: len(sent)]
    assert 50_000 < sum(map(body_bytes, harness.api.calls)) <= 60_000
    assert all_ids(harness.texts) == set(ids)


@LEAVINGS
def test_a_request_in_flight_counts_among_the_60_000_bytes(leave: Callable[[Harness], None]) -> None:
    """The body of the request in flight is part of the 60,000 bytes (CONTRACT 5.1)."""
    harness = Harness({"maxBatchSize": 30}, never_answers)
    harness.click(90, note="x" * 1000)
    leave(harness)
    assert 50_000 < sum(map(body_bytes, harness.api.calls)) <= 60_000


def test_an_api_that_fails_in_the_call_is_called_once() -> None:
    """An api that throws is not called for batch after batch as the page is left (CONTRACT 3.6, 5.1)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN] * 5, delay_ms=None)
    harness.go_offline()
    harness.click(5)
    harness.world.network.online = True
    hidden(harness)
    assert len(set(harness.api.ids)) == 1


def test_hidden_twice_sends_once() -> None:
    """Events in flight are not sent again when the page is hidden again (CONTRACT 3.2, 5.1)."""
    harness = Harness(script=never_answers)
    harness.click(3)
    hidden(harness)
    hidden(harness)
    assert harness.sizes == [3]


@LEAVINGS
def test_an_idle_queue_sends_nothing(leave: Callable[[Harness], None]) -> None:
    """An idle queue sends nothing when the page is left (CONTRACT 5.1)."""
    harness = Harness()
    leave(harness)
    assert harness.sizes == []


@LEAVINGS
def test_offline_nothing_leaves(leave: Callable[[Harness], None]) -> None:
    """An offline page sends nothing when it is left; the events stay stored (CONTRACT 3.8, 5.1)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    leave(harness)
    assert (harness.sizes, all_ids(harness.texts)) == ([], set(ids))


def test_a_hidden_page_continues() -> None:
    """A hidden page handles answers, and sends new events as usual (CONTRACT 5.1)."""
    harness = Harness(script=[HOLD, HOLD])
    harness.click(3)
    hidden(harness)
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stats["acknowledged"], harness.texts) == (3, {})
    harness.click()
    harness.advance(5000)
    assert harness.sizes == [3, 1]


def test_requests_may_be_answered_in_any_order() -> None:
    """Each answer settles the events of its own request (CONTRACT 3.4, 5.1)."""
    harness = Harness({"maxBatchSize": 2}, never_answers)
    a, b, c, d = harness.click(4)
    hidden(harness)
    assert harness.sizes == [2, 2]
    harness.api.calls[1].resolve()
    harness.settle()
    assert harness.stored() == [a, b]
    harness.api.calls[0].resolve({"retry": [b]})
    harness.settle()
    assert (harness.stored(), harness.stats["acknowledged"]) == ([b], 3)
    assert {c, d} <= set(harness.api.ids)


def test_requests_that_fail_together_are_retried_one_after_the_other() -> None:
    """Each batch is retried under its own `batchId`, one request at a time, in order (CONTRACT 3.2, 3.3, 5.1)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD, HOLD])
    ids = harness.click(4)
    hidden(harness)
    for call in harness.api.calls[:2]:
        call.reject(DOWN)
    harness.advance(MINUTE_MS)
    names = [(call.ids, call.request["batchId"]) for call in harness.api.calls]
    assert names[2:] == names[:2]
    assert [each for each, _ in names[:2]] == [ids[:2], ids[2:]]
    assert harness.stats["acknowledged"] == 4


def test_requests_that_fail_together_are_one_delivery_failure() -> None:
    """Requests that left together count as one failure in a row (CONTRACT 3.7, 5.1)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 3}, [HOLD] * 5)
    harness.click(5)
    hidden(harness)
    for call in harness.api.calls:
        call.reject(DOWN)
    harness.settle()
    assert harness.state == "backing-off"
