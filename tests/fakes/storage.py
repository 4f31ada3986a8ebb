"""`localStorage`: one store for all tabs of an origin, as each tab sees it.

Invariant: a copy ignores what is older than its own last write to the key, so all copies end up the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.fakes.clock import Delay, Timeline
from tests.fakes.life import Life

OnPut = Callable[[str, str | None, str | None, "FakeStorage | None"], None]
"""Called with the key, its old text, its new one, and the writer."""


class StorageFault(Exception):
    """What a browser throws where it does not store: SecurityError, QuotaExceededError."""


class Origin:
    """The text that all tabs of an origin share.

    `lag` None: every write is visible everywhere at once, and the others get its `storage` event in a task of their own. Otherwise
    each tab reads its own copy, where the writes of others arrive that many ms later, in their order: the channel is
    separate from the one of the locks.
    """

    __slots__ = ("_serial", "_used_chars", "lag", "on_put", "quota_chars", "texts", "timeline", "travelling", "views")

    def __init__(self, timeline: Timeline | None = None, lag: Delay | None = None) -> None:
        self.timeline = timeline or Timeline()
        self.texts: dict[str, str] = {}
        self.views: list[FakeStorage] = []
        self.lag = lag
        self.quota_chars: int | None = None
        self.on_put: OnPut = lambda key, old, text, writer: None
        """Called right after each `put`, because a crash may come there."""
        self.travelling = 0
        """How many changes have not arrived at some tab yet."""
        self._used_chars = 0
        self._serial = 0

    def open(self, life: Life | None = None) -> FakeStorage:
        """The storage as a tab that starts now sees it."""
        view = FakeStorage(self, life or Life())
        self.views.append(view)
        return view

    def put(self, key: str, text: str | None, writer: FakeStorage | None) -> int:
        """Set or remove (None) a key and notify the others; returns the serial number of the change.

        `writer` is None where it is no tab of the world: another script, the user in the developer tools, a test.
        """
        self._serial += 1
        old = self.texts.get(key)
        if text != old:
            self._replace(key, old, text, writer)
        self.on_put(key, old, text, writer)
        return self._serial

    def _replace(self, key: str, old: str | None, text: str | None, writer: FakeStorage | None) -> None:
        self._used_chars += self._chars(key, text) - self._chars(key, old)
        if text is None:
            del self.texts[key]
        else:
            self.texts[key] = text
        for view in self.views:
            if view is not writer:
                view.learn_later(self._serial, key, text)

    def clear(self) -> None:
        """The user clears the site's data, or a script of the host calls `localStorage.clear()`."""
        self._serial += 1
        self.texts.clear()
        self._used_chars = 0
        for view in self.views:
            view.learn_later(self._serial, None, None)

    def has_room(self, key: str, text: str) -> bool:
        if self.quota_chars is None:
            return True
        return self._used_chars + self._chars(key, text) - self._chars(key, self.texts.get(key)) <= self.quota_chars

    @staticmethod
    def _chars(key: str, text: str | None) -> int:
        return 0 if text is None else len(key) + len(text)


class FakeStorage:
    """`localStorage` of one tab. Made by `Origin.open`."""

    __slots__ = (
        "_copy",
        "_life",
        "_news_at_ms",
        "_origin",
        "_own",
        "die_after",
        "failing",
        "faults",
        "is_broken",
        "on_change",
        "reads",
        "writes",
    )

    def __init__(self, origin: Origin, life: Life) -> None:
        self._origin = origin
        self._life = life
        self._copy = dict(origin.texts) if origin.lag else origin.texts
        self._own: dict[str, int] = {}
        self._news_at_ms = 0.0
        self.on_change: Callable[[str | None, str | None], None] = lambda key, text: None
        """Called when another tab changed a key; the key is None when it cleared all."""
        self.is_broken = False
        """Every touch raises: cookies are blocked, the frame is sandboxed."""
        self.failing: set[int] = set()
        """Which writes raise, counted from 1 over the life of the tab."""
        self.die_after: int | None = None
        """Kill the tab after so many more changes: the crash between two writes."""
        self.reads = 0
        self.writes = 0
        self.faults = 0
        """How often this storage has raised."""

    def __iter__(self) -> Iterator[str]:
        self.touch()
        return iter(list(self._copy))

    def get_item(self, key: str) -> str | None:
        self.touch()
        self.reads += 1
        return self._copy.get(key)

    def set_item(self, key: str, text: str) -> None:
        self.touch()
        self.writes += 1
        if self.writes in self.failing or not self._origin.has_room(key, text):
            self.faults += 1
            raise StorageFault("QuotaExceededError")
        self._change(key, text)

    def remove_item(self, key: str) -> None:
        self.touch()
        self._change(key, None)

    def touch(self) -> None:
        """Raise where every touch does."""
        if self.is_broken:
            self.faults += 1
            raise StorageFault("SecurityError")

    def peek(self, key: str) -> str | None:
        """The text that the tab would read; nothing is counted and nothing raises."""
        return self._copy.get(key)

    def learn_later(self, serial: int, key: str | None, text: str | None) -> None:
        """Another tab wrote: the change is seen here, and its event comes, when it has travelled here."""
        lag, now_ms = self._origin.lag, self._origin.timeline.uptime_ms
        self._news_at_ms = max(self._news_at_ms, now_ms + lag() if lag else now_ms)
        if not self._life.is_dead:
            self._origin.travelling += 1
            self._origin.timeline.post(self._news_at_ms - now_ms, lambda: self._learn(serial, key, text))

    def _learn(self, serial: int, key: str | None, text: str | None) -> None:
        self._origin.travelling -= 1
        if self._copy is not self._origin.texts:
            self._overtake(serial, key, text)
        self._life.run(lambda: self.on_change(key, text))

    def _overtake(self, serial: int, key: str | None, text: str | None) -> None:
        for each in list(self._copy) if key is None else [key]:
            if self._own.get(each, 0) > serial:
                continue
            if text is None:
                self._copy.pop(each, None)
            else:
                self._copy[each] = text

    def _change(self, key: str, text: str | None) -> None:
        if self._life.is_dead:
            return
        self._own[key] = self._origin.put(key, text, self)
        if self._copy is not self._origin.texts:
            self._overtake(self._own[key], key, text)
        if self.die_after is not None:
            self.die_after -= 1
            if self.die_after <= 0:
                self._life.kill()
