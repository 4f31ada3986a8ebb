"""CONTRACT 4.2 to 4.4: which tab writes which key, who inherits, and what holds where there are no locks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clickqueue.main import ClickQueue
from tests.fakes import AbortController, Failure, FakeApi, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness, note_books
from tests.unit.stored_events import all_ids, record_changes, segments_of


def tabs(count: int, script: Any = never_answers, world: World | None = None) -> list[Harness]:
    """So many tabs, opened one after the other; the first has the main key."""
    world = world or World()
    return [Harness(script=script, world=world) for _ in range(count)]


def guest_keys(texts: dict[str, str]) -> list[str]:
    return [key for key in segments_of(texts) if key.startswith(f"{KEY}:")]


def sent_by(*harnesses: Harness) -> list[str]:
    return sorted(each for harness in harnesses for each in harness.api.ids)


# -- a key has one writer


def test_a_second_tab_writes_to_a_key_of_its_own() -> None:
    """Each tab writes to `srv_click_queue:<uuid>`; the main key has a copy of the first tab's events alone (CONTRACT 4.2)."""
    first, second = tabs(2)
    mine, theirs = first.click(2), second.click(3)
    assert first.stored() == first.stored(first.journal_key) == mine
    assert second.stored(second.journal_key) == theirs
    assert set(first.texts) == {KEY, first.journal_key, second.journal_key}


def test_a_second_tab_spills_within_its_own_key() -> None:
    """Further segments of a second tab are named after its own key (CONTRACT 4.1, 4.2)."""
    _, second = tabs(2)
    ids = second.click(75)
    keys = guest_keys(second.texts)
    assert keys == [second.journal_key, *(f"{second.journal_key}.{number}" for number in range(1_000_001, 1_000_008))]
    assert second.stored_everywhere() == ids


def test_no_two_tabs_write_the_same_key() -> None:
    """Once the locks have answered each key has one writer (CONTRACT 4.2)."""
    world = World()
    log = record_changes(world)
    harnesses = tabs(4, world=world)
    before = len(log)
    for _ in range(7):
        for harness in harnesses:
            harness.click(9)
            for call in harness.api.calls[-1:]:
                call.resolve()
            harness.settle()
    writers: dict[str, set[int]] = {}
    for change in log[before:]:
        writers.setdefault(change.key, set()).add(id(change.writer))
    assert len(writers) >= 4
    assert {len(each) for each in writers.values()} == {1}


def test_each_event_is_sent_by_one_tab() -> None:
    """With locks nobody sends what another living tab has (CONTRACT 4.2)."""
    harnesses = tabs(5, script=None)
    ids = [each for harness in harnesses for each in harness.click(13)]
    harnesses[0].advance(MINUTE_MS)
    assert sent_by(*harnesses) == sorted(ids)
    assert harnesses[0].texts == {}


def test_the_owner_leaves_the_keys_of_the_living_alone() -> None:
    """A second tab's events are its own for as long as it lives (CONTRACT 4.2)."""
    first, second = tabs(2)
    ids = second.click(3)
    first.tab.page.tell("visible")
    first.click(10)
    first.advance(MINUTE_MS)
    assert first.stats["recovered"] == 0
    assert set(ids) <= set(second.stored_everywhere())


def test_the_owner_leaves_all_pages_of_the_living_alone() -> None:
    """One lock guards the whole family, however many pages it has (CONTRACT 4.1, 4.2)."""
    first, second = tabs(2)
    ids = second.click(75)
    first.tab.page.tell("visible")
    first.settle()
    assert (first.stats["recovered"], second.stored_everywhere()) == (0, ids)


def test_each_tab_is_waited_for_once() -> None:
    """However often the owner looks, it asks for each lock once (CONTRACT 4.2)."""
    first, second = tabs(2)
    second.click(2)
    first.settle()
    before = first.world.locks.requests
    for _ in range(5):
        first.tab.page.tell("visible")
        second.click()
        first.settle()
    assert first.world.locks.requests == before


