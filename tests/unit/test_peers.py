"""CONTRACT 4.3: tabs without Web Locks. Events may be sent twice; none is lost while the tab that accepted it lives."""

from __future__ import annotations

from tests.fakes import World, never_answers
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness, open_peers, open_tabs, sent_by
from tests.unit.stored_events import all_ids


def test_a_lone_peer_delivers() -> None:
    """The pending events of a lone peer are in its journal, are delivered, and are removed (CONTRACT 4.1, 4.3)."""
    (harness,) = open_peers(1, None)
    ids = harness.click(7)
    assert (harness.stored_everywhere(), set(harness.texts)) == (ids, {harness.journal_key})
    harness.advance(5000)
    assert (harness.api.ids, harness.texts) == (ids, {})


def test_each_peer_has_a_journal_of_its_own() -> None:
    """No two peers write the same key (CONTRACT 4.3)."""
    first, second = open_peers(2)
    mine, theirs = first.click(75), second.click(12)
    own = {key for key in first.texts if key.startswith(first.journal_key)}
    assert (len(own), set(first.texts) - own) == (8, {second.journal_key, f"{second.journal_key}.1000001"})
    assert sorted(first.stored_everywhere()) == sorted([*mine, *theirs])


def test_an_event_of_a_peer_after_pagehide_removes_none_of_another() -> None:
    """A peer that writes after `pagehide` removes no event of another tab (CONTRACT 4.3, 5.2)."""
    leaving, other = open_peers(2)
    ids = other.click(2)
    leaving.tab.page.tell("leave")
    ids += leaving.click()
    assert all_ids(leaving.texts) == set(ids)


def test_a_peer_removes_its_own_events_only() -> None:
    """An acknowledgement removes the events of the peer that got it, and no others (CONTRACT 4.3)."""
    first, second = open_peers(2)
    a, b = first.click(10), second.click(10)
    c = first.click(1)
    assert sorted(first.stored_everywhere()) == sorted([*a, *b, *c])
    first.api.calls[0].resolve()
    first.settle()
    assert sorted(second.stored_everywhere()) == sorted([*b, *c])
    assert (first.stats["acknowledged"], second.stats["acknowledged"]) == (10, 0)


def test_all_events_of_peers_are_delivered() -> None:
    """All events of five peers are delivered, and no key is left (CONTRACT 4.3)."""
    harnesses = open_peers(5, None)
    ids = [each for _ in range(4) for harness in harnesses for each in harness.click(3)]
    harnesses[0].advance(MINUTE_MS)
    assert set(sent_by(*harnesses)) == set(ids)
    assert harnesses[0].texts == {}


def test_a_peer_writes_an_adopted_journal_again() -> None:
    """When a peer starts and adopts the journal of a living one, that one writes its journal again (CONTRACT 4.3)."""
    (first,) = open_peers(1)
    ids = first.click(3)
    second = Harness(script=never_answers, world=first.world)
    first.settle()
    assert first.stored(first.journal_key) == second.stored(second.journal_key) == ids


def test_late_storage_events_of_peers_lose_nothing() -> None:
    """Events of two peers that write before either sees the other's write are all delivered (CONTRACT 4.3)."""
    world = World(lag=lambda: 40)
    world.locks.is_missing = True
    first, second = open_tabs(2, None, world)
    first.advance(100)
    ids = [*first.click(2), *second.click(2), *first.click(1)]
    first.advance(MINUTE_MS)
    assert set(sent_by(first, second)) == set(ids)
    assert first.stats["pending"] == second.stats["pending"] == 0


def test_peers_do_not_repair_each_other_for_ever() -> None:
    """Peers with nothing to do write nothing (CONTRACT 4.3)."""
    world = World(lag=lambda: 40)
    world.locks.is_missing = True
    harnesses = open_tabs(3, never_answers, world)
    for harness in harnesses:
        harness.click(2)
    harnesses[0].advance(MINUTE_MS)
    before = [harness.env.storage.writes for harness in harnesses]
    harnesses[0].advance(MINUTE_MS)
    assert [harness.env.storage.writes for harness in harnesses] == before


def test_a_peer_whose_storage_threw_stores_all_with_the_next_write() -> None:
    """After storage threw, the next write of a peer leaves every event of both tabs stored (CONTRACT 4.3, 4.6)."""
    first, second = open_peers(2)
    ids = first.click(2)
    first.env.storage.is_broken = True
    ids += second.click(1)
    second.world.origin.put(KEY, None, None)
    first.settle()
    first.env.storage.is_broken = False
    ids += first.click(1)
    assert set(first.stored_everywhere()) == set(ids)


def test_a_corrupt_main_key_is_counted_by_one_peer() -> None:
    """A corrupt main key is `corrupt` for the peer that finds and removes it, only (CONTRACT 4.3, 4.5)."""
    (harness,) = open_peers(1)
    ids = harness.click(2)
    harness.world.origin.put(KEY, "rubbish", None)
    second = Harness(script=never_answers, world=harness.world)
    second.tab.page.tell("visible")
    harness.settle()
    assert (harness.reasons, second.reasons, KEY in harness.texts) == ([], ["corrupt"], False)
    assert harness.stored(harness.journal_key) == second.stored(second.journal_key) == ids


def test_a_peer_that_starts_adopts_everything() -> None:
    """A peer that starts adopts the journals of all dead tabs (CONTRACT 4.3)."""
    first, second = open_peers(2)
    ids = [*first.click(3), *second.click(4)]
    first.tab.kill()
    second.tab.kill()
    next_tab = Harness(world=first.world)
    next_tab.advance(MINUTE_MS)
    assert (sorted(next_tab.api.ids), next_tab.texts) == (sorted(ids), {})
