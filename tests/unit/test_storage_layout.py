"""CONTRACT 4.1 and 7.2: the keys of a tab, the events under each, and the cost of a change."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.fakes import HOLD, World, never_answers
from tests.keys import KEY
from tests.unit.harness import DOWN, MINUTE_MS, Harness, offline
from tests.unit.stored_events import Change, left_behind, record_changes, segments_of, stored_event


def test_fifty_events_are_under_the_documented_key() -> None:
    """A lone tab has up to 50 pending events under the main key, oldest first, after each `enqueue` (CONTRACT 4.1)."""
    harness = offline()
    ids: list[str] = []
    for _ in range(50):
        ids += harness.click()
        assert harness.stored() == harness.stored_everywhere() == ids


def test_the_journal_has_ten_events_in_each_segment() -> None:
    """The journal has every event, ten under each key, in the order of the clicks; the main key has the first 50 (CONTRACT 4.1)."""
    harness = offline()
    ids = harness.click(137)
    own = harness.journal_key
    assert segments_of(harness.texts) == [KEY, own, *(f"{own}.{number}" for number in range(1_000_001, 1_000_014))]
    assert harness.stored() == ids[:50]
    assert harness.stored_everywhere() == ids
    assert [len(harness.stored(key)) for key in segments_of(harness.texts)] == [50, *[10] * 13, 7]


def test_storage_key_names_every_key() -> None:
    """`storageKey` is the name of the main key, and the start of the names of the journals (CONTRACT 1.4, 4.1)."""
    harness = offline({"storageKey": "theirs"})
    harness.click(60)
    assert [key for key in harness.texts if not key.startswith("theirs:")] == ["theirs"]


def chars_written(log: list[Change], action: Callable[[], object]) -> int:
    """The number of characters that an action writes."""
    before = len(log)
    action()
    return sum(len(change.text or "") for change in log[before:])


def test_accepting_costs_the_same_however_many_are_pending() -> None:
    """With 1,000 pending events an `enqueue` writes no more than with 50 (CONTRACT 4.1)."""
    world = World()
    log = record_changes(world)
    harness = offline({"maxQueueSize": 2000}, world)
    few = [chars_written(log, harness.click) for _ in range(50)]
    harness.click(930)
    many = [chars_written(log, harness.click) for _ in range(50)]
    assert max(many) <= max(few)
    assert sum(many) <= sum(few)


def test_acknowledging_costs_the_same_however_many_are_pending() -> None:
    """With 1,000 pending events an acknowledged batch writes no more than with 50 (CONTRACT 4.1)."""
    world = World()
    log = record_changes(world)
    harness = Harness({"maxQueueSize": 2000}, never_answers, world=world)
    harness.click(1000)

    def answer() -> None:
        harness.api.calls[-1].resolve()
        harness.settle()

    costs = [chars_written(log, answer) for _ in range(100)]
    assert max(costs[:90]) <= 2 * max(costs[95:])
    assert harness.texts == {}


def test_the_main_key_has_the_first_that_are_pending() -> None:
    """After each acknowledgement the main key has the oldest 50 of the events that are left, in their order (CONTRACT 4.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(95)
    while harness.stats["pending"] > 0:
        harness.api.calls[-1].resolve()
        harness.settle()
        harness.advance(5000)
        pending = ids[len(ids) - harness.stats["pending"] :]
        assert (harness.stored_everywhere(), harness.stored()) == (pending, pending[:50])


def test_an_empty_queue_leaves_nothing_behind() -> None:
    """When every event is acknowledged, no key is left (CONTRACT 4.1)."""
    harness = Harness()
    harness.click(120)
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.texts) == (120, {})


@pytest.mark.parametrize("count", [1, 50, 51, 230])
def test_the_next_page_adopts_all_segments(count: int) -> None:
    """The next page adopts all events of a dead tab, sends them in their order and removes every key (CONTRACT 4.1)."""
    world = World()
    before = offline(world=world)
    ids = before.click(count)
    before.tab.kill()
    harness = offline(world=world)
    assert (harness.stats["recovered"], harness.stats["pending"]) == (count, count)
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.texts) == (ids, {})


def test_segments_are_read_in_the_order_of_their_numbers() -> None:
    """Segments are read in the order of their numbers, in whatever order the browser lists the keys (CONTRACT 3.2, 4.1)."""
    world = World()
    for number in (10, 2, 0, 1):
        left_behind(stored_event(number), key=f"{KEY}:gone.{1_000_000 + number}" if number else f"{KEY}:gone", world=world)
    harness = Harness(world=world)
    harness.settle()
    assert harness.api.ids == ["old-0", "old-1", "old-2", "old-10"]


def test_recovered_events_stay_stored() -> None:
    """Recovered events stay in storage until the server has acknowledged them (CONTRACT 2.1, 4.1)."""
    harness = Harness(world=left_behind(stored_event(1), stored_event(2)), script=[DOWN, HOLD])
    harness.advance(MINUTE_MS)
    assert harness.stored() == ["old-1", "old-2"]


def test_recovered_events_go_with_new_ones() -> None:
    """Recovered events leave at once, behind the new ones of the page, in their order (CONTRACT 3.2, 4.5)."""
    harness = Harness(world=left_behind(stored_event(1), stored_event(2)), is_settled=False)
    new = harness.click()
    harness.settle()
    assert harness.api.ids == [*new, "old-1", "old-2"]


def test_only_the_event_is_stored() -> None:
    """The stored fields are those of 1.5; no header and no setting is stored (CONTRACT 7.2)."""
    harness = Harness(script=[DOWN, HOLD])
    harness.click(10)
    harness.advance(2000)
    fields = {name for event in json.loads(harness.texts[KEY]) for name in event}
    assert fields == {"id", "sessionId", "questionId", "offerId", "buttonVariantId", "timestamp", "userAgent", "retryCount"}
    assert set(harness.texts) == {KEY, harness.journal_key}
