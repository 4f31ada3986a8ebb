"""CONTRACT 5: what goes out when a page is left, what it finds when it comes back, and how a queue ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World, click, never_answers
from tests.keys import KEY, MARK_KEY
from tests.unit.bed import HOUR_MS, MINUTE_MS, Bed, all_ids, body_bytes

DOWN = Failure(503)


def hidden(bed: Bed) -> None:
    bed.tab.page.tell("hidden")


def pagehide(bed: Bed) -> None:
    bed.tab.page.tell("leave")


LEAVINGS = pytest.mark.parametrize("leave", [hidden, pagehide])


# -- 5.1


def test_every_request_outlives_the_page() -> None:
    """keepalive is asked for on each request, for every one fits (CONTRACT 5.1)."""
    bed = Bed({"maxEventBytes": 20_000, "maxBatchSize": 4}, [DOWN])
    bed.click(3, note="x" * 19_000)
    bed.click(7)
    hidden(bed)
    bed.advance(MINUTE_MS)
    assert {call.request["keepalive"] for call in bed.api.calls} == {True}


@LEAVINGS
def test_what_is_unsent_goes_at_once(leave: Callable[[Bed], None]) -> None:
    """On hidden and on pagehide nobody knows whether there is a later (CONTRACT 5.1)."""
    bed = Bed(script=never_answers)
    ids = bed.click(3)
    leave(bed)
    assert [call.ids for call in bed.api.calls] == [ids]


@LEAVINGS
def test_what_goes_stays_stored_until_it_is_acknowledged(leave: Callable[[Bed], None]) -> None:
    """A request that leaves with the page may never arrive (CONTRACT 5.1)."""
    bed = Bed(script=never_answers)
    ids = bed.click(3)
    leave(bed)
    assert all_ids(bed.texts) == set(ids)


@LEAVINGS
def test_a_request_in_flight_is_no_reason_to_stay(leave: Callable[[Bed], None]) -> None:
    """What is unsent goes beside it: the answer may come too late (CONTRACT 5.1)."""
    bed = Bed({"maxBatchSize": 2}, never_answers)
    ids = bed.click(3)
    leave(bed)
    assert [call.ids for call in bed.api.calls] == [ids[:2], ids[2:]]


@LEAVINGS
def test_no_more_than_60_000_bytes_go_oldest_first(leave: Callable[[Bed], None]) -> None:
    """A page's keepalive requests share 64 KiB, so what leaves with it is limited, oldest first (CONTRACT 5.1)."""
    bed = Bed({"maxBatchSize": 10, "maxQueueSize": 2000, "maxQueueBytes": 4_000_000}, never_answers)
    bed.go_offline()
    ids = bed.click(300, note="x" * 800)
    bed.world.network.online = True
    leave(bed)
    sent = bed.api.ids
    assert sent == ids[: len(sent)]
    assert 50_000 < sum(map(body_bytes, bed.api.calls)) <= 60_000
    assert all_ids(bed.texts) == set(ids)


@LEAVINGS
def test_what_is_in_flight_counts_among_the_60_000_bytes(leave: Callable[[Bed], None]) -> None:
    """The request on its way shares them with those that leave beside it (CONTRACT 5.1)."""
    bed = Bed({"maxBatchSize": 30}, never_answers)
    bed.click(90, note="x" * 1000)
    leave(bed)
    assert 50_000 < sum(map(body_bytes, bed.api.calls)) <= 60_000


def test_a_failure_in_the_call_itself_ends_the_leaving() -> None:
    """An api that fails at once is not asked for batch after batch as the page goes (CONTRACT 3.6, 5.1)."""
    bed = Bed({"maxBatchSize": 1}, [DOWN] * 5, delay_ms=None)
    bed.go_offline()
    bed.click(5)
    bed.world.network.online = True
    hidden(bed)
    assert len(set(bed.api.ids)) == 1


