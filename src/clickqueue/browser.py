"""The page around us: the only file that names a global of JavaScript, and each only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import attempt, field, kind, names, overlay, random_id, take_out, utf8_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import LockAnswer

AbortController: Any
Date: Any
Error: Any
JSON: Any
Math: Any
Object: Any
Promise: Any
clearTimeout: Any
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

NEWS = {
    "online": "online",
    "offline": "offline",
    "storage": "storage",
    # Not unload and beforeunload: they would keep the page out of the back/forward cache (web.dev/articles/bfcache).
    "pagehide": "leave",
    "pageshow": "return",
    "freeze": "leave",
    "resume": "return",
    "visibilitychange": "visible",
}

# The queues of this very page: what one of them leaves behind makes no `storage` event here (HTML standard, 12.2.1).
HEARERS: list[Callable[..., None]] = []


def listen(hear: Callable[..., None]) -> Callable[[], None]:
    abort = __new__(AbortController())

    def tell(event: Any) -> None:
        # At its target (DOM, eventPhase 2): some events bubble from document to window, and a host's own from anywhere.
        if event.eventPhase == 2:
            news = field(NEWS, field(event, "type"))
            is_hidden = news == "visible" and document.hidden
            hear("hidden" if is_hidden else news, field(event, "key"), field(event, "newValue"))

    for target in [window, document]:
        for event_type in names(NEWS):
            # Listeners that end with a signal: Chrome 90, Firefox 86, Safari 15 (MDN, addEventListener).
            target.addEventListener(event_type, tell, {"signal": abort.signal})
    HEARERS.append(hear)

    def stop() -> None:
        abort.abort()
        take_out(HEARERS, hear)
        nudge()

    return stop


def nudge() -> None:
    """Let the queues of this page look at their storage."""
    for hear in HEARERS:
        hear("visible")


def request_lock(lock: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> Callable[[], None]:
    """Web Locks, where the page has them: not in an insecure context, and not in a sandboxed frame."""
    abort = __new__(AbortController())
    signal = abort.signal

    def hold(handle: Any) -> Any:
        if signal.aborted:
            return None

        def last(end: Any) -> None:
            signal.onabort = end

        # The lock lasts until this promise settles.
        held = __new__(Promise(last))
        answer("taken" if handle is None else "granted")
        if handle is None:
            # Perhaps by a queue of this page, and a copy of our events stands in its key.
            nudge()
        return held

    # `ifAvailable` and `signal` exclude each other (Web Locks, 3.2.1).
    options = {"signal": signal} if should_wait else {"ifAvailable": True}
    attempt(
        lambda: navigator.locks.request(lock, options, hold),
        lambda end: None,
        lambda error: None if signal.aborted else answer("missing"),
    )
    return lambda: abort.abort()


def exchange(settings: Any, url: str, prepare: Callable[[], dict[str, Any]], judge: Callable[[Any, str], Any]) -> Any:
    abort = __new__(AbortController())
    timeout_ms = settings["timeoutMs"]
    timer = setTimeout(lambda: abort.abort(), timeout_ms)

    def start(resolve: Any, reject: Any) -> None:
        signal = abort.signal
        signal.onabort = lambda: reject(Error(url + " took over " + str(timeout_ms) + " ms"))
        request = overlay(prepare(), {"signal": signal})
        # Looked up at this moment, since a host may patch its fetch; called bare, since it may be no method.
        send = fetch if settings["fetch"] is None else settings["fetch"]
        # Read the body of a failure too: an unread keepalive body counts against the page's 64 KiB until all later ones fail.
        send(url, request).then(lambda response: response.text().then(lambda text: judge(response, text))).then(resolve, reject)

    return __new__(Promise(start))["finally"](lambda: clearTimeout(timer))


def date_ms(text: str | None, otherwise_ms: float) -> float:
    parsed_ms: float = Date.parse(text)
    return parsed_ms if kind(parsed_ms) == "number" else otherwise_ms


def uptime_ms() -> float:
    """A host may have broken the clock that only grows; then it is the wall clock."""
    now_ms: float = Date.now()
    try:
        now_ms = performance.now()
    except Exception:
        pass
    return now_ms


# Every port of ports.py. Functions throughout, so that importing this touches nothing.
BROWSER: Any = {
    # Named anew at each touch: in some privacy settings the name alone throws, and that may change.
    "storage": {
        "read": lambda key: localStorage.getItem(key),
        "write": lambda key, text: localStorage.setItem(key, text),
        "remove": lambda key: localStorage.removeItem(key),
        "listKeys": lambda: names(localStorage),
    },
    "clock": {
        "nowMs": lambda: Date.now(),
        "uptimeMs": uptime_ms,
        "callLater": lambda delay_ms, callback: setTimeout(callback, min(Math.ceil(delay_ms), MAX_TIMER_MS)),
        "cancel": lambda handle: clearTimeout(handle),
    },
    # Undefined counts as online: only a plain False is a promise.
    "network": {"isOnline": lambda: field(navigator, "onLine") is not False},
    "page": {"userAgent": lambda: navigator.userAgent, "listen": listen},
    "locks": {"request": request_lock},
    "ids": {"newId": random_id, "random": lambda: Math.random()},
    "json": {
        "dump": lambda value: JSON.stringify(value),
        "load": lambda text: JSON.parse(text),
        # Not TextEncoder, which jsdom and old web views lack.
        "sizeBytes": utf8_bytes,
    },
    "exchange": exchange,
    "fail": lambda message, fields: Promise.reject(Object.assign(Error(message), fields)),
    "dateMs": date_ms,
}
