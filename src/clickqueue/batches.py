"""What travels together: first come, first sent, and a batch keeps its id and its events until it is answered (CONTRACT 3.1 to 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.losses import total_bytes
from clickqueue.runtime import find, keep
from clickqueue.tab import Batch

if TYPE_CHECKING:
    from clickqueue.tab import Record, Tab

# A page's keepalive requests share 64 KiB (Fetch standard, "inflight keepalive bytes"); the rest is left to the host.
MAX_BODY_BYTES = 60000
# batchId, timestamp and brackets around the events, with room to spare.
ENVELOPE_BYTES = 200
# A comma, and the `"retryCount":99999,` that an event gets later: a batch that fits once fits again (CONTRACT 3.3).
EXTRA_BYTES = 20


def unsent(tab: Tab) -> list[Record]:
    """The pending events that no batch has yet."""
    return keep(tab.line, lambda record: record.batch is None)


def size_of(records: list[Record]) -> int:
    """The most that a request with these events may weigh."""
    return ENVELOPE_BYTES + total_bytes(records) + len(records) * EXTRA_BYTES


def waiting(tab: Tab) -> Batch | None:
    """The batch that is to be sent again."""
    record = find(tab.line, lambda record: record.batch is not None and not record.batch.is_flying)
    return record.batch if record is not None else None


def form(tab: Tab, max_bytes: int) -> Batch:
    """Make a batch of what is unsent, as much as fits. Those that the server has blamed stay among themselves."""
    batch = Batch(tab.env.ids.new_id())
    records = batch.records
    for record in unsent(tab):
        is_crowd = len(records) > 0 and (record.company != records[0].company or len(records) >= record.company)
        if is_crowd or size_of(records) + record.text_bytes + EXTRA_BYTES > max_bytes:
            break
        records.append(record)
        record.batch = batch
    return batch
