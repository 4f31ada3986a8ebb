"""Clicks become requests (CONTRACT 3), in a real browser, over a real network stack."""

from __future__ import annotations

import re
import time
from email.utils import formatdate

from tests.browser.endpoint import BATCH, HUNG, SINGLE, Answer, Endpoint
from tests.browser.host import Host
from tests.browser.waiting import wait_for


def test_ten_rapid_clicks_make_one_request(host: Host, endpoint: Endpoint) -> None:
    """Ten clicks arrive in one request, in their order (CONTRACT 3.1, 3.2)."""
    host.start()
    ids = host.click(10)
    host.wait_until_all_arrived(ids)
    assert [received.ids for received in endpoint.requests] == [ids]
    assert endpoint.requests[0].path == BATCH


def test_the_tenth_click_needs_no_timer(host: Host, endpoint: Endpoint) -> None:
    """A full batch leaves in the same call: it arrives although no timer ever fires (CONTRACT 3.1)."""
    host.start(clock="held")
    host.wait_until_all_arrived(host.click(10))
    assert endpoint.sizes == [10]


def test_an_id_is_a_uuid_of_version_7(host: Host, endpoint: Endpoint) -> None:
    """A UUID that sorts by time, with 72 random bits, so that no two clicks of all visitors share an id (CONTRACT 2.2)."""
    host.start(clock="held")
    ids = host.click(10)
    host.wait_until_all_arrived(ids)
    assert [
        each for each in ids if not re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", each)
    ] == []
    times_ms = [int(each.replace("-", "")[:12], 16) for each in ids]
    assert times_ms == [endpoint.store[each]["timestamp"] for each in ids]
    # Chance makes no two of ten alike in their 72 random bits.
    assert len({each[15:] for each in ids}) == 10


def test_one_click_goes_after_five_seconds(host: Host, endpoint: Endpoint) -> None:
    """A lone click waits `maxBatchDelay` of the browser's own time, then goes alone (CONTRACT 3.1)."""
    host.start()
    before_s = time.monotonic()
    ids = host.click()
    host.wait_until_all_arrived(ids)
    assert endpoint.sizes == [1]
    assert endpoint.requests[0].at_s - before_s >= 5


def test_more_than_ten_go_one_request_at_a_time(host: Host, endpoint: Endpoint) -> None:
    """While a request is in flight the next batch waits, and none is larger than ten (CONTRACT 3.1, 3.2)."""
    endpoint.answer(Answer(500))
    host.start(clock="held")
    ids = host.click(23)
    host.wait_for_state("backing-off")
    assert endpoint.sizes == [10]
    host.go()
    host.wait_until_all_arrived(ids)
    assert endpoint.sizes == [10, 10, 10, 3]
    assert [id for received in endpoint.requests[1:] for id in received.ids] == ids


def test_a_hanging_request_holds_nobody_up_for_ever(host: Host, endpoint: Endpoint) -> None:
    """A server that never answers is a failure of the path after `timeoutMs`, and what it held is sent again (CONTRACT 3.5)."""
    endpoint.answer(HUNG)
    host.start(options={"timeoutMs": 1000}, clock="held")
    ids = host.click(10)
    host.go()
    host.wait_until_all_arrived(ids)
    assert endpoint.sizes == [10, 10]


def test_the_server_sees_the_backoff(host: Host, endpoint: Endpoint) -> None:
    """A server that is down sees 2, 4, 8, 16, 30, 30, 30 s between the tries of one and the same batch (CONTRACT 3.3, 3.6)."""
    endpoint.answer(*[Answer(503)] * 7)
    host.start(clock="held")
    ids = host.click(10)
    host.go()
    host.wait_until_all_arrived(ids)
    sent_ms = [received.timestamp or 0 for received in endpoint.requests]
    assert [after - before for before, after in zip(sent_ms, sent_ms[1:], strict=False)] == [
        2000,
        4000,
        8000,
        16000,
        30000,
        30000,
        30000,
    ]
    assert len({received.batch_id for received in endpoint.requests}) == 1
    assert len({tuple(received.ids) for received in endpoint.requests}) == 1


def test_the_backoff_in_the_browsers_own_time(host: Host, endpoint: Endpoint) -> None:
    """With the browser's own clock the second try is not before 2 s, the third not before 4 s more (CONTRACT 3.6)."""
    endpoint.answer(Answer(500), Answer(500))
    host.start()
    host.wait_until_all_arrived(host.click(10))
    first_s, second_s, third_s = (received.at_s for received in endpoint.requests)
    assert second_s - first_s >= 2
    assert third_s - second_s >= 4


