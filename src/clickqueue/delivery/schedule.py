"""When to send next. All rules together return one time, `next_wake_ms`, and one timer is armed for it (CONTRACT 3.1, 3.6 to 3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.delivery.batches import batch_to_retry
from clickqueue.state import NEVER_MS, is_online, uptime_ms

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record

# Parked or offline: seldom enough to cost nothing, often enough that a tab left open delivers by itself (CONTRACT 3.7).
PROBE_MS = 600000


def is_parked(queue: QueueState) -> bool:
    limit: int = queue.config["maxRetries"]
    return queue.consecutive_failures >= limit


def batch_size(queue: QueueState) -> int:
    """A queue that is smaller than a batch is full before the batch is."""
    size: int = min(queue.config["maxBatchSize"], queue.config["maxQueueSize"])
    return size


def next_wake_ms(queue: QueueState) -> float | None:
    """The time of the next attempt; None where only a page event, a response or the host can cause one."""
    if queue.is_destroyed or len(queue.in_flight) > 0 or len(queue.pending) == 0:
        return None
    if not is_online(queue):
        return queue.last_attempt_at_ms + PROBE_MS
    wake_at_ms = queue.retry_at_ms
    if is_parked(queue):
        wake_at_ms = min(wake_at_ms, 0 if queue.fresh_count >= batch_size(queue) else queue.fresh_due_at_ms)
    elif batch_to_retry(queue) is None:
        wake_at_ms = max(wake_at_ms, due_at_ms(queue))
    return max(wake_at_ms, queue.retry_after_until_ms)


def due_at_ms(queue: QueueState) -> float:
    """When the pending events, none of which is in a batch, become one: at once if they fill it, else when the first of them is due."""
    wake_at_ms = NEVER_MS
    count = 0
    for record in queue.pending:
        wake_at_ms = min(wake_at_ms, record.due_at_ms)
        # A requeued event becomes due by time alone: otherwise a server that rejects it would get it again and again.
        if not record.is_requeued:
            count += 1
        if count >= batch_size(queue):
            return 0
    return wake_at_ms


def note_arrival(queue: QueueState, record: Record, is_urgent: bool) -> None:
    """An accepted event is due with its batch, at once where it is urgent; a parked queue waits for the batch."""
    batch_due_at_ms = uptime_ms(queue) + queue.config["maxBatchDelay"]
    record.due_at_ms = 0 if is_urgent else batch_due_at_ms
    queue.fresh_count += 1
    queue.fresh_due_at_ms = min(queue.fresh_due_at_ms, batch_due_at_ms)


def arm(queue: QueueState, wake_at_ms: float | None) -> None:
    """Set the one timer, anew each time: a host may have cleared all timers."""
    try:
        queue.env.clear_timeout(queue.timer)
        if wake_at_ms is not None:
            queue.timer = queue.env.set_timeout(lambda: on_timer(queue, wake_at_ms), wake_at_ms - uptime_ms(queue))
    except Exception:
        # A host broke its timers: the next call or page event sends what is due.
        pass


def on_timer(queue: QueueState, wake_at_ms: float) -> None:
    """Send what is due, also where a host stopped the clock (a fake one, left behind by a test)."""
    queue.floor_ms = wake_at_ms
    queue.proceed()


def reset_backoff(queue: QueueState) -> None:
    """The network works: end the backoff. `Retry-After` stays in force."""
    queue.consecutive_failures = 0
    queue.retry_at_ms = 0


def flush(queue: QueueState) -> None:
    """Send everything, batch after batch, also where the request in flight fails (CONTRACT 3.9)."""
    queue.is_flush_wanted = len(queue.in_flight) > 0
    queue.retry_at_ms = 0
    queue.retry_after_until_ms = 0
    for record in queue.pending:
        record.due_at_ms = 0


def state_of(queue: QueueState) -> str:
    """The state of the queue: the first of these conditions that applies (CONTRACT 6.1)."""
    if queue.is_destroyed:
        return "destroyed"
    if len(queue.in_flight) > 0:
        return "sending"
    if len(queue.pending) == 0:
        return "idle"
    if is_parked(queue):
        return "parked"
    return "backing-off" if queue.consecutive_failures > 0 else "waiting"
