"""The demo's server. Invariant: every request ends in an answer, whatever it contains, unless `answer` says otherwise.

Real where the demo must be believed (HTTP, SQLite), scripted where a person wants to break things: `answer` says what
the two tracking routes do with the next request. Only the page of this server may set it. Standard library alone.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from examples.demo_json import BATCH, SINGLE, BadRequest, as_batch, as_object
from examples.demo_state import ANSWERS, Demo

__all__ = ["ANSWERS", "BATCH", "MAX_BODY_BYTES", "PAGE", "ROOT", "SINGLE", "Demo", "serve"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/examples/widget-offline-test.html"

RETRY_AFTER_S = 6  # longer than the first backoff of 2 s, so that a person sees who is obeyed
MAX_BODY_BYTES = 1_000_000  # a batch is at most 60 000; what is larger comes from no queue
MAX_DIGITS = 20  # of a Content-Length; Python counts no further than 4 300
BODY_TIMEOUT_S = 10  # as long as the client itself waits for an answer
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

# The page is a guest's worst case, to show that the module lives with it (CONTRACT 7.1).
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FOLDERS = ("examples", "dist", "node_modules/uplot/dist")  # the last one has the charts of the operator's page
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".map": "application/json",
}


class Handler(BaseHTTPRequestHandler):
    """One connection of a browser."""

    demo: ClassVar[Demo]
    protocol_version = "HTTP/1.1"
    timeout = 60  # a browser keeps connections that it no longer needs

    def do_GET(self) -> None:
        """The page, its files, and what the server knows."""
        path = self.path.partition("?")[0]
        if path == "/":
            self._send(HTTPStatus.FOUND, headers={"Location": PAGE})
        elif path.startswith("/control/") and not self._is_from_our_page():
            self._forbid()
        elif path == "/control/state":
            self._send_json(HTTPStatus.OK, self.demo.state())
        elif path == "/control/metrics":
            self._send_json(HTTPStatus.OK, self.demo.figures())
        elif path == "/control/stream":
            self._stream()
        else:
            self._send_file(path)

    def do_POST(self) -> None:
        """The two tracking routes, and the switches of the page."""
        try:
            body = self._read_json()
            if self.path in (SINGLE, BATCH):
                self._track(as_batch(self.path, body))
            elif self.path.startswith("/control/") and not self._is_from_our_page():
                self._forbid()
            elif self.path == "/control/answer":
                self._set_answer(body.get("answer"))
                self._send_json(HTTPStatus.OK, self.demo.state())
            elif self.path == "/control/reset":
                self.demo.reset()
                self._send_json(HTTPStatus.OK, self.demo.state())
            else:
                self._send_json(HTTPStatus.NOT_FOUND, {"error": f"no route {self.path}; there are {SINGLE} and {BATCH}"})
        except BadRequest as fault:
            self._send_json(fault.status, {"error": str(fault)})

    def _set_answer(self, answer: object) -> None:
        try:
            self.demo.answer = answer
        except ValueError as fault:
            raise BadRequest(str(fault)) from None

    def _track(self, batch: dict[str, Any]) -> None:
        demo, entry = self.demo, self.demo.note(self.path, batch)
        # As far away as servers are: next door, no eye would see a request under way. Tests have it at 0.
        time.sleep(demo.latency_s)
        answer = demo.answer
        if answer == "hangs":
            self._wait_for_the_end(entry)
            # A forgotten one is answered: with keepalive it has outlived its page, and Chromium repeats what is hung up.
            if not demo.is_forgotten(entry):
                self._hang_up()
                return demo.settle(entry, "hung")
        if answer == "cut":
            self._hang_up()
            return demo.settle(entry, "cut")
        if answer in ("500", "429"):
            demo.settle(entry, answer)
            headers = {"Retry-After": str(RETRY_AFTER_S)} if answer == "429" else {}
            return self._send_json(HTTPStatus(int(answer)), {"error": "as you wish"}, headers)
        added = demo.book(entry, batch["events"])
        if answer == "lost":
            self._hang_up()
            return demo.settle(entry, "lost", added)
        demo.settle(entry, "200", added)
        return self._send_json(HTTPStatus.OK, {"accepted": len(batch["events"])})

    def _wait_for_the_end(self, entry: dict[str, Any]) -> None:
        while not self.demo.is_closing and not self.demo.is_forgotten(entry):
            readable, _, _ = select.select([self.connection], [], [], 0.1)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                break

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b"retry: 500\n\n")
        for state in self.demo.watch():
            self.wfile.write(b": still here\n\n" if state is None else f"data: {json.dumps(state)}\n\n".encode())

    def _is_from_our_page(self) -> bool:
        """Whether the page that asks is ours. A foreign name may lead to this address, too (DNS rebinding)."""
        host = self.headers.get("Host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        return name in LOOPBACK and self.headers.get("Origin", f"http://{host}") == f"http://{host}"

    def _forbid(self) -> None:
        self._send_json(HTTPStatus.FORBIDDEN, {"error": f"only the page of this server, on {LOOPBACK[0]}, may ask for /control/"})

    def _read_json(self) -> dict[str, Any]:
        return as_object(self._read_body(self._content_length()))

    def _content_length(self) -> int:
        """Raises BadRequest, after which the connection ends: where the next request begins is not known."""
        text = self.headers.get("Content-Length", "0")
        is_chunked = "Transfer-Encoding" in self.headers
        is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and not is_chunked
        if is_number and int(text) <= MAX_BODY_BYTES:
            return int(text)
        self.close_connection = True
        if is_number:
            fault = f"the body has {text} bytes; at most {MAX_BODY_BYTES} are taken"
            raise BadRequest(fault, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        raise BadRequest("the body needs its number of bytes as Content-Length", HTTPStatus.LENGTH_REQUIRED)

    def _read_body(self, length: int) -> bytes:
        self.connection.settimeout(BODY_TIMEOUT_S)
        try:
            return self.rfile.read(length)
        except TimeoutError:
            self.close_connection = True
            fault = f"{length} bytes of body were announced and did not come within {BODY_TIMEOUT_S} s"
            raise BadRequest(fault, HTTPStatus.REQUEST_TIMEOUT) from None
        finally:
            self.connection.settimeout(self.timeout)

    def _send_file(self, path: str) -> None:
        file = find_file(path)
        if file is None:
            return self._send_json(HTTPStatus.NOT_FOUND, {"error": f"no file {path}"})
        headers = {"Content-Security-Policy": CSP, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        return self._send(HTTPStatus.OK, file.read_bytes(), KINDS[file.suffix], headers)

    def _send_json(self, status: HTTPStatus, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(
        self, status: HTTPStatus, body: bytes = b"", kind: str = "text/plain", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        """A browser that leaves in the middle is daily life, not an error."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """The page shows the log."""


def find_file(path: str) -> Path | None:
    """The file of a path, None where it is not one of ours. A path may contain anything, a NUL and 300 characters too."""
    try:
        file = (ROOT / path.lstrip("/")).resolve()
        is_ours = any(file.is_relative_to(ROOT / folder) for folder in FOLDERS)
        return file if is_ours and file.suffix in KINDS and file.is_file() else None
    except (OSError, ValueError):
        return None


@contextmanager
def serve(demo: Demo, port: int = 0) -> Iterator[str]:
    """Serve on 127.0.0.1 until the block ends; gives the address of the server, without a path."""
    handler = type("BoundHandler", (Handler,), {"demo": demo})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        demo.close()
        server.shutdown()
        thread.join()
        server.server_close()
        demo.store.close()
