"""The oracle of chaos reports each violation, and excuses an event only by evidence in its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import explain
from tests.chaos.explain import BEFORE_LOCK, IN_CACHE, LATE_EVENT, NO_ANSWER, NO_LOCKS
from tests.chaos.log import OTHER_KEY, Absence, Click, Log, Queue, Request, Told
from tests.chaos.oracle import Finding, judge
from tests.keys import KEY

GUARANTEES = Path(__file__).parents[2] / "docs" / "guarantees.md"
SNAPSHOT = {
    "enqueued": 3,
    "recovered": 2,
    "acknowledged": 2,
    "pending": 1,
    "inFlight": 1,
    "handedOver": 1,
    "dropped": {"overflow": 0, "expired": 0, "rejected": 1, "too_large": 0, "purged": 0, "invalid": 5, "corrupt": 5},
}
MINE, OTHERS = "t1.1/q1", "t2.1/q1"


def request(
    sent_ms: float = 5000, queue: str = MINE, fault: str = "ok", done_ms: float | None = 5010, **ids: list[str]
) -> Request:
    """A request with the event `e`, stored unless said otherwise."""
    stored, refused = ids.get("stored", ["e"]), ids.get("refused", [])
    return Request(queue, "b", {"e": "t1.1-1-0"}, sent_ms, sent_ms + 5, fault, stored, refused, done_ms)


def round_of(*requests: Request, has_locks: bool = True) -> Log:
    """A round with two tabs, in which one click was accepted five seconds after its queue had begun."""
    log = Log(1, has_locks)
    log.clicks.append(Click("e", "t1.1-1-0", MINE, 4900))
    log.queues = {name: Queue(name, KEY, 0) for name in (MINE, OTHERS)}
    log.requests = list(requests)
    return log


def kinds(log: Log) -> list[str]:
    """The findings of a round by their kinds."""
    return [finding.kind for finding in judge(log)]


# -- the oracle


def test_a_round_in_which_all_went_well() -> None:
    """Accepted once, stored once, even books: nothing is found."""
    log = round_of(request())
    log.snapshots.append((MINE, SNAPSHOT))
    assert judge(log) == []


def test_a_lost_event_is_accused() -> None:
    """An accepted id that was never stored is lost; the finding says what was done to its page."""
    log = round_of(request(fault="503", stored=[]))
    log.absences.append(Absence("t1.1", "freeze", 5000, 5100))
    told = "1 of 1 accepted: t1.1-1-0 in t1.1/q1, which lives (freeze after 0.10 s)"
    assert judge(log) == [Finding("lost", told)]


def test_a_lost_event_of_a_closed_tab_is_accused() -> None:
    """The end of the tab is no excuse (CONTRACT 2.1)."""
    log = round_of()
    log.absences.append(Absence("t1.1", "close", 4890))
    assert judge(log) == [Finding("lost", "1 of 1 accepted: t1.1-1-0 in t1.1/q1, which ended (close after 0.00 s)")]


def test_an_undelivered_event_is_accused() -> None:
    """An accepted id that is still in storage when the round ends is no loss, and a finding all the same."""
    log = round_of()
    log.left_keys = {KEY: '[{"id":"e"}]'}
    assert kinds(log) == ["undelivered", "key left"]


def test_the_server_may_give_an_event_up() -> None:
    """An event that the server lists as rejected, or blames alone `maxRetries` times, is not lost (CONTRACT 3.5)."""
    blamed = request(fault="422", stored=[], refused=["e"])
    assert kinds(round_of(request(fault="lists", stored=[], refused=["e"]))) == []
    assert kinds(round_of(*[blamed] * 4)) == []
    assert kinds(round_of(*[blamed] * 3)) == ["lost"]


def test_a_stranger_in_the_store_is_accused() -> None:
    """A stored id that nobody accepted is a finding, unless its page died before it could name the id."""
    log = round_of(request())
    log.clicks.clear()
    assert kinds(log) == ["stranger"]
    log.unsure.append("t1.1-1")
    assert kinds(log) == []


def test_the_table_of_a_receiver_is_compared() -> None:
    """A row is missing, strange, or there twice; a killed receiver may have stored what nobody knows to be stored."""
    log = round_of(request())
    for table, found in ([], ["not in the table"]), (["e"], []), (["e", "e"], ["strange rows"]), (["e", "x"], ["strange rows"]):
        log.table = table
        assert kinds(log) == found
    log = round_of(request(), request(fault="killed", stored=[]))
    log.requests[1].marks = {"x": "t1.1-1-1"}
    log.table = ["e", "x"]
    assert kinds(log) == []


def test_a_changed_event_is_accused() -> None:
    """An id that arrives with another click's content is a finding."""
    log = round_of(request())
    log.clicks[0] = Click("e", "t1.1-9-0", MINE, 4900)
    assert kinds(log) == ["changed"]


