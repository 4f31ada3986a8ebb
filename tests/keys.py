"""The keys in localStorage that a queue with the default `storageKey` uses. Invariant: tests take them from here."""

from __future__ import annotations

KEY = "srv_click_queue"
"""The main key."""
MARK_KEY = f"{KEY}!"
"""The mark of the last purge (CONTRACT 5.4)."""
