"""The check of an event. Every event, from a caller or from storage, is copied and checked as a stranger's (CONTRACT 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import field, kind
from clickqueue.platform.texts import message_of, utf8_bytes
from clickqueue.platform.web import now_ms, parse_json, to_json, uuid7
from clickqueue.state import Record
from clickqueue.stats import count_drop

if TYPE_CHECKING:
    from clickqueue.platform.ports import Window
    from clickqueue.state import QueueState


# A stored event may have grown by its `retryCount` since it was accepted, so its limit is only what one request can carry
# (60,000 bytes, CONTRACT 3.1), not the host's `maxEventBytes`.
MAX_STORED_EVENT_BYTES = 59000


def parse_event(queue: QueueState, raw: Any, is_new: bool) -> Record | None:
    """The record of a raw event, a caller's new one or a stored one; None where it is none, which is counted as `invalid` or `corrupt`."""
    config = queue.config
    max_bytes = min(config["maxEventBytes"], config["maxQueueBytes"]) if is_new else MAX_STORED_EVENT_BYTES
    try:
        event: Any = parse_json(queue.env, to_json(queue.env, raw))
        # A stored event may have been accepted by another version of the host, which required other fields (CONTRACT 2.4).
        detail = fill_and_check(event, queue.env, config["requiredFields"] if is_new else ["id"], is_new)
        if len(detail) == 0:
            text = to_json(queue.env, event)
            size_bytes = utf8_bytes(text)
            if size_bytes <= max_bytes:
                return Record(event, text, size_bytes, config["maxBatchSize"])
            detail = "has " + str(size_bytes) + " bytes; limit: " + str(max_bytes)
    except Exception as error:
        # A cycle, a getter that throws, a host that broke JSON.
        detail = "is not JSON: " + message_of(error)
    count_drop(queue, raw, "invalid" if is_new else "corrupt", "event " + detail)
    return None


def fill_and_check(event: Any, env: Window, required: list[str], is_new: bool) -> str:
    """Add the fields that the caller of a new event left out (CONTRACT 2.2); returns a fault, or the empty text."""
    if kind(event) != "object":
        return "is no object"
    if is_new:
        set_default(event, "id", uuid7(env))
        set_default(event, "timestamp", now_ms(env))
        set_default(event, "userAgent", field(field(env, "navigator"), "userAgent"))
    for name in required:
        if kind(field(event, name)) != "string" or len(event[name]) == 0:
            return name + " needs text"
    return "" if kind(field(event, "timestamp")) == "number" else "timestamp is no number"


def set_default(event: dict[str, Any], name: str, value: Any) -> None:
    if field(event, name) is None:
        event[name] = value
