"""CONTRACT 1.6, 7.2 and 7.3: a guest. After its start nothing is thrown into the host, whatever the host does to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clickqueue.main import ClickQueue
from tests.fakes import HOLD, Failure, FakeIds, FakeJson, FakeStorage, World, click
from tests.keys import KEY
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness, note_books


class Rude(Exception):
    """What a host throws."""


def rude(*_: Any) -> Any:
    raise Rude


# -- the api


class Api:
    """An api that is a function of (events, request)."""

    def __init__(self, send: Callable[[list[Any], dict[str, Any]], Any]) -> None:
        self.track_click_batch = send


def with_api(send: Callable[[list[Any], dict[str, Any]], Any], **config: Any) -> tuple[Harness, ClickQueue]:
    """A harness, and beside its own queue one with an api of its own, which is the one under test."""
    harness = Harness({"storageKey": "beside"})
    queue = ClickQueue({"maxBatchSize": 1, **config}, Api(send), harness.env)
    queue.subscribe(lambda: note_books(queue.get_snapshot()))
    harness.settle()
    return harness, queue


class Thenable:
    """Something with a `then` that does as it likes."""

    def __init__(self, then: Callable[[Any, Any], Any]) -> None:
        self.then = then


def twice(done: Any, failed: Any) -> None:
    done(None)
    failed(Failure(503))
    done(None)


def never(done: Any, failed: Any) -> None:
    pass


def at_once_bad(done: Any, failed: Any) -> None:
    failed("no error at all")


class Trap:
    """An answer or an error that throws on every touch."""

    def __getattr__(self, name: str) -> Any:
        raise Rude(name)


class TrapError(Exception):
    """An error whose fields throw."""

    @property
    def status(self) -> int:
        raise Rude

    @property
    def retryAfterMs(self) -> int:
        raise Rude


def test_an_api_that_always_throws() -> None:
    """Each throw is a failure of the path; the events wait, nothing escapes (CONTRACT 1.6, 3.6)."""
    harness, queue = with_api(rude)
    assert queue.enqueue(click()) is not None
    harness.advance(HOUR_MS)
    assert (queue.get_snapshot()["state"], queue.get_snapshot()["pending"]) == ("parked", 1)


@pytest.mark.parametrize("error", [None, "text", 5, [], {}, Trap(), TrapError(), Failure()], ids=lambda e: type(e).__name__)
def test_an_error_may_be_anything(error: Any) -> None:
    """What tells nothing is a failure of the path (CONTRACT 1.6, 3.5)."""
    harness, queue = with_api(lambda events, request: Thenable(lambda done, failed: failed(error)))
    queue.enqueue(click())
    harness.advance(3 * HOUR_MS)
    snapshot = queue.get_snapshot()
    assert (snapshot["pending"], snapshot["state"], sum(snapshot["dropped"].values())) == (1, "parked", 0)


@pytest.mark.parametrize("answer", [Trap(), {"rejected": Trap()}, {"rejected": [Trap()]}, {"retry": [Trap()]}], ids=str)
def test_an_answer_may_throw_on_touch(answer: Any) -> None:
    """A success that cannot be read is a success, or else a failure that is retried: never an exception (CONTRACT 1.6, 3.4)."""
    harness, queue = with_api(lambda events, request: answer)
    queue.enqueue(click())
    harness.settle()
    assert queue.get_snapshot()["inFlight"] == 0


@pytest.mark.parametrize("then", [rude, twice, at_once_bad], ids=lambda f: f.__name__)
def test_a_thenable_may_misbehave(then: Callable[[Any, Any], Any]) -> None:
    """It throws, answers twice, answers inside `then`: the books are even and the queue goes on (CONTRACT 1.6, 6.2)."""
    answers = [Thenable(then)]
    harness, queue = with_api(lambda events, request: answers.pop() if answers else None)
    queue.enqueue(click())
    harness.advance(MINUTE_MS)
    queue.enqueue(click())
    harness.advance(MINUTE_MS)
    assert (queue.get_snapshot()["acknowledged"], queue.get_snapshot()["state"]) == (2, "idle")


def test_an_api_that_never_answers() -> None:
    """The events are stored and counted as in flight; clicks are accepted as ever (CONTRACT 1.6, 7.3)."""
    harness, queue = with_api(lambda events, request: Thenable(never))
    ids = [queue.enqueue(click(number)) for number in range(30)]
    harness.advance(HOUR_MS)
    assert (queue.get_snapshot()["state"], queue.get_snapshot()["pending"]) == ("sending", 30)
    assert [event["id"] for event in json.loads(harness.texts[KEY])] == ids


def test_an_api_may_spoil_what_it_is_given() -> None:
    """Events and request of an attempt are the api's to keep and to change; the next attempt is whole again (CONTRACT 3.3)."""
    seen: list[Any] = []

    def spoil(events: list[Any], request: dict[str, Any]) -> Any:
        seen.append(json.loads(json.dumps([events, request["batchId"]])))
        for event in events:
            event.clear()
        events.clear()
        request.clear()
        raise Rude

    harness, queue = with_api(spoil, maxBatchSize=2)
    ids = [queue.enqueue(click(number)) for number in range(2)]
    harness.advance(2000)
    assert [[event["id"] for event in events] for events, _ in seen] == [ids, ids]
    assert seen[0][1] == seen[1][1]


