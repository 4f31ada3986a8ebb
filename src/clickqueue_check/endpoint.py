"""The endpoint under test, as a browser's `fetch` speaks to it: one connection a request, no redirect is followed."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from clickqueue_check.answer import Answer
from clickqueue_check.events import Event, Events, dump

Route = Literal["event", "batch"]

JSON = "application/json"
TEXT = "text/plain"
FOREIGN_ORIGIN = "https://shop.example"
MAX_ANSWER_BYTES = 1_000_000  # an answer names events at most; a longer one is cut, not read for ever
GENTLE_STATUSES = (429, 503)  # the answers that may say when to come again


@dataclass(frozen=True)
class Target:
    """Where to ask and how. `batch_url` None: there is no batch route. `origin` None: the page's origin is not known."""

    url: str
    batch_url: str | None
    origin: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fields: Event = field(default_factory=dict)
    timeout_s: float = 10
    pause_s: float = 0
    """Between two requests, for an endpoint that limits their rate."""

    @property
    def own_origin(self) -> str:
        """The origin of the endpoint itself."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def foreign_origin(self) -> str:
        """The origin of a page elsewhere."""
        return self.origin or FOREIGN_ORIGIN


class Endpoint:
    """Sends, and remembers every answer to a POST and every id that was acknowledged."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.events = Events(target.fields)
        self.answers: list[Answer] = []
        self.acknowledged: set[str] = set()
        self.requests = 0
        self.routes: list[Route] = ["event", "batch"] if target.batch_url is not None else ["event"]
        """The routes that there are."""

    def post_event(self, event: Event, content_type: str = JSON, origin: str | None = None) -> Answer:
        """One event to its route."""
        return self._note([event], self.post("event", dump(event), {"Content-Type": content_type}, origin))

    def post_events(self, events: list[Event], content_type: str = JSON, origin: str | None = None) -> Answer:
        """A batch with a `batchId` of its own to the batch route."""
        return self.post_batch(self.events.batch(events), content_type, origin)

    def post_batch(self, batch: dict[str, Any], content_type: str = JSON, origin: str | None = None) -> Answer:
        """A `BatchRequest` to the batch route."""
        return self._note(batch["events"], self.post("batch", dump(batch), {"Content-Type": content_type}, origin))

    def post_new(self, route: Route, content_type: str = JSON, origin: str | None = None) -> Answer:
        """A new event to its route, or a batch of three to the batch route."""
        if route == "event":
            return self.post_event(self.events.one(), content_type, origin)
        return self.post_events(self.events.several(3), content_type, origin)

    def post(self, route: Route, body: bytes, headers: dict[str, str], origin: str | None = None) -> Answer:
        """Any body."""
        answer = self._ask("POST", route, body, {**self.target.headers, **headers, "Origin": origin or self._page_origin()})
        self.answers.append(answer)
        return answer

    def preflight(self, route: Route, origin: str) -> Answer:
        """The question that a browser asks before a POST with `application/json` from another origin."""
        names = sorted({"content-type", *(name.lower() for name in self.target.headers)})
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": ",".join(names), "Origin": origin}
        return self._ask("OPTIONS", route, None, asked)

    def _page_origin(self) -> str:
        # Browsers send `Origin` with every POST, and an endpoint may refuse an origin that it does not know.
        return self.target.origin or self.target.own_origin

    def _note(self, events: list[Event], answer: Answer) -> Answer:
        if answer.outcome() == "taken":
            self.acknowledged |= {event["id"] for event in events} - set(map(str, answer.unacknowledged_ids()))
        return answer

    def _ask(self, method: str, route: Route, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.requests += 1
        time.sleep(self.target.pause_s)  # The user's `--pause`, for endpoints with a limit of requests per second; 0 unless set.
        url = urlsplit(self.target.url if route == "event" else str(self.target.batch_url))
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.netloc, timeout=self.target.timeout_s)
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            return exchange(connection, lambda: connection.request(method, path, body, headers), self.target.timeout_s)
        finally:
            connection.close()


def exchange(connection: http.client.HTTPConnection, send: Callable[[], None], timeout_s: float) -> Answer:
    """Send and read one answer; a fault of the connection becomes an `Answer` without a status."""
    until_s = time.monotonic() + timeout_s
    failure: OSError | None = None
    try:
        send()
    except OSError as error:
        # A server may answer 413 and close while the body is still on its way: a browser reads that answer, too.
        failure = error
    try:
        if connection.sock is None:
            raise failure or ConnectionError("not connected")
        with connection.getresponse() as response:
            body = read(response, until_s)
    except TimeoutError:
        return Answer(error=f"no answer within {timeout_s:g} s")
    except (OSError, http.client.HTTPException) as error:
        return Answer(error=f"no answer: {failure or error or type(error).__name__}")
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, decoded(body, headers.get("content-encoding", "")))


def read(response: http.client.HTTPResponse, until_s: float) -> bytes:
    """The body, up to a limit. Raises TimeoutError when it trickles for too long."""
    body = b""
    while len(body) < MAX_ANSWER_BYTES:
        piece = response.read1(65536)
        if not piece:
            break
        if time.monotonic() > until_s:
            raise TimeoutError
        body += piece
    return body


def decoded(body: bytes, encoding: str) -> str:
    """The text of a body; browsers unpack gzip without being asked to."""
    if encoding.lower() == "gzip":
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError):
            return ""
    return body.decode("utf-8", "replace")
