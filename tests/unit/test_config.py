"""CONTRACT 1.2, 1.4 and 1.6: what a host may set, and the one time that the queue throws into it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clickqueue.http.widget_api import create_api
from clickqueue.main import DEFAULTS, ClickQueue
from tests.fakes import FakeApi, FakeHttp, click, make_env
from tests.keys import KEY
from tests.unit.harness import Harness

NUMBERS = {
    "maxBatchSize": 10,
    "maxBatchDelay": 5000,
    "maxRetries": 10,
    "initialRetryDelay": 2000,
    "maxRetryDelay": 30_000,
    "maxQueueSize": 1000,
    "maxQueueBytes": 512 * 1024,
    "maxEventBytes": 4096,
    "maxEventAge": 7 * 24 * 3600 * 1000,
    "retryJitter": 0,
}
EVERY = pytest.mark.parametrize("field", NUMBERS)


def start(config: Any) -> ClickQueue:
    env = make_env()
    return ClickQueue(config, FakeApi(env.clock), env)


def complaint(error: type[Exception], config: Any) -> str:
    """What a config throws; that nothing was begun before is asserted."""
    env = make_env()
    with pytest.raises(error) as caught:
        ClickQueue(config, FakeApi(env.clock), env)
    assert (env.page.listeners, env.clock.armed, env.locks.manager.requests) == (0, 0, 0)
    assert (env.storage.reads, env.storage.writes) == (0, 0)
    return str(caught.value)


def span(field: str) -> tuple[float, float]:
    """The smallest and the largest value, as the error names them."""
    found = re.search(r"from (\S+) to (\S+)", complaint(ValueError, {field: -1e30}))
    assert found, field
    return float(found[1]), float(found[2].rstrip(".,;"))


# -- 1.4


def test_these_are_the_defaults() -> None:
    """The numbers of the contract, to the letter (CONTRACT 1.4)."""
    assert {name: DEFAULTS[name] for name in NUMBERS} == NUMBERS
    assert DEFAULTS["storageKey"] == KEY
    assert DEFAULTS["requiredFields"] == ["sessionId", "questionId", "offerId", "buttonVariantId"]
    assert set(DEFAULTS) == {*NUMBERS, "storageKey", "requiredFields", "onDrop"}


@pytest.mark.parametrize("config", [None, {}, {"onDrop": None}, dict(DEFAULTS)], ids=["none", "empty", "no onDrop", "defaults"])
def test_a_config_is_partial(config: Any) -> None:
    """An absent setting has its default (CONTRACT 1.2, 1.4)."""
    env = make_env()
    api = FakeApi(env.clock)
    queue = ClickQueue(config, api, env)
    for number in range(10):
        queue.enqueue(click(number))
    assert len(api.calls) == 1


def test_the_defaults_and_the_config_are_not_changed() -> None:
    """A queue writes into neither (CONTRACT 1.4)."""
    before = dict(DEFAULTS)
    config = {"maxBatchSize": 3}
    start(config)
    assert (before, config) == (DEFAULTS, {"maxBatchSize": 3})


def test_the_config_is_not_kept() -> None:
    """A later change of the host's object has no effect (CONTRACT 1.2)."""
    config: dict[str, Any] = {"maxBatchSize": 3}
    harness = Harness(config)
    config["maxBatchSize"] = 1
    harness.click(2)
    assert harness.sizes == []


# -- 1.6: numbers


@EVERY
@pytest.mark.parametrize(
    "value", ["5", "", None, True, [], [5], {}, {"valueOf": 5}, lambda: 5, float("nan"), float("inf")], ids=repr
)
def test_a_wrong_type_throws(field: str, value: Any) -> None:
    """A TypeError that names field, value and what is allowed (CONTRACT 1.6)."""
    text = complaint(TypeError, {field: value})
    low, high = span(field)
    assert field in text
    assert f"{low:g}" in text
    assert f"{high:.0f}" in text
    assert re.search(r"5|\"\"|null|true|list|array|object|function|nan|inf|other", text, re.IGNORECASE)


@EVERY
@pytest.mark.parametrize("side", ["below", "above", "far below", "far above"])
def test_a_wrong_range_throws(field: str, side: str) -> None:
    """A RangeError that names field, value and what is allowed (CONTRACT 1.6)."""
    low, high = span(field)
    value = {"below": low - 1, "above": high + 1, "far below": -1e15, "far above": 1e15}[side]
    value = int(value) if value == int(value) else value
    text = complaint(ValueError, {field: value})
    assert field in text
    assert str(value) in text
    assert f"{high:.0f}" in text