@pytest.mark.parametrize("deed", ["enqueue", "flush", "purge", "destroy", "get_snapshot"])
def test_an_api_may_call_back(deed: str) -> None:
    """Inside trackClickBatch the host may do to the queue what it likes (CONTRACT 1.6, 3.2)."""
    depth = [0, 0]

    def send(events: list[Any], request: dict[str, Any]) -> Any:
        depth[0] += 1
        depth[1] = max(depth)
        if deed == "enqueue" and depth[0] < 5:
            queue.enqueue(click(7))
        elif deed != "enqueue":
            getattr(queue, deed)()

    harness, queue = with_api(send)
    queue.enqueue(click())
    harness.advance(HOUR_MS)
    snapshot = queue.get_snapshot()
    assert snapshot["inFlight"] == 0
    assert (snapshot["pending"], snapshot["acknowledged"]) == (0, {"enqueue": 5, "purge": 0}.get(deed, 1))


# -- onDrop and subscribers


def test_an_on_drop_that_throws() -> None:
    """Every drop is told, whatever onDrop does with it (CONTRACT 1.6)."""
    told: list[Any] = []

    def on_drop(event: Any, reason: str, detail: str) -> None:
        told.append(event)
        raise Rude

    harness = Harness({"onDrop": on_drop, "maxQueueSize": 2})
    harness.go_offline()
    assert harness.queue.enqueue(None) is None
    ids = harness.click(4)
    assert [each and each["id"] for each in told] == [None, *ids[:2]]
    assert harness.stored() == ids[2:]


@pytest.mark.parametrize("deed", ["enqueue", "flush", "purge", "destroy", "get_snapshot"])
def test_on_drop_may_call_back(deed: str) -> None:
    """Inside onDrop the host may do to the queue what it likes, and ends somewhere (CONTRACT 1.6)."""
    told: list[str] = []

    def on_drop(event: Any, reason: str, detail: str) -> None:
        told.append(reason)
        if deed == "enqueue" and len(told) < 5:
            harness.queue.enqueue(None)
        elif deed == "enqueue":
            harness.queue.enqueue(click(9))
        else:
            getattr(harness.queue, deed)()

    harness = Harness({"onDrop": on_drop})
    harness.click(2)
    harness.queue.enqueue("junk")
    harness.advance(MINUTE_MS)
    assert told.count("invalid") == (5 if deed == "enqueue" else 1)
    assert harness.stats["pending"] == (2 if deed == "destroy" else 0)


