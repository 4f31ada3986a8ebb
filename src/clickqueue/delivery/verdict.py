"""The meaning of a response: every failure is a delivery failure, unless the server rejects the events (CONTRACT 3.5)."""

from __future__ import annotations

from typing import Any

from clickqueue.platform.runtime import field, find, kind, some

# A server may delay the queue, but not switch it off (CONTRACT 3.6).
MAX_RETRY_AFTER_MS = 3600000


def rejection_reason(error: Any) -> str | None:
    """The reason for which the server rejects the events, and one that it always rejects is dropped; None where it does not.

    400 Bad Request, 413 Content Too Large, 422 Unprocessable Content (RFC 9110, 15.5). No other status, known or
    unknown, is a statement about the events, so it drops none.
    """
    status = field(error, "status")
    if status == 413:
        return "too_large"
    return "rejected" if status == 400 or status == 422 else None


def retry_after_ms(error: Any) -> float:
    """The ms that the server asks to wait; 0 where it asks for none."""
    asked_ms = field(error, "retryAfterMs")
    return min(max(asked_ms, 0), MAX_RETRY_AFTER_MS) if kind(asked_ms) == "number" else 0


def list_at(answer: Any, key: str) -> list[Any]:
    """A list in an answer, empty where there is none."""
    items = field(answer, key)
    return items if kind(items) == "list" else []


def rejected_item_reason(answer: Any, event_id: str) -> str | None:
    """The reason for which the server rejects this event; None where it does not list the event."""
    item = find(list_at(answer, "rejected"), lambda item: field(item, "id") == event_id)
    reason = field(item, "reason")
    return None if item is None else reason if kind(reason) == "string" else "no reason"


def is_retry_requested(answer: Any, event_id: str) -> bool:
    return some(list_at(answer, "retry"), lambda item: item == event_id)
