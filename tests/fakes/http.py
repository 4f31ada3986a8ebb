"""The `Http` port. Invariant: each request takes the next answer of the script, at once, and `sent` remembers the request."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Callable
from typing import Any

from clickqueue.platform.ports import HttpDate, Json
from tests.fakes.json import FakeJson

ReadAnswer = Callable[[Any, str], Any]


class SettledPromise:
    """A promise that is settled from the start, so that `then` calls back at once: no clock is needed."""

    def __init__(self, start: Callable[[], Any]) -> None:
        self.state = "rejected"
        self.value: Any
        try:
            answer = start()
        except Exception as error:
            self.value = error
        else:
            is_promise = isinstance(answer, SettledPromise)
            self.state = answer.state if is_promise else "resolved"
            self.value = answer.value if is_promise else answer

    def then(self, done: Callable[[Any], Any], failed: Callable[[Any], Any] | None = None) -> SettledPromise:
        callback = done if self.state == "resolved" else failed
        return self if callback is None else SettledPromise(lambda: callback(self.value))


class HttpFailure(Exception):
    """The native error of the port."""

    def __init__(self, message: str, fields: dict[str, Any]) -> None:
        super().__init__(message)
        self.fields = fields


class FakeResponse:
    """A response; the names of its headers are lower case."""

    def __init__(self, status: float, text: str = "", **headers: str) -> None:
        self.status = status
        self.text = text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class FakeHttpDate:
    """`Date` of the port."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def now(self) -> int:
        return self.now_ms

    def parse(self, text: str | None) -> float:
        try:
            return email.utils.parsedate_to_datetime(text or "").timestamp() * 1000
        except ValueError:
            return math.nan


class FakeHttp:
    """Answers the requests one by one from `script`: a `FakeResponse`, or an exception for a network error."""

    def __init__(self, *script: FakeResponse | Exception, now_ms: int = 0) -> None:
        self.JSON: Json = FakeJson()
        self.Date: HttpDate = FakeHttpDate(now_ms)
        self.sent: list[dict[str, Any]] = []
        self._script = list(script)

    def exchange(
        self, settings: dict[str, Any], url: str, prepare: Callable[[Any], dict[str, Any]], read_answer: ReadAnswer
    ) -> SettledPromise:
        def answer() -> Any:
            self.sent.append({"url": url, "fetch": settings["fetch"], "timeout_ms": settings["timeoutMs"], **prepare(None)})
            answer = self._script.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return read_answer(answer, answer.text)

        return SettledPromise(answer)

    def fail(self, message: str, fields: dict[str, Any]) -> SettledPromise:
        def reject() -> None:
            raise HttpFailure(message, fields)

        return SettledPromise(reject)