def test_a_subscriber_that_throws_stops_no_other() -> None:
    """The others hear all the same, and the queue goes on (CONTRACT 1.6)."""
    harness = Harness()
    heard: list[int] = []
    harness.queue.subscribe(rude)
    harness.queue.subscribe(lambda: heard.append(harness.stats["pending"]))
    harness.click(2)
    harness.advance(5000)
    assert heard[:2] == [1, 2]
    assert harness.stats["acknowledged"] == 2


def test_a_subscriber_may_call_back() -> None:
    """Inside a subscriber the host may enqueue, flush and look (CONTRACT 1.6)."""
    harness = Harness()
    calls: list[int] = []

    def hear() -> None:
        calls.append(harness.stats["pending"])
        if len(calls) < 4:
            harness.queue.enqueue(click(9))
            harness.queue.flush()

    harness.queue.subscribe(hear)
    harness.click()
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.state) == (4, "idle")


def test_a_subscriber_may_unsubscribe_and_subscribe_while_it_hears() -> None:
    """Nobody who listens on is passed over (CONTRACT 1.3, 1.6)."""
    harness = Harness()
    heard: list[str] = []

    def once() -> None:
        heard.append("once")
        stop()
        harness.queue.subscribe(lambda: heard.append("new"))

    stop = harness.queue.subscribe(once)
    harness.queue.subscribe(lambda: heard.append("other"))
    harness.click()
    assert heard.count("once") == heard.count("other") == 1
    heard.clear()
    harness.click()
    assert sorted(heard) == ["new", "other"]


def test_a_subscriber_may_destroy_the_queue() -> None:
    """In the midst of its own news (CONTRACT 1.6, 5.3)."""
    harness = Harness()
    harness.queue.subscribe(lambda: harness.queue.destroy())
    harness.click()
    assert (harness.state, harness.clock.armed, harness.tab.page.listeners) == ("destroyed", 0, 0)


# -- JSON


class HostJson(FakeJson):
    """JSON as a host's library has patched it, from some moment on."""

    def __init__(self, stringify: Callable[[Any], Any] | None = None, parse: Callable[[str], Any] | None = None) -> None:
        self._stringify = stringify
        self._parse = parse

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        return self._stringify(value) if self._stringify else super().stringify(value)

    def parse(self, text: str) -> Any:
        return self._parse(text) if self._parse else super().parse(text)


def as_prototype_js(value: Any) -> str:
    """`Array.prototype.toJSON` of Prototype.js: every array becomes a text."""
    return str(
        FakeJson().stringify(
            {name: FakeJson().stringify(each) if isinstance(each, list) else each for name, each in value.items()}
        )
    )


PATCHES: list[Callable[[Any], Any]] = [rude, lambda _: None, lambda _: "", lambda _: 5, lambda _: [], lambda _: {}]


@pytest.mark.parametrize("patch", PATCHES)
def test_a_broken_dump_refuses_events(patch: Callable[[Any], Any]) -> None:
    """What cannot be written is `invalid`; nothing is thrown, nothing stored (CONTRACT 1.6, 2.4)."""
    harness = Harness()
    harness.env.json = HostJson(stringify=patch)
    harness.click(3)
    harness.advance(MINUTE_MS)
    assert (harness.stats["dropped"]["invalid"], harness.stats["enqueued"], harness.texts) == (3, 0, {})


@pytest.mark.parametrize("patch", [*PATCHES, lambda _: "{}", lambda _: '{"id":"another"}', lambda _: "["])
def test_a_dump_that_breaks_later_loses_nothing(patch: Callable[[Any], Any]) -> None:
    """Events that were accepted before are sent, retried and acknowledged (CONTRACT 1.6)."""
    harness = Harness({"maxBatchSize": 3}, [Failure(503), None])
    ids = harness.click(3)
    harness.env.json = HostJson(stringify=patch)
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids * 2, 3, {})


def test_a_load_that_breaks_later_throws_nothing() -> None:
    """Nothing can be sent without it; what is stored stays, and goes when it works again (CONTRACT 1.6)."""
    harness = Harness({"maxBatchSize": 3})
    ids = harness.click(2)
    whole = harness.env.json
    harness.env.json = HostJson(parse=rude)
    harness.click()
    harness.advance(MINUTE_MS)
    assert (harness.stored(), harness.sizes) == (ids, [])
    harness.env.json = whole
    harness.advance(HOUR_MS)
    assert (harness.api.ids, harness.texts) == (ids, {})


