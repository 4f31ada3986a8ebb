"""Defects between tabs, and of a page that is left."""

from __future__ import annotations

from clickqueue.state import QueueState
from clickqueue.storage import journal
from clickqueue.tabs import purge, roles
from tests.unit.defects.plant import Defect, Plant


def no_look_for_orphans(plant: Plant) -> None:
    """No tab waits for the journals of others."""
    plant(roles.watch_journal, lambda queue, journal, late_texts: None)


def leaving_with_what_was_never_stored(plant: Plant) -> None:
    """A page that is left forgets the events that it could not store."""
    sound = roles.hand_over

    def hand_over(queue: QueueState, role: int) -> None:
        for record in queue.pending:
            record.segment.is_dirty = False
        sound(queue, role)

    plant(sound, hand_over)


def one_key_for_all_tabs(plant: Plant) -> None:
    """Every tab takes the main key as its journal."""
    sound = journal.start_journal

    def start_journal(queue: QueueState) -> None:
        sound(queue)
        queue.own_key = queue.tail.storage_key = queue.main_key

    plant(sound, start_journal)


def purge_of_one_tab(plant: Plant) -> None:
    """A tab ignores the purge of another one."""
    plant(purge.obey_purge, lambda queue: None)


DEFECTS: list[Defect] = [
    no_look_for_orphans,
    leaving_with_what_was_never_stored,
    one_key_for_all_tabs,
    purge_of_one_tab,
]
