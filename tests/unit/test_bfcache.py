"""CONTRACT 5.2: a page in the back/forward cache gives its events and locks to others, and takes up what is left when it returns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World, never_answers
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness
from tests.unit.stored_events import all_ids


def test_pagehide_gives_up_the_locks() -> None:
    """After `pagehide` the tab has no lock and no lock request (CONTRACT 5.2)."""
    harness = Harness()
    harness.click()
    harness.tab.leave()
    assert harness.world.locks.requests == 0


def test_the_events_of_a_left_page_are_handed_over() -> None:
    """Its events count as `handedOver`, and are no longer pending (CONTRACT 5.2, 6.1)."""
    harness = Harness(script=never_answers)
    harness.click(3)
    harness.tab.leave()
    assert (harness.stats["handedOver"], harness.stats["pending"]) == (3, 0)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_another_tab_delivers_the_events_of_a_left_page(hidden_first: bool) -> None:
    """Another tab adopts and delivers them, as it does those of a dead tab (CONTRACT 4.2, 5.2)."""
    world = World()
    left = Harness(script=never_answers, world=world)
    other = Harness(world=world)
    left.go_offline()
    ids = left.click(3)
    left.tab.leave(hidden_first)
    world.set_online(True)
    other.advance(MINUTE_MS)
    assert (other.api.ids, world.origin.texts) == (ids, {})


def test_a_page_that_returns_sends_only_what_no_tab_delivered() -> None:
    """Events that another tab delivered meanwhile are not sent again (CONTRACT 5.2)."""
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


def test_a_page_that_returns_recovers_its_events() -> None:
    """Events that no other tab adopted are recovered and sent (CONTRACT 5.2)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    harness.tab.leave()
    harness.world.network.online = True
    harness.tab.come_back()
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids, 3, {})
    assert harness.stats["recovered"] == harness.stats["handedOver"] == 3


def test_a_page_that_returns_requests_its_locks_again() -> None:
    """It leads as before: its events are in its journal and in the main key (CONTRACT 5.2)."""
    harness = Harness(script=never_answers)
    before = harness.world.locks.requests
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    ids = harness.click(2)
    assert harness.world.locks.requests == before
    assert (harness.stored(), set(harness.texts)) == (ids, {KEY, harness.journal_key})


def test_a_page_that_returns_beside_a_leader_is_a_follower() -> None:
    """The main key has only the events of the tab that leads now (CONTRACT 4.2, 5.2)."""
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
    """Events that are acknowledged after the return are removed, and not sent again (CONTRACT 5.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    harness.click(2)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[0].resolve()
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.stats["pending"], harness.texts) == ([2], 0, {})


def test_an_event_enqueued_again_in_flight_is_not_sent_again() -> None:
    """An event that left with the page and is enqueued again after the return is sent once (CONTRACT 3.2, 5.2)."""
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
    """An answer that arrived in the cache settles its events before any lock is granted (CONTRACT 5.2)."""
    harness = Harness(script=[HOLD])
    harness.click(2)
    harness.tab.leave()
    harness.api.calls[0].resolve()
    harness.settle()
    harness.tab.come_back()
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.stats["pending"], harness.texts) == ([2], 0, {})


def test_an_answer_that_waited_for_the_return_may_reject() -> None:
    """Events that this answer did not acknowledge are recovered and sent again (CONTRACT 3.4, 5.2)."""
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
    """The events of a request that fails after the return are sent again (CONTRACT 5.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    ids = harness.click(2)
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    harness.api.calls[0].reject(Failure())
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids[2:]) == set(ids)
    assert (harness.stats["pending"], harness.texts) == (0, {})


@pytest.mark.parametrize("event", ["return", "visible"])
def test_the_pageshow_of_a_first_load_changes_nothing(event: Any) -> None:
    """`pageshow` and visible of a page that was never left recover and hand over nothing (CONTRACT 5.2)."""
    harness = Harness(is_settled=False)
    ids = harness.click(2)
    harness.tab.page.tell(event)
    harness.settle()
    assert (harness.stored(), harness.stats["recovered"], harness.stats["handedOver"]) == (ids, 0, 0)
    harness.advance(5000)
    assert harness.api.ids == ids


def test_left_twice_and_returned_twice() -> None:
    """A second `pagehide` and a second `pageshow` change nothing (CONTRACT 5.2)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(3)
    for event in ("leave", "leave", "return", "return"):
        harness.tab.page.tell(event)
        harness.settle()
    assert (harness.stored(), harness.stats["pending"]) == (ids, 3)
    harness.go_online()
    harness.settle()
    assert harness.api.ids == ids


def test_a_page_may_leave_and_return_many_times() -> None:
    """Each event is delivered, however often the page was in the cache (CONTRACT 5.2)."""
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


def test_an_event_after_pagehide_is_stored() -> None:
    """An event that is enqueued after `pagehide` is stored, and sent by the next tab (CONTRACT 2.1, 5.2)."""
    harness = Harness(script=never_answers)
    harness.tab.page.tell("leave")
    ids = harness.click(2)
    assert set(ids) <= all_ids(harness.texts)
    harness.tab.kill()
    next_tab = Harness(world=harness.world)
    next_tab.advance(MINUTE_MS)
    assert (sorted(set(next_tab.api.ids)), next_tab.texts) == (sorted(ids), {})


def test_a_page_that_was_left_without_storage_keeps_its_events() -> None:
    """Events in memory only are not handed over, and are sent after the return (CONTRACT 4.6, 5.2)."""
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


def test_a_page_that_is_left_tries_a_failed_write_again() -> None:
    """`pagehide` stores the events that a full store had refused (CONTRACT 4.6, 5.2)."""
    harness = Harness(script=never_answers)
    harness.world.origin.quota_chars = 0
    ids = harness.click(2)
    harness.world.origin.quota_chars = None
    harness.tab.leave()
    assert all_ids(harness.texts) == set(ids)


@pytest.mark.parametrize("hidden_first", [False, True])
def test_a_closed_page_loses_nothing(hidden_first: bool) -> None:
    """The next page delivers the events of a page that was closed before an answer came (CONTRACT 5.1, 5.2)."""
    harness = Harness(script=never_answers)
    ids = harness.click(13)
    harness.tab.close(hidden_first)
    next_tab = Harness(world=harness.world)
    next_tab.advance(MINUTE_MS)
    assert (sorted(next_tab.api.ids), next_tab.texts) == (sorted(ids), {})
