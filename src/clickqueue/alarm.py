"""The one timer of a queue, armed from one `wake_at_ms`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickqueue.ports import Clock


class Alarm:
    """Calls `ring` at the time it is set to. A timer that fires early is no harm: whoever hears it looks at the clock."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._timer: object = None
        self._wake_at_ms: float | None = None

    def set(self, wake_at_ms: float | None) -> None:
        """Ring at this `uptime_ms` instead of any other; None: not at all."""
        if wake_at_ms == self._wake_at_ms:
            return
        if self._wake_at_ms is not None:
            self._clock.cancel(self._timer)
        self._wake_at_ms = wake_at_ms
        if wake_at_ms is not None:
            delay_ms = max(0, wake_at_ms - self._clock.uptime_ms())
            self._timer = self._clock.call_later(delay_ms, lambda: self._on_timer())

    def _on_timer(self) -> None:
        self._wake_at_ms = None
        self._ring()
