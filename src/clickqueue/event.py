"""What an event is. Whatever comes in, from a caller or from storage, is copied and checked here as a stranger's (CONTRACT 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import field, kind, message_of
from clickqueue.tab import Record, report

if TYPE_CHECKING:
    from clickqueue.ports import Env
    from clickqueue.tab import Tab

# Without the last four a click cannot be attributed, so it is worth nothing to the endpoint (CONTRACT 2.4).
TEXT_FIELDS = ["id", "sessionId", "questionId", "offerId", "buttonVariantId"]


def admit(tab: Tab, raw: Any, max_bytes: int, reason: str) -> Record | None:
    """The record of a raw event; None where it is none, which is reported as `reason`."""
    try:
        json = tab.env.json
        event: Any = json.load(json.dump(raw)) if kind(raw) == "object" else None
        detail = complete(event, tab.env)
        if len(detail) == 0:
            text = json.dump(event)
            size_bytes = json.size_bytes(text)
            if size_bytes <= max_bytes:
                return Record(event, text, size_bytes, tab.config["maxBatchSize"])
            detail = "has " + str(size_bytes) + " bytes; limit: " + str(max_bytes)
    except Exception as error:
        # A cycle, a getter that throws, a host that broke JSON: whatever was thrown, there is no event.
        detail = "cannot be read: " + message_of(error)
    report(tab, raw, reason, "event " + detail)
    return None


def complete(event: Any, env: Env) -> str:
    """Add what the caller left out (CONTRACT 2.2); says what else keeps this from being an event."""
    if kind(event) != "object":
        return "no object"
    fill(event, "id", env.ids.new_id())
    fill(event, "timestamp", env.clock.now_ms())
    fill(event, "userAgent", env.page.user_agent())
    for key in TEXT_FIELDS:
        if kind(field(event, key)) != "text" or len(event[key]) == 0:
            return key + " needs text"
    return "" if kind(event["timestamp"]) == "number" else "timestamp is no number"


def fill(event: dict[str, Any], key: str, value: Any) -> None:
    if field(event, key) is None:
        event[key] = value


def count_retry(tab: Tab, record: Record) -> None:
    """One more sending without an acknowledgement (CONTRACT 3.10)."""
    try:
        event = tab.env.json.load(record.text)
        count = field(event, "retryCount")
        event["retryCount"] = count + 1 if kind(count) == "number" else 1
        text = tab.env.json.dump(event)
        if field(tab.env.json.load(text), "id") == record.id:
            record.text = text
    except Exception:
        # A host that broke JSON after we accepted: the event stands as it was.
        pass
