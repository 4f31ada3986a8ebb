"""Test mode: a receiver for other people's end-to-end tests. It keeps everything in memory, shows it, and fails as a script asks for.

`GET /test/good` is what is stored, `GET /test/bad` what was refused, `POST /test/reset` forgets both, and `POST /test/script` says
what the next tracking requests get, one each.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import delete, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from clickqueue_receiver.cors import Origins, refusal
from clickqueue_receiver.endpoints import BATCH, SINGLE
from clickqueue_receiver.refused import Refused
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.scripted import Answer, Exchange
from clickqueue_receiver.store import Store
from clickqueue_receiver.text import original

App = Callable[[Scope, Receive, Send], Awaitable[None]]
NAMES = {
    "id": "id",
    "session_id": "sessionId",
    "question_id": "questionId",
    "offer_id": "offerId",
    "button_variant_id": "buttonVariantId",
    "user_agent": "userAgent",
    "retry_count": "retryCount",
}
_script = msgspec.json.Decoder(list[Answer])


class TestMode:
    """The routes below /test, and the script before the tracking routes."""

    __test__ = False  # Not for pytest, in spite of its name.

    def __init__(self, store: Store, in_thread: Callable[..., Awaitable[Any]], origins: Origins) -> None:
        self._store = store
        self._in_thread = in_thread
        self._origins = origins
        self._bad: list[dict[str, Any]] = []
        self._answers: deque[Answer] = deque()
        self.routes = [
            Route("/test/good", self.good),
            Route("/test/bad", self.bad),
            Route("/test/reset", self.reset, methods=["POST"]),
            Route("/test/script", self.script, methods=["POST"]),
        ]

    def wrap(self, app: App) -> App:
        """The application, with the script before its tracking routes."""

        async def scripted(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
            if scope["type"] != "http" or scope["method"] != "POST" or path not in (SINGLE, BATCH):
                return await app(scope, receive, send)
            answer = self._answers.popleft() if self._answers else Answer()
            exchange = Exchange(app, scope, receive, path == BATCH)
            await exchange.run(answer, send)
            self._bad += exchange.refused
            return None

        return scripted

    async def good(self, request: Request) -> Response:
        """The stored events, as they were sent, in the order of their arrival."""
        return as_json(await self._in_thread(self._stored))

    async def bad(self, request: Request) -> Response:
        """What was refused: `{reason, event}`, or `{reason, body}` for a body that is no batch."""
        return as_json(self._bad)

    async def reset(self, request: Request) -> Response:
        """Forget what is stored, what was refused, and the script."""
        self._check_origin(request)
        await self._in_thread(self._forget)
        self._bad.clear()
        self._answers.clear()
        return Response(status_code=204)

    async def script(self, request: Request) -> Response:
        """Take a list of answers, in place of those that are left."""
        self._check_origin(request)
        try:
            self._answers = deque(_script.decode(await request.body()))
        except msgspec.DecodeError as error:
            allowed = ", ".join(
                msgspec.structs.fields(Answer)[index].encode_name for index in range(len(Answer.__struct_fields__))
            )
            raise Refused(422, f"the script cannot be used: {error}; allowed: a list of objects with any of {allowed}") from None
        return as_json({"answers": len(self._answers)})

    def _check_origin(self, request: Request) -> None:
        """A foreign page that a developer happens to visit must not reset the tests that are running."""
        origin = request.headers.get("origin")
        if origin and not self._origins.allows(origin) and urlsplit(origin).netloc != request.headers.get("host"):
            raise Refused(403, refusal(origin))

    def _stored(self) -> list[dict[str, Any]]:
        with self._store.engine.connect() as connection:
            rows = connection.execute(select(clicks).order_by(clicks.c.received_at)).mappings()
            return [event_of(dict(row)) for row in rows]

    def _forget(self) -> None:
        with self._store.engine.begin() as connection:
            connection.execute(delete(clicks))


def event_of(row: dict[str, Any]) -> dict[str, Any]:
    """The event that a row was made of."""
    event = {sent: row[name] for name, sent in NAMES.items() if row[name] is not None}
    event = {name: original(value) if isinstance(value, str) else value for name, value in event.items()}
    if row["clicked_at"] is not None:
        event["timestamp"] = round(row["clicked_at"].timestamp() * 1000, 3)
    rest: dict[str, Any] = originals(row["rest"])
    return event | rest


def originals(value: Any) -> Any:
    """A JSON value with every text as it was sent."""
    if isinstance(value, str):
        return original(value)
    if isinstance(value, list):
        return [originals(item) for item in value]
    if isinstance(value, dict):
        return {original(key): originals(item) for key, item in value.items()}
    return value


def as_json(value: Any) -> Response:
    """An answer in ASCII, so that half a surrogate pair can be in it."""
    return Response(json.dumps(value), media_type="application/json")
