"""What the demo's server takes. Invariant: the page can read back every body that passes here.

As strict as a browser's JSON, so without NaN and Infinity, and never nested deeper than Python can write it again.
"""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any, NoReturn

SINGLE, BATCH = "/api/track/click", "/api/track/click/batch"
MAX_DEPTH = 100  # of lists and objects in each other: Python's JSON ends at a depth near 1 000


class BadRequest(Exception):
    """What is wrong with a request, and the status that says so."""

    def __init__(self, fault: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(fault)
        self.status = status


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is, as strict as a browser reads it: the page reads what is stored. Raises BadRequest."""
    try:
        value = json.loads(body or b"{}", parse_constant=refuse, parse_float=finite)
    except (ValueError, RecursionError) as fault:
        raise BadRequest(f"the body is not JSON: {fault}") from None
    if not isinstance(value, dict) or is_deep(value):
        raise BadRequest(f"the body is not a JSON object of depth {MAX_DEPTH}; send an event, or {{events, batchId, timestamp}}")
    return value


def refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is allowed in Python alone")


def finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else refuse(text)


def is_deep(value: object) -> bool:
    """Whether lists and objects contain each other more than `MAX_DEPTH` times."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, list | dict)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return level != []


def as_batch(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """One shape for both routes. Raises BadRequest for what is not an event."""
    batch = body if path == BATCH else {"events": [body]}
    events = batch.get("events")
    if not isinstance(events, list) or not events:
        raise BadRequest(f"events is {events!r}; a non-empty list of events is allowed")
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("id"), str):
            raise BadRequest(f"an event is {event!r}; an object with a string as its id is allowed")
    return batch
