"""Every way in which an accepted event is given up, each with its reason. Nothing is ever lost in silence (CONTRACT 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.pages import remove
from clickqueue.runtime import find
from clickqueue.tab import report

if TYPE_CHECKING:
    from clickqueue.tab import Record, Tab


def drop(tab: Tab, record: Record, reason: str, detail: str) -> None:
    """Give an event up."""
    remove(tab, record)
    event: object = record.text
    try:
        event = tab.env.json.load(record.text)
    except Exception:
        # The host broke JSON after we accepted: its `onDrop` gets the text.
        pass
    report(tab, event, reason, detail)


def drop_if_expired(tab: Tab, record: Record) -> None:
    """Called after an attempt that failed, so that each event was offered once more (CONTRACT 4.8)."""
    if tab.env.clock.now_ms() - record.timestamp_ms > tab.config["maxEventAge"]:
        drop(tab, record, "expired", "too old")


def drop_overflow(tab: Tab) -> None:
    """Over the limits the oldest goes that is not in flight (CONTRACT 4.7)."""
    while len(tab.line) > tab.config["maxQueueSize"] or total_bytes(tab.line) > tab.config["maxQueueBytes"]:
        record = find(tab.line, is_idle)
        if record is None:
            return
        drop(tab, record, "overflow", "is full")


def is_idle(record: Record) -> bool:
    return record.batch is None or not record.batch.is_flying


def total_bytes(records: list[Record]) -> int:
    size_bytes = 0
    for record in records:
        size_bytes += record.text_bytes
    return size_bytes
