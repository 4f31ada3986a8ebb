"""A receiver with a fresh database for each test, and one PostgreSQL for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from starlette.testclient import TestClient

from tests.receiver.bed import receiving
from tests.receiver.postgres import Postgres, find, running_postgres

# A machine that does other things at the same time makes no test wrong.
settings.register_profile("receiver", deadline=None)
settings.load_profile("receiver")

TABLES = "DROP VIEW IF EXISTS clicks_by_offer, clicks_by_button_variant, clicks_by_hour; DROP TABLE IF EXISTS clicks, clickqueue_schema"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a receiver in this process, with SQLite."""
    with receiving(tmp_path, allow_origin=("https://shop.example",)) as made:
        yield made


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A server that every test of a run shares. In CI it is never missing."""
    if not find("postgres"):
        assert not os.environ.get("CI"), (
            "there is no PostgreSQL server, and CI tests nothing without one; see tools/postgres_setup.py"
        )
        pytest.skip("there is no PostgreSQL server here; python -m tools.postgres_setup says how to have one")
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> Postgres:
    """The server, without any table of the receiver."""
    postgres_server.query(TABLES)
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clicks.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url
