"""CONTRACT 2: what `enqueue` takes, what it makes of it, and that it is stored before its id is returned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import HOLD, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import Harness, of_size

REQUIRED = ("sessionId", "questionId", "offerId", "buttonVariantId")


def cyclic() -> dict[str, Any]:
    event = click()
    event["self"] = event
    return event


# -- 2.1, 7.3


def test_an_id_means_that_the_event_is_stored() -> None:
    """When enqueue returns an id, the event is already in localStorage (CONTRACT 2.1)."""
    harness = Harness()
    event_id = harness.queue.enqueue(click())
    assert harness.stored() == [event_id]


def test_the_first_event_is_stored_before_any_lock_has_answered() -> None:
    """A click in the page's first moment is in the documented key in the same call (CONTRACT 2.1, 4.1)."""
    harness = Harness(is_settled=False)
    ids = harness.click()
    assert harness.stored() == ids


def test_enqueue_waits_for_no_lock_and_no_answer() -> None:
    """`enqueue` returns without waiting for the network or a lock (CONTRACT 7.3)."""
    world = World()
    world.locks.is_holding = True
    harness = Harness(script=never_answers, world=world)
    ids = harness.click(25)
    assert None not in ids
    assert set(harness.stored_everywhere()) == set(ids)


def test_an_event_that_is_sent_in_the_same_call_was_stored_before() -> None:
    """The event lies in localStorage at the moment in which it is sent, not only after (CONTRACT 2.1)."""
    stored_at_call: list[list[str]] = []
    harness: Harness = Harness({"maxBatchSize": 1}, lambda call: stored_at_call.append(harness.stored()))
    assert harness.click() == stored_at_call[0]


# -- 2.2


def test_what_is_absent_is_filled_in() -> None:
    """id, timestamp and userAgent are added where they are absent (CONTRACT 2.2)."""
    harness = Harness()
    now_ms = harness.clock.now_ms()
    event_id = harness.queue.enqueue(click())
    stored = json.loads(harness.texts[KEY])[0]
    assert stored == click(id=event_id, timestamp=now_ms, userAgent="Fake/1.0")


def test_what_is_given_is_kept() -> None:
    """id, timestamp and userAgent of the caller stay as they are (CONTRACT 2.2)."""
    harness = Harness({"maxBatchSize": 1})
    event = click(id="mine", timestamp=12, userAgent="Theirs/2")
    assert harness.queue.enqueue(event) == "mine"
    assert harness.api.calls[0].events == [event]


def test_null_is_absent() -> None:
    """A host that has no id, no moment or no agent to give may say null (CONTRACT 2.2)."""
    harness = Harness({"maxBatchSize": 1})
    now_ms = harness.clock.now_ms()
    event_id = harness.queue.enqueue(click(id=None, timestamp=None, userAgent=None))
    assert harness.api.calls[0].events == [click(id=event_id, timestamp=now_ms, userAgent="Fake/1.0")]
    assert event_id is not None


def test_ids_differ() -> None:
    """Each event without an id gets one of its own (CONTRACT 2.2)."""
    assert len(set(Harness().click(300))) == 300


def test_the_callers_object_is_not_changed() -> None:
    """Filling in happens on a copy (CONTRACT 2.2)."""
    event = click()
    Harness().queue.enqueue(event)
    assert event == click()


def test_the_callers_object_is_not_kept() -> None:
    """A later change of the caller's object has no effect (CONTRACT 2.2)."""
    harness = Harness()
    event = click(more={"depth": 1})
    harness.queue.enqueue(event)
    event["offerId"] = "changed"
    event["more"]["depth"] = 2
    harness.advance(5000)
    sent = harness.api.calls[0].events[0]
    assert (sent["offerId"], sent["more"]) == ("o1", {"depth": 1})


def test_other_fields_travel_unchanged() -> None:
    """Any other JSON field of an event arrives as it was given (CONTRACT 1.5)."""
    others: dict[str, Any] = {"text": 'ä€😀"\\\n', "price": -1.5, "none": None, "list": [1, [True]], "object": {"a": {"b": []}}}
    harness = Harness({"maxBatchSize": 1})
    harness.queue.enqueue(click(**others))
    sent = harness.api.calls[0].events[0]
    assert {name: sent[name] for name in others} == others


# -- 2.3


def test_a_pending_id_is_not_added_again() -> None:
    """The same id while it is pending: returned, counted as a duplicate, sent once (CONTRACT 2.3)."""
    harness = Harness()
    assert [harness.queue.enqueue(click(1, id="same")), harness.queue.enqueue(click(2, id="same"))] == ["same", "same"]
    assert (harness.stats["duplicates"], harness.stats["enqueued"], harness.stored()) == (1, 1, ["same"])
    harness.advance(5000)
    assert [event["questionId"] for event in harness.api.calls[0].events] == ["q1"]


