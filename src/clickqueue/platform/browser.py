"""The page around the queue, where one call to a global of JavaScript is not enough. Importing this touches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import field
from clickqueue.platform.web import call_method, new_controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.platform.ports import Window

Date: Any
Error: Any
JSON: Any
Object: Any
Promise: Any
clearTimeout: Any
fetch: Any
globalThis: Any
setTimeout: Any
__new__: Any

PAGE_EVENTS = [
    "online",
    "offline",
    "storage",
    "visibilitychange",
    # Not unload and beforeunload: they would keep the page out of the back/forward cache (web.dev/articles/bfcache).
    "pagehide",
    "pageshow",
    "freeze",
    "resume",
]


def listen(env: Window, hear: Callable[[str, Any], None]) -> Callable[[], None]:
    """Call `hear(kind, event)` for each page event until the returned function is called.

    `kind` is the type of the event, but 'visible' or 'hidden' for `visibilitychange`.
    """

    def on_event(event: Any) -> None:
        # At its target (DOM, eventPhase 2): some events bubble from document to window, and a host's own from anywhere.
        if field(event, "eventPhase") == 2:
            hear(kind_of(env, event), event)

    call_for_each(env, "addEventListener", on_event)
    return lambda: call_for_each(env, "removeEventListener", on_event)


def call_for_each(env: Window, method: str, on_event: Callable[[Any], None]) -> None:
    for target in [env, env.document]:
        for event_type in PAGE_EVENTS:
            call_method(target, method, event_type, on_event)


def kind_of(env: Window, event: Any) -> str:
    event_type: str = field(event, "type")
    if event_type == "visibilitychange":
        return "hidden" if field(env.document, "hidden") is True else "visible"
    # A host that dispatches an event of its own does not freeze its page: nothing is handed over.
    is_real = field(event, "isTrusted") is True or (event_type != "pagehide" and event_type != "freeze")
    return event_type if is_real else "hidden"


def exchange(settings: Any, url: str, prepare: Callable[[Any], dict[str, Any]], read_answer: Callable[[Any, str], Any]) -> Any:
    timers: list[Any] = []
    # None before Safari 11.1: the promise still settles in time, but the request may continue.
    controller = new_controller(globalThis)

    def on_timeout(reject: Any) -> None:
        reject(Error(url + " timed out (" + str(settings["timeoutMs"]) + " ms)"))
        if controller is not None:
            controller.abort()

    def start(resolve: Any, reject: Any) -> None:
        timers.append(setTimeout(lambda: on_timeout(reject), settings["timeoutMs"]))
        # Looked up at each call, since a host may patch its fetch; called without `this`, since it may be no method.
        send = fetch if settings["fetch"] is None else settings["fetch"]
        request = prepare(field(controller, "signal"))
        # The body of a failure is read too: an unread keepalive body counts against the page's 64 KiB until all later ones fail.
        send(url, request).then(lambda response: response.text().then(lambda text: read_answer(response, text))).then(
            resolve, reject
        )

    return __new__(Promise(start))["finally"](lambda: clearTimeout(timers[0]))


def http() -> Any:
    """The `Http` port of ports.py, over the globals of the page."""
    return {
        "JSON": JSON,
        "Date": Date,
        "exchange": exchange,
        "fail": lambda message, fields: Promise.reject(Object.assign(Error(message), fields)),
    }


def window_of_page() -> Any:
    """The window, for an entry to which the host gave no other."""
    return globalThis
