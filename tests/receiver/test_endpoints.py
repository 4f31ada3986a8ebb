"""What each request is answered, with SQLite in this process."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from clickqueue_receiver import Receiver
from clickqueue_receiver.event import Validator
from clickqueue_receiver.logs import JsonFormatter
from clickqueue_receiver.store import Store
from tests.receiver.bed import BATCH, SINGLE, batch, event, post, receiving
from tests.receiver.waiting import wait_until

SHOP = {"Origin": "https://shop.example"}


def receiver_of(client: TestClient) -> Receiver:
    """The receiver behind a client."""
    assert isinstance(client.app, Receiver)
    return client.app


def stored(client: TestClient) -> list[str]:
    """The ids in the table."""
    with receiver_of(client).store.engine.connect() as connection:
        return [str(row[0]) for row in connection.exec_driver_sql("SELECT id FROM clicks ORDER BY rowid")]


def test_a_click_is_stored_once(client: TestClient) -> None:
    """204 for the first and for every other time (CONTRACT 6.3)."""
    body = json.dumps(event(id="x")).encode()
    assert [post(client, SINGLE, body).status_code for _ in range(2)] == [204, 204]
    assert stored(client) == ["x"]


def test_a_batch_is_counted(client: TestClient) -> None:
    """Accepted, duplicates within the batch and before it, rejected with id, reason and place (CONTRACT 3.5)."""
    post(client, SINGLE, json.dumps(event(id="old")).encode())
    answer = post(client, BATCH, batch(event(id="new"), event(id="old"), event(id="bad", offerId=""), 5, event(id="new")))
    assert answer.status_code == 200
    counts = answer.json()
    rejected = [(each["id"], each["index"]) for each in counts.pop("rejected")]
    assert (counts, rejected) == ({"accepted": 1, "duplicates": 2}, [("bad", 2), ("", 3)])
    assert stored(client) == ["old", "new"]


@pytest.mark.parametrize(
    "poison",
    [
        '{"id":"\\ud83d"}',
        '{"id":"p","n":1e400}',
        '{"id":"p","n":' + "[" * 3_000 + "]" * 3_000 + "}",
        '{"id":"p\\u0000"}',
        '{"id":"p","n":' + "1" * 4_000 + "}",
        "null",
        '{"id":["p"]}',
    ],
)
def test_one_bad_event_fails_no_good_one(client: TestClient, poison: str) -> None:
    """Nine good events are stored beside each kind of a bad one."""
    good = [event() for _ in range(9)]
    body = batch(*good, "POISON").replace(b'"POISON"', poison.encode())
    answer = post(client, BATCH, body)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 9)
    assert stored(client) == [each["id"] for each in good]


def test_half_a_pair_comes_back_in_the_answer(client: TestClient) -> None:
    """A rejected id is the one that was sent, so that the queue finds its event."""
    (rejected,) = json.loads(post(client, BATCH, batch(event(id="\ud83d", offerId=""))).content)["rejected"]
    assert rejected["id"] == "\ud83d"


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "text/plain;charset=UTF-8", "application/json; charset=utf-8"]
)
def test_json_comes_under_two_names(client: TestClient, kind: str) -> None:
    """As text/plain a page needs no preflight."""
    assert post(client, SINGLE, json.dumps(event()).encode(), content_type=kind).status_code == 204


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (SINGLE, b"{", 400, "not JSON"),
        (SINGLE, b"\xff", 400, "not UTF-8: invalid start byte at byte 0"),
        (SINGLE, b"[]", 422, "Expected `object`, got `array`"),
        (SINGLE, b'{"id":"x"}', 422, "missing required field `sessionId`"),
        (BATCH, b"", 400, "not JSON"),
        (BATCH, b'{"events":[NaN]}', 400, "NaN is not JSON"),
        (BATCH, b'{"events":' + b"[" * 100_000, 400, "not JSON"),
        (BATCH, b"[]", 422, "send {events, batchId, timestamp}"),
        (BATCH, b'{"events":5}', 422, "Expected `array`"),
        (BATCH, b'{"events":[]}', 422, "events has no event; allowed: at least one"),
        (BATCH, b'{"events":[1],"timestamp":"now"}', 422, "$.timestamp"),
        (BATCH, b'{"events":["\\ud83d"],"timestamp":"now"}', 422, "$.timestamp"),
    ],
)
def test_a_wrong_body_is_named(client: TestClient, path: str, body: bytes, status: int, words: str) -> None:
    """400 for what is not JSON, 422 for another shape; the text names what was given and what is allowed."""
    answer = post(client, path, body)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


def test_limits_are_answered_413(tmp_path: Path) -> None:
    """The body, the events of a batch, and a single event; each text names both numbers."""
    with receiving(tmp_path, max_body_bytes=2_000, max_events=2, max_event_bytes=300) as client:
        answers = [
            post(client, BATCH, b" " * 2_001),
            client.post(BATCH, content=iter([b" " * 1_500] * 2)),
            post(client, BATCH, batch(*[event()] * 3)),
            post(client, SINGLE, json.dumps(event(note="x" * 300)).encode()),
        ]
    assert [answer.status_code for answer in answers] == [413] * 4
    texts = [answer.json()["error"] for answer in answers]
    assert [limit in text for limit, text in zip(("2000", "2000", "at most 2", "300"), texts, strict=True)] == [True] * 4


@pytest.mark.parametrize(
    ("header", "value"), [("content_encoding", "gzip"), ("content_type", "application/x-www-form-urlencoded")]
)
def test_another_coding_is_answered_415(client: TestClient, header: str, value: str) -> None:
    """A compressed body may unpack to gigabytes; the text names what is allowed."""
    answer = post(client, SINGLE, json.dumps(event()).encode(), **{header: value})
    assert (answer.status_code, value in answer.json()["error"], "allowed" in answer.json()["error"]) == (415, True, True)


def test_what_is_no_route_is_answered_json(client: TestClient) -> None:
    """404 and 405 name the routes that there are."""
    answers = [client.get("/nothing"), client.get(BATCH)]
    assert [answer.status_code for answer in answers] == [404, 405]
    assert all(BATCH in answer.json()["error"] for answer in answers)


def test_too_many_requests_are_shed_before_their_body_is_read(client: TestClient) -> None:
    """503 with a Retry-After that differs from answer to answer; the body is never asked for."""
    gate = receiver_of(client).gate
    gate.at_work = 512
    answers = [post(client, BATCH, b"not even JSON", **SHOP) for _ in range(40)]
    gate.at_work = 0
    assert {answer.status_code for answer in answers} == {503}
    delays = {int(answer.headers["retry-after"]) for answer in answers}
    assert (min(delays) >= 5, max(delays) <= 15, len(delays) > 1) == (True, True, True)
    assert answers[0].headers["access-control-allow-origin"] == SHOP["Origin"]


def test_a_draining_receiver_takes_nothing_new(client: TestClient) -> None:
    """503 on the routes and on /healthz, which takes it out of a balancer."""
    receiver_of(client).gate.is_draining = True
    assert [post(client, SINGLE, b"{}").status_code, client.get("/healthz").status_code] == [503, 503]
    assert client.get("/healthz").json() == {"status": "draining"}


def test_a_failed_commit_acknowledges_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, the next requests are shed until the database answers, and the event can be sent again."""
    monkeypatch.setattr(Store, "_insert_once", fail)
    body = json.dumps(event(id="x")).encode()
    answer = post(client, SINGLE, body)
    assert (answer.status_code, "not acknowledged" in answer.json()["error"]) == (503, True)
    monkeypatch.undo()
    wait_until(lambda: post(client, SINGLE, body).status_code == 204, "the database is found again")
    assert stored(client) == ["x"]


