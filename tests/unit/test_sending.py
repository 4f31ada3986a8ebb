"""CONTRACT 3.1 to 3.4 and 3.8 to 3.10: when a batch goes, what it carries, and what the host and the line have to say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, Failure, FakeNetwork, World, click
from tests.keys import KEY
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness, body_bytes

DOWN = Failure(503)


def down(call: Any) -> Failure:
    """An endpoint that fails every time."""
    return DOWN


# -- 3.1


def test_ten_events_go_in_the_same_call() -> None:
    """The event that makes maxBatchSize unsent ones sends the batch before enqueue returns (CONTRACT 3.1)."""
    harness = Harness()
    ids = harness.click(9)
    assert harness.sizes == []
    ids += harness.click()
    assert [call.ids for call in harness.api.calls] == [ids]


def test_fewer_go_when_the_first_has_waited_long_enough() -> None:
    """A batch goes maxBatchDelay after its first unsent event, whatever came later (CONTRACT 3.1)."""
    harness = Harness()
    harness.click()
    harness.advance(4000)
    harness.click()
    harness.advance(999)
    assert harness.sizes == []
    harness.advance(1)
    assert harness.sizes == [2]


def test_the_delay_begins_anew_with_the_next_batch() -> None:
    """Each batch counts from its own first event (CONTRACT 3.1)."""
    harness = Harness()
    harness.click(10)
    harness.advance(3000)
    harness.click()
    harness.advance(4999)
    assert harness.sizes == [10]
    harness.advance(1)
    assert harness.sizes == [10, 1]


def test_the_host_may_choose_size_and_delay() -> None:
    """maxBatchSize and maxBatchDelay are the host's (CONTRACT 1.4, 3.1)."""
    harness = Harness({"maxBatchSize": 3, "maxBatchDelay": 700})
    harness.click(4)
    assert harness.sizes == [3]
    harness.advance(700)
    assert harness.sizes == [3, 1]


def test_no_delay_means_at_once() -> None:
    """maxBatchDelay 0 sends each event as soon as it comes (CONTRACT 3.1)."""
    harness = Harness({"maxBatchDelay": 0})
    harness.click()
    harness.settle()
    assert harness.sizes == [1]


def test_one_timer_at_most_is_armed_and_none_without_work() -> None:
    """An idle queue costs the page nothing; a busy one a single timer (CONTRACT 3.1)."""
    harness = Harness()
    assert harness.clock.armed == 0
    harness.click(5)
    assert harness.clock.armed == 1
    harness.advance(5000)
    harness.settle()
    assert (harness.clock.armed, harness.stats["state"]) == (0, "idle")


