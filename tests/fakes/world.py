"""One browser with one origin: a clock, a store, the locks, the network, and the tabs that are opened in it."""

from __future__ import annotations

from typing import Any

from clickqueue.platform.ports import Event
from tests.fakes.clock import Delay, FakeClock, Timeline, at_once
from tests.fakes.ids import FakeIds
from tests.fakes.life import Life
from tests.fakes.locks import LockManager
from tests.fakes.page import FakeNetwork, FakePage, PageNews
from tests.fakes.storage import Origin
from tests.fakes.window import FakeWindow


class World:
    """A browser. `lag`, `lock_delay` and `lock_way` are how late writes, answers of locks and requests for locks arrive."""

    __slots__ = ("locks", "network", "origin", "tabs", "timeline")

    def __init__(self, lag: Delay | None = None, lock_delay: Delay = at_once, lock_way: Delay | None = None) -> None:
        self.timeline = Timeline()
        self.origin = Origin(self.timeline, lag)
        self.locks = LockManager(self.timeline, lock_delay, lock_way)
        self.network = FakeNetwork()
        self.tabs: list[Tab] = []

    def open(self, tab: str | None = None) -> Tab:
        """A new tab, named `a`, `b`, ... where no name is given."""
        opened = Tab(self, tab or chr(ord("a") + len(self.tabs)))
        self.tabs.append(opened)
        return opened

    def tell_all(self, news: PageNews) -> None:
        """Dispatch an event in every running tab at once."""
        for tab in list(self.tabs):
            if tab.life.state == "running":
                tab.page.tell(news)

    def set_online(self, online: bool) -> None:
        """The browser changes its mind about the network, and dispatches that in every tab."""
        if self.network.online != online:
            self.network.online = online
            self.tell_all("online" if online else "offline")


class Tab:
    """One page: its window, and what a user and a browser do to it."""

    __slots__ = ("env", "life", "name", "page")

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.life = Life()
        self.page = FakePage(self.life)
        storage = world.origin.open(self.life)
        storage.on_change = lambda key, text: self.page.tell("storage", key, text)
        clock = FakeClock(world.timeline, self.life)
        ids = FakeIds(name, len(world.tabs))
        self.env = FakeWindow(storage, clock, world.network, self.page, world.locks.open(self.life), ids)

    def kill(self) -> None:
        """The renderer crashes: the page gets no event."""
        self.life.kill()

    def close(self, hidden_first: bool = False) -> None:
        """The user closes the tab; hidden first where another tab covered it before."""
        self._dispatch_leaving(hidden_first)
        self.life.kill()

    def leave(self, hidden_first: bool = False) -> None:
        """The user goes elsewhere; the page waits in the back/forward cache."""
        self._dispatch_leaving(hidden_first)
        self.life.freeze()

    def come_back(self) -> None:
        """The user presses "back": `return`, then `visible`, then what had to wait."""

        def dispatch() -> None:
            self.page.tell("return")
            self.page.tell("visible")

        self.life.thaw(dispatch)

    def freeze(self) -> None:
        """The browser freezes a tab in the background."""
        self.page.tell("freeze")
        self.life.freeze()

    def resume(self) -> None:
        """The browser runs a frozen tab again."""
        self.life.thaw(lambda: self.page.tell("resume"))

    def _dispatch_leaving(self, hidden_first: bool) -> None:
        # A visible page gets `pagehide` before `visibilitychange` (HTML standard, "unload a document").
        self.page.tell("hidden" if hidden_first else "leave")
        self.page.tell("leave" if hidden_first else "hidden")


def make_env() -> FakeWindow:
    """The window of a lone tab in a world of its own."""
    return World().open().env


def click(number: int = 1, **fields: Any) -> Event:
    """A click with the four fields that a host must give; further ones by name."""
    return {"sessionId": "s1", "questionId": f"q{number}", "offerId": "o1", "buttonVariantId": "b1", **fields}
