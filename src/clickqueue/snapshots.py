"""What the host sees of a queue, in the two functions that React's `useSyncExternalStore` takes (CONTRACT 1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clickqueue.runtime import kind, names, take_out


class Snapshots:
    """The latest snapshot, and who wants to hear of a newer one."""

    def __init__(self, first: dict[str, Any]) -> None:
        self.latest = first
        self._listeners: list[Listener] = []

    def subscribe(self, hear: Callable[[], None]) -> Callable[[], None]:
        """Call `hear` after each change, until the returned function is called."""
        listener = Listener(hear)
        self._listeners.append(listener)
        return lambda: take_out(self._listeners, listener)

    def publish(self, snapshot: dict[str, Any]) -> None:
        """Replace the snapshot if it says something new; the old one keeps its identity if not."""
        if not has_changed(self.latest, snapshot):
            return
        self.latest = snapshot
        listeners: list[Listener] = []
        for listener in self._listeners:
            listeners.append(listener)
        for listener in listeners:
            listener.tell()

    def close(self) -> None:
        self._listeners = []


class Listener:
    """One subscription: the same function may have several, and each ends by itself."""

    def __init__(self, hear: Callable[[], None]) -> None:
        self._hear = hear

    def tell(self) -> None:
        try:
            hear = self._hear
            hear()
        except Exception:
            # The host's fault stays the host's (CONTRACT 1.6).
            pass


def has_changed(one: dict[str, Any], other: dict[str, Any]) -> bool:
    for key in names(one):
        if kind(one[key]) == "object":
            if has_changed(one[key], other[key]):
                return True
        elif one[key] != other[key]:
            return True
    return False
