"""A failed history made short, and explained. Invariant: the shorter plan fails with the same kind of violation."""

from __future__ import annotations

import re

from tests.simulation.plans import Plan
from tests.simulation.run import run


def shrink(planned: Plan, budget: int = 4000) -> Plan:
    """The shortest plan that fails alike, as far as leaving out halves, then quarters, then single steps can find it."""
    kind = _kind(run(planned).violation)
    if kind is None:
        return planned
    size = max(1, len(planned.steps) // 2)
    while budget > 0:
        smaller = None
        for start in range(0, len(planned.steps), size):
            budget -= 1
            candidate = planned._replace(steps=planned.steps[:start] + planned.steps[start + size :])
            if _kind(run(candidate).violation) == kind:
                smaller = candidate
                break
        if smaller:
            planned = smaller
        elif size == 1:
            break
        size = max(1, min(size, len(planned.steps)) // (1 if smaller else 2))
    return planned


def _kind(violation: str | None) -> str | None:
    """A violation without the names in it."""
    return re.sub(r"\S*\d\S*|\[.*|\{.*", "", violation) if violation else None


def report(planned: Plan) -> str:
    """Everything that is needed to understand a failure."""
    trace: list[str] = []
    short = shrink(planned)
    outcome = run(short, trace)
    return "\n".join(
        [
            f"seed {planned.options.seed}: {run(planned).violation}",
            f"options: {planned.options!r} evicts={planned.evicts}",
            f"shortest history found, {len(short.steps)} steps of {len(planned.steps)}: {outcome.violation}",
            f"steps = {short.steps!r}",
            *trace,
        ]
    )
