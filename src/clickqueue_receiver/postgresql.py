"""PostgreSQL: one statement a batch, and no commit counts that a standby may lack.

The statement is its own transaction: three round trips (BEGIN, INSERT, COMMIT) become one.
"""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy import ARRAY, Connection, Engine, bindparam, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from clickqueue_receiver.event import Row, as_json
from clickqueue_receiver.schema import clicks

# A leader that died without a word is noticed within seconds, not after the 15 minutes of TCP's own retries.
CONNECT_TIMEOUT_S = 3
TCP_USER_TIMEOUT_MS = 5_000
KEEPALIVES_IDLE_S = 5
# Longer than a balancer's failover; a fresh connection finds the new leader.
RECYCLE_S = 300


def conninfo(url: str) -> str:
    """The address as libpq takes it: it knows every parameter of its own, several hosts included."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.removesuffix('+psycopg')}://{rest}"


def create(url: str, writers: int) -> Engine:
    """An engine for a server."""
    address = conninfo(url)
    given = psycopg.conninfo.conninfo_to_dict(address)
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
        "keepalives_idle": KEEPALIVES_IDLE_S,
        "application_name": "clickqueue-receiver",
    }
    parameters = {name: value for name, value in defaults.items() if name not in given}
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(address, **parameters),
        pool_size=writers + 1,  # One more, for /healthz.
        max_overflow=0,
        pool_recycle=RECYCLE_S,
        pool_use_lifo=True,
        json_serializer=as_json,
    )
    event.listen(engine, "connect", prepare)
    return engine


def prepare(connection: Any, record: Any) -> None:
    """Set up a new connection."""
    # A server that is set to answer before it has written would make "204 means stored" a lie.
    connection.autocommit = True
    connection.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
    connection.autocommit = False
    record.info["warnings"] = warnings = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary) if notice.sqlstate == "01000" else None)


def insert_rows(connection: Connection, rows: list[Row]) -> set[str]:
    """Insert what is new, in a transaction of its own; returns the new ids. A warning instead of an acknowledged commit is an error."""
    # One order for all: two statements that wait for each other's ids would be a deadlock.
    columns = zip(*sorted(rows), strict=True)
    warnings = connection.info["warnings"]
    warnings.clear()
    new = set(connection.execute(_insert, dict(zip(Row._fields, map(list, columns), strict=True))).scalars())
    if warnings:
        # "canceling wait for synchronous replication": committed here, and maybe not on the standby that may be the next leader.
        raise OperationalError(None, None, Exception(warnings[0]))
    return new


def _statement() -> Any:
    """`INSERT … SELECT FROM unnest(…) ON CONFLICT DO NOTHING RETURNING id`."""
    arrays = [bindparam(column.name, type_=ARRAY(column.type)) for column in clicks.columns]
    rows = func.unnest(*arrays).table_valued(*(column.name for column in clicks.columns), name="new").render_derived()
    chosen = select(*rows.columns)
    return insert(clicks).from_select(list(clicks.columns.keys()), chosen).on_conflict_do_nothing().returning(clicks.c.id)


_insert = _statement()
