"""The plan of a chaos round comes from its seed, and its server does what its fault says."""

from __future__ import annotations

import itertools

import pytest

from tests.chaos import faults, plan
from tests.chaos.faults import FAULTS, MOODS, Fault, Temper
from tests.chaos.log import Request
from tests.chaos.plan import FAMILIES, KEYS
from tests.chaos.server import settle
from tests.chaos.visit import DEEDS


def test_a_seed_repeats_its_plan() -> None:
    """Steps, fates and faults come from the seed alone."""

    def drawn(seed: int) -> tuple[object, ...]:
        temper = Temper(seed)
        temper.mood = "bad"
        rows = (plan.steps(seed), plan.fates(seed), (temper.draw(["a", "b"]) for _ in itertools.count()))
        return tuple(tuple(itertools.islice(row, 100)) for row in rows)

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_every_step_can_be_done() -> None:
    """A plan names only steps, keys and moods that there are, and over some seeds all of them."""
    drawn = [step for seed in range(40) for step in itertools.islice(plan.steps(seed), 200)]
    assert {step.what for step in drawn} == {*DEEDS, "wait", "mood", "open"}
    assert {step.how for step in drawn if step.what == "mood"} == set(MOODS)
    assert {step.how for step in drawn if step.what == "open"} == set(KEYS)
    assert {name for seed in range(40) for name in plan.families(seed)} == set(FAMILIES)


def test_a_good_server_has_no_faults() -> None:
    """When the faults stop every request is stored and answered with a 2xx at once."""
    temper = Temper(1)
    drawn = [temper.draw(["a"]) for _ in range(100)]
    assert {(fault.name, fault.stores, fault.delay_s) for fault in drawn} == {("ok", True, 0)}


def test_a_bad_server_has_every_fault() -> None:
    """Every fault of the table is drawn, and lists name events of their request alone."""
    temper = Temper(1)
    temper.mood = "bad"
    drawn = [temper.draw(list("abcdefghij")) for _ in range(1000)]
    assert {fault.name for fault in drawn} == {"ok", *(fault.name for fault in FAULTS)}
    listed = [fault for fault in drawn if fault.name == "lists"]
    assert {each for fault in listed for each in (*fault.retry, *fault.rejected)} == set("abcdefghij")
    assert not any(set(fault.retry) & set(fault.rejected) for fault in listed)


@pytest.mark.parametrize(
    ("fault", "count", "stored", "refused"),
    [
        pytest.param(faults.OK, 3, "abc", "", id="ok"),
        pytest.param(Fault("lists", stores=True, retry=("a",), rejected=("b",)), 3, "c", "b", id="lists"),
        pytest.param(Fault("503", 503), 3, "", "", id="503"),
        pytest.param(Fault("422", 422), 3, "", "", id="422 on several"),
        pytest.param(Fault("422", 422), 1, "", "a", id="422 on one"),
    ],
)
def test_what_becomes_of_a_request(fault: Fault, count: int, stored: str, refused: str) -> None:
    """The log has what the server stored, and what it refused for good or blamed alone."""
    came = Request("t1.1/q1", "b", {each: each for each in "abc"[:count]}, 0, 0, fault.name)
    settle(came, fault)
    assert (came.stored, came.refused) == (list(stored), list(refused))
