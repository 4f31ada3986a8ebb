"""Everything that one queue remembers. All other modules are functions over it, and none of them keeps state.

There is one list, `pending`: every pending event in the order of sending. Its storage segment and its batch are labels on
a record. `by_id`, `Segment.records` and `pending_bytes` are indexes of that list, so that a click costs the same with
9,000 pending as with 10; `journal.py` alone changes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import Map, attempt, field, filtered, overlay
from clickqueue.platform.web import now_ms
from clickqueue.stats import EMPTY_STATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.platform.ports import Api, Window

# Later than any moment that a page lives to see.
NEVER_MS = 1e15

# The mark of a purge begins with it (`storage/purge_mark.py`); by itself it is that of an origin without a purge.
NO_MARK = "!"

# The roles of a tab (`tabs/roles.py`); the last two keep the mirror.
DETACHED = 0
FOLLOWER = 1
PEER = 2
JOINING = 3
LEADER = 4


class Segment:
    """One storage key of this tab's journal: a JSON array of events."""

    def __init__(self, storage_key: str) -> None:
        self.storage_key = storage_key
        self.records: list[Record] = []
        # Storage does not contain these `records` under the key.
        self.is_dirty = False


class Record:
    """A pending event and its bookkeeping. `json_text` is what storage contains, and what each attempt is parsed from."""

    # Set by `journal.append_to_tail`.
    segment: Segment

    def __init__(self, event: dict[str, Any], json_text: str, size_bytes: int, batch_limit: float) -> None:
        self.id: str = event["id"]
        self.timestamp_ms: float = event["timestamp"]
        self.json_text = json_text
        self.size_bytes = size_bytes
        # When it is sent, even alone.
        self.due_at_ms: float = 0
        # The largest batch that it may be part of. Halved each time that the server rejects a batch with it; events of
        # different limits never travel together.
        self.batch_limit = batch_limit
        # How often the server rejected it alone.
        self.rejections = 0
        # It went to the back of the queue, so it becomes due by time alone.
        self.is_requeued = False
        # None: it is unsent.
        self.batch: Batch | None = None


class Batch:
    """Events that travel together, under one id for all their attempts (CONTRACT 3.3)."""

    def __init__(self, batch_id: str) -> None:
        self.id = batch_id
        self.records: list[Record] = []
        self.is_in_flight = False
        # The last attempt ended without any answer.
        self.has_network_error = False


class QueueState:
    """One live queue in one page."""

    # Finishes the work after any change; set by `queue.py`.
    proceed: Callable[[], None]
    # Set by `journal.start_journal`: the key of this tab's journal, the segment that takes the next event, and those that
    # storage does not contain as they are. The pending records by id (an id is whatever text a stranger wrote), and their size.
    own_key: str
    tail: Segment
    tail_index: int
    dirty_segments: list[Segment]
    by_id: Map
    pending_bytes: int
    # Set by `roles.become`: the text of the main key as this tab last wrote it, or the leader read it.
    mirror_text: str | None

    def __init__(self, config: dict[str, Any], api: Api, env: Window) -> None:
        self.config = config
        self.api = api
        self.env = env
        self.main_key: str = config["storageKey"]

        self.pending: list[Record] = []
        # Ids that were settled here lately, so that a late copy of one is not adopted again.
        self.tombstones: Map = Map()
        self.in_flight: list[Batch] = []

        # The last purge of this origin that was obeyed, and whether one of this tab is still to be carried out in storage.
        self.purge_mark = NO_MARK
        self.is_purge_due = False

        # Changed by `roles.become` alone.
        self.role = DETACHED
        # Ends every lock and every lock request of this stay in the page.
        self.session: Any = None
        # The journals of other tabs: the session in which this tab waits for the lock of one, False when it got it.
        self.watched: Map = Map()

        # Delivery failures in a row, and since when, until when and why the next attempt waits.
        self.consecutive_failures = 0
        self.last_attempt_at_ms: float = 0
        self.retry_at_ms: float = 0
        self.retry_after_until_ms: float = 0
        self.is_flush_wanted = False
        self.is_leaving = False
        # Events accepted since the last failure, and when the first of them is due: they end a parking (CONTRACT 3.7).
        self.fresh_count = 0
        self.fresh_due_at_ms: float = NEVER_MS

        # Work goes on, so `proceed` leaves the rest to it; until the end of the construction too.
        self.is_busy = True
        self.is_destroyed = False
        self.timer: Any = None
        # The time for which the last timer was set that has fired: so late it is at least, whatever the clock says.
        self.floor_ms: float = 0

        self.listeners: list[Callable[[], None]] = []
        # Calls to the host that are still to be made, when the queue is at rest.
        self.host_callbacks: list[Callable[[], None]] = []
        self.counts = overlay(EMPTY_STATS, {})
        self.drop_counts: dict[str, int] = overlay(EMPTY_STATS["dropped"], {})
        # A copy of them, for the host.
        self.dropped: dict[str, int] = overlay(EMPTY_STATS["dropped"], {})
        self.last_failure: dict[str, Any] | None = None
        self.snapshot: dict[str, Any] = {}


def is_pending(queue: QueueState, record: Record) -> bool:
    return queue.by_id.get(record.id) is record


def unsettled(queue: QueueState, batch: Batch) -> list[Record]:
    """The events of a batch that are still pending here: others were dropped meanwhile, or handed over."""
    return filtered(batch.records, lambda record: is_pending(queue, record))


def uptime_ms(queue: QueueState) -> float:
    """The time that waits are counted on. A host may have broken the clock that only grows; then it is the wall clock."""
    try:
        return max(queue.env.performance.now(), queue.floor_ms)
    except Exception:
        return now_ms(queue.env)


def is_online(queue: QueueState) -> bool:
    """Only a plain False is a statement: undefined counts as online, and so does a getter that throws (CONTRACT 3.8)."""
    return field(field(queue.env, "navigator"), "onLine") is not False


def run_guarded(queue: QueueState, work: Callable[[], None]) -> None:
    """Run `work` to its end before anything else begins. An exception of a broken host ends it; the next call continues from there."""
    queue.is_busy = True
    attempt(work)
    queue.is_busy = False
