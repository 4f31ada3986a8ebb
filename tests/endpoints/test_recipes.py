"""The recipes of examples/endpoints keep the contract: `clickqueue check` finds nothing, and the database agrees."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from clickqueue_check.endpoint import Endpoint, Target
from clickqueue_check.report import line
from clickqueue_check.runner import run
from clickqueue_receiver.text import original
from tests.endpoints.recipes import ORIGIN, RECIPES, serve


@dataclass(frozen=True)
class Recipe:
    """A recipe that runs."""

    url: str
    database: Path

    def endpoint(self) -> Endpoint:
        """It, as a page on another origin sees it."""
        return Endpoint(Target(self.url, f"{self.url}/batch", ORIGIN))

    def stored(self) -> list[str]:
        """The ids in its table, as they were sent: the receiver stores those that no database takes in a form of its own."""
        with closing(sqlite3.connect(self.database)) as connection:
            return [original(id) for (id,) in connection.execute(f"SELECT id FROM {self.table(connection)}")]

    def table(self, connection: sqlite3.Connection) -> str:
        """The one table that has clicks."""
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'clickqueue_schema'"
        (names,) = connection.execute(tables).fetchall()
        return str(names[0])


@pytest.fixture(scope="module", params=RECIPES)
def recipe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recipe]:
    """Each recipe, with a database of its own."""
    database = tmp_path_factory.mktemp("database") / "clicks.sqlite3"
    with serve(request.param, database) as url:
        yield Recipe(url, database)


def test_a_recipe_keeps_the_contract(recipe: Recipe) -> None:
    """Every check passes from another origin, and what was acknowledged is stored, once, and nothing else is (CONTRACT 6.3)."""
    endpoint = recipe.endpoint()
    wrong = [line(result) for result in run(endpoint) if result.finding.mark not in ("ok", "skipped")]
    assert wrong == []
    assert sorted(recipe.stored()) == sorted(endpoint.acknowledged)
    assert len(endpoint.acknowledged) > 100


def test_an_outage_of_the_database(recipe: Recipe) -> None:
    """Without its table it answers 5xx, which the client retries, and the page may read that answer (CONTRACT 3.5)."""
    with closing(sqlite3.connect(recipe.database)) as connection:
        connection.execute(f"DROP TABLE {recipe.table(connection)}")
    endpoint = recipe.endpoint()
    for route in endpoint.routes:
        answer = endpoint.post_new(route)
        assert (answer.status in (500, 503), answer.outcome()) == (True, "failed")
        assert answer.header("access-control-allow-origin") == ORIGIN
