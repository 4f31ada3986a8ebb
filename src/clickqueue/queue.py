"""The life of an event: accepted, stored, sent, settled. Nothing here ever throws into the host, but for a bad config at the start.

Every public method, timer, answer and piece of news changes what it must and then comes to `_proceed`, which sends
what is due, arms the one timer, and tells the host what has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Api, Env, PageNews

from clickqueue.alarm import Alarm
from clickqueue.config import read_api, read_config
from clickqueue.event import admit
from clickqueue.journal import Journal
from clickqueue.ownership import Ownership
from clickqueue.sender import Sender
from clickqueue.snapshots import Snapshots
from clickqueue.stats import Stats


class Queue:
    """A click queue over whatever ports it is given; `main.ClickQueue` gives it those of a browser."""

    def open(self, config: Any, api: Api, env: Env) -> None:
        """Start. Raises TypeError or RangeError for a bad config (CONTRACT 1.6)."""
        self._config = read_config(config)
        self._env = env
        self._stats = Stats()
        self._journal = Journal(env, self._stats)
        self._sender = Sender(env, self._config, read_api(api), self._journal, self._stats)
        self._sender.rest = lambda: self._proceed()
        self._alarm = Alarm(env.clock, lambda: self._proceed())
        self._is_busy = False
        self._is_destroyed = False
        self._purged_at_ms: float = -1
        self._ownership = Ownership(env, self._config["storageKey"], self._journal, lambda found: self._recover(found))
        self._snapshots = Snapshots(self._count())
        self._unlisten = env.page.listen(lambda news, key: self._hear(news, key))
        self._ownership.ask()
        self._proceed()

    # -- for the host (CONTRACT 1.3)

    def enqueue(self, event: Any) -> str | None:
        """Accept an event: it is in storage before its id is returned. None where it is none (CONTRACT 2)."""
        record = self._admit(event)
        if record is not None:
            if self._journal.has(record.id):
                self._stats.duplicates += 1
            else:
                self._accept(record)
        self._proceed()
        return record.id if record is not None else None

    def flush(self) -> None:
        """Send what is unsent now, batch after batch, whatever the path was like (CONTRACT 3.9)."""
        self._sender.flush()
        self._proceed()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever the snapshot has changed, until the returned function is called."""
        return self._snapshots.subscribe(listener)

    def get_snapshot(self) -> dict[str, Any]:
        """The `QueueStats` of now; the same object until something changes (CONTRACT 6.1)."""
        return self._snapshots.latest

    def purge(self) -> None:
        """Forget every event, here and in storage: consent was withdrawn (CONTRACT 5.4)."""
        if self._is_destroyed:
            return
        # What other tabs leave behind later was clicked before the withdrawal too.
        self._purged_at_ms = self._env.clock.now_ms()
        for record in self._journal.records():
            self._sender.drop(record, "purged", "purge() was called")
        self._save()

    def destroy(self) -> None:
        """Leave no timer and no listener behind; stored events wait for the next start (CONTRACT 5.3)."""
        if not self._is_destroyed:
            self._is_destroyed = True
            self._unlisten()
            self._proceed()
            self._snapshots.close()

    # -- inside

    def _admit(self, event: Any) -> Record | None:
        if self._is_destroyed:
            self._stats.drop(event, "invalid", "the queue is destroyed; make a new one")
            return None
        refuse = lambda detail: self._stats.drop(event, "invalid", detail)  # noqa: E731
        return admit(event, self._env, self._config["maxEventBytes"], refuse)

    def _accept(self, record: Record) -> None:
        self._stats.enqueued += 1
        record.due_at_ms = self._env.clock.uptime_ms() + self._config["maxBatchDelay"]
        self._sender.line.unsent.append(record)
        self._journal.add(record)
        self._shed()
        self._journal.save()

    def _shed(self) -> None:
        """Over the limits the oldest goes (CONTRACT 4.7)."""
        journal = self._journal
        while journal.count > self._config["maxQueueSize"] or journal.size_bytes > self._config["maxQueueBytes"]:
            record = self._sender.line.oldest_idle()
            if record is None:
                return
            self._sender.drop(record, "overflow", "more than maxQueueSize or maxQueueBytes are pending")
            self._sender.line.drop_lost()

    def _recover(self, found: list[Record]) -> None:
        """Records came from storage: they have waited for a page already, so they are due."""
        self._stats.recovered += len(found)
        fresh: list[Record] = []
        for record in found:
            record.due_at_ms = self._env.clock.uptime_ms()
            if record.timestamp_ms <= self._purged_at_ms:
                self._sender.drop(record, "purged", "left behind by another tab before purge() was called")
            elif not self._sender.line.rejoin(record):
                fresh.append(record)
        self._sender.line.put_first(fresh)
        self._shed()
        self._save()

    def _hear(self, news: PageNews, key: str | None) -> None:
        if news == "storage":
            self._ownership.hear(key)
        elif news == "online":
            self._sender.flush()
        elif news == "visible":
            self._on_visible()
        elif news == "hidden":
            self._sender.send_all()
        elif news == "leave":
            self._sender.send_all()
            self._stats.handed_over += self._ownership.leave()
            self._save()
        elif news == "return":
            self._ownership.ask()
        self._proceed()

    def _on_visible(self) -> None:
        if self._sender.gate.is_parked():
            self._sender.gate.open()
        self._ownership.scan()

    def _save(self) -> None:
        self._sender.line.drop_lost()
        self._journal.save()
        self._proceed()

    def _proceed(self) -> None:
        """Send what is due, arm the timer for what is due next, and say what has changed."""
        # An api may answer at once, and a host may call back: whoever is first finishes the work.
        if self._is_busy:
            return
        self._is_busy = True
        wake_at_ms = self._wake_at_ms()
        while wake_at_ms is not None and wake_at_ms <= self._env.clock.uptime_ms():
            self._sender.send_next()
            wake_at_ms = self._wake_at_ms()
        self._alarm.set(wake_at_ms)
        self._is_busy = False
        if self._is_destroyed and len(self._sender.line.flying()) == 0:
            self._ownership.release()
        self._snapshots.publish(self._count())
        self._stats.tell(self._config["onDrop"])

    def _wake_at_ms(self) -> float | None:
        return None if self._is_destroyed else self._sender.wake_at_ms()

    def _count(self) -> dict[str, Any]:
        is_online = self._env.network.is_online()
        is_persistent = self._journal.is_persistent()
        state = self._sender.state(self._is_destroyed)
        return self._stats.snapshot(state, is_online, is_persistent, self._journal.count, self._sender.line.in_flight())
