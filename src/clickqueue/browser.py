"""The page around us: the only file that names a global of JavaScript, and each only when it is called."""

# __pragma__ ('skip')
from __future__ import annotations

from collections.abc import Callable
from typing import Any

AbortController: Any
Date: Any
Error: Any
JSON: Any
Promise: Any
TextEncoder: Any
clearTimeout: Any
fetch: Any
setTimeout: Any
__new__: Any
# __pragma__ ('noskip')

from clickqueue.runtime import kind


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