class Broken(FakeIds):
    """Those of a host that broke `crypto` and `Math`."""

    def get_random_values(self, numbers: Any) -> Any:
        raise Rude

    def random(self) -> float:
        raise Rude


def test_whatever_breaks_inside_stays_inside_and_heals() -> None:
    """A host that breaks `crypto` and `Math` for a moment hears nothing of it, and the next call sends (CONTRACT 1.6)."""
    harness = Harness()
    ids = harness.click(3)
    whole = harness.env.ids
    harness.env.ids = Broken()
    harness.queue.flush()
    harness.tab.page.tell("hidden")
    harness.env.ids = whole
    harness.queue.flush()
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"]) == (ids, 3)


def test_a_drop_is_told_without_json() -> None:
    """Where the event cannot be read any more, onDrop gets its text (CONTRACT 1.4, 1.6)."""
    harness = Harness()
    ids = harness.click(2)
    harness.env.json = HostJson(parse=rude)
    harness.queue.purge()
    assert [(json.loads(event)["id"], reason) for event, reason, _ in harness.drops] == [(each, "purged") for each in ids]
    assert harness.left_over == {}


def test_arrays_may_be_written_oddly() -> None:
    """With Prototype.js's `toJSON` on arrays the pages in storage are arrays all the same (CONTRACT 4.1, 7.1)."""
    harness = Harness(script=[HOLD])
    harness.env.json = HostJson(stringify=as_prototype_js)
    ids = harness.click(12)
    assert harness.stored() == ids
    assert [event["id"] for event in harness.api.calls[0].events] == ids[:10]


# -- storage


class HostStorage:
    """A `localStorage` that a host has put something of its own in place of. `at` names the touch that goes wrong."""

    def __init__(self, real: FakeStorage, at: Callable[[int, str], bool], fault: Callable[[], Any]) -> None:
        self._real = real
        self._at = at
        self._fault = fault
        self.touches = 0

    def _touch(self, name: str, deed: Callable[[], Any]) -> Any:
        self.touches += 1
        return self._fault() if self._at(self.touches, name) else deed()

    def touch(self) -> None:
        """Reading `localStorage` itself works."""

    def get_item(self, key: str) -> Any:
        return self._touch("get_item", lambda: self._real.get_item(key))

    def set_item(self, key: str, text: str) -> Any:
        return self._touch("set_item", lambda: self._real.set_item(key, text))

    def remove_item(self, key: str) -> Any:
        return self._touch("remove_item", lambda: self._real.remove_item(key))

    def __iter__(self) -> Any:
        return self._touch("keys", lambda: iter(self._real))


def a_life(harness: Harness, *news: Any) -> list[str]:
    """Clicks, failures, spilling and coming back."""
    ids = harness.click(3)
    harness.advance(5000)
    harness.go_offline()
    ids += harness.click(60)
    harness.tab.page.tell("storage", KEY)
    for each in news:
        harness.tab.page.tell(each)
    harness.settle()
    harness.go_online()
    harness.advance(HOUR_MS)
    return ids


@pytest.mark.parametrize("touch", range(1, 60))
def test_any_single_touch_of_storage_may_throw(touch: int) -> None:
    """Wherever it happens: nothing is thrown, every event is delivered (CONTRACT 1.6, 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda number, _: number == touch, rude)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab, script=[Failure(503)])
    ids = a_life(harness, "leave", "return")
    assert set(ids) <= set(harness.api.ids)
    assert harness.stats["pending"] == 0


@pytest.mark.parametrize("method", ["get_item", "set_item", "remove_item", "keys"])
def test_a_method_of_storage_may_always_throw(method: str) -> None:
    """Storage that can only read, or only write, is used as far as it goes (CONTRACT 1.6, 4.6)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == method, rude)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab, script=[Failure(503)])
    ids = a_life(harness)
    assert set(ids) <= set(harness.api.ids)


