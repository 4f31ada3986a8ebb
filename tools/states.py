"""The states of a queue, found by living: `python -m tools.states` prints the picture in docs/design.md.

No table says how a queue goes from one state to another, so none can be wrong. Here real queues go through every short
sequence of happenings, over the fakes of the tests, and what their snapshots say is all that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tests.fakes as fakes  # First: tests/__init__.py makes src/ known.
from clickqueue.main import ClickQueue

MAX_FAILURES = 2
CONFIG = {"maxBatchSize": 2, "maxRetries": MAX_FAILURES}
"""The least with which every state has a way in: a second click fills a batch, a second failure parks."""
MAX_HAPPENINGS = 7
"""Lives this long find all that longer ones find; of two lives that look the same only one goes on."""
PATIENCE_MS = 600_000
"""The longest that a queue waits by itself (CONTRACT 3.7)."""
MAX_PENDING = 3
"""One that has failed, and a batch of new ones."""
STATES = ("idle", "waiting", "sending", "backing-off", "parked", "destroyed")

Transition = tuple[str, str]


class Life:
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
        self.queue.subscribe(self._look)
        self.settle()

    def _look(self) -> None:
        state = self.queue.get_snapshot()["state"]
        if state != self.state:
            self.changes.append(((self.state, state), self.cause))
        self.state = state

    def settle(self) -> None:
        """Let happen what happens at this very moment: answers of locks and of the api, news of other tabs."""
        self.tab.env.clock.advance(0)

    def live(self, happening: str) -> None:
        self.cause = happening
        calls = len(self.api.calls)
        HAPPENINGS[happening](self)
        self.settle()
        self.open_calls += self.api.calls[calls:]

    def look(self) -> tuple[Any, ...]:
        """What tells this life from others: what the host sees, and what it remembers."""
        now = self.queue.get_snapshot()
        past = (self.failures, self.clicks, len(self.open_calls))
        world = (self.world.network.online, self.tab.life.state, len(self.world.origin.texts))
        return (now["state"], now["pending"], now["inFlight"], *past, *world)

    def can(self, happening: str) -> bool:
        """Whether it would mean anything now."""
        if happening.startswith("answer"):
            return len(self.open_calls) > 0
        if self.tab.life.state == "frozen":
            return happening in ("online", "return")
        can = {
            "click": self.queue.get_snapshot()["pending"] < MAX_PENDING,
            "offline": self.world.network.online,
            "online": not self.world.network.online,
            "return": False,
        }
        return self.state != "destroyed" and can.get(happening, True)

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
        """As much as any timer of the queue asks for."""
        self.tab.env.clock.advance(PATIENCE_MS)

    def find_orphan(self) -> None:
        """Another tab has died, and its lock and its events are free."""
        event = {"id": "orphan", "timestamp": self.tab.env.clock.now_ms(), "userAgent": "", **fakes.click()}
        self.world.origin.put("srv_click_queue:other", self.tab.env.json.dump([event]), None)


HAPPENINGS: dict[str, Callable[[Life], None]] = {
    "click": Life.click,
    "time": Life.pass_time,
    "answer 200": lambda life: life.answer(200),
    "answer 503": lambda life: life.answer(503),
    "answer 422": lambda life: life.answer(422),
    "offline": lambda life: life.world.set_online(False),
    "online": lambda life: life.world.set_online(True),
    "hidden": lambda life: life.tab.page.tell("hidden"),
    "visible": lambda life: life.tab.page.tell("visible"),
    "leave": lambda life: life.tab.leave(),
    "return": lambda life: life.tab.come_back(),
    "another tab dies": Life.find_orphan,
    "flush()": lambda life: life.queue.flush(),
    "purge()": lambda life: life.queue.purge(),
    "destroy()": lambda life: life.queue.destroy(),
}
"""In the order in which the picture names them."""


def live(happenings: tuple[str, ...]) -> Life:
    life = Life()
    for happening in happenings:
        life.live(happening)
    return life


def explore() -> dict[Transition, set[str]]:
    """Every transition that any life goes through, with its causes."""
    found: dict[Transition, set[str]] = {}
    lives: list[tuple[str, ...]] = [()]
    known = {live(()).look()}
    for _ in range(MAX_HAPPENINGS):
        longer = []
        for past in lives:
            possible = live(past)
            for happening in filter(possible.can, HAPPENINGS):
                life = live((*past, happening))
                for transition, cause in life.changes:
                    found.setdefault(transition, set()).add(cause)
                if life.look() not in known:
                    known.add(life.look())
                    longer.append((*past, happening))
        lives = longer
    return found


def picture(transitions: dict[Transition, set[str]]) -> str:
    """A Mermaid diagram."""
    lines = ["stateDiagram-v2", '  state "backing-off" as backing_off', "  [*] --> idle"]
    for source in STATES:
        for target in STATES:
            causes = [happening for happening in HAPPENINGS if happening in transitions.get((source, target), ())]
            if causes:
                lines.append(f"  {_name(source)} --> {_name(target)}: {', '.join(causes)}")
    return "\n".join([*lines, "  destroyed --> [*]", ""])


def _name(state: str) -> str:
    return state.replace("-", "_")


if __name__ == "__main__":
    print(picture(explore()), end="")
