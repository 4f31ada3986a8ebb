"""The demo's server is the measure of the demo: what it says was received, was received, once."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clickqueue_receiver.report import Report
from examples import demo_switches
from examples.demo_state import SCRIPT
from examples.server import BATCH, PAGE, SINGLE, Demo, serve
from tests.browser.waiting import wait_for
from tools import demo as tool

EMPTY = {"answer": "ok", "requests": [], "received": 0, "stored": 0, "events": []}


class Client:
    """A browser, as far as HTTP goes; one connection for each request."""

    def __init__(self, url: str) -> None:
        self.address = url.removeprefix("http://")

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        return self._ask("GET", path, None)

    def post(self, path: str, value: object) -> int:
        """The status."""
        return self._ask("POST", path, json.dumps(value).encode())[0]

    def click(self, *ids: str) -> int:
        """Send a batch."""
        return self.post(BATCH, {"events": [click(id) for id in ids], "batchId": "b", "timestamp": 1})

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection(self.address, timeout=30)) as connection:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def click(id: object) -> dict[str, Any]:
    """An event that has all that it must have."""
    return {"id": id, "sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, str]]:
    """A server that all tests of this file share."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "clicks.sqlite3")
    with serve(demo) as url:
        yield demo, url


@pytest.fixture
def client(served: tuple[Demo, str]) -> Client:
    """A client of the server, which knows of no request."""
    client = Client(served[1])
    assert client.post("/control/reset", {}) == 204
    return client


@pytest.fixture
def demo(served: tuple[Demo, str]) -> Demo:
    """What the server shares with the test."""
    return served[0]


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


@pytest.mark.parametrize(("answer", "status"), [("500", 500), ("429", 429)])
def test_a_refused_batch_is_not_stored(client: Client, demo: Demo, answer: str, status: int) -> None:
    """The switch "server answers 500 / 429" is obeyed by the next request and stores nothing."""
    assert client.post("/control/answer", {"answer": answer}) == 204
    assert client.click("a") == status
    assert (demo.state()["stored"], demo.state()["requests"][0]["status"]) == (0, answer)


def test_a_busy_server_says_how_long(client: Client, demo: Demo) -> None:
    """A 429 carries Retry-After."""
    demo.answer = "429"
    status, headers, _ = client._ask("POST", SINGLE, json.dumps(click("a")).encode())
    assert (status, headers["retry-after"]) == (429, "6")


@pytest.mark.parametrize(("answer", "stored"), [("cut", 0), ("lost", 1)])
def test_a_server_that_hangs_up(client: Client, demo: Demo, answer: str, stored: int) -> None:
    """Cut: nothing stored, no answer. Lost: stored, no answer."""
    demo.answer = answer
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        client.click("a")
    assert demo.state()["stored"] == stored


def test_a_captive_portal_stores_nothing(client: Client, demo: Demo) -> None:
    """A web page with 200 comes from somebody else: nothing reached the receiver (CONTRACT 3.5)."""
    demo.answer = "portal"
    status, headers, _ = client._ask("POST", SINGLE, json.dumps(click("a")).encode())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert (demo.state()["stored"], _statuses(demo.state())) == (0, ["portal"])


def test_a_poison_event_is_rejected_by_the_receiver(client: Client, demo: Demo) -> None:
    """The first event of a request lacks a field, the receiver names it, and the others are stored (CONTRACT 3.5)."""
    demo.answer = "poison"
    body = json.dumps({"events": [click(id) for id in "abc"]}).encode()
    _, _, answer = client._ask("POST", BATCH, body)
    assert [(each["id"], "offerId" in each["reason"]) for each in json.loads(answer)["rejected"]] == [("a", True)]
    (request,) = demo.state()["requests"]
    assert (request["added"], request["rejected"], demo.state()["stored"]) == (2, 1, 2)


