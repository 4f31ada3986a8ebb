"""Web Locks: exclusive names across tabs. The browser releases a lock when its tab ends, even by a crash.

A session is one stay of a tab in its page. Every lock and every request of it ends with the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import attempt, noop
from clickqueue.platform.web import end_of, new_controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.state import QueueState

    OnLock = Callable[[bool], Any]


class Session:
    """Its signal aborts what waits; a lock is held until `until_end` settles. `on_no_lock` is called where there are no Web Locks."""

    def __init__(self, controller: Any, on_no_lock: Callable[[], None]) -> None:
        self.controller = controller
        self.until_end = end_of(controller.signal)
        self.on_no_lock = on_no_lock


def start_session(queue: QueueState, on_no_lock: Callable[[], None]) -> bool:
    """Returns False in a browser that has no AbortController; such a browser has no Web Locks either."""
    controller = new_controller(queue.env)
    if controller is None:
        return False
    queue.session = Session(controller, on_no_lock)
    return True


def end_session(queue: QueueState) -> None:
    if queue.session is not None:
        queue.session.controller.abort()
        queue.session = None


def acquire(queue: QueueState, lock_name: str, should_wait: bool, on_lock: OnLock) -> None:
    """Request a lock. A queue that was destroyed meanwhile takes nothing any more.

    `on_lock(is_granted)` returns a promise that ends the lock, or None to give it back at once. `is_granted` is
    False where another tab has the lock, without `should_wait` only. The session's `on_no_lock` is called where there are no Web
    Locks (an insecure context, a sandboxed frame) and where a script of the page stole the lock.
    """
    session = queue.session
    # `ifAvailable` and `signal` exclude each other (Web Locks, 3.2.1).
    options = {"signal": session.controller.signal} if should_wait else {"ifAvailable": True}
    attempt(
        lambda: queue.env.navigator.locks.request(
            lock_name,
            options,
            lambda lock: on_lock(lock is not None) if queue.session is session and not queue.is_destroyed else None,
        ),
        noop,
        lambda error: session.on_no_lock() if queue.session is session else None,
    )
