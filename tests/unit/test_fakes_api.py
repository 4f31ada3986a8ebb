"""The fake JSON and the fake api are what they are in JavaScript, or every test above them proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import HOLD, Failure, FakeApi, FakeClock, FakeJson, click


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
