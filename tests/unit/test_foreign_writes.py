"""CONTRACT 4.6: another script clears or overwrites the keys of the queue, which writes its events again."""

from __future__ import annotations

import json

from tests.fakes import click
from tests.keys import KEY
from tests.unit.harness import open_tabs


def test_a_cleared_storage_is_written_again() -> None:
    """After `localStorage.clear()` every tab stores the events that it has in memory (CONTRACT 4.6)."""
    first, second = open_tabs(2)
    ids = [*first.click(3), *second.click(2)]
    first.world.origin.clear()
    first.settle()
    assert sorted(first.stored_everywhere()) == sorted(ids)


def test_an_overwritten_main_key_is_written_again() -> None:
    """Pending events are stored again, and a valid event that another script wrote there is adopted (CONTRACT 4.5, 4.6)."""
    (harness,) = open_tabs(1)
    ids = harness.click(3)
    harness.world.origin.put(KEY, json.dumps([click(9, id="theirs", timestamp=1)]), None)
    harness.settle()
    harness.click()
    assert set(ids) | {"theirs"} <= set(harness.stored())
    assert harness.stats["recovered"] == 1


def test_storage_events_of_other_keys_change_nothing() -> None:
    """A storage event of a key of the host adopts, writes and drops nothing (CONTRACT 7.1)."""
    (harness,) = open_tabs(1)
    ids = harness.click(2)
    for key in ("theirs", f"{KEY}2", f"{KEY}.x", f"{KEY}:someone", f"{KEY}:someone.4", ""):
        harness.tab.page.tell("storage", key)
    harness.advance(4000)
    assert (harness.stored(), harness.stats["recovered"], harness.drops) == (ids, 0, [])
