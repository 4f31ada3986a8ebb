"""The same script through CPython and through dist/clickqueue.js: the two traces are equal to the letter.

A failure names its seed, the line in which the built module first does something else, and what led to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import SystemRandom
from typing import Any

import pytest

from clickqueue import batches, pages
from tests import history, simulation
from tests.fakes import FakeApi, make_env
from tests.limits import restore
from tests.twin.conftest import Page
from tests.twin.record import Recorder, as_json, first_difference
from tests.twin.scripts import recorded

FIXED = 600
FRESH = 250
SIMULATED = 150
CHUNK_CHARS = 2_000_000
LEAD = 25
"""How many lines before the difference are shown."""


def as_text(lines: list[str]) -> str:
    return "\n".join(lines)


def difference(name: str, recorder: Recorder, other: list[str]) -> str:
    """What a person needs to see."""
    lines = as_text(recorder.lines).split("\n")
    index = first_difference(lines, other)
    if index is None:
        return f"{name}: the digests differ, the texts do not"
    heads = [line for line in lines[:index] if line.startswith("--")]
    return "\n".join(
        [
            f"{name}, line {index}, after {', '.join(head[3:] for head in heads) or 'the start'}",
            *lines[max(0, index - LEAD) : index],
            f"CPython    {''.join(lines[index : index + 1]) or '(ends)'}",
            f"JavaScript {''.join(other[index : index + 1]) or '(ends)'}",
        ]
    )


def chunks(named: Iterable[tuple[str, Recorder]]) -> Iterator[list[tuple[str, Recorder, str]]]:
    """As many scripts at a time as one message carries well."""
    chunk: list[tuple[str, Recorder, str]] = []
    size = 0
    for name, recorder in named:
        entries = as_json(recorder.entries)
        chunk.append((name, recorder, entries))
        size += len(entries)
        if size > CHUNK_CHARS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def compare(page: Page, named: Iterable[tuple[str, Recorder]]) -> int:
    """Fail at the first script whose traces differ; how many there were."""
    count = 0
    for chunk in chunks(named):
        digests = page.digests([entries for _, _, entries in chunk])
        assert len(digests) == len(chunk), digests
        for (name, recorder, entries), digest in zip(chunk, digests, strict=True):
            count += 1
            if hashlib.sha256(as_text(recorder.lines).encode()).hexdigest() != digest:
                pytest.fail(difference(name, recorder, page.trace(entries)), pytrace=False)
    return count


def scripts(seeds: Iterable[int]) -> Iterator[tuple[str, Recorder]]:
    for seed in seeds:
        yield f"script of seed {seed}", recorded(seed)


def test_scripts_of_fixed_seeds(page: Page) -> None:
    """The same happenings, the same calls, the same snapshots on both machines, whoever runs this (CONTRACT 1 to 6)."""
    assert compare(page, scripts(range(FIXED))) == FIXED


def test_scripts_of_fresh_seeds(page: Page) -> None:
    """And in scripts that nobody has seen before (CONTRACT 1 to 6)."""
    first = SystemRandom().randrange(10**6, 10**9)
    print(f"fresh seeds {first} to {first + FRESH - 1}")
    assert compare(page, scripts(range(first, first + FRESH))) == FRESH


def simulated(seed: int, replace: Callable[[Any], None]) -> Recorder:
    """A history of the simulator, seen at the border of its queues."""
    recorder = Recorder()
    replace(recorder.queue)
    planned = simulation.plan(seed)
    planned.options.page_events = (pages.FIRST_PAGE_EVENTS, pages.LATER_PAGE_EVENTS)
    planned.options.max_body_bytes = history.MAX_BODY_BYTES
    outcome = simulation.run(planned)
    assert outcome.violation is None, f"seed {seed}: {outcome.violation}"
    return recorder


def test_histories_of_the_simulator(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proven by simulation is proven for the built module, too (CONTRACT 4, 5, 6)."""

    # The simulator makes limits small to come upon them soon. In the built module they are what they are.
    monkeypatch.setattr(history, "MAX_BODY_BYTES", batches.MAX_BODY_BYTES)

    def replace(queue: Any) -> None:
        monkeypatch.setattr(history, "ClickQueue", queue)
        restore()

    named = ((f"history of seed {seed}", simulated(seed, replace)) for seed in range(SIMULATED))
    assert compare(page, named) == SIMULATED


ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    0.5,
    10.5,
    10**15,
    -(10**15),
    float("nan"),
    float("inf"),
    float("-inf"),
    "",
    "5",
    'a "quoted" \\ text',
    "ä😀",
    [],
    [5],
    {},
    {"valueOf": 5},
    len,
]
FIELDS = [
    *("maxBatchSize", "maxBatchDelay", "maxRetries", "initialRetryDelay", "maxRetryDelay", "maxQueueSize", "maxQueueBytes"),
    *("maxEventBytes", "maxEventAge", "retryJitter", "storageKey", "onDrop", "unknown", "", "0", "toString", "constructor"),
    *("__proto__", "hasOwnProperty", "max_batch_size"),
]


def configured(config: Any) -> Recorder:
    """A queue that is made with this config, or is not."""
    recorder = Recorder()
    env = make_env()
    try:
        queue = recorder.queue(config, FakeApi(env.clock), env)
    except (TypeError, ValueError):
        return recorder
    queue.enqueue({"sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"})
    env.clock.run_until_idle(10**6)
    return recorder


def test_errors_of_a_bad_config(page: Page) -> None:
    """The same error with the same words on both machines (CONTRACT 1.6)."""
    configs = [*ODD_VALUES, *({field: value} for field in FIELDS for value in ODD_VALUES)]
    assert compare(page, ((f"config {config!r}", configured(config)) for config in configs)) == len(configs)


def test_a_difference_is_seen(page: Page) -> None:
    """A trace that is not the same in one letter fails, and the failure says where (CONTRACT 6.2)."""
    name, recorder = next(islice(scripts([5]), 1))
    index = next(index for index, line in enumerate(recorder.lines) if "? storage.write" in line)
    recorder.lines[index] += " "
    with pytest.raises(pytest.fail.Exception, match=f"seed 5, line {index}"):
        compare(page, [(name, recorder)])
