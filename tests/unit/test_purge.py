"""CONTRACT 5.4: `purge()` withdraws consent: no event that any tab accepted before is sent afterwards."""

from __future__ import annotations

import json

import pytest

from tests.fakes import HOLD, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness


def test_purge_removes_every_event_of_this_tab() -> None:
    """Every event is removed from memory and storage, and dropped as `purged` (CONTRACT 5.4)."""
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
    """Without Web Locks, and after many settled events, no key is left (CONTRACT 4.3, 5.4)."""
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
    """A batch that waits for its retry is not sent again (CONTRACT 5.4)."""
    harness = Harness({"maxBatchSize": 2}, [DOWN])
    harness.click(2)
    harness.settle()
    harness.queue.purge()
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.left_over, harness.clock.armed) == ([2], {}, 0)


@pytest.mark.parametrize("is_success", [True, False])
def test_the_answer_to_a_purged_request_changes_nothing(is_success: bool) -> None:
    """Events in flight are `purged`; their answer changes nothing, and they are not sent again (CONTRACT 5.4)."""
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
    """The journals of dead tabs are removed, also before any lock is granted (CONTRACT 5.4)."""
    world = World()
    for number, key in enumerate((KEY, f"{KEY}.1", f"{KEY}:gone", f"{KEY}:gone.1")):
        world.origin.put(key, json.dumps([click(number, id=key, timestamp=number)]), None)
    harness = Harness(script=never_answers, world=world, is_settled=False)
    harness.queue.purge()
    harness.advance(MINUTE_MS)
    assert (harness.left_over, harness.stats["pending"], harness.api.ids) == ({}, 0, [])


@pytest.mark.parametrize("later_ms", [0, 1])
def test_purge_reaches_a_tab_that_dies_later(later_ms: int) -> None:
    """Events that another tab accepted before, even in the same millisecond, are not sent when that tab dies (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.click(3)
    first.advance(later_ms)
    first.queue.purge()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.left_over) == ([], {})


def test_events_of_another_tab_after_a_purge_are_delivered() -> None:
    """Events that another tab accepts after the purge are adopted and delivered when that tab dies (CONTRACT 5.4)."""
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
    """Every other tab drops its events as `purged` (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.click(3)
    first.queue.purge()
    second.settle()
    assert (second.reasons, second.stats["pending"], second.left_over) == (["purged"] * 3, 0, {})


def test_a_tab_that_was_frozen_obeys_a_purge() -> None:
    """A frozen tab, which missed the storage event, finds the mark before it writes or sends (CONTRACT 5.4)."""
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


def test_events_after_a_purge_are_delivered() -> None:
    """Events that are enqueued after the purge are accepted and delivered (CONTRACT 5.4)."""
    harness = Harness()
    harness.click(3)
    harness.queue.purge()
    harness.advance(1)
    ids = harness.click(10)
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"]) == (ids, 10)


def test_purge_of_an_empty_queue() -> None:
    """The purge of an empty queue drops nothing and leaves no event stored (CONTRACT 5.4)."""
    harness = Harness()
    harness.queue.purge()
    assert (harness.drops, harness.left_over, harness.state) == ([], {}, "idle")
