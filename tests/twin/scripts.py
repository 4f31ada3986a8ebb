"""Scripts by seed: tabs over one store, hosts that do as they like, and everything that can happen to them.

The law: a script is its seed, and nothing here is checked. What is right is the business of other tests; here the two
machines must only do the same.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.fakes import Failure, FakeJson, Promise, Tab, World, click
from tests.twin.record import Border, Recorder

KEY = "srv_click_queue"
MINUTE_MS = 60_000
DAY_MS = 86_400_000
MAX_TASKS = 300
MAX_LINES = 10_000

STATUSES = (None, 0, 200, 301, 401, 404, 408, 429, 500, 503, 400, 413, 422, "400", 400.5, True)
WAITS_MS = (None, None, None, 0, 1, 3000, 90_000, 10**9, -5, "soon", True, float("nan"), float("inf"))
NONSENSE: tuple[Any, ...] = (
    True,
    0,
    "text",
    "",
    [],
    {},
    [{"rejected": ["?"]}],
    {"rejected": "all"},
    {"rejected": {"length": 3}},
    {"rejected": [None, 1, [], {}, {"id": 7}, {"id": "unknown", "reason": 5}], "retry": [None, {}, "unknown"]},
    {"retry": {"length": 3}},
    {"then": 5},
)
ERRORS: tuple[Any, ...] = (None, "text", 5, [], {}, {"status": 422}, {"status": 503, "retryAfterMs": 7000})
JUNK = (
    "",
    "{",
    "42",
    '"str"',
    "null",
    '{"a":1}',
    '{"length":2}',
    "[]",
    "[null]",
    "[{}]",
    "[[1]]",
    '[{"id":"x"},7,{"__proto__":{"sessionId":"s"}}]',
    '[{"id":"p","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":1,"__proto__":{"a":1}}]',
    '[{"id":"r","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":1,"retryCount":"many"}]',
    '[{"id":"n","sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b","timestamp":"1"}]',
    '[{"sessionId":"s","questionId":"q","offerId":"o","buttonVariantId":"b"}]',
)
KEYS = (KEY, KEY, f"{KEY}.1", f"{KEY}.2", f"{KEY}:gone", f"{KEY}:gone.1", f"{KEY}.x", f"{KEY}:", "other", f"{KEY}2")
NEWS: tuple[Any, ...] = ("hidden", "visible", "online", "offline", "leave", "return", "storage")


def odd_events(dice: Random) -> list[Any]:
    """What a host may hand in."""
    cyclic: dict[str, Any] = click()
    cyclic["self"] = cyclic
    return [
        None,
        "text",
        "",
        7,
        1.5,
        float("nan"),
        True,
        [],
        [click()],
        {},
        len,
        cyclic,
        click(note="x" * 10_000),
        click(sessionId=""),
        click(questionId=None),
        click(offerId=5),
        click(buttonVariantId=["b"]),
        click(id=""),
        click(id=5),
        click(id=None),
        click(timestamp=None),
        click(timestamp="1"),
        click(timestamp=float("nan")),
        click(timestamp=-1.5),
        click(timestamp=dice.choice((1, 4_000_000_000_000))),
        click(userAgent=None),
        click(userAgent=5),
        click(retryCount="many"),
        click(retryCount=3),
        click(id="__proto__"),
        click(id="constructor"),
        click(id="7"),
        click(note='ä€😀 \ud800 "\\\n\x00 \u2028'),
        click(note={"a": [1, [None, {"b": -0.5}]], "c": 1e21}, price=float("inf")),
        click(note="é" * 2000),
        {**click(), "__proto__": {"a": 1}},
        click(handler=len),
    ]


class BreakableJson(FakeJson):
    """JSON that a host breaks and mends."""

    def __init__(self) -> None:
        self.is_broken = False

    def dump(self, value: Any) -> Any:
        self._check()
        return super().dump(value)

    def load(self, text: str) -> Any:
        self._check()
        return super().load(text)

    def _check(self) -> None:
        if self.is_broken:
            raise ValueError("the host has broken JSON")


class Host:
    """A page's script: a queue behind a border, and an api and listeners that misbehave by chance."""

    def __init__(self, stage: Stage, tab: Tab) -> None:
        self.stage = stage
        self.tab = tab
        self.held: list[Promise] = []
        self.stops: list[Callable[[], None]] = []
        config: dict[str, Any] = {**stage.config, "onDrop": self._on_drop}
        self.queue: Border = stage.recorder.queue(config, self, tab.env)

    def track_click_batch(self, events: list[Any], request: dict[str, Any]) -> Any:
        dice = self.stage.dice
        self._interfere()
        answer = self._answer([event["id"] for event in events])
        if dice.random() < 0.15:
            if isinstance(answer, Exception):
                raise answer
            return answer
        promise = Promise(self.tab.env.clock.post)
        if dice.random() < 0.15:
            self.held.append(promise)
            return promise
        delay_ms = dice.choice((0, 0, 1, 80, 8000))
        if isinstance(answer, Exception):
            promise.reject(answer, delay_ms)
        elif dice.random() < 0.05:
            promise.reject(dice.choice(ERRORS), delay_ms)
        else:
            promise.resolve(answer, delay_ms)
        return promise

    def _answer(self, ids: list[str]) -> Any:
        dice = self.stage.dice
        if dice.random() < self.stage.trouble:
            return Failure(dice.choice(STATUSES), dice.choice(WAITS_MS))  # type: ignore[arg-type]
        if dice.random() < 0.2:
            rejected = [{"id": each, "reason": dice.choice(("closed", "", 5, None))} for each in ids if dice.random() < 0.3]
            return {"rejected": rejected, "retry": [each for each in ids if dice.random() < 0.3]}
        if dice.random() < 0.1:
            # What JavaScript's `==` would take for the same.
            return {"rejected": [{"id": [each]} for each in ids[:1]], "retry": [7, *([each] for each in ids)]}
        return dice.choice(NONSENSE) if dice.random() < 0.1 else None

    def _on_drop(self, event: Any, reason: str, detail: str) -> None:
        self._interfere()

    def hear(self) -> None:
        """A subscriber."""
        self._interfere()

    def _interfere(self) -> None:
        """What a host does while the queue calls it."""
        stage = self.stage
        if stage.mischief <= 0 or stage.dice.random() > 0.15:
            return
        stage.mischief -= 1
        deed = stage.dice.choice(("throw", "enqueue", "enqueue junk", "flush", "purge", "destroy"))
        if deed == "throw":
            raise RuntimeError("a rude host")
        if deed.startswith("enqueue"):
            self.queue.enqueue(click(99) if deed == "enqueue" else None)
        else:
            getattr(self.queue, deed)()


