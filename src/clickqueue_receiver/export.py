"""`clickqueue-receiver export`: clicks as CSV or Parquet, in the order of their arrival. It reads in parts, whatever their number."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, Select, select

from clickqueue_receiver.event import Row, as_json
from clickqueue_receiver.moments import moment
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.settings import Settings, SettingsError, wrong
from clickqueue_receiver.store import Store

FORMATS = ("csv", "parquet")
# Rows in memory at once; also the row group of a Parquet file.
PART = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command, besides the database."""
    parser.add_argument("--since", metavar="TIME", help="only what arrived at or after it: 2026-01-31, or 2026-01-31T18:00:00Z")
    parser.add_argument("--until", metavar="TIME", help="only what arrived before it")
    parser.add_argument(
        "--format", default="csv", metavar="csv|parquet", help="default: csv; parquet needs clickqueue[receiver-parquet]"
    )
    parser.add_argument("--out", metavar="FILE", help="the file to write; default: standard output")
    parser.set_defaults(run=run)


def run(settings: Settings, parsed: argparse.Namespace) -> int:
    """Write what was chosen. Raises `SettingsError`."""
    write = writer(parsed.format)
    chosen = choose(parsed.since, parsed.until)
    with Store(settings) as store:
        store.check()
        with output(parsed.out) as file:
            write(file, parts(store.engine, chosen))
    return 0


def writer(kind: str) -> Callable[[IO[bytes], Iterator[Sequence[Any]]], None]:
    """The function that writes a format. Raises `SettingsError` for one that cannot be written, before a file is opened and so emptied."""
    if kind not in FORMATS:
        raise wrong("format", kind, " or ".join(FORMATS))
    if kind == "csv":
        return write_csv
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise SettingsError("format is 'parquet', and pyarrow is not installed; install clickqueue[receiver-parquet]") from None
    return write_parquet


def choose(since: str | None, until: str | None) -> Select[Any]:
    """The query. Raises `SettingsError`."""
    query = select(clicks).order_by(clicks.c.received_at, clicks.c.id)
    if since:
        query = query.where(clicks.c.received_at >= moment("since", since))
    return query.where(clicks.c.received_at < moment("until", until)) if until else query


def parts(engine: Engine, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows, some thousands at a time."""
    with engine.connect().execution_options(yield_per=PART) as connection:
        yield from connection.execute(query).partitions()


def output(name: str | None) -> AbstractContextManager[IO[bytes]]:
    """The file to write, or standard output. Raises `SettingsError`."""
    if name is None:
        return nullcontext(sys.stdout.buffer)
    try:
        return Path(name).open("wb")
    except OSError as error:
        raise wrong("out", name, f"a file that can be written ({error.strerror})") from None


def write_csv(file: IO[bytes], found: Iterator[Sequence[Any]]) -> None:
    """One line a click below one with the names; times in ISO 8601, the rest as JSON."""
    lines = csv.writer(_Encoded(file))
    lines.writerow(Row._fields)
    for part in found:
        lines.writerows([[cell(value) for value in row] for row in part])


def cell(value: object) -> object:
    """A value as CSV has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return as_json(value) if isinstance(value, dict) else value


def write_parquet(file: IO[bytes], found: Iterator[Sequence[Any]]) -> None:
    """A column of its own type each; the rest as JSON text."""
    import pyarrow
    import pyarrow.parquet

    kinds = {"retry_count": pyarrow.int32(), "skew_ms": pyarrow.int64()}
    times = dict.fromkeys(("clicked_at", "received_at"), pyarrow.timestamp("us", tz="UTC"))
    schema = pyarrow.schema([(name, (kinds | times).get(name, pyarrow.string())) for name in Row._fields])
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in found:
            lines = [row._asdict() | {"rest": as_json(row.rest)} for row in part]
            writer.write_table(pyarrow.Table.from_pylist(lines, schema))


class _Encoded:
    """What `csv` writes to: a binary file, in UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write one line."""
        return self._file.write(text.encode())