def test_two_storage_keys_are_two_worlds() -> None:
    """Widgets with different keys know nothing of each other (CONTRACT 1.4, 4.2)."""
    world = World()
    one = Harness({"storageKey": "one"}, never_answers, world=world)
    other = Harness({"storageKey": "other"}, never_answers, world=world)
    one.click(2)
    other.click(1)
    assert {key.partition(":")[0] for key in world.origin.texts} == {"one", "other"}
    one.tab.kill()
    other.settle()
    assert other.stats["recovered"] == 0


def test_two_queues_in_one_page_are_like_two_tabs() -> None:
    """Two widgets with one key share the page, not the key's writer (CONTRACT 4.2)."""
    first = Harness(script=never_answers)
    api = FakeApi(first.clock)
    second = ClickQueue({}, api, first.env)
    second.subscribe(lambda: note_books(second.get_snapshot()))
    first.settle()
    mine = first.click(2)
    theirs = [second.enqueue(click(number)) for number in range(3)]
    assert first.stored() == mine
    first.advance(5000)
    assert (sorted(first.api.ids), api.ids) == (mine, theirs)


# -- before the lock has answered


def test_before_the_lock_answers_nothing_is_only_in_a_shared_key() -> None:
    """A second tab's first click is in the main key and in one of its own: the owner's next write cannot lose it (CONTRACT 4.2)."""
    world = World()
    owner = Harness(script=never_answers, world=world)
    owner.click()
    world.locks.is_holding = True
    late = Harness(script=never_answers, world=world, is_settled=False)
    ids = late.click(2)
    assert set(ids) <= set(late.stored())
    owner.click()
    assert set(ids) <= all_ids(world.origin.texts)
    late.tab.kill()
    owner.settle()
    world.locks.let_go()
    owner.settle()
    owner.advance(MINUTE_MS)
    assert set(ids) <= all_ids(world.origin.texts)
    assert set(ids) <= set(owner.api.ids) | set(owner.stored())


def test_when_the_lock_is_granted_everything_stays_where_it_is() -> None:
    """Each event is in the tab's own journal, and its copy in the main key (CONTRACT 4.1, 4.2)."""
    world = World()
    world.locks.is_holding = True
    harness = Harness(script=never_answers, world=world)
    ids = harness.click(4)
    assert len(guest_keys(harness.texts)) == 1
    world.locks.let_go()
    harness.settle()
    assert (harness.stored(), harness.stored_everywhere(), set(harness.texts)) == (ids, ids, {KEY, harness.journal_key})
    assert harness.stats["enqueued"] == harness.stats["pending"] == 4


def test_when_the_lock_is_taken_both_copies_are_cleared_away() -> None:
    """What stood in two keys for a moment is delivered, and stays in neither (CONTRACT 4.2, 6.3)."""
    world = World()
    owner = Harness(world=world)
    late = Harness(world=world, is_settled=False)
    ids = late.click(3)
    late.settle()
    mine = owner.click(2)
    owner.advance(MINUTE_MS)
    assert set(sent_by(owner, late)) == {*mine, *ids}
    assert world.origin.texts == {}


def test_events_sent_before_the_lock_answered_are_acknowledged_all_the_same() -> None:
    """Sending does not wait for a lock; the answer removes every copy (CONTRACT 4.2, 7.3)."""
    world = World()
    world.locks.is_holding = True
    harness = Harness(world=world)
    harness.click(10)
    harness.settle()
    assert (harness.stats["acknowledged"], harness.texts) == (10, {})
    world.locks.let_go()
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["recovered"], harness.texts) == (10, 0, {})


def test_an_heir_may_be_faster_than_the_tab_itself() -> None:
    """The owner sees a new tab's first event before its lock is there, and adopts it: the tab moves to another key (CONTRACT 4.2)."""
    world = World()
    owner = Harness(world=world)
    owner.advance(100)
    world.locks.way = lambda: 20
    late = Harness(world=world, is_settled=False)
    world.locks.way = lambda: 1
    ids = late.click(2)
    late.advance(10)
    assert set(ids) <= set(owner.api.ids)
    ids += late.click(2)
    late.advance(30)
    ids += late.click(1)
    late.advance(MINUTE_MS)
    assert {*owner.api.ids, *late.api.ids} == set(ids)
    assert (owner.stats["pending"], late.stats["pending"], world.origin.texts) == (0, 0, {})


