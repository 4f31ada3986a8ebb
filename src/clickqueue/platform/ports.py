"""The browser as the queue uses it: the queue calls only these few interfaces. CPython only.

A window has this shape, `tests/fakes/` has it too, and a host may pass another as `env`. Names are snake_case here and the
web's own in JavaScript: `local_storage.get_item` is `localStorage.getItem`. Every method may raise, at any time: a host may have
broken or removed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

Event = dict[str, Any]
"""A `ClickEvent` (CONTRACT 1.5), as the plain object that JSON makes of it."""


class Storage(Protocol):
    """`localStorage`: text under keys, shared by all tabs of an origin. Its keys are those of the object."""

    def __iter__(self) -> Iterator[str]:
        """Every key of the origin, those of strangers too. Read when a tab starts, and when another may have left some."""

    def get_item(self, key: str) -> str | None:
        """The text under `key`, None where there is none. Read before each write."""

    def set_item(self, key: str, text: str) -> None:
        """Replace the text under `key`, whole or not at all. Called inside `enqueue`, and after each response."""

    def remove_item(self, key: str) -> None:
        """Remove `key`; nothing happens where it is not there."""


class Date(Protocol):
    def now(self) -> int:
        """Wall time in ms since 1970, for the timestamps that leave the page. May jump either way."""


class Performance(Protocol):
    def now(self) -> float:
        """A time in ms that only grows, from any origin. Waits are counted on it, so a corrected wall clock moves no deadline."""


class Random(Protocol):
    """`Math`."""

    def random(self) -> float:
        """A number from 0 up to 1, for `retryJitter`, and for ids where there is no `crypto`."""


class Crypto(Protocol):
    def get_random_values(self, numbers: Any) -> Any:
        """Fill an array with random bytes and return it. Called for each id."""


class Json(Protocol):
    """`JSON`. Both may raise; the host may have patched them."""

    def stringify(self, value: Any, replacer: Any) -> Any:
        """Compact JSON text; no text where the value has none (a function)."""

    def parse(self, text: str) -> Any:
        """The value of a text."""


class Locks(Protocol):
    def request(self, lock_name: str, options: dict[str, Any], callback: Callable[[Any], Any]) -> Any:
        """Web Locks: `callback(lock)` when it is granted; the lock ends when the promise settles that it returns, or at once.

        With `ifAvailable` the lock is None where another tab has it. The promise that `request` returns rejects where the lock
        was stolen, or the request aborted by its `signal`.
        """


class Navigator(Protocol):
    user_agent: str
    on_line: bool
    locks: Locks


class Document(Protocol):
    hidden: bool

    def add_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        """Call `listener(event)` for each event of a type, until it is removed."""

    def remove_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        """No longer call this listener."""


class Window(Protocol):
    """The third argument of `ClickQueue`: `globalThis`, or another object of its shape."""

    local_storage: Storage
    performance: Performance
    crypto: Crypto
    navigator: Navigator
    document: Document
    Date: Date
    Math: Random
    JSON: Json
    # Constructors; only `runtime.py` calls them.
    AbortController: Any
    StorageEvent: Any

    def set_timeout(self, callback: Callable[[], None], delay_ms: float) -> Any:
        """Call back once, not before `delay_ms` have passed; returns a handle. One timer is armed at a time."""

    def clear_timeout(self, handle: Any) -> None:
        """Cancel a timer; nothing happens where it has fired."""

    def add_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        """Call `listener(event)` for each event of a type, until it is removed."""

    def remove_event_listener(self, event_type: str, listener: Callable[[Any], None]) -> None:
        """No longer call this listener."""

    def dispatch_event(self, event: Any) -> None:
        """Call the listeners of this window, at once."""


class Api(Protocol):
    """The host's api: `createWidgetApi` returns one, and any object of this shape works."""

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        """Send a batch; CONTRACT 3.4 defines the answers. `request` is {batchId, timestamp, keepalive}."""


class Headers(Protocol):
    """The headers of a response."""

    def get(self, name: str) -> str | None:
        """The value of a header; None where the server sent none or CORS hides it."""


class Response(Protocol):
    """A response of fetch. `status` is 0 for a redirect that was not followed."""

    status: int
    headers: Headers


class HttpDate(Date, Protocol):
    def parse(self, text: str | None) -> float:
        """The ms since 1970 of an HTTP date; not a number where the text is none."""


class Http(Protocol):
    """The browser as `widget_api.py` uses it. Not part of `Window`: a host may pass its own `fetch` instead."""

    JSON: Json
    Date: HttpDate

    def exchange(
        self,
        settings: dict[str, Any],
        url: str,
        prepare: Callable[[Any], dict[str, Any]],
        read_answer: Callable[[Response, str], Any],
    ) -> Any:
        """Send the request that `prepare(signal)` returns by `fetch` (None: the page's own), at once, and read the whole body.

        `fetch` and `timeoutMs` are in the settings. Returns a promise of the value that `read_answer` returns for the response and its
        text. It rejects with any exception of these, and when `timeoutMs` pass before the body's end; then the request is aborted.
        """

    def fail(self, message: str, fields: dict[str, Any]) -> Any:
        """A promise that rejects with a native error that has these fields."""
