"""A rejected batch is bisected until the poison event is alone; that one is retried, and dropped in the end (CONTRACT 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.delivery.batches import requeue
from clickqueue.drops import drop
from clickqueue.state import unsettled

if TYPE_CHECKING:
    from clickqueue.state import Batch, QueueState, Record


def bisect(queue: QueueState, batch: Batch, reason: str, detail: str) -> None:
    # Half of the batch as it was sent: an event that has expired since may have been the poison event.
    limit = len(batch.records) / 2
    for record in unsettled(queue, batch):
        record.batch_limit = limit
        if limit >= 1:
            record.batch = None
            record.due_at_ms = 0
        else:
            count_rejection(queue, record, reason, detail)


def count_rejection(queue: QueueState, record: Record, reason: str, detail: str) -> None:
    record.rejections += 1
    if record.rejections >= queue.config["maxRetries"]:
        drop(queue, record, reason, detail)
    else:
        requeue(queue, record)
