"""The host's view: counters that add up at every instant, one snapshot of them, and every drop (CONTRACT 1.3, 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import attempt, concat, field, keys_of, overlay, some

if TYPE_CHECKING:
    from clickqueue.state import QueueState


# The `QueueStats` of a queue that does not exist yet: on a server, and before a component is mounted.
EMPTY_STATS: dict[str, Any] = {
    "enqueued": 0,
    "recovered": 0,
    "handedOver": 0,
    "acknowledged": 0,
    "duplicates": 0,
    "batches": 0,
    "failures": 0,
    "state": "idle",
    "isOnline": True,
    "persistent": True,
    "pending": 0,
    "inFlight": 0,
    "dropped": {"invalid": 0, "overflow": 0, "expired": 0, "rejected": 0, "too_large": 0, "corrupt": 0, "purged": 0},
    "lastFailure": None,
}


def count_drop(queue: QueueState, event: Any, reason: str, detail: str) -> None:
    """Count a drop. `onDrop` is called when the queue is at rest, since it may call back into the queue."""
    queue.drop_counts[reason] += 1
    # A new object, by which `notify_host` sees the change, and which the host may spoil.
    queue.dropped = overlay(queue.drop_counts, {})
    on_drop = queue.config["onDrop"]
    if on_drop is not None:
        queue.host_callbacks.append(lambda: on_drop(event, reason, detail))


def notify_host(queue: QueueState, snapshot: dict[str, Any]) -> None:
    """Replace the snapshot where it differs, then make the pending calls to the host. Their exceptions stay inside (CONTRACT 1.6)."""
    calls = queue.host_callbacks
    queue.host_callbacks = []
    if some(keys_of(snapshot), lambda name: snapshot[name] != field(queue.snapshot, name)):
        queue.snapshot = snapshot
        calls = concat(queue.listeners, calls)
    for call in calls:
        attempt(call)
