"""When the path may be tried again. Only an answer opens it for good; everything else opens it for one attempt (CONTRACT 3.6 to 3.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.ports import Env

from clickqueue.backoff import backoff_ms

# Parked or offline: seldom enough to cost nothing, often enough that a tab left open delivers by itself (CONTRACT 3.7).
PROBE_MS = 600000
# A server may ask for patience, not for silence (CONTRACT 3.6).
MAX_RETRY_AFTER_MS = 3600000


class Gate:
    """The state of the path to the endpoint, as far as answers have told."""

    def __init__(self, env: Env, config: dict[str, Any]) -> None:
        self._env = env
        self._config = config
        # Path failures in a row.
        self.failures = 0
        self.failed_at_ms: float = 0
        self.tried_at_ms: float = env.clock.uptime_ms()
        # No attempt before this: what our own patience says, and what the server asked for.
        self.retry_at_ms: float = 0
        self.hold_until_ms: float = 0

    def is_parked(self) -> bool:
        return self.failures >= self._config["maxRetries"]

    def probe_at_ms(self) -> float:
        return self.tried_at_ms + PROBE_MS

    def open(self) -> None:
        """Let the next attempt through, whatever was the matter."""
        self.retry_at_ms = 0
        self.hold_until_ms = 0

    def succeed(self) -> None:
        """An answer came, so the path works."""
        self.failures = 0
        self.open()

    def fail(self) -> None:
        """Nothing came that tells of the events. While the browser is offline that uses up no retry."""
        now_ms = self._env.clock.uptime_ms()
        if self._env.network.is_online():
            self.failures += 1
        self.failed_at_ms = now_ms
        delay_ms = PROBE_MS if self.is_parked() else backoff_ms(self.failures, self._config, self._env.ids.random())
        self.retry_at_ms = now_ms + delay_ms

    def hold(self, retry_after_ms: float) -> None:
        """The server asked to wait: that makes a delay longer, never shorter."""
        self.hold_until_ms = self._env.clock.uptime_ms() + min(retry_after_ms, MAX_RETRY_AFTER_MS)
