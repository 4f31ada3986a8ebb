"""Storage is brought up to date: the dirty segments of this tab's journal, and the mirror.

The mirror is a copy of the first pending events under the one documented key (CONTRACT 4.1). Several tabs may write there, so it
is read before each write; events that are only there (0.1.0 wrote them) are adopted by the leader, and no other tab touches
them. Storage may fail at any call: a segment then stays dirty, and the next `save` tries again (CONTRACT 4.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import filtered, first
from clickqueue.platform.texts import json_array
from clickqueue.state import JOINING, LEADER
from clickqueue.storage.journal import mark_dirty
from clickqueue.storage.keys import read_key, remove_key, set_key
from clickqueue.storage.recovery import COPY, collect

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record, Segment

# A lone tab with this many events has all of them under the one documented key; copying 50 costs 0.2 ms a write.
MIRROR_EVENTS = 50


def save(queue: QueueState) -> None:
    """Bring storage up to date, and try again what failed before."""
    is_free = queue.role >= JOINING and read_mirror(queue)
    for segment in queue.dirty_segments:
        write_segment(queue, segment)
    queue.dirty_segments = filtered(queue.dirty_segments, lambda segment: segment.is_dirty)
    if is_free:
        # A destroyed queue does not get the lock of the key any more, and would leave its copy behind.
        is_never_leader = queue.is_destroyed and queue.role == JOINING
        write_mirror(queue, [] if is_never_leader else first(queue.pending, MIRROR_EVENTS))


def write_segment(queue: QueueState, segment: Segment) -> None:
    try:
        write_key(queue, segment.storage_key, "", segment.records, "")
        segment.is_dirty = False
    except Exception:
        pass


def read_mirror(queue: QueueState) -> bool:
    """Whether this tab may write the main key: the leader, which adopts what it finds there, or a tab that finds none or its own text."""
    try:
        text = read_key(queue, queue.main_key)
        if text != queue.mirror_text:
            if text is None:
                # A script of this page may have emptied the storage: a page gets no event of its own scripts.
                rewrite(queue, None)
            elif queue.role != LEADER:
                return False
            collect(queue, [text])
            queue.mirror_text = text
        return True
    except Exception:
        return False


def write_mirror(queue: QueueState, records: list[Record]) -> None:
    prefix = COPY if len(queue.dirty_segments) == 0 else ""
    try:
        queue.mirror_text = write_key(queue, queue.main_key, prefix, records, queue.mirror_text)
    except Exception:
        # It is a copy; the events are in the journal.
        pass


def write_key(queue: QueueState, storage_key: str, prefix: str, records: list[Record], old_text: str | None) -> str | None:
    """Store these records unless storage contains them already, and return their text. Where there are none, there is no key."""
    text = prefix + json_array(records, lambda record: record.json_text) if len(records) > 0 else None
    if text != old_text:
        if text is None:
            remove_key(queue, storage_key)
        else:
            set_key(queue, storage_key, text)
    return text


def rewrite(queue: QueueState, storage_key: str | None) -> None:
    """The segment under this key must be written again; all of them where the key is None."""
    for record in queue.pending:
        if storage_key is None or record.segment.storage_key == storage_key:
            mark_dirty(queue, record.segment)
