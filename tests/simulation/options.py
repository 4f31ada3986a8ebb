"""The settings of one history. Invariant: they are decided before the history begins and stay the same to its end."""

from __future__ import annotations

from typing import Any

MAX_BODY_BYTES = 6000
"""A tenth of the real one, for large texts cost most of the time and show nothing more."""
TIGHT_BODY_BYTES = 2300
"""Little more than the largest event: here batches are full by bytes, as they are by number elsewhere."""
MAX_EVENT_BYTES = 2000
BIG_CHARS = 1200
"""Five such events do not fit into one request, two in one are too large for an event."""


class Options:
    """Settings of the queues, the browser and the host."""

    __slots__ = (
        "config",
        "has_locks",
        "is_rude",
        "key_events",
        "lag_ms",
        "lock_delay_ms",
        "lock_way_ms",
        "max_body_bytes",
        "seed",
    )

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.config: dict[str, Any] = {"maxEventBytes": MAX_EVENT_BYTES}
        self.has_locks = True
        self.is_rude = False
        """The host's own functions throw."""
        self.lag_ms = 0.0
        self.lock_delay_ms = 0.0
        self.lock_way_ms = 0.0
        self.max_body_bytes = MAX_BODY_BYTES
        self.key_events = (50, 10)
        """How many events the main key mirrors, and how many a segment has."""

    def __repr__(self) -> str:
        return " ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
