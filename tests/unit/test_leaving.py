"""CONTRACT 5: what goes out when a page is left, what it finds when it comes back, and how a queue ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World, click, never_answers
from tests.keys import KEY, MARK_KEY
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness, body_bytes
from tests.unit.stored_events import all_ids

DOWN = Failure(503)


def hidden(harness: Harness) -> None:
    harness.tab.page.tell("hidden")


def pagehide(harness: Harness) -> None:
    harness.tab.page.tell("leave")


LEAVINGS = pytest.mark.parametrize("leave", [hidden, pagehide])


# -- 5.1


def test_every_request_outlives_the_page() -> None:
    """keepalive is asked for on each request, for every one fits (CONTRACT 5.1)."""
    harness = Harness({"maxEventBytes": 20_000, "maxBatchSize": 4}, [DOWN])
    harness.click(3, note="x" * 19_000)
    harness.click(7)
    hidden(harness)
    harness.advance(MINUTE_MS)
    assert {call.request["keepalive"] for call in harness.api.calls} == {True}


@LEAVINGS
def test_what_is_unsent_goes_at_once(leave: Callable[[Harness], None]) -> None:
    """On hidden and on pagehide nobody knows whether there is a later (CONTRACT 5.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(3)
    leave(harness)
    assert [call.ids for call in harness.api.calls] == [ids]


@LEAVINGS
def test_what_goes_stays_stored_until_it_is_acknowledged(leave: Callable[[Harness], None]) -> None:
    """A request that leaves with the page may never arrive (CONTRACT 5.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(3)
    leave(harness)
    assert all_ids(harness.texts) == set(ids)


@LEAVINGS
def test_a_request_in_flight_is_no_reason_to_stay(leave: Callable[[Harness], None]) -> None:
    """What is unsent goes beside it: the answer may come too late (CONTRACT 5.1)."""
    harness = Harness({"maxBatchSize": 2}, never_answers)
    ids = harness.click(3)
    leave(harness)
    assert [call.ids for call in harness.api.calls] == [ids[:2], ids[2:]]


@LEAVINGS
def test_no_more_than_60_000_bytes_go_oldest_first(leave: Callable[[Harness], None]) -> None:
    """A page's keepalive requests share 64 KiB, so what leaves with it is limited, oldest first (CONTRACT 5.1)."""
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
def test_what_is_in_flight_counts_among_the_60_000_bytes(leave: Callable[[Harness], None]) -> None:
    """The request on its way shares them with those that leave beside it (CONTRACT 5.1)."""
    harness = Harness({"maxBatchSize": 30}, never_answers)
    harness.click(90, note="x" * 1000)
    leave(harness)
    assert 50_000 < sum(map(body_bytes, harness.api.calls)) <= 60_000


def test_a_failure_in_the_call_itself_ends_the_leaving() -> None:
    """An api that fails at once is not asked for batch after batch as the page goes (CONTRACT 3.6, 5.1)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN] * 5, delay_ms=None)
    harness.go_offline()
    harness.click(5)
    harness.world.network.online = True
    hidden(harness)
    assert len(set(harness.api.ids)) == 1


def test_hidden_twice_sends_once() -> None:
    """What is on its way does not go again (CONTRACT 3.2, 5.1)."""
    harness = Harness(script=never_answers)
    harness.click(3)
    hidden(harness)
    hidden(harness)
    assert harness.sizes == [3]


@LEAVINGS
def test_without_anything_unsent_nothing_goes(leave: Callable[[Harness], None]) -> None:
    """An idle queue is silent when the page is left (CONTRACT 5.1)."""
    harness = Harness()
    leave(harness)
    assert harness.sizes == []


@LEAVINGS
def test_offline_nothing_goes(leave: Callable[[Harness], None]) -> None:
    """Leaving does not make a line (CONTRACT 3.8, 5.1)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    leave(harness)
    assert (harness.sizes, all_ids(harness.texts)) == ([], set(ids))


def test_a_hidden_page_goes_on_as_before() -> None:
    """Its answers are heard, and new clicks are sent (CONTRACT 5.1)."""
    harness = Harness(script=[HOLD, HOLD])
    harness.click(3)
    hidden(harness)
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stats["acknowledged"], harness.texts) == (3, {})
    harness.click()
    harness.advance(5000)
    assert harness.sizes == [3, 1]


def test_several_requests_may_be_answered_in_any_order() -> None:
    """Each answer settles its own events (CONTRACT 3.4, 5.1)."""
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
    """Back to one in flight, in order, each batch under its name (CONTRACT 3.2, 3.3, 5.1)."""
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


