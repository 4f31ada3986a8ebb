"""Recovery: events that another tab stored become this tab's own. A stored text is a stranger's text (CONTRACT 7.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.drops import drop_overflow
from clickqueue.event import parse_event
from clickqueue.platform.runtime import kind
from clickqueue.platform.web import parse_json
from clickqueue.storage.journal import append_to_tail

if TYPE_CHECKING:
    from clickqueue.state import QueueState

# A stored text that begins with it is a copy: each event in it is in a journal too, or was settled since.
COPY = " "


def collect(queue: QueueState, texts: list[str | None]) -> None:
    """Append the events of these texts that are new to this tab to its journal. They are due at once.
    Every other item is counted as `corrupt` (CONTRACT 4.5).

    They are the last in the queue, so that those of one tab keep their order, also where its mirror is read before its journal.
    """
    for text in texts:
        for item in items_of(queue, text):
            record = parse_event(queue, item, False)
            # It may be pending here or settled, and a text may contain it twice.
            if record is not None and not queue.by_id.has(record.id) and not queue.tombstones.has(record.id):
                append_to_tail(queue, record)
                queue.pending.append(record)
                queue.counts["recovered"] += 1
    drop_overflow(queue)


def items_of(queue: QueueState, text: str | None) -> list[Any]:
    """Everything that a stored text alone contains; a text that is no JSON is one item, and no event."""
    items: Any = text
    try:
        items = [] if text is None or text.startswith(COPY) else parse_json(queue.env, text)
    except Exception:
        pass
    return items if kind(items) == "list" else [items]
