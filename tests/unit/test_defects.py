"""The simulator can fail: each defect here is one that public queues have, is planted alone, and is caught."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clickqueue.tab import Batch, Page, Record, Tab

from clickqueue import adoption, batches, losses, ownership, pages, queue, schedule, sender
from tests.simulation import Plan, plan, run

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
    """An acknowledgement takes the first event out, whichever it is for."""
    sound = pages.remove
    plant(sound, lambda tab, record: sound(tab, tab.line[0]) if tab.line else None)


def source_before_destination(plant: Plant) -> None:
    """What moves to the main key is removed where it was before it is written where it goes."""
    sound = pages.gather

    def gather(tab: Tab) -> None:
        for page in tab.pages:
            if page.key != tab.home and not tab.env.storage.is_broken:  # type: ignore[attr-defined]
                tab.env.storage.remove(page.key)
        sound(tab)

    plant(sound, gather)


def retry_cap_that_drops(plant: Plant) -> None:
    """After `maxRetries` failures of the path the events are given up."""
    sound = sender.note_failure

    def note_failure(tab: Tab) -> None:
        sound(tab)
        if tab.failures >= tab.config["maxRetries"]:
            for record in list(tab.line):
                losses.drop(tab, record, "rejected", "too many retries")

    plant(sound, note_failure)


def acknowledgement_of_everything(plant: Plant) -> None:
    """One batch is acknowledged, and the whole queue is cleared."""
    sound = sender.on_answer

    def on_answer(tab: Tab, batch: Batch, answer: Any) -> None:
        batch.records = list(tab.line)
        sound(tab, batch, answer)

    plant(sound, on_answer)


def failure_taken_for_success(plant: Plant) -> None:
    """A request that failed removes its events."""
    plant(sender.on_error, lambda tab, batch, error: sender.on_answer(tab, batch, None))


def removal_before_the_answer(plant: Plant) -> None:
    """The queue is emptied when the request leaves, as in the brief's own pseudocode."""
    sound = sender.call

    def call(tab: Tab, batch: Batch) -> Any:
        for record in batch.records:
            pages.remove(tab, record)
        pages.save(tab)
        return sound(tab, batch)

    plant(sound, call)


def full_store_taken_for_written(plant: Plant) -> None:
    """A write that failed counts as done."""
    sound = pages.write

    def write(tab: Tab, page: Page, records: list[Record]) -> bool:
        sound(tab, page, records)
        page.is_dirty = False
        return True

    plant(sound, write)


def guard_not_reset(plant: Plant) -> None:
    """After a failure the queue believes itself busy for ever."""
    sound = sender.on_error

    def on_error(tab: Tab, batch: Batch, error: Any) -> None:
        sound(tab, batch, error)
        tab.is_busy = True

    plant(sound, on_error)


def adoption_of_the_first_page(plant: Plant) -> None:
    """Of a dead tab's pages only the first is read, and the main lock is inherited all the same."""
    sound = adoption.stored_keys
    plant(sound, lambda tab: [key for key in sound(tab) if "." not in key])


def adoption_that_forgets(plant: Plant) -> None:
    """What was found in a dead tab's key is not taken into memory, and the key is written anew."""
    sound = adoption.recover
    plant(sound, lambda tab, line, found: sound(tab, [record for record in line if record not in found], []))


def no_look_for_orphans(plant: Plant) -> None:
    """The keys that dead tabs left behind are looked for by nobody."""
    plant(ownership.scan, lambda tab: None)
    plant(ownership.watch, lambda tab, key: None)


def leaving_with_what_was_never_stored(plant: Plant) -> None:
    """A page that is left forgets also what only its memory had, because a write had failed."""
    sound = adoption.hand_over

    def hand_over(tab: Tab, home: str) -> None:
        for record in tab.line:
            record.stored_in.is_dirty = False
        sound(tab, home)

    plant(sound, hand_over)


def writing_before_the_lock(plant: Plant) -> None:
    """A new tab takes the main key for its own before it has the lock."""
    sound = ownership.begin

    def begin(tab: Tab) -> None:
        sound(tab)
        tab.home = tab.config["storageKey"]
        tab.mirror = None

    plant(sound, begin)