@EVERY
def test_the_ends_of_the_range_are_allowed(field: str) -> None:
    """Both ends of the range in the error are accepted (CONTRACT 1.6)."""
    low, high = span(field)
    for value in (low, high):
        env = make_env()
        queue = ClickQueue({field: int(value)}, FakeApi(env.clock), env)
        queue.enqueue(click())
        assert env.clock.run_until_idle(10**9)


@EVERY
def test_the_default_is_within_the_range(field: str) -> None:
    """No default is refused when it is given (CONTRACT 1.4)."""
    low, high = span(field)
    assert low <= NUMBERS[field] <= high


# -- 1.6: the others


@pytest.mark.parametrize("value", [None, 5, True, [], {}, ["k"], start], ids=repr)
def test_a_storage_key_is_a_text(value: Any) -> None:
    """Anything else is a TypeError (CONTRACT 1.6)."""
    assert "storageKey" in complaint(TypeError, {"storageKey": value})


@pytest.mark.parametrize("field", sorted(NUMBERS.keys() - {"retryJitter"}))
def test_a_fraction_is_no_whole_number(field: str) -> None:
    """Every number but `retryJitter` is a whole one (CONTRACT 1.4, 1.6)."""
    value = NUMBERS[field] + 0.5
    with pytest.raises(ValueError, match=f"config.{field} is {value}; allowed: whole number from "):
        start({field: value})


def test_a_storage_key_is_not_empty() -> None:
    """An empty one is a RangeError that shows it (CONTRACT 1.6)."""
    text = complaint(ValueError, {"storageKey": ""})
    assert "storageKey" in text
    assert '""' in text


@pytest.mark.parametrize("value", [5, True, "log", [], {}], ids=repr)
def test_on_drop_is_a_function(value: Any) -> None:
    """`onDrop` must be a function or null (CONTRACT 1.4, 1.6)."""
    text = complaint(TypeError, {"onDrop": value})
    assert "onDrop" in text
    assert "function" in text


UNKNOWN = ["maxbatchsize", "max_batch_size", "batchSize", "", "0", "toString", "constructor", "__proto__", "hasOwnProperty"]


@pytest.mark.parametrize("field", UNKNOWN)
def test_an_unknown_field_throws(field: str) -> None:
    """A typing error in a name is a TypeError that lists the names there are (CONTRACT 1.6)."""
    text = complaint(TypeError, {field: 5})
    assert field in text
    for known in DEFAULTS:
        assert known in text


@pytest.mark.parametrize("config", [5, True, "config", [], [{"maxBatchSize": 5}], start], ids=repr)
def test_a_config_is_an_object(config: Any) -> None:
    """Or nothing (CONTRACT 1.2, 1.6)."""
    assert "config" in complaint(TypeError, config)


class Nothing:
    """An api that cannot send batches."""

    track_click_batch = None


class Wrong:
    """An api whose method is none."""

    track_click_batch = "POST"


@pytest.mark.parametrize("api", [None, Nothing(), Wrong()], ids=["none", "nothing", "wrong"])
def test_an_api_can_send_a_batch(api: Any) -> None:
    """An api without the method throws a TypeError that names trackClickBatch (CONTRACT 1.2, 1.6)."""
    env = make_env()
    with pytest.raises(TypeError, match="trackClickBatch"):
        ClickQueue({}, api, env)
    assert (env.page.listeners, env.clock.armed, env.storage.reads) == (0, 0, 0)


def test_the_api_of_the_widget_is_made_with_the_same_care() -> None:
    """createWidgetApi names a wrong option as ClickQueue names a wrong setting (CONTRACT 1.1, 1.6)."""
    with pytest.raises(TypeError, match="timeoutMs"):
        create_api({"endpoint": "/clicks", "timeoutMs": "soon"}, FakeHttp())


def test_the_first_fault_is_enough() -> None:
    """Each error is about one field, so that it can be mended (CONTRACT 1.6)."""
    text = complaint(TypeError, {"maxRetries": "5", "maxBatchSize": "6"})
    assert ("maxRetries" in text) != ("maxBatchSize" in text)