class Stage:
    """The world of one script."""

    def __init__(self, seed: int) -> None:
        self.dice = dice = Random(seed)
        self.recorder = Recorder()
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
        }
        return {name: dice.choice(values) for name, values in choices.items() if dice.random() < 0.25}

    def let_pass(self, ms: float) -> None:
        """Time, but no more than so many tasks: tabs that answer each other for ever are not this test's business."""
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

    # -- who

    def host(self) -> Host | None:
        running = [host for host in self.hosts if host.tab.life.state == "running"]
        return self.dice.choice(running) if running else None

    def frozen(self) -> Host | None:
        frozen = [host for host in self.hosts if host.tab.life.state == "frozen"]
        return self.dice.choice(frozen) if frozen else None

    # -- what happens

    def do_open(self) -> None:
        if len(self.hosts) < 6:
            tab = self.world.open()
            tab.env.json = BreakableJson()
            self.hosts.append(Host(self, tab))

    def do_twin(self) -> None:
        """A second queue in the same page."""
        host = self.host()
        if host and len(self.hosts) < 6:
            self.hosts.append(Host(self, host.tab))

    def do_click(self) -> None:
        host = self.host()
        for _ in range(self.dice.choice((1, 1, 2, 5, 11))):
            if host and host.tab.life.state == "running":
                self.clicks += 1
                host.queue.enqueue(click(self.clicks))

    def do_odd(self) -> None:
        host = self.host()
        if host:
            host.queue.enqueue(self.dice.choice(odd_events(self.dice)))

    def do_again(self) -> None:
        """The same id twice."""
        host = self.host()
        for _ in range(2):
            if host and host.tab.life.state == "running":
                host.queue.enqueue(click(7, id="same"))

    def do_flood(self) -> None:
        """More than one page of storage holds."""
        host = self.host()
        for _ in range(65 if self.dice.random() < 0.2 else 0):
            if host and host.tab.life.state == "running":
                self.clicks += 1
                host.queue.enqueue(click(self.clicks))

    def do_wait(self) -> None:
        self.let_pass(self.dice.choice((0, 0, 1, 10, 500, 2000, 5000, 30_000, 11 * MINUTE_MS)))

    def do_oversleep(self) -> None:
        self.world.timeline.oversleep(self.dice.choice((1000, 70 * MINUTE_MS)))

    def do_answer(self) -> None:
        """A request that was left open is answered."""
        for host in self.hosts:
            if host.held:
                promise = host.held.pop(0)
                if self.dice.random() < 0.5:
                    promise.resolve(None)
                else:
                    promise.reject(Failure(503))

    def do_subscribe(self) -> None:
        host = self.host()
        if host:
            host.stops.append(host.queue.subscribe(host.hear))

    def do_unsubscribe(self) -> None:
        host = self.host()
        if host and host.stops:
            self.dice.choice(host.stops)()

    def do_flush(self) -> None:
        host = self.host()
        if host:
            host.queue.flush()

    def do_purge(self) -> None:
        host = self.host()
        if host and self.dice.random() < 0.5:
            host.queue.purge()

    def do_destroy(self) -> None:
        host = self.host()
        if host and self.dice.random() < 0.3:
            host.queue.destroy()

    def do_kill(self) -> None:
        host = self.host()
        if host:
            host.tab.kill()

    def do_doom(self) -> None:
        """It will crash after some more changes of the store."""
        host = self.host()
        if host:
            host.tab.env.storage.die_after = self.dice.randint(1, 5)

    def do_close(self) -> None:
        host = self.host()
        if host:
            host.tab.close(self.dice.random() < 0.5)

    def do_leave(self) -> None:
        host = self.host()
        if host:
            host.tab.leave(self.dice.random() < 0.5)

    def do_return(self) -> None:
        host = self.frozen()
        if host:
            host.tab.come_back()

    def do_tell(self) -> None:
        host = self.host()
        if host:
            news = self.dice.choice(NEWS)
            key = self.dice.choice((None, *KEYS)) if news == "storage" else None
            text = self.dice.choice((None, *JUNK)) if key else None
            host.tab.page.tell(news, key, text)

    def do_line(self) -> None:
        self.world.set_online(self.dice.random() < 0.5)

    def do_lie(self) -> None:
        """The line changes without a word."""
        self.world.network.online = not self.world.network.online

    def do_stranger(self) -> None:
        self.world.origin.put(self.dice.choice(KEYS), self.dice.choice((None, *JUNK)), None)

    def do_truncate(self) -> None:
        texts = self.world.origin.texts
        if texts:
            key = self.dice.choice(sorted(texts))
            self.world.origin.put(key, texts[key][: len(texts[key]) // 2], None)

    def do_clear(self) -> None:
        self.world.origin.clear()

    def do_break(self) -> None:
        host = self.host()
        if host:
            host.tab.env.storage.is_broken = self.dice.random() < 0.6

    def do_fail_write(self) -> None:
        host = self.host()
        if host:
            host.tab.env.storage.failing.add(host.tab.env.storage.writes + self.dice.randint(1, 3))

    def do_quota(self) -> None:
        self.world.origin.quota_chars = self.dice.choice((None, 0, 300, 2000))

    def do_json(self) -> None:
        host = self.host()
        if host and isinstance(host.tab.env.json, BreakableJson):
            host.tab.env.json.is_broken = self.dice.random() < 0.5

    def do_locks(self) -> None:
        if self.world.locks.is_holding:
            self.world.locks.let_go()
        else:
            self.world.locks.is_holding = True

    def do_dice(self) -> None:
        host = self.host()
        if host:
            host.tab.env.ids.dice = self.dice.choice((0.0, 0.5, 0.75))

    def do_jump(self) -> None:
        ms = self.dice.choice((-400 * DAY_MS, -MINUTE_MS, MINUTE_MS, 8 * DAY_MS))
        self.world.timeline.wall_ms += ms

    # -- the whole

    def act(self) -> None:
        """The whole script: what happens, and a calm in which everything ends."""
        self.do_open()
        deeds = [each for each in dir(self) if each.startswith("do_")]
        # Few things often reach further than everything once.
        chosen = ["do_click"] * 6 + ["do_wait"] * 5 + ["do_answer"] + self.dice.sample(deeds, 9)
        for name in self.dice.choices(chosen, k=self.dice.randint(5, 30)):
            if not self.is_long():
                self.recorder.head(name[3:])
                getattr(self, name)()
        self.recorder.head("calm")
        self._calm()

    def _calm(self) -> None:
        world = self.world
        world.locks.let_go()
        world.origin.quota_chars = None
        self.trouble = self.mischief = 0
        for host in self.hosts:
            storage = host.tab.env.storage
            storage.is_broken, storage.die_after = False, None
            storage.failing.clear()
            if isinstance(host.tab.env.json, BreakableJson):
                host.tab.env.json.is_broken = False
            host.tab.come_back()
        world.network.online = True
        world.tell_all("online")
        self.let_pass(25 * MINUTE_MS)
        for host in self.hosts:
            host.queue.destroy()
        self.let_pass(0)


def recorded(seed: int) -> Recorder:
    """The script of a seed, lived under CPython."""
    stage = Stage(seed)
    stage.act()
    return stage.recorder
