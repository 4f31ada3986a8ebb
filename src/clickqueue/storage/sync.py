"""One function brings a storage key up to date: `sync` reads it, takes in what is new there, and writes what differs.

No key is ever written unread, so nothing that cannot be read is overwritten. Storage may fail at any call: the segment then
stays dirty, storage stays as it was, and the next `save` tries again (CONTRACT 4.6). An event that moves is written at
its destination before it is removed at its source; removal is by id (CONTRACT 4.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.drops import drop_overflow
from clickqueue.event import parse_event
from clickqueue.platform.runtime import concat, filtered, json_array, kind, remove_item, some
from clickqueue.state import has_id, uptime_ms
from clickqueue.storage.journal import HEAD_SEGMENT_EVENTS, assign_segment, mark_dirty
from clickqueue.storage.purge import obey_purge

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record, Segment

# An event needs these to be stored. Others may have been required when it was accepted, by another version of the host.
STORED_FIELDS = ["id"]
# A stored event may have grown by its `retryCount` since it was accepted, so its limit is only what one request can carry
# (60,000 bytes, CONTRACT 3.1), not the host's `maxEventBytes`.
MAX_STORED_EVENT_BYTES = 59000
# A tab puts back what another script removed from its key. A script that removes it each time would keep both busy
# forever. After this many repairs without a change of its own, the tab leaves it at that; its events are safe in memory.
MAX_REPAIRS = 10


def save(queue: QueueState) -> None:
    """Bring storage up to date, and try again what failed before."""
    obey_purge(queue)
    if len(queue.segments) > 1 and len(queue.pending) <= HEAD_SEGMENT_EVENTS:
        compact(queue)
    for segment in queue.dirty_segments:
        sync(queue, segment)
    queue.dirty_segments = filtered(queue.dirty_segments, lambda segment: segment.is_dirty)
    if queue.mirror is not None and queue.mirror.is_dirty:
        sync(queue, queue.mirror)


def sync(queue: QueueState, segment: Segment) -> None:
    """Make storage have the records of this segment under its key."""
    try:
        storage = queue.env.local_storage
        text = storage.get_item(segment.storage_key)
        if text != segment.known_text:
            take_in(queue, segment, text)
        if segment.is_dirty:
            # The mirror is a copy of the head segment.
            own = queue.segments[0].records if segment is queue.mirror else segment.records
            records = concat(segment.others, own)
            wanted = json_array(records, lambda record: record.json_text) if len(records) > 0 else None
            if wanted is None:
                storage.remove_item(segment.storage_key)
            elif wanted != text:
                storage.set_item(segment.storage_key, wanted)
            segment.known_text = wanted
            segment.is_dirty = False
            if wanted is None and segment is not queue.segments[0] and segment is not queue.tail:
                remove_item(queue.segments, segment)
    except Exception:
        if not segment.is_dirty:
            segment.is_dirty = True
            queue.dirty_segments.append(segment)


def take_in(queue: QueueState, segment: Segment, text: str | None) -> None:
    """Learn that another tab or script wrote this text under the key of a segment."""
    items = items_of(queue, text)
    stored = salvage(queue, items)
    segment.known_text = text
    if segment is queue.mirror:
        # Somebody leads who is not known yet. These stay where they are.
        segment.others = filtered(stored, lambda record: is_unknown(queue, record))
        return
    found: list[Record] = []
    for record in stored:
        known = queue.by_id.get(record.id)
        if is_unknown(queue, record):
            assign_segment(queue, record, segment)
            found.append(record)
        elif known is not None and known.segment is not segment and known.segment.is_dirty:
            # It is in no other key yet, so here it is stored.
            assign_segment(queue, known, segment)
    recover(queue, found)
    # Another order is no difference: two tabs that each preferred their own would never end.
    if len(items) != len(segment.records) or some(segment.records, lambda record: not has_id(stored, record.id)):
        repairs = queue.repairs + 1 if len(found) == 0 else 0
        mark_dirty(queue, segment)
        queue.repairs = repairs


def items_of(queue: QueueState, text: str | None) -> list[Any]:
    """Everything that a stored text contains; a text that is no JSON is one item, and no event."""
    items: Any = text
    try:
        items = queue.env.JSON.parse(text) if text is not None else []
    except Exception:
        pass
    return items if kind(items) == "list" else [items]


def salvage(queue: QueueState, items: list[Any]) -> list[Record]:
    """The events among stored items. Everything else is counted as `corrupt` (CONTRACT 4.5)."""
    records: list[Record] = []
    for item in items:
        record = parse_event(queue, item, STORED_FIELDS, MAX_STORED_EVENT_BYTES, "corrupt")
        if record is not None:
            records.append(record)
    return records


def is_unknown(queue: QueueState, record: Record) -> bool:
    """Whether this event is neither pending here nor settled."""
    return not queue.by_id.has(record.id) and not queue.tombstones.has(record.id)


def recover(queue: QueueState, found: list[Record]) -> None:
    """These events are new to this tab. They have waited for a page already, so they are first, and due."""
    queue.counts["recovered"] += len(found)
    queue.pending = concat(found, queue.pending)
    for record in found:
        queue.pending_bytes += record.size_bytes
        record.due_at_ms = uptime_ms(queue)
        rejoin_batch(queue, record)
    drop_overflow(queue)


def rejoin_batch(queue: QueueState, record: Record) -> None:
    """Back from the back/forward cache: an event still in flight from here is not sent again (CONTRACT 5.2)."""
    for batch in queue.in_flight:
        if has_id(batch.records, record.id):
            record.batch = batch
            batch.records.append(record)


def compact(queue: QueueState) -> None:
    """Few events are left: move all of them to the head segment, the one key that a person knows (CONTRACT 4.1)."""
    head = queue.segments[0]
    mark_dirty(queue, head)
    head.records = concat(queue.pending, [])
    sync(queue, head)
    if not head.is_dirty:
        for record in filtered(queue.pending, lambda record: record.segment is not head):
            mark_dirty(queue, record.segment)
            remove_item(record.segment.records, record)
            record.segment = head
        queue.tail = head
        queue.tail_index = 0
        # Overflow may have dropped one of them while they were written.
        mark_dirty(queue, head)
    head.records = filtered(queue.pending, lambda record: record.segment is head)
