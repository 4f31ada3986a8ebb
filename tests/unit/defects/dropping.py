"""Defects of accepting and dropping."""

from __future__ import annotations

from clickqueue import drops
from clickqueue import queue as core
from clickqueue.state import QueueState, Record
from clickqueue.storage import sync
from tests.unit.defects.plant import Defect, Plant


def same_event_twice(plant: Plant) -> None:
    """An event that is already pending is accepted again."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        queue.by_id.delete(record.id)
        return sound(queue, record, is_urgent)

    plant(sound, accept)


def settled_for_ever(plant: Plant) -> None:
    """A dropped event that is enqueued again counts as settled."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        was_settled = queue.tombstones.has(record.id)
        event_id: str | None = sound(queue, record, is_urgent)
        if was_settled:
            queue.tombstones.set(record.id, True)
        return event_id

    plant(sound, accept)


def overflow_of_an_event_in_flight(plant: Plant) -> None:
    """Over `maxQueueSize` the oldest event is dropped, also where it is in flight."""

    def drop_overflow(queue: QueueState) -> None:
        while len(queue.pending) > queue.config["maxQueueSize"]:
            drops.drop(queue, queue.pending[0], "overflow", "is full")

    plant(drops.drop_overflow, drop_overflow)


def expiry_without_an_attempt(plant: Plant) -> None:
    """An old event is dropped before it was sent once."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        event_id: str | None = sound(queue, record, is_urgent)
        drops.drop_if_expired(queue, record)
        sync.save(queue)
        return event_id

    plant(sound, accept)


DEFECTS: list[Defect] = [
    same_event_twice,
    settled_for_ever,
    overflow_of_an_event_in_flight,
    expiry_without_an_attempt,
]
