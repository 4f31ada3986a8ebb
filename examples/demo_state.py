"""The state of the demo: the receiver with its table, the requests that arrived, and the answer that a person chose.

Invariant: what is shown as stored is in the receiver's table. The log has only what the table cannot know.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text

from clickqueue_receiver import Settings, create_app
from clickqueue_receiver.report import Report
from clickqueue_receiver.schema import clicks
from clickqueue_receiver.scripted import Answer
from clickqueue_receiver.testmode import event_of
from examples.demo_metrics import Metrics

RETRY_AFTER_S = 6  # longer than the first backoff of 2 s, so that a person sees who is obeyed

SCRIPT = {
    "ok": Answer(),
    "500": Answer(status=500),
    "429": Answer(status=429, retry_after=RETRY_AFTER_S),
    "hangs": Answer(status=503),
    "lost": Answer(cut=True, store=True),
    "cut": Answer(cut=True),
    "slow": Answer(),
    "portal": Answer(),
    "poison": Answer(),
    "422": Answer(),
}
"""The answers that a person can choose. The switches do the rest of "hangs", "slow", "portal", "poison" and "422" themselves."""

MAX_LOG = 200  # requests and events shown; the table keeps everything
WATCH_POLL_S = 0.03  # a person takes it for "at once"
RESET_POLL_S = 0.01  # about as long as a commit

Entry = dict[str, Any]


class Demo:
    """One receiver and its log. The server's event loop writes it; any thread may read it, and set `answer`.

    `settings` are the receiver's. Raises SQLAlchemy's `DBAPIError` where the file is no database.
    """

    def __init__(self, database: Path | str, latency_ms: int = 0, **settings: Any) -> None:
        path = Path(database).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.receiver = create_app(Settings(db=f"sqlite:///{path}", **settings))
        self.receiver.store.prepare()
        self.latency_s = latency_ms / 1000
        self.is_closing = False
        self._answer = "ok"
        self._metrics = Metrics()
        self._log: deque[Entry] = deque(maxlen=MAX_LOG)
        self._requests = 0
        self._forgotten = 0  # so many of them came before the last reset
        self._passed_on = 0
        self._version = 0
        self._lock = threading.Lock()

    @property
    def answer(self) -> str:
        """A name of `SCRIPT`."""
        return self._answer

    @answer.setter
    def answer(self, answer: object) -> None:
        if not isinstance(answer, str) or answer not in SCRIPT:
            raise ValueError(f"answer is {answer!r}; allowed: {', '.join(SCRIPT)}")
        self._answer = answer
        self._version += 1

    def note(self, path: str, batch_id: str | None, ids: list[str]) -> Entry:
        """Write a request into the log the moment it arrives; `settle` completes it."""
        with self._lock:
            self._requests += 1
            entry = {"number": self._requests, "receivedAt": now_ms(), "path": path, "batchId": batch_id}
            entry.update(ids=ids, status="open", added=0, known=0, rejected=0)
            self._log.append(entry)
            self._metrics.count_request(now_ms())
            self._version += 1
        return entry

    def is_forgotten(self, entry: Entry) -> bool:
        """Whether a reset has come since `note`."""
        return int(entry["number"]) <= self._forgotten

    @contextmanager
    def passing_on(self) -> Iterator[None]:
        """While a request is with the receiver; a reset waits for its end."""
        self._passed_on += 1
        try:
            yield
        finally:
            self._passed_on -= 1

    def settle(self, entry: Entry, status: str, report: Report | None = None) -> None:
        """The outcome of a request: its answer, and the receiver's report where it got so far."""
        with self._lock:
            entry["status"] = status
            self._version += 1
            if report is not None and not self.is_forgotten(entry):
                counts = report.counts
                entry.update(added=counts["accepted"], known=counts["duplicates"], rejected=counts["rejected"])
                self._metrics.count_commit(now_ms(), [row.clicked_at for row in report.accepted], counts["duplicates"])

    def state(self) -> dict[str, Any]:
        """Everything the page shows of the server. Waits for the database."""
        newest = select(clicks).order_by(text("rowid DESC")).limit(MAX_LOG)
        with self.receiver.store.engine.connect() as connection:
            stored = connection.execute(select(func.count()).select_from(clicks)).scalar_one()
            rows = connection.execute(newest).mappings().all()
        events = [event_of(dict(row)) for row in reversed(rows)]
        with self._lock:
            log = [dict(entry) for entry in self._log]
            received = self._requests - self._forgotten
            return {"answer": self._answer, "requests": log, "received": received, "stored": stored, "events": events}

    def figures(self) -> dict[str, Any]:
        """Everything the operator's page shows, since the start or the last reset."""
        with self._lock:
            return self._metrics.figures(now_ms())

    async def reset(self) -> None:
        """An empty table, an empty log, a server that answers. Only for the server's event loop."""
        while self._passed_on:
            await asyncio.sleep(RESET_POLL_S)
        # Nothing else runs until the deletion has its place before later commits.
        with self._lock:
            self._log.clear()
            self._metrics.clear()
            self._forgotten = self._requests
        self.answer = "ok"
        await self.receiver.committer.in_thread(self._delete_all)
        self._version += 1

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """The state, now and after each change. Only for the server's event loop."""
        seen = -1
        while not self.is_closing:
            if seen != self._version:
                seen = self._version
                yield await asyncio.to_thread(self.state)
            await asyncio.sleep(WATCH_POLL_S)

    def close(self) -> None:
        """Let the waiting connections go."""
        self.is_closing = True

    def _delete_all(self) -> None:
        with self.receiver.store.engine.begin() as connection:
            connection.execute(delete(clicks))


def now_ms() -> int:
    """Wall time in ms since 1970, as JavaScript counts it."""
    return int(time.time() * 1000)
