"""The demo's server. One law: an event is stored once, by its id, however often it arrives (CONTRACT 6.3).

Real where the demo must be believed (HTTP, SQLite), scripted where a person wants to break things: `answer` says what
the two tracking routes do with the next request. Standard library alone.
"""

from __future__ import annotations

import json
import select
import socket
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parent.parent
PAGE = "/examples/widget-offline-test.html"
SINGLE, BATCH = "/api/track/click", "/api/track/click/batch"

ANSWERS = ("ok", "500", "429", "hangs", "lost", "cut")
"""ok: stored, 200. 500 and 429: refused. hangs: taken, never answered. lost: stored, the answer gets lost. cut: hung up."""

RETRY_AFTER_S = 6  # longer than the first backoff of 2 s, so that a person sees who is obeyed
MAX_BODY_BYTES = 1_000_000  # a batch is at most 60 000; what is larger comes from no queue
MAX_LOG = 200  # requests shown; the store keeps everything
WATCH_POLL_S = 15  # an event stream says something at least this often, so that a dead reader is noticed

# The page is a guest's worst case, to show that the module lives with it (CONTRACT 7.1).
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".map": "application/json",
}

Event = dict[str, Any]


class Store:
    """Events by id, in SQLite: the part of a real backend that makes sending twice harmless."""

    def __init__(self, database: str) -> None:
        if database != ":memory:":
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, check_same_thread=False)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
        )

    def add(self, events: list[Event]) -> int:
        """Store what is new; says how many were."""
        rows = [(event["id"], json.dumps(event)) for event in events]
        with self._lock, self._connection as connection:
            before = connection.total_changes
            connection.executemany("INSERT OR IGNORE INTO events (id, body) VALUES (?, ?)", rows)
            return connection.total_changes - before

    def count(self) -> int:
        """How many events there are."""
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM events").fetchone()[0])

    def latest(self, limit: int) -> list[Event]:
        """The last events that arrived, oldest first."""
        query = "SELECT body FROM events ORDER BY position DESC LIMIT ?"
        with self._lock:
            rows = self._connection.execute(query, (limit,)).fetchall()
        return [json.loads(body) for (body,) in reversed(rows)]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._connection as connection:
            connection.execute("DELETE FROM events")

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()


class Demo:
    """What all connections share: the store, the log of requests, and what the server is told to answer."""

    def __init__(self, database: str = ":memory:", latency_ms: int = 0) -> None:
        self.store = Store(database)
        self.latency_s = latency_ms / 1000
        self.is_closing = False
        self._answer = "ok"
        self._log: deque[dict[str, Any]] = deque(maxlen=MAX_LOG)
        self._requests = 0
        self._forgotten = 0  # so many of them came before the last reset
        self._version = 0
        self._changed = threading.Condition()

    @property
    def answer(self) -> str:
        """One of `ANSWERS`."""
        return self._answer

    @answer.setter
    def answer(self, answer: object) -> None:
        if answer not in ANSWERS:
            raise ValueError(f"answer is {answer!r}; allowed: {', '.join(ANSWERS)}")
        self._answer = str(answer)
        self._touch()

    def note(self, path: str, batch: dict[str, Any]) -> dict[str, Any]:
        """Write a request into the log the moment it arrives; `settle` completes it."""
        with self._changed:
            self._requests += 1
            ids = [event["id"] for event in batch["events"]]
            entry = {"number": self._requests, "receivedAt": now_ms(), "path": path, "batchId": batch.get("batchId")}
            entry.update(ids=ids, status="open", added=0)
            self._log.append(entry)
        self._touch()
        return entry

    def is_forgotten(self, entry: dict[str, Any]) -> bool:
        """Whether a reset has come since `note`."""
        return int(entry["number"]) <= self._forgotten

    def book(self, entry: dict[str, Any], events: list[Event]) -> int:
        """Store what is new, as if it had been at once: a reset since then has emptied that too. Says how many were."""
        with self._changed:
            return 0 if self.is_forgotten(entry) else self.store.add(events)

    def settle(self, entry: dict[str, Any], status: str, added: int = 0) -> None:
        """What became of a request, for the log."""
        with self._changed:
            entry.update(status=status, added=added)
        self._touch()

    def state(self) -> dict[str, Any]:
        """Everything the page shows of the server."""
        stored, events = self.store.count(), self.store.latest(MAX_LOG)
        with self._changed:
            log = [dict(entry) for entry in self._log]
            received = self._requests - self._forgotten
            return {"answer": self._answer, "requests": log, "received": received, "stored": stored, "events": events}

    def reset(self) -> None:
        """An empty store, an empty log, a server that answers."""
        with self._changed:
            self.store.clear()
            self._log.clear()
            self._forgotten = self._requests
        self.answer = "ok"

    def watch(self) -> Iterator[dict[str, Any] | None]:
        """The state, now and after each change; None when nothing happened for a while."""
        seen = -1
        while not self.is_closing:
            with self._changed:
                if self._version == seen:
                    self._changed.wait(WATCH_POLL_S)
                is_news, seen = self._version != seen, self._version
            yield self.state() if is_news else None

    def close(self) -> None:
        """Let the waiting connections go."""
        self.is_closing = True
        self._touch()

    def _touch(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()


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
        elif path == "/control/state":
            self._send_json(HTTPStatus.OK, self.demo.state())
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
            elif self.path == "/control/answer":
                self.demo.answer = body.get("answer")
                self._send_json(HTTPStatus.OK, self.demo.state())
            elif self.path == "/control/reset":
                self.demo.reset()
                self._send_json(HTTPStatus.OK, self.demo.state())
            else:
                self._send_json(HTTPStatus.NOT_FOUND, {"error": f"no route {self.path}; there are {SINGLE} and {BATCH}"})
        except ValueError as error:
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

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

    def _read_json(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            raise ValueError(f"the body has {length} bytes; at most {MAX_BODY_BYTES} are taken")
        body = json.loads(self.rfile.read(length) or b"{}")
        if not isinstance(body, dict):
            raise ValueError("the body is not a JSON object; send an event, or {events, batchId, timestamp}")
        return body

    def _send_file(self, path: str) -> None:
        file = (ROOT / path.lstrip("/")).resolve()
        is_ours = any(file.is_relative_to(ROOT / folder) for folder in ("examples", "dist"))
        if not is_ours or file.suffix not in KINDS or not file.is_file():
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


def as_batch(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """One shape for both routes. Raises ValueError for what is not an event."""
    batch = body if path == BATCH else {"events": [body]}
    events = batch.get("events")
    if not isinstance(events, list) or not events:
        raise ValueError(f"events is {events!r}; a non-empty list of events is allowed")
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("id"), str):
            raise ValueError(f"an event is {event!r}; an object with a string as its id is allowed")
    return batch


def now_ms() -> int:
    """Wall time in ms since 1970, as JavaScript counts it."""
    return int(time.time() * 1000)


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
