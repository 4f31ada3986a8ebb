"""The world of one script by seed: tabs over one storage, hosts that misbehave, and time.

Invariant: a script is its seed, and nothing here is checked. Other tests check that the queue is right; here the two languages
must only do the same.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fakes import World
from tests.twin.border import Borders
from tests.twin.host import Host
from tests.twin.recorder import Recorder

MINUTE_MS = 60_000
MAX_TASKS = 300
MAX_LINES = 10_000
MAX_HOSTS = 6


class Stage:
    """The world of one script."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = Random(seed)
        self.recorder = Recorder()
        self.borders = Borders(self.recorder)
        lag_ms = dice.choice((None, None, None, 1, 30))
        lock_delay_ms = dice.choice((0, 0, 2))
        self.world = World(lag=(lambda: lag_ms) if lag_ms else None, lock_delay=lambda: lock_delay_ms)
        self.world.locks.is_missing = dice.random() < 0.2
        self.trouble = dice.choice((0.0, 0.3, 0.6, 1.0))
        self.mischief = dice.choice((0, 0, 4))
        self.config = self._config()
        self.hosts: list[Host] = []
        self.clicks = 0

    def _config(self) -> dict[str, Any]:
        dice = self.dice
        choices: dict[str, tuple[Any, ...]] = {
            "maxBatchSize": (1, 2, 3, 50),
            "maxBatchDelay": (0, 100),
            "maxRetries": (1, 2, 3),
            "retryJitter": (0.25,),
            "maxQueueSize": (1, 4, 20),
            "maxQueueBytes": (1000, 3000),
            "maxEventBytes": (200, 50_000),
            "maxEventAge": (0, 5000),
            "requiredFields": ([], ["account"], ["sessionId", "toString"]),
        }
        return {name: dice.choice(values) for name, values in choices.items() if dice.random() < 0.2}

    def open(self) -> None:
        """A new tab with a queue."""
        if len(self.hosts) < MAX_HOSTS:
            self.hosts.append(Host(self, self.world.open()))

    def running(self) -> list[Host]:
        return [host for host in self.hosts if host.tab.life.state == "running"]

    def frozen(self) -> list[Host]:
        return [host for host in self.hosts if host.tab.life.state == "frozen"]

    def let_pass(self, ms: float) -> None:
        """Let time pass, but no more than so many tasks: tabs that answer each other without end are the simulator's business."""
        timeline = self.world.timeline
        end_ms = timeline.uptime_ms + ms
        for _ in range(MAX_TASKS):
            if self.is_long():
                return
            next_ms = timeline.next_ms()
            if next_ms is None or next_ms > end_ms:
                timeline.advance(end_ms - timeline.uptime_ms)
                return
            timeline.step()

    def is_long(self) -> bool:
        """Whether there is enough to compare."""
        return len(self.recorder.lines) > MAX_LINES

    def calm_down(self) -> None:
        """No more faults: everything that waits can end."""
        world = self.world
        world.locks.let_go()
        world.origin.quota_chars = None
        self.trouble = self.mischief = 0
        for host in self.hosts:
            host.mend()
            host.tab.come_back()
        world.network.online = True
        world.tell_all("online")
        self.let_pass(25 * MINUTE_MS)
        for host in self.hosts:
            host.queue.destroy()
        self.let_pass(0)
