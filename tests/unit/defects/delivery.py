"""Defects of sending and acknowledging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue import drops
from clickqueue.delivery import batches, rejections, schedule, sender
from clickqueue.state import Batch, QueueState
from clickqueue.storage import journal, sync
from tests.unit.defects.plant import Defect, Plant


def failure_taken_for_success(plant: Plant) -> None:
    """A request that failed removes its events."""
    plant(sender.on_error, lambda queue, batch, error: sender.on_answer(queue, batch, None))


def acknowledgement_of_everything(plant: Plant) -> None:
    """One acknowledged batch clears the whole queue."""
    sound = sender.on_answer

    def on_answer(queue: QueueState, batch: Batch, answer: Any) -> None:
        batch.records = list(queue.pending)
        sound(queue, batch, answer)

    plant(sound, on_answer)


def removal_before_the_answer(plant: Plant) -> None:
    """The events are removed when the request leaves, as in the pseudocode of the first specification."""
    sound = sender.call_api

    def call_api(queue: QueueState, batch: Batch) -> Any:
        for record in batch.records:
            journal.remove(queue, record.id)
        sync.save(queue)
        return sound(queue, batch)

    plant(sound, call_api)


def retry_cap_that_drops(plant: Plant) -> None:
    """After `maxRetries` delivery failures the events are dropped."""
    sound = sender.back_off

    def back_off(queue: QueueState) -> None:
        sound(queue)
        if queue.consecutive_failures >= queue.config["maxRetries"]:
            for record in list(queue.pending):
                drops.drop(queue, record, "rejected", "too many retries")

    plant(sound, back_off)


def guard_not_reset(plant: Plant) -> None:
    """After a failure the queue stays busy for ever."""
    sound = sender.on_error

    def on_error(queue: QueueState, batch: Batch, error: Any) -> None:
        sound(queue, batch, error)
        queue.is_busy = True

    plant(sound, on_error)


def half_lost_in_splitting(plant: Plant) -> None:
    """One half of a bisected batch is removed."""
    sound = rejections.bisect

    def bisect(queue: QueueState, batch: Batch, reason: str, detail: str) -> None:
        sound(queue, batch, reason, detail)
        for record in batch.records[len(batch.records) // 2 + 1 :]:
            journal.remove(queue, record.id)

    plant(sound, bisect)


def retries_that_outgrow_the_request(plant: Plant) -> None:
    """A batch is filled to the last byte, without room for the `retryCount` of each event."""
    sound_request_bytes, sound_form_batch = batches.request_bytes, batches.form_batch

    def without_margin(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            margin, batches.PER_EVENT_BYTES = batches.PER_EVENT_BYTES, 1
            try:
                return call(*arguments)
            finally:
                batches.PER_EVENT_BYTES = margin

        return wrapped

    plant(sound_request_bytes, without_margin(sound_request_bytes))
    plant(sound_form_batch, without_margin(sound_form_batch))


def timers_that_pile_up(plant: Plant) -> None:
    """A new timer is armed, and the old one is not cleared."""
    sound = schedule.arm

    def arm(queue: QueueState, wake_at_ms: float | None) -> None:
        queue.timer = None
        sound(queue, wake_at_ms)

    plant(sound, arm)


DEFECTS: list[Defect] = [
    failure_taken_for_success,
    acknowledgement_of_everything,
    removal_before_the_answer,
    retry_cap_that_drops,
    guard_not_reset,
    half_lost_in_splitting,
    retries_that_outgrow_the_request,
    timers_that_pile_up,
]
