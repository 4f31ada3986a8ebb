"""Defects of writing and reading storage."""

from __future__ import annotations

from typing import Any

from clickqueue.state import QueueState, Segment
from clickqueue.storage import adoption, journal, recovery, sync
from tests.unit.defects.plant import Defect, Plant


def remove_by_position(plant: Plant) -> None:
    """An acknowledgement removes the first event, whichever it is for."""
    sound = journal.remove
    plant(sound, lambda queue, event_id: sound(queue, queue.pending[0].id) if queue.pending else None)


def source_before_destination(plant: Plant) -> None:
    """The keys of an orphan are removed before its events are written elsewhere."""
    sound = recovery.collect

    def collect(queue: QueueState, texts: list[str | None]) -> None:
        for key in [key for key in journal.stored_keys(queue) if queue.env.local_storage.get_item(key) in texts]:
            queue.env.local_storage.remove_item(key)
        sound(queue, texts)

    plant(sound, collect)


def full_store_taken_for_written(plant: Plant) -> None:
    """A write that failed counts as done."""
    sound = sync.write_segment

    def write_segment(queue: QueueState, segment: Segment) -> None:
        sound(queue, segment)
        segment.is_dirty = False

    plant(sound, write_segment)


def segment_thrown_away_for_one_record(plant: Plant) -> None:
    """A segment with one corrupt record is dropped whole."""
    sound = recovery.items_of

    def items_of(queue: QueueState, text: str | None) -> list[Any]:
        items = sound(queue, text)
        return items if all(isinstance(item, dict) for item in items) else []

    plant(sound, items_of)


def adoption_of_the_first_segment(plant: Plant) -> None:
    """Only the first segment of an orphan is read."""
    sound = journal.stored_keys
    plant(sound, lambda queue: [key for key in sound(queue) if "." not in key])


def adoption_that_forgets(plant: Plant) -> None:
    """The events of an orphan are not adopted, and its keys are removed."""
    plant(recovery.collect, lambda queue, texts: None)


def late_writes_ignored(plant: Plant) -> None:
    """A dead tab's write that becomes visible after the adoption is lost."""
    sound = adoption.adopt
    plant(sound, lambda queue, is_wanted, late_texts: sound(queue, is_wanted, []))


DEFECTS: list[Defect] = [
    remove_by_position,
    source_before_destination,
    full_store_taken_for_written,
    segment_thrown_away_for_one_record,
    adoption_of_the_first_segment,
    adoption_that_forgets,
    late_writes_ignored,
]
