"""Group commit: requests that come together share one commit, and each is answered only after it.

One flush of the disk a request is what limits both databases. While a commit is under way the next group gathers, so the groups
grow with the load by themselves; `group_wait_ms` is for the first moment, when several requests are about to arrive.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from clickqueue_receiver.event import Row
from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.refused import Unavailable
from clickqueue_receiver.settings import Settings
from clickqueue_receiver.store import Inserted, Store

# Often enough that a restarted database is found within a moment, seldom enough to be no load.
PROBE_S = 0.5

Result = TypeVar("Result")

log = logging.getLogger(__name__)


@dataclass
class Submission:
    """The rows of one request, and who waits for them."""

    rows: list[Row]
    done: asyncio.Future[Inserted] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Committer:
    """Takes the rows of requests, and commits them in groups."""

    def __init__(self, store: Store, settings: Settings, metrics: Metrics, expected: Callable[[], int]) -> None:
        self._store = store
        self._settings = settings
        self._metrics = metrics
        self._expected = expected  # Requests at work: those that do not wait yet may join a group.
        self._queue: asyncio.Queue[Submission] = asyncio.Queue()
        self._waiting = 0
        # One thread more than there are writers, so that a question for the database's health does not wait behind them.
        self._threads = ThreadPoolExecutor(store.writers + (not store.is_sqlite), "database")
        self._tasks: list[asyncio.Task[None]] = []
        self._probe: asyncio.Task[None] | None = None
        self.is_prepared = False

    @property
    def is_away(self) -> bool:
        """Whether the database failed, and has not answered since."""
        return self._probe is not None and not self._probe.done()

    async def prepare(self) -> None:
        """Create or check the tables. Raises `SchemaError`, and SQLAlchemy's `DBAPIError` where it is away."""
        await self.in_thread(self._store.prepare)
        self.is_prepared = True

    def work(self) -> None:
        """Begin to commit. A database that is not prepared yet is asked until it is."""
        self._tasks = [asyncio.create_task(self._commit_groups()) for _ in range(self._store.writers)]
        if not self.is_prepared:
            self._ask_until_it_answers()

    async def submit(self, rows: list[Row]) -> Inserted:
        """Commit some rows; returns after the commit. Raises `Unavailable`; then some of them may be stored all the same."""
        submission = Submission(rows)
        self._waiting += 1
        self._queue.put_nowait(submission)
        timer = asyncio.get_running_loop().call_later(self._settings.commit_timeout_ms / 1000, self._give_up, submission)
        try:
            return await submission.done
        finally:
            timer.cancel()
            self._waiting -= 1

    async def ping(self) -> None:
        """Ask the database for an answer. Raises what it raises."""
        await self.in_thread(self._store.ping)

    async def in_thread(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call something that blocks, in a thread of the database; SQLite has one, so that it never runs beside a commit."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    async def close(self) -> None:
        """Commit what waits, then stop."""
        while self._waiting:
            await asyncio.sleep(0.01)
        for task in [*self._tasks, *([self._probe] if self._probe else [])]:
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown)
        self._store.close()

    def unavailable(self, reason: str, text: str) -> Unavailable:
        """An answer that makes the client come back."""
        return Unavailable(reason, text + "; the events are not acknowledged, send them again", self._settings.retry_after_s)

    def _give_up(self, submission: Submission) -> None:
        if not submission.done.done():
            waited_ms = self._settings.commit_timeout_ms
            submission.done.set_exception(self.unavailable("slow", f"the database has not committed within {waited_ms} ms"))

    async def _commit_groups(self) -> None:
        while True:
            group = await self._gather()
            try:
                inserted = await self.in_thread(self._store.insert, unique([row for each in group for row in each.rows]))
            except Exception as error:
                log.error("commit failed: %s", error_text(error))
                self._metrics.failed_commits.inc()
                self._ask_until_it_answers()
                for each in group:
                    if not each.done.done():
                        each.done.set_exception(self.unavailable("database", "the database did not take the events"))
            else:
                share_out(group, inserted)

    async def _gather(self) -> list[Submission]:
        """The next group: at least one submission, and all others that wait."""
        group = [await self._queue.get()]
        if self._settings.group_wait_ms and self._expected() > self._waiting:
            await asyncio.sleep(self._settings.group_wait_ms / 1000)
        size = len(group[0].rows)
        while size < self._settings.max_group_events and not self._queue.empty():
            group.append(self._queue.get_nowait())
            size += len(group[-1].rows)
        self._metrics.group_sizes.observe(size)
        return [each for each in group if not each.done.done()]

    def _ask_until_it_answers(self) -> None:
        if not self.is_away:
            self._probe = asyncio.create_task(self._ask())

    async def _ask(self) -> None:
        while True:
            try:
                await self.in_thread(self._store.ping if self.is_prepared else self._store.prepare)
            except Exception as error:
                log.warning("database away: %s", error_text(error))
                await asyncio.sleep(PROBE_S)
            else:
                self.is_prepared = True
                return


def unique(rows: list[Row]) -> list[Row]:
    """The first row of each id."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row.id, row)
    return list(found.values())


def share_out(group: list[Submission], inserted: Inserted) -> None:
    """Tell each request of a group what became of its rows. An id that came twice is new for the first of them alone."""
    unclaimed = set(inserted.new)
    for each in group:
        ids = {row.id for row in each.rows}
        if not each.done.done():
            each.done.set_result(Inserted(ids & unclaimed, {key: why for key, why in inserted.refused.items() if key in ids}))
        unclaimed -= ids


def error_text(error: Exception) -> str:
    """The first line of an error; the lines below it are SQL, with the values of events."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