def test_a_success_resets_the_backoff(host: Host, endpoint: Endpoint) -> None:
    """After a success the next failure is followed by 2 s again (CONTRACT 3.6)."""
    host.start(clock="held")
    gaps_ms = []
    for _ in range(2):
        endpoint.requests.clear()
        host.hold()
        endpoint.answer(Answer(500), Answer(500))
        ids = host.click(10)
        host.go()
        host.wait_until_all_arrived(ids[-10:])
        sent_ms = [received.timestamp or 0 for received in endpoint.requests]
        gaps_ms.append([after - before for before, after in zip(sent_ms, sent_ms[1:], strict=False)])
    assert gaps_ms == [[2000, 4000], [2000, 4000]]


def test_retry_after_in_seconds_makes_the_wait_longer(host: Host, endpoint: Endpoint) -> None:
    """`Retry-After: 7` makes 7 s of the first 2 (CONTRACT 3.6)."""
    endpoint.answer(Answer(429, None, {"Retry-After": "7"}))
    host.start(clock="held")
    ids = host.click(10)
    host.go()
    host.wait_until_all_arrived(ids)
    assert _gap_ms(endpoint) == 7000


def test_retry_after_as_a_date_makes_the_wait_longer(host: Host, endpoint: Endpoint) -> None:
    """`Retry-After` as a date counts from the server's own clock, wrong as the visitor's may be (CONTRACT 3.6)."""
    endpoint.clock_s = time.time() - 400 * 86400
    endpoint.answer(Answer(503, None, {"Retry-After": formatdate(endpoint.clock_s + 9, usegmt=True)}))
    host.start(clock="held")
    ids = host.click(10)
    host.go()
    host.wait_until_all_arrived(ids)
    assert _gap_ms(endpoint) == 9000


def test_retry_after_never_makes_the_wait_shorter(host: Host, endpoint: Endpoint) -> None:
    """`Retry-After: 0` leaves the 2 s as they are (CONTRACT 3.6)."""
    endpoint.answer(Answer(503, None, {"Retry-After": "0"}))
    host.start(clock="held")
    ids = host.click(10)
    host.go()
    host.wait_until_all_arrived(ids)
    assert _gap_ms(endpoint) == 2000


def test_a_flush_sends_at_once(host: Host, endpoint: Endpoint) -> None:
    """`flush()` sends what is unsent without waiting for any timer (CONTRACT 3.9)."""
    host.start(clock="held")
    ids = host.click(3)
    host.flush()
    host.wait_until_all_arrived(ids)
    assert endpoint.sizes == [3]


def test_without_a_batch_route_the_events_go_one_by_one(host: Host, endpoint: Endpoint) -> None:
    """`postEach` posts each event of a batch to the single endpoint, in their order."""
    host.start(options={"postsEach": True})
    ids = host.click(10)
    host.wait_until_all_arrived(ids)
    assert [(received.path, received.ids) for received in endpoint.requests] == [(SINGLE, [id]) for id in ids]


def test_the_endpoint_may_be_another_origin(host: Host, endpoint: Endpoint) -> None:
    """A widget's endpoint is seldom its host's: with CORS allowed the events arrive there (CONTRACT 3.4, 5.1)."""
    with Endpoint() as other:
        other.allowed_origin = endpoint.url_for("").rstrip("/")
        host.start(options={"endpoint": other.url_for(SINGLE)})
        ids = host.click(10)
        wait_for(lambda: set(ids) <= set(other.store), "all events at the other origin")
        wait_for(lambda: host.snapshot()["acknowledged"] == 10, "ten acknowledged")
        other.close()


def test_many_batches_fit_through_the_keepalive_limit(host: Host, endpoint: Endpoint) -> None:
    """400 clicks, far over the browser's 64 KiB for keepalive bodies, all arrive: no answer is left unread (CONTRACT 5.1)."""
    host.start(clock="held")
    host.driver.execute_script("for (let i = 0; i < 400; i++) bed.click(document.querySelector('button'))")
    host.go()
    host.wait_until_all_arrived(host.clicked())
    assert host.snapshot()["failures"] == 0
    assert endpoint.duplicates == 0


def _gap_ms(endpoint: Endpoint) -> int:
    first, second = endpoint.requests
    return (second.timestamp or 0) - (first.timestamp or 0)
