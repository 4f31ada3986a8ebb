"""CONTRACT 4.1 and 4.4 to 4.8: where an event lies, what is done with what strangers left there, and what may go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World, click, never_answers
from tests.keys import KEY
from tests.unit.harness import DAY_MS, HOUR_MS, MINUTE_MS, Harness, of_size
from tests.unit.stored_events import Change, all_ids, record_changes, segments_of

DOWN = Failure(503)


def offline(config: dict[str, Any] | None = None, world: World | None = None) -> Harness:
    """A queue that keeps everything."""
    harness = Harness(config, world=world)
    harness.go_offline()
    return harness


def stored(number: int, **fields: Any) -> dict[str, Any]:
    """An event as a page before this one has left it."""
    return click(number, **{"id": f"old-{number}", "timestamp": 1_699_999_000_000, "userAgent": "Old/1", **fields})


def left_behind(*events: Any, key: str = KEY, world: World | None = None) -> World:
    """A world in whose store a page before this one has left something."""
    world = world or World()
    world.origin.put(key, json.dumps(events), None)
    return world


# -- 4.1


def test_fifty_events_lie_under_the_one_documented_key() -> None:
    """A lone tab with up to 50 pending has all of them there, oldest first, from its first `enqueue` on (CONTRACT 4.1)."""
    harness = offline()
    ids: list[str] = []
    for _ in range(50):
        ids += harness.click()
        assert harness.stored() == harness.stored_everywhere() == ids


def test_the_journal_has_ten_events_in_each_segment() -> None:
    """Each event is in the tab's own journal, ten under each key, in the order of the clicks; the main key has the first 50 (CONTRACT 4.1)."""
    harness = offline()
    ids = harness.click(137)
    own = harness.journal_key
    assert segments_of(harness.texts) == [KEY, own, *(f"{own}.{number}" for number in range(1_000_001, 1_000_014))]
    assert harness.stored() == ids[:50]
    assert harness.stored_everywhere() == ids
    assert [len(harness.stored(key)) for key in segments_of(harness.texts)] == [50, *[10] * 13, 7]


def test_the_key_has_another_name_where_the_host_says_so() -> None:
    """storageKey names the main key, and the journals (CONTRACT 1.4, 4.1)."""
    harness = offline({"storageKey": "theirs"})
    harness.click(60)
    assert [key for key in harness.texts if not key.startswith("theirs:")] == ["theirs"]


def chars_written(log: list[Change], deed: Callable[[], object]) -> int:
    """How much a deed writes."""
    before = len(log)
    deed()
    return sum(len(change.text or "") for change in log[before:])


def test_accepting_costs_the_same_however_many_are_pending() -> None:
    """With 1 000 pending an event costs no more writing than with 50 (CONTRACT 4.1)."""
    world = World()
    log = record_changes(world)
    harness = offline({"maxQueueSize": 2000}, world)
    few = [chars_written(log, harness.click) for _ in range(50)]
    harness.click(930)
    many = [chars_written(log, harness.click) for _ in range(50)]
    assert max(many) <= max(few)
    assert sum(many) <= sum(few)


def test_acknowledging_costs_the_same_however_many_are_pending() -> None:
    """With 1 000 pending a batch costs no more writing than with 50 (CONTRACT 4.1)."""
    world = World()
    log = record_changes(world)
    harness = Harness({"maxQueueSize": 2000}, never_answers, world=world)
    harness.click(1000)

    def answer() -> None:
        harness.api.calls[-1].resolve()
        harness.settle()

    costs = [chars_written(log, answer) for _ in range(100)]
    assert max(costs[:90]) <= 2 * max(costs[95:])
    assert harness.texts == {}


def test_the_one_key_has_the_first_that_are_pending() -> None:
    """While events are acknowledged the main key has the oldest 50 of those that are left, in their order (CONTRACT 4.1)."""
    harness = Harness(script=never_answers)
    ids = harness.click(95)
    while harness.stats["pending"] > 0:
        harness.api.calls[-1].resolve()
        harness.settle()
        harness.advance(5000)
        pending = ids[len(ids) - harness.stats["pending"] :]
        assert (harness.stored_everywhere(), harness.stored()) == (pending, pending[:50])


