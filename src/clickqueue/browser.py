"""The page around us: the only file that names a global of JavaScript, and each only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import field, kind, names, overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import LockAnswer, PageNews

AbortController: Any
Date: Any
Error: Any
JSON: Any
Math: Any
Promise: Any
TextEncoder: Any
Uint8Array: Any
clearTimeout: Any
crypto: Any
document: Any
fetch: Any
localStorage: Any
navigator: Any
performance: Any
setTimeout: Any
window: Any
__new__: Any

# Browsers keep a timer's delay in 32 bits; a larger one fires at once (HTML standard, "timer initialisation steps").
MAX_TIMER_MS = 2147483647


def browser_env(given: Any) -> Any:
    """Every port of ports.py: the host's where it gave one, the page's where it did not."""
    own = {
        "storage": storage(),
        "clock": clock(),
        # Undefined counts as online: only a plain False is a promise.
        "network": {"isOnline": lambda: navigator.onLine is not False},
        "page": {"userAgent": lambda: navigator.userAgent, "listen": listen},
        "locks": {"request": request_lock},
        "ids": {"newId": new_id, "random": lambda: Math.random()},
        "json": json(),
    }
    return overlay(own, given)


def storage() -> dict[str, Any]:
    """`localStorage`, named anew at each touch: in some privacy settings the name alone throws, and that may change."""
    return {
        "read": lambda key: localStorage.getItem(key),
        "write": lambda key, text: localStorage.setItem(key, text),
        "remove": lambda key: localStorage.removeItem(key),
        "listKeys": lambda: names(localStorage),
    }


def clock() -> dict[str, Any]:
    return {
        "nowMs": lambda: Date.now(),
        "uptimeMs": lambda: performance.now(),
        "callLater": lambda delay_ms, callback: setTimeout(callback, min(Math.ceil(delay_ms), MAX_TIMER_MS)),
        "cancel": lambda handle: clearTimeout(handle),
    }


def json() -> dict[str, Any]:
    return {
        "dump": lambda value: JSON.stringify(value),
        "load": lambda text: JSON.parse(text),
        "sizeBytes": lambda text: len(__new__(TextEncoder()).encode(text)),
    }


def listen(hear: Callable[[PageNews, str | None, str | None], None]) -> Callable[[], None]:
    abort = __new__(AbortController())

    def on(target: Any, event_type: str, news: PageNews) -> None:
        # Listeners that end with a signal: Chrome 90, Firefox 86, Safari 15 (MDN, addEventListener).
        target.addEventListener(
            event_type, lambda event: hear(news, field(event, "key"), field(event, "newValue")), {"signal": abort.signal}
        )

    on(window, "online", "online")
    on(window, "offline", "offline")
    # pagehide and pageshow are events of window; unload and beforeunload would keep the page out of the
    # back/forward cache (web.dev/articles/bfcache).
    on(window, "pagehide", "leave")
    on(window, "pageshow", "return")
    on(window, "storage", "storage")
    on(document, "freeze", "leave")
    on(document, "resume", "return")
    document.addEventListener(
        "visibilitychange",
        lambda: hear("hidden" if document.hidden else "visible", None, None),
        {"signal": abort.signal},
    )
    return lambda: abort.abort()


def request_lock(lock: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> Callable[[], None]:
    """Web Locks, where the page has them: not in an insecure context, and not in a sandboxed frame."""
    abort = __new__(AbortController())
    signal = abort.signal

    def hold(handle: Any) -> Any:
        if signal.aborted:
            return None
        # The lock lasts until this promise settles.
        held = __new__(Promise(lambda end: signal.addEventListener("abort", end)))
        answer("taken" if handle is None else "granted")
        return None if handle is None else held

    if kind(navigator.locks) == "object":
        # `ifAvailable` and `signal` exclude each other (Web Locks, 3.2.1).
        options = {"signal": signal} if should_wait else {"ifAvailable": True}
        navigator.locks.request(lock, options, hold).then(None, lambda error: None if signal.aborted else answer("missing"))
    else:
        answer("missing")
    return lambda: abort.abort()


def new_id() -> str:
    text = ""
    for byte in crypto.getRandomValues(__new__(Uint8Array(16))):
        text += (byte + 256).toString(16).slice(1)
    return text


# -- http: what widget_api.py sends with


class BrowserHttp:
    """The page's fetch, its promises and its clock."""

    def __init__(self) -> None:
        self.json: Any = json()

    def exchange(
        self,
        fetch_by: Any,
        url: str,
        request: dict[str, Any],
        timeout_ms: float,
        answered: Callable[[Any, str], None],
        failed: Callable[[Any], None],
    ) -> None:
        abort = __new__(AbortController())
        request["signal"] = abort.signal

        def give_up() -> None:
            failed(Error(url + " gave no answer within " + str(timeout_ms) + " ms"))
            abort.abort()

        timer = setTimeout(give_up, timeout_ms)

        def broken(error: Any) -> None:
            clearTimeout(timer)
            failed(error)

        def start(resolve: Any, reject: Any) -> None:
            # Looked up at this moment, since a host may patch its fetch; called bare, since it may be no method.
            resolve(fetch(url, request) if fetch_by is None else fetch_by(url, request))

        def received(response: Any) -> Any:
            def finished(text: str) -> None:
                clearTimeout(timer)
                answered(response, text)

            # Also of a failure: an unread keepalive body counts against the page's 64 KiB until all later ones fail.
            return response.text().then(finished)

        self.promise(start).then(received).then(None, broken)

    def promise(self, start: Callable[[Any, Any], None]) -> Any:
        return __new__(Promise(start))

    def failure(self, message: str, status: int, retry_after_ms: float | None) -> Any:
        error = Error(message)
        error["status"] = status
        error["retryAfterMs"] = retry_after_ms
        return error

    def parse_date_ms(self, text: str | None) -> float | None:
        parsed_ms = Date.parse(text)
        return parsed_ms if kind(parsed_ms) == "number" else None

    def now_ms(self) -> Any:
        return Date.now()