def test_hidden_twice_sends_once() -> None:
    """What is on its way does not go again (CONTRACT 3.2, 5.1)."""
    bed = Bed(script=never_answers)
    bed.click(3)
    hidden(bed)
    hidden(bed)
    assert bed.sizes == [3]


@LEAVINGS
def test_without_anything_unsent_nothing_goes(leave: Callable[[Bed], None]) -> None:
    """An idle queue is silent when the page is left (CONTRACT 5.1)."""
    bed = Bed()
    leave(bed)
    assert bed.sizes == []


@LEAVINGS
def test_offline_nothing_goes(leave: Callable[[Bed], None]) -> None:
    """Leaving does not make a line (CONTRACT 3.8, 5.1)."""
    bed = Bed()
    bed.go_offline()
    ids = bed.click(3)
    leave(bed)
    assert (bed.sizes, all_ids(bed.texts)) == ([], set(ids))


def test_a_hidden_page_goes_on_as_before() -> None:
    """Its answers are heard, and new clicks are sent (CONTRACT 5.1)."""
    bed = Bed(script=[HOLD, HOLD])
    bed.click(3)
    hidden(bed)
    bed.api.calls[0].resolve()
    bed.settle()
    assert (bed.stats["acknowledged"], bed.texts) == (3, {})
    bed.click()
    bed.advance(5000)
    assert bed.sizes == [3, 1]


def test_several_requests_may_be_answered_in_any_order() -> None:
    """Each answer settles its own events (CONTRACT 3.4, 5.1)."""
    bed = Bed({"maxBatchSize": 2}, never_answers)
    a, b, c, d = bed.click(4)
    hidden(bed)
    assert bed.sizes == [2, 2]
    bed.api.calls[1].resolve()
    bed.settle()
    assert bed.stored() == [a, b]
    bed.api.calls[0].resolve({"retry": [b]})
    bed.settle()
    assert (bed.stored(), bed.stats["acknowledged"]) == ([b], 3)
    assert {c, d} <= set(bed.api.ids)


def test_requests_that_fail_together_are_retried_one_after_the_other() -> None:
    """Back to one in flight, in order, each batch under its name (CONTRACT 3.2, 3.3, 5.1)."""
    bed = Bed({"maxBatchSize": 2}, [HOLD, HOLD])
    ids = bed.click(4)
    hidden(bed)
    for call in bed.api.calls[:2]:
        call.reject(DOWN)
    bed.advance(MINUTE_MS)
    names = [(call.ids, call.request["batchId"]) for call in bed.api.calls]
    assert names[2:] == names[:2]
    assert [each for each, _ in names[:2]] == [ids[:2], ids[2:]]
    assert bed.stats["acknowledged"] == 4


def test_requests_that_fail_together_are_one_failure_of_the_path() -> None:
    """Parking counts failures in a row, not requests at once (CONTRACT 3.7, 5.1)."""
    bed = Bed({"maxBatchSize": 1, "maxRetries": 3}, [HOLD] * 5)
    bed.click(5)
    hidden(bed)
    for call in bed.api.calls:
        call.reject(DOWN)
    bed.settle()
    assert bed.state == "backing-off"


# -- 5.2


def test_pagehide_gives_up_the_locks() -> None:
    """A page in the back/forward cache must not keep others waiting (CONTRACT 5.2)."""
    bed = Bed()
    bed.click()
    bed.tab.leave()
    assert bed.world.locks.requests == 0


def test_what_a_left_page_had_stored_is_handed_over() -> None:
    """Whoever comes next may deliver it: here it is no longer pending (CONTRACT 5.2, 6.1)."""
    bed = Bed(script=never_answers)
    bed.click(3)
    bed.tab.leave()
    assert (bed.stats["handedOver"], bed.stats["pending"]) == (3, 0)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_another_tab_delivers_what_a_left_page_had(hidden_first: bool) -> None:
    """The events of a page in the back/forward cache are adopted like those of a dead one (CONTRACT 4.2, 5.2)."""
    world = World()
    left = Bed(script=never_answers, world=world)
    other = Bed(world=world)
    left.go_offline()
    ids = left.click(3)
    left.tab.leave(hidden_first)
    world.set_online(True)
    other.advance(MINUTE_MS)
    assert (other.api.ids, world.origin.texts) == (ids, {})


