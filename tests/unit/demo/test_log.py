"""What the demo says was received, was received, once; after a reset nothing of it is left."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clickqueue_receiver.report import Report
from examples.server import BATCH, SINGLE, Demo, serve
from tests.browser.waiting import wait_for
from tests.unit.demo.client import EMPTY, Client, click, statuses


def test_both_routes_store_by_id(client: Client, demo: Demo) -> None:
    """A batch and a single event store each id once, whatever comes twice, in the order of arrival (CONTRACT 6.3)."""
    assert client.click("a", "b") == 200
    assert client.click("b", "c") == 200
    assert client.post(SINGLE, click("c")) == 204
    state = demo.state()
    assert [event["id"] for event in state["events"]] == ["a", "b", "c"]
    assert (state["stored"], state["received"]) == (3, 3)
    assert [(request["added"], request["known"]) for request in state["requests"]] == [(2, 0), (1, 1), (0, 1)]


def test_the_table_is_the_receivers(client: Client, demo: Demo) -> None:
    """The requests reach `clickqueue_receiver`: its /metrics counts them, its /healthz is 200, and it rejects as it does."""
    client.click("a")
    assert client.post(SINGLE, {"id": "b"}) == 422
    metrics = client.get("/metrics")[2].decode()
    assert 'clickqueue_receiver_requests_total{path="/api/track/click",status="422"}' in metrics
    assert client.get("/healthz")[0] == 200
    assert [(request["status"], request["added"]) for request in demo.state()["requests"]] == [("200", 1), ("422", 0)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"events": []}, 422),
        ({"events": "a"}, 422),
        ({"events": [1]}, 200),
        ({"events": [click(1)]}, 200),
        ({"events": [None]}, 200),
        ([], 422),
        ("text", 422),
    ],
)
def test_what_is_no_event_is_not_logged(client: Client, demo: Demo, body: object, status: int) -> None:
    """A body without any event is refused or has its events rejected, and neither the log nor the table has it."""
    assert client.post(BATCH, body) == status
    assert demo.state() == EMPTY


def test_a_body_that_is_too_large_is_refused(client: Client, demo: Demo) -> None:
    """More bytes than any queue sends are not even read."""
    with closing(http.client.HTTPConnection(client.address, timeout=30)) as connection:
        connection.putrequest("POST", BATCH)
        connection.putheader("Content-Length", str(demo.receiver.settings.max_body_bytes + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_a_reset_answers_what_hangs(client: Client, demo: Demo) -> None:
    """A hanging request is answered when all starts over, since a browser repeats what is hung up, and stores nothing."""
    demo.answer = "hangs"
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(client.click("a")))
    thread.start()
    wait_for(lambda: statuses(demo.state()) == ["open"], "the request")
    assert client.post("/control/reset", {}) == 204
    thread.join()
    assert answers == [200]
    assert demo.state() == EMPTY


def test_a_reset_empties_store_and_log(client: Client, demo: Demo) -> None:
    """Start over: no event, no request, a server that answers."""
    client.click("a")
    demo.answer = "500"
    assert client.post("/control/reset", {}) == 204
    assert demo.state() == EMPTY


def test_what_came_before_a_reset_is_not_counted(client: Client, demo: Demo) -> None:
    """A request that was under way when all started over is in no figure afterwards; the next one is."""
    entry = demo.note(SINGLE, None, ["a"])
    client.post("/control/reset", {})
    demo.settle(entry, "200", Report([], [], {}, {"accepted": 0, "duplicates": 0, "rejected": 0}))
    assert demo.state() == EMPTY
    assert demo.figures()["totals"] == {"requests": 0, "stored": 0, "duplicates": 0}
    client.click("b")
    assert (demo.state()["received"], [event["id"] for event in demo.state()["events"]]) == (1, ["b"])


def test_resets_among_requests(client: Client, demo: Demo) -> None:
    """However resets and requests meet: what is in the table at the end is what the log says was added since the last reset."""

    def work(number: int) -> None:
        if number % 5 == 4:
            assert client.post("/control/reset", {}) == 204
        else:
            assert client.click(f"{number}-a", f"{number}-b") == 200

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(100)))
    client.click("last")
    state = demo.state()
    added = [id for request in state["requests"] for id in request["ids"] if request["added"]]
    assert sorted(event["id"] for event in state["events"]) == sorted(added)
    assert demo.figures()["totals"]["stored"] == state["stored"] == len(added)


def test_the_stream_tells_of_each_change(client: Client) -> None:
    """A page that watches gets the state at once and after each change, without asking again."""
    with closing(http.client.HTTPConnection(client.address, timeout=30)) as connection:
        connection.request("GET", "/control/stream")
        lines = connection.getresponse()
        states = (json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: "))
        assert statuses(next(states)) == []
        client.click("a")
        assert statuses(next(state for state in states if statuses(state) not in ([], ["open"]))) == ["200"]


def test_a_file_keeps_the_events(tmp_path: Path) -> None:
    """With a database file the events of one run are known to the next."""
    database = tmp_path / "folder" / "clicks.sqlite3"
    seen: list[dict[str, Any]] = []
    for _ in range(2):
        demo = Demo(database)
        with serve(demo) as url:
            Client(url).click("a")
            seen.append(demo.state())
    assert [state["stored"] for state in seen] == [1, 1]
    assert [state["requests"][0]["added"] for state in seen] == [1, 0]
