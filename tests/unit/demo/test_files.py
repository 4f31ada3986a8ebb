"""The demo's server sends its pages under a strict policy, and no other file of the project."""

from __future__ import annotations

import pytest

from examples.server import PAGE
from tests.unit.demo.client import Client


def test_the_page_is_served_under_a_strict_policy(client: Client) -> None:
    """The page and its files come with a Content-Security-Policy that allows no inline script (CONTRACT 7.1)."""
    status, headers, body = client.get(PAGE)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in headers["content-security-policy"]
    assert b"unsafe" not in headers["content-security-policy"].encode()
    assert b"style=" not in body
    assert client.get("/")[1]["location"] == PAGE


@pytest.mark.parametrize(
    "path",
    [
        "/examples/../setup.cfg",
        "/pyproject.toml",
        "/examples/server.py",
        "/examples/demo_state.py",
        "/examples/%2e%2e/setup.cfg",
        "/dist",
        "/dist/none.js",
        "/npm/inspect.d.ts",
        "/node_modules/uplot/package.json",
        "/node_modules/react/index.js",
        "/x",
    ],
)
def test_nothing_else_is_served(client: Client, path: str) -> None:
    """Only pages, scripts and sheets of examples/, npm/ and dist/ leave the machine."""
    assert client.get(path)[0] == 404
    assert client.post(path, {}) in (404, 405)