def test_requests_that_fail_together_are_one_failure_of_the_path() -> None:
    """Parking counts failures in a row, not requests at once (CONTRACT 3.7, 5.1)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 3}, [HOLD] * 5)
    harness.click(5)
    hidden(harness)
    for call in harness.api.calls:
        call.reject(DOWN)
    harness.settle()
    assert harness.state == "backing-off"


# -- 5.2


def test_pagehide_gives_up_the_locks() -> None:
    """A page in the back/forward cache must not keep others waiting (CONTRACT 5.2)."""
    harness = Harness()
    harness.click()
    harness.tab.leave()
    assert harness.world.locks.requests == 0


def test_what_a_left_page_had_stored_is_handed_over() -> None:
    """Whoever comes next may deliver it: here it is no longer pending (CONTRACT 5.2, 6.1)."""
    harness = Harness(script=never_answers)
    harness.click(3)
    harness.tab.leave()
    assert (harness.stats["handedOver"], harness.stats["pending"]) == (3, 0)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_another_tab_delivers_what_a_left_page_had(hidden_first: bool) -> None:
    """The events of a page in the back/forward cache are adopted like those of a dead one (CONTRACT 4.2, 5.2)."""
    world = World()
    left = Harness(script=never_answers, world=world)
    other = Harness(world=world)
    left.go_offline()
    ids = left.click(3)
    left.tab.leave(hidden_first)
    world.set_online(True)
    other.advance(MINUTE_MS)
    assert (other.api.ids, world.origin.texts) == (ids, {})


def test_a_page_that_comes_back_sends_only_what_nobody_delivered() -> None:
    """It reads the store anew (CONTRACT 5.2)."""
    world = World()
    left = Harness(world=world)
    left.go_offline()
    left.click(3)
    left.tab.leave()
    other = Harness(world=world)
    world.set_online(True)
    other.advance(MINUTE_MS)
    left.tab.come_back()
    left.advance(MINUTE_MS)
    assert (left.api.ids, left.stats["pending"], left.stats["recovered"]) == ([], 0, 0)


def test_a_page_that_comes_back_takes_up_what_is_still_there() -> None:
    """Nobody was there meanwhile: its events are recovered and sent (CONTRACT 5.2)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    harness.tab.leave()
    harness.world.network.online = True
    harness.tab.come_back()
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids, 3, {})
    assert harness.stats["recovered"] == harness.stats["handedOver"] == 3


def test_a_page_that_comes_back_takes_its_locks_again() -> None:
    """It leads as before: its events are in the main key too (CONTRACT 5.2)."""
    harness = Harness(script=never_answers)
    before = harness.world.locks.requests
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    ids = harness.click(2)
    assert harness.world.locks.requests == before
    assert (harness.stored(), set(harness.texts)) == (ids, {KEY, harness.journal_key})


def test_a_page_that_comes_back_second_is_a_guest() -> None:
    """The main key has another owner now (CONTRACT 4.2, 5.2)."""
    world = World()
    left = Harness(script=never_answers, world=world)
    left.tab.leave()
    other = Harness(script=never_answers, world=world)
    left.tab.come_back()
    left.settle()
    left.click(2)
    ids = other.click(1)
    assert other.stored() == ids


def test_an_answer_that_comes_after_the_return_counts() -> None:
    """What was in flight when the page was left and is acknowledged later is gone, and is not sent again (CONTRACT 5.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    harness.click(2)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[0].resolve()
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.stats["pending"], harness.texts) == ([2], 0, {})


def test_a_click_repeated_while_it_is_still_in_flight_is_not_sent_again() -> None:
    """The host hands in again what left with the page, before the store was read: one request serves both (CONTRACT 3.2, 5.2)."""
    harness = Harness(script=[HOLD])
    harness.click(1, id="same")
    harness.tab.leave()
    harness.tab.come_back()
    harness.click(1, id="same")
    harness.queue.flush()
    harness.api.calls[0].resolve()
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.stats["pending"], harness.texts) == ([1], 0, {})


def test_an_answer_that_waited_for_the_return_counts() -> None:
    """It came while the page was frozen and is heard before any lock: what it acknowledged is not sent again (CONTRACT 5.2)."""
    harness = Harness(script=[HOLD])
    harness.click(2)
    harness.tab.leave()
    harness.api.calls[0].resolve()
    harness.settle()
    harness.tab.come_back()
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.stats["pending"], harness.texts) == ([2], 0, {})


def test_an_answer_that_waited_for_the_return_may_refuse() -> None:
    """What it did not acknowledge is taken up from the store again (CONTRACT 3.4, 5.2)."""
    harness = Harness({"maxBatchSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    harness.tab.leave()
    harness.api.calls[0].resolve({"retry": [a], "rejected": [{"id": b, "reason": "closed"}]})
    harness.settle()
    harness.tab.come_back()
    harness.advance(MINUTE_MS)
    assert (sorted(harness.api.ids[3:]), harness.stats["pending"], harness.texts) == (sorted([a, b]), 0, {})
    assert c not in harness.api.ids[3:]


def test_a_failure_that_comes_after_the_return_is_retried() -> None:
    """The batch that did not get through is sent again (CONTRACT 5.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    ids = harness.click(2)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[0].reject(Failure())
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids[2:]) == set(ids)
    assert (harness.stats["pending"], harness.texts) == (0, {})


