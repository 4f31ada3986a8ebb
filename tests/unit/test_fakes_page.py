"""The fake window and document are what a browser's are, or every test above them proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import FakeIds, FakePage, World, click, make_env


class TestPage:
    def test_events_reach_their_listeners(self) -> None:
        """Each listener once for a type, until it is removed."""
        env = make_env()
        heard: list[tuple[str, int, bool]] = []

        def listener(event: Any) -> None:
            heard.append((event.type, event.event_phase, event.is_trusted))

        for _ in range(2):
            env.add_event_listener("online", listener)
        env.page.tell("online")
        assert (heard, env.page.listeners, env.navigator.user_agent) == ([("online", 2, True)], 1, "Fake/1.0")
        for _ in range(2):
            env.remove_event_listener("online", listener)
        env.page.tell("online")
        assert (len(heard), env.page.listeners) == (1, 0)

    def test_visibilitychange_bubbles_from_the_document(self) -> None:
        """Listeners of the window get it in the bubbling phase, 3; `freeze` stays at the document."""
        env = make_env()
        heard: list[tuple[str, str, int, bool]] = []
        for name, target in (("window", env), ("document", env.document)):
            for event_type in ("visibilitychange", "freeze"):
                target.add_event_listener(
                    event_type,
                    lambda event, name=name: heard.append((name, event.type, event.event_phase, env.document.hidden)),  # type: ignore[misc]
                )
        for news in ("hidden", "freeze", "visible"):
            env.page.tell(news)
        assert heard == [
            ("document", "visibilitychange", 2, True),
            ("window", "visibilitychange", 3, True),
            ("document", "freeze", 2, True),
            ("document", "visibilitychange", 2, False),
            ("window", "visibilitychange", 3, False),
        ]

    def test_a_listener_that_is_removed_during_the_event_is_not_called(self) -> None:
        """As with `removeEventListener` in a listener."""
        page, heard = FakePage(), []

        def second(event: Any) -> None:
            heard.append(event.type)

        page.window.add_event_listener("pagehide", lambda event: page.window.remove_event_listener("pagehide", second))
        page.window.add_event_listener("pagehide", second)
        page.tell("leave")
        assert heard == []

    def test_a_closed_tab_gets_its_last_events(self) -> None:
        """A visible page gets `pagehide` before `visibilitychange`; one that was covered the other way round."""
        for hidden_first, expected in ((False, ["pagehide", "visibilitychange"]), (True, ["visibilitychange", "pagehide"])):
            tab = World().open()
            heard: list[str] = []
            for target, event_type in ((tab.env, "pagehide"), (tab.env.document, "visibilitychange")):
                target.add_event_listener(event_type, lambda event, heard=heard: heard.append(event.type))  # type: ignore[misc]
            tab.close(hidden_first)
            assert (heard, tab.life.is_dead) == (expected, True)

    def test_a_script_can_dispatch_a_storage_event(self) -> None:
        """It reaches this window alone, at once, and is not trusted."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[Any] = []
        for tab in (one, two):
            tab.env.add_event_listener(
                "storage",
                lambda event, name=tab.name: heard.append((name, event.key, event.new_value, event.is_trusted)),  # type: ignore[misc]
            )
        one.env.dispatch_event(one.env.StorageEvent("storage", {"key": "key", "newValue": "text"}))
        assert heard == [("a", "key", "text", False)]


class TestWindow:
    def test_one_call_makes_a_window(self) -> None:
        """`make_env` is a lone tab; `click` is an event that a queue accepts."""
        env = make_env()
        assert (env.navigator.on_line, env.clock.armed, env.page.listeners) == (True, 0, 0)
        assert click(2, extra=1)["questionId"] == "q2"

    def test_the_window_reads_the_fake_beside_it(self) -> None:
        """A test replaces `env.ids` or advances `env.clock`, and the web's own names follow."""
        env = make_env()
        before = (env.performance.now(), env.Date.now())
        env.clock.advance(10)
        assert (env.performance.now(), env.Date.now()) == (before[0] + 10, before[1] + 10)
        env.ids = FakeIds("other")
        env.ids.dice = 0.5
        assert (env.Math.random(), env.crypto is env.ids, env.JSON is env.json) == (0.5, True, True)

    def test_timers_of_the_window(self) -> None:
        """`setTimeout` and `clearTimeout` are those of the tab's clock."""
        env = make_env()
        heard: list[str] = []
        handle = env.set_timeout(lambda: heard.append("first"), 10)
        env.set_timeout(lambda: heard.append("second"), 10)
        env.clear_timeout(handle)
        env.clock.advance(10)
        assert heard == ["second"]

    def test_the_network_is_dispatched_in_every_tab_once(self) -> None:
        """`set_online` dispatches where it changes something, in tabs that run."""
        world = World()
        one, two = world.open(), world.open()
        heard: list[str] = []
        for tab in (one, two):
            for event_type in ("online", "offline"):
                tab.env.add_event_listener(event_type, lambda event, name=tab.name: heard.append(f"{name} {event.type}"))  # type: ignore[misc]
        world.set_online(False)
        world.set_online(False)
        two.life.freeze()
        world.set_online(True)
        assert heard == ["a offline", "b offline", "a online"]


class TestIds:
    def test_ids_are_counted(self) -> None:
        """Deterministic, told apart by tab, hexadecimal digits, and `random` is what the test set."""
        one, two, again = FakeIds("one"), FakeIds("two"), FakeIds("one")
        drawn = [ids.get_random_values([0] * 18) for ids in (one, one, two, again)]
        assert drawn[0] == drawn[3]
        assert len({tuple(numbers) for numbers in drawn}) == 3
        assert all(0 <= number < 16 for numbers in drawn for number in numbers)
        one.dice = 0.25
        assert one.random() == 0.25

    def test_no_two_tabs_make_the_same_mark(self) -> None:
        """The last eight digits of an id are the mark of a purge; those of two tabs differ, also at the same count."""
        one, two = FakeIds("one", 0), FakeIds("two", 1)
        assert one.get_random_values([0] * 18)[-8:] != two.get_random_values([0] * 18)[-8:]

    @pytest.mark.parametrize("count", [1, 18, 40])
    def test_an_array_of_any_length_is_filled(self, count: int) -> None:
        """The array that was given is returned, as by a browser."""
        numbers = [99] * count
        assert FakeIds().get_random_values(numbers) is numbers
        assert 99 not in numbers
