"""The hook over a fake of React; `tests/browser/` runs it in React and in Preact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clickqueue.react import create_use_widget
from tests.fakes import HOLD, FakeApi, FakeWindow, click, make_env


class FakeReact:
    """One component: renders it, mounts it, unmounts it, and renders it anew when its store has changed."""

    def __init__(self, props: dict[str, Any]) -> None:
        self.props = props
        self.shown: Any = None
        self._hook = create_use_widget(self)
        self._state: Any = None
        self._store: Any = None
        self._unmount: Callable[[], None] | None = None
        self._effects: list[Callable[[], None]] = []
        self.render()

    def useState(self, initial: Callable[[], Any]) -> list[Any]:
        if self._state is None:
            self._state = initial()
        return [self._state]

    def useEffect(self, effect: Callable[[], None]) -> None:
        """Run after the render, as React does when it keeps the render."""
        self._effects.append(effect)

    def useSyncExternalStore(self, subscribe: Any, look: Callable[[], Any], look_on_server: Callable[[], Any]) -> Any:
        assert look_on_server() is look_on_server(), "React asks for the same snapshot while nothing has changed"
        self._store = (subscribe, look)
        return look()

    def render(self) -> None:
        self.shown = self._hook(self.props)
        effects, self._effects = self._effects, []
        for effect in effects:
            effect()

    def track(self, event: Any) -> Any:
        return self.shown["trackClick"](event, None)

    def mount(self) -> None:
        subscribe, _ = self._store
        self._unmount = subscribe(self.render)
        self.render()

    def unmount(self) -> None:
        assert self._unmount is not None
        self._unmount()


def sessionless(number: int) -> dict[str, Any]:
    """A click as a widget hands it over: without the session, which is the hook's to add."""
    return {key: value for key, value in click(number, id=f"c{number}").items() if key != "sessionId"}


def component(env: FakeWindow, api: FakeApi, **props: Any) -> FakeReact:
    return FakeReact({"api": api, "config": {}, "sessionId": "session-1", "env": env, **props})


def test_rendering_alone_touches_nothing() -> None:
    """A render makes no queue, so it works on a server, and a render that React throws away leaves nothing behind."""
    env = make_env()
    react = component(env, FakeApi(env.clock))
    assert (react.shown["pending"], react.shown["isOnline"], react.shown["snapshot"]["state"]) == (0, True, "idle")
    assert (env.clock.armed, env.page.listeners) == (0, 0)


def test_a_click_is_counted_and_shown() -> None:
    """`trackClick` returns the id, and the component is rendered anew with what is pending."""
    env = make_env()
    react = component(env, FakeApi(env.clock))
    react.mount()
    assert react.track(sessionless(1)) == "c1"
    assert (react.shown["pending"], react.shown["snapshot"]["enqueued"]) == (1, 1)


def test_the_session_of_the_widget_travels_with_each_click() -> None:
    """`sessionId` of the props is merged into the event, but for one that names its own; the caller's object stays."""
    env = make_env()
    api = FakeApi(env.clock)
    react = component(env, api)
    react.mount()
    mine = sessionless(1)
    react.track(mine)
    react.track({**sessionless(2), "sessionId": "own"})
    env.clock.advance(5000)
    assert [event["sessionId"] for event in api.calls[0].events] == ["session-1", "own"]
    assert "sessionId" not in mine


def test_a_click_has_the_session_of_its_moment() -> None:
    """When the props have changed, the next click has the new `sessionId`."""
    env = make_env()
    api = FakeApi(env.clock)
    react = component(env, api)
    react.mount()
    react.props = {**react.props, "sessionId": "session-2"}
    react.render()
    react.track(sessionless(1))
    env.clock.advance(5000)
    assert [event["sessionId"] for event in api.calls[0].events] == ["session-2"]


def test_track_click_keeps_its_identity() -> None:
    """`trackClick` is the same function in every render and after a remount: it may stand in dependency lists."""
    env = make_env()
    react = component(env, FakeApi(env.clock))
    first = react.shown["trackClick"]
    react.mount()
    react.unmount()
    react.mount()
    assert react.shown["trackClick"] is first


