"""The simulator can fail: each planted defect is one that public queues have, is planted alone, and is found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.plans import plan
from tests.simulation.run import run
from tests.unit.defects import delivery, dropping, storage, tabs
from tests.unit.defects.plant import Defect, Plant

MAX_SEEDS = 6000
"""The number of histories that a defect may survive. Most are found within the first hundred."""

DEFECTS = [*delivery.DEFECTS, *dropping.DEFECTS, *storage.DEFECTS, *tabs.DEFECTS]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Replace a function of the queue in every module that imports it."""

    def put(sound: Callable[..., Any], defective: Callable[..., Any]) -> None:
        name = sound.__name__
        for module in [module for path, module in sys.modules.items() if path.startswith("clickqueue.")]:
            if vars(module).get(name) is sound:
                monkeypatch.setattr(module, name, defective)

    return put


@pytest.mark.parametrize("defect", DEFECTS, ids=[defect.__name__ for defect in DEFECTS])
def test_a_planted_defect_is_found(defect: Defect, plant: Plant) -> None:
    """Each defect violates an invariant within a bounded number of histories."""
    defect(plant)
    caught = next((outcome for outcome in map(run, map(plan, range(MAX_SEEDS))) if outcome.violation), None)
    assert caught is not None, f"{defect.__name__} survived {MAX_SEEDS} histories: {defect.__doc__}"
    print(f"seed {caught.seed}: {caught.violation}")
    # That would be a defect of the planting.
    assert "an exception" not in (caught.violation or "")
