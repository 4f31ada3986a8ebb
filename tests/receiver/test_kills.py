"""Kills under load: whatever was acknowledged before a SIGKILL is in the database after it, once."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

import pytest

from tests.receiver.load import Load
from tests.receiver.postgres import Postgres
from tests.receiver.served import Served, served
from tests.receiver.waiting import wait_until

KILLS = 3
EVENTS = 1_000
"""Acknowledged before each kill, so that it hits a receiver that is at work."""


def ids_in(db: str, server: Postgres | None) -> list[str]:
    """Every id in the table, as often as it is there."""
    if server:
        return [str(row[0]) for row in server.query("SELECT id FROM clicks")]
    connection = sqlite3.connect(db.removeprefix("sqlite:///"))
    try:
        return [str(row[0]) for row in connection.execute("SELECT id FROM clicks")]
    finally:
        connection.close()


def check(name: str, load: Load, found: list[str]) -> None:
    """No acknowledged event is missing, none is double, and none came from nowhere."""
    missing, double = load.acknowledged - set(found), len(found) - len(set(found))
    print(
        f"{name}: {len(load.acknowledged)} acknowledged, {len(missing)} missing, {double} double, {load.failures} requests broken"
    )
    assert (missing, double, set(found) - load.sent) == (set(), 0, set())


def postgres_of(db: str, request: pytest.FixtureRequest) -> Postgres | None:
    """The server behind an address."""
    server: Postgres | None = request.getfixturevalue("postgres_server") if db.startswith("postgresql") else None
    return server


def test_a_killed_receiver_loses_nothing(db: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """SIGKILL of the receiver under load, three times, each followed by a start on the same database."""
    with served(tmp_path, "--db", db) as receiver:
        with Load(receiver.port) as load:
            for _ in range(KILLS):
                load.wait_for(EVENTS)
                receiver.kill()
                receiver.start()
            load.wait_for(EVENTS)
        assert receiver.stop() == 0
    check(f"receiver killed, {db.partition(':')[0]}", load, ids_in(db, postgres_of(db, request)))
    assert load.failures >= KILLS


def test_a_killed_database_loses_nothing(postgres: Postgres, tmp_path: Path) -> None:
    """SIGKILL of PostgreSQL and of all its processes under load, three times: 503 meanwhile, then it goes on by itself."""
    with served(tmp_path, "--db", postgres.url, "--retry-after-s", "1") as receiver:
        with Load(receiver.port) as load:
            for _ in range(KILLS):
                load.wait_for(EVENTS)
                answered = len(load.statuses)
                postgres.kill()
                wait_until(lambda since=answered: 503 in load.statuses[since:], "requests are answered 503")  # type: ignore[misc]
                assert receiver.health() == 503
                postgres.start()
            load.wait_for(EVENTS)
        assert receiver.stop() == 0
    check("PostgreSQL killed", load, ids_in(postgres.url, postgres))
    assert set(load.statuses) == {200, 503}


def test_a_receiver_waits_for_its_database(postgres: Postgres, tmp_path: Path) -> None:
    """Started while PostgreSQL is down it answers 503, and takes events once the server is there."""
    postgres.kill()
    with served(tmp_path, "--db", postgres.url) as receiver:
        assert receiver.health() == 503
        postgres.start()
        with Load(receiver.port, connections=1) as load:
            load.wait_for(10)
        check("PostgreSQL started later", load, ids_in(postgres.url, postgres))


def test_a_stuck_database_is_answered_503_in_time(postgres: Postgres, tmp_path: Path) -> None:
    """PostgreSQL stopped by SIGSTOP answers nothing and breaks nothing: 503 before the queue gives up, then all goes on."""
    with served(tmp_path, "--db", postgres.url, "--commit-timeout-ms", "300") as receiver, Load(receiver.port) as load:
        load.wait_for(EVENTS)
        postgres.pause()
        try:
            wait_until(lambda: 503 in load.statuses, "requests are answered 503")
        finally:
            postgres.resume()
        load.wait_for(EVENTS)
    check("PostgreSQL stuck", load, ids_in(postgres.url, postgres))


def test_a_signal_drains(db: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """After SIGTERM under load what was accepted is committed and answered, the rest gets 503 while the port is open."""
    with served(tmp_path, "--db", db, "--drain-ms", "500") as receiver:
        with Load(receiver.port) as load:
            load.wait_for(EVENTS)
            receiver.signal(signal.SIGTERM)
            wait_until(lambda: receiver.process and receiver.process.poll() is not None, "the receiver leaves")
        assert receiver.stop() == 0
    check(f"drained, {db.partition(':')[0]}", load, ids_in(db, postgres_of(db, request)))
    assert set(load.statuses) == {200, 503}
    assert "Traceback" not in receiver.log()


def test_two_receivers_share_a_database(postgres: Postgres, tmp_path: Path) -> None:
    """They have no state: the same ids through both at the same time are stored once."""
    with served(tmp_path, "--db", postgres.url) as first, served(tmp_path, "--db", postgres.url) as second:
        with Load(first.port, connections=4) as one, Load(second.port, connections=4) as other:
            one.wait_for(EVENTS)
            other.wait_for(EVENTS)
        found = ids_in(postgres.url, postgres)
    # Both count from 0, so that nearly every id comes through both.
    assert len(found) == len(set(found))
    assert one.acknowledged | other.acknowledged <= set(found)
    assert len(one.acknowledged & other.acknowledged) > EVENTS / 2


def test_a_used_port_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 2, with the port and the option that chooses another."""
    with served(tmp_path) as receiver:
        other = Served(tmp_path, "--port", str(receiver.port))
        with pytest.raises(AssertionError) as caught:
            other.start()
    assert other.process
    assert other.process.wait() == 2
    assert "choose another with --port" in str(caught.value)