def no_merging(plant: Plant) -> None:
    """Where there are no locks, each tab writes the common key as if it were alone."""
    sound = pages.write

    def write(tab: Tab, page: Page, records: list[Record]) -> bool:
        is_shared, tab.is_shared = tab.is_shared, False
        is_done = sound(tab, page, records)
        tab.is_shared = is_shared
        return is_done

    plant(sound, write)


def same_event_twice(plant: Plant) -> None:
    """Nobody looks whether an event is pending already."""
    sound = queue.accept

    def accept(tab: Tab, record: Record) -> None:
        tab.by_id.delete(record.id)
        sound(tab, record)

    plant(sound, accept)


def page_thrown_away_for_one_record(plant: Plant) -> None:
    """One record that is no event, and the whole page counts for nothing."""
    sound = pages.salvage

    def salvage(tab: Tab, page: Page, text: str | None, reason: str) -> list[Record]:
        losses_before = sum(tab.dropped.values())
        records = sound(tab, page, text, reason)
        return records if sum(tab.dropped.values()) == losses_before else []

    plant(sound, salvage)


def half_lost_in_splitting(plant: Plant) -> None:
    """A batch that is too large is halved, and one half is forgotten."""
    sound = sender.on_blame

    def on_blame(tab: Tab, batch: Batch, reason: str, status: str) -> None:
        sound(tab, batch, reason, status)
        for record in batch.records[len(batch.records) // 2 + 1 :]:
            pages.remove(tab, record)

    plant(sound, on_blame)


def overflow_of_what_flies(plant: Plant) -> None:
    """The oldest event goes although its answer is still to come."""
    plant(losses.is_idle, lambda record: True)


def expiry_without_an_offer(plant: Plant) -> None:
    """An old event is thrown away before the server has seen it once."""
    sound = queue.accept

    def accept(tab: Tab, record: Record) -> None:
        sound(tab, record)
        losses.drop_if_expired(tab, record)
        pages.save(tab)

    plant(sound, accept)


def timers_that_pile_up(plant: Plant) -> None:
    """A new timer is armed and the old one forgotten."""
    sound = schedule.arm

    def arm(tab: Tab, wake_at_ms: float | None) -> None:
        tab.timer = None
        sound(tab, wake_at_ms)

    plant(sound, arm)


def settled_for_ever(plant: Plant) -> None:
    """An id that was dropped once is taken for settled, whoever hands it in again."""
    sound = queue.accept

    def accept(tab: Tab, record: Record) -> None:
        was_gone = tab.gone.has(record.id)
        sound(tab, record)
        if was_gone:
            tab.gone.set(record.id, True)

    plant(sound, accept)


def retries_that_outgrow_the_request(plant: Plant) -> None:
    """A batch is filled to the last byte, and then each of its events gets a `retryCount`."""
    plant(batches.size_of, lambda records: batches.ENVELOPE_BYTES + losses.total_bytes(records) + len(records))


DEFECTS: list[Defect] = [
    remove_by_position,
    source_before_destination,
    retry_cap_that_drops,
    acknowledgement_of_everything,
    failure_taken_for_success,
    removal_before_the_answer,
    full_store_taken_for_written,
    guard_not_reset,
    adoption_of_the_first_page,
    adoption_that_forgets,
    no_look_for_orphans,
    leaving_with_what_was_never_stored,
    writing_before_the_lock,
    no_merging,
    same_event_twice,
    page_thrown_away_for_one_record,
    half_lost_in_splitting,
    overflow_of_what_flies,
    expiry_without_an_offer,
    timers_that_pile_up,
    settled_for_ever,
    retries_that_outgrow_the_request,
]


def suspects(defect: Defect) -> Iterator[Plan]:
    """The histories that can show it: where there are locks, nobody merges."""
    for planned in map(plan, range(MAX_SEEDS)):
        if defect is not no_merging or not planned.options.has_locks:
            yield planned


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.__name__ for defect in DEFECTS])
def test_a_planted_defect_is_caught(defect: Defect, plant: Plant) -> None:
    """Within a bounded number of histories the simulator sees each of them."""
    defect(plant)
    caught = next((outcome for outcome in map(run, suspects(defect)) if outcome.violation), None)
    assert caught is not None, f"{defect.__name__} survived {MAX_SEEDS} histories: {defect.__doc__}"
    print(f"seed {caught.seed}: {caught.violation}")
    # That would be a defect of the planting.
    assert "an exception" not in (caught.violation or "")