@pytest.mark.parametrize("news", ["return", "visible"])
def test_the_pageshow_of_a_first_load_is_nothing(news: Any) -> None:
    """`pageshow` comes on every load, not only out of the cache (CONTRACT 5.2)."""
    harness = Harness(is_settled=False)
    ids = harness.click(2)
    harness.tab.page.tell(news)
    harness.settle()
    assert (harness.stored(), harness.stats["recovered"], harness.stats["handedOver"]) == (ids, 0, 0)
    harness.advance(5000)
    assert harness.api.ids == ids


def test_left_twice_and_back_twice() -> None:
    """`freeze` may come after `pagehide`, `resume` after `pageshow` (CONTRACT 5.2)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    for news in ("leave", "leave", "return", "return"):
        harness.tab.page.tell(news)
        harness.settle()
    assert (harness.stored(), harness.stats["pending"]) == (ids, 3)
    harness.go_online()
    harness.settle()
    assert harness.api.ids == ids


def test_a_page_may_come_and_go_many_times() -> None:
    """Each event is delivered once, however often the page was in the cache (CONTRACT 5.2)."""
    harness = Harness()
    ids: list[str] = []
    for _ in range(8):
        ids += harness.click(2)
        harness.tab.leave()
        harness.advance(100)
        harness.tab.come_back()
        harness.advance(100)
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids) == set(ids)
    assert (harness.stats["pending"], harness.texts, harness.world.locks.requests > 0) == (0, {}, True)


def test_a_click_after_pagehide_is_stored_for_whoever_comes() -> None:
    """A listener of the host may click as the last deed of the page (CONTRACT 2.1, 5.2)."""
    harness = Harness(script=never_answers)
    harness.tab.page.tell("leave")
    ids = harness.click(2)
    assert set(ids) <= all_ids(harness.texts)
    harness.tab.kill()
    heir = Harness(world=harness.world)
    heir.advance(MINUTE_MS)
    assert (sorted(set(heir.api.ids)), heir.texts) == (sorted(ids), {})


def test_a_page_that_was_left_without_storage_keeps_its_events() -> None:
    """What is in memory alone cannot be handed over; it is sent when the page comes back (CONTRACT 4.6, 5.2)."""
    world = World()
    tab = world.open()
    tab.env.storage.is_broken = True
    harness = Harness(world=world, tab=tab)
    harness.go_offline()
    ids = harness.click(3)
    harness.tab.leave()
    assert (harness.stats["pending"], harness.stats["handedOver"]) == (3, 0)
    harness.world.network.online = True
    harness.tab.come_back()
    harness.advance(10 * MINUTE_MS)
    assert (set(harness.api.ids), harness.stats["acknowledged"]) == (set(ids), 3)


def test_what_could_not_be_written_is_tried_once_more_on_leaving() -> None:
    """A page that is left writes what a full store had refused, if there is room now (CONTRACT 4.6, 5.2)."""
    harness = Harness(script=never_answers)
    harness.world.origin.quota_chars = 0
    ids = harness.click(2)
    harness.world.origin.quota_chars = None
    harness.tab.leave()
    assert all_ids(harness.texts) == set(ids)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_a_closed_page_loses_nothing(hidden_first: bool) -> None:
    """Closed before an answer came: the next page delivers (CONTRACT 5.1, 5.2)."""
    harness = Harness(script=never_answers)
    ids = harness.click(13)
    harness.tab.close(hidden_first)
    heir = Harness(world=harness.world)
    heir.advance(MINUTE_MS)
    assert (sorted(heir.api.ids), heir.texts) == (sorted(ids), {})


# -- 5.3


def test_destroy_leaves_no_timer_and_no_listener() -> None:
    """At once, whatever the queue was doing (CONTRACT 5.3)."""
    for script, ms in (([HOLD], 5000), ([DOWN], 5000), ([], 0), ([], 10_000)):
        harness = Harness(script=script)
        harness.click(3)
        harness.advance(ms)
        harness.queue.destroy()
        assert (harness.clock.armed, harness.tab.page.listeners, harness.state) == (0, 0, "destroyed")


def test_destroy_gives_up_the_locks() -> None:
    """Nothing in flight: the locks go at once (CONTRACT 5.3)."""
    harness = Harness()
    harness.click(3)
    harness.queue.destroy()
    assert harness.world.locks.requests == 0


def test_destroy_before_the_locks_answered() -> None:
    """A lock that is granted later is not kept (CONTRACT 5.3)."""
    harness = Harness(is_settled=False)
    harness.click(3)
    harness.queue.destroy()
    harness.settle()
    assert harness.world.locks.requests == 0


def test_stored_events_wait_for_the_next_start() -> None:
    """destroy() forgets nothing (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.stored()) == ([], ids)
    heir = Harness(world=harness.world)
    heir.advance(MINUTE_MS)
    assert (heir.api.ids, heir.texts) == (ids, {})


