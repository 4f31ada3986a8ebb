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


def members(tab: Tab, batch: Batch | None) -> list[Record]:
    """The pending events of a batch; of none: what is unsent."""
    return keep(tab.line, lambda record: record.batch is batch)


def size_of(records: list[Record]) -> int:
    """The body of a request with these events: a comma goes with each."""
    return ENVELOPE_BYTES + total_bytes(records) + len(records)


def waiting(tab: Tab) -> Batch | None:
    """The batch that is to be sent again."""
    record = find(tab.line, lambda record: record.batch is not None and not record.batch.is_flying)
    return record.batch if record is not None else None


def form(tab: Tab, max_bytes: int) -> Batch | None:
    """Make a batch of what is unsent, as much as fits; None where nothing does.

    An event that the server has blamed travels alone, so that its neighbours are not halved again and again.
    """
    batch = Batch(tab.env.ids.new_id())
    records = batch.records
    for record in members(tab, None):
        is_company = len(records) > 0
        if is_company and (record.refusals > 0 or records[0].refusals > 0 or len(records) >= tab.config["maxBatchSize"]):
            break
        if size_of(records) + record.text_bytes + 1 > max_bytes:
            break
        records.append(record)
    for record in records:
        record.batch = batch
    return batch if len(records) > 0 else None


def split(tab: Tab, records: list[Record]) -> None:
    """Two batches instead of one."""
    first = Batch(tab.env.ids.new_id())
    second = Batch(tab.env.ids.new_id())
    for record in records:
        batch = first if len(first.records) * 2 < len(records) else second
        batch.records.append(record)
        record.batch = batch
