"""The books: every event that came in is acknowledged, pending, handed over or dropped with a reason (CONTRACT 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.runtime import names


class Stats:
    """Counts, and what is still to be told to `onDrop`."""

    def __init__(self) -> None:
        self.enqueued = 0
        self.recovered = 0
        self.handed_over = 0
        self.acknowledged = 0
        self.duplicates = 0
        self.batches = 0
        self.failures = 0
        self._dropped = {
            "invalid": 0,
            "overflow": 0,
            "expired": 0,
            "rejected": 0,
            "too_large": 0,
            "corrupt": 0,
            "purged": 0,
        }
        self._untold: list[list[Any]] = []

    def drop(self, event: Any, reason: str, detail: str) -> None:
        """Count a loss. The host hears of it later, when the queue is at rest: it may call back into it."""
        self._dropped[reason] += 1
        self._untold.append([event, reason, detail])

    def tell(self, on_drop: Callable[[Any, str, str], None] | None) -> None:
        """Tell the host of every drop that it has not heard of."""
        untold = self._untold
        self._untold = []
        for drop in untold:
            try:
                if on_drop is not None:
                    on_drop(drop[0], drop[1], drop[2])
            except Exception:
                # The host's fault stays the host's (CONTRACT 1.6).
                pass

    def snapshot(self, state: str, is_online: bool, is_persistent: bool, pending: int, in_flight: int) -> dict[str, Any]:
        """The `QueueStats` of this moment (CONTRACT 6.1)."""
        dropped: dict[str, int] = {}
        for reason in names(self._dropped):
            dropped[reason] = self._dropped[reason]
        return {
            "state": state,
            "isOnline": is_online,
            "persistent": is_persistent,
            "pending": pending,
            "inFlight": in_flight,
            "enqueued": self.enqueued,
            "recovered": self.recovered,
            "handedOver": self.handed_over,
            "acknowledged": self.acknowledged,
            "duplicates": self.duplicates,
            "batches": self.batches,
            "failures": self.failures,
            "dropped": dropped,
        }
