"""`createWidgetApi` in CPython and in dist/clickqueue.js: the same requests, the same errors, the same meaning of each response."""

from __future__ import annotations

import json
from typing import Any

from clickqueue.http.post_each import post_each
from clickqueue.http.widget_api import create_api
from tests.fakes import FakeHttp, FakeResponse, HttpFailure, SettledPromise
from tests.twin.conftest import Page
from tests.twin.recorder import told
from tests.twin.test_runtime import unpack
from tests.twin.values import shown

FUNCTION = {"$odd": "function"}
ODD_VALUES: list[Any] = [
    None,
    True,
    0,
    1,
    10.5,
    600_001,
    -1,
    {"$odd": "NaN"},
    "",
    "5",
    "undefined",
    "null",
    [],
    ["a"],
    {},
    FUNCTION,
]
FIELDS = ("endpoint", "batchEndpoint", "timeoutMs", "headers", "contentType", "fetch", "unknown", "toString", "__proto__", "")
HEADERS: list[Any] = [{"a": value} for value in ODD_VALUES] + [
    {"": "a"},
    {"X-Tenant": "a", "Content-Type": "text/plain"},
    {"ä": "b"},
]
OPTIONS: list[Any] = [
    *ODD_VALUES,
    *({"endpoint": "/clicks", field: value} for field in FIELDS for value in ODD_VALUES),
    *({"endpoint": "/clicks", "headers": headers} for headers in HEADERS),
]

DATE = "Tue, 24 Nov 2026 12:00:00 GMT"
LATER = "Tue, 24 Nov 2026 12:00:07 GMT"
TEXTS = ["", "{}", "null", '{"rejected":[]}', "[1]", "fine", "<p>", " \n<html>", "\ufeff{}", '{"a":1e400}', "7", '"text"', "{"]
STATUSES = [0, 200, 204, 299, 300, 400, 413, 422, 500, 503]
TYPES: list[dict[str, str]] = [
    {},
    {"content-type": "text/html"},
    {"content-type": "TEXT/HTML; charset=utf-8"},
    {"content-type": "text/plain"},
]
# Not "7.5" and "-7", which `Date.parse` takes for dates of 2001: the queue takes a wait that is over for none.
WAITS: list[dict[str, str]] = [
    *({"retry-after": text, "date": DATE} for text in ("", "0", "7", "07", "1e3", "9" * 15, "soon", DATE, LATER)),
    *({"retry-after": text} for text in ("", "0", "7", "soon")),
    {"date": LATER},
]
EVENTS: list[Any] = [
    [],
    [{"id": "a", "note": 'ä😀 "\\'}],
    [{"id": "a"}, {"id": "b", "n": 0.5, "list": [1, [None]], "o": {}}],
    [{"id": "\ud800"}],
]
REQUESTS: list[Any] = [
    {"batchId": "b1", "timestamp": 1_700_000_000_000, "keepalive": keepalive} for keepalive in (True, False, None, 0)
]


def case(
    response: dict[str, Any] | None, options: Any = None, method: str = "trackClickBatch", values: Any = None
) -> dict[str, Any]:
    return {
        "options": {"endpoint": "/clicks", **(options or {})},
        "method": method,
        "values": values or [EVENTS[1], REQUESTS[0]],
        "response": response,
    }


def response(status: int = 200, text: str = "", headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "text": text, "headers": headers or {}}


CASES = [
    case(None),
    *(case(response(status, text, headers)) for status in STATUSES for text in TEXTS for headers in TYPES),
    *(case(response(503, "", headers)) for headers in WAITS),
    *(case(response(), {}, "trackClickBatch", [events, request]) for events in EVENTS for request in REQUESTS),
    *(
        case(response(), {}, "trackClick", [event, request])
        for event in ({"id": "a"}, {})
        for request in (None, {}, {"keepalive": False})
    ),
    *(case(response(), {"headers": headers}) for headers in ({}, {"X-Tenant": "a"}, {"Content-Type": "b"})),
    *(case(response(), {"endpoint": endpoint}) for endpoint in ("/", "/a/", "/a?b=c", "https://h/a/?b")),
    case(response(), {"batchEndpoint": "/other", "contentType": "text/plain"}),
]

ABC = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
GOOD = response(200, "{}")
REJECTED = response(200, '{"rejected":[{"id":"b","reason":"closed"}],"retry":["a"]}')
EACH: list[Any] = [
    [[], []],
    *([ABC, [one, two, GOOD]] for one in (GOOD, REJECTED, response(503), None) for two in (GOOD, REJECTED, response(422), None)),
    [ABC, [response(200, text) for text in ('{"retry":"all"}', "[]", "null")]],
]


def refused(options: Any) -> str:
    http: Any = FakeHttp()
    try:
        create_api(unpack(options), http)
    except Exception as error:
        return told(error)
    return "fine"


def exchanged(options: dict[str, Any], method: str, values: list[Any], response: dict[str, Any] | None) -> str:
    script = FakeResponse(response["status"], response["text"], **response["headers"]) if response else Exception("no network")
    http: Any = FakeHttp(script)
    promise = create_api(options, http)[method](*map(unpack, values), *[None] * (2 - len(values)))
    sent = [[each[name] for name in ("url", "method", "headers", "keepalive", "redirect", "body")] for each in http.sent]
    if promise.state == "resolved":
        return shown([sent, "resolved", promise.value])
    error = promise.value
    fields = error.fields if isinstance(error, HttpFailure) else {}
    return shown([sent, "rejected", str(error), fields.get("status"), fields.get("retryAfterMs")])


def posted_each(events: list[Any], responses: list[Any]) -> str:
    http: Any = FakeHttp(*(FakeResponse(each["status"], each["text"]) if each else Exception("no network") for each in responses))
    api = post_each(create_api({"endpoint": "/clicks"}, http))
    # Without events the answer is no promise.
    promise = SettledPromise(lambda: api["trackClickBatch"](events, REQUESTS[0]))
    value = promise.value if promise.state == "resolved" else str(promise.value)
    return shown([len(http.sent), promise.state, value])


def test_errors_of_bad_options(page: Page) -> None:
    """The same error with the same message in both languages (CONTRACT 1.6)."""
    others = page.call("refused", json.dumps(OPTIONS))
    differences = [
        f"{options}: CPython {mine}, JavaScript {other}"
        for options, other in zip(OPTIONS, others, strict=True)
        if (mine := refused(options)) != other
    ]
    assert not differences, "\n".join(differences)


def test_post_each(page: Page) -> None:
    """The same requests and the same answer of `postEach` in both languages (CONTRACT 3.4)."""
    others = page.call("postedEach", json.dumps(EACH))
    differences = [
        f"{case}: CPython {mine}, JavaScript {other}"
        for case, other in zip(EACH, others, strict=True)
        if (mine := posted_each(*case)) != other
    ]
    assert not differences, "\n".join(differences)


def test_requests_and_responses(page: Page) -> None:
    """The same request, and the same meaning of the response, in both languages (CONTRACT 3.5, 3.6)."""
    others = page.call("exchanged", json.dumps(CASES))
    differences = [
        f"{case}: CPython {mine}, JavaScript {other}"
        for case, other in zip(CASES, others, strict=True)
        if (mine := exchanged(**case)) != other
    ]
    assert not differences, "\n".join(differences)
