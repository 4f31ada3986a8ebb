"""What every test of the receiver starts from: events as the queue sends them, and a receiver in this process."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from clickqueue_receiver import Settings, create_app

SINGLE, BATCH = "/api/track/click", "/api/track/click/batch"
CLICKED_MS = 1_767_225_600_000
_numbers = itertools.count()


def event(**changes: Any) -> dict[str, Any]:
    """A click as the queue sends it, with an id of its own; a field that is changed to None is left out."""
    click = {
        "id": f"click-{next(_numbers)}",
        "sessionId": "s-1",
        "questionId": "q-1",
        "offerId": "o-1",
        "buttonVariantId": "blue",
        "timestamp": CLICKED_MS,
        "userAgent": "Mozilla/5.0",
    }
    return {name: value for name, value in (click | changes).items() if value is not None}


def batch(*events: Any, **changes: Any) -> bytes:
    """A batch as the queue sends it."""
    return json.dumps({"events": events, "batchId": "b-1", "timestamp": CLICKED_MS + 5_000} | changes).encode()


@contextmanager
def receiving(tmp_path: Path, **settings: Any) -> Iterator[TestClient]:
    """A client of a receiver with a fresh SQLite file, which is stopped when the block ends."""
    chosen = {"db": f"sqlite:///{tmp_path / 'clicks.sqlite3'}"} | settings
    with TestClient(create_app(Settings(**chosen)), raise_server_exceptions=False) as client:
        yield client


def post(client: TestClient, path: str, body: bytes, **headers: str) -> Any:
    """Post a body as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, content=body, headers={"content-type": "application/json"} | named)
