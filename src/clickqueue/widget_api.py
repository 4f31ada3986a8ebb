"""The way to the endpoint: everything that knows HTTP stands here.

A promise of this module always settles, within `timeoutMs`, and it resolves only where a server has answered for the
events. Whatever else answers in its name, a captive portal or a redirect, is a failure: the queue keeps its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.api_options import read_api_options
from clickqueue.runtime import after, array_text, field, matches, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import Event, Headers, Http, Response


def create_api(options: Any, http: Http) -> dict[str, Any]:
    """What a `ClickQueue` takes as its api, over the page's own fetch; throws where an option is wrong."""
    settings = read_api_options(options)

    def post(url: str, write: Callable[[], Any], keepalive: bool) -> Any:
        def prepare() -> dict[str, Any]:
            return {
                "method": "POST",
                "headers": settings["headers"],
                "keepalive": keepalive,
                # Followed, a redirect becomes a GET without the events, and what that finds would acknowledge them.
                "redirect": "manual",
                "body": write(),
            }

        return http.exchange(settings, url, prepare, lambda response, text: judge(url, response, text, http))

    def post_one(event: Event, request: Any) -> Any:
        # One event, as hosts did before there was a queue: a click often leaves the page, hence keepalive.
        return post(settings["endpoint"], lambda: http.json.dump(event), field(request, "keepalive") is not False)

    def post_batch(events: list[Event], request: dict[str, Any]) -> Any:
        # A `BatchRequest`, which resolves to what the server said of single events (CONTRACT 3.4).
        return post(settings["batchEndpoint"], lambda: batch_text(events, request, http), field(request, "keepalive"))

    return {"trackClick": post_one, "trackClickBatch": post_batch}


def batch_text(events: list[Event], request: dict[str, Any], http: Http) -> str:
    """The body, put together event by event: a host's `Array.prototype.toJSON` (Prototype.js) spoils whole lists."""
    json = http.json
    rest: Any = after(json.dump({"batchId": request["batchId"], "timestamp": request["timestamp"]}), "{")
    return '{"events":' + array_text(events, lambda event: json.dump(event)) + "," + str(rest)


def judge(url: str, response: Response, text: str, http: Http) -> Any:
    """The answer's JSON, null where it is none; fails where it acknowledges nothing."""
    status = response.status
    value = None
    said = " redirects; give its target" if status == 0 else " answered " + str(status)
    is_good = 200 <= status <= 299
    try:
        value = http.json.load(text)
    except Exception:
        # PHP says text/html of everything: what parses as JSON is no web page.
        if looks_like_html(text, response.headers):
            is_good = False
            said += " with HTML"
    return value if is_good else http.fail(url + said, {"status": status, "retryAfterMs": wait_ms(response.headers, http)})


def looks_like_html(text: str, headers: Headers) -> bool:
    """The page of a captive portal: it begins with a tag, or its type is one of HTML and it is not empty."""
    content_type: Any = headers.get("content-type")
    return matches(text, "^\\s*<") or (len(text) > 0 and matches(str(content_type), "html"))


def wait_ms(headers: Headers, http: Http) -> float:
    """The wait that `Retry-After` asks for, in seconds or until a date; 0 where it asks for none."""
    text = headers.get("retry-after")
    seconds = whole(text)
    # By the server's own clock, where CORS exposes it: the visitor's may be wrong by hours.
    now_ms = http.date_ms(headers.get("date"), http.clock.now_ms())
    return seconds * 1000 if seconds >= 0 else max(0, http.date_ms(text, now_ms) - now_ms)
