"""CONTRACT 6.1 and 1.3: the snapshot, when it changes, and who is notified. `harness.py` checks the sum of its counters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World, click
from tests.keys import KEY
from tests.unit.harness import Harness

DOWN = Failure(503)
FIELDS = {
    "state",
    "isOnline",
    "persistent",
    "pending",
    "inFlight",
    "enqueued",
    "recovered",
    "handedOver",
    "acknowledged",
    "duplicates",
    "batches",
    "failures",
    "dropped",
    "lastFailure",
}
REASONS = {"invalid", "overflow", "expired", "rejected", "too_large", "corrupt", "purged"}


# -- 6.1


def test_the_snapshot_has_exactly_these_fields() -> None:
    """QueueStats is what the types say, no more and no less (CONTRACT 6.1)."""
    snapshot = Harness().stats
    assert set(snapshot) == FIELDS
    assert set(snapshot["dropped"]) == REASONS


def test_a_new_queue_has_counted_nothing() -> None:
    """Idle, online, persistent, and zeros (CONTRACT 6.1)."""
    snapshot = Harness(is_settled=False).stats
    assert (snapshot["state"], snapshot["isOnline"], snapshot["persistent"]) == ("idle", True, True)
    assert snapshot["lastFailure"] is None
    others = ("state", "isOnline", "persistent", "dropped", "lastFailure")
    counts = [value for name, value in snapshot.items() if name not in others]
    assert {*counts, *snapshot["dropped"].values()} == {0}


def test_the_states_of_a_life() -> None:
    """idle, waiting, sending, backing-off, parked, destroyed: each by what the queue waits for (CONTRACT 6.1)."""
    harness = Harness({"maxRetries": 2}, [HOLD, HOLD, HOLD])
    states = [harness.state]
    harness.click()
    states.append(harness.state)
    harness.advance(5000)
    states.append(harness.state)
    harness.api.calls[0].reject(DOWN)
    harness.settle()
    states.append(harness.state)
    harness.advance(2000)
    harness.api.calls[1].reject(DOWN)
    harness.settle()
    states.append(harness.state)
    harness.queue.flush()
    harness.api.calls[2].resolve()
    harness.settle()
    states.append(harness.state)
    harness.queue.destroy()
    states.append(harness.state)
    assert states == ["idle", "waiting", "sending", "backing-off", "parked", "idle", "destroyed"]


def test_is_online_is_what_the_browser_believes() -> None:
    """`isOnline` follows the browser's news, and tells the subscribers (CONTRACT 6.1)."""
    harness = Harness()
    heard: list[bool] = []
    harness.queue.subscribe(lambda: heard.append(harness.stats["isOnline"]))
    harness.go_offline()
    harness.go_online()
    assert heard == [False, True]


def test_every_counter_has_its_happening() -> None:
    """One of each, and the books are even (CONTRACT 6.1, 6.2)."""
    world = World()
    world.origin.put(KEY, json.dumps([click(0, id="old", timestamp=1), None]), None)
    harness = Harness({"maxBatchSize": 4}, [HOLD, HOLD], world=world)
    harness.api.calls[0].resolve()
    harness.settle()
    harness.click(3)
    harness.queue.enqueue(None)
    harness.queue.enqueue(click(1, id="same"))
    harness.queue.enqueue(click(1, id="same"))
    harness.api.calls[1].reject(DOWN)
    harness.settle()
    harness.advance(2000)
    snapshot = harness.stats
    assert (snapshot["recovered"], snapshot["enqueued"], snapshot["acknowledged"]) == (1, 4, 5)
    assert (snapshot["duplicates"], snapshot["failures"], snapshot["pending"]) == (1, 1, 0)
    assert snapshot["dropped"] == {**dict.fromkeys(REASONS, 0), "invalid": 1, "corrupt": 1}


def test_batches_are_counted() -> None:
    """One batch that is acknowledged at once counts one (CONTRACT 6.1)."""
    harness = Harness()
    harness.click(25)
    harness.advance(5000)
    assert (harness.stats["batches"], harness.stats["failures"]) == (3, 0)


def test_in_flight_is_part_of_pending() -> None:
    """`pending` counts what is on its way, too (CONTRACT 6.2)."""
    harness = Harness(script=[HOLD])
    harness.click(13)
    assert (harness.stats["inFlight"], harness.stats["pending"]) == (10, 13)


