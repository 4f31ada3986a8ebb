"""`clickqueue-receiver purge`: what is older than a span, or all of one session. SQLite overwrites it in its file."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, select

from clickqueue_receiver.moments import span
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.settings import Settings, SettingsError
from clickqueue_receiver.store import Store
from clickqueue_receiver.text import storable

# One transaction each: the receivers write in between.
PART = 5_000
# The queue keeps an event for seven days (maxEventAge) and then offers it once more.
COMES_BACK = timedelta(days=8)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command, besides the database."""
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--older-than", metavar="SPAN", help="what arrived longer ago: 90d, 36h")
    chosen.add_argument("--session", metavar="ID", help="every click of this sessionId")
    parser.set_defaults(run=run)


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Delete what was chosen, and print how much it was. Raises `SettingsError`."""
    condition = older_than(parsed.older_than) if parsed.older_than else of_session(parsed.session)
    with Store(settings) as store:
        store.check()
        print(f"purged {delete_all(store.engine, condition)} clicks")
        if store.is_sqlite:
            with store.engine.connect() as connection:
                # The log beside the file still has the old pages.
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return 0


def older_than(text: str) -> ColumnElement[bool]:
    """The condition for what arrived longer ago. Raises `SettingsError`."""
    age = span("older_than", text)
    if age < COMES_BACK:
        note = "a click may come again until eight days after it; one that is purged by then is stored a second time"
        print(f"clickqueue-receiver: {note}", file=sys.stderr)
    return clicks.c.received_at < datetime.now(UTC) - age


def of_session(session: str) -> ColumnElement[bool]:
    """The condition for one session. Raises `SettingsError`."""
    if not session:
        raise SettingsError("session is ''; allowed: a text that is not empty")
    return clicks.c.session_id == storable(session)


def delete_all(engine: Engine, condition: ColumnElement[bool]) -> int:
    """Delete part by part; returns how many rows went."""
    total, deleted = 0, PART
    while deleted == PART:
        with engine.begin() as connection:
            part = select(clicks.c.id).where(condition).limit(PART)
            deleted = connection.execute(delete(clicks).where(clicks.c.id.in_(part))).rowcount
        total += deleted
    return total