def test_an_empty_queue_leaves_nothing_behind() -> None:
    """No key stays when everything is acknowledged (CONTRACT 4.1)."""
    harness = Harness()
    harness.click(120)
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.texts) == (120, {})


@pytest.mark.parametrize("count", [1, 50, 51, 230])
def test_the_next_page_takes_over_all_segments(count: int) -> None:
    """What a tab leaves is read, sent in its order and removed, however many segments it was (CONTRACT 4.1)."""
    world = World()
    before = offline(world=world)
    ids = before.click(count)
    before.tab.kill()
    harness = offline(world=world)
    assert (harness.stats["recovered"], harness.stats["pending"]) == (count, count)
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.texts) == (ids, {})


def test_segments_are_read_in_the_order_of_their_numbers() -> None:
    """A browser lists keys in any order (CONTRACT 3.2, 4.1)."""
    world = World()
    for number in (10, 2, 0, 1):
        left_behind(stored(number), key=f"{KEY}:gone.{1_000_000 + number}" if number else f"{KEY}:gone", world=world)
    harness = Harness(world=world)
    harness.settle()
    assert harness.api.ids == ["old-0", "old-1", "old-2", "old-10"]


def test_recovered_events_are_not_acknowledged_by_being_read() -> None:
    """They stay stored until the server has them (CONTRACT 4.1, 2.1)."""
    harness = Harness(world=left_behind(stored(1), stored(2)), script=[DOWN, HOLD])
    harness.advance(MINUTE_MS)
    assert harness.stored() == ["old-1", "old-2"]


def test_recovered_events_go_with_new_ones() -> None:
    """They keep their order, and are not kept waiting for a full batch (CONTRACT 3.2, 4.1)."""
    harness = Harness(world=left_behind(stored(1), stored(2)), is_settled=False)
    new = harness.click()
    harness.settle()
    assert harness.api.ids == [*new, "old-1", "old-2"]


# -- 4.4


def test_nothing_is_between_two_keys() -> None:
    """After every single change of the store each pending event lies in some key: a crash there loses none (CONTRACT 4.4)."""
    world = World()
    log = record_changes(world)
    harness = Harness(script=never_answers, world=world)
    harness.click(75)
    while harness.stats["pending"] > 0:
        before = len(log)
        harness.api.calls[-1].resolve()
        harness.settle()
        kept = all_ids(harness.texts)
        assert len(kept) == harness.stats["pending"]
        for change in log[before:]:
            assert kept <= change.ids
        harness.advance(5000)


@pytest.mark.parametrize("writes", range(1, 12))
def test_a_crash_between_two_writes_loses_nothing(writes: int) -> None:
    """A tab that dies right after any change of the store leaves each unacknowledged event to the next (CONTRACT 4.4)."""
    world = World()
    harness = Harness(script=never_answers, world=world)
    ids = harness.click(58)
    harness.env.storage.die_after = writes
    answered: list[str] = []
    while not harness.tab.life.is_dead and harness.stats["pending"] > 0:
        answered += harness.api.calls[-1].ids
        harness.api.calls[-1].resolve()
        harness.settle()
        harness.advance(5000)
    harness.tab.kill()
    heir = Harness(world=world)
    heir.advance(MINUTE_MS)
    assert set(ids) - set(answered) <= set(heir.api.ids)
    assert heir.texts == {}


