"""The way to the endpoint over HTTP.

A promise of this module always settles, within `timeoutMs`, and it resolves only where a server has answered for the
events. Any other response, of a captive portal or a redirect, is a failure: the queue keeps its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.http.api_options import read_api_options
from clickqueue.platform.runtime import field, kind
from clickqueue.platform.texts import json_array, looks_like_html, parse_whole
from clickqueue.platform.web import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.platform.ports import Event, Headers, Http, Response


def create_api(options: Any, http: Http) -> dict[str, Any]:
    """The api of a `ClickQueue` over the page's own fetch; raises TypeError or RangeError where an option is wrong."""
    settings = read_api_options(options)

    def post(url: str, body_of: Callable[[], Any], request: Any) -> Any:
        def prepare(signal: Any) -> dict[str, Any]:
            return {
                "method": "POST",
                "headers": settings["headers"],
                # A click often leaves the page.
                "keepalive": field(request, "keepalive") is not False,
                # A redirect that is followed becomes a GET without the events, and its response would acknowledge them.
                "redirect": "manual",
                "signal": signal,
                "body": body_of(),
            }

        return http.exchange(settings, url, prepare, lambda response, text: read_answer(url, response, text, http))

    return {
        "trackClick": lambda event, request: post(settings["endpoint"], lambda: to_json(http, event), request),
        "trackClickBatch": lambda events, request: post(
            settings["batchEndpoint"], lambda: batch_text(events, request, http), request
        ),
    }


def batch_text(events: list[Event], request: dict[str, Any], http: Http) -> str:
    """The body of a batch. It is joined from texts, so that each event is in it unchanged, even if the host patched arrays."""
    head = '{"batchId":' + str(to_json(http, request["batchId"])) + ',"timestamp":' + str(to_json(http, request["timestamp"]))
    return head + ',"events":' + json_array(events, lambda event: to_json(http, event)) + "}"


def read_answer(url: str, response: Response, text: str, http: Http) -> Any:
    """The JSON of the response, None where it is none; fails where it acknowledges nothing."""
    status = response.status
    value = None
    is_good = 200 <= status <= 299
    message = " redirected; use the final URL" if status == 0 else " returned " + str(status)
    try:
        value = http.JSON.parse(text)
    except Exception:
        # PHP sends everything as text/html: a text that parses as JSON is no web page.
        if looks_like_html(text, response.headers.get("content-type")):
            is_good = False
            message += " and HTML"
    fields = {"status": status, "retryAfterMs": retry_after_of(response.headers, http)}
    return value if is_good else http.fail(url + message, fields)


def retry_after_of(headers: Headers, http: Http) -> float:
    """The wait that `Retry-After` asks for, in seconds or until a date; 0 where it asks for none."""
    text = headers.get("retry-after")
    seconds = parse_whole(text)
    # By the server's own clock, where CORS exposes it: the visitor's may be wrong by hours.
    now_ms = date_ms(headers.get("date"), http.Date.now(), http)
    return seconds * 1000 if seconds >= 0 else date_ms(text, now_ms, http) - now_ms


def date_ms(text: str | None, otherwise_ms: float, http: Http) -> float:
    parsed_ms = http.Date.parse(text)
    return parsed_ms if kind(parsed_ms) == "number" else otherwise_ms
