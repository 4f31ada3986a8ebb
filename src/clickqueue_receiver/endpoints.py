"""The two tracking routes, `/healthz` and `/metrics`: a request is parsed, committed, and only then answered."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from clickqueue_receiver.body import read_body
from clickqueue_receiver.committer import Committer
from clickqueue_receiver.envelope import Envelope, read_batch, read_single
from clickqueue_receiver.event import Row, Validator, skew_of
from clickqueue_receiver.gate import Gate
from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.refused import Refused, Unavailable
from clickqueue_receiver.report import Report, encode, report_of
from clickqueue_receiver.settings import Settings

SINGLE, BATCH = "/api/track/click", "/api/track/click/batch"
OUTCOMES = {"accepted": "accepted", "duplicates": "duplicate", "rejected": "rejected"}
# A balancer asks every few seconds, and gives up after about as many.
HEALTH_TIMEOUT_S = 2


class Endpoints:
    """The routes of one receiver."""

    def __init__(self, settings: Settings, gate: Gate, committer: Committer, metrics: Metrics) -> None:
        self._settings = settings
        self._gate = gate
        self._committer = committer
        self._metrics = metrics
        self._validator = Validator(settings)
        self.routes = [
            Route(SINGLE, self.single, methods=["POST"]),
            Route(BATCH, self.batch, methods=["POST"]),
            Route("/healthz", self.health),
            Route("/metrics", self.metrics),
        ]
        self._tracking = {SINGLE: self.single, BATCH: self.batch}
        self.exception_handlers: dict[Any, Any] = {Refused: self.refuse, HTTPException: self.refuse_http}

    def before(self, app: ASGIApp) -> ASGIApp:
        """The application, with the tracking routes before it: its own layers took a third of a request's CPU time."""

        async def track(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
            endpoint = self._tracking.get(path)
            if endpoint is None or scope["type"] != "http" or scope["method"] != "POST":
                return await app(scope, receive, send)
            request = Request(scope, receive)
            try:
                response = await endpoint(request)
            except Refused as error:
                response = await self.refuse(request, error)
            return await response(scope, receive, send)

        return ServerErrorMiddleware(track)

    async def single(self, request: Request) -> Response:
        """One click: 204 once it is stored."""
        with self._gate:
            envelope = read_single(await read_body(request.scope, request.receive, self._settings))
            report = await self._store(request, envelope)
        if report.rejections:
            (rejection,) = report.rejections.values()
            raise Refused(rejection.status, rejection.reason)
        return Response(status_code=204)

    async def batch(self, request: Request) -> Response:
        """Several clicks: 200 once all are stored but those that the body lists."""
        with self._gate:
            envelope = read_batch(await read_body(request.scope, request.receive, self._settings), self._settings)
            report = await self._store(request, envelope)
        return Response(report.as_json(), media_type="application/json")

    async def health(self, request: Request) -> Response:
        """Whether this receiver takes events: 200, or 503 with the reason."""
        reason = "draining" if self._gate.is_draining else ""
        if not reason:
            try:
                async with asyncio.timeout(HEALTH_TIMEOUT_S):
                    await self._committer.ping()
            except Exception:
                reason = "the database does not answer"
        body = msgspec.json.encode({"status": reason or "ok"})
        return Response(body, 503 if reason else 200, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        return Response(self._metrics.text(), headers={"Content-Type": self._metrics.content_type})

    async def refuse(self, request: Request, error: Refused) -> Response:
        """The answer to a `Refused`."""
        if isinstance(error, Unavailable):
            self._metrics.shed.labels(error.reason).inc()
        return Response(encode({"error": error.text}), error.status, error.headers, "application/json")

    async def refuse_http(self, request: Request, error: HTTPException) -> Response:
        """The answer where there is no such route, or no such method on it."""
        text = f"{request.method} {request.url.path} is nothing here; there are POST {SINGLE} and POST {BATCH}"
        return Response(encode({"error": text}), error.status_code, error.headers, "application/json")

    async def _store(self, request: Request, envelope: Envelope) -> Report:
        received_ms = time.time() * 1000
        received_at = datetime.fromtimestamp(received_ms / 1000, UTC)
        skew_ms = skew_of(received_ms, envelope.timestamp)
        read = [self._validator.read(event, received_at, skew_ms) for event in envelope.events]
        rows = [each for each in read if isinstance(each, Row)]
        inserted = await self._committer.submit(rows) if rows else None
        report = report_of(read, inserted)
        self._count(report, skew_ms)
        request.state.fields.update(report.counts)
        request.state.report = report  # For an application around this one.
        return report

    def _count(self, report: Report, skew_ms: int | None) -> None:
        metrics = self._metrics
        metrics.batch_sizes.observe(len(report.read))
        for outcome, number in report.counts.items():
            if number:
                metrics.events[OUTCOMES[outcome]].inc(number)
        now_s = time.time() - (skew_ms or 0) / 1000
        for row in report.accepted:
            if row.clicked_at is not None:
                metrics.click_to_commit_s.observe(max(now_s - row.clicked_at.timestamp(), 0))
