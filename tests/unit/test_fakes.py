"""The fakes keep the promises of the ports, or every test above them proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import (
    HOLD,
    NEVER_MS,
    Failure,
    FakeApi,
    FakeClock,
    FakeIds,
    FakeJson,
    FakePage,
    Life,
    LockManager,
    Origin,
    StorageFault,
    Timeline,
    World,
    click,
    make_env,
)


class TestClock:
    def test_timers_fire_in_order_of_their_deadline(self) -> None:
        """Deadline first, then the order of arming; never before the delay has passed."""
        clock = FakeClock()
        heard: list[tuple[int, float]] = []
        start_ms = clock.uptime_ms()
        for delay_ms in (30, 10, 20, 10):
            clock.call_later(delay_ms, lambda d=delay_ms: heard.append((d, clock.uptime_ms() - start_ms)))  # type: ignore[misc]
        clock.advance(9)
        assert heard == []
        clock.advance(21)
        assert heard == [(10, 10), (10, 10), (20, 20), (30, 30)]

    def test_a_cancelled_timer_stays_silent(self) -> None:
        """Cancelling twice, or after the timer fired, is fine; `armed` counts what is left."""
        clock, heard = FakeClock(), []
        first = clock.call_later(1, lambda: heard.append("first"))
        second = clock.call_later(1, lambda: heard.append("second"))
        assert clock.armed == 2
        clock.cancel(first)
        clock.cancel(first)
        assert clock.armed == 1
        clock.advance(1)
        clock.cancel(second)
        clock.cancel(None)
        assert (heard, clock.armed) == (["second"], 0)

    def test_run_until_idle_jumps_from_deadline_to_deadline(self) -> None:
        """An hour of waiting costs nothing, and a timer that re-arms itself meets the limit."""
        clock, count = FakeClock(), []
        clock.call_later(3_600_000, lambda: count.append("done"))
        assert clock.run_until_idle(3_600_000)
        assert count == ["done"]

        def again() -> None:
            count.append("again")
            clock.call_later(1000, again)

        again()
        assert not clock.run_until_idle(10_500)
        assert count.count("again") == 11

    def test_the_wall_clock_jumps_alone(self) -> None:
        """`jump_wall` moves `now_ms` either way and no deadline."""
        clock, heard = FakeClock(), []
        clock.call_later(10, lambda: heard.append("timer"))
        wall_ms, uptime_ms = clock.now_ms(), clock.uptime_ms()
        clock.jump_wall(-86_400_000)
        assert (clock.now_ms(), clock.uptime_ms(), heard) == (wall_ms - 86_400_000, uptime_ms, [])
        clock.advance(10)
        assert (clock.now_ms(), heard) == (wall_ms - 86_400_000 + 10, ["timer"])

    def test_oversleeping_fires_late(self) -> None:
        """After a closed laptop the timer sees the time that has really passed."""
        clock, heard = FakeClock(), []
        start_ms = clock.uptime_ms()
        clock.call_later(10, lambda: heard.append(clock.uptime_ms() - start_ms))
        clock.timeline.oversleep(5000)
        assert heard == [5000]

    @pytest.mark.parametrize("delay_ms", [-1, float("nan"), NEVER_MS])
    def test_an_impossible_delay_is_none(self, delay_ms: float) -> None:
        """As in a browser: negative, NaN and more than 31 bits fire at once."""
        clock, heard = FakeClock(), []
        clock.call_later(delay_ms, lambda: heard.append("now"))
        clock.advance(0)
        assert heard == ["now"]


class TestStorage:
    def test_every_tab_reads_what_one_wrote(self) -> None:
        """One store; the others hear of it in a task of their own, the writer does not."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[Any] = []
        one.page.listen(lambda news, key, text: heard.append(("one", news, key)))
        two.page.listen(lambda news, key, text: heard.append(("two", news, key)))
        one.env.storage.write("key", "text")
        assert two.env.storage.read("key") == "text"
        assert heard == []
        world.timeline.advance(0)
        assert heard == [("two", "storage", "key")]
        two.env.storage.remove("key")
        assert one.env.storage.list_keys() == []

    def test_writing_the_same_text_is_no_news(self) -> None:
        """As in a browser, only a change fires the event."""
        world = World()
        one, two = world.open(), world.open()
        one.env.storage.write("key", "text")
        world.timeline.advance(0)
        heard: list[Any] = []
        two.page.listen(lambda news, key, text: heard.append(key))
        one.env.storage.write("key", "text")
        one.env.storage.remove("nothing")
        world.timeline.advance(0)
        assert heard == []

    def test_clearing_is_heard_without_a_key(self) -> None:
        """`localStorage.clear()` and the user's "clear site data": None for the key."""
        world = World()
        tab = world.open()
        heard: list[Any] = []
        tab.env.storage.write("key", "text")
        tab.page.listen(lambda news, key, text: heard.append((news, key)))
        world.origin.clear()
        world.timeline.advance(0)
        assert (heard, tab.env.storage.read("key")) == ([("storage", None)], None)

    def test_a_lagging_write_arrives_later(self) -> None:
        """With `lag` another tab's write is read and heard only after that many ms; a new tab sees the truth."""
        world = World(lag=lambda: 5)
        one, two = world.open(), world.open()
        heard: list[Any] = []
        two.page.listen(lambda news, key, text: heard.append(two.env.storage.read("key")))
        one.env.storage.write("key", "text")
        world.timeline.advance(4)
        assert (two.env.storage.read("key"), heard) == (None, [])
        assert world.open().env.storage.read("key") == "text"
        world.timeline.advance(1)
        assert (two.env.storage.read("key"), heard) == ("text", ["text"])

    def test_lagging_copies_end_up_the_same(self) -> None:
        """Two tabs that write one key at once both end with what was written last; news do not overtake each other."""
        lags = iter([9.0, 1.0, 5.0])
        world = World(lag=lambda: next(lags))
        one, two = world.open(), world.open()
        one.env.storage.write("key", "1")
        two.env.storage.write("key", "2")
        one.env.storage.write("other", "3")
        world.timeline.advance(10)
        for tab in (one, two):
            assert (tab.env.storage.read("key"), tab.env.storage.read("other")) == ("2", "3")

    def test_a_dead_tabs_last_write_still_arrives(self) -> None:
        """What a tab wrote before it crashed is on its way and is seen by the others."""
        world = World(lag=lambda: 5)
        one, two = world.open(), world.open()
        one.env.storage.write("key", "last words")
        one.kill()
        world.timeline.advance(5)
        assert two.env.storage.read("key") == "last words"

    def test_broken_storage_throws_on_every_touch(self) -> None:
        """Reading, writing, removing, listing; and counts that it did."""
        storage = Origin().open()
        storage.is_broken = True
        touches = (
            lambda: storage.read("k"),
            lambda: storage.write("k", "v"),
            lambda: storage.remove("k"),
            storage.list_keys,
        )
        for touch in touches:
            with pytest.raises(StorageFault):
                touch()
        assert storage.faults == 4

    def test_the_quota_counts_keys_and_texts(self) -> None:
        """A write beyond it throws and leaves the old text; a shorter one and a removal always go."""
        origin = Origin()
        storage = origin.open()
        origin.quota_chars = 10
        storage.write("key", "1234567")
        with pytest.raises(StorageFault):
            storage.write("key", "12345678")
        with pytest.raises(StorageFault):
            storage.write("k", "")
        assert storage.read("key") == "1234567"
        storage.write("key", "1")
        storage.write("k", "2345")
        storage.remove("key")
        storage.write("k", "123456789")
        origin.clear()
        storage.write("k", "123456789")

    def test_the_nth_write_can_fail(self) -> None:
        """`failing` names writes from 1 on; the failed one counts too."""
        storage = Origin().open()
        storage.failing = {2}
        storage.write("key", "1")
        with pytest.raises(StorageFault):
            storage.write("key", "2")
        storage.write("key", "3")
        assert (storage.read("key"), storage.writes) == ("3", 3)

    def test_a_tab_can_die_between_two_writes(self) -> None:
        """After `die_after` changes the tab is mute: no error, and nothing more is written."""
        world = World()
        tab = world.open()
        tab.env.storage.die_after = 2
        tab.env.storage.write("one", "1")
        tab.env.storage.remove("one")
        tab.env.storage.write("two", "2")
        assert (world.origin.texts, tab.life.is_dead) == ({}, True)


