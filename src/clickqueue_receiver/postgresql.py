"""PostgreSQL: one statement a batch, and no commit counts that a standby may lack.

The statement is its own transaction: three round trips (BEGIN, INSERT, COMMIT) become one.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import psycopg
from sqlalchemy import JSON, Connection, Engine, Text, bindparam, cast, column, create_engine, event, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from clickqueue_receiver.event import Row, as_json
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.settings import SettingsError, without_password

DRIVER = "postgresql+psycopg://"
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


def parameters_of(address: str) -> dict[str, Any]:
    """The parameters in an address. Raises `SettingsError` where libpq could never use it."""
    try:
        given = psycopg.conninfo.conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        # Not in libpq's words, which may quote the password.
        allowed = "parameters that libpq knows, and a password with its special characters as %40"
        raise SettingsError(f"db is {without_password(address)!r}, which is no address; allowed: {allowed}") from None
    if not re.fullmatch(r"[\d,]*", str(given.get("port", ""))):
        raise SettingsError(f"db is {without_password(address)!r}; allowed: a number as its port")
    return given


def create(url: str, connections: int, **settings: Any) -> Engine:
    """An engine for a server, with so many connections at most; `settings` are SQLAlchemy's. Raises `SettingsError`."""
    address = conninfo(url)
    given = parameters_of(address)
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
        "keepalives_idle": KEEPALIVES_IDLE_S,
        "application_name": "clickqueue-receiver",
    }
    parameters = {name: value for name, value in defaults.items() if name not in given}
    engine = create_engine(
        DRIVER,
        creator=lambda: psycopg.connect(address, **parameters),
        pool_size=connections,
        max_overflow=0,
        pool_recycle=RECYCLE_S,
        pool_use_lifo=True,
        json_serializer=as_json,
        **settings,
    )
    event.listen(engine, "connect", prepare)
    return engine


def create_writer(url: str, connections: int) -> Engine:
    """An engine whose statements are transactions of their own. Switching it on and off around each took five more calls of the driver."""
    return create(url, connections, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)


def prepare(connection: Any, record: Any) -> None:
    """Set up a new connection."""
    is_writer, connection.autocommit = connection.autocommit, True
    # Of a server west of UTC a click in the year 1 would come back as one before it, which Python cannot represent.
    connection.execute("SELECT set_config('TimeZone', 'UTC', false)")
    # A server that is set to answer before it has written would make "204 means stored" a lie.
    connection.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
    connection.autocommit = is_writer
    record.info["warnings"] = warnings = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary) if notice.sqlstate == "01000" else None)


def insert_rows(connection: Connection, rows: list[Row]) -> set[str]:
    """Insert what is new, in a transaction of its own; returns the new ids. A warning instead of an acknowledged commit is an error."""
    # One order for all: two statements that wait for each other's ids would be a deadlock.
    values = msgspec.json.encode([row._asdict() for row in sorted(rows)]).decode()
    warnings = connection.info["warnings"]
    warnings.clear()
    new = set(connection.exec_driver_sql(_insert, {"rows": values}).scalars())
    if warnings:
        # "canceling wait for synchronous replication": committed here, and maybe not on the standby that may be the next leader.
        raise OperationalError(None, None, Exception(warnings[0]))
    return new


def _statement() -> str:
    """`INSERT … SELECT FROM json_to_recordset(…) ON CONFLICT DO NOTHING RETURNING id`.

    One text carries all rows. As arrays for `unnest` they took psycopg six times the CPU time, which quotes each element in Python.
    """
    columns = [column(each.name, each.type) for each in clicks.columns]
    text = cast(bindparam("rows", type_=Text), JSON)
    rows = func.json_to_recordset(text).table_valued(*columns).render_derived(name="new", with_types=True)
    chosen = insert(clicks).from_select(list(clicks.columns.keys()), select(*rows.columns))
    return str(chosen.on_conflict_do_nothing().returning(clicks.c.id).compile(dialect=make_url(DRIVER).get_dialect()()))


_insert = _statement()
