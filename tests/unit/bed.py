"""One tab under test: a queue over fakes, and what it sent, stored and dropped.

The law: whatever a test is about, the books are checked at every change of the snapshot (CONTRACT 6.2); `balance`
fails the test in which they did not come out even.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from clickqueue.main import ClickQueue
from clickqueue.platform.ports import Event
from clickqueue.platform.texts import journal_name
from tests.books import check_books
from tests.fakes import Call, FakeApi, FakeJson, FakeStorage, Outcome, Tab, World, click
from tests.keys import KEY, MARK_KEY

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

Script = list[Outcome] | Callable[..., Outcome]

_uneven: list[str] = []
"""What was found wrong with the books since `balance` looked last."""


class Bed:
    """A queue in a tab. Its locks have answered, unless `is_settled` is False."""

    def __init__(
        self,
        config: dict[str, Any] | None = None,
        script: Script | None = None,
        *,
        world: World | None = None,
        tab: Tab | None = None,
        delay_ms: float | None = 0,
        is_settled: bool = True,
    ) -> None:
        self.world = world or World()
        self.tab = tab or self.world.open()
        self.env = self.tab.env
        self.clock = self.env.clock
        self.api = FakeApi(self.clock, script, delay_ms)
        self.drops: list[tuple[Any, str, str]] = []
        self._clicks = 0
        self.queue = ClickQueue({"onDrop": self._on_drop, **(config or {})}, self.api, self.env)
        self.queue.subscribe(lambda: note_books(self.queue.get_snapshot()))
        if is_settled:
            self.clock.advance(0)

    def _on_drop(self, event: Any, reason: str, detail: str) -> None:
        self.drops.append((event, reason, detail))

    # -- what happens

    def click(self, count: int = 1, **fields: Any) -> list[str]:
        """So many new clicks; their ids."""
        ids = []
        for _ in range(count):
            self._clicks += 1
            ids.append(self.queue.enqueue(click(self._clicks, **fields)))
        return ids

    def advance(self, ms: float) -> None:
        self.clock.advance(ms)

    def settle(self) -> None:
        """Let happen what happens at this very moment: answers of locks and of the api."""
        self.clock.advance(0)

    def go_offline(self) -> None:
        self.world.set_online(False)

    def go_online(self) -> None:
        self.world.set_online(True)

    # -- what is seen

    @property
    def stats(self) -> dict[str, Any]:
        """The snapshot, whose books are even."""
        snapshot: dict[str, Any] = self.queue.get_snapshot()
        note_books(snapshot)
        return snapshot

    @property
    def state(self) -> str:
        return str(self.stats["state"])

    @property
    def reasons(self) -> list[str]:
        """Why events were dropped, as `onDrop` heard it."""
        return [reason for _, reason, _ in self.drops]

    @property
    def texts(self) -> dict[str, str]:
        """The texts in storage, whatever the tab believes."""
        return self.world.origin.texts

    @property
    def left_over(self) -> dict[str, str]:
        """The same without the mark of a purge, which the next page removes (CONTRACT 5.4)."""
        return {key: text for key, text in self.texts.items() if key != MARK_KEY}

    @property
    def journal_key(self) -> str:
        """The key of this tab's journal."""
        key: str = self.queue._state.own_key
        return key

    @property
    def sizes(self) -> list[int]:
        """How many events each request carried."""
        return [len(call.events) for call in self.api.calls]

    @property
    def gaps_ms(self) -> list[float]:
        """The times between one request and the next."""
        times = [call.at_ms for call in self.api.calls]
        return [later - sooner for sooner, later in zip(times, times[1:], strict=False)]

    def stored(self, key: str = KEY) -> list[str]:
        """The ids under one key."""
        return stored_ids(self.texts, key)

    def stored_everywhere(self) -> list[str]:
        """The ids in all journals, segment after segment, without the mirror; an event in two of them is there twice."""
        return [each for key in segments_of(self.texts) if key != KEY for each in self.stored(key)]


class Change(NamedTuple):
    """One change of the store: what it was, who made it, and which ids are stored after it, under whatever key."""

    key: str
    text: str | None
    writer: FakeStorage | None
    ids: set[str]


def watched(world: World) -> list[Change]:
    """Every change of a world's store from now on, because a crash may come right after each."""
    changes: list[Change] = []

    def on_put(key: str, old: str | None, text: str | None, writer: FakeStorage | None) -> None:
        changes.append(Change(key, text, writer, all_ids(world.origin.texts)))

    world.origin.on_put = on_put
    return changes


def all_ids(texts: dict[str, str]) -> set[str]:
    """The ids in every key of the queue; a key that holds something else has none."""
    found: set[str] = set()
    for key in segments_of(texts):
        with suppress(ValueError, TypeError, KeyError):
            found.update(stored_ids(texts, key))
    return found


def stored_ids(texts: dict[str, str], key: str = KEY) -> list[str]:
    return [event["id"] for event in json.loads(texts.get(key, "[]"))]


def segments_of(texts: dict[str, str]) -> list[str]:
    """The keys of the queue that contain events, in their order: the main key, then the journals."""
    return sorted(key for key in texts if journal_name(key, KEY) is not None)


def body_bytes(call: Call) -> int:
    """How large the body of a request is."""
    return len(FakeJson().stringify({"events": call.events, **call.request}).encode())


def of_size(size_bytes: int, letter: str = "x", **fields: Any) -> Event:
    """An event that is exactly so long once everything is filled in."""
    event = click(**{"id": "e", "timestamp": 1, "userAgent": "u", "note": "", **fields})
    missing = size_bytes - len(FakeJson().stringify(event))
    event["note"] = letter * (missing // len(letter.encode())) + "x" * (missing % len(letter.encode()))
    return event


def note_books(snapshot: dict[str, Any]) -> None:
    """Check the counters. A subscriber's exception stays inside the queue, so a fault is noted for `balance`."""
    fault = check_books(snapshot)
    if fault:
        _uneven.append(fault)


def balance() -> Iterator[None]:
    """Around each test: the books of all its queues were even all the time."""
    _uneven.clear()
    yield
    assert not _uneven, _uneven[0]
