"""The way to the endpoint, over a fake of the browser's fetch."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clickqueue.http.post_each import post_each
from clickqueue.http.widget_api import create_api
from tests.fakes import FakeHttp, FakeJson, FakeResponse, SettledPromise

EVENT = {"id": "a", "sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"}
EVENTS = [{**EVENT, "id": "a"}, {**EVENT, "id": "b"}, {**EVENT, "id": "c"}]
REQUEST = {"batchId": "batch-1", "timestamp": 1700000000000, "keepalive": True}
OK = FakeResponse(204)
HTML = {"content_type": "text/html; charset=utf-8"}


def click(*script: Any, now_ms: int = 0, **options: Any) -> SettledPromise:
    """What becomes of one click when the endpoint answers by this script."""
    promise: SettledPromise = api_of(FakeHttp(*script, now_ms=now_ms), **options)["trackClick"](EVENT, None)
    return promise


def batch(http: FakeHttp, **options: Any) -> SettledPromise:
    promise: SettledPromise = api_of(http, **options)["trackClickBatch"](EVENTS, REQUEST)
    return promise


def api_of(http: FakeHttp, **options: Any) -> Any:
    return create_api({"endpoint": "/click", **options}, http)


# -- what is sent


def test_a_click_is_one_json_post_that_outlives_the_page() -> None:
    """`trackClick` posts the event as it is, as JSON, with keepalive, to the endpoint."""
    http = FakeHttp(OK)
    assert api_of(http)["trackClick"](EVENT, None).state == "resolved"
    (sent,) = http.sent
    assert (sent["method"], sent["url"], json.loads(sent["body"])) == ("POST", "/click", EVENT)
    assert sent["headers"] == {"Content-Type": "application/json"}
    assert sent["keepalive"] is True


def test_a_batch_is_a_batch_request() -> None:
    """`trackClickBatch` posts `{events, batchId, timestamp}` (CONTRACT 1.5) to `endpoint` + /batch."""
    http = FakeHttp(OK)
    assert batch(http).state == "resolved"
    (sent,) = http.sent
    assert sent["url"] == "/click/batch"
    assert json.loads(sent["body"]) == {"events": EVENTS, "batchId": "batch-1", "timestamp": 1700000000000}


@pytest.mark.parametrize("keepalive", [True, False])
def test_the_queue_decides_on_keepalive(keepalive: bool) -> None:
    """A batch is sent with the `keepalive` of its request (CONTRACT 5.1)."""
    http = FakeHttp(OK)
    api_of(http)["trackClickBatch"](EVENTS, {**REQUEST, "keepalive": keepalive})
    assert http.sent[0]["keepalive"] is keepalive


def test_a_redirect_is_not_followed() -> None:
    """Followed, a redirected POST becomes a GET without the events, so each request forbids it."""
    http = FakeHttp(OK)
    batch(http)
    assert http.sent[0]["redirect"] == "manual"


class PrototypeJson(FakeJson):
    """JSON on a page with Prototype.js, whose `Array.prototype.toJSON` makes a string of each list."""

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        if isinstance(value, dict):
            value = {key: self.stringify(item) if isinstance(item, list) else item for key, item in value.items()}
        text = super().stringify(value)
        return super().stringify(text) if isinstance(value, list) else text


def test_prototype_js_does_not_spoil_the_list() -> None:
    """On a page that has patched `Array.prototype.toJSON`, `events` arrives as a list all the same."""
    http = FakeHttp(OK)
    http.JSON = PrototypeJson()
    batch(http)
    assert json.loads(http.sent[0]["body"])["events"] == EVENTS


def test_every_option_reaches_the_request() -> None:
    """`headers`, `contentType`, `timeoutMs`, `fetch` and `batchEndpoint` are what a request is made with."""
    http = FakeHttp(OK)
    options = {"headers": {"X-Key": "k"}, "contentType": "text/plain", "timeoutMs": 500, "fetch": print}
    batch(http, batchEndpoint="/many", **options)
    (sent,) = http.sent
    assert sent["headers"] == {"Content-Type": "text/plain", "X-Key": "k"}
    assert (sent["url"], sent["timeout_ms"], sent["fetch"]) == ("/many", 500, print)


def test_a_header_of_the_host_has_the_last_word() -> None:
    """A host that names a `Content-Type` among its `headers` means it."""
    http = FakeHttp(OK)
    batch(http, headers={"Content-Type": "application/vnd.x+json"})
    assert http.sent[0]["headers"] == {"Content-Type": "application/vnd.x+json"}


def test_a_timeout_of_ten_seconds_is_the_default() -> None:
    """Without `timeoutMs` a request may take 10 s, the body included."""
    http = FakeHttp(OK)
    batch(http)
    assert http.sent[0]["timeout_ms"] == 10000


# -- what an answer is worth


def test_an_answer_in_json_is_handed_on() -> None:
    """A 2xx with JSON resolves to its value, so that the queue sees `rejected` and `retry` (CONTRACT 3.4)."""
    promise = batch(FakeHttp(FakeResponse(200, '{"rejected":[{"id":"b","reason":"unknown offer"}]}')))
    assert (promise.state, promise.value) == ("resolved", {"rejected": [{"id": "b", "reason": "unknown offer"}]})


@pytest.mark.parametrize(
    "answer",
    [
        FakeResponse(200, "", **HTML),
        FakeResponse(200, "ok"),
        FakeResponse(200, "ok", content_type="text/plain; charset=utf-8"),
        FakeResponse(202, "{cut"),
        FakeResponse(204),
        FakeResponse(299),
    ],
    ids=["empty", "text", "text by its type", "broken JSON", "no content", "the last one"],
)
def test_a_success_without_json_acknowledges(answer: FakeResponse) -> None:
    """200 to 299 with an empty body, or one that is neither JSON nor HTML, is success, resolved to None."""
    promise = click(answer)
    assert (promise.state, promise.value) == ("resolved", None)


@pytest.mark.parametrize(
    "answer",
    [
        FakeResponse(200, "<!doctype html>"),
        FakeResponse(200, "Log in", **HTML),
        FakeResponse(200, "\r\n<html>", content_type="TEXT/HTML"),
        FakeResponse(200, "\n\n<!DOCTYPE html>"),
        FakeResponse(200, "Log in", content_type="application/xhtml+xml"),
        FakeResponse(200, "  <html>", content_type="text/plain"),
    ],
    ids=["by its body", "by its content type", "in capitals", "after empty lines", "as XHTML", "as plain text"],
)
def test_a_web_page_acknowledges_nothing(answer: FakeResponse) -> None:
    """A 2xx web page is somebody else's, such as a captive portal's (CONTRACT 3.5): a failure that blames no event."""
    promise = click(answer)
    assert (promise.state, promise.value.fields["status"]) == ("rejected", 200)
    assert str(promise.value) == "/click returned 200 and HTML"


def test_json_that_calls_itself_html_is_json() -> None:
    """PHP says text/html of everything: what parses as JSON is an answer all the same."""
    promise = click(FakeResponse(200, '{"ok":true}', **HTML))
    assert (promise.state, promise.value) == ("resolved", {"ok": True})


@pytest.mark.parametrize("status", [199, 300, 302, 304, 400, 404, 429, 500])
def test_any_other_status_is_a_failure_that_names_it(status: int) -> None:
    """The error carries `status`, from which the queue tells the path's fault from the events' (CONTRACT 3.5)."""
    promise = click(FakeResponse(status, '{"ok":true}'))
    assert (promise.state, promise.value.fields["status"]) == ("rejected", status)
    assert str(promise.value) == f"/click returned {status}"


def test_an_answer_without_a_status_is_a_failure() -> None:
    """What a mocked fetch leaves out is not taken for a success."""
    assert click(FakeResponse(float("nan"))).state == "rejected"


def test_a_redirect_says_what_to_do() -> None:
    """A redirect that was not followed has status 0; the message asks for the final address."""
    promise = click(FakeResponse(0))
    assert (promise.state, promise.value.fields["status"]) == ("rejected", 0)
    assert str(promise.value) == "/click redirected; use the final URL"


def test_a_broken_line_is_handed_on_as_it_is() -> None:
    """What fetch fails with is what the promise rejects with."""
    error = OSError("cut")
    promise = click(error)
    assert (promise.state, promise.value) == ("rejected", error)


def test_what_cannot_be_written_rejects() -> None:
    """An event that JSON cannot write, or a request that is none, rejects; nothing is thrown at the caller."""
    api = api_of(FakeHttp())
    assert api["trackClick"]({"self": {1, 2}}, None).state == "rejected"
    assert api["trackClickBatch"](EVENTS, {}).state == "rejected"


# -- how long to wait


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [
        ({}, 0),
        ({"retry_after": "120"}, 120_000),
        ({"retry_after": "soon"}, 0),
        ({"retry_after": "Thu, 01 Jan 1970 00:01:30 GMT"}, 60_000),
        ({"retry_after": "Thu, 01 Jan 1970 00:00:10 GMT"}, -20_000),
        ({"retry_after": "Thu, 01 Jan 1970 00:01:30 GMT", "date": "Thu, 01 Jan 1970 00:01:00 GMT"}, 30_000),
    ],
    ids=["none", "seconds", "nonsense", "date by our clock", "past", "date by the server's clock"],
)
def test_retry_after_becomes_milliseconds(headers: dict[str, str], wait_ms: float) -> None:
    """`retryAfterMs` comes from seconds or an HTTP date, by the server's clock where it is readable; the queue waits for no past."""
    promise = click(FakeResponse(503, **headers), now_ms=30_000)
    assert promise.value.fields["retryAfterMs"] == wait_ms


