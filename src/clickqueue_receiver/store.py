"""The database, seen from above: rows go in once, by their id. Everything here blocks, and is called from threads of its own.

Only an event that the database itself cannot represent is blamed. All other faults are the way's, and nothing is acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError

from clickqueue_receiver import postgresql, schema, sqlite
from clickqueue_receiver.event import Row
from clickqueue_receiver.settings import Settings

# "program_limit_exceeded": such as an index entry that is too large.
LIMIT_EXCEEDED = "54"


Result = TypeVar("Result")


@dataclass
class Inserted:
    """What became of some rows, after the commit: the ids that are new, and why others cannot be stored."""

    new: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


class Store:
    """One database; `with` closes it. Raises SQLAlchemy's `DBAPIError` or `sqlite3.Error` where it is away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        url = "sqlite://" if settings.test_mode else settings.db
        self.is_sqlite = url.startswith("sqlite")
        self.writers = sqlite.WRITERS if self.is_sqlite else settings.writers
        # One connection for /healthz, and for all that needs a transaction.
        self.engine: Engine = sqlite.create(url) if self.is_sqlite else postgresql.create(url, 1)
        self._writer = self.engine if self.is_sqlite else postgresql.create_writer(url, settings.writers)

    def prepare(self) -> None:
        """Create or check the tables. Raises `SchemaError`."""
        if self._settings.migrate or self._settings.test_mode:
            self.migrate()
        else:
            self.check()

    def migrate(self) -> int:
        """Create or update the tables; returns the version that they had. Raises `SchemaError`."""
        with self.engine.begin() as connection:
            return schema.migrate(connection)

    def check(self) -> None:
        """Raise `SchemaError` unless the tables are those that this version needs."""
        if self.is_sqlite and not sqlite.exists(self.engine):
            raise schema.SchemaError(f"there is no file {self.engine.url.database}; run clickqueue-receiver migrate")
        with self.engine.connect() as connection:
            schema.check(connection)

    def insert(self, rows: list[Row]) -> Inserted:
        """Insert what is new; returns after the commit. An id must not be in it twice."""
        try:
            return Inserted(on_a_live_connection(lambda: self._insert_once(rows)))
        except DBAPIError as error:
            if not is_about_data(error):
                raise
            return self._insert_apart(rows, str(error.orig).splitlines()[0])

    def ping(self) -> None:
        """Ask the database for an answer."""
        on_a_live_connection(self._ping_once)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        self._writer.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ping_once(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def _insert_once(self, rows: list[Row]) -> set[str]:
        if self.is_sqlite:
            with self.engine.begin() as connection:
                return sqlite.insert_rows(connection, rows)
        with self._writer.connect() as connection:
            return postgresql.insert_rows(connection, rows)

    def _insert_apart(self, rows: list[Row], reason: str) -> Inserted:
        """By halves, until the culprit is alone: no event fails another."""
        if len(rows) == 1:
            return Inserted(refused={rows[0].id: f"the database cannot store it: {reason}"})
        half = len(rows) // 2
        first, second = self.insert(rows[:half]), self.insert(rows[half:])
        return Inserted(first.new | second.new, first.refused | second.refused)


def on_a_live_connection(work: Callable[[], Result]) -> Result:
    """The result of some work, which is tried once more where its connection was dead."""
    try:
        return work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # Maybe long since (a failover, an idle timeout). A fresh one may serve at once.
        return work()


def is_about_data(error: DBAPIError) -> bool:
    """Whether a fault is that of a row, and not of the database."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, DataError) or state.startswith(LIMIT_EXCEEDED)
