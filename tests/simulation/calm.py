"""The end of a history: all faults end, a fresh tab opens. Invariant: after that everything arrives, and nothing stays behind."""

from __future__ import annotations

from tests.fakes import click
from tests.simulation.invariants import check, check_arrival, check_echoes, check_leaks
from tests.simulation.page import open_tab
from tests.simulation.state import History
from tests.simulation.steps.clicks import enqueue

CALM_LIMIT_MS = 3 * 3_600_000
"""Long enough for the longest Retry-After that a server can ask for (an hour), twice."""


def calm(history: History, evicts: bool) -> None:
    """Raise what is broken at rest. `evicts`: pages in the back/forward cache are thrown out instead of brought back."""
    history.note("-- calm")
    _end_faults(history)
    for host in list(history.hosts):
        if host.tab.life.state == "frozen":
            host.tab.kill() if evicts else host.tab.come_back()
    # A tab that could not read what others left looks again when it is visible.
    history.world.tell_all("visible")
    open_tab(history)
    # A failed write is tried again with the next one (CONTRACT 4.6), which is this one.
    for host in [each for each in history.hosts if not each.is_destroyed]:
        enqueue(history, host, click())
    check(history)
    _rest(history)
    if not history.options.has_locks:
        # Nobody adopts there: what a destroyed queue wrote late waits for the next start (CONTRACT 5.3), and what
        # tabs put back for each other, because storage events of its removal were on their way, goes once more.
        check_echoes(history)
        open_tab(history)
        _rest(history)
    check_arrival(history)
    check_leaks(history)


def _rest(history: History) -> None:
    history.let_pass(CALM_LIMIT_MS)
    check(history)


def _end_faults(history: History) -> None:
    history.world.locks.let_go()
    history.origin.quota_chars = None
    for tab in history.world.tabs:
        storage = tab.env.storage
        storage.is_broken, storage.die_after = False, None
        storage.failing.clear()
    history.endpoint.mood = "well"
    history.world.network.online = True
    history.world.tell_all("online")
