"""The roles of a tab, found by running real tabs: `python -m tools.role_diagram` prints the diagram of docs/design.md.

The docstring of `tabs/roles.py` says which event leads from which role to which; a test compares it with `explore`. Real
tabs go through every short sequence of events, over the fakes of the tests, and each change is noted where it is made, in
`roles.become`, under the event that was being handled.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

import tests.fakes as fakes  # First: tests/__init__.py makes src/ known.
from clickqueue import queue as page_events
from clickqueue.main import ClickQueue
from clickqueue.state import DETACHED, JOINING
from clickqueue.tabs import roles

MAX_EVENTS = 6
"""Runs this long find all that longer ones find; of two runs with one fingerprint only one goes on."""
TRAVEL_MS = 1
"""A request for a lock is decided after this time, so that another tab may be faster."""
ROLES = ("detached", "follower", "peer", "joining", "leader")
"""In the order of their numbers in `state.py`."""
ROWS = {
    "start, pageshow, resume": ("start", "pageshow", "resume"),
    "own lock taken": ("own lock taken",),
    "own key removed": ("storage",),
    "main lock granted": ("main lock granted",),
    "main lock taken": ("main lock taken",),
    "no locks, or a script stole one": ("no lock",),
    "pagehide, freeze": ("pagehide", "freeze"),
}
"""The events of each row of the table."""

Table = dict[str, dict[str, set[str]]]
"""For each row the roles that a tab has afterwards, by the one that it had before."""
DOCUMENTED = roles.__doc__ or ""
real_become = roles.become


class Run:
    """One tab, and every change of its role with the event that caused it."""

    def __init__(self, has_locks: bool) -> None:
        self.world = fakes.World(lock_way=lambda: TRAVEL_MS)
        self.world.locks.is_missing = not has_locks
        self.tab = self.world.open()
        self.rivals: list[fakes.Life] = []
        self.changes: set[tuple[str, str, str]] = set()
        self._events: list[str] = []
        self._before = self._after = DETACHED
        self._is_changed = False
        with self._watch():
            queue: Any = self._handle("start", lambda: ClickQueue({}, fakes.FakeApi(self.tab.env.clock), self.tab.env))
            self.state = queue._state
            self.tab.env.clock.advance(0)

    def apply(self, step: str) -> None:
        with self._watch():
            STEPS[step][1](self)
            self.tab.env.clock.advance(0)

    def fingerprint(self) -> tuple[Any, ...]:
        locks = self.world.locks
        owners = [locks.held_by(name) for name in (self.state.main_key, self.state.own_key)]
        ours = [owner is None if owner is not self.tab.life else "ours" for owner in owners]
        return (self.state.role, self.tab.life.state, *ours, len(self.rivals), self.world.timeline.next_ms() is None)

    # -- what is noted

    def _watch(self) -> AbstractContextManager[Any]:
        """Note each event that may change the role, and each change."""
        watched: dict[Any, dict[str, Callable[..., str]]] = {
            roles: {
                "on_own_lock": lambda queue, is_granted: "own lock granted" if is_granted else "own lock taken",
                "on_main_lock": lambda queue, is_granted: "main lock granted" if is_granted else "main lock taken",
                "on_no_lock": lambda queue: "no lock",
            },
            page_events: {"handle": lambda queue, kind, event: kind},
        }
        stack = ExitStack()
        stack.enter_context(mock.patch.object(roles, "become", self._become))
        for module, functions in watched.items():
            for name, event_of in functions.items():
                stack.enter_context(mock.patch.object(module, name, self._watched(getattr(module, name), event_of)))
        return stack

    def _watched(self, function: Callable[..., Any], event_of: Callable[..., str]) -> Callable[..., Any]:
        return lambda *args: self._handle(event_of(*args), lambda: function(*args))

    def _handle(self, event: str, call: Callable[[], Any]) -> Any:
        # A change up to here belongs to the event whose handler causes this one.
        self._note()
        self._events.append(event)
        try:
            return call()
        finally:
            self._note()
            self._events.pop()

    def _become(self, queue: Any, role: int) -> None:
        assert self._events, "a role changes without an event"
        self._after, self._is_changed = role, True
        real_become(queue, role)

    def _note(self) -> None:
        if self._is_changed:
            self.changes.add((self._events[-1], ROLES[self._before], ROLES[self._after]))
        self._before, self._is_changed = self._after, False

    # -- what happens

    def request_as_rival(self, lock_name: str, options: dict[str, Any]) -> None:
        """Another tab requests a lock, and its request arrives at once; it keeps the lock until it dies."""
        rival = fakes.Life()
        self.rivals.append(rival)
        way, self.world.locks.way = self.world.locks.way, None
        self.world.locks.open(rival).request(lock_name, options, lambda lock: fakes.AbortSignal())
        self.world.locks.way = way

    def kill_rivals(self) -> None:
        for rival in self.rivals:
            rival.kill()
        self.rivals = []

    @property
    def is_running(self) -> bool:
        return self.tab.life.state == "running"

    def has(self, lock_name: str) -> bool:
        return self.world.locks.held_by(lock_name) is self.tab.life


STEPS: dict[str, tuple[Callable[[Run], bool], Callable[[Run], None]]] = {
    "time": (lambda run: run.world.timeline.next_ms() is not None, lambda run: run.tab.env.clock.advance(TRAVEL_MS)),
    "pagehide": (lambda run: run.is_running, lambda run: run.tab.leave()),
    # A page in the back/forward cache is frozen too, after its `pagehide`.
    "freeze": (lambda run: True, lambda run: run.tab.freeze()),
    "pageshow": (lambda run: not run.is_running, lambda run: run.tab.come_back()),
    "resume": (lambda run: not run.is_running, lambda run: run.tab.resume()),
    "another tab leads": (lambda run: not run.rivals, lambda run: run.request_as_rival(run.state.main_key, {})),
    "a leader sees the journal first": (
        lambda run: run.state.role == JOINING and not run.rivals,
        lambda run: run.request_as_rival(run.state.own_key, {}),
    ),
    "the other tab dies": (lambda run: len(run.rivals) > 0, Run.kill_rivals),
    "a script steals the lock": (
        lambda run: run.has(run.state.own_key),
        lambda run: run.request_as_rival(run.state.own_key, {"steal": True}),
    ),
    "another tab removes the own key": (
        lambda run: run.is_running,
        lambda run: run.tab.page.tell("storage", run.state.own_key, None),
    ),
}
"""Everything that may happen next: whether it can, and what it does."""


def run_steps(has_locks: bool, steps: tuple[str, ...]) -> Run:
    run = Run(has_locks)
    for step in steps:
        run.apply(step)
    return run


def explore() -> set[tuple[str, str, str]]:
    """Every change of role that any run goes through: the event, the role before and the one after."""
    found: set[tuple[str, str, str]] = set()
    for has_locks in (True, False):
        pasts: list[tuple[str, ...]] = [()]
        first = run_steps(has_locks, ())
        found |= first.changes
        known = {first.fingerprint()}
        for _ in range(MAX_EVENTS):
            longer = []
            for past in pasts:
                possible = run_steps(has_locks, past)
                for step in [step for step, (is_possible, _) in STEPS.items() if is_possible(possible)]:
                    run = run_steps(has_locks, (*past, step))
                    found |= run.changes
                    if run.fingerprint() not in known:
                        known.add(run.fingerprint())
                        longer.append((*past, step))
            pasts = longer
    return found


def to_table(changes: set[tuple[str, str, str]]) -> Table:
    """The changes in the shape of the table; an event that has no row is one by itself."""
    row_of = {event: row for row, events in ROWS.items() for event in events}
    table: Table = {}
    for event, before, after in changes:
        table.setdefault(row_of.get(event, event), {}).setdefault(before, set()).add(after)
    return table


def tables_of(docstring: str) -> str:
    """The tables of a docstring, as it has them."""
    blocks = docstring.split("\n\n")
    return "\n\n".join(block for block in blocks if block.startswith("| "))


def parse_table(docstring: str) -> Table:
    """The table of events in a docstring."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables_of(docstring).splitlines()]
    start = next(index for index, row in enumerate(rows) if row[0] == "event")
    head = rows[start][1:]
    return {row[0]: {role: {after} for role, after in zip(head, row[1:], strict=True) if after} for row in rows[start + 2 :]}


def to_mermaid(changes: set[tuple[str, str, str]]) -> str:
    """A Mermaid diagram."""
    lines = ["stateDiagram-v2", "  [*] --> detached"]
    table = to_table(changes)
    for before in ROLES:
        for after in ROLES:
            events = [row for row in ROWS if after in table.get(row, {}).get(before, ())]
            if events:
                lines.append(f"  {before} --> {after}: {', '.join(events)}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(to_mermaid(explore()), end="")
