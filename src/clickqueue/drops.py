"""Every way in which an accepted event is dropped, each with its reason. No event disappears uncounted (CONTRACT 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import find
from clickqueue.platform.web import now_ms, parse_json
from clickqueue.stats import count_drop
from clickqueue.storage.journal import remove

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record


def drop(queue: QueueState, record: Record, reason: str, detail: str) -> None:
    remove(queue, record.id)
    event: object = record.json_text
    try:
        event = parse_json(queue.env, record.json_text)
    except Exception:
        # The host broke JSON after the event was accepted: its `onDrop` gets the text.
        pass
    count_drop(queue, event, reason, detail)


def drop_if_expired(queue: QueueState, record: Record) -> None:
    """Drop an event that is too old. Called after a failed attempt, so that it was offered once more (CONTRACT 4.8)."""
    if now_ms(queue.env) - record.timestamp_ms > queue.config["maxEventAge"]:
        drop(queue, record, "expired", "too old")


def drop_overflow(queue: QueueState) -> None:
    """Over the limits, drop the oldest event that is not in flight (CONTRACT 4.7)."""
    record = oldest_surplus(queue)
    while record is not None:
        drop(queue, record, "overflow", "is full")
        record = oldest_surplus(queue)


def oldest_surplus(queue: QueueState) -> Record | None:
    if len(queue.pending) <= queue.config["maxQueueSize"] and queue.pending_bytes <= queue.config["maxQueueBytes"]:
        return None
    return find(queue.pending, lambda record: record.batch is None or not record.batch.is_in_flight)
