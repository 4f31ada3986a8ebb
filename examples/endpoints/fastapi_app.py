"""The contract in FastAPI. `pip install fastapi uvicorn`, then `uvicorn fastapi_app:app --port 8000`."""

import json
import os
import sqlite3
from contextlib import closing

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.cors import CORSMiddleware

DATABASE = os.environ.get("CLICKS_DB", "clicks.sqlite3")
ORIGIN = os.environ.get("CLICKS_ORIGIN", "https://shop.example")  # of the page with the widget
FIELDS = ("id", "sessionId", "questionId", "offerId", "buttonVariantId")
MAX_CHARACTERS = 256  # of an id: indexes have limits (PostgreSQL 2,704 bytes), and an id that breaks one must not fail a batch
MAX_BODY_BYTES = 100_000  # a client sends 60,000 at most

api = FastAPI()

with closing(sqlite3.connect(DATABASE)) as database:
    database.execute("CREATE TABLE IF NOT EXISTS clicks (id TEXT PRIMARY KEY, click TEXT NOT NULL)")


# CSRF: FastAPI checks no token. Where a middleware of yours does, let it pass these two routes.
@api.post("/api/track/click")
@api.post("/api/track/click/batch")
async def track(request: Request) -> Response:  # no model as a parameter: FastAPI would answer 422 to text/plain
    try:
        value = json.loads(await body_of(request))
        events = value["events"] if request.url.path.endswith("/batch") else [value]
        rows = [(event["id"], json.dumps(event)) for event in events if is_click(event)]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as fault:
        raise HTTPException(400, "send an event, or {events, batchId, timestamp}, as JSON") from fault
    await run_in_threadpool(store, rows)  # the answer leaves after the commit
    reason = f"needs text of at most {MAX_CHARACTERS} characters as {', '.join(FIELDS)}"
    rejected = [{"id": event.get("id"), "reason": reason} for event in events if not is_click(event)]
    # Not a dict: FastAPI would write it without escapes, and half of a surrogate pair has no UTF-8.
    return Response(json.dumps({"rejected": rejected}), media_type="application/json")


async def body_of(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body is too large; allowed: {MAX_BODY_BYTES} bytes")
    return body


def is_click(event: dict[str, object]) -> bool:
    return all(is_text(event.get(name)) for name in FIELDS)  # an AttributeError where an event is no object


def is_text(value: object) -> bool:
    # Half of a surrogate pair is valid JSON, but it has no UTF-8, so no database takes it.
    return isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS and value.encode(errors="ignore").decode() == value


def store(rows: list[tuple[object, str]]) -> None:
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.executemany("INSERT INTO clicks VALUES (?, ?) ON CONFLICT (id) DO NOTHING", rows)


# Around the application, not `api.add_middleware`: that one is inside of what answers 500, so a 500 would lack the headers.
app = CORSMiddleware(
    api,
    allow_origins=[ORIGIN],
    allow_methods=["POST"],
    allow_headers=["content-type"],
    expose_headers=["retry-after", "date"],
    max_age=86400,
)
