"""The table of CONTRACT 3.5, row by row: failures are about the path unless the server blames the events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Call, Failure
from tests.unit.harness import DAY_MS, HOUR_MS, Harness

PATH = (
    None,
    0,
    100,
    200,
    204,
    299,
    300,
    301,
    302,
    304,
    307,
    308,
    401,
    403,
    404,
    408,
    425,
    429,
    500,
    501,
    502,
    503,
    504,
    511,
    599,
)
"""None: the network failed or the time ran out. 200: a captive portal's HTML page."""
UNNAMED = (402, 405, 406, 409, 410, 411, 414, 415, 418, 421, 423, 424, 426, 428, 431, 451, 499, 600, 999, -1)
"""Statuses that no row names: the server does not say that the events are at fault."""
BLAME = {400: "rejected", 413: "too_large", 422: "rejected"}


def blaming(status: int, *offers: str) -> Callable[[Call], Any]:
    """An endpoint that takes offence at these offers, and names no one."""

    def answer(call: Call) -> Any:
        return Failure(status) if any(event["offerId"] in offers for event in call.events) else None

    return answer


# -- row 1: the path


@pytest.mark.parametrize("status", [*PATH, *UNNAMED])
def test_a_path_failure_keeps_the_batch(status: int | None) -> None:
    """The batch is kept as it is and tried again; nothing is dropped, however often it fails (CONTRACT 3.5, row 1)."""
    harness = Harness({"maxBatchSize": 3, "maxRetries": 2}, [Failure(status)] * 5)
    ids = harness.click(3)
    harness.advance(2000 + 4000)
    assert (harness.stats["pending"], harness.stored(), harness.drops) == (3, ids, [])
    harness.clock.run_until_idle(DAY_MS)
    assert [call.ids for call in harness.api.calls] == [ids] * 6
    assert len({call.request["batchId"] for call in harness.api.calls}) == 1
    assert (harness.stats["acknowledged"], harness.drops) == (3, [])


@pytest.mark.parametrize("status", ["400", "413", 400.5, True, [400], {"code": 422}, float("nan")], ids=repr)
def test_a_status_that_is_none_is_the_paths(status: Any) -> None:
    """Only the numbers 400, 413 and 422 blame events (CONTRACT 3.5)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 1}, [Failure(status)] * 3)
    harness.click()
    harness.settle()
    assert (harness.state, harness.drops) == ("parked", [])


# -- row 2: several events are blamed


@pytest.mark.parametrize("status", BLAME)
@pytest.mark.parametrize("culprit", range(10))
def test_a_blamed_batch_is_halved_until_the_culprit_stands_alone(status: int, culprit: int) -> None:
    """Every innocent event is delivered in this very moment; only the culprit stays (CONTRACT 3.5, row 2)."""
    harness = Harness(script=blaming(status, "bad"))
    harness.world.network.online = False
    ids = [harness.click(offerId="bad" if number == culprit else "good")[0] for number in range(10)]
    harness.go_online()
    harness.settle()
    assert harness.stats["acknowledged"] == 9
    assert harness.stored() == [ids[culprit]]
    assert [ids[culprit]] in [call.ids for call in harness.api.calls]
    assert len(harness.sizes) <= 2 * 4 + 1


@pytest.mark.parametrize("status", BLAME)
def test_halves_are_batches_of_their_own_in_the_same_order(status: int) -> None:
    """The first half goes first, under a name of its own (CONTRACT 3.2, 3.3, 3.5)."""
    harness = Harness({"maxBatchSize": 4}, [Failure(status)])
    ids = harness.click(4)
    harness.settle()
    assert [call.ids for call in harness.api.calls] == [ids, ids[:2], ids[2:]]
    assert len({call.request["batchId"] for call in harness.api.calls}) == 3


def test_a_server_that_takes_only_few_at_once_is_served() -> None:
    """413 for more than two events: halves go through, nothing is dropped (CONTRACT 3.5, row 2)."""
    harness = Harness(script=lambda call: Failure(413) if len(call.events) > 2 else None)
    ids = harness.click(10)
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (10, [])
    assert set(harness.api.ids) == set(ids)


def test_an_event_that_was_halved_away_is_still_offered_in_order() -> None:
    """Later clicks wait until the halves are through (CONTRACT 3.2)."""
    harness = Harness({"maxBatchSize": 2}, [HOLD])
    ids = harness.click(4)
    harness.api.calls[0].reject(Failure(422))
    harness.settle()
    assert [call.ids for call in harness.api.calls] == [ids[:2], ids[:1], ids[1:2], ids[2:]]


def test_a_half_that_fails_on_the_path_is_kept() -> None:
    """The rows work together: halves are retried like any batch (CONTRACT 3.3, 3.5)."""
    harness = Harness({"maxBatchSize": 4}, [Failure(400), Failure(503), Failure(503)])
    ids = harness.click(4)
    harness.settle()
    harness.advance(2000 + 4000)
    assert [call.ids for call in harness.api.calls] == [ids, ids[:2], ids[:2], ids[:2], ids[2:]]
    assert len({call.request["batchId"] for call in harness.api.calls[1:4]}) == 1
    assert harness.stats["acknowledged"] == 4


def test_two_culprits_do_not_stop_the_others() -> None:
    """Everybody else is delivered at once (CONTRACT 3.5, row 2)."""
    harness = Harness(script=blaming(422, "bad", "odd"))
    for number in range(10):
        harness.click(offerId={3: "bad", 4: "odd"}.get(number, "good"))
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"]) == (8, 2)


def test_what_has_expired_does_not_make_the_rest_smaller() -> None:
    """Two were blamed, one of them has expired: the other may be innocent and is offered alone first (CONTRACT 3.5, 4.8)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [Failure(400)])
    harness.click(timestamp=harness.clock.now_ms() - 8 * DAY_MS)
    harness.click()
    harness.advance(HOUR_MS)
    assert (harness.reasons, harness.stats["acknowledged"]) == (["expired"], 1)


