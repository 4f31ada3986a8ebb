"""A host that misbehaves: its api, `JSON`, storage and timers throw, or return what they must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.main import ClickQueue
from tests.fakes import FakeJson, FakeStorage
from tests.unit.harness import Harness, note_books


class HostError(Exception):
    """The error that a misbehaving host throws."""


def throw(*_: Any) -> Any:
    """Any function of the host."""
    raise HostError


class CallableApi:
    """An api that calls a function of (events, request)."""

    def __init__(self, send: Callable[[list[Any], dict[str, Any]], Any]) -> None:
        self.track_click_batch = send


def with_api(send: Callable[[list[Any], dict[str, Any]], Any], **config: Any) -> tuple[Harness, ClickQueue]:
    """A harness, and the queue under test beside its own one, with an api of its own."""
    harness = Harness({"storageKey": "beside"})
    queue = ClickQueue({"maxBatchSize": 1, **config}, CallableApi(send), harness.env)
    queue.subscribe(lambda: note_books(queue.get_snapshot()))
    harness.settle()
    return harness, queue


class Thenable:
    """An object with a `then` of its own."""

    def __init__(self, then: Callable[[Any, Any], Any]) -> None:
        self.then = then


class HostJson(FakeJson):
    """`JSON` with other functions in place of its own."""

    def __init__(self, stringify: Callable[[Any], Any] | None = None, parse: Callable[[str], Any] | None = None) -> None:
        self._stringify = stringify
        self._parse = parse

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        return self._stringify(value) if self._stringify else super().stringify(value)

    def parse(self, text: str) -> Any:
        return self._parse(text) if self._parse else super().parse(text)


class HostStorage:
    """A `localStorage` whose calls fail where `fails_at(number, name)` of the call is true; `fault` then returns or throws."""

    def __init__(self, real: FakeStorage, fails_at: Callable[[int, str], bool], fault: Callable[[], Any]) -> None:
        self._real = real
        self._fails_at = fails_at
        self._fault = fault
        self.touches = 0

    def _touch(self, name: str, call: Callable[[], Any]) -> Any:
        self.touches += 1
        return self._fault() if self._fails_at(self.touches, name) else call()

    def touch(self) -> None:
        """Reading `localStorage` itself works."""

    def get_item(self, key: str) -> Any:
        return self._touch("get_item", lambda: self._real.get_item(key))

    def set_item(self, key: str, text: str) -> Any:
        return self._touch("set_item", lambda: self._real.set_item(key, text))

    def remove_item(self, key: str) -> Any:
        return self._touch("remove_item", lambda: self._real.remove_item(key))

    def __iter__(self) -> Any:
        return self._touch("keys", lambda: iter(self._real))
