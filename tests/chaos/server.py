"""The server of one round: it serves the page and dist/, stores events by id, and answers as the round's temper wants.

It is an origin of its own (its port is one), so that rounds side by side share neither storage nor locks.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.chaos.faults import KILLED, Fault, Temper
from tests.chaos.log import Log, Request, now_ms
from tests.chaos.receiver import Receiver

HERE = Path(__file__).resolve().parent
DIST = HERE.parents[1] / "dist"
AWAY = b"<!doctype html><meta charset=utf-8><title>away</title>"
FILES = {
    "/": (HERE / "page.html", "text/html"),
    "/page.js": (HERE / "page.js", "text/javascript"),
    "/dist/clickqueue.js": (DIST / "clickqueue.js", "text/javascript"),
}
BATCH = "/api/track/click/batch"


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and a free port until the block ends."""

    daemon_threads = True
    block_on_close = False  # `__exit__` ends the connections that a browser keeps open
    request_queue_size = 128

    def __init__(self, log: Log, host: str = "127.0.0.1", receiver: Receiver | None = None) -> None:
        self.log = log
        self.receiver = receiver
        self.temper = Temper(log.seed)
        self.is_over = threading.Event()
        self.news = threading.Condition()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Handler)
        self.origin = f"http://{host}:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.is_over.set()
        self.shutdown()
        self._thread.join()
        for connection in list(self._connections):
            _close(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that it can be ended."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget it again."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser hangs up at any time, which is no news here."""

    def calm_down(self) -> None:
        """No more faults."""
        self.temper.mood = "good"
        if self.receiver:
            self.receiver.is_spared = True

    def wait_for_news(self, at_most_s: float) -> None:
        """Return when the next request has come, or after `at_most_s`."""
        with self.news:
            self.news.wait(at_most_s)


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with connections that stay open, as real servers have them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *arguments: object) -> None:
        """The round has a log of its own."""

    def do_GET(self) -> None:
        """The page, the module, and somewhere else to go."""
        path = self.path.partition("?")[0]
        if path == "/away":
            self._send(200, AWAY, {"Content-Type": "text/html"})
        elif path in FILES:
            file, kind = FILES[path]
            self._send(200, file.read_bytes(), {"Content-Type": kind})
        else:
            self._send(404, b"", {})

    def do_POST(self) -> None:
        """A batch."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != BATCH:
            return self._send(404, b"", {})
        request = Request(
            queue=self.headers["X-Queue"],
            batch_id=body["batchId"],
            marks={event["id"]: event["offerId"] for event in body["events"]},
            sent_ms=body["timestamp"],
            came_ms=now_ms(),
            fault="",
        )
        fault = self.server.temper.draw(list(request.marks))
        settle(request, fault)
        report: dict[str, Any] = {}
        if request.stored and self.server.receiver:
            fault, report = self._pass_on(body, request, fault, self.server.receiver)
        request.fault = fault.name
        self.server.log.requests.append(request)
        with self.server.news:
            self.server.news.notify_all()
        with suppress(OSError):
            if self._answer(fault, report):
                request.done_ms = now_ms()
        return None

    def _pass_on(self, body: dict[str, Any], request: Request, fault: Fault, receiver: Receiver) -> tuple[Fault, dict[str, Any]]:
        """Let a receiver store what the fault does not keep from it; the fault that is left, and the receiver's report."""
        try:
            report = receiver.store({**body, "events": [each for each in body["events"] if each["id"] in request.stored]})
        except AssertionError as error:
            self.server.log.stuck.append(str(error))
            report = None
        if report is None:
            request.stored, request.refused = [], []
            return KILLED, {}
        if report["rejected"]:
            self.server.log.stuck.append(f"the receiver rejected {report['rejected']}")
        return fault, report

    def _answer(self, fault: Fault, report: dict[str, Any]) -> bool:
        """Carry a fault out; whether a whole answer has left."""
        self.server.is_over.wait(fault.delay_s)
        if fault.is_cut:
            self.close_connection = True
            _close(self.connection)
            return False
        text = fault.text or json.dumps(report | fault.answer())
        body = b"" if fault.status == 204 else text.encode().ljust(40)
        self._send(fault.status, body, {"Content-Type": "application/json", **fault.headers}, fault.trickle_s)
        return True

    def _send(self, status: int, body: bytes, headers: dict[str, str], trickle_s: float = 0.0) -> None:
        self.send_response(status)
        for name, value in {"Cache-Control": "no-cache", **headers}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        pieces = [body[at : at + 8] for at in range(0, len(body), 8)] if trickle_s else [body]
        for piece in pieces:
            self.server.is_over.wait(trickle_s / len(pieces))
            self.wfile.write(piece)
            self.wfile.flush()


def settle(request: Request, fault: Fault) -> None:
    """Note what becomes of the events of a request."""
    named = {*fault.retry, *fault.rejected}
    ids = list(request.marks)
    request.stored = [event_id for event_id in ids if fault.stores and event_id not in named]
    request.refused = list(fault.rejected)
    if fault.blames_events and len(ids) == 1:
        request.refused = ids


def _close(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
