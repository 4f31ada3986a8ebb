"""Everything that can happen in a script by seed, one function each. A step that is impossible at its moment does nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes import Failure, FakeEvent, click
from tests.keys import KEY, MARK_KEY
from tests.twin.host import Host
from tests.twin.oddities import FORGED, JUNK, KEYS, NEWS, OPTIONS, odd_events
from tests.twin.stage import MAX_HOSTS, MINUTE_MS, Stage

DAY_MS = 86_400_000
AT_TARGET = 2

Step = Callable[[Stage], None]


def of_a_host(deed: Callable[[Stage, Host], Any]) -> Step:
    """A step that happens to one running host, where there is one."""

    def step(stage: Stage) -> None:
        running = stage.running()
        if running:
            deed(stage, stage.dice.choice(running))

    return step


def enqueue_many(stage: Stage, host: Host, count: int) -> None:
    for _ in range(count):
        if host.tab.life.state == "running":
            stage.clicks += 1
            host.queue.enqueue(click(stage.clicks), stage.dice.choice(OPTIONS))


def enqueue_again(stage: Stage, host: Host) -> None:
    """The same id twice."""
    for _ in range(2):
        if host.tab.life.state == "running":
            host.queue.enqueue(click(7, id="same"))


def second_queue(stage: Stage, host: Host) -> None:
    """A second queue in the same page."""
    if len(stage.hosts) < MAX_HOSTS:
        stage.hosts.append(Host(stage, host.tab))


def answer_held(stage: Stage) -> None:
    """Each request that was left open is answered."""
    for host in stage.hosts:
        if host.held:
            promise = host.held.pop(0)
            if stage.dice.random() < 0.5:
                promise.resolve(None)
            else:
                promise.reject(Failure(503))


def unsubscribe(stage: Stage, host: Host) -> None:
    if host.stops:
        stage.dice.choice(host.stops)()


def doom(stage: Stage, host: Host) -> None:
    """The tab crashes after some more changes of the storage."""
    host.tab.env.storage.die_after = stage.dice.randint(1, 5)


def come_back(stage: Stage) -> None:
    frozen = stage.frozen()
    if frozen:
        tab = stage.dice.choice(frozen).tab
        stage.dice.choice((tab.come_back, tab.resume))()


def dispatch(stage: Stage, host: Host) -> None:
    """An event of the browser at any moment."""
    news = stage.dice.choice(NEWS)
    key = stage.dice.choice((None, *KEYS)) if news == "storage" else None
    host.tab.page.tell(news, key, stage.dice.choice((None, *JUNK)) if key else None)


def forge(stage: Stage, host: Host) -> None:
    """A host dispatches an event of its own."""
    event = FakeEvent(stage.dice.choice(FORGED), {"key": stage.dice.choice(KEYS), "newValue": stage.dice.choice(JUNK)})
    host.tab.page.window.call(event, AT_TARGET)


def lie(stage: Stage) -> None:
    """The network changes without an event."""
    stage.world.network.online = not stage.world.network.online


def write_stranger(stage: Stage) -> None:
    stage.world.origin.put(stage.dice.choice(KEYS), stage.dice.choice((None, *JUNK)), None)


def write_mark(stage: Stage) -> None:
    """As a tab that purges does."""
    stage.world.origin.put(MARK_KEY, stage.dice.choice((None, "!00000001", "!00000002", "another")), None)


def truncate(stage: Stage) -> None:
    texts = stage.world.origin.texts
    if texts:
        key = stage.dice.choice(sorted(texts))
        stage.world.origin.put(key, texts[key][: len(texts[key]) // 2], None)


def fail_write(stage: Stage, host: Host) -> None:
    storage = host.tab.env.storage
    storage.failing.add(storage.writes + stage.dice.randint(1, 3))


def break_part(stage: Stage, host: Host) -> None:
    """A host breaks or mends `JSON`, `crypto`, a clock or the storage."""
    part = stage.dice.choice([*host.breakables, host.tab.env.storage])
    part.is_broken = stage.dice.random() < 0.6


def hold_locks(stage: Stage) -> None:
    if stage.world.locks.is_holding:
        stage.world.locks.let_go()
    else:
        stage.world.locks.is_holding = True


def steal(stage: Stage, host: Host) -> None:
    """A script of the page steals a lock."""
    locks = host.tab.env.navigator.locks
    if locks is not None:
        locks.request(stage.dice.choice((KEY, f"{KEY}:gone")), {"steal": True}, lambda lock: None).then(ignore, ignore)


def ignore(value: Any) -> None:
    pass


def quota(stage: Stage) -> None:
    stage.world.origin.quota_chars = stage.dice.choice((None, 0, 300, 2000))


def jump(stage: Stage) -> None:
    """The wall clock is set."""
    stage.world.timeline.wall_ms += stage.dice.choice((-400 * DAY_MS, -MINUTE_MS, MINUTE_MS, 8 * DAY_MS))


def sometimes(odds: float, deed: Callable[[Host], Any]) -> Step:
    return of_a_host(lambda stage, host: deed(host) if stage.dice.random() < odds else None)


FREQUENT: dict[str, Step] = {
    "click": of_a_host(lambda stage, host: enqueue_many(stage, host, stage.dice.choice((1, 1, 2, 5, 11)))),
    "wait": lambda stage: stage.let_pass(stage.dice.choice((0, 0, 1, 10, 500, 2000, 5000, 30_000, 11 * MINUTE_MS))),
    "answer": answer_held,
    "open": lambda stage: stage.open(),
}
RARE: dict[str, Step] = {
    "second queue": of_a_host(second_queue),
    "odd event": of_a_host(lambda stage, host: host.queue.enqueue(stage.dice.choice(odd_events(stage.dice)))),
    "again": of_a_host(enqueue_again),
    # More than the head segment holds.
    "flood": of_a_host(lambda stage, host: enqueue_many(stage, host, 65 if stage.dice.random() < 0.2 else 0)),
    "oversleep": lambda stage: stage.world.timeline.oversleep(stage.dice.choice((1000, 70 * MINUTE_MS))),
    "subscribe": of_a_host(lambda stage, host: host.stops.append(host.queue.subscribe(host.interfere))),
    "unsubscribe": of_a_host(unsubscribe),
    "flush": of_a_host(lambda stage, host: host.queue.flush()),
    "purge": sometimes(0.5, lambda host: host.queue.purge()),
    "destroy": sometimes(0.3, lambda host: host.queue.destroy()),
    "kill": of_a_host(lambda stage, host: host.tab.kill()),
    "doom": of_a_host(doom),
    "close": of_a_host(lambda stage, host: host.tab.close(stage.dice.random() < 0.5)),
    "leave": of_a_host(lambda stage, host: host.tab.leave(stage.dice.random() < 0.5)),
    "freeze": of_a_host(lambda stage, host: host.tab.freeze()),
    "come back": come_back,
    "dispatch": of_a_host(dispatch),
    "forge": of_a_host(forge),
    "network": lambda stage: stage.world.set_online(stage.dice.random() < 0.5),
    "lie": lie,
    "stranger": write_stranger,
    "mark": write_mark,
    "truncate": truncate,
    "clear": lambda stage: stage.world.origin.clear(),
    "break": of_a_host(break_part),
    "fail a write": of_a_host(fail_write),
    "quota": quota,
    "hold locks": hold_locks,
    "steal": of_a_host(steal),
    "dice": of_a_host(lambda stage, host: setattr(host.tab.env.ids, "dice", stage.dice.choice((0.0, 0.5, 0.75)))),
    "jump": jump,
}
