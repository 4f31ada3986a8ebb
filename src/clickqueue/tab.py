"""Everything that a queue remembers. The other modules are functions over this; nothing else holds state.

There is one list, `line`: every pending event in the order of sending. Which page of storage an event lies in and
which batch it travels with are labels on it. The records of a page, and `by_id`, say the same the other way round, so
that a click need not look through the line; only `lay`, `remove` and `hand_over` touch these indexes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import Map, attempt, overlay
from clickqueue.stats import no_counts, no_drops

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import Api, Env


class Page:
    """One storage key: a JSON array of events. Pages of one owner are a family, told apart by their number."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.records: list[Record] = []
        # Storage does not hold what it should.
        self.is_dirty = False
        # How often it was written again because another tab's write lacked mine, since there was last something new.
        self.answers = 0


# Where a record lies that is not pending: not yet, or no longer.
NOWHERE = Page("")


class Record:
    """One pending event. Its text is the truth: it is what lies in storage, and what each attempt is parsed from."""

    def __init__(self, event: dict[str, Any], text: str, text_bytes: int, company: float) -> None:
        self.id: str = event["id"]
        self.timestamp_ms: float = event["timestamp"]
        self.text = text
        self.text_bytes = text_bytes
        # When it is to go even if it goes alone.
        self.due_at_ms: float = 0
        # How many may travel with it, and only such as may too: half as many each time that the server blamed a batch.
        self.company = company
        # How often the server blamed it alone.
        self.refusals = 0
        # How many failures there had been when it came; less than none: it was put back into the line since.
        self.born_after = 0
        self.stored_in: Page = NOWHERE
        # None: it is unsent.
        self.batch: Batch | None = None


class Batch:
    """Events that travel together, under one id for all their attempts (CONTRACT 3.3)."""

    def __init__(self, batch_id: str) -> None:
        self.id = batch_id
        self.records: list[Record] = []
        self.is_flying = False


class Tab:
    """One live queue in one page."""

    # Where new events are written: my family of keys. Where others write too (there are no locks, or what lies there
    # could not be read), each write merges by id (CONTRACT 4.3). All of this is set by `ownership.begin`.
    home: str
    is_shared: bool
    pages: list[Page]
    # The number of the page of the home family that new events go to.
    last_page: int
    # Finish the work, whatever it was; set by `Queue`.
    proceed: Callable[[], None]
    # While nobody has said whose the main key is, a copy of everything stands there too (CONTRACT 4.1, 4.2).
    mirror: Page | None
    # Whether the main key is mine; the families that are, and those whose tabs I wait for.
    is_owner: bool
    mine: list[str]
    known: list[str]
    # News of what others wrote before I knew which key is mine.
    heard: list[Callable[[], None]]

    def __init__(self, config: dict[str, Any], api: Api, env: Env) -> None:
        self.config = config
        self.main: str = config["storageKey"]
        self.api = api
        self.env = env
        self.line: list[Record] = []
        # The same by their ids, which may be whatever a stranger wrote.
        self.by_id: Map = Map()
        self.flying: list[Batch] = []
        # Ids that were settled here lately: what others still have of them must not come back.
        self.gone: Map = Map()

        # Whether there are Web Locks, and how to give mine up; none: the page was left.
        self.has_locks = True
        self.releases: list[Callable[[], None]] = []

        # The path to the endpoint: failures in a row, the last try, when we mean to try next, and until when the
        # server asked us not to.
        self.failures = 0
        self.tried_at_ms: float = env.clock.uptime_ms()
        self.retry_at_ms: float = 0
        self.hold_until_ms: float = 0
        # A flush, or the way back online, while a request was in flight: it is tried again at once where that one fails.
        self.is_flush_wanted = False
        # The last thing that went wrong between here and the endpoint.
        self.last_failure: dict[str, Any] | None = None

        self.is_busy = False
        self.is_destroyed = False
        self.timer: object = None
        self.wake_at_ms: float | None = None
        # Before any time that an event may name.
        self.purged_at_ms: float = -1e15
        self.listeners: list[Callable[[], None]] = []
        # What the host has still to be told.
        self.untold: list[Callable[[], None]] = []
        self.counts = no_counts()
        self.dropped = no_drops()
        self.snapshot: dict[str, Any] = {}


def is_pending(record: Record) -> bool:
    return record.stored_in is not NOWHERE


def now_ms_of(tab: Tab) -> float:
    """The time that waits are counted on."""
    return tab.env.clock.uptime_ms()


def work_alone(tab: Tab, work: Callable[[], None]) -> None:
    """Nothing else begins meanwhile. Where a host has broken what we call, the next call or piece of news goes on."""
    tab.is_busy = True
    attempt(work, ignore, ignore)
    tab.is_busy = False


def ignore(value: Any) -> None:
    pass


def report(tab: Tab, event: Any, reason: str, detail: str) -> None:
    """Count a loss; without a reason there is none. The host hears of it when the queue is at rest: it may call back into it."""
    if len(reason) > 0:
        # A new object: that is how a snapshot sees that something changed.
        tab.dropped = overlay(tab.dropped, {})
        tab.dropped[reason] += 1
        on_drop = tab.config["onDrop"]
        if on_drop is not None:
            tab.untold.append(lambda: on_drop(event, reason, detail))