def test_a_request_in_flight_may_settle() -> None:
    """What it acknowledges is still removed, and then the lock goes too (CONTRACT 5.3)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(12)
    harness.queue.destroy()
    assert harness.world.locks.requests > 0
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stored(), harness.stats["acknowledged"]) == (ids[10:], 10)
    assert (harness.world.locks.requests, harness.clock.armed, harness.sizes) == (0, 0, [10])


def test_a_request_in_flight_may_fail() -> None:
    """Nothing is tried again; what it carried waits for the next start (CONTRACT 5.3)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(10)
    harness.queue.destroy()
    harness.api.calls[0].reject(DOWN)
    harness.advance(HOUR_MS)
    assert (harness.stored(), harness.sizes) == (ids, [10])
    assert (harness.world.locks.requests, harness.clock.armed) == (0, 0)


def test_destroy_twice_is_fine() -> None:
    """And flush, purge, subscribe and their like after it do nothing (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    harness.queue.destroy()
    harness.queue.flush()
    harness.queue.subscribe(lambda: None)()
    harness.queue.purge()
    harness.advance(HOUR_MS)
    assert (harness.state, harness.sizes, harness.stored()) == ("destroyed", [], ids)


def test_after_destroy_nothing_is_accepted() -> None:
    """enqueue returns null, `invalid` (CONTRACT 5.3)."""
    harness = Harness()
    harness.queue.destroy()
    event = click()
    assert harness.queue.enqueue(event) is None
    assert [(told, reason) for told, reason, _ in harness.drops] == [(event, "invalid")]
    assert (harness.stats["dropped"]["invalid"], harness.stats["enqueued"], harness.texts) == (1, 0, {})


def test_after_destroy_no_news_is_heard() -> None:
    """The page may go on living (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    for news in ("online", "hidden", "leave", "return", "visible", "offline"):
        harness.tab.page.tell(news)
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.stored(), harness.world.locks.requests) == ([], ids, 0)


def test_after_destroy_another_tab_inherits() -> None:
    """The lock is free, so the next in the row has it (CONTRACT 4.2, 5.3)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(world=world)
    ids = first.click(3)
    first.queue.destroy()
    second.advance(MINUTE_MS)
    assert second.api.ids == ids


# -- 5.4


def test_purge_removes_everything_this_tab_holds() -> None:
    """From memory and from storage, pages and all, counted and told as `purged` (CONTRACT 5.4)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(75)
    harness.queue.purge()
    assert (harness.left_over, harness.stats["pending"], harness.stats["dropped"]["purged"]) == ({}, 0, 75)
    assert sorted((event["id"], reason) for event, reason, _ in harness.drops) == sorted((each, "purged") for each in ids)
    harness.go_online()
    harness.advance(HOUR_MS)
    assert harness.sizes == []


def test_a_large_purge_without_locks_leaves_nothing() -> None:
    """However many were settled before: what is purged is not taken for another tab's (CONTRACT 4.3, 5.4)."""
    world = World()
    world.locks.is_missing = True
    harness = Harness({"maxBatchSize": 100}, world=world)
    harness.click(995)
    harness.advance(MINUTE_MS)
    assert harness.stats["acknowledged"] == 995
    harness.go_offline()
    harness.click(20)
    harness.queue.purge()
    assert harness.left_over == {}


