"""CONTRACT 4.2: the time between the start of a tab and the answer to its lock requests. No event is lost in it."""

from __future__ import annotations

from tests.fakes import HOLD, AbortController, World, never_answers
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness, sent_by
from tests.unit.stored_events import all_ids, journal_keys, segments_of


def test_before_the_lock_answers_no_event_is_in_the_main_key_only() -> None:
    """A joining tab's events are in its journal, so that the leader's next write of the main key cannot lose them (CONTRACT 4.2)."""
    world = World()
    leader = Harness(script=never_answers, world=world)
    leader.click()
    world.locks.is_holding = True
    late = Harness(script=never_answers, world=world, is_settled=False)
    ids = late.click(2)
    leader.click()
    assert set(ids) <= all_ids(world.origin.texts)
    late.tab.kill()
    leader.settle()
    world.locks.let_go()
    leader.settle()
    leader.advance(MINUTE_MS)
    assert set(ids) <= all_ids(world.origin.texts)
    assert set(ids) <= set(leader.api.ids) | set(leader.stored())


def test_when_the_lock_is_granted_no_event_moves() -> None:
    """Each event stays in the tab's own journal, and its copy in the main key (CONTRACT 4.1, 4.2)."""
    world = World()
    world.locks.is_holding = True
    harness = Harness(script=never_answers, world=world)
    ids = harness.click(4)
    assert len(journal_keys(harness.texts)) == 1
    world.locks.let_go()
    harness.settle()
    assert (harness.stored(), harness.stored_everywhere(), set(harness.texts)) == (ids, ids, {KEY, harness.journal_key})
    assert harness.stats["enqueued"] == harness.stats["pending"] == 4


def test_when_the_lock_is_taken_no_copy_is_left() -> None:
    """Events in both keys are delivered, and then are in neither (CONTRACT 4.2, 6.3)."""
    world = World()
    leader = Harness(world=world)
    late = Harness(world=world, is_settled=False)
    ids = late.click(3)
    late.settle()
    mine = leader.click(2)
    leader.advance(MINUTE_MS)
    assert set(sent_by(leader, late)) == {*mine, *ids}
    assert world.origin.texts == {}


def test_events_sent_before_the_lock_answered_are_acknowledged() -> None:
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


def test_the_leader_may_adopt_the_journal_of_a_joining_tab() -> None:
    """A leader that gets the lock of a joining tab's journal first adopts it; the tab starts another journal (CONTRACT 4.2)."""
    world = World()
    leader = Harness(world=world)
    leader.advance(100)
    world.locks.way = lambda: 20
    late = Harness(world=world, is_settled=False)
    world.locks.way = lambda: 1
    ids = late.click(2)
    late.advance(10)
    assert set(ids) <= set(leader.api.ids)
    ids += late.click(2)
    late.advance(30)
    ids += late.click(1)
    late.advance(MINUTE_MS)
    assert {*leader.api.ids, *late.api.ids} == set(ids)
    assert (leader.stats["pending"], late.stats["pending"], world.origin.texts) == (0, 0, {})


def test_a_tab_whose_journal_was_adopted_keeps_its_last_write() -> None:
    """Nothing is lost where the leader adopts a journal without its last write, and is destroyed before that arrives (CONTRACT 4.2)."""
    lag_ms = [0]
    world = World(lag=lambda: lag_ms[0], lock_delay=lambda: 10)
    leader, follower = Harness(script=[HOLD], world=world), Harness(world=world)
    leader.advance(100)
    world.locks.way = lambda: 5
    late = Harness(world=world, is_settled=False)
    world.locks.way = lambda: 1
    ids = late.click()
    lag_ms[0] = 50
    ids += late.click()
    late.advance(17)
    leader.queue.destroy()
    late.advance(100)
    leader.api.calls[0].resolve()
    late.advance(MINUTE_MS)
    assert {*leader.api.ids, *follower.api.ids, *late.api.ids} == set(ids)
    assert world.origin.texts == {}


def test_a_tab_whose_journal_was_adopted_has_the_lock_of_another() -> None:
    """Afterwards the tab writes only to keys whose lock it has (CONTRACT 4.2)."""
    world = World()
    leader = Harness(script=never_answers, world=world)
    leader.advance(100)
    world.locks.way = lambda: 20
    late = Harness(script=never_answers, world=world, is_settled=False)
    world.locks.way = lambda: 1
    late.click()
    late.advance(30)
    world.locks.way = None
    late.settle()
    ids = late.click()
    keys = [key for key in segments_of(late.texts) if set(ids) & set(late.stored(key))]
    assert [world.locks.held_by(key) for key in keys] == [late.tab.life]


def test_what_the_leader_writes_before_the_lock_answers_is_adopted() -> None:
    """The leader's last events, before it died, are delivered although they became visible late (CONTRACT 4.2)."""
    world = World(lag=lambda: 5)
    leader = Harness(script=never_answers, world=world)
    leader.advance(100)
    world.locks.is_holding = True
    late = Harness(world=world)
    mine = late.click(1)
    theirs = leader.click(3)
    leader.tab.kill()
    late.advance(100)
    world.locks.let_go()
    late.advance(MINUTE_MS)
    assert {*mine, *theirs} <= set(late.api.ids)
    assert world.origin.texts == {}


def test_a_leader_that_dies_before_the_request_arrives() -> None:
    """The events of a leader that dies while a lock request is on its way are delivered (CONTRACT 4.2)."""
    world = World(lag=lambda: 5)
    leader = Harness(script=never_answers, world=world)
    leader.advance(100)
    world.locks.way = lambda: 20
    late = Harness(world=world, is_settled=False)
    theirs = leader.click(3)
    leader.tab.kill()
    late.advance(MINUTE_MS)
    assert (set(late.api.ids), world.origin.texts) == (set(theirs), {})


def test_a_taken_own_lock_does_not_prevent_leadership() -> None:
    """A tab whose own lock is taken starts another journal, and becomes the leader (CONTRACT 4.2)."""
    world = World()
    world.locks.way = lambda: 20
    harness = Harness(world=world, is_settled=False)
    ids = harness.click(2)
    world.locks.way = None
    other = AbortController()
    world.locks.open().request(journal_keys(harness.texts)[0], {}, lambda lock: other.signal.until_aborted())
    world.locks.way = lambda: 20
    harness.advance(30)
    ids += harness.click(1)
    other.abort()
    harness.advance(MINUTE_MS)
    assert set(harness.api.ids) == set(ids)


def test_a_second_queue_of_a_page_leaves_no_copy_in_the_main_key() -> None:
    """Its copies leave the main key, although the page gets no storage event of its own writes (CONTRACT 4.2)."""
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
