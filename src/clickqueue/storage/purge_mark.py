"""The mark of a purge: a journal from before the last purge is never adopted, whoever wrote it and however late (CONTRACT 5.4).

A purge writes a mark to storage, `<storageKey>!`, and the name of every journal begins with the mark that its tab knew. No clock
and no timestamp is compared, since both may be wrong. The mark stays until another purge writes the next: a tab that dies may
have written just before, and no moment is known after which no such write can come any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.texts import mark_of
from clickqueue.platform.web import dispatch_storage
from clickqueue.state import NO_MARK
from clickqueue.storage.journal import stored_keys
from clickqueue.storage.keys import read_key, remove_key, set_key

if TYPE_CHECKING:
    from clickqueue.state import QueueState


def mark_key(queue: QueueState) -> str:
    return queue.main_key + "!"


def current_mark(queue: QueueState) -> str:
    """The mark of the last purge of this origin; the one that this tab knows where storage cannot be read."""
    try:
        return queue.purge_mark if queue.is_purge_due else mark_of(read_key(queue, mark_key(queue)))
    except Exception:
        return queue.purge_mark


def has_mark(queue: QueueState, storage_key: str, mark: str) -> bool:
    return storage_key.startswith(queue.main_key + ":" + mark)


def is_purged(queue: QueueState, storage_key: str) -> bool:
    """Whether this key is of a journal from before the last purge; a journal of 0.1.0 has no mark, and is not."""
    return has_mark(queue, storage_key, NO_MARK) and not has_mark(queue, storage_key, current_mark(queue))


def erase(queue: QueueState) -> None:
    """Carry out a purge of this tab in storage. Where storage throws, the next call, timer or event tries again."""
    try:
        # First, since a full storage may have no room for the mark before.
        for storage_key in stored_keys(queue):
            if not has_mark(queue, storage_key, queue.purge_mark):
                remove_key(queue, storage_key)
        set_key(queue, mark_key(queue), queue.purge_mark)
        queue.is_purge_due = False
        # Other queues of this page get no storage event.
        dispatch_storage(queue.env, mark_key(queue), queue.purge_mark)
    except Exception:
        pass
