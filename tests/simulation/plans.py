"""Plans by seed, and every short sequence.

Invariant: a history is its `Plan`, settings and a list of steps, and nothing else: the same plan gives the same history,
and a plan with steps left out is a plan. That makes a failure repeatable and short.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from tests.simulation.options import TIGHT_BODY_BYTES, Options
from tests.simulation.server import MOODS, OFFERS
from tests.simulation.state import Step

DAY_MS = 86_400_000


class Plan(NamedTuple):
    """A whole history before it happens."""

    options: Options
    steps: list[Step]
    evicts: bool = False
    """Whether the calm finds pages in the back/forward cache thrown out instead of brought back."""


# -- what may happen, and how often

Maker = Callable[[Random], Step]


def _who(dice: Random) -> int:
    return dice.randrange(8)


def _bool(dice: Random) -> bool:
    return dice.random() < 0.5


# Each family is switched on or off as a whole by the seed: histories in which few things happen often reach further
# than those in which everything happens once (swarm testing, Groce et al. 2012).
ALWAYS: list[tuple[int, Maker]] = [
    (10, lambda dice: ("click", _who(dice), dice.choice((1, 1, 1, 2, 3, 5)), "o1")),
    (4, lambda dice: ("wait", dice.choice((1, 10, 100, 1000, 5000, 5000, 30_000, 700_000)))),
    (5, lambda dice: ("tasks", dice.choice((1, 1, 2, 3)))),
    (3, lambda dice: ("mood", dice.choice(tuple(MOODS)))),
]
FAMILIES: dict[str, list[tuple[int, Maker]]] = {
    "tabs": [(4, lambda dice: ("open",)), (1, lambda dice: ("open_twin", _who(dice)))],
    "crashes": [
        (3, lambda dice: ("kill", _who(dice))),
        (5, lambda dice: ("doom", _who(dice), dice.choice((1, 1, 2, 2, 3, 4, 6)))),
        (2, lambda dice: ("open",)),
    ],
    "leaving": [
        (2, lambda dice: ("close", _who(dice), _bool(dice))),
        (2, lambda dice: ("reload", _who(dice))),
        (3, lambda dice: ("leave", _who(dice), _bool(dice))),
        (3, lambda dice: ("return", _who(dice))),
        (1, lambda dice: ("evict", _who(dice))),
        (2, lambda dice: ("open",)),
    ],
    "page events": [(2, lambda dice: ("tell", _who(dice), dice.choice(("hidden", "visible", "online", "offline", "return"))))],
    "network": [(2, lambda dice: ("online", _bool(dice))), (1, lambda dice: ("lie", _bool(dice)))],
    "offers": [(5, lambda dice: ("click", _who(dice), dice.choice((1, 2)), dice.choice(OFFERS)))],
    "odd clicks": [
        (2, lambda dice: ("click_again", _who(dice), dice.randrange(20))),
        (1, lambda dice: ("click_junk", _who(dice), dice.randrange(9))),
        (1, lambda dice: ("click_big", _who(dice), dice.choice((1, 18)))),
        (1, lambda dice: ("old_click", _who(dice))),
    ],
    "full store": [
        (3, lambda dice: ("quota", dice.choice((0, 200, 500, 2000)))),
        (2, lambda dice: ("quota", None)),
        (3, lambda dice: ("fail_write", _who(dice), dice.choice((1, 2, 3)))),
    ],
    "broken store": [(3, lambda dice: ("break", _who(dice), dice.random() < 0.6))],
    "strangers": [
        (1, lambda dice: ("overwrite", dice.randrange(4), dice.choice(("", "{", "42", '"s"', '{"a":1}', "[[1]]", None)))),
        (1, lambda dice: ("truncate", dice.randrange(4))),
        (2, lambda dice: ("litter", dice.randrange(4))),
        (1, lambda dice: ("clear",)),
    ],
    "clock": [
        (1, lambda dice: ("jump_wall", dice.choice((-400 * DAY_MS, -60_000, 60_000, 8 * DAY_MS, 400 * DAY_MS)))),
        (1, lambda dice: ("oversleep", dice.choice((1000, 60_000, 3_600_000)))),
    ],
    "slow locks": [(2, lambda dice: ("hold_locks", dice.random() < 0.6))],
    "host": [
        (3, lambda dice: ("flush", _who(dice))),
        (1, lambda dice: ("destroy", _who(dice))),
        (1, lambda dice: ("open",)),
    ],
    "consent": [(1, lambda dice: ("purge", _who(dice)))],
}


def plan(seed: int) -> Plan:
    """The history of a seed."""
    dice = Random(seed)
    options = _options(seed, dice)
    makers, weights = _odds(dice)
    steps: list[Step] = [("inherit", dice.choice((1, 3, 9)))] if dice.random() < 0.1 else []
    steps.append(("open",))
    if dice.random() < 0.003:
        # Pages of their real size fill up seldom, for it takes long; small ones fill up in every other history.
        steps += [("tasks", 2), ("click", 0, 65, "o1")]
    for maker in dice.choices(makers, weights, k=dice.randint(4, 24)):
        steps.append(maker(dice))
    planned = Plan(options, steps, _bool(dice))
    _add_later_faults(planned, Random(f"{seed} since"))
    return planned


def _add_later_faults(planned: Plan, dice: Random) -> None:
    """Faults that came later have dice of their own, so that a seed goes on to mean what it meant."""
    added: list[Step] = []
    if dice.random() < 0.1:
        planned.options.max_body_bytes = TIGHT_BODY_BYTES
        planned.options.config["maxBatchSize"] = 50
        added += [("click", dice.randrange(4), 20, "o1"), ("click", dice.randrange(4), 20, "o2")]
    if dice.random() < 0.1:
        planned.options.config["maxQueueSize"] = 5
        added += [("click", dice.randrange(4), 9, "o1"), *[("click_dropped", dice.randrange(9)) for _ in range(5)]]
        added += [("leave", 0, False), ("return", 0)]
    for step in added:
        planned.steps.insert(dice.randrange(1, len(planned.steps) + 1), step)
    if dice.random() < 0.1:
        _insert(planned, dice, [("freeze", dice.randrange(8)), ("tasks", dice.choice((0, 1, 3))), ("resume", dice.randrange(8))])
    if dice.random() < 0.05:
        # An event that was dropped and handed in again, and is stored when its page is left and comes back.
        planned.options.config["maxQueueSize"] = 5
        again = [
            ("online", False),
            ("click", 0, 9, "o1"),
            ("click_dropped", dice.randrange(9)),
            ("leave", 0, False),
            ("return", 0),
        ]
        _insert(planned, dice, again)


def _insert(planned: Plan, dice: Random, steps: list[Step]) -> None:
    """These steps, one after the other, at some moment of the history."""
    at = dice.randrange(1, len(planned.steps) + 1)
    planned.steps[at:at] = steps


def _options(seed: int, dice: Random) -> Options:
    options = Options(seed)
    options.has_locks = dice.random() < 0.9
    options.is_rude = dice.random() < 0.1
    options.lag_ms = dice.choice((0, 0, 0, 1, 20))
    options.lock_delay_ms = dice.choice((0, 1, 5))
    options.lock_way_ms = dice.choice((0, 0, 1, 5))
    options.key_events = dice.choice(((50, 10), (2, 1), (3, 2), (5, 3)))
    config = options.config
    if dice.random() < 0.5:
        config["maxBatchSize"] = dice.choice((1, 2, 3, 20))
    if dice.random() < 0.5:
        config["maxRetries"] = dice.choice((1, 2, 3))
    if dice.random() < 0.1:
        config["maxQueueSize"] = dice.choice((1, 5, 30))
    if dice.random() < 0.1:
        config["retryJitter"] = 0.5
    return options


def _odds(dice: Random) -> tuple[list[Maker], list[int]]:
    chosen = list(ALWAYS)
    for family in FAMILIES.values():
        if dice.random() < 0.35:
            chosen.extend(family)
    return [maker for _, maker in chosen], [weight for weight, _ in chosen]


# -- every short sequence

CRASH: tuple[Step, ...] = (("kill", 0), ("open",))
ONE_TAB: tuple[tuple[Step, ...], ...] = (
    (("click", 0, 1, "o1"),),
    (("tasks", 1),),
    (("wait", 5000),),
    (("mood", "deaf"),),
    CRASH,
    (("doom", 0, 1),),
    (("come_or_go", 0),),
    (("fail_write", 0, 1),),
)
TWO_TABS: tuple[tuple[Step, ...], ...] = (
    (("click", 0, 1, "o1"),),
    (("click", 1, 1, "o1"),),
    (("tasks", 1),),
    (("wait", 5000),),
    (("mood", "deaf"),),
    CRASH,
    (("doom", 0, 1),),
    (("come_or_go", 0),),
)


def every_sequence(length: int) -> Iterator[Plan]:
    """Every sequence of so many happenings with one tab, then with two, whose locks answer in a task of their own."""
    for start, alphabet in (([("open",)], ONE_TAB), ([("open",), ("open",)], TWO_TABS)):
        for happenings in itertools.product(alphabet, repeat=length):
            options = Options(0)
            options.config["maxBatchSize"] = 2
            yield Plan(options, [*start, *itertools.chain.from_iterable(happenings)])


def sequence_count(length: int) -> int:
    return sum(int(len(alphabet) ** length) for alphabet in (ONE_TAB, TWO_TABS))
