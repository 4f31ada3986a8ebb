"""Logs are lines of JSON with a request id. No address of a visitor is in them, nor anything that an event carries but its numbers."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clickqueue_receiver.metrics import Metrics

# A balancer's id is taken over, so that both logs can be joined. What is longer or stranger is no id.
REQUEST_ID = re.compile(rb"[\w.:-]{1,64}")
ROUTES = ("/api/track/click", "/api/track/click/batch", "/healthz", "/metrics")

encode = msgspec.json.Encoder().encode
request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("clickqueue_receiver.requests")


class JsonFormatter(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if marked_id := request_id.get():
            line["request_id"] = marked_id
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return encode(line).decode()


def set_up(level: str) -> None:
    """Send the logs of this process to stderr, as JSON."""
    # No line has them, and each record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(max(logging.WARNING, logging.getLogger().level))


class Requests:
    """Wraps an ASGI application: gives each request an id, and counts and logs its answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        marked_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(16).encode()
        request_id.set(marked_id.decode())
        fields: dict[str, Any] = {}
        scope.setdefault("state", {})["fields"] = fields
        started_s, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", marked_id)]
            await send(message)

        try:
            return await self._app(scope, receive, send_marked)
        finally:
            self._note(scope, status, time.perf_counter() - started_s, fields)

    def _note(self, scope: Scope, status: int, took_s: float, fields: dict[str, Any]) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        # Strangers' paths must not become series without end.
        path = path if path in ROUTES else "other"
        self._metrics.requests.labels(path, str(status)).inc()
        if path in ROUTES[:2]:
            self._metrics.answer_s.observe(took_s)
        level = logging.WARNING if status >= 500 or status == 0 else logging.INFO if path in ROUTES[:2] else logging.DEBUG
        if log.isEnabledFor(level):
            line = {"method": scope["method"], "path": path, "status": status, "ms": round(took_s * 1000, 2), **fields}
            # As `log.log` does, which would look for the line of code that called it.
            log.handle(log.makeRecord(log.name, level, "", 0, "request", (), None, extra={"fields": line}))