def test_a_page_that_comes_back_sends_only_what_nobody_delivered() -> None:
    """It reads the store anew (CONTRACT 5.2)."""
    world = World()
    left = Bed(world=world)
    left.go_offline()
    left.click(3)
    left.tab.leave()
    other = Bed(world=world)
    world.set_online(True)
    other.advance(MINUTE_MS)
    left.tab.come_back()
    left.advance(MINUTE_MS)
    assert (left.api.ids, left.stats["pending"], left.stats["recovered"]) == ([], 0, 0)


def test_a_page_that_comes_back_takes_up_what_is_still_there() -> None:
    """Nobody was there meanwhile: its events are recovered and sent (CONTRACT 5.2)."""
    bed = Bed()
    bed.go_offline()
    ids = bed.click(3)
    bed.tab.leave()
    bed.world.network.online = True
    bed.tab.come_back()
    bed.advance(MINUTE_MS)
    assert (bed.api.ids, bed.stats["acknowledged"], bed.texts) == (ids, 3, {})
    assert bed.stats["recovered"] == bed.stats["handedOver"] == 3


def test_a_page_that_comes_back_takes_its_locks_again() -> None:
    """It leads as before: its events are in the main key too (CONTRACT 5.2)."""
    bed = Bed(script=never_answers)
    before = bed.world.locks.requests
    bed.tab.leave()
    bed.tab.come_back()
    bed.settle()
    ids = bed.click(2)
    assert bed.world.locks.requests == before
    assert (bed.stored(), set(bed.texts)) == (ids, {KEY, bed.journal_key})


def test_a_page_that_comes_back_second_is_a_guest() -> None:
    """The main key has another owner now (CONTRACT 4.2, 5.2)."""
    world = World()
    left = Bed(script=never_answers, world=world)
    left.tab.leave()
    other = Bed(script=never_answers, world=world)
    left.tab.come_back()
    left.settle()
    left.click(2)
    ids = other.click(1)
    assert other.stored() == ids


def test_an_answer_that_comes_after_the_return_counts() -> None:
    """What was in flight when the page was left and is acknowledged later is gone, and is not sent again (CONTRACT 5.2)."""
    bed = Bed({"maxBatchSize": 2}, [HOLD])
    bed.click(2)
    bed.tab.leave()
    bed.tab.come_back()
    bed.settle()
    bed.api.calls[0].resolve()
    bed.advance(MINUTE_MS)
    assert (bed.sizes, bed.stats["pending"], bed.texts) == ([2], 0, {})


def test_a_click_repeated_while_it_is_still_in_flight_is_not_sent_again() -> None:
    """The host hands in again what left with the page, before the store was read: one request serves both (CONTRACT 3.2, 5.2)."""
    bed = Bed(script=[HOLD])
    bed.click(1, id="same")
    bed.tab.leave()
    bed.tab.come_back()
    bed.click(1, id="same")
    bed.queue.flush()
    bed.api.calls[0].resolve()
    bed.advance(MINUTE_MS)
    assert (bed.sizes, bed.stats["pending"], bed.texts) == ([1], 0, {})


def test_an_answer_that_waited_for_the_return_counts() -> None:
    """It came while the page was frozen and is heard before any lock: what it acknowledged is not sent again (CONTRACT 5.2)."""
    bed = Bed(script=[HOLD])
    bed.click(2)
    bed.tab.leave()
    bed.api.calls[0].resolve()
    bed.settle()
    bed.tab.come_back()
    bed.advance(MINUTE_MS)
    assert (bed.sizes, bed.stats["pending"], bed.texts) == ([2], 0, {})


