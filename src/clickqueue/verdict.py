"""What an answer means. A failure is about the path unless the server blames the events; this is all there is to it (CONTRACT 3.5)."""

from __future__ import annotations

from typing import Any

from clickqueue.runtime import field, find, kind, some

# A server may ask for patience, not for silence (CONTRACT 3.6).
MAX_RETRY_AFTER_MS = 3600000


def blame_of(error: Any) -> str | None:
    """Why the server takes offence at the events, which is also why one is dropped that never gets past; None where it does not.

    400 Bad Request, 413 Content Too Large, 422 Unprocessable Content (RFC 9110, 15.5). All other statuses, those that
    nobody has thought of too, say nothing about the events, so they cost none.
    """
    status = field(error, "status")
    if status == 413:
        return "too_large"
    return "rejected" if status == 400 or status == 422 else None


def retry_after_ms(error: Any) -> float:
    """How long the server asks us to wait; 0 where it does not."""
    asked_ms = field(error, "retryAfterMs")
    return min(max(asked_ms, 0), MAX_RETRY_AFTER_MS) if kind(asked_ms) == "number" else 0


def listed(answer: Any, key: str) -> list[Any]:
    """A list in an answer, empty where there is none."""
    items = field(answer, key)
    return items if kind(items) == "list" else []


def refusal_of(answer: Any, event_id: str) -> str | None:
    """Why the server will never take this event; None where it does not say so."""
    item = find(listed(answer, "rejected"), lambda item: field(item, "id") == event_id)
    reason = field(item, "reason")
    return None if item is None else reason if kind(reason) == "text" else "no reason"


def is_wanted_again(answer: Any, event_id: str) -> bool:
    return some(listed(answer, "retry"), lambda item: item == event_id)
