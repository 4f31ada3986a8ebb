"""The real end of the line: an HTTP endpoint that remembers every request and stores every event once.

One law: what a test asserts was received here, over a socket, from a browser. The page has no say in it.
"""

from __future__ import annotations

import json
import mimetypes
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
FOLDERS = {name: ROOT / name for name in ("build", "dist", "examples", "npm")} | {"pages": HERE / "pages", "browser": HERE}
SINGLE, BATCH = "/api/track/click", "/api/track/click/batch"
OTHER_BATCH = "/api/track/view/batch"  # for events of another kind

Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the endpoint does with one request. Stored is what a 2xx acknowledges, and what `is_lost` keeps to itself."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False
    is_hung: bool = False
    is_lost: bool = False

    def stores(self, event: Event) -> bool:
        """Whether this answer means that the event arrived."""
        if self.is_lost:
            return True
        if self.is_cut or self.is_hung or not 200 <= self.status < 300 or isinstance(self.body, str):
            return False
        listed = self.body if isinstance(self.body, dict) else {}
        refused = [item["id"] for item in listed.get("rejected", [])] + listed.get("retry", [])
        return event["id"] not in refused


OK = Answer()
CUT = Answer(is_cut=True)
HUNG = Answer(is_hung=True)
LOST = Answer(is_cut=True, is_lost=True)
PORTAL = Answer(200, "<!doctype html><title>Welcome to our wireless network</title>", {"Content-Type": "text/html"})


@dataclass(frozen=True)
class Received:
    """One request, as it came."""

    at_s: float
    path: str
    events: list[Event]
    batch_id: str | None
    timestamp: int | None
    headers: dict[str, str]

    @property
    def ids(self) -> list[str]:
        """The ids of its events, in their order."""
        return [event["id"] for event in self.events]


_ports = iter(range(20_000, 32_000))
"""Each is used once, and they are below those that the system gives out: a port that another server had has its storage, too."""


def _unused_port() -> int:
    for port in _ports:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port from 20000 to 31999 is free")


class Endpoint(HTTPServer):
    """A pytest-httpserver on 127.0.0.1 and a port of its own, which makes it an origin of its own: empty storage, free locks."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", _unused_port(), threaded=True)
        self.requests: list[Received] = []
        self.methods: list[str] = []
        self.store: dict[str, Event] = {}
        self.repeated: list[str] = []
        self.reports: list[Any] = []
        self.page_headers: dict[str, str] = {}
        self.allowed_origin: str | None = None
        self.clock_s: float | None = None  # what the Date header says; None: the truth
        self.otherwise: Callable[[Received], Answer] = lambda received: OK
        self.may_answer_preflight = threading.Event()
        self.may_answer_preflight.set()
        self._script: list[Answer] = []
        self._is_cut = False
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        for path in (SINGLE, BATCH, OTHER_BATCH):
            self.expect_request(path).respond_with_handler(self._track)
        self.expect_request("/elsewhere").respond_with_handler(lambda request: Response(status=204))
        self.expect_request("/report").respond_with_handler(self._report)
        self.expect_request("/favicon.ico").respond_with_handler(lambda request: Response(status=404))
        for name in FOLDERS:
            self._serve_files(name)

    # -- for tests

    def answer(self, *answers: Answer) -> None:
        """What the next requests get, one each; after that `otherwise` decides."""
        self._script = list(answers)

    def page(self, name: str = "bed.html") -> str:
        """The address of a page of tests/browser/pages."""
        return self.url_for(f"/pages/{name}")

    @property
    def sizes(self) -> list[int]:
        """How many events each request carried."""
        return [len(received.events) for received in self.requests]

    @property
    def duplicates(self) -> int:
        """How often an event came that the store already had."""
        return len(self.repeated)

    def cut(self) -> None:
        """No connection comes in any more, and those that are open break."""
        self._is_cut = True
        self.stop()

    def mend(self) -> None:
        """Back on the same port."""
        self._is_cut = False
        self.start()

    def close(self) -> None:
        """Let hanging requests go and stop."""
        self._is_over.set()
        self.may_answer_preflight.set()
        if self.is_running():
            self.stop()

    def start(self) -> None:
        """As the base class does, with a Date header that a test may set, and without a line for each request."""
        super().start()
        endpoint = self

        class Handler(WSGIRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(endpoint.clock_s if timestamp is None else timestamp)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Requests are remembered, not logged."""

        assert self.server is not None
        self.server.RequestHandlerClass = Handler

    def thread_target(self) -> None:
        """As the base class does, but stopping takes 20 ms and not half a second."""
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.02)

    # -- inside

    def _serve_files(self, name: str) -> None:
        def serve(request: Request) -> Response:
            file = (FOLDERS[name] / request.path.removeprefix(f"/{name}/")).resolve()
            if not file.is_relative_to(FOLDERS[name]) or not file.is_file():
                return Response(status=404)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            # Not "no-store", which in Firefox keeps a page out of the back/forward cache.
            return Response(file.read_bytes(), headers={"Content-Type": kind, "Cache-Control": "no-cache", **self.page_headers})

        self.expect_request(re.compile(f"^/{name}/"), method="GET").respond_with_handler(serve)

    def _track(self, request: Request) -> Response:
        if self._is_cut:
            return _hang_up(request)
        self.methods.append(request.method)
        if request.method == "OPTIONS":
            self.may_answer_preflight.wait()
            return Response(status=204, headers=self._cors())
        received = _read(request)
        with self._lock:
            self.requests.append(received)
            answer = self._script.pop(0) if self._script else self.otherwise(received)
            self._keep([event for event in received.events if answer.stores(event)])
        if answer.is_hung:
            self._is_over.wait()
        if answer.is_hung or answer.is_cut:
            return _hang_up(request)
        body = answer.body if isinstance(answer.body, str) else "" if answer.body is None else json.dumps(answer.body)
        return Response(body, answer.status, {"Content-Type": "application/json", **self._cors(), **answer.headers})

    def _report(self, request: Request) -> Response:
        self.reports.append(json.loads(request.get_data()))
        return Response(status=204)

    def _keep(self, events: list[Event]) -> None:
        for event in events:
            if event["id"] in self.store:
                self.repeated.append(event["id"])
            self.store.setdefault(event["id"], event)

    def _cors(self) -> dict[str, str]:
        if self.allowed_origin is None:
            return {}
        return {
            "Access-Control-Allow-Origin": self.allowed_origin,
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Expose-Headers": "retry-after, date",
        }


def _read(request: Request) -> Received:
    at_s = time.monotonic()
    body = json.loads(request.get_data())
    events = [body] if request.path == SINGLE else body["events"]
    return Received(at_s, request.path, events, body.get("batchId"), body.get("timestamp"), dict(request.headers))


def _hang_up(request: Request) -> Response:
    with suppress(OSError):
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response(status=500)