def test_pages_that_cannot_be_read_at_first_are_read_later() -> None:
    """They are neither overwritten nor forgotten: the page delivers them when it is visible again and can read them (CONTRACT 4.6)."""
    world = World()
    for number, key in enumerate((KEY, f"{KEY}.1", f"{KEY}:gone")):
        world.origin.put(key, json.dumps([click(number, id=f"old-{number}", timestamp=1)]), None)
    is_faulty = [True]
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == "get_item" and is_faulty[0], rude)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab)
    ids = harness.click(3)
    harness.advance(MINUTE_MS)
    is_faulty[0] = False
    ids += harness.click()
    harness.tab.page.tell("visible")
    harness.advance(MINUTE_MS)
    assert {"old-0", "old-1", "old-2", *ids} == set(harness.api.ids)
    assert harness.texts == {}


@pytest.mark.parametrize("text", [5, True, [], {}, {"length": 3}], ids=repr)
def test_storage_may_return_what_is_no_text(text: Any) -> None:
    """A polyfill that returns numbers or objects is a stranger like any other (CONTRACT 4.5, 7.2)."""
    world = World()
    tab = world.open()
    tab.env.storage = HostStorage(tab.env.storage, lambda _, name: name == "get_item", lambda: text)  # type: ignore[assignment]
    harness = Harness(world=world, tab=tab)
    ids = harness.click(10)
    harness.advance(MINUTE_MS)
    assert set(ids) <= set(harness.api.ids)


# -- 7.2


def test_only_the_event_is_stored() -> None:
    """No address, no header, no config: the key holds the events of 1.5 and nothing else (CONTRACT 7.2)."""
    harness = Harness(script=[Failure(503), HOLD])
    harness.click(10)
    harness.advance(2000)
    fields = {name for event in json.loads(harness.texts[KEY]) for name in event}
    assert fields == {"id", "sessionId", "questionId", "offerId", "buttonVariantId", "timestamp", "userAgent", "retryCount"}
    assert set(harness.texts) == {KEY, harness.journal_key}


# -- timers


class BrokenTimers:
    """A clock that tells the time and wakes nobody."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self.call_later = rude

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)


def test_timers_may_throw() -> None:
    """The click is kept, nothing is thrown, and the next call of the host sends what is due (CONTRACT 1.6)."""
    harness = Harness({"storageKey": "beside"})
    harness.env.clock = BrokenTimers(harness.env.clock)  # type: ignore[assignment]
    sent: list[Any] = []
    queue = ClickQueue({}, Api(lambda events, request: sent.append(events)), harness.env)
    assert queue.enqueue(click()) is not None
    harness.advance(MINUTE_MS)
    assert sent == []
    queue.flush()
    assert [len(events) for events in sent] == [1]


def test_timers_may_be_broken_for_a_moment() -> None:
    """What could not be armed is armed with the next call (CONTRACT 1.6, 3.1)."""
    harness = Harness()
    harness.env.clock = BrokenTimers(harness.clock)  # type: ignore[assignment]
    harness.click()
    harness.env.clock = harness.clock
    harness.click()
    harness.advance(5000)
    assert harness.sizes == [2]


class HastyTimers:
    """A clock whose timers come a millisecond early, as a browser's may."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    def call_later(self, delay_ms: float, callback: Callable[[], None]) -> Any:
        return self._clock.call_later(max(delay_ms - 1, 0.5), callback)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)


def test_timers_may_come_early() -> None:
    """A timer that fires early counts as if it were in time: the batch is sent once, and nothing turns in circles (CONTRACT 3.1)."""
    harness = Harness()
    harness.env.clock = HastyTimers(harness.clock)  # type: ignore[assignment]
    harness.click()
    harness.advance(4998.5)
    assert harness.sizes == []
    harness.advance(0.5)
    assert harness.sizes == [1]
    harness.advance(MINUTE_MS)
    assert (harness.sizes, harness.clock.armed) == ([1], 0)
