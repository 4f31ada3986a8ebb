"""The simulator can fail: each defect here is one that public queues have, is planted alone, and is caught."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from clickqueue import drops
from clickqueue import queue as core
from clickqueue.delivery import batches, rejections, schedule, sender
from clickqueue.state import Batch, QueueState, Record, Segment
from clickqueue.storage import adoption, journal, purge, recovery, sync
from clickqueue.tabs import roles
from tests.simulation.plans import plan
from tests.simulation.run import run

MAX_SEEDS = 6000
"""How many histories a defect may survive. Most are caught within the first hundred."""

Plant = Callable[[Callable[..., Any], Callable[..., Any]], None]
Defect = Callable[[Plant], None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Put another function in the place of one of the queue, in every module that has it."""

    def put(sound: Callable[..., Any], defective: Callable[..., Any]) -> None:
        name = sound.__name__
        for module in [module for path, module in sys.modules.items() if path.startswith("clickqueue.")]:
            if vars(module).get(name) is sound:
                monkeypatch.setattr(module, name, defective)

    return put


def remove_by_position(plant: Plant) -> None:
    """An acknowledgement removes the first event, whichever it is for."""
    sound = journal.remove
    plant(sound, lambda queue, event_id: sound(queue, queue.pending[0].id) if queue.pending else None)


def source_before_destination(plant: Plant) -> None:
    """An orphan's keys are removed before its events are written to the journal that adopts them."""
    sound = recovery.collect

    def collect(queue: QueueState, texts: list[str | None]) -> None:
        for key in [key for key in journal.stored_keys(queue) if queue.env.local_storage.get_item(key) in texts]:
            queue.env.local_storage.remove_item(key)
        sound(queue, texts)

    plant(sound, collect)


def retry_cap_that_drops(plant: Plant) -> None:
    """After `maxRetries` delivery failures the events are given up."""
    sound = sender.back_off

    def back_off(queue: QueueState) -> None:
        sound(queue)
        if queue.consecutive_failures >= queue.config["maxRetries"]:
            for record in list(queue.pending):
                drops.drop(queue, record, "rejected", "too many retries")

    plant(sound, back_off)


def acknowledgement_of_everything(plant: Plant) -> None:
    """One batch is acknowledged, and the whole queue is cleared."""
    sound = sender.on_answer

    def on_answer(queue: QueueState, batch: Batch, answer: Any) -> None:
        batch.records = list(queue.pending)
        sound(queue, batch, answer)

    plant(sound, on_answer)


def failure_taken_for_success(plant: Plant) -> None:
    """A request that failed removes its events."""
    plant(sender.on_error, lambda queue, batch, error: sender.on_answer(queue, batch, None))


def removal_before_the_answer(plant: Plant) -> None:
    """The queue is emptied when the request leaves, as in the brief's own pseudocode."""
    sound = sender.call_api

    def call_api(queue: QueueState, batch: Batch) -> Any:
        for record in batch.records:
            journal.remove(queue, record.id)
        sync.save(queue)
        return sound(queue, batch)

    plant(sound, call_api)


def full_store_taken_for_written(plant: Plant) -> None:
    """A write that failed counts as done."""
    sound = sync.write_segment

    def write_segment(queue: QueueState, segment: Segment) -> None:
        sound(queue, segment)
        segment.is_dirty = False

    plant(sound, write_segment)


def guard_not_reset(plant: Plant) -> None:
    """After a failure the queue believes itself busy for ever."""
    sound = sender.on_error

    def on_error(queue: QueueState, batch: Batch, error: Any) -> None:
        sound(queue, batch, error)
        queue.is_busy = True

    plant(sound, on_error)


def adoption_of_the_first_segment(plant: Plant) -> None:
    """Of a dead tab's journal only the first segment is read."""
    sound = journal.stored_keys
    plant(sound, lambda queue: [key for key in sound(queue) if "." not in key])


def adoption_that_forgets(plant: Plant) -> None:
    """What is found in a dead tab's journal is not taken into memory, and its keys are removed."""
    plant(recovery.collect, lambda queue, texts: None)


def no_look_for_orphans(plant: Plant) -> None:
    """Nobody waits for the journals of other tabs."""
    plant(roles.watch_journal, lambda queue, journal, late_texts: None)


def late_writes_ignored(plant: Plant) -> None:
    """A dead tab's write that is heard of after its journal was adopted is lost."""
    sound = adoption.adopt
    plant(sound, lambda queue, is_wanted, late_texts: sound(queue, is_wanted, []))