# -- a server without a batch route


def test_without_a_batch_route_events_go_one_after_the_other() -> None:
    """`postEach` posts each event to `endpoint`, in their order, with the request's keepalive."""
    http = FakeHttp(OK, OK, OK)
    promise = post_each(api_of(http))["trackClickBatch"](EVENTS, {**REQUEST, "keepalive": False})
    assert [json.loads(sent["body"])["id"] for sent in http.sent] == ["a", "b", "c"]
    assert {(sent["url"], sent["keepalive"]) for sent in http.sent} == {("/click", False)}
    assert (promise.state, promise.value) == ("resolved", {"rejected": [], "retry": []})


def test_a_failure_of_the_first_is_the_failure_of_all() -> None:
    """With nothing answered yet the queue backs off, or splits, as for a batch: the error is the first event's."""
    http = FakeHttp(FakeResponse(400))
    promise = post_each(api_of(http))["trackClickBatch"](EVENTS, REQUEST)
    assert (promise.state, promise.value.fields["status"], len(http.sent)) == ("rejected", 400, 1)


def test_a_later_failure_asks_again_for_the_rest() -> None:
    """What was acknowledged stays so; the failing event and those behind it are for the next attempt."""
    http = FakeHttp(OK, OSError("cut"))
    promise = post_each(api_of(http))["trackClickBatch"](EVENTS, REQUEST)
    assert (promise.state, promise.value) == ("resolved", {"rejected": [], "retry": ["b", "c"]})
    assert len(http.sent) == 2


