"""CONTRACT 4.5: stored texts that no queue of this version wrote. Valid events are sent, the rest is dropped, and nothing throws."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, World, never_answers
from tests.keys import KEY
from tests.unit.harness import DOWN, MINUTE_MS, Harness, of_size
from tests.unit.stored_events import left_behind, stored_event

GOOD = stored_event(1)

NOT_JSON = ["", "{", "[", "undefined", "not json", "nul", "x" * 3_000_000]

NO_ARRAY = ["42", '"str"', "true", "null", '{"a":1}', '{"events":[]}', '{"length":2}']

BAD_RECORDS = [
    None,
    1,
    "event",
    True,
    [],
    [1],
    {},
    {"id": "x"},
    {"timestamp": 1},
    {**GOOD, "id": ""},
    {**GOOD, "id": 7},
    {**GOOD, "timestamp": "yesterday"},
    {**GOOD, "timestamp": None},
    {**GOOD, "note": "x" * 3_000_000},
    {"__proto__": GOOD},
    {"v": 1, "event": GOOD},
]


def short(value: Any) -> str:
    """The start of a value, as the id of a test."""
    return repr(value)[:40]


@pytest.mark.parametrize("key", [KEY, f"{KEY}.1", f"{KEY}.7", f"{KEY}:dead", f"{KEY}:dead.2"])
@pytest.mark.parametrize("text", NOT_JSON + NO_ARRAY, ids=short)
def test_a_text_that_is_no_list_is_dropped_and_healed(text: str, key: str) -> None:
    """A text that is no array is dropped as `corrupt`, blocks nothing, and is gone after the next write (CONTRACT 4.5)."""
    world = World()
    world.origin.put(key, text, None)
    harness = Harness(world=world, script=never_answers)
    ids = harness.click(10)
    assert (harness.stats["dropped"]["corrupt"], harness.reasons, harness.api.ids) == (1, ["corrupt"], ids)
    assert set(harness.texts) == {KEY, harness.journal_key}
    assert harness.stored() == harness.stored_everywhere() == ids


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("record", BAD_RECORDS, ids=short)
def test_a_bad_record_costs_no_good_one(record: Any, place: int) -> None:
    """The valid events beside a bad record are kept and sent in their order; the record is dropped as `corrupt` (CONTRACT 4.5)."""
    events: list[Any] = [stored_event(1), stored_event(2)]
    events.insert(place, record)
    harness = Harness(world=left_behind(*events), script=never_answers)
    assert harness.reasons == ["corrupt"]
    harness.settle()
    new = harness.click()
    assert harness.stored() == ["old-1", "old-2", *new]
    harness.queue.flush()
    assert harness.api.ids == ["old-1", "old-2"]
    assert harness.stats["recovered"] == 2


@pytest.mark.parametrize(
    "fields", [{"sessionId": None}, {"questionId": ["q"]}, {"offerId": ""}, {"buttonVariantId": {}}], ids=repr
)
def test_a_stored_event_needs_an_id_and_a_timestamp_only(fields: dict[str, Any]) -> None:
    """A stored event without the required fields is sent unchanged: they are required by `enqueue` only (CONTRACT 2.4, 4.5)."""
    harness = Harness(world=left_behind(stored_event(1, **fields)))
    harness.settle()
    assert (harness.api.calls[0].events, harness.drops) == ([stored_event(1, **fields)], [])


@pytest.mark.parametrize("records", [[None], [{}], [[1]], [None, {}, [1], 7], []], ids=repr)
def test_a_text_without_any_event_is_removed(records: list[Any]) -> None:
    """Each bad record counts as one `corrupt`, and the key does not stay (CONTRACT 4.5)."""
    harness = Harness(world=left_behind(*records))
    assert (harness.stats["dropped"]["corrupt"], harness.stats["pending"]) == (len(records), 0)
    harness.click()
    harness.advance(5000)
    assert harness.texts == {}


def test_on_drop_gets_the_corrupt_record() -> None:
    """`onDrop` is called with the record as it was found (CONTRACT 1.4, 4.5)."""
    harness = Harness(world=left_behind({"v": 0, "click": 1}))
    event, reason, detail = harness.drops[0]
    assert (event, reason) == ({"v": 0, "click": 1}, "corrupt")
    assert isinstance(detail, str)


def test_two_thousand_events_are_delivered() -> None:
    """A text with 2,000 events is delivered whole, where `maxQueueSize` allows it (CONTRACT 4.5, 4.7)."""
    harness = Harness({"maxQueueSize": 5000, "maxQueueBytes": 4_000_000}, world=left_behind(*map(stored_event, range(2000))))
    harness.advance(MINUTE_MS)
    assert harness.api.ids == [f"old-{number}" for number in range(2000)]
    assert (harness.stats["acknowledged"], harness.texts) == (2000, {})


def test_two_thousand_events_are_cut_to_max_queue_size() -> None:
    """Of 2,000 stored events the oldest 1,000 are dropped, `overflow`, and the others are delivered (CONTRACT 4.5, 4.7)."""
    harness = Harness(world=left_behind(*map(stored_event, range(2000))))
    harness.advance(MINUTE_MS)
    assert (harness.stats["recovered"], harness.stats["acknowledged"]) == (2000, 1000)
    assert harness.stats["dropped"]["overflow"] == 1000
    assert harness.api.ids == [f"old-{number}" for number in range(1000, 2000)]
    assert harness.texts == {}


def test_an_event_that_is_stored_twice_is_sent_once() -> None:
    """Copies with one id, also under two keys, are one event (CONTRACT 2.3, 4.4)."""
    world = left_behind(stored_event(1), stored_event(2), stored_event(1))
    left_behind(stored_event(2), stored_event(3), key=f"{KEY}.1", world=world)
    harness = Harness(world=world)
    harness.advance(MINUTE_MS)
    assert sorted(harness.api.ids) == ["old-1", "old-2", "old-3"]
    assert (harness.stats["recovered"], harness.texts) == (3, {})


def test_an_event_of_an_older_format_is_sent_whole() -> None:
    """Fields that this version does not know are sent unchanged (CONTRACT 1.5, 4.5)."""
    harness = Harness(world=left_behind(stored_event(1, version=0, extra={"a": 1}, retryCount=4)))
    harness.settle()
    sent = harness.api.calls[0].events[0]
    assert (sent["version"], sent["extra"], sent["retryCount"]) == (0, {"a": 1}, 4)


@pytest.mark.parametrize(("count", "later"), [("many", 1), (None, 1), ([], 1), (True, 1), (-1, 0), (1e300, 1e300)], ids=repr)
def test_a_foreign_retry_count_does_no_harm(count: Any, later: float) -> None:
    """`retryCount` grows from a stored number; any other stored value counts as none (CONTRACT 3.10, 7.2)."""
    harness = Harness(world=left_behind(stored_event(1, retryCount=count)), script=[DOWN])
    harness.advance(MINUTE_MS)
    assert [call.events[0]["retryCount"] for call in harness.api.calls] == [count, later]
    assert harness.stats["acknowledged"] == 1


def test_an_event_that_has_grown_is_recovered() -> None:
    """The largest event, which `retryCount` made longer, is sent by the next page (CONTRACT 3.10, 4.1)."""
    world = World()
    harness = Harness({"maxBatchSize": 1}, [DOWN, HOLD], world=world)
    assert harness.queue.enqueue(of_size(4096, timestamp=harness.clock.now_ms())) == "e"
    harness.settle()
    harness.tab.kill()
    next_tab = Harness(world=world)
    next_tab.settle()
    assert (next_tab.api.ids, next_tab.drops) == (["e"], [])


@pytest.mark.parametrize(("size_bytes", "outcome"), [(59_000, (["e"], [])), (59_001, ([], ["corrupt"]))])
def test_a_stored_event_is_at_most_59_000_bytes(size_bytes: int, outcome: Any) -> None:
    """A stored event of 59,000 bytes is sent; a larger one, which no request could carry, is `corrupt` (CONTRACT 3.1, 4.5)."""
    harness = Harness(world=left_behind(of_size(size_bytes)))
    harness.settle()
    assert (harness.api.ids, harness.reasons) == outcome


@pytest.mark.parametrize("key", ["other", f"{KEY}2", f"{KEY}.x", f"{KEY}.1x", f"{KEY}.-1", f"{KEY}.", f"{KEY}_2", "srv", ""])
def test_keys_of_others_are_left_alone(key: str) -> None:
    """A key that is no segment of the queue is neither read nor changed (CONTRACT 7.1)."""
    world = left_behind(stored_event(1), key=key)
    text = world.origin.texts[key]
    harness = Harness(world=world)
    harness.click(60)
    harness.advance(MINUTE_MS)
    harness.queue.purge()
    assert (harness.stats["recovered"], harness.left_over) == (0, {key: text})
