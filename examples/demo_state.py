"""What the demo's server knows: the events that it stored, the requests that it saw, and what it is told to answer.

Invariant: an event is stored once, by its id, however often it arrives (CONTRACT 6.3).
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from examples.demo_metrics import Metrics

ANSWERS = ("ok", "500", "429", "hangs", "lost", "cut")
"""ok: stored, 200. 500 and 429: refused. hangs: taken, never answered. lost: stored, the answer gets lost. cut: hung up."""

MAX_LOG = 200  # requests shown; the store keeps everything
WATCH_POLL_S = 15  # an event stream says something at least this often, so that a dead reader is noticed

Event = dict[str, Any]


class Store:
    """Events by id, in SQLite: the part of a real backend that makes sending twice harmless."""

    def __init__(self, database: str) -> None:
        if database != ":memory:":
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(database, check_same_thread=False)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
        )

    def add(self, events: list[Event]) -> list[Event]:
        """Store the events that are new, and return them."""
        with self._lock, self._connection as connection:
            return [event for event in events if self._insert(connection, event)]

    def _insert(self, connection: sqlite3.Connection, event: Event) -> bool:
        row = (storable(event["id"]), json.dumps(event))
        return connection.execute("INSERT OR IGNORE INTO events (id, body) VALUES (?, ?)", row).rowcount == 1

    def count(self) -> int:
        """How many events there are."""
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM events").fetchone()[0])

    def latest(self, limit: int) -> list[Event]:
        """The last events that arrived, oldest first."""
        query = "SELECT body FROM events ORDER BY position DESC LIMIT ?"
        with self._lock:
            rows = self._connection.execute(query, (limit,)).fetchall()
        return [json.loads(body) for (body,) in reversed(rows)]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._connection as connection:
            connection.execute("DELETE FROM events")

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()


class Demo:
    """What all connections share: the store, the log of requests, and what the server is told to answer."""

    def __init__(self, database: str = ":memory:", latency_ms: int = 0) -> None:
        self.store = Store(database)
        self.latency_s = latency_ms / 1000
        self.is_closing = False
        self._answer = "ok"
        self._metrics = Metrics()
        self._log: deque[dict[str, Any]] = deque(maxlen=MAX_LOG)
        self._requests = 0
        self._forgotten = 0  # so many of them came before the last reset
        self._version = 0
        self._changed = threading.Condition()

    @property
    def answer(self) -> str:
        """One of `ANSWERS`."""
        return self._answer

    @answer.setter
    def answer(self, answer: object) -> None:
        if answer not in ANSWERS:
            raise ValueError(f"answer is {answer!r}; allowed: {', '.join(ANSWERS)}")
        self._answer = str(answer)
        self._touch()

    def note(self, path: str, batch: dict[str, Any]) -> dict[str, Any]:
        """Write a request into the log the moment it arrives; `settle` completes it."""
        with self._changed:
            self._requests += 1
            ids = [event["id"] for event in batch["events"]]
            entry = {"number": self._requests, "receivedAt": now_ms(), "path": path, "batchId": batch.get("batchId")}
            entry.update(ids=ids, status="open", added=0)
            self._log.append(entry)
            self._metrics.count_request(now_ms())
        self._touch()
        return entry

    def is_forgotten(self, entry: dict[str, Any]) -> bool:
        """Whether a reset has come since `note`."""
        return int(entry["number"]) <= self._forgotten

    def book(self, entry: dict[str, Any], events: list[Event]) -> int:
        """Store what is new, as if it had been at once: a reset since then has emptied that too. Says how many were."""
        with self._changed:
            if self.is_forgotten(entry):
                return 0
            added = self.store.add(events)
            self._metrics.count_commit(now_ms(), added, len(events) - len(added))
            return len(added)

    def settle(self, entry: dict[str, Any], status: str, added: int = 0) -> None:
        """What became of a request, for the log."""
        with self._changed:
            entry.update(status=status, added=added)
        self._touch()

    def state(self) -> dict[str, Any]:
        """Everything the page shows of the server."""
        stored, events = self.store.count(), self.store.latest(MAX_LOG)
        with self._changed:
            log = [dict(entry) for entry in self._log]
            received = self._requests - self._forgotten
            return {"answer": self._answer, "requests": log, "received": received, "stored": stored, "events": events}

    def figures(self) -> dict[str, Any]:
        """Everything the operator's page shows, since the start or the last reset."""
        with self._changed:
            return self._metrics.figures(now_ms())

    def reset(self) -> None:
        """An empty store, an empty log, a server that answers."""
        with self._changed:
            self.store.clear()
            self._log.clear()
            self._metrics.clear()
            self._forgotten = self._requests
        self.answer = "ok"

    def watch(self) -> Iterator[dict[str, Any] | None]:
        """The state, now and after each change; None when nothing happened for a while."""
        seen = -1
        while not self.is_closing:
            with self._changed:
                if self._version == seen:
                    self._changed.wait(WATCH_POLL_S)
                is_news, seen = self._version != seen, self._version
            yield self.state() if is_news else None

    def close(self) -> None:
        """Let the waiting connections go."""
        self.is_closing = True
        self._touch()

    def _touch(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()


def storable(text: str) -> str:
    """The text that SQLite can take: half of a surrogate pair, which has no UTF-8, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def now_ms() -> int:
    """Wall time in ms since 1970, as JavaScript counts it."""
    return int(time.time() * 1000)
