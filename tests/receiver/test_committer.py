"""Group commit: requests share a commit, each is answered after it, and one fault of the database is everybody's 503."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DataError, OperationalError

from clickqueue_receiver.committer import Committer
from clickqueue_receiver.event import Row
from clickqueue_receiver.metrics import Metrics
from clickqueue_receiver.refused import Unavailable
from clickqueue_receiver.settings import Settings
from clickqueue_receiver.store import Inserted, Store


def row(event_id: str) -> Row:
    """A row with an id."""
    return Row(event_id, "s", "q", "o", "b", None, None, None, datetime.now(UTC), None, {})


class WatchedStore(Store):
    """SQLite that notes its commits. It can be held up, and can fail."""

    def __init__(self, tmp_path: Path, **settings: Any) -> None:
        self.settings = Settings(db=f"sqlite:///{tmp_path / 'clicks.sqlite3'}", **settings)
        super().__init__(self.settings)
        self.commits: list[list[str]] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.fault: Exception | None = None

    def _insert_once(self, rows: list[Row]) -> set[str]:
        self.may_go.wait(20)
        self.commits.append([each.id for each in rows])
        if self.fault:
            raise self.fault
        return super()._insert_once(rows)


def play(store: WatchedStore, story: Callable[[Committer], Awaitable[Any]], expected: int = 0) -> Any:
    """Run a story with a committer; `expected` requests are said to be at work."""

    async def run() -> Any:
        committer = Committer(store, store.settings, Metrics(), lambda: expected)
        await committer.prepare()
        committer.work()
        try:
            return await story(committer)
        finally:
            store.may_go.set()
            await committer.close()

    return asyncio.run(run())


async def submit_while_busy(store: WatchedStore, committer: Committer, *groups: list[Row]) -> list[Inserted]:
    """Submit some groups of rows while another commit is under way."""
    store.may_go.clear()
    first = asyncio.create_task(committer.submit([row("first")]))
    while not committer_is_busy(committer):
        await asyncio.sleep(0)
    tasks = [asyncio.create_task(committer.submit(rows)) for rows in groups]
    await asyncio.sleep(0)
    store.may_go.set()
    await first
    return list(await asyncio.gather(*tasks))


def committer_is_busy(committer: Committer) -> bool:
    """Whether the first group has been taken from the queue."""
    return committer._waiting > 0 and committer._queue.empty()


def test_requests_that_wait_share_a_commit(tmp_path: Path) -> None:
    """While one commit is under way the others gather, and the next commit takes them all."""
    store = WatchedStore(tmp_path)
    play(store, lambda committer: submit_while_busy(store, committer, [row("a"), row("b")], [row("c")], [row("d")]))
    assert store.commits == [["first"], ["a", "b", "c", "d"]]


def test_a_group_has_a_limit(tmp_path: Path) -> None:
    """Once it has `max_group_events`, the others wait for the next commit."""
    store = WatchedStore(tmp_path, max_group_events=2)
    play(store, lambda committer: submit_while_busy(store, committer, [row("a")], [row("b")], [row("c")]))
    assert store.commits == [["first"], ["a", "b"], ["c"]]


def test_an_id_in_two_requests_of_a_group_is_new_for_one(tmp_path: Path) -> None:
    """The first of them has it accepted, for the other it is a duplicate; the database gets it once."""
    store = WatchedStore(tmp_path)
    found = play(store, lambda committer: submit_while_busy(store, committer, [row("a")], [row("a"), row("b")]))
    assert [each.new for each in found] == [{"a"}, {"b"}]
    assert store.commits[1] == ["a", "b"]


def test_the_first_moment_waits_for_others(tmp_path: Path) -> None:
    """With more requests at work than wait, the first one waits up to `group_wait_ms` for them."""
    store = WatchedStore(tmp_path, group_wait_ms=100)

    async def story(committer: Committer) -> None:
        await asyncio.gather(*(committer.submit([row(name)]) for name in "abc"))

    play(store, story, expected=5)
    assert store.commits == [["a", "b", "c"]]


def test_a_commit_that_takes_too_long_is_no_success(tmp_path: Path) -> None:
    """After `commit_timeout_ms` the answer is 503, whatever the database does later."""
    store = WatchedStore(tmp_path, commit_timeout_ms=20)
    store.may_go.clear()
    with pytest.raises(Unavailable) as caught:
        play(store, lambda committer: committer.submit([row("a")]))
    assert (caught.value.reason, "within 20 ms" in caught.value.text) == ("slow", True)


def test_a_failed_commit_is_everybodys(tmp_path: Path) -> None:
    """Every request of the group gets a 503, and none is told that its events are stored."""
    store = WatchedStore(tmp_path)
    store.fault = OperationalError("INSERT", {}, Exception("disk full"))

    async def story(committer: Committer) -> list[Any]:
        tasks = [committer.submit([row(name)]) for name in "ab"]
        return [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)]

    assert play(store, story) == [Unavailable, Unavailable]


def test_what_the_database_cannot_store_fails_alone(tmp_path: Path) -> None:
    """A group with a row that it refuses is stored by halves; only the culprit is rejected."""

    class Picky(WatchedStore):
        def _insert_once(self, rows: list[Row]) -> set[str]:
            if any(each.id == "bad" for each in rows):
                raise DataError("INSERT", {}, Exception("value out of range\nDETAIL: secret"))
            return super()._insert_once(rows)

    store = Picky(tmp_path)
    found = play(store, lambda committer: committer.submit([row(name) for name in ("a", "b", "bad", "c", "d")]))
    assert found.new == {"a", "b", "c", "d"}
    assert found.refused == {"bad": "the database cannot store it: value out of range"}


def test_a_dead_connection_is_tried_once_more(tmp_path: Path) -> None:
    """After a failover the first commit finds its connection dead; a fresh one serves, and nobody notices."""
    store = WatchedStore(tmp_path)
    store.fault = OperationalError("INSERT", {}, Exception("server closed the connection"), connection_invalidated=True)
    real = store._insert_once

    def once(rows: list[Row]) -> set[str]:
        try:
            return real(rows)
        finally:
            store.fault = None

    store._insert_once = once  # type: ignore[method-assign]
    assert play(store, lambda committer: committer.submit([row("a")])).new == {"a"}


def test_a_stop_commits_what_waits(tmp_path: Path) -> None:
    """`close` returns after the last commit, and each of its requests is answered."""
    store = WatchedStore(tmp_path)
    found: list[Inserted] = []

    async def story(committer: Committer) -> None:
        store.may_go.clear()

        async def one(name: str) -> None:
            found.append(await committer.submit([row(name)]))

        tasks = [asyncio.create_task(one(name)) for name in "ab"]
        await asyncio.sleep(0)
        store.may_go.set()
        await committer.close()
        await asyncio.gather(*tasks)

    play(store, story)
    assert sorted(name for each in found for name in each.new) == ["a", "b"]
