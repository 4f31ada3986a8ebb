"""The endpoint that most people write first: one row and one commit for each request, by the same drivers into the same table.

It is as fast as such an endpoint can be: no checks, no SQLAlchemy, connections that stay open. It commits as durably as the receiver.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clickqueue_receiver.settings import Settings
from clickqueue_receiver.store import Store

COLUMNS = "id, session_id, question_id, offer_id, button_variant_id, clicked_at, user_agent, received_at, rest"
FIELDS = ("id", "sessionId", "questionId", "offerId", "buttonVariantId")
Values = tuple[Any, ...]


def sqlite_writer(url: str) -> Callable[[Values], None]:
    """A function that commits one row to a SQLite file."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    statement = f"INSERT INTO clicks ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING"
    # One after the other: threads that wait for SQLite's own lock sleep too long, and the handler would only look worse.
    turn = threading.Lock()

    def write(values: Values) -> None:
        with turn, connection:
            connection.execute(statement, [str(each) if isinstance(each, datetime) else each for each in values])

    return write


def postgresql_writer(url: str) -> Callable[[Values], None]:
    """A function that commits one row to PostgreSQL, over a connection for each thread that calls it."""
    local = threading.local()
    statement = f"INSERT INTO clicks ({COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s) ON CONFLICT DO NOTHING"

    def write(values: Values) -> None:
        if not hasattr(local, "connection"):
            # With autocommit the statement is the transaction: one round trip.
            local.connection = psycopg.connect(url, autocommit=True)
        local.connection.execute(statement, values)

    return write


def create_app(url: str) -> Starlette:
    """The application, and its table."""
    with Store(Settings(db=url)) as store:
        store.migrate()
    write = sqlite_writer(url) if url.startswith("sqlite") else postgresql_writer(url)

    async def click(request: Request) -> Response:
        event = json.loads(await request.body())
        clicked_at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        values = (*(event[name] for name in FIELDS), clicked_at, event["userAgent"], datetime.now(UTC), "{}")
        await run_in_threadpool(write, values)
        return Response(status_code=204)

    return Starlette(routes=[Route("/api/track/click", click, methods=["POST"])])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", required=True)
    parser.add_argument("--port", type=int, required=True)
    wish = parser.parse_args()
    uvicorn.run(create_app(wish.db), port=wish.port)