def test_the_snapshot_is_plain_data() -> None:
    """It can be written as JSON, for a host's own reports (CONTRACT 6.1)."""
    harness = Harness(script=[DOWN])
    harness.click(10)
    harness.settle()
    assert json.loads(json.dumps(harness.stats)) == harness.stats


# -- 1.3


def test_the_snapshot_keeps_its_identity_until_something_changes() -> None:
    """Two looks without a change give the same object, as useSyncExternalStore demands (CONTRACT 1.3)."""
    harness = Harness()
    first = harness.queue.get_snapshot()
    harness.advance(60_000)
    harness.queue.flush()
    harness.tab.page.tell("visible")
    assert harness.queue.get_snapshot() is first
    harness.click()
    second = harness.queue.get_snapshot()
    assert second is not first
    assert harness.queue.get_snapshot() is second


def test_an_old_snapshot_does_not_change() -> None:
    """A snapshot that a host has kept does not change, nor does its `dropped` (CONTRACT 1.3)."""
    harness = Harness()
    before = harness.queue.get_snapshot()
    copy = json.loads(json.dumps(before))
    harness.click(12)
    harness.queue.enqueue(None)
    harness.advance(5000)
    assert before == copy
    assert harness.stats["dropped"]["invalid"] == 1


def test_a_subscriber_hears_every_change() -> None:
    """A subscriber that is called finds the new snapshot (CONTRACT 1.3)."""
    harness = Harness()
    heard: list[Any] = []
    harness.queue.subscribe(lambda: heard.append(harness.queue.get_snapshot()))
    harness.click(2)
    harness.advance(5000)
    assert [(each["state"], each["pending"]) for each in heard] == [("waiting", 1), ("waiting", 2), ("sending", 2), ("idle", 0)]


def test_a_subscriber_is_not_bothered_without_a_change() -> None:
    """Subscribers are not called if nothing has changed (CONTRACT 1.3)."""
    harness = Harness()
    heard: list[int] = []
    harness.queue.subscribe(lambda: heard.append(1))
    harness.queue.flush()
    harness.tab.page.tell("online")
    harness.advance(60_000)
    assert heard == []


def test_unsubscribe_ends_it() -> None:
    """Once or twice, and only this subscription, also of the same function (CONTRACT 1.3)."""
    harness = Harness()
    heard: list[int] = []

    def hear() -> None:
        heard.append(1)

    stop = harness.queue.subscribe(hear)
    harness.queue.subscribe(hear)
    harness.click()
    assert len(heard) == 2
    stop()
    stop()
    harness.click()
    assert len(heard) == 3


def test_after_destroy_the_last_word_is_heard() -> None:
    """Subscribers hear that the queue is destroyed, and nothing after that (CONTRACT 1.3, 5.3)."""
    harness = Harness()
    heard: list[str] = []
    harness.queue.subscribe(lambda: heard.append(harness.state))
    harness.queue.destroy()
    harness.click()
    assert heard == ["destroyed"]


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_host_that_writes_into_a_snapshot_does_no_harm(field: str) -> None:
    """The counters are not kept in what the host holds (CONTRACT 6.1, 7.2)."""
    harness = Harness()
    harness.queue.get_snapshot()[field] = "spoilt"
    harness.click()
    harness.advance(5000)
    assert (harness.stats["acknowledged"], harness.state, harness.stats["dropped"]["invalid"]) == (1, "idle", 0)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (Failure(503), 503, "status 503"),
        (Failure(None), None, "status None"),
        (ValueError("x is not defined"), None, "x is not defined"),
        (Failure(422), 422, "status 422"),
    ],
    ids=["a delivery failure", "no response", "an error of the host's own api", "a rejection"],
)
def test_the_snapshot_names_the_last_failure(error: Exception, status: int | None, message: str) -> None:
    """`lastFailure` is the status, the message and the time of the last attempt that failed (CONTRACT 6.1)."""
    harness = Harness({"maxBatchSize": 1}, [error])
    harness.click()
    now_ms = harness.clock.now_ms()
    harness.settle()
    assert harness.stats["lastFailure"] == {"status": status, "message": message, "at": now_ms}


def test_an_answer_without_a_message_is_named_by_its_status() -> None:
    """A `Response` that the host's api returned has no message, so its status is the message (CONTRACT 6.1)."""
    harness = Harness({"maxBatchSize": 1}, [{"ok": False, "status": 500}])
    harness.click()
    harness.settle()
    failure = harness.stats["lastFailure"]
    assert (failure["status"], failure["message"]) == (500, "status 500")
