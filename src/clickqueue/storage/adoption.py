"""Adoption: the events of a journal whose tab is gone move into the journal of this tab, and are sent from there.

They are written here before the orphan's keys are removed, so a crash between the two leaves a duplicate and no loss
(CONTRACT 4.4). Where they cannot be written, the orphan stays as it is until they can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.platform.runtime import filtered, remove_item
from clickqueue.state import PEER
from clickqueue.storage.journal import journal_of, stored_keys
from clickqueue.storage.keys import read_key, remove_key
from clickqueue.storage.purge_mark import is_purged
from clickqueue.storage.recovery import collect
from clickqueue.storage.sync import save

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.state import QueueState


def adopt(queue: QueueState, is_wanted: Callable[[str | None], bool], late_texts: list[str | None]) -> None:
    """Make the events of other journals this tab's own, then remove their keys.

    `late_texts` are texts of them that were stored, but may have been overwritten since.
    """
    try:
        # First, since storage may throw, and nobody brings these texts a second time.
        collect(queue, late_texts)
        keys = filtered(stored_keys(queue), lambda storage_key: is_wanted(journal_of(queue, storage_key)))
        if queue.role != PEER:
            # The leader keeps the mirror there; `save` takes in what it finds.
            remove_item(keys, queue.main_key)
        texts: list[str | None] = []
        for storage_key in keys:
            if not is_purged(queue, storage_key):
                texts.append(read_key(queue, storage_key))
        collect(queue, texts)
        save(queue)
        if len(queue.dirty_segments) == 0:
            for storage_key in keys:
                remove_key(queue, storage_key)
    except Exception:
        # Storage that cannot be read: what is in it waits for the next page.
        pass
