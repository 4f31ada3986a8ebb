"""The plan of a round: an endless row of steps that comes from the seed alone, whatever the browser makes of them.

A step names its tab by a number that is counted modulo the tabs it can be done to, so that every step is always possible
or does nothing. Which of them are done in the time of a round depends on the browser; their order does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from tests.chaos.log import OTHER_KEY
from tests.keys import KEY


class Step(NamedTuple):
    """One deed. `size` clicks go before it, in the same task where the browser allows that; of `wait` it is the longest time in ms."""

    what: str
    who: int = 0
    size: int = 0
    how: str = ""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, self.size, self.how) if part)


OPENING = 3  # steps: the server's first mood, and two tabs

Maker = Callable[[Random], Step]

KEYS = {"one": (KEY,), "same": (KEY, KEY), "two": (KEY, OTHER_KEY)}
"""The queues of a page: one, two that share a key, two with a key each."""


def _step(what: str, sizes: tuple[int, ...] = (0,), hows: tuple[str, ...] = ("",)) -> Maker:
    return lambda dice: Step(what, dice.randrange(60), dice.choice(sizes), dice.choice(hows))


FEW = (0, 1, 3)
LAST = (0, 1, 3, 12)

ALWAYS: list[tuple[int, Maker]] = [
    (50, _step("click", (1, 1, 2, 3, 5, 11, 30, 60), ("", "", "own id"))),
    (12, _step("wait", (5, 20, 60, 150, 400))),
    (9, _step("mood", hows=("good", "mixed", "mixed", "bad", "bad"))),
    (5, _step("open", hows=("one", "one", "one", "same", "two"))),
    (3, _step("flush")),
]
# A seed switches each family on or off as a whole: rounds in which few things happen often reach further than rounds in
# which everything happens once (swarm testing, Groce et al. 2012).
FAMILIES: dict[str, list[tuple[int, Maker]]] = {
    "reloads": [(8, _step("reload", LAST, ("now", "soon")))],
    "navigation": [(8, _step("leave", LAST, ("now", "soon"))), (10, _step("return"))],
    "goodbyes": [(6, _step("close", FEW)), (3, _step("open", hows=("one", "same", "two")))],
    "crashes": [(5, _step("crash", FEW)), (3, _step("open", hows=("one", "same", "two")))],
    "freezing": [(6, _step("freeze", FEW)), (9, _step("resume"))],
    "frames": [(5, _step("frame", (1, 3, 12), ("at once", "later"))), (3, _step("drop frame"))],
    "destroying": [(5, _step("destroy", LAST))],
    "network": [(4, _step("offline")), (6, _step("online"))],
    "visibility": [(5, _step("front"))],
    "consent": [(1, _step("purge", FEW))],
}


def families(seed: int) -> list[str]:
    """The families that are switched on in the round of a seed; at least one."""
    dice = Random(f"{seed} families")
    chosen = [name for name in FAMILIES if dice.random() < 0.6]
    return chosen or [dice.choice(list(FAMILIES))]


def steps(seed: int) -> Iterator[Step]:
    """The steps of a round, without an end: first those of the opening."""
    dice = Random(f"{seed} steps")
    odds = [*ALWAYS, *(odd for name in families(seed) for odd in FAMILIES[name])]
    yield Step("mood", how=dice.choice(("good", "mixed", "bad")))
    yield Step("open", how=dice.choice(("one", "same", "two")))
    yield Step("open", how=dice.choice(("one", "one", "same", "two")))
    while True:
        (_, maker) = dice.choices(odds, [weight for weight, _ in odds])[0]
        yield maker(dice)


def fates(seed: int) -> Iterator[str]:
    """For each tab that is left when the faults stop: closed, flushed, or left alone."""
    dice = Random(f"{seed} fates")
    while True:
        yield dice.choice(("close", "flush", "leave alone"))
