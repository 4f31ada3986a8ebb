"""CONTRACT 1.3 and 1.6: an `onDrop` or a subscriber that throws, or calls the queue. No exception leaves the queue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import click
from tests.unit.harness import MINUTE_MS, Harness
from tests.unit.misbehaving_host import HostError, throw


def test_an_on_drop_that_throws() -> None:
    """`onDrop` is called for every drop, also after it has thrown (CONTRACT 1.6)."""
    calls: list[Any] = []

    def on_drop(event: Any, reason: str, detail: str) -> None:
        calls.append(event)
        raise HostError

    harness = Harness({"onDrop": on_drop, "maxQueueSize": 2})
    harness.go_offline()
    assert harness.queue.enqueue(None) is None
    ids = harness.click(4)
    assert [each and each["id"] for each in calls] == [None, *ids[:2]]
    assert harness.stored() == ids[2:]


@pytest.mark.parametrize("method", ["enqueue", "flush", "purge", "destroy", "get_snapshot"])
def test_on_drop_may_call_back(method: str) -> None:
    """Inside `onDrop` the host may call any method of the queue, and the calls come to an end (CONTRACT 1.6)."""
    calls: list[str] = []

    def on_drop(event: Any, reason: str, detail: str) -> None:
        calls.append(reason)
        if method == "enqueue" and len(calls) < 5:
            harness.queue.enqueue(None)
        elif method == "enqueue":
            harness.queue.enqueue(click(9))
        else:
            getattr(harness.queue, method)()

    harness = Harness({"onDrop": on_drop})
    harness.click(2)
    harness.queue.enqueue("junk")
    harness.advance(MINUTE_MS)
    assert calls.count("invalid") == (5 if method == "enqueue" else 1)
    assert harness.stats["pending"] == (2 if method == "destroy" else 0)


def test_a_subscriber_that_throws_stops_no_other() -> None:
    """The other subscribers are called, and the queue continues (CONTRACT 1.6)."""
    harness = Harness()
    seen: list[int] = []
    harness.queue.subscribe(throw)
    harness.queue.subscribe(lambda: seen.append(harness.stats["pending"]))
    harness.click(2)
    harness.advance(5000)
    assert seen[:2] == [1, 2]
    assert harness.stats["acknowledged"] == 2


def test_a_subscriber_may_call_back() -> None:
    """Inside a subscriber the host may call `enqueue`, `flush` and `getSnapshot` (CONTRACT 1.6)."""
    harness = Harness()
    calls: list[int] = []

    def hear() -> None:
        calls.append(harness.stats["pending"])
        if len(calls) < 4:
            harness.queue.enqueue(click(9))
            harness.queue.flush()

    harness.queue.subscribe(hear)
    harness.click()
    harness.advance(MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.state) == (4, "idle")


def test_a_subscriber_may_unsubscribe_and_subscribe() -> None:
    """Inside a subscriber both work, and every other subscriber is called once (CONTRACT 1.3, 1.6)."""
    harness = Harness()
    seen: list[str] = []

    def once() -> None:
        seen.append("once")
        stop()
        harness.queue.subscribe(lambda: seen.append("new"))

    stop = harness.queue.subscribe(once)
    harness.queue.subscribe(lambda: seen.append("other"))
    harness.click()
    assert seen.count("once") == seen.count("other") == 1
    seen.clear()
    harness.click()
    assert sorted(seen) == ["new", "other"]


def test_a_subscriber_may_destroy_the_queue() -> None:
    """Inside a subscriber `destroy()` leaves no timer and no listener (CONTRACT 1.6, 5.3)."""
    harness = Harness()
    harness.queue.subscribe(lambda: harness.queue.destroy())
    harness.click()
    assert (harness.state, harness.clock.armed, harness.tab.page.listeners) == ("destroyed", 0, 0)
