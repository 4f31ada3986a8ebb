"""A withdrawn consent: no event that was accepted before a purge is ever sent by this origin (CONTRACT 5.4).

The tab that purges drops its events, writes the mark and removes every journal from storage, those of other tabs too. Each
other tab looks for a mark that is new to it before it accepts, handles or sends anything, and then drops all that it has in
memory. From then on each of them writes to a journal of the new mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.drops import drop
from clickqueue.platform.runtime import attempt, concat
from clickqueue.platform.web import new_mark
from clickqueue.state import NO_MARK
from clickqueue.storage.purge_mark import current_mark, erase
from clickqueue.storage.sync import save
from clickqueue.tabs.roles import renew

if TYPE_CHECKING:
    from clickqueue.state import QueueState


def purge(queue: QueueState) -> None:
    """Drop every event, here, in storage and in the other tabs of this origin."""
    queue.purge_mark = new_mark(queue.env)
    queue.is_purge_due = True
    drop_all(queue)
    erase(queue)


def obey_purge(queue: QueueState) -> None:
    """Carry out a purge of this tab that storage refused so far, and one of another tab that is not known yet."""
    if queue.is_purge_due:
        erase(queue)
    mark = current_mark(queue)
    if mark != queue.purge_mark:
        queue.purge_mark = mark
        # A script that emptied the storage did not withdraw a consent.
        if mark != NO_MARK:
            drop_all(queue)


def drop_all(queue: QueueState) -> None:
    for record in concat(queue.pending, []):
        attempt(lambda: drop(queue, record, "purged", "purge()"))
    save(queue)
    renew(queue)