def test_a_tab_whose_key_has_an_heir_writes_to_another() -> None:
    """From then on it holds the lock of whatever key it writes to: the heir is the one writer of the old one (CONTRACT 4.2)."""
    world = World()
    owner = Harness(script=never_answers, world=world)
    owner.advance(100)
    world.locks.way = lambda: 20
    late = Harness(script=never_answers, world=world, is_settled=False)
    world.locks.way = lambda: 1
    late.click()
    late.advance(30)
    world.locks.way = None
    late.settle()
    ids = late.click()
    homes = [key for key in segments_of(late.texts) if set(ids) & set(late.stored(key))]
    assert [world.locks.held_by(key) for key in homes] == [late.tab.life]


def test_what_others_write_before_the_lock_answers_is_not_lost() -> None:
    """The owner's last write may become known before the lock that falls to me, or after (CONTRACT 4.2)."""
    world = World(lag=lambda: 5)
    owner = Harness(script=never_answers, world=world)
    owner.advance(100)
    world.locks.is_holding = True
    late = Harness(world=world)
    mine = late.click(1)
    theirs = owner.click(3)
    owner.tab.kill()
    late.advance(100)
    world.locks.let_go()
    late.advance(MINUTE_MS)
    assert {*mine, *theirs} <= set(late.api.ids)
    assert world.origin.texts == {}


def test_an_owner_that_dies_while_my_request_is_on_its_way() -> None:
    """Its last writes are heard before I know that the key is mine (CONTRACT 4.2)."""
    world = World(lag=lambda: 5)
    owner = Harness(script=never_answers, world=world)
    owner.advance(100)
    world.locks.way = lambda: 20
    late = Harness(world=world, is_settled=False)
    theirs = owner.click(3)
    owner.tab.kill()
    late.advance(MINUTE_MS)
    assert (set(late.api.ids), world.origin.texts) == (set(theirs), {})


def test_a_rival_for_the_key_of_my_own_does_not_keep_me_from_the_main_key() -> None:
    """Who finds the key of its own taken starts over with another, and the main key is granted all the same (CONTRACT 4.2)."""
    world = World()
    world.locks.way = lambda: 20
    harness = Harness(world=world, is_settled=False)
    ids = harness.click(2)
    world.locks.way = None
    rival = AbortController()
    world.locks.open().request(guest_keys(harness.texts)[0], {}, lambda lock: rival.signal.until_aborted())
    world.locks.way = lambda: 20
    harness.advance(30)
    ids += harness.click(1)
    assert set(ids) <= set(harness.stored())
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids) == set(ids)


def test_a_second_queue_of_a_page_leaves_no_copy_in_the_key_of_the_first() -> None:
    """What it copied there until its lock was taken goes, though a page hears no news of its own writes (CONTRACT 4.2)."""
    world = World()
    first = Harness(world=world)
    world.locks.way = lambda: 20
    second = Harness(world=world, tab=first.tab, is_settled=False)
    ids = second.click(2)
    assert first.stored() == ids
    second.advance(100)
    assert (first.stored(), sorted(first.stored_everywhere())) == ([], ids)
    second.advance(MINUTE_MS)
    assert (first.api.ids, second.api.ids, first.texts) == ([], ids, {})


# -- death and adoption


def test_a_dead_tabs_events_fall_to_the_owner() -> None:
    """When a second tab dies its lock falls to the owner of the main key, who adopts and delivers (CONTRACT 4.2)."""
    first, second = tabs(2, script=None)
    ids = second.click(3)
    second.tab.kill()
    first.settle()
    assert first.stats["recovered"] == 3
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.texts) == (ids, {})


def test_a_dead_owners_events_fall_to_who_waits() -> None:
    """When the first tab dies the next one has the main key and everything in it (CONTRACT 4.2)."""
    first, second, third = tabs(3)
    ids = [*first.click(3), *second.click(2), *third.click(1)]
    first.tab.kill()
    second.settle()
    assert set(second.stored()) == set(ids[:5])
    assert second.stats["recovered"] == 3
    second.tab.kill()
    third.settle()
    assert set(third.stored()) == set(third.stored_everywhere()) == set(ids)
    assert set(third.texts) == {KEY, third.journal_key}


