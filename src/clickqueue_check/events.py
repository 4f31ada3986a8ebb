"""The events that are sent. Invariant: each one is marked as a test, and the ids of one run share a prefix of their own."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from typing import Any

Event = dict[str, Any]

PREFIX = "clickqueue-check-"
DEEP = "1,900 lists in each other"
"""In an event this text becomes such lists: JavaScript writes them within `maxEventBytes`, Python's JSON cannot."""
NESTED = b"[" * 1900 + b"]" * 1900


def dump(value: object) -> bytes:
    """JSON as a browser's `JSON.stringify` writes it: UTF-8, and half of a surrogate pair as its escape `\\ud800`."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").replace(f'"{DEEP}"'.encode(), NESTED)


def now_ms() -> int:
    """Wall time in ms since 1970."""
    return int(time.time() * 1000)


class Events:
    """Makes the events of one run. `fields` are those that the endpoint needs beside the contract's own."""

    def __init__(self, fields: Event) -> None:
        # Random, so that a second run does not meet the ids of the first one.
        self.prefix = f"{PREFIX}{secrets.token_hex(4)}-"
        self._fields = fields
        self._numbers = itertools.count(1)

    def one(self, **fields: Any) -> Event:
        """A new event; `fields` replace or add some, and an `id` among them is put after the prefix."""
        event = {
            "sessionId": "clickqueue-check",
            "questionId": "question-1",
            "offerId": "offer-1",
            "buttonVariantId": "button-1",
            "timestamp": now_ms(),
            "userAgent": "clickqueue check",
            **self._fields,
            **fields,
            "test": True,
        }
        event["id"] = f"{self.prefix}{next(self._numbers)}{fields.get('id', '')}"
        return event

    def several(self, count: int) -> list[Event]:
        """New events."""
        return [self.one() for _ in range(count)]

    def of_size(self, size_bytes: int) -> Event:
        """A new event with exactly this many bytes of JSON."""
        event = self.one(padding="")
        event["padding"] = "x" * (size_bytes - len(dump(event)))
        return event

    def batch(self, events: list[Event]) -> dict[str, Any]:
        """A `BatchRequest` with a `batchId` of its own."""
        return {"events": events, "batchId": f"{self.prefix}batch-{next(self._numbers)}", "timestamp": now_ms()}
