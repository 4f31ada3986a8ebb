"""The events of a page: window and document, their listeners, and the network's state.

Invariant: an event reaches each listener that was there when it began and is still there at its turn, while the tab lives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from tests.fakes.life import Life

PageNews = Literal["hidden", "visible", "leave", "return", "freeze", "resume", "online", "offline", "storage"]

AT_TARGET = 2
BUBBLING_PHASE = 3

EVENT_TYPES: dict[str, str] = {
    "hidden": "visibilitychange",
    "visible": "visibilitychange",
    "leave": "pagehide",
    "return": "pageshow",
}
"""The type of the event where it differs from the news."""

DOCUMENT_NEWS = ("hidden", "visible", "freeze", "resume")
"""What is dispatched at the document. Of these only `visibilitychange` bubbles to the window."""


class FakeEvent:
    """An `Event`, a `StorageEvent` where it has a key. One that a script dispatches is not trusted."""

    __slots__ = ("event_phase", "is_trusted", "key", "new_value", "type")

    def __init__(self, event_type: str, init: dict[str, Any] | None = None, *, is_trusted: bool = False) -> None:
        self.type = event_type
        self.key: str | None = (init or {}).get("key")
        self.new_value: str | None = (init or {}).get("newValue")
        self.is_trusted = is_trusted
        self.event_phase = 0


Listener = Callable[[Any], None]


class EventTarget:
    """A window."""

    __slots__ = ("_life", "_listeners")

    def __init__(self, life: Life) -> None:
        self._life = life
        self._listeners: dict[str, list[Listener]] = {}

    @property
    def count(self) -> int:
        """How many listeners there are, of all types."""
        return sum(map(len, self._listeners.values()))

    def add_event_listener(self, event_type: str, listener: Listener) -> None:
        listeners = self._listeners.setdefault(event_type, [])
        if listener not in listeners:
            listeners.append(listener)

    def remove_event_listener(self, event_type: str, listener: Listener) -> None:
        listeners = self._listeners.get(event_type, [])
        if listener in listeners:
            listeners.remove(listener)

    def call(self, event: FakeEvent, phase: int) -> None:
        """Call the listeners of the event's type. An exception of one goes to the test: the queue may never raise here."""
        listeners = self._listeners.get(event.type, [])
        for listener in list(listeners):
            if listener in listeners and not self._life.is_dead:
                event.event_phase = phase
                listener(event)


class FakeDocument(EventTarget):
    """A document; `hidden` is what the last `visibilitychange` said."""

    __slots__ = ("hidden",)

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.hidden = False


class FakePage:
    """The page of one tab: a test calls `page.tell('hidden')`."""

    __slots__ = ("document", "window")

    def __init__(self, life: Life | None = None) -> None:
        life = life or Life()
        self.window = EventTarget(life)
        self.document = FakeDocument(life)

    @property
    def listeners(self) -> int:
        """How many listeners there are: 0 after `destroy`."""
        return self.window.count + self.document.count

    def tell(self, news: PageNews, key: str | None = None, text: str | None = None) -> None:
        """The browser dispatches the event for this news; `key` and `text` are those of a `storage` event."""
        event = FakeEvent(EVENT_TYPES.get(news, news), {"key": key, "newValue": text}, is_trusted=True)
        if event.type == "visibilitychange":
            self.document.hidden = news == "hidden"
        if news in DOCUMENT_NEWS:
            self.document.call(event, AT_TARGET)
        if event.type == "visibilitychange":
            self.window.call(event, BUBBLING_PHASE)
        elif news not in DOCUMENT_NEWS:
            self.window.call(event, AT_TARGET)


class FakeNetwork:
    """The network as the browser believes it to be, until `online` is set otherwise."""

    __slots__ = ("online",)

    def __init__(self) -> None:
        self.online = True

    def is_online(self) -> bool:
        """`navigator.onLine`."""
        return self.online