def test_a_backlog_goes_in_batches_of_the_allowed_size() -> None:
    """Never more than maxBatchSize events in one request; a full batch follows its forerunner at once (CONTRACT 3.1)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(35)
    assert harness.sizes == [10]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.sizes == [10, 10, 10]
    harness.advance(5000)
    assert harness.sizes == [10, 10, 10, 5]
    assert harness.api.ids == ids


@pytest.mark.parametrize("note", ["x" * 19_000, "x" * 3_900, "x" * 40, "€" * 9_000, "\\" * 7_000])
def test_no_request_is_larger_than_60_000_bytes(note: str) -> None:
    """However large or many the events are, a body stays within 60 000 bytes, and all arrive in order (CONTRACT 3.1)."""
    harness = Harness({"maxBatchSize": 1000, "maxEventBytes": 50_000, "maxQueueSize": 1000, "maxQueueBytes": 4_000_000})
    ids = harness.click(1000 if len(note) == 40 else 40, note=note)
    harness.advance(MINUTE_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert harness.api.ids == ids


def test_bytes_are_used_well() -> None:
    """A request is closed because the next event does not fit, not earlier (CONTRACT 3.1)."""
    harness = Harness({"maxBatchSize": 1000})
    harness.click(100, note="x" * 2_000)
    harness.advance(MINUTE_MS)
    assert min(map(body_bytes, harness.api.calls[:-1])) > 60_000 - 2_700


def test_an_event_of_the_largest_size_is_sent() -> None:
    """The largest event that a host can allow fits into a request, also with the retryCount of a long life (CONTRACT 3.1)."""
    harness = Harness({"maxEventBytes": 50_000, "maxRetries": 1000}, [DOWN] * 20)
    ids = harness.click(note="x" * 49_700)
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.stats["acknowledged"] == 1
    assert harness.api.ids == ids * 21
    assert max(map(body_bytes, harness.api.calls)) <= 60_000


def test_a_full_request_has_room_for_what_its_retries_add() -> None:
    """Each `retryCount` makes an event longer; the batch stays whole, and within 60 000 bytes (CONTRACT 3.1, 3.3, 3.10)."""
    harness = Harness({"maxBatchSize": 1000, "maxRetries": 1000}, [DOWN] * 120)
    harness.click(1000)
    harness.clock.run_until_idle(10 * HOUR_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert len({tuple(call.ids) for call in harness.api.calls[:121]}) == 1


class Impatient(FakeNetwork):
    """A network that breaks when it is asked over and over: a loop that would never end fails a test instead."""

    def __init__(self, harness: Harness) -> None:
        super().__init__()
        self._network = harness.env.network
        self._asks = iter(range(10_000))
        harness.env.network = self

    def is_online(self) -> bool:
        next(self._asks)
        return self._network.is_online()


def test_a_full_batch_survives_a_freeze() -> None:
    """What returns from storage has grown by its `retryCount`: the batch is still sent when its answer was a failure (CONTRACT 3.1, 5.2)."""
    harness = Harness({"maxBatchSize": 1000}, [DOWN, HOLD])
    Impatient(harness)
    harness.go_offline()
    ids = harness.click(400)
    harness.go_online()
    harness.advance(2000)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[1].reject(DOWN)
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids) == set(ids)
    assert (harness.stats["acknowledged"], harness.stats["pending"]) == (400, 0)


def test_larger_events_under_ids_in_flight_travel_anew() -> None:
    """Purged and clicked again, they are other events: not what their batch has room for (CONTRACT 3.1, 5.4)."""
    harness = Harness({"maxEventBytes": 50_000, "maxBatchSize": 2}, [HOLD])
    Impatient(harness)
    for event_id in "xy":
        harness.click(id=event_id)
    harness.queue.purge()
    for event_id in "xy":
        harness.click(id=event_id, note="n" * 40_000)
    harness.api.calls[0].reject(DOWN)
    harness.advance(MINUTE_MS)
    assert max(map(body_bytes, harness.api.calls)) <= 60_000
    assert [call.ids for call in harness.api.calls[1:]] == [["x"], ["y"]]


# -- 3.2


def test_one_request_is_in_flight() -> None:
    """While a request has no answer no other leaves (CONTRACT 3.2)."""
    harness = Harness(script=[HOLD])
    harness.click(50)
    harness.advance(HOUR_MS)
    assert harness.sizes == [10]
    assert (harness.stats["inFlight"], harness.stats["pending"], harness.state) == (10, 50, "sending")


def test_events_leave_in_the_order_they_came() -> None:
    """First come, first sent, also through failures (CONTRACT 3.2)."""
    harness = Harness({"maxBatchSize": 4}, [None, DOWN, DOWN, None, DOWN])
    ids = harness.click(19)
    harness.clock.run_until_idle(HOUR_MS)
    assert list(dict.fromkeys(harness.api.ids)) == ids
    assert harness.stats["acknowledged"] == 19


# -- 3.3


def test_a_batch_keeps_its_name_and_its_events_through_every_retry() -> None:
    """batchId and events of a batch are the same at each attempt, whatever is clicked meanwhile (CONTRACT 3.3)."""
    harness = Harness({"maxBatchSize": 3}, [DOWN] * 4)
    ids = harness.click(2)
    harness.advance(5000)
    harness.click(2)
    harness.clock.run_until_idle(HOUR_MS)
    first, *others = harness.api.calls
    assert [(call.ids, call.request["batchId"]) for call in others[:4]] == [(ids, first.request["batchId"])] * 4
    assert [len(call.events) for call in others[4:]] == [2]


def test_each_batch_has_a_name_of_its_own() -> None:
    """No two batches share a batchId (CONTRACT 3.3)."""
    harness = Harness({"maxBatchSize": 1})
    harness.click(20)
    harness.settle()
    assert len({call.request["batchId"] for call in harness.api.calls}) == 20


# -- 3.4


def test_a_request_says_its_batch_its_moment_and_keepalive() -> None:
    """The api is given the events and {batchId, timestamp, keepalive}, nothing else (CONTRACT 3.4, 5.1)."""
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
    """Each retry says when it was made, so that a server can correct a wrong clock (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.click()
    harness.advance(2000)
    first, second = (call.request["timestamp"] for call in harness.api.calls)
    assert second - first == 2000


@pytest.mark.parametrize("delay_ms", [None, 0, 300])
def test_a_success_acknowledges_every_event(delay_ms: float | None) -> None:
    """Resolved, or not a promise: all events of the request are acknowledged, nothing stays stored (CONTRACT 3.4)."""
    harness = Harness(delay_ms=delay_ms)
    harness.click(10)
    harness.advance(300)
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.texts) == (10, 0, {})


