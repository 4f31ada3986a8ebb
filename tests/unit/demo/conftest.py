"""A server of the demo, shared by the tests of a file and empty at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from examples.server import Demo, serve
from tests.unit.demo.client import Client


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, str]]:
    """A server that all tests of this file share."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "clicks.sqlite3")
    with serve(demo) as url:
        yield demo, url


@pytest.fixture
def client(served: tuple[Demo, str]) -> Client:
    """A client of the server, which knows of no request."""
    client = Client(served[1])
    assert client.post("/control/reset", {}) == 204
    return client


@pytest.fixture
def demo(served: tuple[Demo, str]) -> Demo:
    """What the server shares with the test."""
    return served[0]