def test_one_id_for_two_clicks_is_accused() -> None:
    """Ids are unique (CONTRACT 2.2)."""
    log = round_of(request())
    log.clicks.append(log.clicks[0])
    assert kinds(log) == ["one id twice"]


def test_a_left_key_is_accused() -> None:
    """When everything was acknowledged no key of the queue is in storage."""
    log = round_of(request())
    log.left_keys = {"srv_click_queue:t.1": "[]"}
    assert judge(log) == [Finding("key left", "srv_click_queue:t.1 with 2 characters: []")]


@pytest.mark.parametrize("field", ["enqueued", "recovered", "acknowledged", "pending", "handedOver"])
def test_an_uneven_book_is_accused(field: str) -> None:
    """Each counter of the sum takes part in it (CONTRACT 6.2)."""
    log = round_of(request())
    log.snapshots.append((MINE, {**SNAPSHOT, field: 9}))
    assert kinds(log) == ["uneven books"]


def test_more_in_flight_than_pending_is_accused() -> None:
    """`pending` includes `inFlight` (CONTRACT 6.2)."""
    log = round_of(request())
    log.snapshots.append((MINE, {**SNAPSHOT, "inFlight": 2}))
    assert kinds(log) == ["uneven books"]


def test_a_drop_needs_a_reason_of_the_server() -> None:
    """`onDrop` with `rejected` is right where the server refused the event, and nothing else ever is."""
    refusal = request(fault="lists", stored=[], refused=["e"])
    for reason, requests, found in (
        ("rejected", [refusal], []),
        ("rejected", [request()], ["unfounded drop"]),
        ("overflow", [request()], ["unfounded drop"]),
        ("corrupt", [refusal], ["unfounded drop"]),
    ):
        log = round_of(*requests)
        log.told.append(Told(MINE, "e", reason, ""))
        assert kinds(log) == found


def test_what_reaches_the_host_is_accused() -> None:
    """A click without an id, an error in the page, a page that does not answer (CONTRACT 1.6)."""
    log = round_of(request())
    log.refused.append((MINE, "t1.1-2-0"))
    log.thrown.append(("t1.1", "TypeError"))
    log.stuck.append("t1.1 click")
    assert kinds(log) == ["refused", "thrown", "stuck"]


def test_an_unexplained_duplicate_is_accused() -> None:
    """Two deliveries by a tab that heard the first answer and was left alone."""
    log = round_of(request(), request(6000))
    assert judge(log) == [Finding("unexplained duplicate", "1: e by t1.1/q1 (ok), 1.000 s later by t1.1/q1")]


# -- what explains a duplicate

AGAIN = request(8000, OTHERS)


