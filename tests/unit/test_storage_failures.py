"""CONTRACT 4.6: storage that is missing, full, or throws. Events stay in memory, and the next write that works stores them."""

from __future__ import annotations

import pytest

from tests.fakes import HOLD, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness, offline
from tests.unit.stored_events import all_ids, left_behind, record_changes, stored_event


def test_without_storage_everything_else_works() -> None:
    """With storage that throws on touch `persistent` is false, and all events are delivered (CONTRACT 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage.is_broken = True
    harness = Harness(world=world, tab=tab, script=[DOWN])
    ids = harness.click(25)
    assert (harness.stats["persistent"], None in ids) == (False, False)
    harness.advance(HOUR_MS)
    assert harness.stats["acknowledged"] == 25
    assert set(harness.api.ids) == set(ids)


def test_with_storage_it_is_persistent() -> None:
    """Where storage works `persistent` is true from the start to the end (CONTRACT 4.6)."""
    harness = Harness(is_settled=False)
    assert harness.stats["persistent"] is True
    harness.click(12)
    assert harness.stats["persistent"] is True
    harness.advance(MINUTE_MS)
    assert harness.stats["persistent"] is True


def test_storage_that_comes_back_gets_everything_with_the_next_write() -> None:
    """The first write after storage works again stores what was accepted without it (CONTRACT 4.6)."""
    harness = offline()
    first = harness.click(2)
    harness.env.storage.is_broken = True
    meanwhile = harness.click(3)
    assert harness.stats["persistent"] is False
    assert harness.stored() == first
    harness.env.storage.is_broken = False
    last = harness.click()
    assert harness.stored_everywhere() == [*first, *meanwhile, *last]
    assert harness.stats["persistent"] is True


def test_storage_that_was_broken_from_the_start_is_used_later() -> None:
    """Events that were stored before stay stored_event, and the new ones are stored with the first write that works (CONTRACT 4.6)."""
    world = left_behind(stored_event(1))
    tab = world.open()
    tab.env.storage.is_broken = True
    harness = Harness(world=world, tab=tab)
    harness.go_offline()
    ids = harness.click(2)
    harness.env.storage.is_broken = False
    ids += harness.click()
    assert set(harness.stored_everywhere()) == {"old-1", *ids}
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert set(ids) <= set(harness.api.ids)


def test_an_acknowledgement_while_storage_is_broken_is_stored_later() -> None:
    """Events that were acknowledged while storage threw are removed with the next write (CONTRACT 4.6)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    harness.click(2)
    harness.env.storage.is_broken = True
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 2
    harness.env.storage.is_broken = False
    new = harness.click()
    assert harness.stored_everywhere() == new


@pytest.mark.parametrize("write", range(1, 9))
def test_any_single_write_may_fail(write: int) -> None:
    """The event stays in memory, every stored event stays stored_event, and the next write stores all (CONTRACT 4.6)."""
    world = World()
    log = record_changes(world)
    tab = world.open()
    tab.env.storage.failing = {write}
    harness = Harness(world=world, tab=tab)
    harness.go_offline()
    ids: list[str] = []
    for _ in range(8):
        ids += harness.click()
        assert harness.stats["pending"] == len(ids)
        if harness.stats["persistent"]:
            assert set(ids) == all_ids(harness.texts)
    ids += harness.click()
    sizes = [len(change.ids) for change in log]
    assert sizes == sorted(sizes)
    assert harness.stored() == ids


def test_a_full_store_keeps_what_it_has() -> None:
    """At the quota no stored event is deleted; new events are stored when there is room (CONTRACT 4.6)."""
    harness = Harness({"maxBatchSize": 5}, [HOLD])
    ids = harness.click(5)
    harness.world.origin.quota_chars = sum(len(key) + len(text) for key, text in harness.texts.items())
    new = harness.click(3)
    assert (harness.stored(), harness.stats["persistent"], harness.stats["pending"]) == (ids, False, 8)
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stored(), harness.stats["persistent"]) == (new, True)


def test_a_store_that_is_full_from_the_start() -> None:
    """With no room at all every event is delivered from memory (CONTRACT 4.6)."""
    world = World()
    world.origin.quota_chars = 0
    harness = Harness(world=world)
    ids = harness.click(70)
    assert (harness.stats["persistent"], harness.texts) == (False, {})
    harness.advance(MINUTE_MS)
    assert harness.api.ids == ids


@pytest.mark.parametrize("write", range(1, 5))
def test_a_failed_write_of_an_acknowledgement_loses_nothing(write: int) -> None:
    """Any write of an acknowledgement may fail: every pending event stays stored (CONTRACT 4.4, 4.6)."""
    world = World()
    record_changes(world)
    harness = Harness(script=never_answers, world=world)
    harness.click(66)
    harness.env.storage.failing = {harness.env.storage.writes + write}
    for _ in range(2):
        harness.api.calls[-1].resolve()
        harness.settle()
        assert len(all_ids(harness.texts)) >= harness.stats["pending"]
    harness.click(3)
    assert (len(harness.stored()), harness.stats["pending"], harness.stats["persistent"]) == (49, 49, True)


def test_an_event_that_is_in_memory_and_in_an_orphan_is_one() -> None:
    """An event in memory and in an orphan is sent once; the orphan's key is removed when the page becomes visible (CONTRACT 2.3, 4.6)."""
    world = left_behind(stored_event(1), key=f"{KEY}:gone")
    world.origin.quota_chars = 0
    harness = Harness(world=world, is_settled=False)
    harness.queue.enqueue(click(1, id="old-1"))
    harness.advance(MINUTE_MS)
    harness.tab.page.tell("visible")
    harness.settle()
    assert (harness.api.ids, harness.texts) == (["old-1"], {})


def test_a_known_event_stays_in_the_orphan_while_there_is_no_room() -> None:
    """With a full store the orphan keeps its event, so that a crash loses nothing (CONTRACT 4.4, 4.6)."""
    world = left_behind(stored_event(1), key=f"{KEY}:gone")
    world.origin.quota_chars = 0
    harness = Harness(script=never_answers, world=world, is_settled=False)
    harness.queue.enqueue(click(1, id="old-1"))
    harness.settle()
    assert harness.stored_everywhere() == ["old-1"]
