"""Clicks before consent. Invariant: until `grant()` nothing is stored or sent, and what `deny()` forgets is never sent.

The gate opens the host's queue only for an answer. Until then a queue in memory copies and checks each click, gives it the id and the
time of its moment, and forgets the oldest over its limits; its api is the host's queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.main import ClickQueue
from clickqueue.platform.browser import window_of_page

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["create_consent_gate"]


# Nothing is due before the answer: the most events and the longest delay that a queue allows. The host's queue checks its own
# required fields.
UNDECIDED = {"maxBatchSize": 1000, "maxBatchDelay": 86400000, "requiredFields": []}


class Gate:
    """The window and the api of the queue in memory: it has no storage and no timers."""

    def __init__(self, window: Any) -> None:
        self.Date = window.Date
        self.JSON = window.JSON
        self.Math = window.Math
        self.crypto = window.crypto
        self.document = self
        self.add_event_listener = ignore
        self.remove_event_listener = ignore
        # The host's queue, None until the visitor consents.
        self.queue: Any = None

        def track_click_batch(events: list[Any], request: Any) -> None:
            # Raises without consent: the queue in memory keeps the clicks.
            for event in events:
                self.queue.enqueue(event)

        self.track_click_batch = track_click_batch


def ignore(event_type: str, listener: Any) -> None:
    pass


def create_consent_gate(open_queue: Callable[[], Any], options: Any, env: Any) -> dict[str, Any]:
    """A gate {enqueue, grant, deny} before the queue that `open_queue` returns. `options` is {gpc}, or None."""
    window = window_of_page() if env is None else env
    gate = Gate(window)
    undecided = ClickQueue(UNDECIDED, gate, gate)

    def enqueue(event: Any, event_options: Any) -> Any:
        """The id of the click; None where it is refused."""
        return undecided.enqueue(event) if gate.queue is None else gate.queue.enqueue(event, event_options)

    def grant() -> Any:
        """Open the queue and enqueue what waits, once; returns the queue, None where the visitor's browser forbids it."""
        is_forbidden = False
        try:
            is_forbidden = options["gpc"] is True and window.navigator["globalPrivacyControl"] is True
        except Exception:
            # There are no options, or no navigator.
            pass
        if is_forbidden:
            deny()
        elif gate.queue is None:
            gate.queue = open_queue()
            undecided.flush()
        return gate.queue

    def deny() -> None:
        """Forget what waits, and purge what was stored after an earlier consent, in every tab."""
        for click_queue in [undecided, open_queue() if gate.queue is None else gate.queue]:
            click_queue.purge()
            click_queue.destroy()
        gate.queue = None

    return {"enqueue": enqueue, "grant": grant, "deny": deny}
