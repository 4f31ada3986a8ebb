"""The switches of the demo's page, as an ASGI middleware before the receiver.

Invariant: the receiver answers every request that the switches do not break.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from clickqueue_receiver.body import read_body
from clickqueue_receiver.endpoints import BATCH, SINGLE
from clickqueue_receiver.jsontext import parse
from clickqueue_receiver.report import encode
from clickqueue_receiver.scripted import Exchange, replay
from examples.demo_state import SCRIPT, Demo, Entry

HANG_POLL_S = 0.1
HANG_S = 6.5  # the page gives up after 6 s; Chromium then keeps the connection of a keepalive request, so it cannot show that
SLOW_S = 3  # less than the 6 s of the page
LEVELS_AROUND = 3  # the batch, its list of events, and an event

REFUSED_OFFER = "later"  # "422" refuses each request that contains an event with this offerId
LOGGED = {"hangs": "hung", "lost": "lost", "cut": "cut", "portal": "portal"}
"""What the log has in place of a status that the client never gets, or that is not the receiver's."""
PORTAL = "<!doctype html><title>Welcome to our wireless network</title>"


class Switches:
    """Logs each tracking request, and answers it as the page wants."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._app = demo.receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in (SINGLE, BATCH):
            return await self._app(scope, receive, send)
        request = Request(scope, receive)
        body = await read_body(scope, receive, self._app.settings)
        batch_id, events = look_into(body, scope["path"])
        if not events:
            return await self._app(scope, replay(body), send)
        entry = self._demo.note(scope["path"], batch_id, [event["id"] for event in events])
        is_refusable = any(event.get("offerId") == REFUSED_OFFER for event in events)
        return await self._answer(request, body, entry, is_refusable, send)

    async def _answer(self, request: Request, body: bytes, entry: Entry, is_refusable: bool, send: Send) -> None:
        demo, scope = self._demo, request.scope
        answer = demo.answer
        # As far away as servers are: next door, no eye would see a request under way. Tests have it at 0.
        await asyncio.sleep(demo.latency_s + (SLOW_S if answer == "slow" else 0))
        if answer == "hangs":
            await self._hang(request, entry)

        async def send_noting(message: Message) -> None:
            # Before the client knows it, so that nobody sees an answer that is not in the log.
            if message["type"] == "http.response.start":
                demo.settle(entry, LOGGED.get(answer, str(message["status"])), scope.get("state", {}).get("report"))
            await send(message)

        if demo.is_forgotten(entry):
            # With keepalive it has outlived its page. Chromium repeats what is hung up.
            taken = Response(encode({"accepted": len(entry["ids"])}), media_type="application/json")
            await taken(scope, request.receive, send)
        elif answer == "portal":
            await Response(PORTAL, media_type="text/html")(scope, request.receive, send_noting)
        elif answer == "422" and is_refusable:
            refusal = encode({"error": f"offerId {REFUSED_OFFER!r} is not on offer"})
            await Response(refusal, 422, media_type="application/json")(scope, request.receive, send_noting)
        else:
            body = poisoned(body) if answer == "poison" else body
            with demo.passing_on():
                await Exchange(self._app, scope, replay(body), scope["path"] == BATCH).run(SCRIPT[answer], send_noting)

    async def _hang(self, request: Request, entry: Entry) -> None:
        """Wait until nobody waits for the answer."""
        end_s = time.monotonic() + HANG_S
        while time.monotonic() < end_s and not (self._demo.is_closing or self._demo.is_forgotten(entry)):
            if await request.is_disconnected():
                break
            await asyncio.sleep(HANG_POLL_S)


def poisoned(body: bytes) -> bytes:
    """The same body, whose first event has lost a field that it must have."""
    return body.replace(b'"offerId":', b'"lostOfferId":', 1)


def look_into(body: bytes, path: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The id of a batch, and its events that have one; none where it is no batch, which the receiver will refuse."""
    try:
        value: Any = parse(body, LEVELS_AROUND)
    except ValueError:
        return None, []
    batch = value if path == BATCH else {"events": [value]}
    events = batch.get("events") if isinstance(batch, dict) else None
    found = [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []
    batch_id = batch.get("batchId") if isinstance(batch, dict) else None
    return batch_id if isinstance(batch_id, str) else None, [event for event in found if isinstance(event.get("id"), str)]
