"""The journal of this tab: which storage key each event is in. A record is in one segment, and only `sync.py` writes it there.

A journal is a key and its numbered segments: `<key>`, `<key>.1`, `<key>.2`. The functions here change the index, in memory;
a changed segment is dirty until storage has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import Map, filtered, find, keys_of, place_of, remove_item
from clickqueue.state import UNSTORED, Segment, is_pending

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record

# A lone tab with this many events has them all under the one documented key (CONTRACT 4.1); 50 events cost 0.2 ms a write.
HEAD_SEGMENT_EVENTS = 50
# Further segments are as small as a batch: a click then costs the same with 1,000 pending as with 10, and acknowledging
# a batch mostly means removing one key.
SEGMENT_EVENTS = 10
# Keys with a larger number are read, but they are a stranger's joke, and counting on from there would leave the numbers
# that `place_of` reads. Ten million clicks without a moment of calm reach a tenth of it.
MAX_TAIL_INDEX = 10000000


def start_journal(queue: QueueState, journal_key: str) -> None:
    """From now on this tab writes to this journal: every pending event is assigned to it anew."""
    queue.journal_key = journal_key
    queue.tail = Segment(journal_key)
    queue.tail_index = 0
    queue.segments = [queue.tail]
    queue.dirty_segments = []
    queue.by_id = Map()
    queue.pending_bytes = 0
    for record in queue.pending:
        record.segment = UNSTORED
        queue.pending_bytes += record.size_bytes
        append_to_tail(queue, record)


def journal_of(queue: QueueState, storage_key: str) -> str | None:
    """The journal that a storage key belongs to; None where it is no key of this queue or of its other tabs."""
    journal: str | None = place_of(storage_key, queue.main_key)[0]
    return journal


def stored_keys(queue: QueueState) -> list[str]:
    """The storage keys of all journals. Raises where storage cannot be read."""
    return filtered(keys_of(queue.env.local_storage), lambda storage_key: journal_of(queue, storage_key) is not None)


def segment_at(queue: QueueState, storage_key: str) -> Segment:
    """The segment under a key of this journal, a new one where there is none yet."""
    segment = find(queue.segments, lambda segment: segment.storage_key == storage_key)
    if segment is None:
        segment = Segment(storage_key)
        queue.segments.append(segment)
    return segment


def load_segment(queue: QueueState, storage_key: str) -> Segment:
    """A segment of this journal that is in storage. New events go behind it."""
    segment = segment_at(queue, storage_key)
    index: int = place_of(storage_key, queue.main_key)[1]
    if queue.tail_index < index < MAX_TAIL_INDEX:
        queue.tail = segment
        queue.tail_index = index
    return segment


def append_to_tail(queue: QueueState, record: Record) -> None:
    """Assign a record to the last segment of the journal, or to the next where that is full; `save` writes it."""
    room = SEGMENT_EVENTS if queue.tail_index > 0 else HEAD_SEGMENT_EVENTS
    if len(queue.tail.records) >= room:
        queue.tail_index += 1
        queue.tail = segment_at(queue, queue.journal_key + "." + str(queue.tail_index))
    assign_segment(queue, record, queue.tail)
    mark_dirty(queue, queue.tail)


def assign_segment(queue: QueueState, record: Record, segment: Segment) -> None:
    """From now on the record is in this segment, and known by its id."""
    remove_item(record.segment.records, record)
    segment.records.append(record)
    record.segment = segment
    queue.by_id.set(record.id, record)


def remove(queue: QueueState, record: Record) -> None:
    """The event is settled: `save` takes it out of storage, and no copy of it is adopted again."""
    queue.tombstones.set(record.id, True)
    if is_pending(queue, record):
        queue.by_id.delete(record.id)
        queue.pending_bytes -= record.size_bytes
        mark_dirty(queue, record.segment)
        remove_item(queue.pending, record)
        remove_item(record.segment.records, record)


def mark_dirty(queue: QueueState, segment: Segment) -> None:
    """Storage no longer has of this segment what it should."""
    queue.repairs = 0
    if not segment.is_dirty:
        segment.is_dirty = True
        queue.dirty_segments.append(segment)
    if queue.mirror is not None and segment is queue.segments[0]:
        queue.mirror.is_dirty = True
