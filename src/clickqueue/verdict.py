"""What an answer means. A failure is about the path unless the server blames the events; this table is all there is to it (CONTRACT 3.5)."""

from __future__ import annotations

from typing import Any

from clickqueue.runtime import Map, field, kind

# The statuses that blame the events, and the reason under which an event is dropped that never gets past one.
# 400 Bad Request, 413 Content Too Large, 422 Unprocessable Content (RFC 9110, 15.5). All others, those that nobody
# has thought of too, say nothing about the events, so they cost none.
BLAME = [[400, "rejected"], [413, "too_large"], [422, "rejected"]]


class Failure:
    """What an error says, read as a stranger's."""

    def __init__(self, error: Any) -> None:
        # Why the server takes offence at the events; None where the path is at fault.
        self.blame: str | None = None
        self.retry_after_ms: float = 0
        self.detail = "no answer"
        try:
            self._read(error)
        except Exception:
            # An error whose fields throw tells nothing, which is a path failure.
            pass

    def _read(self, error: Any) -> None:
        status = field(error, "status")
        for row in BLAME:
            if status == row[0]:
                self.blame = row[1]
                self.detail = "status " + str(status)
        retry_after_ms = field(error, "retryAfterMs")
        if kind(retry_after_ms) == "number":
            self.retry_after_ms = max(0, retry_after_ms)


class Receipt:
    """What a success says of single events: `rejected` ids with the server's reason, and ids it wants again."""

    def __init__(self, answer: Any) -> None:
        self.rejected = Map()
        self.again = Map()
        try:
            self._read(answer)
        except Exception:
            # An answer that cannot be read is a success all the same: it was no failure.
            pass

    def _read(self, answer: Any) -> None:
        for item in listed(answer, "rejected"):
            event_id = field(item, "id")
            if kind(event_id) == "text":
                reason = field(item, "reason")
                self.rejected.set(event_id, reason if kind(reason) == "text" else "no reason given")
        for event_id in listed(answer, "retry"):
            if kind(event_id) == "text":
                self.again.set(event_id, True)


def listed(answer: Any, key: str) -> list[Any]:
    items = field(answer, key)
    return items if kind(items) == "list" else []
