"""The journal of this tab: each pending event is in one segment of it, and no other tab writes there.

A journal is a key of its own, `<storageKey>:<mark><uuid>`, and numbered segments, `<storageKey>:<mark><uuid>.1000001`; the mark is
that of the last purge. The functions here change the index, in memory; a changed segment is dirty until `save` has written it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import Map, filtered, keys_of, remove_item
from clickqueue.platform.texts import in_order, journal_name
from clickqueue.platform.web import uuid7
from clickqueue.state import Segment

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record

# As small as a batch: a click then costs the same with 1,000 pending as with 10, and acknowledging a batch mostly means
# removing one key.
SEGMENT_EVENTS = 10
# Segments are numbered from here, so that the order of their keys as texts is the order of their events.
FIRST_INDEX = 1000000


def start_journal(queue: QueueState) -> None:
    """From now on this tab writes to a new journal, which no other tab can have adopted. What is pending moves there."""
    queue.own_key = queue.main_key + ":" + queue.purge_mark + uuid7(queue.env)
    queue.tail = Segment(queue.own_key)
    queue.tail_index = FIRST_INDEX
    queue.dirty_segments = []
    queue.by_id = Map()
    queue.pending_bytes = 0
    for record in queue.pending:
        append_to_tail(queue, record)


def append_to_tail(queue: QueueState, record: Record) -> None:
    """Assign a record to the last segment of the journal, or to the next where that is full."""
    if len(queue.tail.records) >= SEGMENT_EVENTS:
        queue.tail_index += 1
        queue.tail = Segment(queue.own_key + "." + str(queue.tail_index))
    queue.tail.records.append(record)
    record.segment = queue.tail
    queue.by_id.set(record.id, record)
    queue.pending_bytes += record.size_bytes
    mark_dirty(queue, queue.tail)


def remove(queue: QueueState, event_id: str) -> None:
    """The event is settled: `save` takes it out of storage, and no copy of it is adopted again."""
    queue.tombstones.set(event_id, True)
    record = queue.by_id.get(event_id)
    if record is not None:
        queue.by_id.delete(event_id)
        queue.pending_bytes -= record.size_bytes
        remove_item(queue.pending, record)
        remove_item(record.segment.records, record)
        mark_dirty(queue, record.segment)


def mark_dirty(queue: QueueState, segment: Segment) -> None:
    """The segment differs from its text in storage: `save` must write it."""
    if not segment.is_dirty:
        segment.is_dirty = True
        queue.dirty_segments.append(segment)


def journal_of(queue: QueueState, storage_key: str) -> str | None:
    """The journal that a storage key belongs to; None where it is no key of this queue or of its other tabs."""
    return journal_name(storage_key, queue.main_key)


def stored_keys(queue: QueueState) -> list[str]:
    """The storage keys of all journals, in the order of their segments. Raises where storage cannot be read."""
    return filtered(in_order(keys_of(queue.env.local_storage)), lambda storage_key: journal_of(queue, storage_key) is not None)