def test_whoever_dies_the_last_tab_delivers_everything() -> None:
    """Five tabs, four die one after the other: each event arrives once (CONTRACT 4.2)."""
    harnesses = tabs(5)
    ids = [each for harness in harnesses for each in harness.click(4)]
    for harness in (harnesses[2], harnesses[0], harnesses[4], harnesses[1]):
        harness.tab.kill()
        harnesses[3].settle()
    last = harnesses[3]
    assert set(last.stored()) == set(ids)
    last.queue.flush()
    while last.stats["pending"] > 0:
        last.api.calls[-1].resolve()
        last.settle()
        last.queue.flush()
    assert (sorted(last.api.ids), last.texts) == (sorted(ids), {})


def test_all_pages_of_a_dead_tab_are_adopted() -> None:
    """However many pages it had (CONTRACT 4.1, 4.2)."""
    first, second = tabs(2)
    ids = second.click(84)
    second.tab.kill()
    first.settle()
    assert (first.stats["recovered"], set(first.stored_everywhere())) == (84, set(ids))
    assert len(first.stored_everywhere()) == 84


def test_an_orphan_of_an_earlier_visit_is_adopted_at_the_start() -> None:
    """A key whose tab is long gone is taken over by the next owner (CONTRACT 4.2)."""
    world = World()
    world.origin.put(f"{KEY}:gone", json.dumps([click(1, id="x", timestamp=1)]), None)
    world.origin.put(f"{KEY}:gone.3", json.dumps([click(2, id="y", timestamp=1)]), None)
    harness = Harness(world=world)
    harness.advance(MINUTE_MS)
    assert (sorted(harness.api.ids), harness.texts) == (["x", "y"], {})


def test_a_tab_that_comes_while_the_owner_idles_is_noticed() -> None:
    """The owner hears of a new tab's first event, and waits for its end (CONTRACT 4.2)."""
    (first,) = tabs(1, script=None)
    first.advance(MINUTE_MS)
    (second,) = tabs(1, world=first.world)
    ids = second.click(2)
    first.settle()
    second.tab.kill()
    first.settle()
    assert first.api.ids == ids


@pytest.mark.parametrize("changes", range(1, 8))
def test_a_heir_that_dies_while_it_adopts_loses_nothing(changes: int) -> None:
    """Destination first, source last: a crash after any change of the store leaves everything to the next (CONTRACT 4.4)."""
    world = World()
    log = record_changes(world)
    first, second = tabs(2, world=world)
    ids = [*first.click(3), *second.click(64)]
    first.env.storage.die_after = changes
    before = len(log)
    second.tab.kill()
    first.settle()
    first.click()
    first.tab.kill()
    assert all(set(ids) <= change.ids for change in log[before:])
    heir = Harness(world=world)
    heir.advance(MINUTE_MS)
    assert set(ids) <= set(heir.api.ids)
    assert len(heir.api.ids) == len(set(heir.api.ids))
    assert heir.texts == {}


def test_what_was_adopted_goes_at_once() -> None:
    """It has waited in another tab already (CONTRACT 4.2, 3.1)."""
    first, second = tabs(2)
    ids = second.click(2)
    second.tab.kill()
    first.settle()
    assert first.api.ids == ids


def test_news_of_a_dead_tabs_last_write_may_come_late() -> None:
    """Lock and storage travel separately: what arrives after the lock is taken in when it arrives (CONTRACT 4.2)."""
    world = World(lag=lambda: 30)
    first = Harness(world=world)
    second = Harness(world=world)
    first.advance(100)
    early = second.click(1)
    first.advance(100)
    late = second.click(2)
    second.tab.kill()
    first.advance(20)
    assert set(first.api.ids) == set(early)
    first.advance(MINUTE_MS)
    assert set(first.api.ids) == {*early, *late}
    assert world.origin.texts == {}


