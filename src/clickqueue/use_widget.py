"""The queue as a React hook: a component has a queue for as long as it is mounted, and no event is lost in between.

React is handed in, never imported, and only two of its hooks are used: whatever has `useState` and
`useSyncExternalStore`, Preact's compat too, will do. Rendering touches nothing, so it works on a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.main import ClickQueue
from clickqueue.runtime import field, overlay
from clickqueue.stats import no_counts, no_drops

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_use_widget"]


def create_use_widget(react: Any) -> Any:
    """The hook `useWidget({api, config, sessionId, env})` for this React."""

    def use_widget(props: Any) -> dict[str, Any]:
        widget = react.useState(create_widget)[0]
        widget["props"] = props
        snapshot = react.useSyncExternalStore(widget["mount"], widget["look"], widget["look"])
        return {
            "trackClick": widget["track"],
            "isOnline": snapshot["isOnline"],
            "pending": snapshot["pending"],
            "lastFailure": snapshot["lastFailure"],
            "snapshot": snapshot,
            "queue": widget["queue"],
        }

    return use_widget


def create_widget() -> dict[str, Any]:
    """One component and its queue. React compares functions by identity, so the component's are made once."""
    # What there is to see without a queue: on a server, and in the render that hydrates what the server sent.
    now = {
        "state": "idle",
        "isOnline": True,
        "persistent": True,
        "pending": 0,
        "inFlight": 0,
        "dropped": no_drops(),
        "lastFailure": None,
    }
    nothing = overlay(no_counts(), now)

    def open_queue() -> Any:
        props = widget["props"]
        return ClickQueue(field(props, "config"), field(props, "api"), field(props, "env"))

    def mount(listener: Callable[[], None]) -> Callable[[], None]:
        """Called once a mount: StrictMode mounts twice, and the second time finds the first queue destroyed."""
        queue = open_queue()
        widget["queue"] = queue
        queue.subscribe(listener)

        def unmount() -> None:
            widget["queue"] = None
            let_go(queue)

        return unmount

    def track(event: Any) -> Any:
        # A handler may outlive its component, and Preact mounts a frame after it has painted: this click counts too.
        queue = open_queue() if widget["queue"] is None else widget["queue"]
        session = {"sessionId": field(widget["props"], "sessionId")}
        event_id = queue.enqueue(overlay(event, session) if field(event, "sessionId") is None else event)
        if queue is not widget["queue"]:
            let_go(queue)
        return event_id

    widget: dict[str, Any] = {
        "queue": None,
        "mount": mount,
        "look": lambda: nothing if widget["queue"] is None else widget["queue"].get_snapshot(),
        "track": track,
    }
    return widget


def let_go(queue: Any) -> None:
    """Send what is unsent, then destroy the queue; where nothing can be stored, not before its last event is through."""
    queue.flush()

    def settle() -> None:
        stats = queue.get_snapshot()
        if stats["state"] != "sending" and (stats["persistent"] is True or stats["pending"] == 0):
            queue.destroy()

    queue.subscribe(settle)
    settle()
