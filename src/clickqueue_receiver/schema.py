"""The tables, their version, and how an older one becomes the newest. The unique key on `id` is what deduplicates, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql

from clickqueue_receiver.views import create_views

VERSION = 1
# Any number that no other program on the same database is likely to use.
ADVISORY_LOCK = 7_263_451_109


class SchemaError(Exception):
    """The tables are not those that this version needs; the text names the remedy."""


class Utc(TypeDecorator[datetime]):
    """A moment. SQLite has no time zones and keeps it as text in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and dialect.name == "sqlite" else value


metadata = MetaData()
# By bytes: no language's order is needed, it is faster, and an update of the C library cannot break the index.
Key = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
Rest = JSON().with_variant(postgresql.JSONB(), "postgresql")

clicks = Table(
    "clicks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("session_id", Key, index=True),
    Column("question_id", Text),
    Column("offer_id", Text),
    Column("button_variant_id", Text),
    Column("clicked_at", Utc),
    Column("user_agent", Text),
    Column("retry_count", Integer),
    Column("received_at", Utc, nullable=False, index=True),
    Column("skew_ms", BigInteger),
    Column("rest", Rest, nullable=False),
)
versions = Table("clickqueue_schema", metadata, Column("version", Integer, primary_key=True))


def version_of(connection: Connection) -> int:
    """The version of the tables in a database; 0 where there are none."""
    if not inspect(connection).has_table(versions.name):
        return 0
    return connection.execute(select(func.max(versions.c.version))).scalar() or 0


def migrate(connection: Connection) -> int:
    """Bring the tables to `VERSION`; returns the version that they had. Raises `SchemaError` for newer ones."""
    # Receivers that start at the same time migrate one after the other.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    found = version_of(connection)
    if found > VERSION:
        raise SchemaError(f"the tables have version {found}, this receiver knows {VERSION}; install a newer clickqueue")
    if found < 1:
        metadata.create_all(connection)
        create_views(connection)
        connection.execute(versions.insert().values(version=1))
    return found


def check(connection: Connection) -> None:
    """Raise `SchemaError` unless the tables have `VERSION`."""
    found = version_of(connection)
    if found != VERSION:
        raise SchemaError(f"the tables have version {found}, this receiver needs {VERSION}; run clickqueue-receiver migrate")
