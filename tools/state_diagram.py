"""The diagram of a queue's states in docs/design.md, found by running real queues: `python -m tools.state_diagram` prints it.

No table says how a queue goes from one state to another, so none can be wrong. Real queues go through every short sequence
of events, over the fakes of the tests; their snapshots alone say which states they pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tests.fakes as fakes  # First: tests/__init__.py makes src/ known.
from clickqueue.main import ClickQueue

MAX_FAILURES = 2
CONFIG = {"maxBatchSize": 2, "maxRetries": MAX_FAILURES}
"""The least with which every state has a way in: a second click fills a batch, a second failure parks."""
MAX_EVENTS = 7
"""Runs this long find all that longer ones find; of two runs with one fingerprint only one goes on."""
MAX_WAIT_MS = 600_000
"""The longest that a queue waits by itself (CONTRACT 3.7)."""
MAX_PENDING = 3
"""One that has failed, and a batch of new ones."""
STATES = ("idle", "waiting", "sending", "backing-off", "parked", "destroyed")

Transition = tuple[str, str]


class Run:
    """One queue in one tab, and every change of its state with what caused it."""

    def __init__(self) -> None:
        self.world = fakes.World()
        self.tab = self.world.open()
        self.api = fakes.FakeApi(self.tab.env.clock, lambda call: fakes.HOLD)
        self.open_calls: list[fakes.Call] = []
        self.failures = 0
        self.clicks = 0
        self.cause = "start"
        self.changes: list[tuple[Transition, str]] = []
        self.queue: Any = ClickQueue(CONFIG, self.api, self.tab.env)
        self.state = "idle"
        self.queue.subscribe(self._on_change)
        self.run_due_tasks()

    def _on_change(self) -> None:
        state = self.queue.get_snapshot()["state"]
        if state != self.state:
            self.changes.append(((self.state, state), self.cause))
        self.state = state

    def run_due_tasks(self) -> None:
        """Run everything that is due now: answers of locks and of the api, events of other tabs."""
        self.tab.env.clock.advance(0)

    def apply(self, event: str) -> None:
        self.cause = event
        calls = len(self.api.calls)
        EVENTS[event](self)
        self.run_due_tasks()
        self.open_calls += self.api.calls[calls:]

    def fingerprint(self) -> tuple[Any, ...]:
        """Everything that distinguishes this run from others: the view of the host, the tab's role, and the recent past."""
        now = self.queue.get_snapshot()
        past = (self.failures, self.clicks, len(self.open_calls))
        world = (self.world.network.online, self.tab.life.state, len(self.world.origin.texts))
        return (now["state"], now["pending"], now["inFlight"], self.queue._state.role, *past, *world)

    def is_enabled(self, event: str) -> bool:
        """Whether the step has an effect in the current state."""
        if event.startswith("answer"):
            return len(self.open_calls) > 0
        if self.tab.life.state == "frozen":
            return event in ("online", "return")
        can = {
            "click": self.queue.get_snapshot()["pending"] < MAX_PENDING,
            "offline": self.world.network.online,
            "online": not self.world.network.online,
            "return": False,
        }
        return self.state != "destroyed" and can.get(event, True)

    def answer(self, status: int) -> None:
        """The oldest request is answered."""
        call = self.open_calls.pop(0)
        if status == 200:
            call.resolve()
        else:
            call.reject(fakes.Failure(status))
        if status != 503:
            self.failures = 0
        elif self.world.network.online:
            self.failures = min(self.failures + 1, MAX_FAILURES)
        self.clicks = 0

    def click(self) -> None:
        self.queue.enqueue(fakes.click())
        self.clicks += 1

    def pass_time(self) -> None:
        """The longest delay of any timer of the queue."""
        self.tab.env.clock.advance(MAX_WAIT_MS)

    def orphan_appears(self) -> None:
        """Another tab has died, and its lock and its events are free."""
        event = {"id": "orphan", "timestamp": self.tab.env.clock.now_ms(), "userAgent": "", **fakes.click()}
        self.world.origin.put("srv_click_queue:other", self.tab.env.json.stringify([event]), None)


EVENTS: dict[str, Callable[[Run], None]] = {
    "click": Run.click,
    "time": Run.pass_time,
    "answer 200": lambda run: run.answer(200),
    "answer 503": lambda run: run.answer(503),
    "answer 422": lambda run: run.answer(422),
    "offline": lambda run: run.world.set_online(False),
    "online": lambda run: run.world.set_online(True),
    "hidden": lambda run: run.tab.page.tell("hidden"),
    "visible": lambda run: run.tab.page.tell("visible"),
    "leave": lambda run: run.tab.leave(),
    "return": lambda run: run.tab.come_back(),
    "another tab dies": Run.orphan_appears,
    "flush()": lambda run: run.queue.flush(),
    "purge()": lambda run: run.queue.purge(),
    "destroy()": lambda run: run.queue.destroy(),
}
"""In the order in which the picture names them."""


def run_events(events: tuple[str, ...]) -> Run:
    run = Run()
    for event in events:
        run.apply(event)
    return run


def explore() -> dict[Transition, set[str]]:
    """Every transition that any run goes through, with its causes."""
    found: dict[Transition, set[str]] = {}
    pasts: list[tuple[str, ...]] = [()]
    known = {run_events(()).fingerprint()}
    for _ in range(MAX_EVENTS):
        longer = []
        for past in pasts:
            possible = run_events(past)
            for event in filter(possible.is_enabled, EVENTS):
                run = run_events((*past, event))
                for transition, cause in run.changes:
                    found.setdefault(transition, set()).add(cause)
                if run.fingerprint() not in known:
                    known.add(run.fingerprint())
                    longer.append((*past, event))
        pasts = longer
    return found


def to_mermaid(transitions: dict[Transition, set[str]]) -> str:
    """A Mermaid diagram."""
    lines = ["stateDiagram-v2", '  state "backing-off" as backing_off', "  [*] --> idle"]
    for source in STATES:
        for target in STATES:
            causes = [event for event in EVENTS if event in transitions.get((source, target), ())]
            if causes:
                lines.append(f"  {_name(source)} --> {_name(target)}: {', '.join(causes)}")
    return "\n".join([*lines, "  destroyed --> [*]", ""])


def _name(state: str) -> str:
    return state.replace("-", "_")


if __name__ == "__main__":
    print(to_mermaid(explore()), end="")
