"""What an event is. Whatever comes in, from a caller or from storage, is copied and checked here as a stranger's (CONTRACT 7.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.pages import Page
    from clickqueue.ports import Env

from clickqueue.runtime import field, kind

# Without these four a click cannot be attributed, so it is worth nothing to the endpoint (CONTRACT 2.4).
REQUIRED_FIELDS = ["sessionId", "questionId", "offerId", "buttonVariantId"]


class Record:
    """One pending event. Its text is the truth: it is what lies in storage, and what each attempt is parsed from."""

    def __init__(self, event: dict[str, Any], text: str, size_bytes: int) -> None:
        self.id: str = event["id"]
        self.timestamp_ms: float = event["timestamp"]
        self.text = text
        self.size_bytes = size_bytes
        self.due_at_ms: float = 0
        self.refusals = 0
        self.was_sent = False
        # The page that holds it. None: it is no longer ours to send or to count.
        self.page: Page | None = None


def admit(raw: Any, env: Env, max_bytes: int, refuse: Callable[[str], None]) -> Record | None:
    """The record of a raw event; None after `refuse` was told why it cannot be one."""
    try:
        event = copy_of(raw, env)
        fault = fault_of(event)
        if fault is None:
            fill_in(event, env)
            text = env.json.dump(event)
            size_bytes = env.json.size_bytes(text)
            if size_bytes <= max_bytes:
                return Record(event, text, size_bytes)
            fault = "has " + str(size_bytes) + " bytes; at most " + str(max_bytes) + " are allowed, send less in it"
    except Exception:
        fault = "cannot be written as JSON; give plain data without cycles"
    refuse("event " + fault)
    return None


def copy_of(raw: Any, env: Env) -> Any:
    """A plain copy, None where `raw` is no object. May raise."""
    return env.json.load(env.json.dump(raw)) if kind(raw) == "object" else None


def fault_of(event: Any) -> str | None:
    """What keeps this from being an event, None where nothing does."""
    if kind(event) != "object":
        return "must be an object"
    for key in REQUIRED_FIELDS:
        if not is_filled(field(event, key)):
            return key + " must be a non-empty string"
    if field(event, "id") is not None and not is_filled(event["id"]):
        return "id must be a non-empty string, or absent"
    if field(event, "timestamp") is not None and kind(event["timestamp"]) != "number":
        return "timestamp must be a number of milliseconds, or absent"
    return None


def is_filled(value: Any) -> bool:
    return kind(value) == "text" and len(value) > 0


def fill_in(event: dict[str, Any], env: Env) -> None:
    """Add what the caller left out (CONTRACT 2.2)."""
    if field(event, "id") is None:
        event["id"] = env.ids.new_id()
    if field(event, "timestamp") is None:
        event["timestamp"] = env.clock.now_ms()
    if field(event, "userAgent") is None:
        event["userAgent"] = env.page.user_agent()


def count_retry(record: Record, env: Env) -> None:
    """One more sending without an acknowledgement (CONTRACT 3.10)."""
    try:
        event = env.json.load(record.text)
        count = field(event, "retryCount")
        event["retryCount"] = count + 1 if kind(count) == "number" else 1
        record.text = env.json.dump(event)
    except Exception:
        # A host that broke JSON after we accepted: the event stands as it was.
        pass