def test_a_page_that_becomes_visible_looks_for_orphans() -> None:
    """A queue of this very page makes no news; what it left is found when the page is looked at again (CONTRACT 4.2)."""
    (first,) = tabs(1)
    first.texts[f"{KEY}:silent"] = json.dumps([click(1, id="x", timestamp=1)])
    first.tab.page.tell("visible")
    first.settle()
    assert first.api.ids == ["x"]


# -- no locks


def unlocked(count: int, script: Any = never_answers) -> list[Harness]:
    world = World()
    world.locks.is_missing = True
    return tabs(count, script, world)


def test_without_locks_a_lone_tab_works_the_same() -> None:
    """All pending events are in its journal, then are delivered, then are gone (CONTRACT 4.1, 4.3)."""
    (harness,) = unlocked(1, None)
    ids = harness.click(7)
    assert (harness.stored_everywhere(), set(harness.texts)) == (ids, {harness.journal_key})
    harness.advance(5000)
    assert (harness.api.ids, harness.texts) == (ids, {})


def test_without_locks_each_tab_has_a_journal_of_its_own() -> None:
    """No two tabs write the same key, so none can overwrite what another stored (CONTRACT 4.3)."""
    first, second = unlocked(2)
    mine, theirs = first.click(75), second.click(12)
    own = {key for key in first.texts if key.startswith(first.journal_key)}
    assert (len(own), set(first.texts) - own) == (8, {second.journal_key, f"{second.journal_key}.1000001"})
    assert sorted(first.stored_everywhere()) == sorted([*mine, *theirs])


def test_without_locks_a_click_after_pagehide_merges_too() -> None:
    """The last deed of a page takes nothing from another tab (CONTRACT 4.3, 5.2)."""
    leaving, other = unlocked(2)
    ids = other.click(2)
    leaving.tab.page.tell("leave")
    ids += leaving.click()
    assert all_ids(leaving.texts) == set(ids)


def test_without_locks_tabs_merge_by_id() -> None:
    """Each tab adds its own to what is there and takes out only its own (CONTRACT 4.3)."""
    first, second = unlocked(2)
    a, b = first.click(10), second.click(10)
    c = first.click(1)
    assert sorted(first.stored_everywhere()) == sorted([*a, *b, *c])
    first.api.calls[0].resolve()
    first.settle()
    assert sorted(second.stored_everywhere()) == sorted([*b, *c])
    assert (first.stats["acknowledged"], second.stats["acknowledged"]) == (10, 0)


def test_without_locks_all_is_delivered_and_nothing_stays() -> None:
    """Five tabs write one key in turn; every event arrives, and the store is empty (CONTRACT 4.3)."""
    harnesses = unlocked(5, None)
    ids = [each for _ in range(4) for harness in harnesses for each in harness.click(3)]
    harnesses[0].advance(MINUTE_MS)
    assert set(sent_by(*harnesses)) == set(ids)
    assert harnesses[0].texts == {}


def test_without_locks_a_lost_write_is_repaired() -> None:
    """A peer that starts adopts the journal of a living tab: the `storage` event makes that tab write it again (CONTRACT 4.3)."""
    (first,) = unlocked(1)
    ids = first.click(3)
    second = Harness(script=never_answers, world=first.world)
    first.settle()
    assert first.stored(first.journal_key) == second.stored(second.journal_key) == ids


def test_without_locks_late_news_of_others_loses_nothing() -> None:
    """Two tabs that write at once, each before it saw the other's write: while they live, all is delivered (CONTRACT 4.3)."""
    world = World(lag=lambda: 40)
    world.locks.is_missing = True
    first, second = tabs(2, None, world)
    first.advance(100)
    ids = [*first.click(2), *second.click(2), *first.click(1)]
    first.advance(MINUTE_MS)
    assert set(sent_by(first, second)) == set(ids)
    assert first.stats["pending"] == second.stats["pending"] == 0


