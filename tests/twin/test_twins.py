"""The same script in CPython and with dist/clickqueue.js: the two traces are equal to the letter.

A failure names its seed, the line in which the built module first does something else, and what led to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import SystemRandom
from typing import Any

import pytest

from tests.fakes import FakeApi, make_env
from tests.twin.border import Borders
from tests.twin.compare import compare
from tests.twin.conftest import Page
from tests.twin.recorder import Recorder
from tests.twin.scripts import recorded

FIXED = 600
FRESH = 250


def scripts(seeds: Iterable[int]) -> Iterator[tuple[str, Recorder]]:
    for seed in seeds:
        yield f"script of seed {seed}", recorded(seed)


def test_scripts_of_fixed_seeds(page: Page) -> None:
    """The same calls and the same snapshots in both languages, the same scripts in each run (CONTRACT 1 to 6)."""
    assert compare(page, scripts(range(FIXED))) == FIXED


def test_scripts_of_fresh_seeds(page: Page) -> None:
    """The same calls and the same snapshots in both languages, other scripts in each run (CONTRACT 1 to 6)."""
    first = SystemRandom().randrange(10**6, 10**9)
    print(f"fresh seeds {first} to {first + FRESH - 1}")
    assert compare(page, scripts(range(first, first + FRESH))) == FRESH


ODD_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 0.5, 10.5, 10**15, -(10**15), float("nan"), float("inf"), float("-inf")),
    *("", "5", 'a "quoted" \\ text', "ä😀", [], [5], [""], ["a", "b"], ["a", None], {}, {"valueOf": 5}, len),
]
FIELDS = [
    *("maxBatchSize", "maxBatchDelay", "maxRetries", "initialRetryDelay", "maxRetryDelay", "maxQueueSize", "maxQueueBytes"),
    *("maxEventBytes", "maxEventAge", "retryJitter", "requiredFields", "storageKey", "onDrop", "unknown", "", "0", "toString"),
    *("constructor", "__proto__", "hasOwnProperty", "max_batch_size"),
]


def configured(config: Any) -> Recorder:
    """A queue that is made with this config, or is not."""
    recorder = Recorder()
    env = make_env()
    try:
        queue = Borders(recorder).queue(config, FakeApi(env.clock), env)
    except (TypeError, ValueError):
        return recorder
    queue.enqueue({"sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"})
    env.clock.run_until_idle(10**6)
    return recorder


def test_errors_of_a_bad_config(page: Page) -> None:
    """The same error with the same message in both languages (CONTRACT 1.6)."""
    configs = [*ODD_VALUES, *({field: value} for field in FIELDS for value in ODD_VALUES)]
    assert compare(page, ((f"config {config!r}", configured(config)) for config in configs)) == len(configs)


def test_a_difference_is_seen(page: Page) -> None:
    """A trace that differs in one letter fails, and the failure names the line."""
    recorder = configured({})
    index = next(index for index, line in enumerate(recorder.lines) if "? localStorage.setItem" in line)
    recorder.lines[index] += " "
    with pytest.raises(pytest.fail.Exception, match=f"a script, line {index}"):
        compare(page, [("a script", recorder)])