def test_what_single_answers_say_is_passed_on() -> None:
    """A server that answers one event with `rejected` or `retry` is heard as if it had answered a batch."""
    refusal = {"id": "a", "reason": "unknown offer"}
    answers = [FakeResponse(200, json.dumps({"rejected": [refusal]})), FakeResponse(200, '{"retry":["b"]}'), OK]
    promise = post_each(api_of(FakeHttp(*answers)))["trackClickBatch"](EVENTS, REQUEST)
    assert promise.value == {"rejected": [refusal], "retry": ["b"]}


# -- wrong options


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (None, TypeError, "options is null; allowed: object"),
        ({}, ValueError, 'options.endpoint is ""; allowed: string, not empty'),
        ({"endpoint": None}, TypeError, "options.endpoint is null; allowed: string, not empty"),
        ({"endpoint": ""}, ValueError, 'options.endpoint is ""; allowed: string, not empty'),
        ({"batchEndpoint": 7}, TypeError, "options.batchEndpoint is 7; allowed: string, not empty"),
        ({"contentType": ""}, ValueError, 'options.contentType is ""; allowed: string, not empty'),
        ({"timeoutMs": "1s"}, TypeError, 'options.timeoutMs is "1s"; allowed: whole number from 1 to 600000'),
        ({"timeoutMs": 0}, ValueError, "options.timeoutMs is 0; allowed: whole number from 1 to 600000"),
        ({"timeoutMs": 600001}, ValueError, "options.timeoutMs is 600001; allowed: whole number from 1 to 600000"),
        ({"headers": "X: 1"}, TypeError, 'options.headers is "X: 1"; allowed: object'),
        ({"fetch": "fetch"}, TypeError, 'options.fetch is "fetch"; allowed: function, or null'),
        (
            {"url": "/click"},
            TypeError,
            'options has no "url"; allowed: ["endpoint","batchEndpoint","timeoutMs","headers","contentType","fetch"]',
        ),
    ],
)
def test_a_wrong_option_is_named(options: Any, error: type[Exception], message: str) -> None:
    """A wrong option throws at construction and says its name, its value and what is allowed."""
    full = {"endpoint": "/click", **options} if options else options
    with pytest.raises(error) as caught:
        create_api(full, FakeHttp())
    assert str(caught.value) == "clickqueue: " + message
