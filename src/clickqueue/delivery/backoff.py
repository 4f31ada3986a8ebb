"""How long to wait after a failure: twice as long each time, up to a limit. Pure (CONTRACT 3.6)."""

from __future__ import annotations

from typing import Any


def backoff_ms(failures: int, config: dict[str, Any], random: float) -> float:
    """The delay in ms after so many delivery failures in a row; `random`, 0 up to 1, takes off its part of `retryJitter`."""
    delay_ms: float = config["initialRetryDelay"] / 2
    for _ in range(failures):
        # Limited at each step, so that no number of failures overflows.
        delay_ms = min(delay_ms * 2, config["maxRetryDelay"])
    jitter: float = config["retryJitter"]
    return delay_ms * (1 - random * jitter)
