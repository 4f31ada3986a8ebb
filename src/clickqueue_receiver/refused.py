"""Every answer that is not a success: a status, and a text that names what was given and what is allowed."""

from __future__ import annotations

import random


class Refused(Exception):
    """Raised anywhere below an endpoint, and becomes its answer."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}


class Unavailable(Refused):
    """503 with `Retry-After`: nothing is lost, the client keeps its events and comes back.

    The delay is random, from `retry_after_s` to three times that: clients that were turned away together must not return together.
    """

    def __init__(self, reason: str, text: str, retry_after_s: int, headers: dict[str, str] | None = None) -> None:
        delay_s = random.randint(retry_after_s, 3 * retry_after_s)
        super().__init__(503, text, {"Retry-After": str(delay_s), **(headers or {})})
        self.reason = reason