def test_an_event_is_removed_by_its_id() -> None:
    """Not by its place: whoever stands where it stood stays (CONTRACT 4.4)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD, HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"retry": [a]})
    harness.settle()
    assert sorted(harness.stored()) == sorted([a, c])
    assert b not in harness.stored()


# -- 4.5

GOOD = stored(1)
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
    return repr(value)[:40]


@pytest.mark.parametrize("key", [KEY, f"{KEY}.1", f"{KEY}.7", f"{KEY}:dead", f"{KEY}:dead.2"])
@pytest.mark.parametrize("text", NOT_JSON + NO_ARRAY, ids=short)
def test_a_page_that_is_none_is_counted_and_healed(text: str, key: str) -> None:
    """What is no array of events is dropped as `corrupt`, blocks nothing and is gone after the next write (CONTRACT 4.5)."""
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
    """The valid events of a page are kept and sent in their order, the rest is dropped as `corrupt` (CONTRACT 4.5)."""
    events: list[Any] = [stored(1), stored(2)]
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
def test_a_stored_event_needs_no_field_but_its_id(fields: dict[str, Any]) -> None:
    """Another version of the host may have required other fields when the event was accepted: it is sent as it is (CONTRACT 4.5)."""
    harness = Harness(world=left_behind(stored(1, **fields)))
    harness.settle()
    assert (harness.api.calls[0].events, harness.drops) == ([stored(1, **fields)], [])


@pytest.mark.parametrize("records", [[None], [{}], [[1]], [None, {}, [1], 7], []], ids=repr)
def test_a_page_without_any_event_is_emptied(records: list[Any]) -> None:
    """Each bad record counts one; the key does not stay (CONTRACT 4.5)."""
    harness = Harness(world=left_behind(*records))
    assert (harness.stats["dropped"]["corrupt"], harness.stats["pending"]) == (len(records), 0)
    harness.click()
    harness.advance(5000)
    assert harness.texts == {}


def test_onDrop_hears_what_was_corrupt() -> None:
    """The host is handed what was found, so that nothing vanishes without a word (CONTRACT 1.4, 4.5)."""
    harness = Harness(world=left_behind({"v": 0, "click": 1}))
    event, reason, detail = harness.drops[0]
    assert (event, reason) == ({"v": 0, "click": 1}, "corrupt")
    assert isinstance(detail, str)


def test_two_thousand_events_are_delivered() -> None:
    """A page of any length is read, where the host allows so many (CONTRACT 4.5, 4.7)."""
    harness = Harness({"maxQueueSize": 5000, "maxQueueBytes": 4_000_000}, world=left_behind(*map(stored, range(2000))))
    harness.advance(MINUTE_MS)
    assert harness.api.ids == [f"old-{number}" for number in range(2000)]
    assert (harness.stats["acknowledged"], harness.texts) == (2000, {})


def test_two_thousand_events_are_cut_to_what_is_allowed() -> None:
    """Of more than maxQueueSize the oldest go, counted, and the rest is delivered (CONTRACT 4.5, 4.7)."""
    harness = Harness(world=left_behind(*map(stored, range(2000))))
    harness.advance(MINUTE_MS)
    assert (harness.stats["recovered"], harness.stats["acknowledged"]) == (2000, 1000)
    assert harness.stats["dropped"]["overflow"] == 1000
    assert harness.api.ids == [f"old-{number}" for number in range(1000, 2000)]
    assert harness.texts == {}


def test_an_event_that_lies_twice_is_sent_once() -> None:
    """Copies of one id are one event (CONTRACT 2.3, 4.4)."""
    world = left_behind(stored(1), stored(2), stored(1))
    left_behind(stored(2), stored(3), key=f"{KEY}.1", world=world)
    harness = Harness(world=world)
    harness.advance(MINUTE_MS)
    assert sorted(harness.api.ids) == ["old-1", "old-2", "old-3"]
    assert (harness.stats["recovered"], harness.texts) == (3, {})


def test_an_event_of_an_older_format_is_sent_with_what_it_has() -> None:
    """Fields that this version does not know travel on (CONTRACT 1.5, 4.5)."""
    harness = Harness(world=left_behind(stored(1, version=0, extra={"a": 1}, retryCount=4)))
    harness.settle()
    sent = harness.api.calls[0].events[0]
    assert (sent["version"], sent["extra"], sent["retryCount"]) == (0, {"a": 1}, 4)


@pytest.mark.parametrize(("count", "later"), [("many", 1), (None, 1), ([], 1), (True, 1), (-1, 0), (1e300, 1e300)], ids=repr)
def test_a_retry_count_of_strangers_does_no_harm(count: Any, later: float) -> None:
    """retryCount is counted on from a number that stands there, and from none where it is something else (CONTRACT 3.10, 7.2)."""
    harness = Harness(world=left_behind(stored(1, retryCount=count)), script=[DOWN])
    harness.advance(MINUTE_MS)
    assert [call.events[0]["retryCount"] for call in harness.api.calls] == [count, later]
    assert harness.stats["acknowledged"] == 1


def test_an_event_that_has_grown_is_recovered() -> None:
    """The largest event is longer by its `retryCount` after a failure, and the next page sends it all the same (CONTRACT 3.10, 4.1)."""
    world = World()
    harness = Harness({"maxBatchSize": 1}, [DOWN, HOLD], world=world)
    assert harness.queue.enqueue(of_size(4096, timestamp=harness.clock.now_ms())) == "e"
    harness.settle()
    harness.tab.kill()
    heir = Harness(world=world)
    heir.settle()
    assert (heir.api.ids, heir.drops) == (["e"], [])


@pytest.mark.parametrize(("size_bytes", "outcome"), [(59_000, (["e"], [])), (59_001, ([], ["corrupt"]))])
def test_a_stored_event_is_as_large_as_a_request_can_carry(size_bytes: int, outcome: Any) -> None:
    """What could never be sent is not taken in, or all others would wait behind it (CONTRACT 3.1, 4.5)."""
    harness = Harness(world=left_behind(of_size(size_bytes)))
    harness.settle()
    assert (harness.api.ids, harness.reasons) == outcome


@pytest.mark.parametrize("key", ["other", f"{KEY}2", f"{KEY}.x", f"{KEY}.1x", f"{KEY}.-1", f"{KEY}.", f"{KEY}_2", "srv", ""])
def test_keys_of_others_are_left_alone(key: str) -> None:
    """What is not a page of the queue is neither read as one nor touched (CONTRACT 7.1)."""
    world = left_behind(stored(1), key=key)
    text = world.origin.texts[key]
    harness = Harness(world=world)
    harness.click(60)
    harness.advance(MINUTE_MS)
    harness.queue.purge()
    assert (harness.stats["recovered"], harness.left_over) == (0, {key: text})


# -- 4.6


def test_without_storage_everything_else_works() -> None:
    """Storage that throws on touch: memory only, `persistent: false`, and all events arrive (CONTRACT 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage.is_broken = True
    harness = Harness(world=world, tab=tab, script=[DOWN])
    ids = harness.click(25)
    assert (harness.stats["persistent"], None in ids) == (False, False)
    harness.advance(HOUR_MS)
    assert harness.stats["acknowledged"] == 25
    assert set(harness.api.ids) == set(ids)


def test_with_storage_it_is_persistent() -> None:
    """`persistent: true` from the start to the end where storage works (CONTRACT 4.6)."""
    harness = Harness(is_settled=False)
    assert harness.stats["persistent"] is True
    harness.click(12)
    assert harness.stats["persistent"] is True
    harness.advance(MINUTE_MS)
    assert harness.stats["persistent"] is True


def test_storage_that_comes_back_gets_everything_with_the_next_write() -> None:
    """What was accepted without it is stored as soon as it works again (CONTRACT 4.6)."""
    harness = offline()
    first = harness.click(2)
    harness.env.storage.is_broken = True
    meanwhile = harness.click(3)
    assert harness.stats["persistent"] is False
    assert harness.stored() == first
    harness.env.storage.is_broken = False
    last = harness.click()
    assert harness.stored_everywhere() == [*first, *meanwhile, *last]
    assert harness.stats["persistent"] is True


def test_storage_that_was_never_there_and_comes() -> None:
    """Also where it was broken before the first event, and what lies there is respected (CONTRACT 4.6)."""
    world = left_behind(stored(1))
    tab = world.open()
    tab.env.storage.is_broken = True
    harness = Harness(world=world, tab=tab)
    harness.go_offline()
    ids = harness.click(2)
    harness.env.storage.is_broken = False
    ids += harness.click()
    assert set(harness.stored_everywhere()) == {"old-1", *ids}
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert set(ids) <= set(harness.api.ids)


def test_an_acknowledgement_while_storage_is_gone_is_caught_up_with() -> None:
    """What was delivered meanwhile is removed with the next write (CONTRACT 4.6)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    harness.click(2)
    harness.env.storage.is_broken = True
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 2
    harness.env.storage.is_broken = False
    new = harness.click()
    assert harness.stored_everywhere() == new


@pytest.mark.parametrize("write", range(1, 9))
def test_any_single_write_may_fail(write: int) -> None:
    """The event stays in memory, what is stored stays stored, and the next write brings all (CONTRACT 4.6)."""
    world = World()
    log = record_changes(world)
    tab = world.open()
    tab.env.storage.failing = {write}
    harness = Harness(world=world, tab=tab)
    harness.go_offline()
    ids: list[str] = []
    for _ in range(8):
        ids += harness.click()
        assert harness.stats["pending"] == len(ids)
        if harness.stats["persistent"]:
            assert set(ids) == all_ids(harness.texts)
    ids += harness.click()
    sizes = [len(change.ids) for change in log]
    assert sizes == sorted(sizes)
    assert harness.stored() == ids


def test_a_full_store_keeps_what_it_has() -> None:
    """At the quota nothing stored is deleted, new events wait in memory and are stored when there is room (CONTRACT 4.6)."""
    harness = Harness({"maxBatchSize": 5}, [HOLD])
    ids = harness.click(5)
    harness.world.origin.quota_chars = sum(len(key) + len(text) for key, text in harness.texts.items())
    new = harness.click(3)
    assert (harness.stored(), harness.stats["persistent"], harness.stats["pending"]) == (ids, False, 8)
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stored(), harness.stats["persistent"]) == (new, True)


def test_a_store_that_is_full_from_the_start() -> None:
    """No room at all: everything is delivered from memory (CONTRACT 4.6)."""
    world = World()
    world.origin.quota_chars = 0
    harness = Harness(world=world)
    ids = harness.click(70)
    assert (harness.stats["persistent"], harness.texts) == (False, {})
    harness.advance(MINUTE_MS)
    assert harness.api.ids == ids


@pytest.mark.parametrize("write", range(1, 5))
def test_a_failed_write_while_pages_are_gathered_loses_nothing(write: int) -> None:
    """The way back to the main key may fail at any write (CONTRACT 4.4, 4.6)."""
    world = World()
    record_changes(world)
    harness = Harness(script=never_answers, world=world)
    harness.click(66)
    harness.env.storage.failing = {harness.env.storage.writes + write}
    for _ in range(2):
        harness.api.calls[-1].resolve()
        harness.settle()
        assert len(all_ids(harness.texts)) >= harness.stats["pending"]
    harness.click(3)
    assert (len(harness.stored()), harness.stats["pending"], harness.stats["persistent"]) == (49, 49, True)


def test_an_event_that_is_in_memory_and_in_an_orphan_is_one() -> None:
    """A full store, a known id in what is adopted: it is delivered once, and removed from there when the page is visible (CONTRACT 2.3, 4.6)."""
    world = left_behind(stored(1), key=f"{KEY}:gone")
    world.origin.quota_chars = 0
    harness = Harness(world=world, is_settled=False)
    harness.queue.enqueue(click(1, id="old-1"))
    harness.advance(MINUTE_MS)
    harness.tab.page.tell("visible")
    harness.settle()
    assert (harness.api.ids, harness.texts) == (["old-1"], {})


def test_a_known_event_stays_in_the_orphan_while_there_is_no_room() -> None:
    """What no other key can take lies where it was found: a crash loses nothing (CONTRACT 4.4, 4.6)."""
    world = left_behind(stored(1), key=f"{KEY}:gone")
    world.origin.quota_chars = 0
    harness = Harness(script=never_answers, world=world, is_settled=False)
    harness.queue.enqueue(click(1, id="old-1"))
    harness.settle()
    assert harness.stored_everywhere() == ["old-1"]


# -- 4.7


def test_over_max_queue_size_the_oldest_goes() -> None:
    """One event too many costs the oldest, counted and told; the others stay stored (CONTRACT 4.7)."""
    harness = offline({"maxQueueSize": 5})
    ids = harness.click(8)
    assert harness.stored() == ids[3:]
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(each, "overflow") for each in ids[:3]]
    assert harness.stats["dropped"]["overflow"] == 3
    harness.go_online()
    harness.settle()
    assert harness.api.ids == ids[3:]


def test_over_max_queue_bytes_the_oldest_go() -> None:
    """The bytes are limited as well as the number; a large event may cost several small ones (CONTRACT 4.7)."""
    harness = offline({"maxQueueBytes": 4000})
    small = harness.click(12)
    large = harness.click(note="x" * 3000)
    assert harness.stored()[-1:] == large
    assert set(harness.reasons) == {"overflow"}
    assert len(harness.texts[harness.journal_key]) <= 4000 + 100
    assert harness.stored()[:-1] == small[len(harness.reasons) :]


def test_exactly_max_queue_bytes_fit() -> None:
    """What is not over the limit costs nobody (CONTRACT 4.7)."""
    harness = offline({"maxQueueBytes": 1000})
    for event_id in "ab":
        harness.queue.enqueue(of_size(500, id=event_id))
    assert (harness.stored(), harness.drops) == (["a", "b"], [])


def test_one_event_does_not_drop_all_others() -> None:
    """An event that is larger than the whole queue may be is none, and costs no other (CONTRACT 2.4, 4.7)."""
    harness = offline({"maxQueueBytes": 2000})
    ids = harness.click(5)
    assert harness.click(note="x" * 3000) == [None]
    assert (harness.stored(), harness.reasons) == (ids, ["invalid"])


def test_what_was_dropped_may_be_clicked_again() -> None:
    """The host hands it in once more, and it is an event like any other, also after a freeze (CONTRACT 2.1, 4.7, 5.2)."""
    harness = offline({"maxQueueSize": 2})
    first, *_ = harness.click(3)
    assert harness.reasons == ["overflow"]
    assert harness.queue.enqueue(harness.drops[0][0]) == first
    harness.tab.leave()
    harness.tab.come_back()
    harness.settle()
    assert first in harness.stored()
    harness.go_online()
    harness.advance(MINUTE_MS)
    assert first in harness.api.ids


def test_an_event_from_before_1970_is_an_event() -> None:
    """Nobody has withdrawn anything when a queue is new (CONTRACT 5.4)."""
    world = World()
    first = Harness(script=[HOLD], world=world)
    ids = first.click(timestamp=-1)
    first.tab.kill()
    second = Harness(world=world)
    second.advance(MINUTE_MS)
    assert (second.api.ids, second.drops) == (ids, [])


def test_a_queue_smaller_than_a_batch_is_sent_when_it_is_full() -> None:
    """With the server there nothing is dropped for want of a full batch (CONTRACT 3.1, 4.7)."""
    harness = Harness({"maxQueueSize": 5})
    harness.click(4)
    assert harness.sizes == []
    harness.click()
    harness.settle()
    assert (harness.sizes, harness.drops, harness.stats["acknowledged"]) == ([5], [], 5)


def test_what_is_in_flight_does_not_go() -> None:
    """The oldest event that is not in flight goes (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 2, "maxQueueSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    d, e = harness.click(2)
    assert [event["id"] for event, _, _ in harness.drops] == [c, d]
    assert harness.stored() == [a, b, e]
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 2


def test_where_everything_is_in_flight_nothing_goes() -> None:
    """The limits give way to events on the road (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 3, "maxQueueSize": 1}, [HOLD])
    harness.go_offline()
    a, b, c = harness.click(3)
    assert harness.stored() == [c]
    harness.go_online()
    assert (harness.stats["inFlight"], harness.stats["dropped"]["overflow"]) == (1, 2)
    d = harness.click()[0]
    assert d is not None
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.stats["acknowledged"] == 1
    assert {event["id"] for event, _, _ in harness.drops} <= {a, b, d}


def test_what_outgrows_the_limit_on_the_road_stays() -> None:
    """A retryCount makes an event longer; in flight it is not dropped for that (CONTRACT 4.7)."""
    harness = Harness({"maxBatchSize": 1, "maxQueueBytes": 1000}, [DOWN, HOLD])
    ids = [harness.queue.enqueue(of_size(995, timestamp=harness.clock.now_ms()))]
    harness.advance(2000)
    assert len(harness.texts[KEY]) > 1000
    harness.click(note="x" * 800)
    assert (harness.stats["inFlight"], harness.reasons) == (1, ["overflow"])
    harness.api.calls[1].resolve()
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids * 2, 1, {})


def test_a_batch_that_waits_for_its_retry_may_go() -> None:
    """Events between two attempts are not in flight, and the oldest; the rest of their batch goes on (CONTRACT 3.3, 4.7)."""
    harness = Harness({"maxBatchSize": 3, "maxQueueSize": 4}, [DOWN])
    a, b, c = harness.click(3)
    harness.settle()
    d, e = harness.click(2)
    assert [event["id"] for event, _, _ in harness.drops] == [a]
    harness.clock.run_until_idle(MINUTE_MS)
    assert [call.ids for call in harness.api.calls] == [[a, b, c], [b, c], [d, e]]


def test_the_host_hears_of_an_overflow_after_the_event_is_safe() -> None:
    """In onDrop the new event is already stored (CONTRACT 2.1, 4.7)."""
    seen: list[list[str]] = []
    harness: Harness = Harness({"maxQueueSize": 1, "onDrop": lambda event, reason, detail: seen.append(harness.stored())})
    harness.go_offline()
    harness.click()
    new = harness.click()
    assert seen == [new]


# -- 4.8


def old(harness: Harness, age_ms: float = 8 * DAY_MS) -> dict[str, Any]:
    return {"timestamp": harness.clock.now_ms() - age_ms}


def test_an_old_event_is_offered_once_more() -> None:
    """Older than maxEventAge: if the server takes it, it is delivered (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1})
    harness.click(**old(harness))
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


@pytest.mark.parametrize("error", [Failure(), Failure(503), Failure(400)])
def test_an_old_event_that_was_offered_in_vain_is_dropped(error: Failure) -> None:
    """It goes after that one failure, `expired`, from storage too (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [error])
    ids = harness.click(**old(harness))
    harness.settle()
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(ids[0], "expired")]
    assert (harness.stats["dropped"]["expired"], harness.texts, harness.state) == (1, {}, "idle")


def test_an_old_event_is_not_dropped_unoffered() -> None:
    """Age alone drops nothing: offline, in flight or parked it waits (CONTRACT 4.8)."""
    harness = offline()
    harness.click(**old(harness))
    harness.advance(9 * MINUTE_MS)
    assert (harness.stats["pending"], harness.drops) == (1, [])
    harness.go_online()
    harness.settle()
    assert harness.stats["acknowledged"] == 1


def test_an_old_event_that_the_server_wants_again_is_dropped() -> None:
    """`retry` is an offer in vain, too (CONTRACT 3.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click(**old(harness))
    harness.api.calls[0].resolve({"retry": ids})
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.sizes, harness.texts) == (["expired"], [1], {})


def test_the_young_of_a_batch_do_not_go_with_the_old() -> None:
    """Each event has its own age; the rest is retried under the same name (CONTRACT 3.3, 4.8)."""
    harness = Harness({"maxBatchSize": 3}, [DOWN])
    young = harness.click(2)
    harness.click(**old(harness))
    harness.advance(2000)
    assert [call.ids for call in harness.api.calls[1:]] == [young]
    assert len({call.request["batchId"] for call in harness.api.calls}) == 1
    assert (harness.reasons, harness.stats["acknowledged"]) == (["expired"], 2)


def test_an_event_grows_old_while_it_is_retried() -> None:
    """After seven days of failures it is dropped at the next one, not before (CONTRACT 1.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1}, lambda call: DOWN)
    harness.click()
    harness.advance(7 * DAY_MS)
    assert (harness.stats["pending"], harness.drops) == (1, [])
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.state) == (["expired"], "idle")


def test_the_host_may_choose_the_age() -> None:
    """maxEventAge is the host's; exactly that age is not older (CONTRACT 1.4, 4.8)."""
    harness = Harness({"maxBatchSize": 1, "maxEventAge": 2000}, lambda call: DOWN)
    harness.click()
    harness.advance(2000)
    assert harness.drops == []
    harness.advance(4000)
    assert harness.reasons == ["expired"]


def test_an_event_from_the_future_is_not_old() -> None:
    """A wall clock that was set back, or a caller's wrong one, expires nothing (CONTRACT 4.8)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.click()
    harness.clock.jump_wall(-300 * DAY_MS)
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


def test_stored_events_expire_too() -> None:
    """What a page left a year ago is offered once (CONTRACT 4.8)."""
    harness = Harness(world=left_behind(stored(1, timestamp=1), stored(2, timestamp=1)), script=[DOWN])
    assert harness.api.ids == ["old-1", "old-2"]
    harness.settle()
    assert (harness.reasons, harness.texts) == (["expired", "expired"], {})