class TestPage:
    def test_news_reach_who_listens(self) -> None:
        """Each listener once, until it stops; who is left hears `visible` then, as no page hears of its own storage."""
        page, heard = FakePage(), []

        def hear(news: str, key: str | None, text: str | None) -> None:
            heard.append(news)

        stops = [page.listen(hear), page.listen(hear)]
        page.tell("online")
        assert (heard, page.listeners, page.user_agent()) == (["online", "online"], 2, "Fake/1.0")
        stops[0]()
        stops[0]()
        page.tell("hidden")
        assert (heard[2:], page.listeners) == (["visible", "visible", "hidden"], 1)

    def test_who_stops_during_the_news_hears_no_more(self) -> None:
        """As with `removeEventListener` inside of an event."""
        page, heard = FakePage(), []
        page.listen(lambda news, key, text: stop() if news == "leave" else None)
        stop = page.listen(lambda news, key, text: heard.append(news))
        page.tell("leave")
        assert heard == []

    def test_a_closed_tab_hears_that_it_leaves(self) -> None:
        """A visible page hears `leave` before `hidden`; one that was covered the other way round."""
        for hidden_first, expected in ((False, ["leave", "hidden"]), (True, ["hidden", "leave"])):
            tab = World().open()
            heard: list[str] = []
            tab.page.listen(lambda news, key, text, heard=heard: heard.append(news))  # type: ignore[misc]
            tab.close(hidden_first)
            assert (heard, tab.life.is_dead) == (expected, True)


