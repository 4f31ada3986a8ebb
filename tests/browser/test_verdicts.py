"""Every row of the table in CONTRACT 3.5, with a real server's real answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.endpoint import CUT, HUNG, LOST, OK, PORTAL, Answer, Endpoint, Received
from tests.browser.host import Host

PATH_STATUSES = (401, 403, 404, 408, 425, 429, 500, 501, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)

PATH_FAILURES = [
    pytest.param(CUT, id="connection cut"),
    pytest.param(LOST, id="answer lost"),
    pytest.param(HUNG, id="timeout"),
    *[pytest.param(Answer(status), id=str(status)) for status in PATH_STATUSES],
    *[pytest.param(Answer(status, None, {"Location": "/elsewhere"}), id=f"{status} redirect") for status in REDIRECTS],
    pytest.param(PORTAL, id="200 captive portal"),
]


@pytest.mark.parametrize("answer", PATH_FAILURES)
def test_a_path_failure_keeps_the_batch(host: Host, endpoint: Endpoint, answer: Answer) -> None:
    """After a failure of the path the batch is still stored, and the same batch is sent again (CONTRACT 3.3, 3.5)."""
    endpoint.answer(answer)
    # On a busy machine a good answer takes its time too, so only who waits for a timeout gets a short one.
    host.start(options={"timeoutMs": 1000} if answer is HUNG else {}, clock="held")
    ids = host.click(2)
    host.flush()
    host.wait_for_state("backing-off")
    assert host.stored_ids() == ids
    assert host.snapshot()["acknowledged"] == 0
    host.go()
    host.wait_until_all_arrived(ids)
    first, second = endpoint.requests
    assert (first.batch_id, first.ids) == (second.batch_id, second.ids)
    assert [event.get("retryCount") for event in second.events] == [1, 1]
    assert host.stored_ids() == []
    assert host.drops() == []


BLAMES = [(400, "rejected"), (413, "too_large"), (422, "rejected")]


@pytest.mark.parametrize(("status", "reason"), BLAMES)
def test_a_blamed_batch_is_split_until_the_culprit_is_alone(host: Host, endpoint: Endpoint, status: int, reason: str) -> None:
    """One event that the server refuses costs no other event: the batch is halved, the culprit dropped after `maxRetries` (CONTRACT 3.5)."""
    host.start({"maxRetries": 3}, clock="held")
    endpoint.otherwise = _refuse_second_heat_pump(status)
    ids = host.click(4)
    culprit = ids[3]
    host.flush()
    host.go()
    host.wait_until_all_arrived([id for id in ids if id != culprit])
    assert endpoint.sizes == [4, 2, 2, 1, 1, 1, 1]
    assert [received.ids for received in endpoint.requests].count([culprit]) == 3
    assert [[id, why] for id, why, _ in host.drops()] == [[culprit, reason]]
    assert host.snapshot()["dropped"][reason] == 1
    assert culprit not in endpoint.store


@pytest.mark.parametrize(("status", "reason"), BLAMES)
def test_a_blamed_event_gets_further_chances(host: Host, endpoint: Endpoint, status: int, reason: str) -> None:
    """A single event that is refused comes again, with its count of tries, and arrives when the server takes it (CONTRACT 3.5, 3.10)."""
    endpoint.answer(Answer(status), Answer(status))
    host.start(clock="held")
    ids = host.click()
    host.go()
    host.wait_until_all_arrived(ids)
    assert [received.events[0].get("retryCount", 0) for received in endpoint.requests] == [0, 1, 2]
    assert host.snapshot()["dropped"][reason] == 0


def test_what_the_server_rejects_is_dropped_with_its_reason(host: Host, endpoint: Endpoint) -> None:
    """A 2xx that lists an id as `rejected` drops that event alone, with the server's reason (CONTRACT 3.5)."""
    endpoint.otherwise = lambda received: Answer(200, {"rejected": [{"id": received.ids[1], "reason": "no such offer"}]})
    host.start(clock="held")
    ids = host.click(3)
    host.flush()
    host.wait_until_all_arrived([ids[0], ids[2]])
    assert host.drops() == [[ids[1], "rejected", "no such offer"]]
    assert endpoint.sizes == [3]
    assert host.stored_ids() == []


def test_what_the_server_wants_again_is_sent_again(host: Host, endpoint: Endpoint) -> None:
    """A 2xx that lists an id under `retry` acknowledges the others and sends that one again (CONTRACT 3.4)."""
    endpoint.otherwise = lambda received: Answer(200, {"retry": received.ids[1:2]})
    host.start(clock="held")
    ids = host.click(3)
    host.go()
    host.wait_until_all_arrived(ids)
    assert [received.ids for received in endpoint.requests] == [ids, [ids[1]]]
    assert endpoint.duplicates == 0


@pytest.mark.parametrize("answer", [OK, Answer(204), Answer(202, {"accepted": 2})], ids=["200 empty", "204", "202 JSON"])
def test_a_success_acknowledges_all(host: Host, endpoint: Endpoint, answer: Answer) -> None:
    """Any other 2xx acknowledges every event of the batch, and storage is empty afterwards (CONTRACT 3.4)."""
    endpoint.answer(answer)
    host.start(clock="held")
    ids = host.click(2)
    host.flush()
    host.wait_until_all_arrived(ids)
    assert host.snapshot()["acknowledged"] == 2
    assert host.stored_ids() == []


def _refuse_second_heat_pump(status: int) -> Callable[[Received], Answer]:
    """The page's buttons take turns, so that the fourth click is the second on this offer."""
    pumps: list[str] = []

    def answer(received: Received) -> Answer:
        for event in received.events:
            if event["offerId"] == "heat-pump" and event["id"] not in pumps:
                pumps.append(event["id"])
        return Answer(status) if len(pumps) > 1 and pumps[1] in received.ids else OK

    return answer
