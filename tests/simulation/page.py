"""A page of a history: its queue, and the host's script that the queue calls.

Invariant: every request and every drop of a queue goes through here, to the checks and to the oracle.
"""

from __future__ import annotations

from typing import Any

from clickqueue.main import ClickQueue
from clickqueue.platform.ports import Event
from tests.fakes import Promise, Tab
from tests.simulation import invariants, oracle
from tests.simulation.quick_json import QuickJson
from tests.simulation.state import History, Host


class PageApi:
    """The api and the callbacks of one queue's host."""

    __slots__ = ("history", "host")

    def __init__(self, history: History, host: Host) -> None:
        self.history = history
        self.host = host

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        """Check the request and hand it to the endpoint; a dead tab never gets an answer."""
        clock = self.host.tab.env.clock
        if self.host.tab.life.is_dead:
            return Promise(clock.post)
        ids = [event["id"] for event in events]
        self.history.note(f"{self.host.name} sends {request['batchId']}: {' '.join(ids)}")
        invariants.check_request(self.history, self.host, ids, events, request)
        self.host.in_flight.append(ids)
        return self.history.endpoint.take(clock, events, lambda: self._on_answer(ids))

    def _on_answer(self, ids: list[str]) -> None:
        self.history.note(f"{self.host.name} gets the answer to {' '.join(ids)}")
        self.host.in_flight = [each for each in self.host.in_flight if each is not ids]

    def on_drop(self, event: Any, reason: str, detail: str) -> None:
        oracle.on_drop(self.history, self.host, event, reason)
        if self.history.options.is_rude:
            raise RuntimeError("onDrop of a rude host")

    def on_change(self) -> None:
        """A subscriber that throws."""
        raise RuntimeError("subscriber of a rude host")


def open_tab(history: History) -> Host:
    """A new tab with one queue."""
    tab = history.world.open(f"t{history.opened_tabs}")
    tab.env.json = QuickJson()
    history.opened_tabs += 1
    tab.life.at_death(lambda: oracle.on_death(history, tab))
    return start_queue(history, tab)


def start_queue(history: History, tab: Tab) -> Host:
    """One more queue in a tab; it is no part of the history where it crashed the tab at once."""
    host = Host(tab, f"{tab.name}#{len(history.hosts)}")
    api = PageApi(history, host)
    host.queue = ClickQueue({**history.options.config, "onDrop": api.on_drop}, api, tab.env)
    if history.options.is_rude:
        host.queue.subscribe(api.on_change)
    if not tab.life.is_dead:
        history.hosts.append(host)
    return host
