"""As much of a promise as the queue uses. Invariant: it settles once, and calls back in a task of its own, never inside `then`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.life import Task


class Promise:
    """A promise of one tab; `post(delay_ms, task)` runs a task in that tab."""

    __slots__ = ("_callbacks", "_is_decided", "_post", "_settled")

    def __init__(self, post: Callable[[float, Task], None]) -> None:
        self._post = post
        self._callbacks: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = []
        self._is_decided = False
        self._settled: tuple[bool, Any] | None = None

    def then(self, done: Callable[[Any], Any], failed: Callable[[Any], Any]) -> None:
        self._callbacks.append((done, failed))
        if self._settled:
            is_done, value = self._settled
            self._post(0, lambda: self._answer(is_done, value))

    def resolve(self, value: Any = None, delay_ms: float = 0) -> None:
        self._settle(True, value, delay_ms)

    def reject(self, error: Exception, delay_ms: float = 0) -> None:
        self._settle(False, error, delay_ms)

    def _settle(self, is_done: bool, value: Any, delay_ms: float) -> None:
        if not self._is_decided:
            self._is_decided = True
            self._post(delay_ms, lambda: self._answer(is_done, value))

    def _answer(self, is_done: bool, value: Any) -> None:
        self._settled = (is_done, value)
        callbacks, self._callbacks = self._callbacks, []
        for done, failed in callbacks:
            (done if is_done else failed)(value)