def test_the_queue_is_there_while_the_component_is() -> None:
    """A consent that is withdrawn reaches the component's own queue, which is null before its mount and after its end (CONTRACT 5.4)."""
    env = make_env()
    react = component(env, FakeApi(env.clock))
    before = react.shown["queue"]
    react.mount()
    react.track(sessionless(1))
    react.shown["queue"].purge()
    assert (react.shown["pending"], react.shown["snapshot"]["dropped"]["purged"]) == (0, 1)
    react.unmount()
    react.render()
    assert (before, react.shown["queue"]) == (None, None)


def test_strict_mode_gets_a_live_queue() -> None:
    """Mounted, unmounted and mounted again, as StrictMode does: clicks go to a queue that is not destroyed."""
    env = make_env()
    api = FakeApi(env.clock)
    react = component(env, api)
    react.mount()
    react.unmount()
    react.mount()
    react.track(sessionless(1))
    env.clock.advance(5000)
    assert api.calls[0].ids == ["c1"]


def test_unmounting_sends_and_leaves_nothing_running() -> None:
    """The unmount sends the unsent events; after the answer there is no timer, no listener and no lock."""
    env = make_env()
    api = FakeApi(env.clock, [HOLD])
    react = component(env, api)
    react.mount()
    react.track(sessionless(1))
    react.unmount()
    assert api.calls[0].ids == ["c1"]
    api.calls[0].resolve()
    env.clock.run_until_idle(60_000)
    assert (env.clock.armed, env.page.listeners) == (0, 0)
    assert list(env.storage) == []


def test_unmounting_sends_batch_after_batch() -> None:
    """Also what is clicked while a request is in flight; nothing is left over for the next start."""
    env = make_env()
    api = FakeApi(env.clock, delay_ms=50)
    react = component(env, api)
    react.mount()
    for number in range(25):
        react.track(sessionless(number))
    react.unmount()
    env.clock.run_until_idle(60_000)
    assert ([len(call.ids) for call in api.calls], list(env.storage)) == ([10, 10, 5], [])
    assert (env.clock.armed, env.page.listeners) == (0, 0)


def test_what_fails_at_the_unmount_waits_for_the_next_mount() -> None:
    """An event that an unmounted widget could not deliver is stored, and the next one delivers it."""
    env = make_env()
    api = FakeApi(env.clock, [OSError("cut")])
    react = component(env, api)
    react.mount()
    react.track(sessionless(1))
    react.unmount()
    env.clock.run_until_idle(60_000)
    assert len(api.calls) == 1
    component(env, api).mount()
    env.clock.run_until_idle(60_000)
    assert api.calls[1].ids == ["c1"]


def test_without_storage_the_queue_outlives_its_component() -> None:
    """Where nothing can be stored an unmounted queue lives on until its last event is through, and then goes."""
    env = make_env()
    env.storage.is_broken = True
    api = FakeApi(env.clock, [OSError("cut")])
    react = component(env, api)
    react.mount()
    react.track(sessionless(1))
    react.unmount()
    env.clock.run_until_idle(60_000)
    assert [call.ids for call in api.calls] == [["c1"], ["c1"]]
    assert (env.clock.armed, env.page.listeners) == (0, 0)


@pytest.mark.parametrize("was_mounted", [False, True], ids=["before the mount", "after the unmount"])
def test_a_click_without_a_mounted_queue_counts(was_mounted: bool) -> None:
    """Handlers outlive components, and Preact mounts after it has painted: such a click is sent at once."""
    env = make_env()
    api = FakeApi(env.clock)
    react = component(env, api)
    if was_mounted:
        react.mount()
        react.unmount()
    assert react.track(sessionless(1)) == "c1"
    assert api.calls[0].ids == ["c1"]
    env.clock.run_until_idle(60_000)
    assert (env.clock.armed, env.page.listeners) == (0, 0)


def test_no_event_is_refused_as_ever() -> None:
    """`trackClick` hands on what is no event; the queue counts it as `invalid`."""
    env = make_env()
    react = component(env, FakeApi(env.clock))
    react.mount()
    assert react.track({"id": "c1"}) is None
    assert react.shown["snapshot"]["dropped"]["invalid"] == 1


def test_a_wrong_config_throws_when_the_component_mounts() -> None:
    """A wrong config is an error of the component, where React's error boundaries see it (CONTRACT 1.6)."""
    env = make_env()
    react = component(env, FakeApi(env.clock), config={"maxBatchSize": 0})
    with pytest.raises(ValueError, match="maxBatchSize"):
        react.mount()
