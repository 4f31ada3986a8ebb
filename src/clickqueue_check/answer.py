"""An answer, and the client's view of it. The client's own code reads it, so that the two cannot disagree."""

from __future__ import annotations

import email.utils
import json
import math
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal, NoReturn, cast

from clickqueue.delivery.verdict import list_at, rejection_reason
from clickqueue.http.widget_api import read_answer

Outcome = Literal["taken", "rejected", "failed"]
"""taken: acknowledged. rejected: the client bisects the batch. failed: the client keeps the batch and retries it."""

# `fetch` with `redirect: "manual"` reports these, and only these, as status 0.
REDIRECTS = (301, 302, 303, 307, 308)
SHOWN_CHARACTERS = 60  # of a body, so that a line of the report stays one


class NotTaken(Exception):
    """The client's failure; `status` as `fetch` gives it, 0 for a redirect."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """The answer of the endpoint. Without an HTTP answer `status` is None and `error` says why; header names are lower case."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    error: str = ""

    def outcome(self) -> Outcome:
        """The outcome as the client sees it."""
        try:
            self.value()
        except NotTaken as failure:
            return "failed" if rejection_reason(failure) is None else "rejected"
        return "taken"

    def value(self) -> Any:
        """The JSON of an answer that acknowledges, None where it has none. Raises NotTaken where it does not acknowledge."""
        if self.status is None:
            raise NotTaken(self.error, 0)
        response = SimpleNamespace(status=0 if self.status in REDIRECTS else self.status, headers=self.headers)
        return read_answer("", cast("Any", response), self.text, cast("Any", _HTTP))

    def is_html(self) -> bool:
        """Whether it is a 2xx that the client takes for a captive portal's page."""
        return self.status is not None and 200 <= self.status <= 299 and self.outcome() == "failed"

    def rejected_ids(self) -> list[Any]:
        """The ids that an acknowledging answer lists as `rejected`."""
        return [item.get("id") for item in list_at(self.value(), "rejected") if isinstance(item, dict)]

    def unacknowledged_ids(self) -> list[Any]:
        """The ids that an acknowledging answer lists as `rejected` or `retry`."""
        return [*self.rejected_ids(), *list_at(self.value(), "retry")]

    def header(self, name: str) -> str:
        """A header, empty where it is missing."""
        return self.headers.get(name, "")

    def listed_in(self, name: str) -> set[str]:
        """The items of a header that is a list of names, in lower case."""
        return {item.strip().lower() for item in self.header(name).split(",")} - {""}

    def __str__(self) -> str:
        if self.status is None:
            return self.error
        is_page = self.header("content-type").startswith("text/html") and "<" in self.text
        body = "(HTML)" if is_page else " ".join(self.text.split())
        shown = body if len(body) <= SHOWN_CHARACTERS else body[: SHOWN_CHARACTERS - 1] + "…"
        location = f"to {self.header('location')}" if self.status in REDIRECTS else ""
        return " ".join(filter(None, [str(self.status), location or shown])).encode("utf-8", "backslashreplace").decode()


def date_ms(text: str | None, otherwise_ms: float) -> float:
    """The ms since 1970 of an HTTP date; `otherwise_ms` where the text is none."""
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp() * 1000
    except ValueError:
        return otherwise_ms


def _load(text: str) -> Any:
    # JavaScript's JSON knows no NaN.
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _fail(message: str, fields: dict[str, Any]) -> NoReturn:
    raise NotTaken(message.strip(), int(fields["status"]))


_HTTP = SimpleNamespace(
    JSON=SimpleNamespace(parse=_load), Date=SimpleNamespace(now=lambda: 0, parse=lambda text: date_ms(text, math.nan)), fail=_fail
)
"""The port that `read_answer` needs of a browser."""
