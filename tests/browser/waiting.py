"""The one way in which a browser test waits: for a condition, with a deadline, never for a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

POLL_S = 0.01
DEADLINE_S = 30  # far beyond what any test needs; only a failing one waits so long


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Return as soon as `condition` holds; fails, saying `what` was waited for, when it does not come to hold."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {DEADLINE_S} s in vain for {what}"
        threading.Event().wait(POLL_S)
