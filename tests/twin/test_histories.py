"""Histories of the simulator in CPython and with dist/clickqueue.js: the two traces are equal to the letter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clickqueue.delivery import batches
from clickqueue.storage import journal, sync
from tests.limits import real_limits
from tests.simulation import page as simulated_page
from tests.simulation.plans import plan
from tests.simulation.run import run
from tests.twin.border import Borders
from tests.twin.compare import compare
from tests.twin.conftest import Page
from tests.twin.recorder import Recorder

HISTORIES = 150

limits_are_real = pytest.fixture(autouse=True)(real_limits)


def simulated(seed: int, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A history of the simulator, seen at the border of its queues, with the limits that the built module has."""
    recorder = Recorder()
    monkeypatch.setattr(simulated_page, "ClickQueue", Borders(recorder).queue)
    planned = plan(seed)
    planned.options.key_events = (sync.MIRROR_EVENTS, journal.SEGMENT_EVENTS)
    planned.options.max_body_bytes = batches.MAX_BODY_BYTES
    outcome = run(planned)
    assert outcome.violation is None, f"seed {seed}: {outcome.violation}"
    return recorder


def histories(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Recorder]]:
    for seed in range(HISTORIES):
        yield f"history of seed {seed}", simulated(seed, monkeypatch)


def test_histories_of_the_simulator(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's results hold for the built module too (CONTRACT 4, 5, 6)."""
    assert compare(page, histories(monkeypatch)) == HISTORIES
