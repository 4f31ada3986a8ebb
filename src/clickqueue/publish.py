"""What the host is told, when the queue is at rest: a snapshot if it says something new, and every drop (CONTRACT 1.3, 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.runtime import attempt, field, joined, keep, names, overlay, some
from clickqueue.schedule import state_of
from clickqueue.tab import ignore, is_pending

if TYPE_CHECKING:
    from clickqueue.tab import Tab


def publish(tab: Tab) -> None:
    """Tell the host what has changed. Its faults stay its own (CONTRACT 1.6)."""
    snapshot = count(tab)
    calls = tab.untold
    tab.untold = []
    if some(names(snapshot), lambda name: snapshot[name] != field(tab.snapshot, name)):
        tab.snapshot = snapshot
        calls = joined(tab.listeners, calls)
    for call in calls:
        attempt(call, ignore, ignore)


def count(tab: Tab) -> dict[str, Any]:
    """The `QueueStats` of this moment."""
    flying = 0
    for batch in tab.flying:
        flying += len(keep(batch.records, is_pending))
    now = {
        "state": state_of(tab),
        "isOnline": tab.env.network.is_online(),
        "persistent": not some(tab.pages, lambda page: page.is_dirty),
        "pending": len(tab.line),
        "inFlight": flying,
        "dropped": tab.dropped,
        "lastFailure": tab.last_failure,
    }
    snapshot: dict[str, Any] = overlay(tab.counts, now)
    return snapshot