class TestLocks:
    def test_the_first_gets_it_and_the_others_wait_in_line(self) -> None:
        """Exclusive and first come, first served; answers come in a task of their own."""
        timeline = Timeline()
        manager = LockManager(timeline)
        heard: list[str] = []
        giving_up = [
            manager.open().request("name", True, lambda word, who=who: heard.append(who + " " + word))  # type: ignore[misc]
            for who in "abc"
        ]
        assert heard == []
        timeline.advance(0)
        assert heard == ["a granted"]
        giving_up[0]()
        giving_up[0]()
        timeline.advance(0)
        assert heard == ["a granted", "b granted"]
        giving_up[1]()
        timeline.advance(0)
        giving_up[2]()
        assert (heard[2:], manager.requests) == (["c granted"], 0)

    def test_who_does_not_wait_is_told_that_it_is_taken(self) -> None:
        """`should_wait` False is `ifAvailable`; another name is another lock."""
        timeline = Timeline()
        locks = LockManager(timeline).open()
        heard: list[str] = []
        locks.request("name", True, lambda word: heard.append("1 " + word))
        locks.request("name", False, lambda word: heard.append("2 " + word))
        locks.request("other", False, lambda word: heard.append("3 " + word))
        timeline.advance(0)
        assert heard == ["1 granted", "2 taken", "3 granted"]

    def test_a_request_that_is_taken_back_is_never_answered(self) -> None:
        """Waiting, or granted with the answer still on its way: then the next one gets the lock."""
        timeline = Timeline()
        manager = LockManager(timeline, delay=lambda: 3)
        heard: list[str] = []
        take_back = [
            manager.open().request("name", True, lambda word, who=who: heard.append(who))  # type: ignore[misc]
            for who in "abc"
        ]
        take_back[1]()
        take_back[0]()
        timeline.advance(3)
        assert heard == ["c"]

    def test_a_request_may_have_a_way_to_go(self) -> None:
        """With `way` it is decided on arrival; requests of one tab do not overtake, and what was taken back is lost."""
        ways = iter([5.0, 1.0, 2.0, 1.0, 1.0])
        timeline = Timeline()
        manager = LockManager(timeline, way=lambda: next(ways))
        one, two = manager.open(), manager.open()
        heard: list[str] = []
        one.request("first", True, lambda word: heard.append("one first"))
        one.request("second", False, lambda word: heard.append("one second " + word))
        two.request("first", False, lambda word: heard.append("two first " + word))
        two.request("third", False, lambda word: heard.append("never"))()
        timeline.advance(10)
        assert heard == ["two first granted", "one second granted"]
        dying = Life()
        manager.open(dying).request("third", True, lambda word: heard.append("never"))
        dying.kill()
        timeline.advance(10)
        assert (heard[2:], manager.held_by("third")) == ([], None)

    def test_a_dead_tabs_lock_falls_to_the_next(self) -> None:
        """Held and waiting requests of a killed tab vanish; it is not its own heir."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[str] = []
        one.env.locks.request("name", True, lambda word: heard.append("one"))
        one.env.locks.request("name", True, lambda word: heard.append("one again"))
        two.env.locks.request("name", True, lambda word: heard.append("two"))
        world.timeline.advance(0)
        one.kill()
        world.timeline.advance(0)
        assert (heard, world.locks.held_by("name"), world.locks.requests) == (["one", "two"], two.life, 1)

    def test_answers_can_be_held_back(self) -> None:
        """`is_holding` until `let_go`: the moment before the lock has answered can be as long as a test needs."""
        timeline = Timeline()
        manager = LockManager(timeline)
        manager.is_holding = True
        heard: list[str] = []
        manager.open().request("name", True, heard.append)
        timeline.advance(1000)
        assert (heard, manager.held_by("name") is None) == ([], False)
        manager.let_go()
        timeline.advance(0)
        assert heard == ["granted"]

    def test_where_there_are_no_locks_it_says_so(self) -> None:
        """`is_missing` answers 'missing' at once, inside `request`."""
        manager = LockManager()
        manager.is_missing = True
        heard: list[str] = []
        manager.open().request("name", True, heard.append)()
        assert heard == ["missing"]


class TestLife:
    def test_a_killed_tab_is_mute(self) -> None:
        """Writes, timers, news, locks and answers of a dead tab are dropped, without an exception."""
        world = World()
        tab = world.open()
        heard: list[str] = []
        api = FakeApi(tab.env.clock, [HOLD])
        answer = api.track_click_batch([], {})
        answer.then(lambda value: heard.append("answer"), lambda error: heard.append("failure"))
        tab.env.clock.call_later(1, lambda: heard.append("timer"))
        tab.page.listen(lambda news, key, text: heard.append(news))
        tab.env.locks.request("name", True, lambda word: heard.append(word))
        tab.kill()
        tab.kill()
        tab.env.storage.write("key", "text")
        tab.env.locks.request("name", True, lambda word: heard.append(word))()
        tab.page.tell("online")
        tab.come_back()
        api.calls[0].resolve()
        world.timeline.advance(10)
        assert (heard, world.origin.texts, world.locks.requests) == ([], {}, 0)

    def test_a_frozen_tab_catches_up_when_it_returns(self) -> None:
        """Timers and answers wait in the back/forward cache; `return` and `visible` come before them."""
        world = World()
        tab = world.open()
        heard: list[str] = []
        tab.page.listen(lambda news, key, text: heard.append(news))
        tab.env.clock.call_later(10, lambda: heard.append("timer"))
        tab.leave(hidden_first=True)
        tab.leave()
        world.timeline.advance(1000)
        assert heard == ["hidden", "leave", "leave", "hidden"]
        tab.come_back()
        assert heard[4:] == ["return", "visible", "timer"]

    def test_a_tab_that_dies_frozen_forgets(self) -> None:
        """The browser evicts a page from the cache without a word."""
        world = World()
        tab = world.open()
        tab.env.clock.call_later(10, lambda: pytest.fail("a dead tab ran"))
        tab.leave()
        world.timeline.advance(1000)
        tab.kill()
        tab.come_back()
        assert tab.life.is_dead


class TestIds:
    def test_ids_count(self) -> None:
        """Deterministic, told apart by tab, and `random` is what the test set."""
        ids = FakeIds("tab")
        ids.dice = 0.25
        assert (ids.new_id(), ids.new_id(), ids.random()) == ("tab-1", "tab-2", 0.25)

    def test_a_prefix_that_no_id_may_have(self) -> None:
        """The separators of storage keys are refused."""
        with pytest.raises(ValueError, match=r"no '\.'"):
            FakeIds("a.b")


class TestJson:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ({"a": [1, "b", None, True]}, '{"a":[1,"b",null,true]}'),
            ({"a": 1.0, "b": 0.5, "c": -2.0}, '{"a":1,"b":0.5,"c":-2}'),
            ([float("nan"), float("inf")], "[null,null]"),
            ({"a": len, "b": [len, 1.0]}, '{"b":[null,1]}'),
            ("é\u2028\ud83d", '"é\u2028\\ud83d"'),
            ("v 1.0, 1.0", '"v 1.0, 1.0"'),
            ("\x7f\x1f", '"\x7f\\u001f"'),
        ],
    )
    def test_text_is_what_javascript_writes(self, value: Any, text: str) -> None:
        """Compact, no fraction where there is none, null for NaN, functions vanish, lone surrogates escaped."""
        assert FakeJson().stringify(value) == text

    def test_what_has_no_text(self) -> None:
        """A function has none, as in JavaScript; a cycle and a stranger's object raise."""
        cycle: dict[str, Any] = {}
        cycle["self"] = [cycle]
        assert FakeJson().stringify(len) is None
        for value in (cycle, {"a": object()}):
            with pytest.raises(TypeError):
                FakeJson().stringify(value)

    def test_the_same_object_twice_is_no_cycle(self) -> None:
        """Only an object inside of itself is."""
        twin = {"n": 1.0}
        assert FakeJson().stringify([twin, twin]) == '[{"n":1},{"n":1}]'

    @pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "[1,]", "{'a':1}"])
    def test_what_is_not_json_raises(self, text: str) -> None:
        """Also what only Python takes for JSON."""
        with pytest.raises(ValueError):
            FakeJson().parse(text)

    def test_loading(self) -> None:
        """A name of the prototype is a key like any other."""
        assert FakeJson().parse('{"__proto__":[1,null]}') == {"__proto__": [1, None]}

    def test_size_is_counted_in_bytes(self) -> None:
        """UTF-8, where half a pair of surrogates counts three as its replacement does."""
        assert [FakeJson().size_bytes(text) for text in ("a", "é", "€", "😀", "\ud83d")] == [1, 2, 3, 4, 3]


