"""A fake of the `Http` port: it answers from a script, at once, and remembers what was sent."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from typing import Any

from clickqueue.ports import Json
from tests.fakes import FakeJson


class FakePromise:
    """A promise that settles once and calls its listeners at once: the order of happenings without an event loop."""

    def __init__(self, start: Callable[[Callable[[Any], None], Callable[[Any], None]], None]) -> None:
        self.state = "pending"
        self.value: Any = None
        self._listeners: list[Callable[[], None]] = []
        try:
            start(lambda value: self._settle("resolved", value), lambda error: self._settle("rejected", error))
        except Exception as error:
            self._settle("rejected", error)

    def then(self, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        def tell() -> None:
            (done if self.state == "resolved" else failed)(self.value)

        if self.state == "pending":
            self._listeners.append(tell)
        else:
            tell()

    def _settle(self, state: str, value: Any) -> None:
        if self.state != "pending":
            return
        self.state, self.value = state, value
        for tell in self._listeners:
            tell()


class FakeFailure(Exception):
    """The native error of the port."""

    def __init__(self, message: str, status: int, retry_after_ms: float | None) -> None:
        super().__init__(message)
        self.status = status
        self.retryAfterMs = retry_after_ms


class FakeResponse:
    """An answer; the names of its headers are lower case."""

    def __init__(self, status: float, text: str = "", **headers: str) -> None:
        self.status = status
        self.text = text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FakeHttp:
    """Answers the requests one by one from `script`: a `FakeResponse`, or an exception for a broken line."""

    def __init__(self, *script: FakeResponse | Exception, now_ms: float = 0) -> None:
        self.json: Json = FakeJson()
        self.sent: list[dict[str, Any]] = []
        self._script = list(script)
        self._now_ms = now_ms

    def exchange(
        self,
        fetch: Any,
        url: str,
        request: dict[str, Any],
        timeout_ms: float,
        answered: Callable[[Any, str], None],
        failed: Callable[[Any], None],
    ) -> None:
        self.sent.append({"url": url, "fetch": fetch, "timeout_ms": timeout_ms, **request})
        answer = self._script.pop(0)
        if isinstance(answer, Exception):
            failed(answer)
        else:
            answered(answer, answer.text)

    def promise(self, start: Callable[[Any, Any], None]) -> FakePromise:
        return FakePromise(start)

    def failure(self, message: str, status: int, retry_after_ms: float | None) -> FakeFailure:
        return FakeFailure(message, status, retry_after_ms)

    def parse_date_ms(self, text: str | None) -> float | None:
        try:
            return email.utils.parsedate_to_datetime(text or "").timestamp() * 1000
        except ValueError:
            return None

    def now_ms(self) -> float:
        return self._now_ms