def test_an_answer_that_waited_for_the_return_may_refuse() -> None:
    """What it did not acknowledge is taken up from the store again (CONTRACT 3.4, 5.2)."""
    bed = Bed({"maxBatchSize": 3}, [HOLD])
    a, b, c = bed.click(3)
    bed.tab.leave()
    bed.api.calls[0].resolve({"retry": [a], "rejected": [{"id": b, "reason": "closed"}]})
    bed.settle()
    bed.tab.come_back()
    bed.advance(MINUTE_MS)
    assert (sorted(bed.api.ids[3:]), bed.stats["pending"], bed.texts) == (sorted([a, b]), 0, {})
    assert c not in bed.api.ids[3:]


def test_a_failure_that_comes_after_the_return_is_retried() -> None:
    """The batch that did not get through is sent again (CONTRACT 5.2)."""
    bed = Bed({"maxBatchSize": 2}, [HOLD])
    ids = bed.click(2)
    bed.tab.leave()
    bed.tab.come_back()
    bed.settle()
    bed.api.calls[0].reject(Failure())
    bed.advance(MINUTE_MS)
    assert set(bed.api.ids[2:]) == set(ids)
    assert (bed.stats["pending"], bed.texts) == (0, {})


@pytest.mark.parametrize("news", ["return", "visible"])
def test_the_pageshow_of_a_first_load_is_nothing(news: Any) -> None:
    """`pageshow` comes on every load, not only out of the cache (CONTRACT 5.2)."""
    bed = Bed(is_settled=False)
    ids = bed.click(2)
    bed.tab.page.tell(news)
    bed.settle()
    assert (bed.stored(), bed.stats["recovered"], bed.stats["handedOver"]) == (ids, 0, 0)
    bed.advance(5000)
    assert bed.api.ids == ids


def test_left_twice_and_back_twice() -> None:
    """`freeze` may come after `pagehide`, `resume` after `pageshow` (CONTRACT 5.2)."""
    bed = Bed()
    bed.go_offline()
    ids = bed.click(3)
    for news in ("leave", "leave", "return", "return"):
        bed.tab.page.tell(news)
        bed.settle()
    assert (bed.stored(), bed.stats["pending"]) == (ids, 3)
    bed.go_online()
    bed.settle()
    assert bed.api.ids == ids


def test_a_page_may_come_and_go_many_times() -> None:
    """Each event is delivered once, however often the page was in the cache (CONTRACT 5.2)."""
    bed = Bed()
    ids: list[str] = []
    for _ in range(8):
        ids += bed.click(2)
        bed.tab.leave()
        bed.advance(100)
        bed.tab.come_back()
        bed.advance(100)
    bed.advance(MINUTE_MS)
    assert set(bed.api.ids) == set(ids)
    assert (bed.stats["pending"], bed.texts, bed.world.locks.requests > 0) == (0, {}, True)


def test_a_click_after_pagehide_is_stored_for_whoever_comes() -> None:
    """A listener of the host may click as the last deed of the page (CONTRACT 2.1, 5.2)."""
    bed = Bed(script=never_answers)
    bed.tab.page.tell("leave")
    ids = bed.click(2)
    assert set(ids) <= all_ids(bed.texts)
    bed.tab.kill()
    heir = Bed(world=bed.world)
    heir.advance(MINUTE_MS)
    assert (sorted(set(heir.api.ids)), heir.texts) == (sorted(ids), {})


def test_a_page_that_was_left_without_storage_keeps_its_events() -> None:
    """What is in memory alone cannot be handed over; it is sent when the page comes back (CONTRACT 4.6, 5.2)."""
    world = World()
    tab = world.open()
    tab.env.storage.is_broken = True
    bed = Bed(world=world, tab=tab)
    bed.go_offline()
    ids = bed.click(3)
    bed.tab.leave()
    assert (bed.stats["pending"], bed.stats["handedOver"]) == (3, 0)
    bed.world.network.online = True
    bed.tab.come_back()
    bed.advance(10 * MINUTE_MS)
    assert (set(bed.api.ids), bed.stats["acknowledged"]) == (set(ids), 3)


