"""Recovery: the events of a journal whose tab is gone move into the journal of this tab, and are sent from there.

They are written here before the orphan's keys are removed, so a crash between the two leaves a duplicate and no loss
(CONTRACT 4.4). Where they cannot be written, the orphan stays as it is until they can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import field, filtered, kind, some
from clickqueue.storage.journal import append_to_tail
from clickqueue.storage.sync import is_unknown, items_of, recover, salvage, save

if TYPE_CHECKING:
    from clickqueue.state import QueueState, Record

# A tab without Web Locks that still runs sends what it has within ten minutes (`schedule.PROBE_MS`), where it can. Events
# that have waited twice as long are likely to be an orphan's; where they are not, they are sent twice.
ORPHAN_AGE_MS = 1200000


def adopt(queue: QueueState, storage_keys: list[str]) -> None:
    """Make the events under these keys of other journals this tab's own, then remove the keys."""
    for storage_key in storage_keys:
        for early in queue.early_texts:
            if early[0] == storage_key:
                collect(queue, early[1])
        try:
            collect(queue, queue.env.local_storage.get_item(storage_key))
        except Exception:
            queue.is_blind = True
    save(queue)
    if len(queue.dirty_segments) == 0 and not queue.is_blind:
        remove_keys(queue, storage_keys)


def remove_keys(queue: QueueState, storage_keys: list[str]) -> None:
    for storage_key in storage_keys:
        queue.early_texts = filtered(queue.early_texts, lambda early: early[0] != storage_key)
        try:
            queue.env.local_storage.remove_item(storage_key)
        except Exception:
            queue.is_blind = True


def collect(queue: QueueState, text: str | None) -> None:
    """Append the events of an orphan's text to this tab's journal, those that are new to it."""
    found: list[Record] = []
    for record in salvage(queue, items_of(queue, text)):
        if is_unknown(queue, record):
            append_to_tail(queue, record)
            found.append(record)
    recover(queue, found)


def is_stale(queue: QueueState, storage_key: str) -> bool:
    """Whether every event under a key has waited so long that its tab must be gone. Only tabs without Web Locks ask."""
    oldest_ms = queue.env.Date.now() - ORPHAN_AGE_MS
    items = items_of(queue, queue.env.local_storage.get_item(storage_key))
    return not some(items, lambda item: is_younger(field(item, "timestamp"), oldest_ms))


def is_younger(timestamp: Any, oldest_ms: float) -> bool:
    return kind(timestamp) == "number" and timestamp > oldest_ms
