"""What a response means. It is a delivery failure unless the server rejects the events, and this is all of it (CONTRACT 3.5)."""

from __future__ import annotations

from typing import Any

from clickqueue.platform.runtime import field, find, kind, some

# A server may ask for patience, not for silence (CONTRACT 3.6).
MAX_RETRY_AFTER_MS = 3600000


def rejection_reason(error: Any) -> str | None:
    """Why the server rejects the events, which is also why one is dropped that never gets past; None where it does not.

    400 Bad Request, 413 Content Too Large, 422 Unprocessable Content (RFC 9110, 15.5). All other statuses, unknown ones
    too, are no statement about the events, so they cost none.
    """
    status = field(error, "status")
    if status == 413:
        return "too_large"
    return "rejected" if status == 400 or status == 422 else None


def retry_after_ms(error: Any) -> float:
    """How long the server asks to wait; 0 where it does not."""
    asked_ms = field(error, "retryAfterMs")
    return min(max(asked_ms, 0), MAX_RETRY_AFTER_MS) if kind(asked_ms) == "number" else 0


def list_at(answer: Any, key: str) -> list[Any]:
    """A list in an answer, empty where there is none."""
    items = field(answer, key)
    return items if kind(items) == "list" else []


def rejected_item_reason(answer: Any, event_id: str) -> str | None:
    """Why the server will never take this event; None where it does not list it."""
    item = find(list_at(answer, "rejected"), lambda item: field(item, "id") == event_id)
    reason = field(item, "reason")
    return None if item is None else reason if kind(reason) == "string" else "no reason"


def is_retry_requested(answer: Any, event_id: str) -> bool:
    return some(list_at(answer, "retry"), lambda item: item == event_id)
