"""What a stored text is worth: its events are kept, everything else in it is reported, nothing throws (CONTRACT 4.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Env

from clickqueue.event import admit
from clickqueue.runtime import kind

# What lies in storage may have grown by its `retryCount` since it was accepted, so its limit is only what one
# request can carry (60 000 bytes, CONTRACT 3.1), not the host's `maxEventBytes`.
MAX_STORED_EVENT_BYTES = 59000


def salvage(text: str, env: Env, refuse: Callable[[Any, str], None]) -> list[Record]:
    """The events in a stored text; `refuse(raw, detail)` is told of everything else that lies there."""
    records: list[Record] = []
    try:
        items = env.json.load(text)
    except Exception:
        items = None
    if kind(items) != "list":
        refuse(text, "stored page is not a JSON array")
        return records
    for item in items:
        record = salvage_item(item, env, refuse)
        if record is not None:
            records.append(record)
    return records


def salvage_item(item: Any, env: Env, refuse: Callable[[Any, str], None]) -> Record | None:
    return admit(item, env, MAX_STORED_EVENT_BYTES, lambda detail: refuse(item, "stored " + detail))
