"""One history from its plan to its outcome. Invariant: whatever is thrown becomes a violation of the outcome."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.simulation import oracle
from tests.simulation.calm import calm
from tests.simulation.invariants import check
from tests.simulation.plans import Plan, plan
from tests.simulation.state import History, Step, Violation
from tests.simulation.steps import STEPS


class Outcome(NamedTuple):
    """The result of one history."""

    seed: int
    violation: str | None
    steps: int
    accepted: int
    excused: Counter[str]


def run(planned: Plan, trace: list[str] | None = None) -> Outcome:
    """Run a plan up to the first violation; `trace` receives a line for whatever happens."""
    history = History(planned.options, trace)
    history.origin.on_put = lambda key, old, text, writer: oracle.on_put(history, key, old, text, writer)
    count, violation = 0, None
    try:
        for step in planned.steps:
            _do(history, step)
            count += 1
        calm(history, planned.evicts)
    except Violation as broken:
        violation = str(broken)
    except Exception as error:
        violation = f"an exception reached the host (CONTRACT 1.6): {error!r}"
    return Outcome(planned.options.seed, violation, count, history.accepted, Counter(history.excused.values()))


def simulate(seed: int) -> Outcome:
    """Run the plan of a seed."""
    return run(plan(seed))


def _do(history: History, step: Step) -> None:
    history.note(f"-- {' '.join(map(str, step))}")
    STEPS[step[0]](history, *step[1:])
    check(history)