def test_purge_ends_a_retry() -> None:
    """A batch that waits for its next try does not get it (CONTRACT 5.4)."""
    harness = Harness({"maxBatchSize": 2}, [DOWN])
    harness.click(2)
    harness.settle()
    harness.queue.purge()
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.left_over, harness.clock.armed) == ([2], {}, 0)


@pytest.mark.parametrize("is_success", [True, False])
def test_what_is_in_flight_cannot_be_called_back(is_success: bool) -> None:
    """Its answer changes nothing any more, and it is not sent again (CONTRACT 5.4)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    harness.click(3)
    harness.queue.purge()
    assert (harness.left_over, harness.stats["pending"], harness.stats["dropped"]["purged"]) == ({}, 0, 3)
    if is_success:
        harness.api.calls[0].resolve()
    else:
        harness.api.calls[0].reject(DOWN)
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.left_over, harness.stats["acknowledged"]) == ([2], {}, 0)


def test_purge_removes_orphans() -> None:
    """What dead tabs left is gone as well, also where no lock has answered yet (CONTRACT 5.4)."""
    world = World()
    for number, key in enumerate((KEY, f"{KEY}.1", f"{KEY}:gone", f"{KEY}:gone.1")):
        world.origin.put(key, json.dumps([click(number, id=key, timestamp=number)]), None)
    harness = Harness(script=never_answers, world=world, is_settled=False)
    harness.queue.purge()
    harness.advance(MINUTE_MS)
    assert (harness.left_over, harness.stats["pending"], harness.api.ids) == ({}, 0, [])


def test_purge_reaches_what_a_dying_tab_leaves() -> None:
    """What a guest clicked before the withdrawal and leaves after it was withdrawn, too (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.click(3)
    first.advance(1)
    first.queue.purge()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.left_over) == ([], {})


def test_purge_reaches_what_was_clicked_in_the_same_millisecond() -> None:
    """A click and the withdrawal may share a moment; when its tab dies later, that click is not sent (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.click(3)
    first.queue.purge()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.left_over) == ([], {})


def test_what_another_tab_clicks_after_a_purge_is_delivered() -> None:
    """Consent that was given again holds in every tab: what a dying one leaves is asked for its moment (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    first.queue.purge()
    first.advance(1)
    ids = second.click(2)
    second.tab.kill()
    first.settle()
    assert (first.api.ids, first.drops) == (ids, [])


def test_a_purge_reaches_the_other_tabs() -> None:
    """Each of them drops what it has in memory, and counts it as `purged` (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.click(3)
    first.queue.purge()
    second.settle()
    assert (second.reasons, second.stats["pending"], second.left_over) == (["purged"] * 3, 0, {})


def test_a_tab_that_was_frozen_obeys_a_purge() -> None:
    """It missed the event, and finds the mark before it writes or sends (CONTRACT 5.4)."""
    world = World()
    frozen = Harness(world=world)
    other = Harness(world=world)
    frozen.go_offline()
    frozen.click(3)
    frozen.tab.freeze()
    other.queue.purge()
    frozen.tab.resume()
    world.set_online(True)
    other.advance(MINUTE_MS)
    assert (frozen.api.ids, other.api.ids, frozen.left_over) == ([], [], {})


def test_the_next_page_removes_the_mark() -> None:
    """The mark of a purge is gone when a page starts that knows it, and nothing of the queue is left (CONTRACT 5.4)."""
    harness = Harness()
    harness.click(3)
    harness.queue.purge()
    assert set(harness.texts) == {MARK_KEY}
    harness.tab.kill()
    following = Harness(world=harness.world)
    following.settle()
    assert following.texts == {}


def test_after_purge_life_goes_on() -> None:
    """Consent may come back: what is clicked later is accepted and delivered (CONTRACT 5.4)."""
    harness = Harness()
    harness.click(3)
    harness.queue.purge()
    harness.advance(1)
    ids = harness.click(10)
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"]) == (ids, 10)


def test_purge_of_an_empty_queue() -> None:
    """There is nothing to forget (CONTRACT 5.4)."""
    harness = Harness()
    harness.queue.purge()
    assert (harness.drops, harness.left_over, harness.state) == ([], {}, "idle")


def test_purge_while_storage_is_gone_is_made_good() -> None:
    """What could not be removed goes with the next write, and is not sent (CONTRACT 4.6, 5.4)."""
    harness = Harness()
    harness.go_offline()
    harness.click(3)
    harness.env.storage.is_broken = True
    harness.queue.purge()
    assert harness.stats["pending"] == 0
    harness.env.storage.is_broken = False
    ids = harness.click()
    assert harness.stored_everywhere() == ids
