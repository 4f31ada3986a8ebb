"""The mark of a purge: which journals it condemns, and which it does not (CONTRACT 5.4)."""

from __future__ import annotations

import json
import re

import pytest

from tests.fakes import World, click, never_answers
from tests.keys import KEY, MARK_KEY
from tests.unit.harness import MINUTE_MS, Harness


def lagging_pair() -> tuple[Harness, Harness]:
    """Two tabs, the first of which leads; a write arrives at the other 20 ms later."""
    world = World(lag=lambda: 20)
    first = Harness(script=never_answers, world=world)
    second = Harness(script=never_answers, world=world)
    second.advance(100)
    return first, second


def test_a_tab_that_dies_before_it_knows_of_a_purge_leaves_nothing_to_send() -> None:
    """It wrote its journal and the mirror once more, with events from before the purge: nobody sends them (CONTRACT 5.4)."""
    first, second = lagging_pair()
    second.click(3)
    second.advance(100)
    first.queue.purge()
    second.click(1)
    second.tab.kill()
    first.advance(MINUTE_MS)
    following = Harness(world=first.world)
    following.advance(MINUTE_MS)
    assert (first.api.ids, following.api.ids, first.left_over) == ([], [], {})


def test_a_joining_tab_that_dies_unheard_leaves_only_a_copy_in_the_main_key() -> None:
    """The next page takes no event from a copy: each is in a journal too, and that one is from before the purge (CONTRACT 5.4)."""
    first, second = lagging_pair()
    first.tab.kill()
    second.advance(100)
    other = Harness(world=first.world)
    other.advance(100)
    second.click(3)
    second.advance(100)
    other.queue.purge()
    second.click(1)
    assert first.texts[KEY].startswith(" ")
    second.tab.kill()
    other.advance(MINUTE_MS)
    assert (other.api.ids, other.left_over) == ([], {})


def test_the_mark_stays() -> None:
    """The next page keeps it, and it is no id of the visitor: `!` and eight digits (CONTRACT 5.4)."""
    harness = Harness()
    harness.click(3)
    harness.queue.purge()
    mark = harness.texts[MARK_KEY]
    assert set(harness.texts) == {MARK_KEY}
    assert re.fullmatch("![0-9a-f]{8}", mark)
    harness.tab.kill()
    following = Harness(world=harness.world)
    ids = following.click(10)
    following.settle()
    assert (following.api.ids, following.texts) == (ids, {MARK_KEY: mark})


def test_a_click_right_after_the_purge_of_another_tab_is_kept() -> None:
    """The mark is visible before its storage event comes: the tab drops the old events, not the new one (CONTRACT 5.4)."""
    world = World()
    first = Harness(world=world)
    second = Harness(world=world)
    second.click(3)
    first.queue.purge()
    ids = second.click(1)
    second.advance(MINUTE_MS)
    assert (second.api.ids, second.reasons) == (ids, ["purged"] * 3)


@pytest.mark.parametrize("mark", ["", "!", "x", "!01234567.1", "[]", "01234567!"])
def test_another_text_under_the_key_of_the_mark_is_no_purge(mark: str) -> None:
    """A stranger wrote it: nothing is dropped, and the journals keep their names (CONTRACT 5.4, 7.2)."""
    harness = Harness()
    ids = harness.click(3)
    harness.world.origin.put(MARK_KEY, mark, None)
    harness.tab.kill()
    following = Harness(world=harness.world)
    ids += following.click(1)
    following.advance(MINUTE_MS)
    assert (sorted(following.api.ids), following.reasons) == (sorted(ids), [])


def test_an_emptied_storage_is_no_purge() -> None:
    """A script that removes the mark with everything else withdraws no consent: what tabs have in memory is sent (CONTRACT 4.6, 5.4)."""
    world = World()
    first = Harness(world=world)
    second = Harness(world=world)
    first.queue.purge()
    first.advance(1)
    ids = second.click(3)
    for key in list(first.texts):
        first.env.storage.remove_item(key)
    first.advance(0)
    third = Harness(world=world)
    ids += third.click(1)
    third.tab.kill()
    second.tab.kill()
    first.advance(MINUTE_MS)
    assert sorted(first.api.ids) == sorted(ids)


def test_a_journal_of_0_1_0_is_adopted_after_a_purge() -> None:
    """Its name has no mark, so nothing is known of its time: no version loses an event of another (CONTRACT 5.5)."""
    harness = Harness()
    harness.queue.purge()
    harness.tab.kill()
    journal = f"{KEY}:8d1b9f0e-4c3a-4b1e-9a57-0f2d6c1e7a11"
    harness.world.origin.put(journal, json.dumps([click(1, id="old", timestamp=1_700_000_000_000)]), None)
    harness.world.origin.put(KEY, json.dumps([click(2, id="older", timestamp=1_700_000_000_000)]), None)
    following = Harness(world=harness.world)
    following.advance(MINUTE_MS)
    assert sorted(following.api.ids) == ["old", "older"]


def test_a_purge_that_finds_no_room_spares_what_comes_after_it() -> None:
    """Its mark cannot be written yet: it is tried again, and events that are accepted meanwhile are kept (CONTRACT 4.6, 5.4)."""
    harness = Harness()
    harness.go_offline()
    harness.click(3)
    harness.env.storage.is_broken = True
    harness.queue.purge()
    ids = harness.click(2)
    harness.advance(MINUTE_MS)
    harness.env.storage.is_broken = False
    ids += harness.click(1)
    assert harness.stored_everywhere() == ids
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.left_over) == (ids, {})


def test_a_purge_that_is_carried_out_late_spares_the_journal_of_after_it() -> None:
    """The mark could not be written; a later event was, and its journal stays when the purge is tried again (CONTRACT 4.6, 5.4)."""
    harness = Harness()
    storage = harness.env.storage
    storage.failing = {storage.writes + number for number in (1, 2, 3)}
    harness.queue.purge()
    assert MARK_KEY not in harness.texts
    ids = harness.click(2)
    assert (MARK_KEY in harness.texts, harness.stored_everywhere()) == (True, ids)
    harness.tab.kill()
    following = Harness(world=harness.world)
    following.advance(MINUTE_MS)
    assert following.api.ids == ids


def test_two_purges_at_once() -> None:
    """Each of two tabs purges before it knows of the other: nothing from before is sent, everything after is (CONTRACT 5.4)."""
    first, second = lagging_pair()
    first.click(2)
    second.click(2)
    first.queue.purge()
    second.queue.purge()
    first.advance(100)
    ids = first.click(1) + second.click(1)
    second.tab.kill()
    first.tab.kill()
    following = Harness(world=first.world)
    following.advance(MINUTE_MS)
    assert sorted(following.api.ids) == sorted(ids)