@pytest.mark.parametrize(
    ("first", "absence", "rule"),
    [
        pytest.param(request(done_ms=None), None, NO_ANSWER, id="no answer"),
        pytest.param(request(done_ms=6450), None, NO_ANSWER, id="an answer after the timeout"),
        pytest.param(request(done_ms=6300), None, None, id="a slow answer"),
        pytest.param(request(), Absence("t1.1", "close", 5005), NO_ANSWER, id="closed in flight"),
        pytest.param(request(), Absence("t1.1", "offline", 5005, 9000), NO_ANSWER, id="offline in flight"),
        pytest.param(request(), Absence("t1.1", "leave", 5005, 9000), IN_CACHE, id="in the cache in flight"),
        pytest.param(request(), Absence("t1.1", "freeze", 4000, 4900), IN_CACHE, id="frozen and back a moment before"),
        pytest.param(request(), Absence("t1.1", "freeze", 3000, 3900), None, id="frozen and back long before"),
        pytest.param(request(), Absence("t1.1", "offline", 4000, 4900), None, id="offline and back before"),
        pytest.param(request(), Absence("t1.1", "crash", 5900), LATE_EVENT, id="crashed soon after the answer"),
        pytest.param(request(), Absence("t1.1", "crash", 6100), None, id="crashed later"),
        pytest.param(request(), Absence("t1.1", "offline", 5900), None, id="offline after the answer"),
        pytest.param(request(), Absence("t2.1", "close", 5005), None, id="another page closed"),
        pytest.param(request(), Absence(MINE, "destroy", 5005), LATE_EVENT, id="destroyed in flight"),
        pytest.param(request(), Absence("t2.1", "freeze", 4900, 7000), LATE_EVENT, id="the second page was frozen meanwhile"),
        pytest.param(request(), Absence("t2.1", "freeze", 4900, 5000), None, id="the second page had been frozen before"),
        pytest.param(request(done_ms=8200), Absence(MINE, "close", 7000), NO_ANSWER, id="two at once"),
        pytest.param(request(), None, None, id="nothing happened"),
    ],
)
def test_a_rule_needs_its_evidence(first: Request, absence: Absence | None, rule: str | None) -> None:
    """The first delivery's answer and what was done to its page name the rule, or none."""
    log = round_of(first, AGAIN)
    log.absences += [absence] if absence else []
    assert [duplicate.rule for duplicate in explain.explain_all(log)] == [rule]


def test_a_destroyed_queue_hears_its_answer() -> None:
    """A request in flight may settle (CONTRACT 5.3): `destroy()` does not explain that the same queue sends again."""
    log = round_of(request(), request(8000))
    log.absences.append(Absence(MINE, "destroy", 5005))
    assert kinds(log) == ["unexplained duplicate"]


def test_a_failed_attempt_between_two_deliveries() -> None:
    """The first request that carried the event again needs the evidence; the next one only tries again."""
    failed = request(7500, OTHERS, fault="503", stored=[])
    log = round_of(request(), failed, request(20_000, "t3.1/q1"))
    log.queues["t3.1/q1"] = Queue("t3.1/q1", KEY, 19_000)
    assert [duplicate.rule for duplicate in explain.explain_all(log)] == [None]
    log.absences.append(Absence("t2.1", "leave", 4900, 7000))
    assert [duplicate.rule for duplicate in explain.explain_all(log)] == [LATE_EVENT]


@pytest.mark.parametrize(
    ("began_ms", "returned_ms", "other_key", "rule"),
    [
        pytest.param(4800, None, KEY, BEFORE_LOCK, id="a young queue"),
        pytest.param(4200, None, KEY, None, id="an old queue"),
        pytest.param(0, 4800, KEY, BEFORE_LOCK, id="a page that has just come back"),
        pytest.param(4800, None, OTHER_KEY, None, id="no neighbour with this key"),
    ],
)
def test_a_click_before_the_lock(began_ms: float, returned_ms: float | None, other_key: str, rule: str | None) -> None:
    """It needs a young queue, or a page that has just come back, and another queue with the same key."""
    log = round_of(request(), AGAIN)
    log.queues = {MINE: Queue(MINE, KEY, began_ms), OTHERS: Queue(OTHERS, other_key, 0)}
    log.returns += [("t1.1", returned_ms)] if returned_ms else []
    assert [duplicate.rule for duplicate in explain.explain_all(log)] == [rule]


@pytest.mark.parametrize(
    ("other_ended_ms", "rule"),
    [pytest.param(None, NO_LOCKS, id="a neighbour that lives"), pytest.param(3000, None, id="a neighbour that had ended")],
)
def test_without_locks_a_neighbour_explains(other_ended_ms: float | None, rule: str | None) -> None:
    """Tabs without Web Locks may repeat each other's events, a tab alone may not (CONTRACT 4.3)."""
    log = round_of(request(), request(8000), has_locks=False)
    log.absences += [Absence("t2.1", "close", other_ended_ms)] if other_ended_ms else []
    assert [duplicate.rule for duplicate in explain.explain_all(log)] == [rule]


@pytest.mark.parametrize("rule", [NO_ANSWER, BEFORE_LOCK, LATE_EVENT, IN_CACHE, NO_LOCKS])
def test_each_rule_is_a_guarantee(rule: str) -> None:
    """The oracle explains duplicates by what docs/guarantees.md says, in its words."""
    chapter = GUARANTEES.read_text().partition("## Where duplicates come from\n")[2].partition("\n## ")[0]
    assert f"**{rule}" in " ".join(chapter.split())
