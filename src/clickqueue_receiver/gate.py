"""Load is shed before a body is read: what cannot be served soon costs nothing, and its sender keeps its events."""

from __future__ import annotations

from collections.abc import Callable

from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.refused import Unavailable
from clickqueue_receiver.settings import Settings


class Gate:
    """Counts the requests at work and turns others away: `with` lets one request in until its block ends, or raises `Unavailable`."""

    def __init__(self, settings: Settings, metrics: Metrics, is_away: Callable[[], bool]) -> None:
        self._settings = settings
        self._is_away = is_away
        self.at_work = 0
        self.is_draining = False
        metrics.in_flight.set_function(lambda: self.at_work)

    def __enter__(self) -> None:
        self._check()
        self.at_work += 1

    def __exit__(self, *_: object) -> None:
        self.at_work -= 1

    def _check(self) -> None:
        delay_s = self._settings.retry_after_s
        if self.is_draining:
            raise Unavailable(
                "draining", "the receiver is shutting down; send the events again", delay_s, {"Connection": "close"}
            )
        if self.at_work >= self._settings.max_waiting:
            raise Unavailable("full", f"{self.at_work} requests are at work, which is the most; send the events again", delay_s)
        if self._is_away():
            raise Unavailable("database", "the database is away; send the events again", delay_s)
