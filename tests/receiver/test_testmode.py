"""Test mode, for the end-to-end tests of those who embed the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.receiver.bed import BATCH, SINGLE, batch, event, post, receiving


@pytest.fixture
def testing(tmp_path: Path) -> Iterator[TestClient]:
    """A receiver in test mode."""
    with receiving(tmp_path, test_mode=True, allow_origin=("https://shop.example",)) as client:
        yield client


def script(client: TestClient, *answers: dict[str, Any]) -> None:
    """Say what the next requests get."""
    assert client.post("/test/script", json=list(answers)).json() == {"answers": len(answers)}


def good(client: TestClient) -> list[str]:
    """The ids that are stored."""
    return [each["id"] for each in client.get("/test/good").json()]


def test_good_is_what_was_sent(testing: TestClient) -> None:
    """Each stored event once, field by field as it was sent, half a surrogate pair too."""
    sent = [event(campaign={"a": ["\0"]}, retryCount=2), event(id="\ud83d", timestamp=1767225600000.5)]
    for _ in range(2):
        post(testing, BATCH, batch(*sent))
    assert testing.get("/test/good").json() == sent


def test_bad_is_what_was_refused(testing: TestClient) -> None:
    """With its reason: events of a batch, and bodies that are none."""
    post(testing, BATCH, batch(event(), event(id="x", offerId="")))
    post(testing, SINGLE, b"{")
    bad = testing.get("/test/bad").json()
    assert [(each.get("event", {}).get("id"), each.get("body")) for each in bad] == [("x", None), (None, "{")]
    assert all(each["reason"] for each in bad)


@pytest.mark.parametrize("answer", [{}, {"partial": 2}])
def test_an_event_of_any_depth_is_refused_alone(testing: TestClient, answer: dict[str, Any]) -> None:
    """100 000 lists in each other are listed under /test/bad, cut off, and the event before them is stored."""
    script(testing, answer)
    deep = json.dumps(event(id="deep", extra=0)).replace(": 0", ": " + "[" * 100_000 + "]" * 100_000)
    body = batch(event(id="x")).replace(b"}], ", b"}, " + deep.encode() + b"], ")
    assert post(testing, BATCH, body).json()["accepted"] == 1
    assert [each["event"]["id"] for each in testing.get("/test/bad").json()] == ["deep"]
    assert good(testing) == ["x"]


def test_reset_forgets_everything(testing: TestClient) -> None:
    """What is stored, what was refused, and the script."""
    post(testing, SINGLE, json.dumps(event()).encode())
    post(testing, SINGLE, b"{")
    script(testing, {"status": 500})
    assert testing.post("/test/reset").status_code == 204
    assert [testing.get("/test/good").json(), testing.get("/test/bad").json()] == [[], []]
    assert post(testing, SINGLE, json.dumps(event()).encode()).status_code == 204


def test_a_script_answers_one_request_each(testing: TestClient) -> None:
    """A status that is no success stores nothing; after the last answer all is as usual."""
    script(testing, {"status": 503, "retryAfter": 7}, {"status": 422})
    answers = [post(testing, SINGLE, json.dumps(event(id=str(number))).encode()) for number in range(3)]
    assert [answer.status_code for answer in answers] == [503, 422, 204]
    assert answers[0].headers["retry-after"] == "7"
    assert good(testing) == ["2"]


def test_a_partial_answer_lists_the_others_under_retry(testing: TestClient) -> None:
    """Only the first `partial` events are stored."""
    script(testing, {"partial": 1})
    answer = post(testing, BATCH, batch(event(id="a"), event(id="b"), event(id="c"))).json()
    assert (answer["accepted"], answer["retry"], good(testing)) == (1, ["b", "c"], ["a"])


@pytest.mark.parametrize("body", [b"[]", b"5", b'[{"status":99}]', b'[{"state":200}]', b'[{"delayMs":-1}]', b"{"])
def test_a_wrong_script_is_named(testing: TestClient, body: bytes) -> None:
    """422 with what is allowed; an empty list is a script without answers."""
    answer = testing.post("/test/script", content=body)
    assert answer.status_code == (200 if body == b"[]" else 422)
    assert body == b"[]" or "delayMs, cut, store, partial, retryAfter" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/test/reset", "/test/script"])
def test_a_foreign_page_changes_nothing(testing: TestClient, path: str) -> None:
    """403 for an origin that is not on the list; one that is, or the receiver's own, may."""
    statuses = {
        origin: testing.post(path, content=b"[]", headers={"Origin": origin}).status_code
        for origin in ("https://evil.example", "https://shop.example", "http://testserver", "null")
    }
    assert [origin for origin, status in statuses.items() if status == 403] == ["https://evil.example", "null"]


def test_without_test_mode_there_are_no_such_routes(tmp_path: Path) -> None:
    """404 for all four."""
    with receiving(tmp_path) as client:
        answers = [client.get("/test/good"), client.get("/test/bad"), client.post("/test/reset"), client.post("/test/script")]
    assert {answer.status_code for answer in answers} == {404}
