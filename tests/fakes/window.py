"""A window of the shape of `platform/ports.py`, made of fakes.

Invariant: each attribute of the web reads the fake beside it at every access, so a test may replace `env.storage`, `env.clock`,
`env.network`, `env.locks`, `env.ids` or `env.json` at any time.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.json import FakeJson
from tests.fakes.life import Task
from tests.fakes.locks import AbortController, FakeLocks
from tests.fakes.page import AT_TARGET, FakeDocument, FakeEvent, FakeNetwork, FakePage, Listener
from tests.fakes.storage import FakeStorage


class FakePerformance:
    """`performance`."""

    __slots__ = ("_env",)

    def __init__(self, env: FakeWindow) -> None:
        self._env = env

    def now(self) -> float:
        return self._env.clock.uptime_ms()


class FakeDate:
    """`Date`."""

    __slots__ = ("_env",)

    def __init__(self, env: FakeWindow) -> None:
        self._env = env

    def now(self) -> int:
        return self._env.clock.now_ms()


class FakeNavigator:
    """`navigator`."""

    __slots__ = ("_env", "user_agent")

    def __init__(self, env: FakeWindow) -> None:
        self._env = env
        self.user_agent = "Fake/1.0"

    @property
    def on_line(self) -> bool:
        return self._env.network.is_online()

    @property
    def locks(self) -> FakeLocks | None:
        return None if self._env.locks.manager.is_missing else self._env.locks


class FakeWindow:
    """`globalThis` of one tab."""

    __slots__ = (
        "AbortController",
        "Date",
        "StorageEvent",
        "clock",
        "ids",
        "json",
        "locks",
        "navigator",
        "network",
        "page",
        "performance",
        "storage",
    )

    def __init__(
        self,
        storage: FakeStorage,
        clock: FakeClock,
        network: FakeNetwork,
        page: FakePage,
        locks: FakeLocks,
        ids: FakeIds,
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.network = network
        self.page = page
        self.locks = locks
        self.ids = ids
        self.json = FakeJson()
        self.performance = FakePerformance(self)
        self.Date = FakeDate(self)
        self.navigator = FakeNavigator(self)
        self.AbortController: Any = AbortController
        self.StorageEvent: Any = FakeEvent

    @property
    def local_storage(self) -> FakeStorage:
        """Raises where storage is blocked, as a browser does."""
        self.storage.touch()
        return self.storage

    @property
    def document(self) -> FakeDocument:
        return self.page.document

    @property
    def crypto(self) -> FakeIds:
        return self.ids

    @property
    def Math(self) -> FakeIds:
        return self.ids

    @property
    def JSON(self) -> FakeJson:
        return self.json

    def set_timeout(self, callback: Task, delay_ms: float) -> Any:
        return self.clock.call_later(delay_ms, callback)

    def clear_timeout(self, handle: Any) -> None:
        self.clock.cancel(handle)

    def add_event_listener(self, event_type: str, listener: Listener) -> None:
        self.page.window.add_event_listener(event_type, listener)

    def remove_event_listener(self, event_type: str, listener: Listener) -> None:
        self.page.window.remove_event_listener(event_type, listener)

    def dispatch_event(self, event: FakeEvent) -> None:
        self.page.window.call(event, AT_TARGET)
