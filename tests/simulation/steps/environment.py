"""Steps of what surrounds the queues: time, the network, the server, the store's faults, and the lock manager."""

from __future__ import annotations

from tests.simulation.state import History

TASKS_WITHIN_MS = 60_000
"""Far enough to reach the next retry, and not so far that nothing else can happen before it."""


def do_wait(history: History, ms: float) -> None:
    """Time passes, and everything that is due happens."""
    history.let_pass(ms)


def do_oversleep(history: History, ms: float) -> None:
    """The computer sleeps: time passes, and what was due comes late."""
    history.timeline.oversleep(ms)


def do_tasks(history: History, count: int) -> None:
    """So many tasks and no more: between any two of them something else may happen."""
    history.run_tasks(count, TASKS_WITHIN_MS)


def do_jump_wall(history: History, ms: float) -> None:
    """The wall clock is set to another time."""
    history.timeline.wall_ms += ms


def do_online(history: History, online: bool) -> None:
    """The browser changes its mind about the network."""
    history.world.set_online(online)


def do_lie(history: History, online: bool) -> None:
    """The browser is wrong about the network, and dispatches no event."""
    history.world.network.online = online


def do_mood(history: History, mood: str) -> None:
    """The endpoint behaves in another way from now on."""
    history.endpoint.mood = mood


def do_quota(history: History, room_chars: int | None) -> None:
    """The store has room for so many more characters; None: for all that comes."""
    used = sum(len(key) + len(text) for key, text in history.origin.texts.items())
    history.origin.quota_chars = None if room_chars is None else used + room_chars


def do_break(history: History, number: int, is_broken: bool) -> None:
    """Every touch of the store throws in one tab, or no longer does."""
    host = history.running_host(number)
    if host is not None:
        host.tab.env.storage.is_broken = is_broken


def do_fail_write(history: History, number: int, ahead: int) -> None:
    """One of the next writes of a tab throws."""
    host = history.running_host(number)
    if host is not None:
        host.tab.env.storage.failing.add(host.tab.env.storage.writes + ahead)


def do_hold_locks(history: History, is_holding: bool) -> None:
    """No lock is granted from now on, or all that were asked for."""
    if is_holding:
        history.world.locks.is_holding = True
    else:
        history.world.locks.let_go()
