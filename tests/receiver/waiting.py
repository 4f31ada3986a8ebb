"""Waiting for a condition, with a deadline that only a failure reaches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

POLL_S = 0.02


def wait_until(condition: Callable[[], object], what: str, timeout_s: float = 60) -> None:
    """Return once the condition is true. Raises AssertionError, with what was waited for, at the deadline."""
    deadline_s = time.monotonic() + timeout_s
    never = threading.Event()
    while not condition():
        assert time.monotonic() < deadline_s, f"within {timeout_s} s it did not happen that {what}"
        never.wait(POLL_S)
