"""When to send next. One time comes of all rules, `wake_at_ms`, and one timer is armed from it (CONTRACT 3.1, 3.6 to 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.batches import unsent, waiting
from clickqueue.runtime import keep
from clickqueue.tab import now_ms_of

if TYPE_CHECKING:
    from clickqueue.tab import Record, Tab

# Parked or offline: seldom enough to cost nothing, often enough that a tab left open delivers by itself (CONTRACT 3.7).
PROBE_MS = 600000
# Later than any time that a page lives to see.
NEVER_MS = 1e15


def is_parked(tab: Tab) -> bool:
    limit: int = tab.config["maxRetries"]
    return tab.failures >= limit


def next_wake_ms(tab: Tab) -> float | None:
    """When there is something to do; None where only an event, an answer or the host can change that."""
    if tab.is_destroyed or len(tab.flying) > 0 or len(tab.line) == 0:
        return None
    if not tab.env.network.is_online():
        return tab.tried_at_ms + PROBE_MS
    if is_parked(tab):
        # Only events that came since count: the others have been waited for in vain.
        failures = tab.counts["failures"]
        fresh = keep(unsent(tab), lambda record: record.born_after == failures)
        return max(tab.hold_until_ms, min(tab.retry_at_ms, due_at_ms(tab, fresh)))
    return max(tab.hold_until_ms, tab.retry_at_ms, 0 if waiting(tab) is not None else due_at_ms(tab, unsent(tab)))


def due_at_ms(tab: Tab, records: list[Record]) -> float:
    """When unsent events make a batch: at once when they fill one, else with the first of them."""
    wake_at_ms = NEVER_MS
    for record in records:
        wake_at_ms = min(wake_at_ms, record.due_at_ms)
    # What was put back comes by time alone, or a server that refuses it would be hammered.
    # A queue that holds less than a batch is full before the batch is.
    size = min(tab.config["maxBatchSize"], tab.config["maxQueueSize"])
    is_full = len(keep(records, lambda record: record.born_after >= 0)) >= size
    return 0 if is_full else wake_at_ms


def arm(tab: Tab, wake_at_ms: float | None) -> None:
    """Set the one timer. One that fires early does no harm: whoever is woken looks at the clock."""
    # A timer that stands is left alone: armed anew for the rest of its time it would come a fraction later.
    if wake_at_ms == tab.wake_at_ms:
        return
    tab.wake_at_ms = wake_at_ms
    try:
        tab.env.clock.cancel(tab.timer)
        if wake_at_ms is not None:
            tab.timer = tab.env.clock.call_later(wake_at_ms - now_ms_of(tab), lambda: on_timer(tab))
    except Exception:
        # A host that broke its timers: the next call or piece of news wakes us.
        tab.wake_at_ms = None


def on_timer(tab: Tab) -> None:
    tab.wake_at_ms = None
    tab.proceed()


def open_path(tab: Tab) -> None:
    """Nothing is the matter with the path: go on, once the server's wish for a pause is over."""
    tab.retry_at_ms = 0


def flush(tab: Tab) -> None:
    """Send everything, batch after batch. The wish outlives a request in flight that fails (CONTRACT 3.9)."""
    tab.is_flush_wanted = len(tab.flying) > 0
    tab.hold_until_ms = 0
    open_path(tab)
    for record in unsent(tab):
        record.due_at_ms = 0


def state_of(tab: Tab) -> str:
    """What a queue is doing, by what it waits for: the first that holds (CONTRACT 6.1)."""
    if tab.is_destroyed:
        return "destroyed"
    if len(tab.flying) > 0:
        return "sending"
    if len(tab.line) == 0:
        return "idle"
    if is_parked(tab):
        return "parked"
    return "backing-off" if tab.failures > 0 else "waiting"
