"""Which events travel together: first come, first sent, and a batch keeps its id and its events (CONTRACT 3.1 to 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import find, remove_item
from clickqueue.platform.web import uuid7
from clickqueue.state import Batch, is_pending, uptime_ms

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record

# A page's keepalive requests share 64 KiB (Fetch standard, "inflight keepalive bytes"); the rest is left to the host.
MAX_BODY_BYTES = 60000
# batchId, timestamp and brackets around the events, with room to spare.
ENVELOPE_BYTES = 200
# A comma, and the `"retryCount":99999,` that an event gets later: a batch that fits once fits again (CONTRACT 3.3).
PER_EVENT_BYTES = 20


def request_bytes(records: list[Record]) -> int:
    """An upper bound of the bytes of a request with these events."""
    size_bytes = ENVELOPE_BYTES
    for record in records:
        size_bytes += record.size_bytes + PER_EVENT_BYTES
    return size_bytes


def batch_to_retry(queue: QueueState) -> Batch | None:
    """The batch whose last attempt failed."""
    record = find(queue.pending, lambda record: record.batch is not None and not record.batch.is_in_flight)
    return record.batch if record is not None else None


def form_batch(queue: QueueState, max_bytes: int) -> Batch:
    """Make a batch of unsent events, as many as fit. Events that the server rejected stay among themselves."""
    batch = Batch(uuid7(queue.env))
    records = batch.records
    left_bytes = max_bytes - ENVELOPE_BYTES
    for record in queue.pending:
        if record.batch is None:
            left_bytes -= record.size_bytes + PER_EVENT_BYTES
            is_full = len(records) > 0 and (record.batch_limit != records[0].batch_limit or len(records) >= record.batch_limit)
            if is_full or left_bytes < 0:
                break
            records.append(record)
            record.batch = batch
    return batch


def requeue(queue: QueueState, record: Record) -> None:
    """Move an event to the back of the queue; it is due again after the batch or the retry delay, whichever is longer."""
    if is_pending(queue, record):
        remove_item(queue.pending, record)
        queue.pending.append(record)
        record.batch = None
        record.is_requeued = True
        record.due_at_ms = uptime_ms(queue) + max(queue.config["maxBatchDelay"], queue.config["initialRetryDelay"])
