"""The queue as a React hook: a component has a queue for as long as it is mounted, and no event is lost in between.

React is passed in, never imported. Any object with `useState`, `useEffect` and `useSyncExternalStore` works, such as `preact/compat`.
Rendering touches nothing, so it works on a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.main import EMPTY_STATS, ClickQueue
from clickqueue.platform.runtime import field, keys_of, overlay

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_use_widget"]

PROPS = {"api": True, "config": True, "sessionId": True, "env": True}


def create_use_widget(react: Any) -> Any:
    """The hook `useWidget({api, config, sessionId, env})` for this React."""

    def use_widget(props: Any) -> dict[str, Any]:
        for name in keys_of(props):
            if field(PROPS, name) is None:
                raise TypeError("clickqueue: useWidget has no " + name + "; allowed: api, config, sessionId, env")
        widget = react.useState(lambda: create_widget(props))[0]

        def commit() -> None:
            # Not during a render, which React may discard.
            widget["props"] = props

        react.useEffect(commit)
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


def create_widget(props: Any) -> dict[str, Any]:
    """One component and its queue. React compares functions by identity, so the component's are made once."""

    def open_queue() -> Any:
        props = widget["props"]
        return ClickQueue(field(props, "config"), field(props, "api"), field(props, "env"))

    def mount(listener: Callable[[], None]) -> Callable[[], None]:
        """Called once a mount: StrictMode mounts twice, and the second time finds the first queue destroyed."""
        click_queue = open_queue()
        widget["queue"] = click_queue
        click_queue.subscribe(listener)

        def unmount() -> None:
            widget["queue"] = None
            flush_then_destroy(click_queue)

        return unmount

    def track(event: Any, options: Any) -> Any:
        # A handler may outlive its component, and Preact mounts a frame after it has painted: this click counts too.
        click_queue = open_queue() if widget["queue"] is None else widget["queue"]
        session = {"sessionId": field(widget["props"], "sessionId")}
        event_id = click_queue.enqueue(overlay(event, session) if field(event, "sessionId") is None else event, options)
        if click_queue is not widget["queue"]:
            flush_then_destroy(click_queue)
        return event_id

    widget: dict[str, Any] = {
        "props": props,
        "queue": None,
        "mount": mount,
        "look": lambda: EMPTY_STATS if widget["queue"] is None else widget["queue"].get_snapshot(),
        "track": track,
    }
    return widget


def flush_then_destroy(click_queue: Any) -> None:
    """Send the unsent events, then destroy the queue; without storage, only after its last event is settled."""
    click_queue.flush()

    def on_change() -> None:
        stats = click_queue.get_snapshot()
        if stats["state"] != "sending" and (stats["persistent"] is True or stats["pending"] == 0):
            click_queue.destroy()

    click_queue.subscribe(on_change)
    on_change()
