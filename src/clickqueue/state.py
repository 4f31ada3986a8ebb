"""The state of a queue is not stored but read off its parts: the first line of this table that holds (CONTRACT 6.1)."""

from __future__ import annotations



def state_of(is_destroyed: bool, in_flight: int, pending: int, failures: int, is_parked: bool) -> str:
    """What the queue is doing, by what it is waiting for."""
    if is_destroyed:
        return "destroyed"
    if in_flight > 0:
        return "sending"
    if pending == 0:
        return "idle"
    if is_parked:
        return "parked"
    return "backing-off" if failures > 0 else "waiting"
