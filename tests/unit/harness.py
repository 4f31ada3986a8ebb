"""One tab under test: a queue over fakes, and what it sent, stored and dropped.

The invariant: every test checks the counters at each change of the snapshot (CONTRACT 6.2). `balance` fails the test in
which they did not add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from clickqueue.main import ClickQueue
from clickqueue.platform.ports import Event
from tests.books import check_books
from tests.fakes import Call, Failure, FakeApi, FakeJson, Outcome, Tab, World, click, never_answers
from tests.keys import KEY, MARK_KEY
from tests.unit.stored_events import segments_of, stored_ids

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

DOWN = Failure(503)
"""The answer of a server that is down: a delivery failure."""

Script = list[Outcome] | Callable[..., Outcome]

_uneven: list[str] = []
"""The faults of the counters since the last call of `balance`."""


class Harness:
    """A queue in a tab. Its lock requests are answered, unless `is_settled` is False."""

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

    # -- events

    def click(self, count: int = 1, **fields: Any) -> list[str]:
        """Enqueue `count` new events; returns their ids."""
        ids = []
        for _ in range(count):
            self._clicks += 1
            ids.append(self.queue.enqueue(click(self._clicks, **fields)))
        return ids

    def advance(self, ms: float) -> None:
        self.clock.advance(ms)

    def settle(self) -> None:
        """Deliver the answers of locks and of the api that are due now."""
        self.clock.advance(0)

    def go_offline(self) -> None:
        self.world.set_online(False)

    def go_online(self) -> None:
        self.world.set_online(True)

    # -- results

    @property
    def stats(self) -> dict[str, Any]:
        """The snapshot; its counters are checked."""
        snapshot: dict[str, Any] = self.queue.get_snapshot()
        note_books(snapshot)
        return snapshot

    @property
    def state(self) -> str:
        return str(self.stats["state"])

    @property
    def reasons(self) -> list[str]:
        """The reasons that `onDrop` was called with."""
        return [reason for _, reason, _ in self.drops]

    @property
    def texts(self) -> dict[str, str]:
        """The texts in storage."""
        return self.world.origin.texts

    @property
    def left_over(self) -> dict[str, str]:
        """The texts in storage without the mark of a purge, which stays (CONTRACT 5.4)."""
        return {key: text for key, text in self.texts.items() if key != MARK_KEY}

    @property
    def journal_key(self) -> str:
        """The key of this tab's journal."""
        key: str = self.queue._state.own_key
        return key

    @property
    def sizes(self) -> list[int]:
        """The number of events in each request."""
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


def down(call: Call) -> Failure:
    """A script: every request fails."""
    return DOWN


def hidden(harness: Harness) -> None:
    """Hide the page."""
    harness.tab.page.tell("hidden")


def pagehide(harness: Harness) -> None:
    """Dispatch `pagehide`."""
    harness.tab.page.tell("leave")


def visible(harness: Harness) -> None:
    """Make the page visible."""
    harness.tab.page.tell("visible")


def online(harness: Harness) -> None:
    """Dispatch `online`; `navigator.onLine` keeps its value."""
    harness.tab.page.tell("online")


def offline(config: dict[str, Any] | None = None, world: World | None = None) -> Harness:
    """A tab that is offline: its queue keeps every event."""
    harness = Harness(config, world=world)
    harness.go_offline()
    return harness


def single(script: Script | None, **config: Any) -> Harness:
    """A queue that sends each event at once, with one event."""
    harness = Harness({"maxBatchSize": 1, **config}, script)
    harness.click()
    return harness


def open_tabs(count: int, script: Script | None = never_answers, world: World | None = None) -> list[Harness]:
    """Tabs that were opened one after the other; the first is the leader."""
    world = world or World()
    return [Harness(script=script, world=world) for _ in range(count)]


def open_peers(count: int, script: Script | None = never_answers) -> list[Harness]:
    """Tabs of a browser without Web Locks."""
    world = World()
    world.locks.is_missing = True
    return open_tabs(count, script, world)


def sent_by(*harnesses: Harness) -> list[str]:
    """The ids of all events that these tabs sent, once for each time; sorted."""
    return sorted(each for harness in harnesses for each in harness.api.ids)


def body_bytes(call: Call) -> int:
    """The size of a request's body."""
    return len(FakeJson().stringify({"events": call.events, **call.request}).encode())


def of_size(size_bytes: int, letter: str = "x", **fields: Any) -> Event:
    """An event whose JSON has exactly this size when the queue has filled it in."""
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
    """Around each test: the counters of all its queues added up all the time."""
    _uneven.clear()
    yield
    assert not _uneven, _uneven[0]
