"""CONTRACT 1.6: a host that breaks `JSON`, `crypto` or `Math`. No exception leaves the queue, and stored events stay stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, FakeIds, FakeJson
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness
from tests.unit.misbehaving_host import HostError, HostJson, throw


def as_prototype_js(value: Any) -> str:
    """`JSON.stringify` under Prototype.js, whose `Array.prototype.toJSON` turns every array into a text."""
    return str(
        FakeJson().stringify(
            {name: FakeJson().stringify(each) if isinstance(each, list) else each for name, each in value.items()}
        )
    )


PATCHES: list[Callable[[Any], Any]] = [throw, lambda _: None, lambda _: "", lambda _: 5, lambda _: [], lambda _: {}]


@pytest.mark.parametrize("patch", PATCHES)
def test_a_broken_stringify_makes_events_invalid(patch: Callable[[Any], Any]) -> None:
    """Events that cannot be serialised are `invalid`, and nothing is stored (CONTRACT 1.6, 2.4)."""
    harness = Harness()
    harness.env.json = HostJson(stringify=patch)
    harness.click(3)
    harness.advance(MINUTE_MS)
    assert (harness.stats["dropped"]["invalid"], harness.stats["enqueued"], harness.texts) == (3, 0, {})


@pytest.mark.parametrize("patch", [*PATCHES, lambda _: "{}", lambda _: '{"id":"another"}', lambda _: "["])
def test_a_stringify_that_breaks_later_loses_nothing(patch: Callable[[Any], Any]) -> None:
    """Events that were accepted before are sent, retried and acknowledged (CONTRACT 1.6)."""
    harness = Harness({"maxBatchSize": 3}, [Failure(503), None])
    ids = harness.click(3)
    harness.env.json = HostJson(stringify=patch)
    harness.advance(MINUTE_MS)
    assert (harness.api.ids, harness.stats["acknowledged"], harness.texts) == (ids * 2, 3, {})


def test_a_parse_that_breaks_later_loses_nothing() -> None:
    """Events stay stored while `JSON.parse` throws, and are sent when it works again (CONTRACT 1.6)."""
    harness = Harness({"maxBatchSize": 3})
    ids = harness.click(2)
    whole = harness.env.json
    harness.env.json = HostJson(parse=throw)
    harness.click()
    harness.advance(MINUTE_MS)
    assert (harness.stored(), harness.sizes) == (ids, [])
    harness.env.json = whole
    harness.advance(HOUR_MS)
    assert (harness.api.ids, harness.texts) == (ids, {})


class BrokenIds(FakeIds):
    """`crypto` and `Math.random` that throw."""

    def get_random_values(self, numbers: Any) -> Any:
        raise HostError

    def random(self) -> float:
        raise HostError


def test_broken_crypto_and_math_throw_nothing() -> None:
    """After a host broke `crypto` and `Math` for a moment, the next call sends (CONTRACT 1.6)."""
    harness = Harness()
    ids = harness.click(3)
    whole = harness.env.ids
    harness.env.ids = BrokenIds()
    harness.queue.flush()
    harness.tab.page.tell("hidden")
    harness.env.ids = whole
    harness.queue.flush()
    harness.settle()
    assert (harness.api.ids, harness.stats["acknowledged"]) == (ids, 3)


def test_on_drop_gets_the_text_without_json() -> None:
    """While `JSON.parse` throws `onDrop` gets the text of the event (CONTRACT 1.4, 1.6)."""
    harness = Harness()
    ids = harness.click(2)
    harness.env.json = HostJson(parse=throw)
    harness.queue.purge()
    assert [(json.loads(event)["id"], reason) for event, reason, _ in harness.drops] == [(each, "purged") for each in ids]
    assert harness.left_over == {}


def test_under_prototype_js_the_stored_texts_are_arrays() -> None:
    """Prototype.js's `toJSON` of arrays changes neither the stored texts nor the events that are sent (CONTRACT 4.1, 7.1)."""
    harness = Harness(script=[HOLD])
    harness.env.json = HostJson(stringify=as_prototype_js)
    ids = harness.click(12)
    assert harness.stored() == ids
    assert [event["id"] for event in harness.api.calls[0].events] == ids[:10]