def leaving_with_what_was_never_stored(plant: Plant) -> None:
    """A page that is left forgets also what only its memory had, because a write had failed."""
    sound = roles.hand_over

    def hand_over(queue: QueueState, role: int) -> None:
        for record in queue.pending:
            record.segment.is_dirty = False
        sound(queue, role)

    plant(sound, hand_over)


def one_key_for_all_tabs(plant: Plant) -> None:
    """Every tab takes the main key for its journal, and writes it as if it were alone."""
    sound = journal.start_journal

    def start_journal(queue: QueueState) -> None:
        sound(queue)
        queue.own_key = queue.tail.storage_key = queue.main_key

    plant(sound, start_journal)


def purge_of_one_tab(plant: Plant) -> None:
    """A tab does not care that another one has purged, and sends what it has."""
    plant(purge.on_mark, lambda queue, mark: None)


def same_event_twice(plant: Plant) -> None:
    """Nobody looks whether an event is pending already."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        queue.by_id.delete(record.id)
        return sound(queue, record, is_urgent)

    plant(sound, accept)


def segment_thrown_away_for_one_record(plant: Plant) -> None:
    """One record that is no event, and the whole segment counts for nothing."""
    sound = recovery.unknown_events

    def unknown_events(queue: QueueState, text: str | None) -> list[Record]:
        before = queue.dropped["corrupt"]
        records = sound(queue, text)
        return records if queue.dropped["corrupt"] == before else []

    plant(sound, unknown_events)


def half_lost_in_splitting(plant: Plant) -> None:
    """A batch that is too large is halved, and one half is forgotten."""
    sound = rejections.bisect

    def bisect(queue: QueueState, batch: Batch, reason: str, detail: str) -> None:
        sound(queue, batch, reason, detail)
        for record in batch.records[len(batch.records) // 2 + 1 :]:
            journal.remove(queue, record.id)

    plant(sound, bisect)


def overflow_of_what_is_in_flight(plant: Plant) -> None:
    """The oldest event is dropped although its answer is still to come."""

    def drop_overflow(queue: QueueState) -> None:
        while len(queue.pending) > queue.config["maxQueueSize"]:
            drops.drop(queue, queue.pending[0], "overflow", "is full")

    plant(drops.drop_overflow, drop_overflow)


def expiry_without_an_offer(plant: Plant) -> None:
    """An old event is thrown away before the server has seen it once."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        event_id: str | None = sound(queue, record, is_urgent)
        drops.drop_if_expired(queue, record)
        sync.save(queue)
        return event_id

    plant(sound, accept)


def timers_that_pile_up(plant: Plant) -> None:
    """A new timer is armed and the old one forgotten."""
    sound = schedule.arm

    def arm(queue: QueueState, wake_at_ms: float | None) -> None:
        queue.timer = None
        sound(queue, wake_at_ms)

    plant(sound, arm)


def settled_for_ever(plant: Plant) -> None:
    """An id that was dropped once is taken for settled, whoever hands it in again."""
    sound = core.accept

    def accept(queue: QueueState, record: Record, is_urgent: bool) -> str | None:
        was_settled = queue.tombstones.has(record.id)
        event_id: str | None = sound(queue, record, is_urgent)
        if was_settled:
            queue.tombstones.set(record.id, True)
        return event_id

    plant(sound, accept)


def retries_that_outgrow_the_request(plant: Plant) -> None:
    """A batch is filled to the last byte, and then each of its events gets a `retryCount`."""
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


DEFECTS: list[Defect] = [
    remove_by_position,
    source_before_destination,
    retry_cap_that_drops,
    acknowledgement_of_everything,
    failure_taken_for_success,
    removal_before_the_answer,
    full_store_taken_for_written,
    guard_not_reset,
    adoption_of_the_first_segment,
    adoption_that_forgets,
    no_look_for_orphans,
    late_writes_ignored,
    leaving_with_what_was_never_stored,
    one_key_for_all_tabs,
    purge_of_one_tab,
    same_event_twice,
    segment_thrown_away_for_one_record,
    half_lost_in_splitting,
    overflow_of_what_is_in_flight,
    expiry_without_an_offer,
    timers_that_pile_up,
    settled_for_ever,
    retries_that_outgrow_the_request,
]


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.__name__ for defect in DEFECTS])
def test_a_planted_defect_is_caught(defect: Defect, plant: Plant) -> None:
    """Within a bounded number of histories the simulator sees each of them."""
    defect(plant)
    caught = next((outcome for outcome in map(run, map(plan, range(MAX_SEEDS))) if outcome.violation), None)
    assert caught is not None, f"{defect.__name__} survived {MAX_SEEDS} histories: {defect.__doc__}"
    print(f"seed {caught.seed}: {caught.violation}")
    # That would be a defect of the planting.
    assert "an exception" not in (caught.violation or "")
