"""The page around us: the only file that names a global of JavaScript, and each only when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import field, kind, names

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


class BrowserEnv:
    """Every port of ports.py: the host's where it gave one, the page's where it did not."""

    def __init__(self, given: Any) -> None:
        self.storage = choose(given, "storage", BrowserStorage())
        self.clock = choose(given, "clock", BrowserClock())
        self.network = choose(given, "network", BrowserNetwork())
        self.page = choose(given, "page", BrowserPage())
        self.locks = choose(given, "locks", BrowserLocks())
        self.ids = choose(given, "ids", BrowserIds())
        self.json = choose(given, "json", BrowserJson())


def choose(given: Any, port: str, own: Any) -> Any:
    chosen = field(given, port)
    return own if chosen is None else chosen


class BrowserStorage:
    """`localStorage`, named anew at each touch: in some privacy settings the name alone throws, and that may change."""

    def __init__(self) -> None:
        pass

    def read(self, key: str) -> str | None:
        return localStorage.getItem(key)

    def write(self, key: str, text: str) -> None:
        localStorage.setItem(key, text)

    def remove(self, key: str) -> None:
        localStorage.removeItem(key)

    def list_keys(self) -> list[str]:
        return names(localStorage)


class BrowserClock:
    def __init__(self) -> None:
        pass

    def now_ms(self) -> int:
        return Date.now()

    def uptime_ms(self) -> float:
        return performance.now()

    def call_later(self, delay_ms: float, callback: Callable[[], None]) -> object:
        return setTimeout(callback, min(Math.ceil(delay_ms), MAX_TIMER_MS))

    def cancel(self, handle: object) -> None:
        clearTimeout(handle)


class BrowserNetwork:
    def __init__(self) -> None:
        pass

    def is_online(self) -> bool:
        # Undefined counts as online: only a plain False is a promise.
        return navigator.onLine is not False


class BrowserPage:
    def __init__(self) -> None:
        pass

    def user_agent(self) -> str:
        return navigator.userAgent

    def listen(self, hear: Callable[[PageNews, str | None], None]) -> Callable[[], None]:
        stops: list[Callable[[], None]] = []

        def on(target: Any, event_type: str, handle: Callable[[Any], None]) -> None:
            target.addEventListener(event_type, handle)
            stops.append(lambda: target.removeEventListener(event_type, handle))

        def stop() -> None:
            for end in stops:
                end()

        on(window, "online", lambda event: hear("online", None))
        on(window, "offline", lambda event: hear("offline", None))
        # pagehide and pageshow are events of window; unload and beforeunload would keep the page out of the
        # back/forward cache (web.dev/articles/bfcache).
        on(window, "pagehide", lambda event: hear("leave", None))
        on(window, "pageshow", lambda event: hear("return", None))
        on(window, "storage", lambda event: hear("storage", event.key))
        on(document, "freeze", lambda event: hear("leave", None))
        on(document, "resume", lambda event: hear("return", None))
        on(document, "visibilitychange", lambda event: hear("hidden" if document.hidden else "visible", None))
        return stop


class BrowserLocks:
    """Web Locks, where the page has them: not in an insecure context, and not in a sandboxed frame."""

    def __init__(self) -> None:
        pass

    def request(self, lock: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> Callable[[], None]:
        if kind(navigator.locks) != "object":
            answer("missing")
            return lambda: None
        return BrowserLock(answer).request(lock, should_wait)


class BrowserLock:
    """One lock, from its request to its end."""

    def __init__(self, answer: Callable[[LockAnswer], None]) -> None:
        self._answer = answer
        self._is_over = False
        self._abort = __new__(AbortController())
        self._end: Callable[[], None] = lambda: None

    def request(self, lock: str, should_wait: bool) -> Callable[[], None]:
        # `ifAvailable` and `signal` exclude each other (Web Locks, 3.2.1).
        options: dict[str, Any] = {"signal": self._abort.signal} if should_wait else {"ifAvailable": True}
        asked = navigator.locks.request(lock, options, lambda handle: self._hold(handle))
        asked.then(None, lambda error: self._tell("missing"))
        return lambda: self._release()

    def _hold(self, handle: Any) -> Any:
        """The lock lasts until the promise that is returned here settles."""
        if self._is_over or handle is None:
            self._tell("taken")
            return None
        held = __new__(Promise(lambda resolve: self._keep(resolve)))
        self._tell("granted")
        return held

    def _keep(self, resolve: Callable[[], None]) -> None:
        self._end = resolve

    def _tell(self, news: LockAnswer) -> None:
        answer = self._answer
        self._answer = lambda later: None
        if not self._is_over:
            answer(news)

    def _release(self) -> None:
        self._is_over = True
        self._abort.abort()
        end = self._end
        end()


class BrowserIds:
    def __init__(self) -> None:
        pass

    def new_id(self) -> str:
        text = ""
        for byte in crypto.getRandomValues(__new__(Uint8Array(16))):
            text += (byte + 256).toString(16).slice(1)
        return text

    def random(self) -> float:
        return Math.random()


class BrowserJson:
    """The page's JSON."""

    def dump(self, value: Any) -> Any:
        return JSON.stringify(value)

    def load(self, text: str) -> Any:
        return JSON.parse(text)

    def size_bytes(self, text: str) -> int:
        return len(__new__(TextEncoder()).encode(text))


# -- http: what widget_api.py sends with


class BrowserHttp:
    """The page's fetch, its promises and its clock."""

    def __init__(self) -> None:
        self.json = BrowserJson()

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

    def now_ms(self) -> float:
        return Date.now()