def test_a_throw_is_a_failure_like_any_other() -> None:
    """An api that throws instead of rejecting is retried too (CONTRACT 3.4, 3.6)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN, None], delay_ms=None)
    harness.click()
    assert (harness.stats["failures"], harness.stats["pending"]) == (1, 1)
    harness.advance(2000)
    assert harness.stats["acknowledged"] == 1


def test_only_what_was_acknowledged_is_removed() -> None:
    """Events that the answer wants again stay, by id; the others are gone from storage (CONTRACT 3.4)."""
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


def test_what_the_server_wants_again_is_not_hammered() -> None:
    """A server that says `retry` to everything, always, is asked at a measured pace (CONTRACT 3.4, 3.6)."""
    harness = Harness({"maxBatchSize": 2}, lambda call: {"retry": call.ids})
    harness.click(2)
    harness.advance(10 * MINUTE_MS)
    assert 2 <= len(harness.sizes) <= 10 * MINUTE_MS / 2000 + 1
    assert (harness.stats["pending"], harness.stats["dropped"]["rejected"]) == (2, 0)


def test_rejected_and_again_in_one_answer() -> None:
    """An answer may accept, refuse and ask again at once (CONTRACT 3.4, 3.5)."""
    harness = Harness({"maxBatchSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"rejected": [{"id": a, "reason": "unknown offer"}], "retry": [b]})
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.stored()) == (1, 1, [b])
    assert [(event["id"], reason, detail) for event, reason, detail in harness.drops] == [(a, "rejected", "unknown offer")]
    assert c not in harness.stored()


# -- 3.8


def test_offline_nothing_is_sent() -> None:
    """While the browser says offline neither a full batch nor a due one is sent (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click(25)
    harness.advance(9 * MINUTE_MS)
    assert harness.sizes == []
    assert (harness.stats["isOnline"], harness.stats["pending"], harness.stats["failures"]) == (False, 25, 0)


def test_online_flushes_in_the_same_call() -> None:
    """The `online` event sends what is pending before it returns, full batch or not (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click()
    harness.go_online()
    assert harness.sizes == [1]


def test_online_flushes_batch_after_batch() -> None:
    """What was clicked offline goes out whole, without a further delay (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(34)
    harness.go_online()
    harness.settle()
    assert harness.sizes == [10, 10, 10, 4]
    assert harness.api.ids == ids


def test_the_events_word_is_not_needed() -> None:
    """The line itself is asked at each attempt: it may have gone without an event (CONTRACT 3.8)."""
    harness = Harness({"maxBatchSize": 1})
    harness.world.network.online = False
    harness.click()
    assert harness.sizes == []


def test_offline_one_probe_goes_every_ten_minutes() -> None:
    """`onLine` can be wrong for ever, so a probe goes each 10 minutes, and its success delivers (CONTRACT 3.8)."""
    harness = Harness(script=down)
    harness.go_offline()
    harness.click(10)
    harness.advance(HOUR_MS)
    assert (len(harness.sizes), set(harness.gaps_ms)) == (6, {10 * MINUTE_MS})


def test_a_page_that_opens_offline_waits_ten_minutes_for_its_first_probe() -> None:
    """However long the page was there before its queue: the 10 minutes begin with the queue (CONTRACT 3.8)."""
    world = World()
    world.timeline.advance(HOUR_MS)
    world.network.online = False
    harness = Harness(world=world)
    harness.click(10)
    harness.advance(10 * MINUTE_MS - 1)
    assert harness.sizes == []
    harness.advance(1)
    assert harness.sizes == [10]


def test_a_probe_that_succeeds_delivers() -> None:
    """Only an answer proves that the network works: offline is no reason to throw one away (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click(3)
    harness.advance(10 * MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.stats["isOnline"]) == (3, False)


def test_offline_uses_up_no_retry() -> None:
    """Failed probes do not count: back online the delays are those of the first failures (CONTRACT 3.8)."""
    harness = Harness({"maxRetries": 3}, down)
    harness.go_offline()
    harness.click()
    harness.advance(5 * HOUR_MS)
    probes = len(harness.sizes)
    assert harness.state != "parked"
    harness.go_online()
    harness.advance(6500)
    assert harness.gaps_ms[probes:] == [2000, 4000]


def test_a_line_that_goes_while_a_request_flies_uses_up_no_retry() -> None:
    """A request that fails because the line is gone is the line's fault (CONTRACT 3.8)."""
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, [HOLD])
    harness.click()
    harness.go_offline()
    harness.api.calls[0].reject(Failure())
    harness.settle()
    assert harness.state != "parked"


def test_online_true_never_stops_the_backoff() -> None:
    """A failed attempt after `online` waits as long as its number in the row says (CONTRACT 3.6, 3.8)."""
    harness = Harness({"maxBatchSize": 1}, down)
    harness.click()
    harness.advance(2000 + 4000)
    assert len(harness.sizes) == 3
    harness.tab.page.tell("online")
    assert len(harness.sizes) == 4
    harness.advance(15_999)
    assert len(harness.sizes) == 4
    harness.advance(1)
    assert len(harness.sizes) == 5


# -- 3.9


def test_flush_sends_what_is_unsent_now() -> None:
    """flush() is the host's wish and waits for no timer (CONTRACT 3.9)."""
    harness = Harness()
    harness.click(3)
    harness.queue.flush()
    assert harness.sizes == [3]


def test_flush_without_events_sends_nothing() -> None:
    """There is nothing to say (CONTRACT 3.9)."""
    harness = Harness()
    harness.queue.flush()
    harness.settle()
    harness.click()
    assert harness.sizes == []


def test_flush_goes_on_batch_after_batch() -> None:
    """What was unsent when flush was called goes without a further delay (CONTRACT 3.9)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(25)
    harness.queue.flush()
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.sizes, harness.api.ids) == ([10, 10, 5], ids)


def test_flush_follows_the_request_in_flight() -> None:
    """With a request in flight the unsent go right after it (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 5}, [HOLD])
    harness.click(7)
    harness.queue.flush()
    assert harness.sizes == [5]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.sizes == [5, 2]


