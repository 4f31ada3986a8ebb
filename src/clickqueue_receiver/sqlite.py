"""SQLite: a file that outlives a power cut. One writer, since SQLite has one write lock however many connections ask for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import dialect, insert
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from clickqueue_receiver.event import Row, as_json
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.settings import SettingsError

# Others that write are a purge or a person at a prompt; they take milliseconds.
BUSY_TIMEOUT_S = 5
WRITERS = 1
MEMORY = (None, "", ":memory:")

_insert = str(insert(clicks).on_conflict_do_nothing().compile(dialect=dialect()))


def create(url: str) -> Engine:
    """An engine for a file, or for memory (`sqlite://`). Raises `SettingsError` where the file's folder does not exist."""
    database = make_url(url).database
    settings: dict[str, Any] = {
        "connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        "json_serializer": as_json,
    }
    if database in MEMORY:
        settings["poolclass"] = StaticPool  # Another connection would be another, empty database.
    elif not Path(str(database)).resolve().parent.is_dir():
        raise SettingsError(
            f"db is {url!r}, and {Path(str(database)).resolve().parent} is no folder; allowed: a file in a folder that exists"
        )
    engine = create_engine(url, **settings)
    event.listen(engine, "connect", prepare)
    return engine


def exists(engine: Engine) -> bool:
    """Whether there is a file already; to open it would create it."""
    return engine.url.database in MEMORY or Path(str(engine.url.database)).is_file()


def prepare(connection: Any, record: object) -> None:
    """Set up a new connection."""
    # Readers (export, a person at a prompt) and the writer do not block each other.
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL writes each commit through to the disk. With NORMAL, which many recommend for WAL, the last commits before a power cut
    # are lost, and "204 means stored" would be a lie: the visitor's browser has forgotten them by then.
    connection.execute("PRAGMA synchronous = FULL")
    # What is purged is overwritten, not only unlinked.
    connection.execute("PRAGMA secure_delete = ON")


def insert_rows(connection: Connection, rows: list[Row]) -> set[str]:
    """Insert what is new, in the caller's transaction; returns its ids. Raises `sqlite3.Error`."""
    # The driver's own cursor: SQLAlchemy builds one statement of all rows, which costs more than the rows do.
    cursor = connection.connection.cursor()
    return {row.id for row in rows if cursor.execute(_insert, values_of(row)).rowcount}


def values_of(row: Row) -> list[Any]:
    """A row as the driver takes it."""
    return [
        *row[:5],
        as_stored(row.clicked_at),
        row.user_agent,
        row.retry_count,
        as_stored(row.received_at),
        row.skew_ms,
        as_json(row.rest),
    ]


def as_stored(moment: datetime | None) -> str | None:
    """A moment in UTC as SQLAlchemy's `DateTime` stores it, which has no zone."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if moment else None
