"""The answers that a person can choose: each request gets the chosen one, and only a taken event is stored."""

from __future__ import annotations

import http.client
import json
import re
import threading
from contextlib import closing
from pathlib import Path

import pytest

from examples import demo_switches
from examples.demo_state import SCRIPT
from examples.server import BATCH, ROOT, SINGLE, Demo, serve
from tests.browser.waiting import wait_for
from tests.unit.demo.client import Client, click, statuses


@pytest.mark.parametrize(("answer", "status"), [("500", 500), ("429", 429)])
def test_a_refused_batch_is_not_stored(client: Client, demo: Demo, answer: str, status: int) -> None:
    """The switch "server answers 500 / 429" is obeyed by the next request and stores nothing."""
    assert client.post("/control/answer", {"answer": answer}) == 204
    assert client.click("a") == status
    assert (demo.state()["stored"], demo.state()["requests"][0]["status"]) == (0, answer)


def test_a_busy_server_says_how_long(client: Client, demo: Demo) -> None:
    """A 429 carries Retry-After."""
    demo.answer = "429"
    status, headers, _ = client.ask("POST", SINGLE, json.dumps(click("a")).encode())
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
    status, headers, _ = client.ask("POST", SINGLE, json.dumps(click("a")).encode())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert (demo.state()["stored"], statuses(demo.state())) == (0, ["portal"])


def test_a_poison_event_is_rejected_by_the_receiver(client: Client, demo: Demo) -> None:
    """The first event of a request lacks a field, the receiver names it, and the others are stored (CONTRACT 3.5)."""
    demo.answer = "poison"
    body = json.dumps({"events": [click(id) for id in "abc"]}).encode()
    _, _, answer = client.ask("POST", BATCH, body)
    assert [(each["id"], "offerId" in each["reason"]) for each in json.loads(answer)["rejected"]] == [("a", True)]
    (request,) = demo.state()["requests"]
    assert (request["added"], request["rejected"], demo.state()["stored"]) == (2, 1, 2)


def test_a_slow_server_stores_late(client: Client, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow request is open in the log, and is stored in the end."""
    monkeypatch.setattr(demo_switches, "SLOW_S", 0.3)
    demo.answer = "slow"
    thread = threading.Thread(target=lambda: client.click("a"))
    thread.start()
    wait_for(lambda: statuses(demo.state()) == ["open"], "the request")
    assert demo.state()["stored"] == 0
    thread.join()
    assert (statuses(demo.state()), demo.state()["stored"]) == (["200"], 1)


def test_a_server_that_hangs_lets_go_when_it_closes(tmp_path: Path) -> None:
    """A hanging request stays open until its client or the server goes, and stores nothing."""
    demo = Demo(tmp_path / "clicks.sqlite3")
    demo.answer = "hangs"
    answers: list[int] = []
    with serve(demo) as url:
        thread = threading.Thread(target=lambda: answers.append(Client(url).click("a")))
        thread.start()
        wait_for(lambda: statuses(demo.state()) == ["open"], "the request")
    thread.join()
    assert (answers, demo.state()["stored"]) == ([503], 0)


def test_a_request_hangs_longer_than_the_page_waits(client: Client, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that never hangs up gets 503 in the end, so that the log has no request in flight that nobody waits for."""
    page = (ROOT / "examples" / "widget-offline-test.js").read_text()
    (timeout_ms,) = re.findall(r"TIMEOUT_MS = (\d+)", page)
    assert int(timeout_ms) < demo_switches.HANG_S * 1000
    monkeypatch.setattr(demo_switches, "HANG_S", 0.2)
    demo.answer = "hangs"
    assert client.click("a") == 503
    assert (statuses(demo.state()), demo.state()["stored"]) == (["hung"], 0)


def test_a_422_refuses_the_whole_batch(client: Client, demo: Demo) -> None:
    """One event with an offer that is not on offer: its batch is refused, nothing is stored; a batch without it is taken."""
    demo.answer = "422"
    refused = {"events": [click("a"), click("b") | {"offerId": demo_switches.REFUSED_OFFER}]}
    assert client.post(BATCH, refused) == 422
    assert client.click("a") == 200
    assert (statuses(demo.state()), demo.state()["stored"]) == (["422", "200"], 1)


def test_a_client_that_gives_up_is_noticed(client: Client, demo: Demo) -> None:
    """A hanging request whose client closes the connection is logged as hung."""
    demo.answer = "hangs"
    body = json.dumps(click("a")).encode()
    with closing(http.client.HTTPConnection(client.address, timeout=30)) as connection:
        connection.request("POST", SINGLE, body)
        wait_for(lambda: statuses(demo.state()) == ["open"], "the request")
    wait_for(lambda: statuses(demo.state()) == ["hung"], "the end of the request")


def test_an_unknown_answer_is_refused(client: Client, demo: Demo) -> None:
    """The control route names what it allows."""
    status, _, body = client.ask("POST", "/control/answer", b'{"answer": "perhaps"}')
    assert status == 400
    assert all(answer in body.decode() for answer in SCRIPT)
    assert demo.answer == "ok"
