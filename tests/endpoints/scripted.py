"""An endpoint that keeps the contract, but for the one fault that a test scripts into it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from typing import Any, Literal

SINGLE, BATCH = "/clicks", "/clicks/batch"
MAX_BODY_BYTES = 100_000
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "retry-after, date"}
PREFLIGHT = {"Access-Control-Allow-Headers": "content-type", "Access-Control-Max-Age": "86400"}


@dataclass(frozen=True)
class Request:
    """What came. `events` is None where the body is none that the contract knows."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_batch(self) -> bool:
        return self.path == BATCH

    @property
    def events(self) -> list[dict[str, Any]] | None:
        try:
            value = json.loads(self.body)
            events = value["events"] if self.is_batch else [value]
            return events if all(isinstance(event["id"], str) for event in events) else None
        except (ValueError, TypeError, KeyError, RecursionError):
            return None


@dataclass
class Reply:
    """What is answered; `manner` other than "whole": the connection is reset or left open without an answer."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    manner: Literal["whole", "reset", "hung"] = "whole"


Fault = Callable[[Request, Reply], Reply]
"""Gives another reply in place of the right one."""


class Script:
    """The right reply, and what a fault makes of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.stored: list[str] = []
        self.origins: set[str] = set()
        self.is_over = threading.Event()

    def answer(self, request: Request) -> Reply:
        """The reply; what it acknowledges is stored."""
        self.origins.add(request.headers.get("origin", ""))
        reply = self.fault(request, self.right_reply(request))
        reply.headers = CORS | reply.headers
        if request.method == "POST" and reply.status == 200 and request.events:
            self.stored += [event["id"] for event in request.events if event["id"] not in self.stored]
        return reply

    def right_reply(self, request: Request) -> Reply:
        """As the contract has it."""
        if request.method == "OPTIONS":
            return Reply(204, headers=dict(PREFLIGHT))
        if len(request.body) > MAX_BODY_BYTES:
            return Reply(413, "too large")
        return Reply(200, "{}") if request.events else Reply(400, "no event")


class Handler(BaseHTTPRequestHandler):
    """HTTP around a script."""

    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.script.answer(Request(self.command, self.path, headers, body))
        if reply.manner == "whole":
            self.send(reply)
            return
        if reply.manner == "hung":
            self.script.is_over.wait()
        with suppress(OSError):
            self.connection.shutdown(SHUT_RDWR)

    def do_OPTIONS(self) -> None:
        self.send(self.script.answer(Request(self.command, self.path, {}, b"")))

    def send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body.encode())

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        pass


def no_fault(request: Request, reply: Reply) -> Reply:
    """The endpoint keeps the contract."""
    return reply


@contextmanager
def serve(fault: Fault = no_fault) -> Iterator[tuple[str, Script]]:
    """Serve on a free port; gives the address of the event route, and the script."""
    script = Script(fault)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("BoundHandler", (Handler,), {"script": script}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{SINGLE}", script
    finally:
        script.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
