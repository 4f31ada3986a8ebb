"""CONTRACT 4.4: an event that moves is written before it is removed, so that a crash between two writes loses none."""

from __future__ import annotations

import pytest

from tests.fakes import HOLD, World, never_answers
from tests.unit.harness import MINUTE_MS, Harness
from tests.unit.stored_events import all_ids, record_changes


def test_no_event_is_between_two_keys() -> None:
    """After every single change of the store each pending event is under some key (CONTRACT 4.4)."""
    world = World()
    log = record_changes(world)
    harness = Harness(script=never_answers, world=world)
    harness.click(75)
    while harness.stats["pending"] > 0:
        before = len(log)
        harness.api.calls[-1].resolve()
        harness.settle()
        kept = all_ids(harness.texts)
        assert len(kept) == harness.stats["pending"]
        for change in log[before:]:
            assert kept <= change.ids
        harness.advance(5000)


@pytest.mark.parametrize("writes", range(1, 12))
def test_a_crash_between_two_writes_loses_nothing(writes: int) -> None:
    """The next tab sends every unacknowledged event of a tab that dies after any change of the store (CONTRACT 4.4)."""
    world = World()
    harness = Harness(script=never_answers, world=world)
    ids = harness.click(58)
    harness.env.storage.die_after = writes
    answered: list[str] = []
    while not harness.tab.life.is_dead and harness.stats["pending"] > 0:
        answered += harness.api.calls[-1].ids
        harness.api.calls[-1].resolve()
        harness.settle()
        harness.advance(5000)
    harness.tab.kill()
    next_tab = Harness(world=world)
    next_tab.advance(MINUTE_MS)
    assert set(ids) - set(answered) <= set(next_tab.api.ids)
    assert next_tab.texts == {}


def test_an_event_is_removed_by_its_id() -> None:
    """The acknowledged event is removed, and the event before it stays (CONTRACT 4.4)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD, HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"retry": [a]})
    harness.settle()
    assert sorted(harness.stored()) == sorted([a, c])
    assert b not in harness.stored()