def test_what_could_not_be_written_is_tried_once_more_on_leaving() -> None:
    """A page that is left writes what a full store had refused, if there is room now (CONTRACT 4.6, 5.2)."""
    bed = Bed(script=never_answers)
    bed.world.origin.quota_chars = 0
    ids = bed.click(2)
    bed.world.origin.quota_chars = None
    bed.tab.leave()
    assert all_ids(bed.texts) == set(ids)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_a_closed_page_loses_nothing(hidden_first: bool) -> None:
    """Closed before an answer came: the next page delivers (CONTRACT 5.1, 5.2)."""
    bed = Bed(script=never_answers)
    ids = bed.click(13)
    bed.tab.close(hidden_first)
    heir = Bed(world=bed.world)
    heir.advance(MINUTE_MS)
    assert (sorted(heir.api.ids), heir.texts) == (sorted(ids), {})


# -- 5.3


def test_destroy_leaves_no_timer_and_no_listener() -> None:
    """At once, whatever the queue was doing (CONTRACT 5.3)."""
    for script, ms in (([HOLD], 5000), ([DOWN], 5000), ([], 0), ([], 10_000)):
        bed = Bed(script=script)
        bed.click(3)
        bed.advance(ms)
        bed.queue.destroy()
        assert (bed.clock.armed, bed.tab.page.listeners, bed.state) == (0, 0, "destroyed")


def test_destroy_gives_up_the_locks() -> None:
    """Nothing in flight: the locks go at once (CONTRACT 5.3)."""
    bed = Bed()
    bed.click(3)
    bed.queue.destroy()
    assert bed.world.locks.requests == 0


def test_destroy_before_the_locks_answered() -> None:
    """A lock that is granted later is not kept (CONTRACT 5.3)."""
    bed = Bed(is_settled=False)
    bed.click(3)
    bed.queue.destroy()
    bed.settle()
    assert bed.world.locks.requests == 0


def test_stored_events_wait_for_the_next_start() -> None:
    """destroy() forgets nothing (CONTRACT 5.3)."""
    bed = Bed()
    ids = bed.click(3)
    bed.queue.destroy()
    bed.advance(HOUR_MS)
    assert (bed.sizes, bed.stored()) == ([], ids)
    heir = Bed(world=bed.world)
    heir.advance(MINUTE_MS)
    assert (heir.api.ids, heir.texts) == (ids, {})


def test_a_request_in_flight_may_settle() -> None:
    """What it acknowledges is still removed, and then the lock goes too (CONTRACT 5.3)."""
    bed = Bed(script=[HOLD])
    ids = bed.click(12)
    bed.queue.destroy()
    assert bed.world.locks.requests > 0
    bed.api.calls[0].resolve()
    bed.settle()
    assert (bed.stored(), bed.stats["acknowledged"]) == (ids[10:], 10)
    assert (bed.world.locks.requests, bed.clock.armed, bed.sizes) == (0, 0, [10])


def test_a_request_in_flight_may_fail() -> None:
    """Nothing is tried again; what it carried waits for the next start (CONTRACT 5.3)."""
    bed = Bed(script=[HOLD])
    ids = bed.click(10)
    bed.queue.destroy()
    bed.api.calls[0].reject(DOWN)
    bed.advance(HOUR_MS)
    assert (bed.stored(), bed.sizes) == (ids, [10])
    assert (bed.world.locks.requests, bed.clock.armed) == (0, 0)


