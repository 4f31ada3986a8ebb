"""The life of an event: accepted, stored, sent, settled. After its construction no method throws into the host (CONTRACT 1.6).

Every call, timer, response and page event changes the state and then calls `proceed`, which sends the batches that are due, arms
the one timer for the next one, and notifies the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.config import check_api, read_config
from clickqueue.delivery.batches import MAX_BODY_BYTES, batch_to_retry
from clickqueue.delivery.schedule import arm, flush, is_parked, next_wake_ms, note_arrival, state_of
from clickqueue.delivery.sender import send_before_leaving, send_next
from clickqueue.drops import drop_overflow
from clickqueue.event import parse_event
from clickqueue.platform.browser import listen
from clickqueue.platform.runtime import Map, attempt, field, overlay, remove_item
from clickqueue.platform.texts import message_of
from clickqueue.state import LEADER, QueueState, is_online, run_guarded, unsettled, uptime_ms
from clickqueue.stats import count_drop, notify_host
from clickqueue.storage.journal import append_to_tail
from clickqueue.storage.purge_mark import current_mark
from clickqueue.storage.sync import save
from clickqueue.tabs.purge import obey_purge, purge
from clickqueue.tabs.roles import detach, join, leave_for_good, look, on_storage_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.platform.ports import Api, Window
    from clickqueue.state import Record

# Copies of a settled event turn up within seconds; after this many further ones they are forgotten. Never in the middle of a
# change, since a merge asks for them.
MAX_TOMBSTONES = 1000


class Queue:
    """A click queue in a window; `main.ClickQueue` is the public class.

    Its methods are bound: each may be handed on by itself, as React's `useSyncExternalStore` takes them (CONTRACT 1.3).
    """

    def __init__(self, config: Any, api: Api, env: Window) -> None:
        """Raises TypeError or RangeError for a bad config (CONTRACT 1.6)."""
        settings = read_config(config)
        check_api(api)
        queue = QueueState(settings, api, env)
        queue.last_attempt_at_ms = uptime_ms(queue)
        queue.proceed = lambda: proceed(queue)
        stop = listen(env, lambda kind, event: on_page_event(queue, kind, event))
        queue.purge_mark = current_mark(queue)
        join(queue)
        # Nothing is sent yet: a host may purge what an earlier page left (CONTRACT 5.4).
        work(queue, False)
        self._state = queue
        self.enqueue: Callable[..., str | None] = lambda event, options: enqueue(queue, event, options)
        self.flush: Callable[[], None] = lambda: on_page_event(queue, "online", None)
        self.subscribe: Callable[[Callable[[], None]], Callable[[], None]] = lambda listener: subscribe(queue, listener)
        self.get_snapshot: Callable[[], dict[str, Any]] = lambda: queue.snapshot
        self.purge: Callable[[], None] = lambda: withdraw_consent(queue)
        self.destroy: Callable[[], None] = lambda: destroy(queue, stop)


def enqueue(queue: QueueState, event: Any, options: Any) -> str | None:
    """Accept an event: it is in storage before its id is returned. None where it is refused (CONTRACT 2)."""
    record = None
    obey_purge(queue)
    if queue.is_destroyed:
        count_drop(queue, event, "invalid", "the queue is destroyed")
    else:
        record = parse_event(queue, event, True)
    event_id = None if record is None else accept(queue, record, field(options, "urgent") is True)
    proceed(queue)
    return event_id


def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
    if queue.by_id.has(record.id):
        queue.counts["duplicates"] += 1
        return record.id
    try:
        # A settled event that is enqueued again is a new one.
        queue.tombstones.delete(record.id)
        note_arrival(queue, record, is_urgent)
        append_to_tail(queue, record)
        queue.pending.append(record)
    except Exception as error:
        # The host broke something that every page has, or its stack is full.
        queue.by_id.delete(record.id)
        remove_item(queue.tail.records, record)
        count_drop(queue, record.json_text, "invalid", "event is not queued: " + message_of(error))
        return None
    queue.counts["enqueued"] += 1
    attempt(lambda: store(queue))
    return record.id


def store(queue: QueueState) -> None:
    drop_overflow(queue)
    save(queue)


def subscribe(queue: QueueState, listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each change of the snapshot, until the returned function is called."""

    # A function of its own: the same listener may subscribe twice, and each subscription ends separately.
    def call() -> None:
        listener()

    queue.listeners.append(call)
    return lambda: remove_item(queue.listeners, call)


def withdraw_consent(queue: QueueState) -> None:
    if not queue.is_destroyed:
        purge(queue)
        proceed(queue)


def destroy(queue: QueueState, stop: Callable[[], None]) -> None:
    """Leave no timer and no listener behind; stored events wait for the next start (CONTRACT 5.3)."""
    if not queue.is_destroyed:
        queue.is_destroyed = True
        stop()
        proceed(queue)
        queue.listeners = []


def on_page_event(queue: QueueState, kind: str, event: Any) -> None:
    obey_purge(queue)
    attempt(lambda: handle(queue, kind, event))
    proceed(queue)


def handle(queue: QueueState, kind: str, event: Any) -> None:
    if kind == "storage":
        on_storage_event(queue, field(event, "key"), field(event, "newValue"))
    elif kind == "online":
        flush(queue)
    elif kind == "visible":
        if is_parked(queue):
            queue.retry_at_ms = 0
        if queue.role == LEADER:
            look(queue)
    elif kind == "pageshow" or kind == "resume":
        join(queue)
    elif kind != "offline":
        send_before_leaving(queue)
        if kind != "hidden":
            detach(queue)


def send_due(queue: QueueState, may_send: bool) -> None:
    """Send what is due, and arm the timer for the rest."""
    obey_purge(queue)
    wake_at_ms = next_wake_ms(queue)
    while may_send and wake_at_ms is not None and wake_at_ms <= uptime_ms(queue):
        # Nothing was sent although something is due: the host is broken. End the loop, and wait for the timer.
        is_stuck = send_next(queue, batch_to_retry(queue), MAX_BODY_BYTES) == 0
        wake_at_ms = uptime_ms(queue) + queue.config["initialRetryDelay"] if is_stuck else next_wake_ms(queue)
    arm(queue, wake_at_ms)


def proceed(queue: QueueState) -> None:
    # An api may answer at once, and a host may call back: the first call finishes the work of all.
    if not queue.is_busy:
        work(queue, True)


def work(queue: QueueState, may_send: bool) -> None:
    run_guarded(queue, lambda: send_due(queue, may_send))
    if queue.tombstones.size > MAX_TOMBSTONES:
        queue.tombstones = Map()
    if queue.is_destroyed and len(queue.in_flight) == 0:
        leave_for_good(queue)
    attempt(lambda: notify_host(queue, snapshot_of(queue)))


def snapshot_of(queue: QueueState) -> dict[str, Any]:
    """The current `QueueStats`."""
    in_flight = 0
    for batch in queue.in_flight:
        in_flight += len(unsettled(queue, batch))
    now = {
        "state": state_of(queue),
        "isOnline": is_online(queue),
        "persistent": len(queue.dirty_segments) == 0,
        "pending": len(queue.pending),
        "inFlight": in_flight,
        "dropped": queue.dropped,
        "lastFailure": queue.last_failure,
    }
    snapshot: dict[str, Any] = overlay(queue.counts, now)
    return snapshot
