"""What the queue needs of its surroundings: everything that touches the world goes through these few methods.

CPython only. `browser.py` adapts a real page to them, `tests/fakes.py` a fake one, and a host may hand in its own
as `env` (there the names are camelCase: `now_ms` is `nowMs`; the whole mapping stands in `tools/mangling.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

Event = dict[str, Any]
"""A `ClickEvent` (CONTRACT 1.5), as the plain object that JSON makes of it."""

LockAnswer = Literal["granted", "taken", "missing"]
PageNews = Literal["online", "offline", "visible", "hidden", "leave", "return", "storage"]


class Storage(Protocol):
    """Text under keys, shared by all tabs of an origin. Every method may raise, at any time (CONTRACT 4.6)."""

    def read(self, key: str) -> str | None:
        """The text under `key`, None where there is none. Called when a key is taken over, and before a write that merges."""

    def write(self, key: str, text: str) -> None:
        """Replace the text under `key`, whole or not at all. Called inside `enqueue`, and after each answer."""

    def remove(self, key: str) -> None:
        """Forget `key`; nothing happens where it is not there."""

    def list_keys(self) -> list[str]:
        """Every key of the origin, those of strangers too. Called whenever another tab may have left some."""


class Clock(Protocol):
    """Two times and a timer. Waits are counted on `uptime_ms`, so that a corrected wall clock moves no deadline."""

    def now_ms(self) -> int:
        """Wall time in ms since 1970, for the timestamps that leave the page. May jump either way."""

    def uptime_ms(self) -> float:
        """A time in ms that only grows, from any origin."""

    def call_later(self, delay_ms: float, callback: Callable[[], None]) -> object:
        """Call back once, not before `delay_ms` have passed; returns a handle for `cancel`. One is armed at a time."""

    def cancel(self, handle: object) -> None:
        """Forget the timer. A timer that has fired may be cancelled too."""


class Network(Protocol):
    """What the browser believes about the line."""

    def is_online(self) -> bool:
        """`navigator.onLine`: False is sure, True only means that a network interface is up (CONTRACT 3.8)."""


class Page(Protocol):
    """The life of the page around the queue."""

    def user_agent(self) -> str:
        """What an event says where the caller gave no `userAgent`; '' where it is not known."""

    def listen(self, hear: Callable[[PageNews, str | None, str | None], None]) -> Callable[[], None]:
        """Call `hear(news, key, text)` for what happens to the page until the returned function is called.

        online, offline: the browser changed its mind. visible, hidden: the tab was shown or covered.
        leave: `pagehide` or `freeze`, perhaps for ever. return: `pageshow` or `resume`; also comes on a first load.
        storage: another tab wrote `text` to `key` (None: it removed it); `key` is None when it cleared everything.
        With all other news `key` and `text` are None. What a queue leaves behind makes no `storage` event in its own page:
        there the others hear `visible` each time that it calls the returned function, when it stops and when it is through.
        """


class Locks(Protocol):
    """Who owns a name, exactly, across tabs. A lock ends with its tab, however that ends."""

    def request(self, lock: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> Callable[[], None]:
        """Ask for a lock of this name; returns the function that gives it up or takes the request back.

        `answer` is called once, at once or later: 'granted'; 'taken' (only without `should_wait`) when another tab
        holds it; 'missing' when there are no locks here. After the returned function was called it is never called.
        """


class Ids(Protocol):
    """Names that nobody else has."""

    def new_id(self) -> str:
        """128 random bits as text without '.' or ':' (CONTRACT 2.2)."""

    def random(self) -> float:
        """A number from 0 up to 1, for `retryJitter`."""


class Json(Protocol):
    """Text of values and back. Both may raise; the host may have patched them."""

    def dump(self, value: Any) -> Any:
        """Compact JSON text; something that is not text where the value has none (a function)."""

    def load(self, text: str) -> Any:
        """The value of a text."""

    def size_bytes(self, text: str) -> int:
        """Length of the text in UTF-8, which is how a request body is counted."""


class Env(Protocol):
    """All ports at one place: the third argument of `ClickQueue`."""

    storage: Storage
    clock: Clock
    network: Network
    page: Page
    locks: Locks
    ids: Ids
    json: Json


class Api(Protocol):
    """What the host gives to reach its endpoint: `createWidgetApi` makes one, any object of this shape will do."""

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        """Send a batch; CONTRACT 3.4 says what the answer means. `request` is {batchId, timestamp, keepalive}."""


class Headers(Protocol):
    """The headers of an answer, as fetch gives them."""

    def get(self, name: str) -> str | None:
        """The value of a header; None where the server sent none or CORS hides it."""


class Response(Protocol):
    """An answer, as fetch gives it. `status` is 0 for a redirect that was not followed."""

    status: int
    headers: Headers


class Http(Protocol):
    """What `widget_api.py` needs of a browser. Not part of `Env`: a host that wants another way gives its own `fetch`."""

    clock: Clock
    json: Json

    def exchange(
        self,
        settings: dict[str, Any],
        url: str,
        prepare: Callable[[], dict[str, Any]],
        judge: Callable[[Response, str], Any],
    ) -> Any:
        """Send what `prepare` makes by `fetch` (None: the page's own), at once, and read the whole body, whatever the status.

        `fetch` and `timeoutMs` stand in the settings. Gives a promise of what `judge` makes of the answer and its text. It
        rejects with what any of them raises, and when `timeoutMs` pass before the body's end, and then the request is aborted.
        """

    def fail(self, message: str, fields: dict[str, Any]) -> Any:
        """A promise that rejects with a native error that carries these fields."""

    def date_ms(self, text: str | None, otherwise_ms: float) -> float:
        """The ms since 1970 of an HTTP date; `otherwise_ms` where the text is none."""