# -- row 3: one event is blamed


@pytest.mark.parametrize("status", BLAME)
@pytest.mark.parametrize("tries", [1, 2, 10])
def test_a_culprit_is_dropped_after_so_many_answers(status: int, tries: int) -> None:
    """After maxRetries such answers to it alone it is dropped with the reason of its status (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxRetries": tries, "maxBatchSize": 2}, blaming(status, "bad"))
    good = harness.click(offerId="good")
    bad = harness.click(offerId="bad")
    harness.clock.run_until_idle(DAY_MS)
    assert [call.ids for call in harness.api.calls].count(bad) == tries
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(bad[0], BLAME[status])]
    assert harness.stats["dropped"][BLAME[status]] == 1
    assert good[0] not in [event["id"] for event, _, _ in harness.drops]
    assert (harness.texts, harness.state) == ({}, "idle")


def test_the_drop_names_the_status() -> None:
    """The host hears what the server said (CONTRACT 3.5)."""
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, [Failure(422)])
    harness.click()
    harness.settle()
    assert "422" in harness.drops[0][2]


def test_a_culprit_goes_to_the_back() -> None:
    """The others do not wait for it: what was clicked later is delivered before it is tried again (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    bad, *good = harness.click(4)
    harness.api.calls[0].reject(Failure(400))
    harness.settle()
    assert harness.api.ids == [bad, *good]
    assert (harness.stored(), harness.stats["acknowledged"]) == ([bad], 3)
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.api.ids == [bad, *good, bad]


def test_a_refusal_counts_as_a_retry() -> None:
    """retryCount + 1, also in storage (CONTRACT 3.5, row 3)."""
    harness = Harness({"maxBatchSize": 1}, [Failure(400), Failure(400), HOLD])
    harness.click()
    harness.clock.run_until_idle(HOUR_MS)
    assert [call.events[0].get("retryCount", 0) for call in harness.api.calls] == [0, 1, 2]


def test_a_culprit_is_not_hammered() -> None:
    """A refused event waits like any other before it is tried again (CONTRACT 3.5, 3.6)."""
    harness = Harness({"maxBatchSize": 1}, [Failure(400)] * 9)
    harness.click()
    harness.clock.run_until_idle(HOUR_MS)
    assert len(harness.gaps_ms) == 9
    assert min(harness.gaps_ms) >= 2000


@pytest.mark.parametrize("answer", [Failure(400), {"retry": ["a"]}], ids=["blamed", "wanted again"])
@pytest.mark.parametrize(("config", "wait_ms"), [({"maxBatchDelay": 0}, 2000), ({"initialRetryDelay": 1}, 5000)], ids=str)
def test_what_comes_back_waits_for_the_longer_of_two_delays(answer: Any, config: dict[str, int], wait_ms: int) -> None:
    """`maxBatchDelay` or `initialRetryDelay`: a host that sets one of them short hammers nobody (CONTRACT 3.4, 3.5)."""
    harness = Harness({"maxBatchSize": 1, **config}, [answer] * 9)
    harness.click(id="a")
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.gaps_ms == [wait_ms] * 9


def test_path_failures_between_do_not_count_against_an_event() -> None:
    """Only an answer that blames it brings an event nearer to its drop (CONTRACT 3.5)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 2}, [Failure(400), Failure(503), Failure(503), Failure(503)])
    harness.click()
    harness.clock.run_until_idle(DAY_MS)
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


def test_a_blame_does_not_park_the_queue() -> None:
    """A server that answers is reachable: blame is no path failure (CONTRACT 3.5, 3.7)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 3}, blaming(400, "bad"))
    harness.click(2, offerId="bad")
    harness.click(5, offerId="good")
    harness.settle()
    assert harness.state not in ("parked", "backing-off")
    assert harness.stats["acknowledged"] == 5


