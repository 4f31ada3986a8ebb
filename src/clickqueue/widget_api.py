"""The way to the endpoint: everything that knows HTTP stands here.

A promise of this module always settles, within `timeoutMs`, and it resolves only where a server has answered for the
events. Whatever else answers in its name, a captive portal or a redirect, is a failure: the queue keeps its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.api_options import read_api_options
from clickqueue.runtime import after, field, names, whole
from clickqueue.verdict import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import Event, Headers, Http, Response

    Settle = Callable[[Any], None]


def create_api(options: Any, http: Http) -> WidgetApi:
    """What a `ClickQueue` takes as its api, over the page's own fetch; throws where an option is wrong."""
    settings = read_api_options(options)

    def post(url: str, write: Callable[[], Any], keepalive: bool) -> Any:
        request = {
            "method": "POST",
            "headers": settings["headers"],
            "keepalive": keepalive,
            # Followed, a redirect becomes a GET without the events, and what that finds would acknowledge them.
            "redirect": "manual",
        }

        def start(resolve: Settle, reject: Settle) -> None:
            def answered(response: Response, text: str) -> None:
                value = value_of(text, http)
                fault = fault_of(response, text, value)
                if fault is None:
                    resolve(value)
                else:
                    reject(http.failure(url + " " + fault, response.status, wait_ms(response.headers, http)))

            request["body"] = write()
            http.exchange(settings["fetch"], url, request, settings["timeoutMs"], answered, reject)

        return http.promise(start)

    def post_one(event: Event, keepalive: bool) -> Any:
        return post(settings["endpoint"], lambda: http.json.dump(event), keepalive)

    def post_batch(events: list[Event], request: dict[str, Any]) -> Any:
        url = settings["batchEndpoint"]
        keepalive = field(request, "keepalive")
        if url is None:
            return http.promise(
                lambda resolve, reject: post_each(events, lambda event: post_one(event, keepalive), resolve, reject)
            )
        return post(url, lambda: batch_text(events, request, http), keepalive)

    return WidgetApi(post_one, post_batch)


class WidgetApi:
    """Two ways to the endpoint. Functions of their own, so that a host may take them off the object."""

    def __init__(self, post_one: Callable[[Event, bool], Any], post_batch: Callable[[list[Event], dict[str, Any]], Any]) -> None:
        # One event, as hosts did before there was a queue. A click often leaves the page, hence keepalive.
        self.track_click = lambda event: post_one(event, True)
        # A `BatchRequest`; resolves to what the server said of single events (CONTRACT 3.4).
        self.track_click_batch = post_batch


def post_each(events: list[Event], post: Callable[[Event], Any], resolve: Settle, reject: Settle) -> None:
    """One after the other, in their order, up to the first failure."""
    answer: dict[str, list[Any]] = {"rejected": [], "retry": []}

    def send(index: int) -> None:
        def done(value: Any) -> None:
            for key in names(answer):
                for item in listed(value, key):
                    answer[key].append(item)
            send(index + 1)

        def failed(error: Any) -> None:
            # With nothing answered before, this is a failure like any other (back off, or split to find the
            # culprit), and what follows comes too late to count.
            if index == 0:
                reject(error)
            for later in range(index, len(events)):
                answer["retry"].append(events[later]["id"])
            resolve(answer)

        if index < len(events):
            post(events[index]).then(done, failed)
        else:
            resolve(answer)

    send(0)


def batch_text(events: list[Event], request: dict[str, Any], http: Http) -> Any:
    """The body, put together event by event: a host's `Array.prototype.toJSON` (Prototype.js) spoils whole lists."""
    json = http.json
    text = ""
    for event in events:
        text += ("," if len(text) > 0 else "") + json.dump(event)
    rest = ',"timestamp":' + json.dump(request["timestamp"]) + "}"
    return '{"events":[' + text + '],"batchId":' + json.dump(request["batchId"]) + rest


def value_of(text: str, http: Http) -> Any:
    """The answer as JSON, None where it is none."""
    try:
        return http.json.load(text)
    except Exception:
        return None


def fault_of(response: Response, text: str, value: Any) -> str | None:
    """Why this answer acknowledges nothing, None where it does."""
    if response.status == 0:
        return "redirects; give the address it redirects to"
    if not 200 <= response.status <= 299:
        return "answered " + str(response.status)
    # PHP says text/html of everything: what parses as JSON is no web page.
    if value is None and len(text) > 0 and (text[0] == "<" or is_html(response.headers)):
        return "answered with a web page; answer with JSON or with nothing"
    return None


def is_html(headers: Headers) -> bool:
    content_type = headers.get("content-type")
    return content_type is not None and after(content_type, "text/html") is not None


def wait_ms(headers: Headers, http: Http) -> float | None:
    """The wait that `Retry-After` asks for, in seconds or until a date; None where it asks for none."""
    text = headers.get("retry-after")
    seconds = whole(str(text))
    if seconds >= 0:
        return seconds * 1000
    until_ms = http.parse_date_ms(text)
    # The server's own clock, where CORS exposes it: the visitor's may be wrong by hours.
    sent_at_ms = http.parse_date_ms(headers.get("date"))
    if until_ms is None:
        return None
    return max(0, until_ms - (http.now_ms() if sent_at_ms is None else sent_at_ms))
