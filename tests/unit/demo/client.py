"""A client of the demo's server. Invariant: each request has a connection of its own, as those of a browser that was restarted."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

from examples.server import BATCH

EMPTY = {"answer": "ok", "requests": [], "received": 0, "stored": 0, "events": []}
"""The state of a server that has just started."""


class Client:
    """A browser, as far as HTTP goes; one connection for each request."""

    def __init__(self, url: str) -> None:
        self.address = url.removeprefix("http://")

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        return self.ask("GET", path, None)

    def post(self, path: str, value: object) -> int:
        """The status."""
        return self.ask("POST", path, json.dumps(value).encode())[0]

    def click(self, *ids: str) -> int:
        """Send a batch."""
        return self.post(BATCH, {"events": [click(id) for id in ids], "batchId": "b", "timestamp": 1})

    def ask(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        with closing(http.client.HTTPConnection(self.address, timeout=30)) as connection:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def click(id: object) -> dict[str, Any]:
    """An event that has all that it must have."""
    return {"id": id, "sessionId": "s", "questionId": "q", "offerId": "o", "buttonVariantId": "b"}


def statuses(state: dict[str, Any]) -> list[str]:
    """The status of each request in the log, the oldest first."""
    return [request["status"] for request in state["requests"]]
