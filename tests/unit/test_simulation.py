"""Histories of tabs: many that are the same in every run, and every short one."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.simulation.options import Options
from tests.simulation.plans import FAMILIES, Plan, every_sequence, plan, sequence_count
from tests.simulation.pool import run_sequences, simulate_all
from tests.simulation.run import run, simulate
from tests.simulation.shrink import report, shrink

# `python3 dev.py simulate` draws fresh ones.
FIXED = range(4000)
SEQUENCE_LENGTH = 3


def test_known_histories_lose_nothing() -> None:
    """Nothing is lost, whatever happens (CONTRACT 4, 5, 6.2): the same seeds in every run. Few events need an excuse."""
    tally, failed = simulate_all(FIXED)
    assert failed is None, report(plan(FIXED[failed or 0]))
    assert tally.accepted > 5 * sum(tally.excused.values())
    assert tally.accepted > 100 * tally.excused["merge"]


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(37875, id="an heir dies with what it took from a tab that becomes the owner"),
        pytest.param(82216, id="a destroyed tab writes to a key that has a new owner"),
        pytest.param(83574, id="a destroyed tab takes a key"),
        pytest.param(98535, id="a write fails while the main key changes hands"),
        pytest.param(202714, id="a tab and the heir of its key write by turns"),
        pytest.param(292646, id="a destroyed tab removes what it has not heard of"),
        pytest.param(619025, id="the last words of a destroyed queue, in a page that hears no storage events of its own"),
        pytest.param(381720006, id="a click in flight is handed in again"),
        pytest.param(596801623, id="a copy stays in the key of another queue of the page"),
        pytest.param(331463, id="an heir removes a key that it has read half of"),
        pytest.param(381370, id="an inherited key is written before it could be read"),
        pytest.param(12, id="a leader adopts the journal of a tab that joins, again and again"),
        pytest.param(354, id="a tab that joins hears that its journal is gone before it hears of the purge"),
        pytest.param(312938623, id="a tab dies before it hears of a purge"),
        pytest.param(900018834, id="a leader begins a new stay while a late write is on its way"),
        pytest.param(39950284, id="a tab whose store was full dies after it removed its copy from the mirror"),
        pytest.param(2017137, id="a purge removes the copy of a later event, which its dead tab could not store"),
        pytest.param(100463, id="a journal of a queue whose page gets no storage event of it"),
    ],
)
def test_what_once_failed(seed: int) -> None:
    """Histories that broke a promise once keep it now (CONTRACT 4.2, 4.4, 5.2, 5.3)."""
    assert simulate(seed).violation is None


def test_every_short_sequence_loses_nothing() -> None:
    """All sequences of three happenings, with one tab and with two: the small cases do not depend on luck."""
    tally, failed = run_sequences(SEQUENCE_LENGTH)
    assert failed is None, report(list(every_sequence(SEQUENCE_LENGTH))[failed or 0])
    assert tally.runs == sequence_count(SEQUENCE_LENGTH) == 2 * 8**3


@pytest.mark.parametrize("seed", range(8))
def test_a_seed_is_a_history(seed: int) -> None:
    """The same seed gives the same history to the letter, or a failure could not be repeated."""
    traces: list[list[str]] = [[], []]
    for trace in traces:
        run(plan(seed), trace)
    assert traces[0] == traces[1] != []


def test_everything_happens() -> None:
    """The odds leave nothing out: every kind of step, option and mood comes up within 400 seeds."""
    plans = [plan(seed) for seed in range(400)]
    kinds = Counter(step[0] for planned in plans for step in planned.steps)
    assert set(kinds) >= {
        "freeze",
        "resume",
        "click",
        "doom",
        "kill",
        "leave",
        "return",
        "quota",
        "break",
        "litter",
        "jump_wall",
        "destroy",
        "purge",
    }
    assert len(kinds) > len(FAMILIES)
    for name in ("has_locks", "is_rude", "lag_ms", "lock_delay_ms", "key_events"):
        assert len({getattr(planned.options, name) for planned in plans}) > 1


def test_a_failure_is_told_in_short() -> None:
    """A plan that breaks a promise is cut down to the steps that it takes, and told with its trace."""
    steps = [("open",), ("wait", 10), ("boom",), ("click", 0, 1, "o1")]
    planned = Plan(Options(0), steps)
    assert shrink(planned).steps == [("boom",)]
    assert "-- boom" in report(planned)
