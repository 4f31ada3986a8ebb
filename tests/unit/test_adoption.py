"""CONTRACT 4.2 and 4.4: when a tab dies its lock is granted to the leader, or to the next leader, which adopts its events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import Failure, World, click
from tests.keys import KEY
from tests.unit.harness import MINUTE_MS, Harness, open_tabs
from tests.unit.stored_events import record_changes


def test_the_leader_adopts_the_events_of_a_dead_tab() -> None:
    """When a follower dies the leader adopts and delivers its events (CONTRACT 4.2)."""
    first, second = open_tabs(2, script=None)
    ids = second.click(3)
    second.tab.kill()
    first.settle()
    assert first.stats["recovered"] == 3
    first.advance(MINUTE_MS)
    assert (first.api.ids, first.texts) == (ids, {})


def test_the_next_leader_adopts_the_events_of_a_dead_leader() -> None:
    """When the leader dies the next tab leads, and has its events in the main key (CONTRACT 4.2)."""
    first, second, third = open_tabs(3)
    ids = [*first.click(3), *second.click(2), *third.click(1)]
    first.tab.kill()
    second.settle()
    assert set(second.stored()) == set(ids[:5])
    assert second.stats["recovered"] == 3
    second.tab.kill()
    third.settle()
    assert set(third.stored()) == set(third.stored_everywhere()) == set(ids)
    assert set(third.texts) == {KEY, third.journal_key}


def test_the_last_of_five_tabs_delivers_everything() -> None:
    """When four of five tabs die, one after the other, the last delivers each event once (CONTRACT 4.2)."""
    harnesses = open_tabs(5)
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


def test_all_segments_of_a_dead_tab_are_adopted() -> None:
    """A journal of several segments is adopted whole (CONTRACT 4.1, 4.2)."""
    first, second = open_tabs(2)
    ids = second.click(84)
    second.tab.kill()
    first.settle()
    assert (first.stats["recovered"], set(first.stored_everywhere())) == (84, set(ids))
    assert len(first.stored_everywhere()) == 84


def test_an_orphan_of_an_earlier_visit_is_adopted_at_the_start() -> None:
    """The first tab adopts a journal whose tab is long gone (CONTRACT 4.2)."""
    world = World()
    world.origin.put(f"{KEY}:gone", json.dumps([click(1, id="x", timestamp=1)]), None)
    world.origin.put(f"{KEY}:gone.3", json.dumps([click(2, id="y", timestamp=1)]), None)
    harness = Harness(world=world)
    harness.advance(MINUTE_MS)
    assert (sorted(harness.api.ids), harness.texts) == (["x", "y"], {})


def test_a_tab_that_opens_beside_an_idle_leader_is_noticed() -> None:
    """An idle leader learns of a new tab by the storage event of its first event, and adopts it when it dies (CONTRACT 4.2)."""
    (first,) = open_tabs(1, script=None)
    first.advance(MINUTE_MS)
    (second,) = open_tabs(1, world=first.world)
    ids = second.click(2)
    first.settle()
    second.tab.kill()
    first.settle()
    assert first.api.ids == ids


@pytest.mark.parametrize("changes", range(1, 8))
def test_a_leader_that_dies_while_it_adopts_loses_nothing(changes: int) -> None:
    """After any change of the store every event is stored, and the next tab sends each once (CONTRACT 4.4)."""
    world = World()
    log = record_changes(world)
    first, second = open_tabs(2, world=world)
    ids = [*first.click(3), *second.click(64)]
    first.env.storage.die_after = changes
    before = len(log)
    second.tab.kill()
    first.settle()
    first.click()
    first.tab.kill()
    assert all(set(ids) <= change.ids for change in log[before:])
    next_tab = Harness(world=world)
    next_tab.advance(MINUTE_MS)
    assert set(ids) <= set(next_tab.api.ids)
    assert len(next_tab.api.ids) == len(set(next_tab.api.ids))
    assert next_tab.texts == {}


def test_adopted_events_leave_at_once() -> None:
    """Adopted events are due at once (CONTRACT 4.5)."""
    first, second = open_tabs(2)
    ids = second.click(2)
    second.tab.kill()
    first.settle()
    assert first.api.ids == ids


def test_a_dead_tabs_last_write_may_arrive_after_its_lock() -> None:
    """Events whose storage event arrives after the lock are adopted when it arrives (CONTRACT 4.2)."""
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


def test_a_dead_tabs_last_write_may_arrive_when_nobody_leads() -> None:
    """The tab that adopted a journal takes in its last write in any later role: nobody else has it (CONTRACT 4.2)."""
    lock_delay_ms = [0]
    world = World(lag=lambda: 30, lock_delay=lambda: lock_delay_ms[0])
    first = Harness(world=world)
    second = Harness(world=world)
    first.advance(100)
    early = second.click(1)
    first.advance(100)
    late = second.click(2)
    second.tab.kill()
    first.advance(20)
    lock_delay_ms[0] = 1000
    first.tab.leave()
    first.tab.come_back()
    first.advance(MINUTE_MS)
    assert set(first.api.ids) == {*early, *late}
    assert world.origin.texts == {}


def test_a_page_that_becomes_visible_looks_for_orphans() -> None:
    """A leader that becomes visible adopts a journal of which it got no storage event (CONTRACT 4.2)."""
    (first,) = open_tabs(1)
    first.texts[f"{KEY}:silent"] = json.dumps([click(1, id="x", timestamp=1)])
    first.tab.page.tell("visible")
    first.settle()
    assert first.api.ids == ["x"]


def test_the_last_tab_delivers_the_events_of_an_outage() -> None:
    """Tabs open and die while the server is down; the last one delivers all events (CONTRACT 3.7, 4.2)."""
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
    next_tab = Harness(script=answer, world=world)
    next_tab.advance(MINUTE_MS)
    assert sorted(next_tab.api.ids) == sorted(ids)
    assert next_tab.texts == {}
