"""The events in a world's storage: puts them there as an earlier page would, and reads them whatever the queue believes."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, NamedTuple

from clickqueue.platform.texts import journal_name
from tests.fakes import FakeStorage, World, click
from tests.keys import KEY


class Change(NamedTuple):
    """One change of the store: its key and new text, the tab that made it, and all ids that are stored after it, under any key."""

    key: str
    text: str | None
    writer: FakeStorage | None
    ids: set[str]


def record_changes(world: World) -> list[Change]:
    """The changes of a world's store from now on, as they come: a crash may follow each of them."""
    changes: list[Change] = []

    def on_put(key: str, old: str | None, text: str | None, writer: FakeStorage | None) -> None:
        changes.append(Change(key, text, writer, all_ids(world.origin.texts)))

    world.origin.on_put = on_put
    return changes


def stored_event(number: int, **fields: Any) -> dict[str, Any]:
    """An event as an earlier page has stored it."""
    return click(number, **{"id": f"old-{number}", "timestamp": 1_699_999_000_000, "userAgent": "Old/1", **fields})


def left_behind(*events: Any, key: str = KEY, world: World | None = None) -> World:
    """A world in whose store an earlier page has left these events under one key."""
    world = world or World()
    world.origin.put(key, json.dumps(events), None)
    return world


def all_ids(texts: dict[str, str]) -> set[str]:
    """The ids under all keys of the queue; a key without a list of events has none."""
    found: set[str] = set()
    for key in segments_of(texts):
        with suppress(ValueError, TypeError, KeyError):
            found.update(stored_ids(texts, key))
    return found


def stored_ids(texts: dict[str, str], key: str = KEY) -> list[str]:
    """The ids under one key, in their order."""
    return [event["id"] for event in json.loads(texts.get(key, "[]"))]


def segments_of(texts: dict[str, str]) -> list[str]:
    """The keys of the queue that contain events, in their order: the main key, then the journals."""
    return sorted(key for key in texts if journal_name(key, KEY) is not None)


def journal_keys(texts: dict[str, str]) -> list[str]:
    """The keys of the journals, without the main key."""
    return [key for key in segments_of(texts) if key.startswith(f"{KEY}:")]
