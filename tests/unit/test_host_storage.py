"""CONTRACT 1.6 and 4.6: a `localStorage` whose calls throw or return other types. No exception leaves the queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import Failure, World, click
from tests.keys import KEY
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness
from tests.unit.misbehaving_host import HostStorage, throw


def pass_through_every_state(harness: Harness, *news: Any) -> list[str]:
    """Click, fail, fill several segments, and return; returns the ids."""
    ids = harness.click(3)
    harness.advance(5000)
    harness.go_offline()
    ids += harness.click(60)
    harness.tab.page.tell("storage", KEY)
    for each in news:
        harness.tab.page.tell(each)
    harness.settle()
    harness.go_online()
    harness.advance(HOUR_MS)
    return ids


@pytest.mark.parametrize("touch", range(1, 60))
def test_any_single_touch_of_storage_may_throw(touch: int) -> None:
    """Whichever call throws, every event is delivered (CONTRACT 1.6, 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda number, _: number == touch, throw)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab, script=[Failure(503)])
    ids = pass_through_every_state(harness, "leave", "return")
    assert set(ids) <= set(harness.api.ids)
    assert harness.stats["pending"] == 0


@pytest.mark.parametrize("method", ["get_item", "set_item", "remove_item", "keys"])
def test_a_method_of_storage_may_always_throw(method: str) -> None:
    """Whichever method throws, every event is delivered (CONTRACT 1.6, 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == method, throw)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab, script=[Failure(503)])
    ids = pass_through_every_state(harness)
    assert set(ids) <= set(harness.api.ids)


def test_segments_that_cannot_be_read_are_read_later() -> None:
    """They are not overwritten, and are adopted when the page becomes visible and can read them (CONTRACT 4.6)."""
    world = World()
    for number, key in enumerate((KEY, f"{KEY}.1", f"{KEY}:gone")):
        world.origin.put(key, json.dumps([click(number, id=f"old-{number}", timestamp=1)]), None)
    is_faulty = [True]
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == "get_item" and is_faulty[0], throw)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab)
    ids = harness.click(3)
    harness.advance(MINUTE_MS)
    is_faulty[0] = False
    ids += harness.click()
    harness.tab.page.tell("visible")
    harness.advance(MINUTE_MS)
    assert {"old-0", "old-1", "old-2", *ids} == set(harness.api.ids)
    assert harness.texts == {}


@pytest.mark.parametrize("text", [5, True, [], {}, {"length": 3}], ids=repr)
def test_storage_may_return_what_is_no_text(text: Any) -> None:
    """A polyfill that returns numbers or objects loses no event of this page (CONTRACT 4.5, 7.2)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == "get_item", lambda: text)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab)
    ids = harness.click(10)
    harness.advance(MINUTE_MS)
    assert set(ids) <= set(harness.api.ids)