def test_a_slow_server_stores_late(client: Client, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow request is open in the log, and is stored in the end."""
    monkeypatch.setattr(demo_switches, "SLOW_S", 0.3)
    demo.answer = "slow"
    thread = threading.Thread(target=lambda: client.click("a"))
    thread.start()
    wait_for(lambda: _statuses(demo.state()) == ["open"], "the request")
    assert demo.state()["stored"] == 0
    thread.join()
    assert (_statuses(demo.state()), demo.state()["stored"]) == (["200"], 1)


def test_a_server_that_hangs_lets_go_when_it_closes(tmp_path: Path) -> None:
    """A hanging request stays open until its client or the server goes, and stores nothing."""
    demo = Demo(tmp_path / "clicks.sqlite3")
    demo.answer = "hangs"
    outcome: list[Exception] = []

    def ask(url: str) -> None:
        try:
            Client(url).click("a")
        except (http.client.HTTPException, ConnectionError) as error:
            outcome.append(error)

    with serve(demo) as url:
        thread = threading.Thread(target=ask, args=(url,))
        thread.start()
        wait_for(lambda: _statuses(demo.state()) == ["open"], "the request")
        assert demo.state()["stored"] == 0
    thread.join()
    assert len(outcome) == 1


def test_a_client_that_gives_up_is_noticed(client: Client, demo: Demo) -> None:
    """A hanging request whose client closes the connection is logged as hung."""
    demo.answer = "hangs"
    body = json.dumps(click("a")).encode()
    with closing(http.client.HTTPConnection(client.address, timeout=30)) as connection:
        connection.request("POST", SINGLE, body)
        wait_for(lambda: _statuses(demo.state()) == ["open"], "the request")
    wait_for(lambda: _statuses(demo.state()) == ["hung"], "the end of the request")


def test_a_reset_answers_what_hangs(client: Client, demo: Demo) -> None:
    """A hanging request is answered when all starts over, since a browser repeats what is hung up, and stores nothing."""
    demo.answer = "hangs"
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(client.click("a")))
    thread.start()
    wait_for(lambda: _statuses(demo.state()) == ["open"], "the request")
    assert client.post("/control/reset", {}) == 204
    thread.join()
    assert statuses == [200]
    assert demo.state() == EMPTY


def test_an_unknown_answer_is_refused(client: Client, demo: Demo) -> None:
    """The control route names what it allows."""
    status, _, body = client._ask("POST", "/control/answer", b'{"answer": "perhaps"}')
    assert status == 400
    assert all(answer in body.decode() for answer in SCRIPT)
    assert demo.answer == "ok"


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
        assert _statuses(next(states)) == []
        client.click("a")
        assert _statuses(next(state for state in states if _statuses(state) not in ([], ["open"]))) == ["200"]


def test_the_page_is_served_under_a_strict_policy(client: Client) -> None:
    """The page and its files come with a Content-Security-Policy that allows no inline script (CONTRACT 7.1)."""
    status, headers, body = client.get(PAGE)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in headers["content-security-policy"]
    assert b"unsafe" not in headers["content-security-policy"].encode()
    assert b"style=" not in body
    assert client.get("/")[1]["location"] == PAGE


@pytest.mark.parametrize(
    "path",
    [
        "/examples/../setup.cfg",
        "/pyproject.toml",
        "/examples/server.py",
        "/examples/demo_state.py",
        "/examples/%2e%2e/setup.cfg",
        "/dist",
        "/dist/none.js",
        "/node_modules/uplot/package.json",
        "/node_modules/react/index.js",
        "/x",
    ],
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    """Only pages, scripts and sheets of examples/ and dist/ leave the machine."""
    assert client.get(path)[0] == 404
    assert client.post(path, {}) in (404, 405)


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


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_port_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without `--port` the server is where an open page looks for it, also just after another one was there."""
    with serve(Demo(tmp_path / "clicks.sqlite3")) as url:
        Client(url).get("/")
        port = int(url.rpartition(":")[2])
    monkeypatch.setattr(tool, "PORT", port)
    assert tool.choose_port(None) == port


def test_a_taken_port_of_our_own_gives_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken_port: int
) -> None:
    """If the default port is in use, a free one is used, and one line is printed about it."""
    monkeypatch.setattr(tool, "PORT", taken_port)
    assert tool.choose_port(None) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert f"Port {taken_port} is in use" in line


@pytest.mark.parametrize("port", [-1, 65_536, None])
def test_a_port_that_cannot_be_had(capsys: pytest.CaptureFixture[str], taken_port: int, port: int | None) -> None:
    """A wish that is out of range or taken ends in one sentence and in exit status 2."""
    wanted = taken_port if port is None else port
    assert tool.main(["--port", str(wanted)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--port is {wanted}; allowed is a port from 0 to 65535")


def test_a_file_that_is_no_database(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is one sentence and exit status 2."""
    file = tmp_path / "clicks.sqlite3"
    file.write_text("no database, but a text that is longer than the first bytes of one" * 20)
    assert tool.main(["--database", str(file), "--port", "0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--database is {file}; allowed is an SQLite file")


def _statuses(state: dict[str, Any] | None) -> list[str]:
    assert state is not None
    return [request["status"] for request in state["requests"]]
