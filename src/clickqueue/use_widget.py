"""The queue as a React hook: a component has a queue for as long as it is mounted, and no event is lost in between.

React is handed in, never imported, and only two of its hooks are used: whatever has `useState` and
`useSyncExternalStore`, Preact's compat too, will do. Rendering touches nothing, so it works on a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.main import ClickQueue
from clickqueue.runtime import field, kind, names, overlay
from clickqueue.stats import no_counts, no_drops

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_use_widget"]


def create_use_widget(react: Any) -> Any:
    """The hook `useWidget({api, config, sessionId, env})` for this React."""

    def use_widget(props: Any) -> dict[str, Any]:
        widget = react.useState(lambda: Widget())[0]
        widget.props = props
        snapshot = react.useSyncExternalStore(widget.subscribe, widget.get_snapshot, widget.get_snapshot)
        return {
            "trackClick": widget.track_click,
            "isOnline": snapshot["isOnline"],
            "pending": snapshot["pending"],
            "snapshot": snapshot,
        }

    return use_widget


class Widget:
    """One component and its queue. React compares functions by identity, so the component's are made once."""

    def __init__(self) -> None:
        self.props: Any = None
        self.subscribe = lambda listener: self._mount(listener)
        self.get_snapshot = lambda: self._look()
        self.track_click = lambda event: self._track(event)
        self._queue: Any = None
        # What there is to see without a queue: on a server, and in the render that hydrates what the server sent.
        now = {"state": "idle", "isOnline": True, "persistent": True, "pending": 0, "inFlight": 0, "dropped": no_drops()}
        self._nothing: dict[str, Any] = overlay(no_counts(), now)

    def _look(self) -> dict[str, Any]:
        return self._nothing if self._queue is None else self._queue.get_snapshot()

    def _mount(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Called once a mount: StrictMode mounts twice, and the second time finds the first queue destroyed."""
        queue = self._open()
        self._queue = queue
        queue.subscribe(listener)

        def unmount() -> None:
            self._queue = None
            let_go(queue)

        return unmount

    def _open(self) -> Any:
        props = self.props
        return ClickQueue(field(props, "config"), field(props, "api"), field(props, "env"))

    def _track(self, raw: Any) -> Any:
        event = with_session(raw, field(self.props, "sessionId"))
        if self._queue is not None:
            return self._queue.enqueue(event)
        # A handler may outlive its component, and Preact mounts a frame after it has painted: this click counts too.
        queue = self._open()
        event_id = queue.enqueue(event)
        let_go(queue)
        return event_id


def with_session(event: Any, session_id: Any) -> Any:
    """The event with the widget's session, where it names none of its own."""
    if kind(event) != "object" or field(event, "sessionId") is not None:
        return event
    full: dict[str, Any] = {}
    for name in names(event):
        full[name] = event[name]
    full["sessionId"] = session_id
    return full


def let_go(queue: Any) -> None:
    """Send what is unsent and destroy the queue; where nothing can be stored, not before its last event is through."""
    queue.flush()

    def settle() -> None:
        stats = queue.get_snapshot()
        is_persistent = stats["persistent"]
        if is_persistent or stats["pending"] == 0:
            queue.destroy()

    queue.subscribe(settle)
    settle()
