"""The counters of a snapshot are even: what came into a queue is somewhere (CONTRACT 6.2)."""

from __future__ import annotations

from typing import Any

UNCOUNTED = ("invalid", "corrupt")
"""Reasons of drops that stay out of the sum: such an event never was in the queue."""


def check_books(snapshot: dict[str, Any]) -> str | None:
    """What is wrong with the counters of a snapshot; None where they are even."""
    dropped = sum(count for reason, count in snapshot["dropped"].items() if reason not in UNCOUNTED)
    came = snapshot["enqueued"] + snapshot["recovered"]
    went = snapshot["acknowledged"] + snapshot["pending"] + snapshot["handedOver"] + dropped
    if came != went:
        return f"{came} came and {went} went: {snapshot}"
    if not 0 <= snapshot["inFlight"] <= snapshot["pending"]:
        return f"{snapshot['inFlight']} of {snapshot['pending']} are in flight: {snapshot}"
    return None
