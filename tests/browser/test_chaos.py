"""A few rounds of chaos in the browser of this run; `dev.py chaos` runs as many as wanted, also without Web Locks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.chaos.runner import Runner, rounds_in, write_log

SECONDS = 2.5


@pytest.fixture(scope="module")
def run(browser: WebDriver) -> Iterator[Runner]:
    """Runs the round of a seed."""
    with rounds_in(browser, SECONDS) as run:
        yield run


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_round_of_chaos_loses_nothing(run: Runner, seed: int) -> None:
    """All accepted events are stored, no key is left, the books are even, each duplicate has its rule (CONTRACT 4, 5, 6.2)."""
    outcome = run(seed)
    assert outcome.log.clicks
    assert not outcome.findings, f"{outcome}\nits log: {write_log(outcome)}"


def test_a_round_with_a_receiver(browser: WebDriver) -> None:
    """What was accepted and not purged is in a real receiver's table, though it is killed in mid-request again and again."""
    with rounds_in(browser, SECONDS, has_receiver=True) as run:
        outcome = run(3)
    log = outcome.log
    assert not outcome.findings, f"{outcome}\nits log: {write_log(outcome)}"
    assert log.table
    assert set(log.accepted) - set(log.refused_count) - log.purged() <= set(log.table)
    assert any(request.fault == "killed" for request in log.requests)
