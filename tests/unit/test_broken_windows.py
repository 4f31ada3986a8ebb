"""A host that broke, removed or never had a part of the window: the queue goes on without it (CONTRACT 1.6)."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from clickqueue import main
from clickqueue.config import DEFAULTS
from clickqueue.react import create_use_widget
from tests.fakes import FakeApi, FakeHttp, FakeIds, FakeResponse, World, click
from tests.unit.harness import Harness


def throws(*arguments: Any) -> NoReturn:
    raise RuntimeError("broken by the host")


class Broken:
    """A clock that throws."""

    now = staticmethod(throws)


class BrokenCrypto:
    """`crypto` that throws, beside a `Math.random` that works."""

    get_random_values = staticmethod(throws)

    def random(self) -> float:
        return 0.5


class BrokenRandom(FakeIds):
    """`Math.random` that throws, beside a `crypto` that works."""

    def random(self) -> float:
        throws()


def broken_harness(**parts: Any) -> Harness:
    """A harness whose window has other parts, from its start on."""
    world = World()
    tab = world.open()
    for name, part in parts.items():
        setattr(tab.env, name, part)
    return Harness(world=world, tab=tab)


@pytest.mark.parametrize("parts", [{"performance": Broken()}, {"Date": Broken()}, {"ids": BrokenCrypto()}], ids=list)
def test_a_broken_part_costs_no_event(parts: dict[str, Any]) -> None:
    """Without a clock, a date or `crypto` an event with an id of its own is accepted and delivered."""
    harness = broken_harness(**parts)
    event_id = harness.queue.enqueue(click(id="mine", timestamp=1), {"urgent": True})
    harness.settle()
    assert event_id == "mine"
    assert [call.ids for call in harness.api.calls] == [["mine"]]


def test_without_abort_controller_a_tab_is_a_peer() -> None:
    """A browser without AbortController has no Web Locks either: the tab uses no lock, and delivers."""
    harness = broken_harness(AbortController=None)
    harness.click(1)
    harness.queue.flush()
    harness.settle()
    assert harness.world.locks.requests == 0
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 1)


def test_without_storage_events_destroy_throws_nothing() -> None:
    """A server has no StorageEvent: `destroy()` and `purge()` return all the same (CONTRACT 5.3)."""
    harness = broken_harness(StorageEvent=throws)
    harness.click(1)
    harness.queue.purge()
    harness.queue.destroy()
    assert (harness.state, harness.reasons) == ("destroyed", ["purged"])


def test_an_exception_while_an_event_is_queued_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the event is left behind, and its reason is that of the exception (CONTRACT 6.2)."""
    harness = Harness()
    with monkeypatch.context() as patch:
        patch.setattr("clickqueue.queue.append_to_tail", throws)
        assert harness.queue.enqueue(click(id="mine")) is None
    assert harness.drops[0][1:] == ("invalid", "event is not queued: broken by the host")
    assert harness.queue.enqueue(click(id="mine")) == "mine"
    assert harness.stats["pending"] == 1


def test_a_failure_that_cannot_be_handled_is_tried_again() -> None:
    """A host that breaks Math.random while a request fails at once: no endless loop, and the event is sent later."""
    harness = Harness(script=[RuntimeError("the api throws")], delay_ms=None)
    harness.env.ids = BrokenRandom()
    harness.click(1)
    harness.queue.flush()
    assert harness.stats["pending"] == 1
    harness.env.ids = FakeIds()
    harness.advance(DEFAULTS["initialRetryDelay"])
    assert harness.stats["acknowledged"] == 1


def test_create_widget_api_uses_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """`createWidgetApi(options)` posts over the page's own fetch."""
    http = FakeHttp(FakeResponse(204))
    monkeypatch.setattr(main, "http", lambda: http)
    main.create_widget_api({"endpoint": "/clicks"})["trackClick"](click(), None)
    assert http.sent[0]["url"] == "/clicks"


def test_a_misspelt_prop_of_the_hook_throws() -> None:
    """The error names the prop and the allowed ones."""
    use_widget = create_use_widget(None)
    with pytest.raises(TypeError, match="useWidget has no onClick; allowed: api, config, sessionId, env"):
        use_widget({"api": FakeApi(World().open().env.clock, None), "onClick": throws})
