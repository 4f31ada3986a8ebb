"""One tracking request that is answered as a script asks for: later, with another status, not at all, or for some of its events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from clickqueue_receiver.jsontext import parse

# Longer than any client waits; a test that needs more has another fault.
MAX_DELAY_MS = 60_000
# As many as the largest `max_nesting`, and the levels around an event.
MAX_SHOWN_LEVELS = 102


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What one request gets. By default it is served like any other."""

    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 200
    """Any but 2xx stores nothing."""
    delay_ms: Annotated[int, msgspec.Meta(ge=0, le=MAX_DELAY_MS)] = 0
    cut: bool = False
    """The connection is closed without an answer; nothing is stored unless `store` is true, as if the answer got lost."""
    store: bool = False
    partial: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Only so many events of a batch are taken, the ids of the others are listed under `retry`."""
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Seconds, as the header `Retry-After`."""


class Exchange:
    """A request and its answer. `refused` is what the application did not take."""

    def __init__(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, receive: Receive, is_batch: bool
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._is_batch = is_batch
        self._body = b""
        self.refused: list[dict[str, Any]] = []

    async def run(self, answer: Answer, send: Send) -> None:
        """Answer as the script asks for."""
        await asyncio.sleep(answer.delay_ms / 1000)
        headers = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
        if answer.status >= 300:
            response = Response(b'{"error":"the script asks for it"}', answer.status, headers, "application/json")
        elif answer.cut and not answer.store:
            response = Response()
        else:
            response = await self._serve(answer)
            response.headers.update(headers)
        if answer.cut:
            self._scope["extensions"]["clickqueue.cut"]["cut"]()
        await response(self._scope, self._receive, send)

    async def _serve(self, answer: Answer) -> Response:
        if answer.partial is None or not self._is_batch:
            response = await self._ask(self._receive, self._scope)
            self._note(response)
            return response
        body = await Request(self._scope, self._receive).body()
        body, later = split(body, answer.partial)
        headers = [(name, value) for name, value in self._scope["headers"] if name != b"content-length"]
        response = await self._ask(replay(body), {**self._scope, "headers": headers})
        self._note(response)
        if later and response.status_code == 200:
            answered = json.loads(bytes(response.body)) | {"retry": later}
            return Response(json.dumps(answered), media_type="application/json")
        return response

    async def _ask(self, receive: Receive, scope: Scope) -> Response:
        """What the application answers; the body that it reads on the way is remembered."""
        response = Response()

        async def receive_noting() -> Message:
            message = await receive()
            self._body += message.get("body", b"")
            return message

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                response.status_code = message["status"]
                response.raw_headers = list(message["headers"])
            else:
                response.body = bytes(response.body) + message.get("body", b"")

        await self._app(scope, receive_noting, send)
        return response

    def _note(self, response: Response) -> None:
        """Remember what was refused."""
        if response.status_code == 204:
            return
        answered = json.loads(bytes(response.body))
        if response.status_code == 200:
            # Deeper than a refused event may be is not shown.
            events = parse(self._body, MAX_SHOWN_LEVELS)["events"]
            self.refused += [{"reason": each["reason"], "event": events[each["index"]]} for each in answered["rejected"]]
        else:
            self.refused.append({"reason": answered["error"], "body": self._body.decode(errors="replace")})


def replay(body: bytes) -> Receive:
    """A body that has been read, to be read again."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def split(body: bytes, number: int) -> tuple[bytes, list[Any]]:
    """A batch with its first events only, and the ids of the others; a body that is no batch stays."""
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        batch = json.loads(body)
        later = [event["id"] for event in batch["events"][number:]]
        return json.dumps(batch | {"events": batch["events"][:number]}).encode(), later
    return body, []
