"""CONTRACT 1.6: an api that throws, answers nonsense, or calls the queue. No exception leaves the queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import Failure, click
from tests.keys import KEY
from tests.unit.harness import HOUR_MS, MINUTE_MS
from tests.unit.misbehaving_host import HostError, Thenable, throw, with_api


def answer_twice(done: Any, failed: Any) -> None:
    """Resolve, reject, and resolve again."""
    done(None)
    failed(Failure(503))
    done(None)


def answer_never(done: Any, failed: Any) -> None:
    """Do nothing."""


def reject_at_once(done: Any, failed: Any) -> None:
    """Reject with a value that is no error."""
    failed("no error at all")


class ThrowingFields:
    """An answer or an error that throws on every touch."""

    def __getattr__(self, name: str) -> Any:
        raise HostError(name)


class ThrowingError(Exception):
    """An error whose fields throw."""

    @property
    def status(self) -> int:
        raise HostError

    @property
    def retryAfterMs(self) -> int:
        raise HostError


def test_an_api_that_always_throws() -> None:
    """Each throw is a delivery failure; the events stay pending (CONTRACT 1.6, 3.6)."""
    harness, queue = with_api(throw)
    assert queue.enqueue(click()) is not None
    harness.advance(HOUR_MS)
    assert (queue.get_snapshot()["state"], queue.get_snapshot()["pending"]) == ("parked", 1)


@pytest.mark.parametrize(
    "error", [None, "text", 5, [], {}, ThrowingFields(), ThrowingError(), Failure()], ids=lambda e: type(e).__name__
)
def test_an_error_may_be_anything(error: Any) -> None:
    """An error without a status, or of any other type, is a delivery failure (CONTRACT 1.6, 3.5)."""
    harness, queue = with_api(lambda events, request: Thenable(lambda done, failed: failed(error)))
    queue.enqueue(click())
    harness.advance(3 * HOUR_MS)
    snapshot = queue.get_snapshot()
    assert (snapshot["pending"], snapshot["state"], sum(snapshot["dropped"].values())) == (1, "parked", 0)


@pytest.mark.parametrize(
    "answer",
    [ThrowingFields(), {"rejected": ThrowingFields()}, {"rejected": [ThrowingFields()]}, {"retry": [ThrowingFields()]}],
    ids=str,
)
def test_an_answer_may_throw_on_touch(answer: Any) -> None:
    """An answer whose fields throw settles the request, without an exception (CONTRACT 1.6, 3.4)."""
    harness, queue = with_api(lambda events, request: answer)
    queue.enqueue(click())
    harness.settle()
    assert queue.get_snapshot()["inFlight"] == 0


@pytest.mark.parametrize("then", [throw, answer_twice, reject_at_once], ids=lambda f: f.__name__)
def test_a_thenable_may_misbehave(then: Callable[[Any, Any], Any]) -> None:
    """A `then` that throws, or answers twice or at once, counts each event once, and the queue continues (CONTRACT 1.6, 6.2)."""
    answers = [Thenable(then)]
    harness, queue = with_api(lambda events, request: answers.pop() if answers else None)
    queue.enqueue(click())
    harness.advance(MINUTE_MS)
    queue.enqueue(click())
    harness.advance(MINUTE_MS)
    assert (queue.get_snapshot()["acknowledged"], queue.get_snapshot()["state"]) == (2, "idle")


def test_an_api_that_never_answers() -> None:
    """The events stay stored and in flight, and further ones are accepted (CONTRACT 1.6, 7.3)."""
    harness, queue = with_api(lambda events, request: Thenable(answer_never))
    ids = [queue.enqueue(click(number)) for number in range(30)]
    harness.advance(HOUR_MS)
    assert (queue.get_snapshot()["state"], queue.get_snapshot()["pending"]) == ("sending", 30)
    assert [event["id"] for event in json.loads(harness.texts[KEY])] == ids


def test_an_api_may_change_its_arguments() -> None:
    """An api that changes the events and the request does not change the next attempt (CONTRACT 3.3)."""
    seen: list[Any] = []

    def spoil(events: list[Any], request: dict[str, Any]) -> Any:
        seen.append(json.loads(json.dumps([events, request["batchId"]])))
        for event in events:
            event.clear()
        events.clear()
        request.clear()
        raise HostError

    harness, queue = with_api(spoil, maxBatchSize=2)
    ids = [queue.enqueue(click(number)) for number in range(2)]
    harness.advance(2000)
    assert [[event["id"] for event in events] for events, _ in seen] == [ids, ids]
    assert seen[0][1] == seen[1][1]


@pytest.mark.parametrize("method", ["enqueue", "flush", "purge", "destroy", "get_snapshot"])
def test_an_api_may_call_back(method: str) -> None:
    """Inside `trackClickBatch` the host may call any method of the queue (CONTRACT 1.6, 3.2)."""
    depth = [0, 0]

    def send(events: list[Any], request: dict[str, Any]) -> Any:
        depth[0] += 1
        depth[1] = max(depth)
        if method == "enqueue" and depth[0] < 5:
            queue.enqueue(click(7))
        elif method != "enqueue":
            getattr(queue, method)()

    harness, queue = with_api(send)
    queue.enqueue(click())
    harness.advance(HOUR_MS)
    snapshot = queue.get_snapshot()
    assert snapshot["inFlight"] == 0
    assert (snapshot["pending"], snapshot["acknowledged"]) == (0, {"enqueue": 5, "purge": 0}.get(method, 1))