def test_without_locks_tabs_do_not_answer_each_other_for_ever() -> None:
    """A repair is not answered by a repair without end: with nothing to do, nobody writes (CONTRACT 4.3)."""
    world = World(lag=lambda: 40)
    world.locks.is_missing = True
    harnesses = tabs(3, never_answers, world)
    for harness in harnesses:
        harness.click(2)
    harnesses[0].advance(MINUTE_MS)
    before = [harness.env.storage.writes for harness in harnesses]
    harnesses[0].advance(MINUTE_MS)
    assert [harness.env.storage.writes for harness in harnesses] == before


def test_without_locks_news_of_a_storage_that_throws_are_made_good() -> None:
    """What another tab wrote while mine could not look is merged with the next write (CONTRACT 4.3, 4.6)."""
    first, second = unlocked(2)
    ids = first.click(2)
    first.env.storage.is_broken = True
    ids += second.click(1)
    second.world.origin.put(KEY, None, None)
    first.settle()
    first.env.storage.is_broken = False
    ids += first.click(1)
    assert set(first.stored_everywhere()) == set(ids)


def test_without_locks_rubbish_is_counted_once() -> None:
    """A stranger's rubbish in the main key is `corrupt` for the tab that finds and removes it (CONTRACT 4.3, 4.5)."""
    (harness,) = unlocked(1)
    ids = harness.click(2)
    harness.world.origin.put(KEY, "rubbish", None)
    second = Harness(script=never_answers, world=harness.world)
    second.tab.page.tell("visible")
    harness.settle()
    assert (harness.reasons, second.reasons, KEY in harness.texts) == ([], ["corrupt"], False)
    assert harness.stored(harness.journal_key) == second.stored(second.journal_key) == ids


def test_without_locks_the_next_page_takes_everything() -> None:
    """A page that starts reads what is there (CONTRACT 4.3)."""
    first, second = unlocked(2)
    ids = [*first.click(3), *second.click(4)]
    first.tab.kill()
    second.tab.kill()
    heir = Harness(world=first.world)
    heir.advance(MINUTE_MS)
    assert (sorted(heir.api.ids), heir.texts) == (sorted(ids), {})


# -- strangers at work


def test_a_cleared_storage_is_written_again() -> None:
    """Somebody says localStorage.clear(): what this tab has in memory is stored anew (CONTRACT 4.2, 4.6)."""
    first, second = tabs(2)
    ids = [*first.click(3), *second.click(2)]
    first.world.origin.clear()
    first.settle()
    assert sorted(first.stored_everywhere()) == sorted(ids)


def test_a_key_of_mine_that_a_stranger_changed_is_put_right() -> None:
    """A stranger's write to an owned key loses nothing that is pending; what is valid in it is sent too (CONTRACT 4.2, 4.5)."""
    (harness,) = tabs(1)
    ids = harness.click(3)
    harness.world.origin.put(KEY, json.dumps([click(9, id="theirs", timestamp=1)]), None)
    harness.settle()
    harness.click()
    assert set(ids) | {"theirs"} <= set(harness.stored())
    assert harness.stats["recovered"] == 1


def test_news_of_other_keys_is_nothing() -> None:
    """The host's own keys change all the time (CONTRACT 7.1)."""
    (harness,) = tabs(1)
    ids = harness.click(2)
    for key in ("theirs", f"{KEY}2", f"{KEY}.x", f"{KEY}:someone", f"{KEY}:someone.4", ""):
        harness.tab.page.tell("storage", key)
    harness.advance(4000)
    assert (harness.stored(), harness.stats["recovered"], harness.drops) == (ids, 0, [])


def test_a_server_that_is_down_keeps_all_tabs_events() -> None:
    """Tabs open and die during an outage; when the server is back the last one delivers all (CONTRACT 4.2, 3.7)."""
    world = World()
    is_down = [True]

    def answer(call: Any) -> Any:
        return Failure(503) if is_down[0] else None

    ids: list[str] = []
    for _ in range(6):
        harness = Harness(script=answer, world=world)
        ids += harness.click(5)
        harness.advance(7000)
        if len(ids) % 10 == 0:
            harness.tab.kill()
    for tab in world.tabs:
        tab.kill()
    is_down[0] = False
    heir = Harness(script=answer, world=world)
    heir.advance(MINUTE_MS)
    assert sorted(heir.api.ids) == sorted(ids)
    assert heir.texts == {}