def fail(*_: Any) -> None:
    """A database that is away."""
    raise OperationalError("INSERT", {}, Exception("away"))


def test_health_says_what_is_wrong(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 while the database answers, 503 with a reason when it does not."""
    assert client.get("/healthz").json() == {"status": "ok"}
    monkeypatch.setattr(Store, "ping", fail)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "the database does not answer"})


def test_metrics_count_events_by_outcome(client: TestClient) -> None:
    """Also requests by path and status, batch sizes, commits, and the time from the click to the commit."""
    post(client, BATCH, batch(event(id="a"), event(id="a"), event(offerId="")))
    client.get("/some/path/that/strangers/made/up")
    text = client.get("/metrics").text
    for line in (
        'clickqueue_receiver_events_total{outcome="accepted"} 1.0',
        'clickqueue_receiver_events_total{outcome="duplicate"} 1.0',
        'clickqueue_receiver_events_total{outcome="rejected"} 1.0',
        'clickqueue_receiver_requests_total{path="/api/track/click/batch",status="200"} 1.0',
        'clickqueue_receiver_requests_total{path="other",status="404"} 1.0',
        "clickqueue_receiver_batch_events_sum 3.0",
        "clickqueue_receiver_group_events_sum 2.0",
        "clickqueue_receiver_click_to_commit_seconds_count 1.0",
        # The click waited for 5 s, whatever the visitor's clock shows.
        'clickqueue_receiver_click_to_commit_seconds_bucket{le="2.5"} 0.0',
        'clickqueue_receiver_click_to_commit_seconds_bucket{le="30.0"} 1.0',
        "clickqueue_receiver_in_flight 0.0",
        'clickqueue_receiver_shed_total{reason="full"} 0.0',
    ):
        assert line in text.splitlines(), text


def test_a_request_has_an_id_and_one_line_of_json(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """The balancer's id is taken over, a strange one is replaced; no address and nothing of an event is in the log."""
    with caplog.at_level(logging.INFO, "clickqueue_receiver.requests"):
        answer = post(client, BATCH, batch(event(id="secret-id")), X_Request_ID="lb-1")
        other = post(client, BATCH, batch(event()), X_Request_ID="a b\tc" * 30)
    assert answer.headers["x-request-id"] == "lb-1"
    assert len(other.headers["x-request-id"]) == 32
    line = JsonFormatter().format(caplog.records[0])
    told = json.loads(line)
    assert (told["path"], told["status"], told["accepted"], told["level"]) == (BATCH, 200, 1, "info")
    assert ("secret-id" in line, "testclient" in line) == (False, False)


def test_cors_is_on_every_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Success, refusal, no route, and an error of the receiver itself."""
    answers = [
        client.post(SINGLE, json=event(), headers=SHOP),
        client.post(SINGLE, content=b"{", headers=SHOP),
        client.post("/nothing", headers=SHOP),
        client.get("/healthz", headers=SHOP),
    ]
    monkeypatch.setattr(Validator, "read", None)  # An error that nobody has foreseen.
    answers.append(client.post(SINGLE, json=event(), headers=SHOP))
    assert [answer.status_code for answer in answers] == [204, 400, 404, 200, 500]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == SHOP["Origin"]
        assert answer.headers["access-control-expose-headers"] == "retry-after, date"
        assert "Origin" in answer.headers["vary"]


def test_a_preflight_is_answered_and_kept(client: TestClient) -> None:
    """204 with method, headers and the time that a browser may remember it."""
    answer = client.options(BATCH, headers=SHOP | {"Access-Control-Request-Method": "POST"})
    wanted = {"origin": SHOP["Origin"], "methods": "POST", "headers": "content-type"}
    assert (answer.status_code, answer.headers["access-control-max-age"]) == (204, "86400")
    assert {name: answer.headers[f"access-control-allow-{name}"] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("origin", "settings", "is_allowed"),
    [
        ("https://other.example", {"allow_origin": ("https://shop.example",)}, False),
        ("https://shop.example.evil", {"allow_origin": ("https://shop.example",)}, False),
        ("https://other.example", {"allow_origin": ("*",)}, True),
        ("null", {"allow_origin": ("*",)}, False),
        ("null", {"allow_null_origin": True}, True),
        ("https://shop.example", {}, False),
    ],
)
def test_origins_are_a_list(tmp_path: Path, origin: str, settings: dict[str, Any], is_allowed: bool) -> None:
    """Only those on it; null (sandboxed frames) by its own switch alone."""
    with receiving(tmp_path, **settings) as client:
        preflight = client.options(SINGLE, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        answer = client.post(SINGLE, json=event(), headers={"Origin": origin})
    assert preflight.status_code == (204 if is_allowed else 403)
    assert [("access-control-allow-origin" in each.headers) for each in (preflight, answer)] == [is_allowed] * 2
    option = "--allow-null-origin" if origin == "null" else f"--allow-origin {origin}"
    assert is_allowed or f"origin {origin} is not allowed; start the receiver with {option}" in preflight.text
