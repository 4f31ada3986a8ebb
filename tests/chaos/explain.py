"""Explains duplicates: names the rule of docs/guarantees.md ("Where duplicates come from") by which an event came twice.

The log is the only evidence, and each rule needs some: a queue that nothing was done to, and that got its answers, has none.
The windows are as long as a browser on a busy machine needs, and no longer.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from tests.chaos.log import NEWS_MS, Absence, Click, Log, Request, concerns, page_of

NO_ANSWER = "An answer that does not arrive"
BEFORE_LOCK = "A click in the milliseconds before the lock has answered"
LATE_EVENT = "A late storage event"
IN_CACHE = "A request in flight while its page is in the back/forward cache"
NO_LOCKS = "Tabs without Web Locks"

HEARD_MS = 300  # from the last byte of an answer to the page's having removed the events
TIMEOUT_MARGIN_MS = 150  # a page's timeout begins a little before, and ends a little after, what the server sees
LOCK_MS = 600  # from a queue's beginning to its lock's answer
ENDS = ("reload", "leave", "close", "crash", "freeze", "frame removed", "destroy")


@dataclass(frozen=True)
class Duplicate:
    """An event that came again, and the rule that explains it; None: nothing does."""

    event_id: str
    rule: str | None
    first: Request
    again: Request

    def __str__(self) -> str:
        first, again = self.first, self.again
        later_s = (again.came_ms - first.came_ms) / 1000
        return f"{self.event_id} by {first.queue} ({first.fault}), {later_s:.3f} s later by {again.queue}"


def explain_all(log: Log) -> list[Duplicate]:
    """Every duplicate of a round: each delivery but the first sent, against the one sent before it.

    Where requests that the server did not store went between the two, the first of them is what needs an explanation: the
    others only try again.
    """
    accepted, carried = log.accepted, log.carried
    found = []
    for event_id, requests in carried.items():
        deliveries = [request for request in requests if event_id in request.stored]
        for first, again in itertools.pairwise(deliveries):
            resent = requests[requests.index(first) + 1]
            found.append(Duplicate(event_id, explain(log, accepted.get(event_id), first, resent), first, again))
    return found


def explain(log: Log, click: Click | None, first: Request, again: Request) -> str | None:
    """The rule by which `again` carried what `first` had brought."""
    if is_unheard(log, first):
        return IN_CACHE if _is_in_cache(log, first) and again.queue != first.queue else NO_ANSWER
    if not log.has_locks and has_neighbour(log, first, again):
        return NO_LOCKS
    if first.queue == again.queue:
        return None
    if _has_just_returned(log, first):
        return IN_CACHE
    if _ended_after(log, first) or _missed(log, first, again):
        return LATE_EVENT
    if click is not None and _is_before_lock(log, click) and has_neighbour(log, first, again):
        return BEFORE_LOCK
    return None


def is_unheard(log: Log, request: Request) -> bool:
    """Whether the page may not have heard the answer: it was cut, too slow, or the page did not run when it came."""
    if request.done_ms is None or request.done_ms - request.sent_ms > log.timeout_ms - TIMEOUT_MARGIN_MS:
        return True
    return bool(_absences_during(log, request))


def has_neighbour(log: Log, first: Request, again: Request) -> bool:
    """Whether another queue with the same key was there between the two."""
    key = log.queues[first.queue].key
    others = [queue for queue in log.queues.values() if queue.key == key and queue.name != first.queue]
    return any(queue.began_ms <= again.came_ms and not _ended_before(log, queue.name, first.sent_ms) for queue in others)


def _absences_during(log: Log, request: Request) -> list[Absence]:
    """The times without its page that overlap with a request, from its leaving to its answer's being heard."""
    assert request.done_ms is not None
    heard_ms = request.done_ms + HEARD_MS
    return [
        absence
        for absence in log.absences
        if absence.why != "destroy"  # a request in flight may settle (CONTRACT 5.3)
        and concerns(absence.name, request.queue)
        and absence.from_ms <= heard_ms
        and not absence.is_over(request.sent_ms)
    ]


def _is_in_cache(log: Log, request: Request) -> bool:
    """Whether the page had been put aside, in the cache or frozen, when the answer came."""
    if request.done_ms is None:
        return False
    return any(absence.why in ("leave", "freeze") for absence in _absences_during(log, request))


def _has_just_returned(log: Log, request: Request) -> bool:
    """Whether the page had been put aside a moment before: its events were anybody's, and another tab may have them too."""
    return any(
        concerns(absence.name, request.queue)
        and absence.why in ("leave", "freeze")
        and absence.until_ms is not None
        and absence.until_ms <= request.sent_ms <= absence.until_ms + NEWS_MS
        for absence in log.absences
    )


def _ended_before(log: Log, queue: str, at_ms: float) -> bool:
    """Whether a queue had ended for good by then."""
    return any(
        concerns(absence.name, queue) and absence.until_ms is None and absence.from_ms < at_ms - NEWS_MS
        for absence in log.absences
    )


def _ended_after(log: Log, request: Request) -> bool:
    """Whether the queue stopped so soon after its answer that its last write may have been late."""
    assert request.done_ms is not None
    return any(
        concerns(absence.name, request.queue)
        and absence.why in ENDS
        and request.came_ms <= absence.from_ms <= request.done_ms + NEWS_MS
        for absence in log.absences
    )


def _missed(log: Log, first: Request, again: Request) -> bool:
    """Whether the second page was away when the first was answered, and heard of it after its return."""
    assert first.done_ms is not None
    patience_ms = NEWS_MS + log.timeout_ms  # another request of its own may be in flight when it returns
    return any(
        concerns(absence.name, again.queue)
        and absence.until_ms is not None
        and absence.from_ms <= first.done_ms <= absence.until_ms
        and absence.until_ms <= again.sent_ms <= absence.until_ms + patience_ms
        for absence in log.absences
    )


def _is_before_lock(log: Log, click: Click) -> bool:
    """Whether a click came so soon after its queue's start, or its page's return, that no lock may have answered."""
    returns_ms = [at_ms for name, at_ms in log.returns if name == page_of(click.queue)]
    starts_ms = [log.queues[click.queue].began_ms, *returns_ms]
    return any(0 <= click.at_ms - start_ms + 1 <= LOCK_MS for start_ms in starts_ms)