def test_a_host_that_waits_for_one_event_gets_it_back() -> None:
    """The dropped event comes to onDrop whole, with its retryCount (CONTRACT 1.4, 3.5)."""
    harness = Harness({"maxRetries": 2, "maxBatchSize": 1}, [Failure(400)] * 2)
    harness.click(offerId="bad", more=[1])
    harness.clock.run_until_idle(HOUR_MS)
    event = harness.drops[0][0]
    assert (event["offerId"], event["more"], event["retryCount"]) == ("bad", [1], 2)


# -- row 4: listed as rejected


def test_what_the_server_lists_as_rejected_is_dropped() -> None:
    """With the server's reason, at once and alone; the rest of the batch is acknowledged (CONTRACT 3.5, row 4)."""
    harness = Harness({"maxBatchSize": 3}, [HOLD])
    a, b, c = harness.click(3)
    harness.api.calls[0].resolve({"rejected": [{"id": b, "reason": "offer is closed"}, {"id": c}]})
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["dropped"]["rejected"], harness.texts) == (1, 2, {})
    assert [(event["id"], reason) for event, reason, _ in harness.drops] == [(b, "rejected"), (c, "rejected")]
    assert harness.drops[0][2] == "offer is closed"
    assert isinstance(harness.drops[1][2], str)
    assert a not in [event["id"] for event, _, _ in harness.drops]


NONSENSE: tuple[Any, ...] = (
    None,
    True,
    0,
    "text",
    "",
    42,
    [],
    {},
    [{"rejected": ["?"]}],
    {"rejected": "all"},
    {"rejected": None, "retry": None},
    {"rejected": {"length": 1}},
    {"rejected": [None, 1, "x", [], {}, {"id": 7}, {"id": None}, {"reason": "no id"}]},
    {"rejected": [{"id": "unknown", "reason": "r"}], "retry": ["unknown", None, 7, {}, []]},
    {"retry": "all"},
    {"retry": {"length": 3}},
    {"accepted": 0, "status": 400},
)


@pytest.mark.parametrize("delay_ms", [None, 0])
@pytest.mark.parametrize("answer", NONSENSE, ids=repr)
def test_a_success_that_makes_no_sense_is_a_success(answer: Any, delay_ms: float | None) -> None:
    """Only a well-formed list of known ids takes anything from a success (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 2}, [answer], delay_ms=delay_ms)
    harness.click(2)
    harness.settle()
    assert (harness.stats["acknowledged"], harness.stats["pending"], harness.drops, harness.texts) == (2, 0, [], {})


def test_an_id_in_an_answer_is_a_text() -> None:
    """The number 7 is not the id "7" (CONTRACT 3.4)."""
    harness = Harness({"maxBatchSize": 1}, [{"rejected": [{"id": 7}], "retry": [7]}])
    harness.click(id="7")
    harness.settle()
    assert (harness.stats["acknowledged"], harness.drops) == (1, [])


def test_a_reason_that_is_no_text_is_replaced() -> None:
    """onDrop gets a text whatever the server wrote (CONTRACT 1.4, 3.5)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"rejected": [{"id": ids[0], "reason": {"code": 5}}]})
    harness.settle()
    assert [(reason, type(detail)) for _, reason, detail in harness.drops] == [("rejected", str)]


def test_what_is_rejected_and_wanted_again_is_rejected() -> None:
    """The stronger word of a contradictory answer counts: it ends the matter (CONTRACT 3.5, row 4)."""
    harness = Harness({"maxBatchSize": 1}, [HOLD])
    ids = harness.click()
    harness.api.calls[0].resolve({"rejected": [{"id": ids[0], "reason": "no"}], "retry": ids})
    harness.settle()
    assert (harness.reasons, harness.stats["pending"]) == (["rejected"], 0)