def test_destroy_twice_is_fine() -> None:
    """And flush, purge, subscribe and their like after it do nothing (CONTRACT 5.3)."""
    bed = Bed()
    ids = bed.click(3)
    bed.queue.destroy()
    bed.queue.destroy()
    bed.queue.flush()
    bed.queue.subscribe(lambda: None)()
    bed.queue.purge()
    bed.advance(HOUR_MS)
    assert (bed.state, bed.sizes, bed.stored()) == ("destroyed", [], ids)


def test_after_destroy_nothing_is_accepted() -> None:
    """enqueue returns null, `invalid` (CONTRACT 5.3)."""
    bed = Bed()
    bed.queue.destroy()
    event = click()
    assert bed.queue.enqueue(event) is None
    assert [(told, reason) for told, reason, _ in bed.drops] == [(event, "invalid")]
    assert (bed.stats["dropped"]["invalid"], bed.stats["enqueued"], bed.texts) == (1, 0, {})


def test_after_destroy_no_news_is_heard() -> None:
    """The page may go on living (CONTRACT 5.3)."""
    bed = Bed()
    ids = bed.click(3)
    bed.queue.destroy()
    for news in ("online", "hidden", "leave", "return", "visible", "offline"):
        bed.tab.page.tell(news)
    bed.advance(HOUR_MS)
    assert (bed.sizes, bed.stored(), bed.world.locks.requests) == ([], ids, 0)


def test_after_destroy_another_tab_inherits() -> None:
    """The lock is free, so the next in the row has it (CONTRACT 4.2, 5.3)."""
    world = World()
    first = Bed(script=never_answers, world=world)
    second = Bed(world=world)
    ids = first.click(3)
    first.queue.destroy()
    second.advance(MINUTE_MS)
    assert second.api.ids == ids


# -- 5.4


def test_purge_removes_everything_this_tab_holds() -> None:
    """From memory and from storage, pages and all, counted and told as `purged` (CONTRACT 5.4)."""
    bed = Bed()
    bed.go_offline()
    ids = bed.click(75)
    bed.queue.purge()
    assert (bed.left_over, bed.stats["pending"], bed.stats["dropped"]["purged"]) == ({}, 0, 75)
    assert sorted((event["id"], reason) for event, reason, _ in bed.drops) == sorted((each, "purged") for each in ids)
    bed.go_online()
    bed.advance(HOUR_MS)
    assert bed.sizes == []


def test_a_large_purge_without_locks_leaves_nothing() -> None:
    """However many were settled before: what is purged is not taken for another tab's (CONTRACT 4.3, 5.4)."""
    world = World()
    world.locks.is_missing = True
    bed = Bed({"maxBatchSize": 100}, world=world)
    bed.click(995)
    bed.advance(MINUTE_MS)
    assert bed.stats["acknowledged"] == 995
    bed.go_offline()
    bed.click(20)
    bed.queue.purge()
    assert bed.left_over == {}


def test_purge_ends_a_retry() -> None:
    """A batch that waits for its next try does not get it (CONTRACT 5.4)."""
    bed = Bed({"maxBatchSize": 2}, [DOWN])
    bed.click(2)
    bed.settle()
    bed.queue.purge()
    bed.advance(HOUR_MS)
    assert (bed.sizes, bed.left_over, bed.clock.armed) == ([2], {}, 0)


@pytest.mark.parametrize("is_success", [True, False])
def test_what_is_in_flight_cannot_be_called_back(is_success: bool) -> None:
    """Its answer changes nothing any more, and it is not sent again (CONTRACT 5.4)."""
    bed = Bed({"maxBatchSize": 2}, [HOLD])
    bed.click(3)
    bed.queue.purge()
    assert (bed.left_over, bed.stats["pending"], bed.stats["dropped"]["purged"]) == ({}, 0, 3)
    if is_success:
        bed.api.calls[0].resolve()
    else:
        bed.api.calls[0].reject(DOWN)
    bed.advance(HOUR_MS)
    assert (bed.sizes, bed.left_over, bed.stats["acknowledged"]) == ([2], {}, 0)


