"""The fake clock and the life of a tab are what a browser's are, or every test above them proves nothing."""

from __future__ import annotations

import pytest

from tests.fakes import HOLD, NEVER_MS, FakeApi, FakeClock, Tab, World


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


def listen_to_all(tab: Tab, heard: list[str]) -> None:
    """Note the type of every event."""
    for target in (tab.env, tab.env.document):
        for event_type in ("pagehide", "pageshow", "online", "visibilitychange", "freeze", "resume"):
            target.add_event_listener(event_type, lambda event: heard.append(event.type))


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
        listen_to_all(tab, heard)
        tab.env.locks.request("name", {}, heard.append)
        tab.kill()
        tab.kill()
        tab.env.storage.set_item("key", "text")
        tab.env.locks.request("name", {}, heard.append)
        tab.page.tell("online")
        tab.come_back()
        api.calls[0].resolve()
        world.timeline.advance(10)
        assert (heard, world.origin.texts, world.locks.requests) == ([], {}, 0)

    def test_a_frozen_tab_catches_up_when_it_returns(self) -> None:
        """Timers and answers wait in the back/forward cache; `pageshow` and `visibilitychange` come before them."""
        world = World()
        tab = world.open()
        heard: list[str] = []
        listen_to_all(tab, heard)
        tab.env.clock.call_later(10, lambda: heard.append("timer"))
        tab.leave(hidden_first=True)
        tab.leave()
        world.timeline.advance(1000)
        hidden = ["visibilitychange", "visibilitychange"]
        assert heard == [*hidden, "pagehide", "pagehide", *hidden]
        tab.come_back()
        assert heard[6:] == ["pageshow", *hidden, "timer"]

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

    def test_a_tab_in_the_background_can_be_frozen(self) -> None:
        """`freeze`, then nothing until `resume`, which comes before what had to wait."""
        world = World()
        tab = world.open()
        heard: list[str] = []
        listen_to_all(tab, heard)
        tab.env.clock.call_later(10, lambda: heard.append("timer"))
        tab.freeze()
        world.timeline.advance(1000)
        assert heard == ["freeze"]
        tab.resume()
        assert heard == ["freeze", "resume", "timer"]
