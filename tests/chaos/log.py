"""The log of a round: which clicks were accepted, which requests came, and what was done to each page, with wall times in ms.

It only records. `oracle.py` judges it, `explain.py` explains its duplicates, and neither asks a browser anything.
A queue is named `<page>/<number>`, a page `<tab>.<load>`, so that a deed done to a page concerns all of its queues.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any

OTHER_KEY = "chaos_other"
NEWS_MS = 1000  # from a tab's last write to its arrival in other tabs


def now_ms() -> float:
    """Wall time, which is also the page's `Date.now()`: both run on one machine."""
    return time.time() * 1000


@dataclass(frozen=True)
class Click:
    """A click that `enqueue` accepted: it returned `event_id`. `mark` is the bed's own name for it, sent as `offerId`."""

    event_id: str
    mark: str
    queue: str
    at_ms: float


@dataclass
class Request:
    """A request as it came to the server, and what the server made of it."""

    queue: str
    batch_id: str
    marks: dict[str, str]  # by event id
    sent_ms: float  # the page's clock
    came_ms: float
    fault: str
    stored: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # listed as rejected, or blamed alone with a 4xx
    done_ms: float | None = None  # None: no answer has left, or the connection broke on the way


@dataclass
class Queue:
    """A queue that a page made."""

    name: str
    key: str
    began_ms: float


@dataclass
class Absence:
    """A time in which a page or a queue was not running; `until_ms` None: it never came back."""

    name: str
    why: str
    from_ms: float
    until_ms: float | None = None

    def is_over(self, at_ms: float) -> bool:
        """Whether the page ran again by then."""
        return self.until_ms is not None and self.until_ms < at_ms


@dataclass
class Told:
    """A call of `onDrop`."""

    queue: str
    event_id: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Purge:
    """A call of `purge()`, and when it had returned."""

    queue: str
    key: str
    at_ms: float


@dataclass
class Log:
    """Everything that is known of one round."""

    seed: int
    has_locks: bool
    timeout_ms: int = 1500
    max_retries: int = 4
    started_ms: float = field(default_factory=now_ms)
    steps: list[str] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)  # the marks' beginnings of clicks whose page gave no answer
    requests: list[Request] = field(default_factory=list)
    queues: dict[str, Queue] = field(default_factory=dict)
    absences: list[Absence] = field(default_factory=list)
    returns: list[tuple[str, float]] = field(default_factory=list)  # of pages, from the back/forward cache or frozen
    purges: list[Purge] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    thrown: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    snapshots: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    left_keys: dict[str, str] = field(default_factory=dict)
    table: list[str] | None = None  # the ids in the receiver's table at the end; None: the round had no receiver
    stuck: list[str] = field(default_factory=list)
    drained_s: float = 0.0

    def step(self, text: str) -> None:
        """Note what is about to be done."""
        self.steps.append(f"{(now_ms() - self.started_ms) / 1000:7.3f} {text}")

    def leave(self, name: str, why: str, at_ms: float | None = None) -> None:
        """The page (or queue) `name` stops running, from now on or since then."""
        self.absences.append(Absence(name, why, now_ms() if at_ms is None else at_ms))

    def come_back(self, name: str) -> None:
        """It runs again."""
        for absence in self.absences:
            if absence.name == name and absence.until_ms is None:
                absence.until_ms = now_ms()
        self.returns.append((name, now_ms()))

    @property
    def accepted(self) -> dict[str, Click]:
        """The accepted clicks by their ids."""
        return {click.event_id: click for click in self.clicks}

    @property
    def carried(self) -> dict[str, list[Request]]:
        """Of each event the requests that carried it, stored or not, in the order they were sent."""
        found: dict[str, list[Request]] = {}
        for request in sorted(self.requests, key=lambda request: request.sent_ms):
            for event_id in request.marks:
                found.setdefault(event_id, []).append(request)
        return found

    @property
    def stored(self) -> set[str]:
        """The ids of the events that the server has."""
        return {event_id for request in list(self.requests) for event_id in request.stored}

    @property
    def refused_count(self) -> dict[str, int]:
        """How often the server refused each event. `listed` refusals are final, and count as many as are needed."""
        count: dict[str, int] = {}
        for request in list(self.requests):
            for event_id in request.refused:
                weight = self.max_retries if request.fault == "lists" else 1
                count[event_id] = count.get(event_id, 0) + weight
        return count

    def missing(self) -> set[str]:
        """The accepted ids that are neither stored, nor refused for good by the server, nor purged."""
        count = self.refused_count
        given_up = {event_id for event_id, times in count.items() if times >= self.max_retries}
        return set(self.accepted) - self.stored - given_up - self.purged()

    def purged(self) -> set[str]:
        """The ids that a purge may have reached."""
        return {click.event_id for click in self.clicks if self._may_be_purged(click)}

    def purges_of(self, queue: str) -> list[Purge]:
        """The purges of the key of a queue, by whichever queue."""
        return [purge for purge in self.purges if purge.key == self.queues[queue].key]

    def _may_be_purged(self, click: Click) -> bool:
        """Whether a purge came after the click, or before it so shortly that its tab had not been told of it."""
        return any(click.at_ms <= purge.at_ms + NEWS_MS for purge in self.purges_of(click.queue))

    def as_json(self) -> dict[str, Any]:
        """The log as plain values."""
        return dataclasses.asdict(self)


def page_of(queue: str) -> str:
    """The page that a queue lives in."""
    return queue.partition("/")[0]


def concerns(name: str, queue: str) -> bool:
    """Whether a deed done to `name`, a page or a queue, is done to `queue`."""
    return name in (queue, page_of(queue))