def test_purge_removes_orphans() -> None:
    """What dead tabs left is gone as well, also where no lock has answered yet (CONTRACT 5.4)."""
    world = World()
    for number, key in enumerate((KEY, f"{KEY}.1", f"{KEY}:gone", f"{KEY}:gone.1")):
        world.origin.put(key, json.dumps([click(number, id=key, timestamp=number)]), None)
    bed = Bed(script=never_answers, world=world, is_settled=False)
    bed.queue.purge()
    bed.advance(MINUTE_MS)
    assert (bed.left_over, bed.stats["pending"], bed.api.ids) == ({}, 0, [])


def test_purge_reaches_what_a_dying_tab_leaves() -> None:
    """What a guest clicked before the withdrawal and leaves after it was withdrawn, too (CONTRACT 5.4)."""
    world = World()
    first = Bed(script=never_answers, world=world)
    second = Bed(script=never_answers, world=world)
    second.click(3)
    first.advance(1)
    first.queue.purge()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.left_over) == ([], {})


def test_purge_reaches_what_was_clicked_in_the_same_millisecond() -> None:
    """A click and the withdrawal may share a moment; when its tab dies later, that click is not sent (CONTRACT 5.4)."""
    world = World()
    first = Bed(script=never_answers, world=world)
    second = Bed(script=never_answers, world=world)
    second.click(3)
    first.queue.purge()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.left_over) == ([], {})


def test_what_another_tab_clicks_after_a_purge_is_delivered() -> None:
    """Consent that was given again holds in every tab: what a dying one leaves is asked for its moment (CONTRACT 5.4)."""
    world = World()
    first = Bed(script=never_answers, world=world)
    second = Bed(script=never_answers, world=world)
    first.queue.purge()
    first.advance(1)
    ids = second.click(2)
    second.tab.kill()
    first.settle()
    assert (first.api.ids, first.drops) == (ids, [])


def test_a_purge_reaches_the_other_tabs() -> None:
    """Each of them drops what it has in memory, and counts it as `purged` (CONTRACT 5.4)."""
    world = World()
    first = Bed(script=never_answers, world=world)
    second = Bed(script=never_answers, world=world)
    second.click(3)
    first.queue.purge()
    second.settle()
    assert (second.reasons, second.stats["pending"], second.left_over) == (["purged"] * 3, 0, {})


def test_a_tab_that_was_frozen_obeys_a_purge() -> None:
    """It missed the event, and finds the mark before it writes or sends (CONTRACT 5.4)."""
    world = World()
    frozen = Bed(world=world)
    other = Bed(world=world)
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
    bed = Bed()
    bed.click(3)
    bed.queue.purge()
    assert set(bed.texts) == {MARK_KEY}
    bed.tab.kill()
    following = Bed(world=bed.world)
    following.settle()
    assert following.texts == {}


def test_after_purge_life_goes_on() -> None:
    """Consent may come back: what is clicked later is accepted and delivered (CONTRACT 5.4)."""
    bed = Bed()
    bed.click(3)
    bed.queue.purge()
    bed.advance(1)
    ids = bed.click(10)
    bed.settle()
    assert (bed.api.ids, bed.stats["acknowledged"]) == (ids, 10)


def test_purge_of_an_empty_queue() -> None:
    """There is nothing to forget (CONTRACT 5.4)."""
    bed = Bed()
    bed.queue.purge()
    assert (bed.drops, bed.left_over, bed.state) == ([], {}, "idle")


def test_purge_while_storage_is_gone_is_made_good() -> None:
    """What could not be removed goes with the next write, and is not sent (CONTRACT 4.6, 5.4)."""
    bed = Bed()
    bed.go_offline()
    bed.click(3)
    bed.env.storage.is_broken = True
    bed.queue.purge()
    assert bed.stats["pending"] == 0
    bed.env.storage.is_broken = False
    ids = bed.click()
    assert bed.stored_everywhere() == ids
