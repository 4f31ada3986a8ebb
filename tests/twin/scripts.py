"""Scripts by seed: some steps, then a calm in which everything ends."""

from __future__ import annotations

from tests.twin.recorder import Recorder
from tests.twin.stage import Stage
from tests.twin.steps import FREQUENT, RARE

KINDS = 9
"""How many of the rare steps one script has: few of them often reach further than each of them once."""


def recorded(seed: int) -> Recorder:
    """The script of a seed, as it ran under CPython."""
    stage = Stage(seed)
    stage.open()
    steps = {**FREQUENT, **RARE}
    names = ["click"] * 6 + ["wait"] * 5 + ["answer", "open"] + stage.dice.sample(list(RARE), KINDS)
    for name in stage.dice.choices(names, k=stage.dice.randint(5, 30)):
        if not stage.is_long():
            stage.recorder.head(name)
            steps[name](stage)
    stage.recorder.head("calm")
    stage.calm_down()
    return stage.recorder
