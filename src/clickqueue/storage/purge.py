"""A withdrawn consent: no event that was accepted before a purge is ever sent by this origin (CONTRACT 5.4).

The tab that purges removes every journal from storage, those of other tabs too, and leaves a mark, `<storageKey>!`. Each
other tab looks for the mark before it writes and before it sends, and drops all that it has in memory where the mark is new to
it. No clock and no timestamp is compared, since both may be wrong. The next page that starts removes the mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.drops import drop
from clickqueue.platform.runtime import attempt, concat, noop
from clickqueue.platform.web import dispatch_storage, uuid7
from clickqueue.storage.journal import stored_keys
from clickqueue.storage.keys import read_key, remove_key, set_key

if TYPE_CHECKING:
    from clickqueue.state import QueueState


def mark_key(queue: QueueState) -> str:
    return queue.main_key + "!"


def drop_all(queue: QueueState) -> None:
    queue.mirror_others = []
    for record in concat(queue.pending, []):
        drop(queue, record, "purged", "purge()")


def erase(queue: QueueState) -> None:
    """Remove every journal and leave the mark. Storage that throws is asked again at the next `save`."""
    queue.is_purge_due = True
    try:
        mark = uuid7(queue.env)
        queue.purge_mark = mark
        # The mark comes first, so that no tab gets the event of its removed journal before that of the purge. There may be
        # room for it only later.
        attempt(lambda: set_key(queue, mark_key(queue), mark), noop, noop)
        for storage_key in stored_keys(queue):
            remove_key(queue, storage_key)
        set_key(queue, mark_key(queue), mark)
        queue.is_purge_due = False
        # Other queues of this page get no storage event.
        dispatch_storage(queue.env, mark_key(queue), mark)
    except Exception:
        pass


def obey_purge(queue: QueueState) -> None:
    """Carry out a purge of this tab that storage refused so far, and one of another tab that is not known yet."""
    if queue.is_purge_due:
        erase(queue)
    try:
        on_mark(queue, read_key(queue, mark_key(queue)))
    except Exception:
        pass


def on_mark(queue: QueueState, mark: str | None) -> None:
    if mark is not None and mark != queue.purge_mark:
        queue.purge_mark = mark
        drop_all(queue)


def forget_mark(queue: QueueState) -> None:
    """Remove the mark: a page that starts has nothing from before the purge, and living tabs got the storage event of the mark."""
    try:
        remove_key(queue, mark_key(queue))
    except Exception:
        pass