def test_flush_does_not_wait_for_the_backoff() -> None:
    """While backing off flush() tries at once (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN] * 4)
    harness.click()
    harness.advance(6000)
    assert len(harness.sizes) == 3
    harness.queue.flush()
    assert len(harness.sizes) == 4


def test_flush_does_not_wait_for_a_parked_queue() -> None:
    """While parked flush() tries at once, and delivers everything when that works (CONTRACT 3.9)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [DOWN])
    ids = harness.click(5)
    harness.settle()
    assert harness.state == "parked"
    harness.queue.flush()
    harness.settle()
    assert harness.stats["acknowledged"] == 5
    assert harness.api.ids[2:] == ids


def test_flush_ends_a_retry_after_for_later_clicks_too() -> None:
    """The host has overruled the server's wish: a batch that falls due afterwards does not wait for it (CONTRACT 3.7, 3.9)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [Failure(503, HOUR_MS), DOWN])
    harness.click()
    harness.settle()
    harness.queue.flush()
    harness.settle()
    assert (harness.state, len(harness.sizes)) == ("parked", 2)
    harness.click()
    assert len(harness.sizes) == 3


def test_flush_does_not_hammer_a_server_that_fails() -> None:
    """One wish is one attempt while the path fails (CONTRACT 3.6, 3.9)."""
    harness = Harness({"maxBatchSize": 1}, down)
    harness.click(3)
    harness.settle()
    before = len(harness.sizes)
    harness.queue.flush()
    harness.settle()
    assert len(harness.sizes) == before + 1


# -- 3.10


def test_retry_count_counts_the_attempts_without_acknowledgement() -> None:
    """The first request has no retryCount or 0, the next 1, then 2 (CONTRACT 3.10)."""
    harness = Harness({"maxBatchSize": 2}, [DOWN, DOWN, None])
    harness.click(2)
    harness.advance(6000)
    counts = [[event.get("retryCount", 0) for event in call.events] for call in harness.api.calls]
    assert counts == [[0, 0], [1, 1], [2, 2]]


def test_retry_count_counts_the_servers_wish_for_another_try() -> None:
    """`retry` in an answer is an attempt without acknowledgement, too (CONTRACT 3.10)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"retry": ids})
    harness.clock.run_until_idle(HOUR_MS)
    assert [call.events[0].get("retryCount", 0) for call in harness.api.calls] == [0, 1]


def test_retry_count_outlives_the_page() -> None:
    """It lies in storage with its event (CONTRACT 3.10)."""
    world = World()
    harness = Harness({"maxBatchSize": 1}, [DOWN, DOWN, HOLD], world=world)
    harness.click()
    harness.advance(2000)
    harness.tab.kill()
    heir = Harness(world=world)
    heir.advance(5000)
    assert heir.api.calls[0].events[0]["retryCount"] == 2
    assert KEY not in heir.texts