class TestApi:
    def test_outcomes_come_in_order_and_then_it_works(self) -> None:
        """A value resolves, an exception fails, HOLD waits for the test; after the script all is acknowledged."""
        clock = FakeClock()
        api = FakeApi(clock, [{"retry": ["x"]}, Failure(503, retry_after_ms=9)])
        api.then(HOLD)
        heard: list[Any] = []
        for _ in range(4):
            api.track_click_batch([click(id="x")], {}).then(heard.append, heard.append)
        assert heard == []
        clock.advance(0)
        assert (heard[0], heard[1].status, heard[1].retryAfterMs, heard[2:]) == ({"retry": ["x"]}, 503, 9, [None])
        api.calls[2].reject(Failure())
        api.calls[2].resolve("too late")
        clock.advance(0)
        assert heard[3].status is None
        assert api.ids == ["x"] * 4

    def test_a_function_can_be_the_script(self) -> None:
        """It is asked for the outcome of each call."""
        api = FakeApi(FakeClock(), lambda call: call.ids, delay_ms=None)
        assert api.track_click_batch([click(id="x")], {"batchId": "b"}) == ["x"]
        assert api.calls[0].request == {"batchId": "b"}

    def test_without_a_delay_there_is_no_promise(self) -> None:
        """`delay_ms` None: the api returns or raises, as a host's own may."""
        api = FakeApi(FakeClock(), [Failure(500), "done"], delay_ms=None)
        with pytest.raises(Failure):
            api.track_click_batch([], {})
        assert api.track_click_batch([], {}) == "done"

    def test_an_answer_takes_its_time(self) -> None:
        """`delay_ms` passes before the promise settles, and it settles once."""
        clock = FakeClock()
        api = FakeApi(clock, [Failure(500)], delay_ms=7)
        heard: list[Any] = []
        api.track_click_batch([], {}).then(heard.append, lambda error: heard.append(error.status))
        clock.advance(6)
        assert heard == []
        clock.advance(1000)
        assert heard == [500]

    def test_a_call_remembers_what_was_sent(self) -> None:
        """Later changes of the event do not rewrite history, and a late `then` is answered too."""
        clock = FakeClock()
        api = FakeApi(clock)
        event = click(id="x")
        promise = api.track_click_batch([event], {})
        event["id"] = "y"
        clock.advance(5)
        heard: list[Any] = []
        promise.then(heard.append, heard.append)
        assert (api.ids, heard) == (["x"], [])
        clock.advance(0)
        assert heard == [None]


class TestEnv:
    def test_one_call_makes_every_port(self) -> None:
        """`make_env` is a lone tab; `click` is an event that a queue accepts."""
        env = make_env()
        assert (env.network.is_online(), env.clock.armed, env.page.listeners) == (True, 0, 0)
        assert click(2, extra=1)["questionId"] == "q2"

    def test_the_line_is_told_in_every_tab_once(self) -> None:
        """`set_online` is heard where it changes something, by tabs that run."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[str] = []
        one.page.listen(lambda news, key, text: heard.append("one " + news))
        two.page.listen(lambda news, key, text: heard.append("two " + news))
        world.set_online(False)
        world.set_online(False)
        two.life.freeze()
        world.set_online(True)
        assert heard == ["one offline", "two offline", "one online"]