def test_an_id_in_flight_is_still_pending() -> None:
    """A duplicate of what is on its way is one, too (CONTRACT 2.3)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    harness.queue.enqueue(click(id="same"))
    harness.queue.enqueue(click(id="same"))
    assert (harness.stats["duplicates"], len(harness.api.calls)) == (1, 1)


def test_an_id_read_from_storage_is_pending() -> None:
    """What a page before this one left is known by its id (CONTRACT 2.3)."""
    world = World()
    world.origin.put(KEY, json.dumps([click(id="same", timestamp=1)]), None)
    harness = Harness(world=world, script=[HOLD])
    harness.queue.enqueue(click(id="same"))
    assert (harness.stats["duplicates"], harness.stats["recovered"]) == (1, 1)


def test_an_acknowledged_id_is_new_again() -> None:
    """Only a pending id is a duplicate (CONTRACT 2.3)."""
    harness = Harness({"maxBatchSize": 1})
    for _ in range(2):
        harness.queue.enqueue(click(id="same"))
        harness.settle()
    assert (harness.stats["duplicates"], harness.stats["acknowledged"]) == (0, 2)


# -- 2.4


def refused_with(harness: Harness, event: Any) -> str:
    """The detail with which an event was refused; that it left no other trace is asserted."""
    before = harness.stats
    assert harness.queue.enqueue(event) is None
    after = harness.stats
    assert after == {**before, "dropped": {**before["dropped"], "invalid": before["dropped"]["invalid"] + 1}}
    assert harness.texts == {}
    told, reason, detail = harness.drops[-1]
    assert told is event
    assert reason == "invalid"
    return detail


@pytest.mark.parametrize(
    "event",
    [None, "text", "", 0, 7, 1.5, float("nan"), True, False, [], [click()], [click(), click()], lambda: click(), click, {}],
    ids=repr,
)
def test_only_an_object_can_be_an_event(event: Any) -> None:
    """Null, text, number, list, function: null comes back, one `invalid` is counted, nothing is thrown (CONTRACT 2.4)."""
    assert refused_with(Harness(), event)


def test_a_cyclic_object_is_refused() -> None:
    """A value that cannot be written as JSON is `invalid` (CONTRACT 2.4)."""
    assert "JSON" in refused_with(Harness(), cyclic())


def test_ten_kilobytes_are_refused() -> None:
    """More than maxEventBytes is `invalid`, and the detail names the limit (CONTRACT 2.4)."""
    assert "4096" in refused_with(Harness(), click(note="x" * 10_000))


@pytest.mark.parametrize("letter", ["x", "ä", "€", "😀"])
def test_the_largest_event_fits_exactly(letter: str) -> None:
    """maxEventBytes are bytes of UTF-8, all filled in; one more is too many (CONTRACT 1.4, 2.4)."""
    harness = Harness({"maxEventBytes": 1000})
    assert refused_with(harness, of_size(1001, letter))
    assert harness.queue.enqueue(of_size(1000, letter)) == "e"


@pytest.mark.parametrize("field", REQUIRED)
def test_a_missing_field_is_refused(field: str) -> None:
    """Without one of the four fields a click is nobody's; the detail names the field (CONTRACT 2.4)."""
    event = click()
    del event[field]
    assert field in refused_with(Harness(), event)


@pytest.mark.parametrize("value", ["", None, 5, 0, True, [], ["s1"], {}, {"length": 3}], ids=repr)
@pytest.mark.parametrize("field", REQUIRED)
def test_a_field_must_be_a_text_with_something_in_it(field: str, value: Any) -> None:
    """Each of the four fields is a non-empty string or the event is `invalid` (CONTRACT 2.4)."""
    assert field in refused_with(Harness(), click(**{field: value}))


@pytest.mark.parametrize("event_id", ["", 5, True, [], {}], ids=repr)
def test_an_id_that_is_no_name_is_refused(event_id: Any) -> None:
    """An id is what the endpoint tells events apart by, so it is a non-empty string or absent (CONTRACT 2.2, 6.3)."""
    assert "id" in refused_with(Harness(), click(id=event_id))


@pytest.mark.parametrize("timestamp", ["yesterday", "", True, [], {}], ids=repr)
def test_a_timestamp_that_is_no_moment_is_refused(timestamp: Any) -> None:
    """A timestamp is a number of milliseconds or absent; the age of an event is counted from it (CONTRACT 2.2, 4.8)."""
    assert "timestamp" in refused_with(Harness(), click(timestamp=timestamp))


def test_a_refused_event_disturbs_no_other() -> None:
    """Junk between good events: the good ones are sent in their order (CONTRACT 2.4, 3.2)."""
    harness = Harness({"maxBatchSize": 2})
    first = harness.queue.enqueue(click(1))
    assert harness.queue.enqueue(cyclic()) is None
    second = harness.queue.enqueue(click(2))
    assert harness.api.calls[0].ids == [first, second]
