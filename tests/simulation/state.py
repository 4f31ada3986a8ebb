"""The state of one history: the browser, the server, the queues, and what is known of each event.

Invariant: this file decides nothing. `steps/` changes the world, `oracle.py` keeps account of the events, and
`invariants.py` compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from clickqueue.main import ClickQueue
from tests.fakes import Tab, World
from tests.limits import set_limit
from tests.simulation.options import Options
from tests.simulation.server import Endpoint
from tests.simulation.stored_ids import ids_in

Step = tuple[Any, ...]
"""A name and its arguments: `("click", 0, 1, "o1")` is done by `do_click(history, 0, 1, "o1")`."""

MAX_TASKS = 6000
"""Far more than a history needs to come to rest."""

UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")


class Violation(Exception):
    """A promise was broken."""


class Host:
    """A page's script: one queue and what it did."""

    __slots__ = (
        "accepted",
        "batches",
        "clicks",
        "faults_before",
        "in_flight",
        "is_destroyed",
        "is_leaving",
        "last_first_sent",
        "memory_only",
        "name",
        "queue",
        "sent",
        "tab",
        "was_persistent",
    )

    queue: ClickQueue

    def __init__(self, tab: Tab, name: str) -> None:
        self.tab = tab
        self.name = name
        self.clicks = 0
        self.accepted: dict[str, int] = {}
        """The place in the order of clicks of each id, as long as it is this tab that sends it."""
        self.sent: set[str] = set()
        self.last_first_sent = 0
        self.batches: dict[str, list[str]] = {}
        self.in_flight: list[list[str]] = []
        self.memory_only: set[str] = set()
        self.faults_before = 0
        self.was_persistent = True
        self.is_destroyed = False
        self.is_leaving = False

    @property
    def is_running(self) -> bool:
        return self.tab.life.state == "running"

    @property
    def is_shaky(self) -> bool:
        """Whether the store has thrown at this tab since the last check, or kept back something before."""
        return self.tab.env.storage.faults > self.faults_before or not self.was_persistent

    def has_pending(self, event_id: str) -> bool:
        """Whether the queue has it in memory. The one look inside: no snapshot names ids."""
        return any(record.id == event_id for record in self.queue._state.pending)


class History:
    """Tabs over one store, and the account of their events. `trace` receives a line for whatever happens."""

    def __init__(self, options: Options, trace: list[str] | None = None) -> None:
        self.options = options
        self.trace = trace
        self.dice = Random(options.seed)
        _set_limits(options)
        self.world = _make_world(options, self.dice.random)
        self.origin = self.world.origin
        self.timeline = self.world.timeline
        self.endpoint = Endpoint(self.dice)
        self.hosts: list[Host] = []
        self.opened_tabs = 0
        self.violations: list[str] = []
        self.open_ids: dict[str, Host | None] = {}
        """Accepted and neither acknowledged nor dropped nor excused yet, and by whom; None: by a session before."""
        self.accepted = 0
        self.dropped: dict[str, Host | None] = {}
        """By whom; None: by several, from copies."""
        self.excused: dict[str, str] = {}
        self.is_merging = not options.has_locks or options.lag_ms > 0
        """A tab may overwrite what it does not know of, so that a key lacks it until a tab that knows it has the storage event."""
        self.has_purge = False
        """Some tab has withdrawn the consent."""
        self.purged: set[str] = set()
        """Accepted before a purge that some tab may not know of yet."""
        self.forbidden: set[str] = set()
        """Accepted before a purge that every tab knows of."""
        self.gaps: set[str] = set()
        """In no key at some moment since the last check."""
        self.fragile: set[str] = set()
        self.overwritten_in: dict[str, set[str]] = {}
        """Overwritten by a tab that could not know it, or left behind in a copy alone."""
        self.copied: set[str] = set()
        """Perhaps in the mirror alone: its tab could not write its journal, and is dead."""

    # -- what happened

    def note(self, line: str) -> None:
        """Append a line to the trace."""
        if self.trace is not None:
            self.trace.append(f"{self.timeline.uptime_ms - 1000:>10.1f}  {UUID.sub(_short, line)}")

    def add_violation(self, sentence: str) -> None:
        """Remember a broken promise: an exception here would end inside the queue, which swallows them."""
        self.note("!! " + sentence)
        self.violations.append(sentence)

    # -- time

    def run_tasks(self, count: int, within_ms: float) -> bool:
        """Run at most `count` tasks of the next `within_ms`; whether none of those is left."""
        end_ms = self.timeline.uptime_ms + within_ms
        for _ in range(count):
            next_ms = self.timeline.next_ms()
            if next_ms is None or next_ms > end_ms:
                return True
            self.timeline.step()
        return False

    def let_pass(self, ms: float) -> None:
        """Run all tasks of the next `ms`."""
        end_ms = self.timeline.uptime_ms + ms
        if not self.run_tasks(MAX_TASKS, ms):
            self.add_violation(f"{MAX_TASKS} tasks in {ms} ms: tabs keep each other busy for ever")
            return
        self.timeline.advance(max(0, end_ms - self.timeline.uptime_ms))

    # -- questions

    def running_host(self, number: int) -> Host | None:
        """The running queue with that number, counted round; a dropped step must not change the meaning of all others."""
        running = [host for host in self.hosts if host.is_running]
        return running[number % len(running)] if running else None

    def frozen_host(self, number: int) -> Host | None:
        """The same among the queues of frozen pages."""
        frozen = [host for host in self.hosts if host.tab.life.state == "frozen"]
        return frozen[number % len(frozen)] if frozen else None

    @property
    def is_settling(self) -> bool:
        """Whether some tab is still to get a storage event, and to repair what the write has lost."""
        return self.is_merging and self.origin.travelling > 0

    def is_stored(self, event_id: str) -> bool:
        return any(event_id in ids_in(text) for text in self.origin.texts.values())


def _set_limits(options: Options) -> None:
    mirror_events, segment_events = options.key_events
    set_limit("MIRROR_EVENTS", mirror_events)
    set_limit("SEGMENT_EVENTS", segment_events)
    set_limit("MAX_BODY_BYTES", options.max_body_bytes)


def _make_world(options: Options, random: Callable[[], float]) -> World:
    lag_ms, delay_ms, way_ms = options.lag_ms, options.lock_delay_ms, options.lock_way_ms
    world = World(
        lag=(lambda: lag_ms * random()) if lag_ms else None,
        lock_delay=lambda: delay_ms * random(),
        lock_way=(lambda: way_ms * random()) if way_ms else None,
    )
    world.locks.is_missing = not options.has_locks
    return world


def _short(uuid: re.Match[str]) -> str:
    """Which tab made an id, and its number there: all that a trace needs of it."""
    return f"<{uuid[1]}{uuid[2]}.{int(uuid[3], 16)}>"
