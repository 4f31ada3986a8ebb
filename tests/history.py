"""One history: tabs over one store, what happens to them step by step, and what must hold after each step.

The law: an id that `enqueue` has returned is in the store, or acknowledged, or dropped with a reason that the history
gives cause for. There are only these excuses, each counted in `History.excused`:
 - a stranger took it: somebody else emptied or overwrote the key that held it;
 - it was in memory alone, because the store had thrown (CONTRACT 4.6), and the tab died;
 - it was accepted before a purge (CONTRACT 5.4); then it is never sent once all tabs know of the purge;
 - tabs without locks, or whose news of the store are still on their way, wrote one key at once (CONTRACT 4.3), and the
   tab that accepted it was gone before it could repair that.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

from clickqueue.main import ClickQueue
from clickqueue.platform.ports import Event
from clickqueue.platform.texts import utf8_bytes
from tests.endpoint import BLAME_STATUSES, Endpoint
from tests.fakes import FakeJson, FakeStorage, Origin, Promise, Tab, World, click
from tests.limits import set_limit

Step = tuple[Any, ...]

MAIN_KEY = "srv_click_queue"
MARK_KEY = f"{MAIN_KEY}!"
MAX_BODY_BYTES = 6000
"""A tenth of the real one, for large texts cost most of the time and show nothing more."""
TIGHT_BODY_BYTES = 2300
"""Little more than the largest event: here batches are full by bytes, as they are by number elsewhere."""
CALM_LIMIT_MS = 3 * 3_600_000
"""Long enough for the longest patience that a server can ask for (an hour), twice."""
MAX_TASKS = 6000
"""Far more than a history needs to come to rest."""
MAX_TABS = 4
MAX_TABS_WITHOUT_LOCKS = 3
MAX_EVENT_BYTES = 2000
BIG_CHARS = 1200
"""Five such events do not fit into one request, two in one are too large for an event."""
UNCOUNTED = ("invalid", "corrupt")
"""Reasons that stay out of the sum of CONTRACT 6.2."""


UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")


class Violation(Exception):
    """A promise was broken."""


class Options:
    """What stays the same for a whole history."""

    __slots__ = (
        "config",
        "has_locks",
        "is_rude",
        "key_events",
        "lag_ms",
        "lock_delay_ms",
        "lock_way_ms",
        "max_body_bytes",
        "seed",
    )

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.config: dict[str, Any] = {"maxEventBytes": MAX_EVENT_BYTES}
        self.has_locks = True
        self.is_rude = False
        """The host's own functions throw."""
        self.lag_ms = 0.0
        self.lock_delay_ms = 0.0
        self.lock_way_ms = 0.0
        self.max_body_bytes = MAX_BODY_BYTES
        self.key_events = (50, 10)
        """How many events the main key mirrors, and how many a segment has."""

    def __repr__(self) -> str:
        return " ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)


class WatchedOrigin(Origin):
    """An origin that looks, at every single change, whether an id is now in no key at all."""

    __slots__ = ("history",)

    history: History

    def put(self, key: str, text: str | None, writer: FakeStorage | None) -> int:
        old = self.texts.get(key)
        serial = super().put(key, text, writer)
        self.history.on_change(key, old, text, writer)
        return serial


class QuickJson(FakeJson):
    """The same, remembered: the tabs of a history write and read the same few events all the time."""

    __slots__ = ()

    def stringify(self, value: Any, replacer: Any = None) -> Any:
        try:
            # As good as the value itself: it tells `True` from `1`. What it cannot pack, a function or a cycle, is rare.
            packed = marshal.dumps(value, 2)
        except ValueError:
            return super().stringify(value)
        return _dump_packed(packed)

    def parse(self, text: str) -> Any:
        flat = _load_flat(text)
        if flat is None:
            return super().parse(text)
        return flat.copy() if isinstance(flat, dict) else list(map(dict.copy, flat))


@lru_cache(maxsize=4096)
def _dump_packed(packed: bytes) -> Any:
    return FakeJson().stringify(marshal.loads(packed))


@lru_cache(maxsize=4096)
def _load_flat(text: str) -> Any:
    """An object, or a list of them, with nothing inside that whoever gets a copy could change; None for all else."""
    value = FakeJson().parse(text)
    return value if all(map(_is_flat, value if isinstance(value, list) else [value])) else None


def _is_flat(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(item, (dict, list)) for item in value.values())


class Host:
    """A page's script: one queue, the api that it was given, and what they did."""

    __slots__ = (
        "accepted",
        "batches",
        "clicks",
        "faults_before",
        "flying",
        "history",
        "is_destroyed",
        "is_leaving",
        "last_first_sent",
        "memory_only",
        "name",
        "queue",
        "sent",
        "tab",
        "was_persistent",
    )

    def __init__(self, history: History, tab: Tab, name: str) -> None:
        self.history = history
        self.tab = tab
        self.name = name
        self.clicks = 0
        self.accepted: dict[str, int] = {}
        """The place in the order of clicks of each id, as long as it is this tab that sends it."""
        self.sent: set[str] = set()
        self.last_first_sent = 0
        self.batches: dict[str, list[str]] = {}
        self.flying: list[list[str]] = []
        self.memory_only: set[str] = set()
        self.faults_before = 0
        self.was_persistent = True
        self.is_destroyed = False
        self.is_leaving = False
        self.queue = ClickQueue({**history.options.config, "onDrop": self.on_drop}, self, tab.env)
        if history.options.is_rude:
            self.queue.subscribe(self._rude)

    @property
    def is_running(self) -> bool:
        return self.tab.life.state == "running"

    @property
    def is_shaky(self) -> bool:
        """Whether the store has thrown at this tab since the last look, or kept back something before."""
        return self.tab.env.storage.faults > self.faults_before or not self.was_persistent

    def holds(self, event_id: str) -> bool:
        """Whether the queue has it in memory. The one look inside: no snapshot names ids."""
        return any(record.id == event_id for record in self.queue._state.pending)

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        """The api of this page."""
        if self.tab.life.is_dead:
            return Promise(self.tab.env.clock.post)
        ids = [event["id"] for event in events]
        self.history.note(f"{self.name} sends {request['batchId']}: {' '.join(ids)}")
        self._check_request(ids, events, request)
        self.flying.append(ids)
        return self.history.endpoint.take(self.tab.env.clock, events, lambda: self._on_answer(ids))

    def _on_answer(self, ids: list[str]) -> None:
        self.history.note(f"{self.name} hears the answer to {' '.join(ids)}")
        self.flying = [each for each in self.flying if each is not ids]

    def forget_flying(self, event_id: str | None) -> None:
        """What was dropped in flight and is handed in again is another event."""
        for ids in [each for each in self.flying if event_id in each]:
            ids.remove(str(event_id))

    def _check_request(self, ids: list[str], events: list[Event], request: dict[str, Any]) -> None:
        history, config = self.history, self.history.options.config
        if self.flying and not self.is_leaving:
            history.accuse(f"{self.name} has two requests in flight (CONTRACT 3.2)")
        if not ids or len(set(ids)) != len(ids) or len(ids) > config.get("maxBatchSize", 10):
            history.accuse(f"{self.name} sends a batch of {len(ids)} (CONTRACT 3.1)")
        body_bytes = utf8_bytes(self.tab.env.json.stringify({"events": events, **request}))
        if body_bytes > history.options.max_body_bytes:
            history.accuse(f"{self.name} sends {body_bytes} bytes (CONTRACT 3.1)")
        before = self.batches.setdefault(request["batchId"], ids)
        if not set(ids) <= set(before):
            history.accuse(f"{self.name} sends other events under {request['batchId']} (CONTRACT 3.3)")
        for each in ids:
            self._check_order(each)
            if each in history._forbidden:
                history.accuse(f"{self.name} sends {each}, which was purged (CONTRACT 5.4)")

    def _check_order(self, event_id: str) -> None:
        place = self.accepted.get(event_id)
        is_first = event_id not in self.sent
        self.sent.add(event_id)
        if place is None or not is_first:
            return
        # What was handed over to another tab and came back again has lost its place.
        is_whole = self.history.options.has_locks and self.queue.get_snapshot()["handedOver"] == 0
        if place < self.last_first_sent and is_whole:
            self.history.accuse(f"{self.name} sends {event_id} after a later one (CONTRACT 3.2)")
        self.last_first_sent = max(self.last_first_sent, place)

    def on_drop(self, event: Any, reason: str, detail: str) -> None:
        self.history.on_drop(self, event, reason)
        if self.history.options.is_rude:
            raise RuntimeError("onDrop of a rude host")

    def _rude(self) -> None:
        raise RuntimeError("subscriber of a rude host")


class History:
    """The world of one history. `do` one step after the other, then `calm`; each raises what it finds broken."""

    def __init__(self, options: Options, trace: list[str] | None = None) -> None:
        self.options = options
        self.trace = trace
        self.dice = Random(options.seed)
        mirror_events, segment_events = options.key_events
        set_limit("MIRROR_EVENTS", mirror_events)
        set_limit("SEGMENT_EVENTS", segment_events)
        set_limit("MAX_BODY_BYTES", options.max_body_bytes)
        dice, lag_ms, delay_ms, way_ms = self.dice.random, options.lag_ms, options.lock_delay_ms, options.lock_way_ms
        self.world = World(lock_delay=lambda: delay_ms * dice(), lock_way=(lambda: way_ms * dice()) if way_ms else None)
        origin = WatchedOrigin(self.world.timeline, (lambda: lag_ms * dice()) if lag_ms else None)
        origin.history = self
        self.world.origin = self.origin = origin
        self.world.locks.is_missing = not options.has_locks
        self.timeline = self.world.timeline
        self.endpoint = Endpoint(self.dice)
        self.hosts: list[Host] = []
        self.open_ids: dict[str, Host | None] = {}
        """Accepted and neither acknowledged nor dropped nor excused yet, and by whom; None: by a session before."""
        self.accepted = 0
        self.dropped: dict[str, Host | None] = {}
        """By whom; None: by several, from copies."""
        self.excused: dict[str, str] = {}
        self.is_merging = not options.has_locks or lag_ms > 0
        """A tab may overwrite what it does not know of, so that a key lacks it until the one who knows has heard."""
        self.has_purge = False
        """Some tab has withdrawn the consent."""
        self._purged: set[str] = set()
        """Accepted before a purge that some tab may not have heard of yet."""
        self._forbidden: set[str] = set()
        """Accepted before a purge that every tab has heard of."""
        self._gaps: set[str] = set()
        self._fragile: set[str] = set()
        """Overwritten by who could not know it, or left behind in a copy alone."""
        self._copied: set[str] = set()
        """Perhaps in the mirror alone: its tab could not write its journal, and is dead."""
        self._accusations: list[str] = []
        self._opened = 0

    # -- one step

    def do(self, step: Step) -> None:
        self.note(f"-- {' '.join(map(str, step))}")
        getattr(self, "do_" + step[0])(*step[1:])
        self.check()

    def run_tasks(self, count: int, within_ms: float) -> bool:
        """Do so many tasks of the next `within_ms`; whether none of those is left."""
        end_ms = self.timeline.uptime_ms + within_ms
        for _ in range(count):
            next_ms = self.timeline.next_ms()
            if next_ms is None or next_ms > end_ms:
                return True
            self.timeline.step()
        return False

    def let_pass(self, ms: float) -> None:
        end_ms = self.timeline.uptime_ms + ms
        if not self.run_tasks(MAX_TASKS, ms):
            self.accuse(f"{MAX_TASKS} tasks in {ms} ms: tabs keep each other busy for ever")
            return
        self.timeline.advance(max(0, end_ms - self.timeline.uptime_ms))

    def note(self, line: str) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.timeline.uptime_ms - 1000:>10.1f}  {UUID.sub(_short, line)}")

    def accuse(self, sentence: str) -> None:
        """Remember a broken promise: an exception here would end inside the queue, which swallows them."""
        self.note("!! " + sentence)
        self._accusations.append(sentence)

    # -- who is meant

    def pick(self, who: int) -> Host | None:
        """The running queue number `who`, counted round; a dropped step must not change the meaning of all others."""
        running = [host for host in self.hosts if host.is_running]
        return running[who % len(running)] if running else None

    def pick_frozen(self, who: int) -> Host | None:
        frozen = [host for host in self.hosts if host.tab.life.state == "frozen"]
        return frozen[who % len(frozen)] if frozen else None

    # -- what happens: tabs

    def do_open(self) -> None:
        """One more tab, up to what a visitor has: each hears every write of each, which is a lot without locks."""
        most = MAX_TABS if self.options.has_locks else MAX_TABS_WITHOUT_LOCKS
        if len({host.tab.name for host in self.hosts}) < most:
            self.open_tab()

    def open_tab(self) -> Host:
        tab = self.world.open(f"t{self._opened}")
        tab.env.json = QuickJson()
        self._opened += 1
        tab.life.at_death(lambda: self._on_death(tab))
        return self._start(tab)

    def do_open_twin(self, who: int) -> None:
        """A second widget in the same page."""
        host = self.pick(who)
        if host is not None:
            self._start(host.tab)

    def do_kill(self, who: int) -> None:
        host = self.pick(who)
        if host is not None:
            host.tab.kill()

    def do_doom(self, who: int, changes: int) -> None:
        """It will crash right after so many more changes of the store."""
        host = self.pick(who)
        if host is not None:
            host.tab.env.storage.die_after = changes

    def do_close(self, who: int, hidden_first: bool) -> None:
        self._with_leaving(self.pick(who), lambda tab: tab.close(hidden_first))

    def do_reload(self, who: int) -> None:
        if self.pick(who) is not None:
            self.do_close(who, False)
            self.do_open()

    def do_leave(self, who: int, hidden_first: bool) -> None:
        self._with_leaving(self.pick(who), lambda tab: tab.leave(hidden_first))

    def do_return(self, who: int) -> None:
        host = self.pick_frozen(who)
        if host is not None:
            host.tab.come_back()

    def do_freeze(self, who: int) -> None:
        """The browser freezes a tab in the background."""
        self._with_leaving(self.pick(who), lambda tab: tab.freeze())

    def do_resume(self, who: int) -> None:
        host = self.pick_frozen(who)
        if host is not None:
            host.tab.resume()

    def do_come_or_go(self, who: int) -> None:
        if self.pick_frozen(who) is None:
            self.do_leave(who, False)
        else:
            self.do_return(who)

    def do_evict(self, who: int) -> None:
        """The browser needs the memory of a page in the back/forward cache."""
        host = self.pick_frozen(who)
        if host is not None:
            host.tab.kill()

    def do_tell(self, who: int, news: str) -> None:
        if news == "hidden":
            self._with_leaving(self.pick(who), lambda tab: tab.page.tell("hidden"))
            return
        host = self.pick(who)
        if host is not None:
            host.tab.page.tell(news)  # type: ignore[arg-type]

    def do_destroy(self, who: int) -> None:
        host = self.pick(who)
        if host is not None:
            host.queue.destroy()
            host.is_destroyed = True

    def _start(self, tab: Tab) -> Host:
        host = Host(self, tab, f"{tab.name}#{len(self.hosts)}")
        if not tab.life.is_dead:
            self.hosts.append(host)
        return host

    def _with_leaving(self, host: Host | None, deed: Callable[[Tab], None]) -> None:
        if host is None:
            return
        mates = [each for each in self.hosts if each.tab is host.tab]
        for mate in mates:
            mate.is_leaving = True
        deed(host.tab)
        for mate in mates:
            mate.is_leaving = False
            # What is handed over may come back in another order.
            mate.accepted.clear()

    def _on_death(self, tab: Tab) -> None:
        """What only this tab knew is gone with it; where that is nobody's fault, it is excused."""
        self.note(f"{tab.name} dies")
        for host in [each for each in self.hosts if each.tab is tab]:
            for event_id in [each for each in self.open_ids if host.holds(each)]:
                self._on_loss_of_memory(host, event_id)
            self.hosts.remove(host)
        self._excuse_unheard()

    def _on_loss_of_memory(self, host: Host, event_id: str) -> None:
        is_stored = self.is_stored(event_id)
        if host.is_shaky and not is_stored:
            self.excuse(event_id, "memory")
        elif host.is_shaky:
            # Perhaps only in the mirror, which another tab may overwrite that has not heard of it.
            self._copied.add(event_id)
        elif self.is_settling and not is_stored:
            self.excuse(event_id, "merge")

    def _excuse_unheard(self) -> None:
        """A write was removed before it was heard of, and a tab that was to hear of it is gone."""
        if self.is_settling:
            for event_id in [each for each in self._fragile if each in self.open_ids and not self.is_stored(each)]:
                self.excuse(event_id, "merge")

    # -- what happens: clicks

    def do_click(self, who: int, count: int, offer: str) -> None:
        host = self.pick(who)
        for number in range(count):
            if host is not None and host.is_running:
                self._enqueue(host, click(number, offerId=offer))

    def do_click_big(self, who: int, count: int) -> None:
        """Events so large that few fit into one request."""
        host = self.pick(who)
        for number in range(count):
            if host is not None and host.is_running:
                self._enqueue(host, click(number, note="x" * BIG_CHARS))

    def do_click_again(self, who: int, which: int) -> None:
        """The host hands the same event in again, perhaps in another tab."""
        host = self.pick(who)
        if host is not None and self.open_ids:
            event_id = list(self.open_ids)[which % len(self.open_ids)]
            self._enqueue(host, click(1, id=event_id))

    def do_click_dropped(self, which: int) -> None:
        """The host hands in once more what was dropped there alone: from now on it must arrive like any other."""
        if self.dropped:
            event_id, host = list(self.dropped.items())[which % len(self.dropped)]
            if host is None or host.is_destroyed or not host.is_running:
                return
            if event_id not in self.endpoint.acknowledged:
                del self.dropped[event_id]
                host.accepted.pop(event_id, None)
                self._enqueue(host, click(1, id=event_id))

    def do_click_junk(self, who: int, which: int) -> None:
        host = self.pick(who)
        if host is None:
            return
        cycle: dict[str, Any] = click()
        cycle["self"] = cycle
        junk: tuple[Any, ...] = (
            None,
            "text",
            7,
            [],
            {},
            click(sessionId=""),
            click(id=5),
            cycle,
            click(note="x" * 2 * BIG_CHARS),
        )
        if host.queue.enqueue(junk[which % len(junk)]) is not None:
            self.accuse("junk was accepted (CONTRACT 2.4)")

    def do_old_click(self, who: int) -> None:
        """An event from before `maxEventAge`, handed in by the host."""
        host = self.pick(who)
        if host is not None:
            self._enqueue(host, click(timestamp=self.timeline.wall_ms - 8 * 86_400_000))

    def do_flush(self, who: int) -> None:
        host = self.pick(who)
        if host is not None:
            host.queue.flush()

    def do_purge(self, who: int) -> None:
        host = self.pick(who)
        if host is not None and not host.is_destroyed:
            self.has_purge = True
            purged = set(self.open_ids)
            for event_id in purged:
                self.excuse(event_id, "purge")
            host.queue.purge()
            if not host.is_shaky and not host.tab.life.is_dead and not self.options.lag_ms:
                self._purged |= purged

    def _enqueue(self, host: Host, event: Event) -> None:
        if event.get("id") not in self.open_ids:
            host.forget_flying(event.get("id"))
        event_id = host.queue.enqueue(event)
        for purged in (self._purged, self._forbidden):
            purged.discard(event_id or "")
        if not host.is_running:
            return
        self.note(f"{host.name} accepts {event_id}")
        if event_id is None:
            if not host.is_destroyed:
                self.accuse(f"{host.name} refused a click")
            return
        if host.is_destroyed:
            self.accuse(f"{host.name} accepted a click after destroy() (CONTRACT 5.3)")
        is_new = event_id not in self.open_ids
        if is_new:
            host.clicks += 1
            host.accepted[event_id] = host.clicks
        if event_id not in self.dropped and event_id not in self.endpoint.acknowledged:
            self.open_ids.setdefault(event_id, host)
            self.accepted += 1
            if is_new and not self.is_stored(event_id) and not host.is_shaky:
                self.accuse(f"{event_id} was accepted and is not in storage (CONTRACT 2.1)")

    # -- what happens: time, line, store

    def do_wait(self, ms: float) -> None:
        self.let_pass(ms)

    def do_oversleep(self, ms: float) -> None:
        self.timeline.oversleep(ms)

    def do_tasks(self, count: int) -> None:
        """So many tasks and no more: between any two of them something else may happen."""
        self.run_tasks(count, 60_000)

    def do_jump_wall(self, ms: float) -> None:
        self.timeline.wall_ms += ms

    def do_online(self, online: bool) -> None:
        self.world.set_online(online)

    def do_lie(self, online: bool) -> None:
        """The browser is wrong about the line and tells nobody."""
        self.world.network.online = online

    def do_mood(self, mood: str) -> None:
        self.endpoint.mood = mood

    def do_quota(self, room_chars: int | None) -> None:
        used = sum(len(key) + len(text) for key, text in self.origin.texts.items())
        self.origin.quota_chars = None if room_chars is None else used + room_chars

    def do_break(self, who: int, is_broken: bool) -> None:
        host = self.pick(who)
        if host is not None:
            host.tab.env.storage.is_broken = is_broken

    def do_fail_write(self, who: int, ahead: int) -> None:
        host = self.pick(who)
        if host is not None:
            host.tab.env.storage.failing.add(host.tab.env.storage.writes + ahead)

    def do_hold_locks(self, is_holding: bool) -> None:
        if is_holding:
            self.world.locks.is_holding = True
        else:
            self.world.locks.let_go()

    # -- what happens: strangers

    def do_overwrite(self, which: int, text: str | None) -> None:
        """Another script writes over a key, or removes it."""
        key = self._some_key(which)
        self._as_stranger(lambda: self.origin.put(key, text, None))

    def do_truncate(self, which: int) -> None:
        """What is left is no JSON, though ids may still be seen in it: so first it is emptied, for all to be missed."""

        def truncate() -> None:
            text = self.origin.texts.get(key, "")
            self.origin.put(key, "", None)
            cut.append(text[: len(text) // 2])

        key, cut = self._some_key(which), [""]
        self._as_stranger(truncate)
        self.origin.put(key, cut[-1], None)

    def do_litter(self, which: int) -> None:
        """Records that are no events among good ones: the good ones must live."""
        key = self._some_key(which)
        text = self.origin.texts.get(key, "[]")
        if text.startswith("[") and text.endswith("]"):
            comma = "," if len(text) > 2 else ""
            junk = '[null,{},[1],7,{"id":"x"},{"__proto__":{"id":"y"}}' + comma
            self._as_stranger(lambda: self.origin.put(key, junk + text[1:], None))

    def do_clear(self) -> None:
        def clear() -> None:
            for key in list(self.origin.texts):
                self.origin.put(key, None, None)

        self._as_stranger(clear)

    def do_inherit(self, count: int) -> None:
        """A session before this one left events behind; only where nobody runs who might write that key just now."""
        if self.hosts or self.origin.texts:
            return
        events = [click(number, id=f"old-{self.accepted + number}", timestamp=1, userAgent="") for number in range(count)]
        self._as_stranger(lambda: self.origin.put(MAIN_KEY, FakeJson().stringify(events), None))
        for event in events:
            self.open_ids[event["id"]] = None
            self.accepted += 1

    def _some_key(self, which: int) -> str:
        keys = sorted(self.origin.texts) or [MAIN_KEY]
        return keys[which % len(keys)]

    def _as_stranger(self, deed: Callable[[], object]) -> None:
        """What a key lost by it is excused, also where another key still has a copy that its owner may now clear away."""
        before = dict(self.origin.texts)
        deed()
        for key, old in before.items():
            text = self.origin.texts.get(key, "")
            lost = _ids_in(old) - _ids_in(text)
            for event_id in [each for each in self.open_ids if each in lost]:
                self.excuse(event_id, "stranger")

    # -- what is seen

    @property
    def is_settling(self) -> bool:
        """Whether somebody is still to hear of a write, and to repair what it has lost."""
        return self.is_merging and self.origin.travelling > 0

    def is_stored(self, event_id: str) -> bool:
        return any(event_id in _ids_in(text) for text in self.origin.texts.values())

    def on_change(self, key: str, old: str | None, text: str | None, writer: FakeStorage | None) -> None:
        if self.trace is not None and text != old:
            names = [tab.name for tab in self.world.tabs if tab.env.storage is writer] or ["a stranger"]
            self.note(f"{names[0]} writes {key}: {_shown(text)}")
        if key == MARK_KEY and text is not None and writer is not None:
            self._on_mark(writer)
        if old is None or writer is None:
            return
        for event_id in _ids_in(old) - _ids_in(text or ""):
            if event_id in self.open_ids and not self.is_stored(event_id):
                self._on_gap(event_id, writer.peek(key) != old)

    def _on_mark(self, writer: FakeStorage) -> None:
        """A purge is carried out, perhaps later than it was asked for: it reaches all that its tab does not have."""
        owners = [host for host in self.hosts if host.tab.env.storage is writer]
        for event_id in list(self.open_ids):
            if not any(host.holds(event_id) for host in owners):
                self.excuse(event_id, "purge")

    def _on_gap(self, event_id: str, is_stale: bool) -> None:
        """It is in no key now; where the writer had not yet read what he wrote over, he could not know it."""
        if not self.is_merging:
            self._gaps.add(event_id)
        elif is_stale:
            self._fragile.add(event_id)

    def excuse(self, event_id: str, why: str) -> None:
        self.note(f"{event_id} is excused: {why}")
        self.excused[event_id] = why
        self.open_ids.pop(event_id, None)

    def on_drop(self, host: Host, event: Any, reason: str) -> None:
        self.note(f"{host.name} drops {event!r:.60}: {reason}")
        event_id = event.get("id") if isinstance(event, dict) else None
        if reason in UNCOUNTED or not isinstance(event_id, str):
            return
        if not self._has_cause(host, event, event_id, reason):
            self.accuse(f"{host.name} dropped {event_id} as {reason} without cause")
        self.dropped[event_id] = host if self.dropped.get(event_id, host) is host else None
        # Should it come back from a copy, its place is another.
        host.accepted.pop(event_id, None)

    def _has_cause(self, host: Host, event: Event, event_id: str, reason: str) -> bool:
        config, endpoint = self.options.config, self.endpoint
        tries = config.get("maxRetries", 10)
        if reason == "purged":
            # Also what was clicked in another tab before it heard of it.
            return self.has_purge
        if reason == "overflow":
            # What was handed over in flight and is back is an event like any other.
            is_idle = not any(event_id in ids for ids in host.flying) or host.queue.get_snapshot()["handedOver"] > 0
            return is_idle and ("maxQueueSize" in config or "maxQueueBytes" in config)
        if reason == "expired":
            is_old = self.timeline.wall_ms - event["timestamp"] > config.get("maxEventAge", 7 * 86_400_000)
            return is_old and endpoint.offered[event_id] > 0
        if reason == "too_large":
            return endpoint.blamed[event_id, 413] >= 1 and event["offerId"] == "big"
        blames = endpoint.blamed[event_id, 400] + endpoint.blamed[event_id, 422] + endpoint.blamed[event_id, 413]
        return reason == "rejected" and (event_id in endpoint.refused or blames >= tries)

    # -- what must hold

    def check(self) -> None:
        self._settle()
        for host in self.hosts:
            self._check_books(host)
        for event_id in sorted(self._gaps):
            is_known = any(host.is_shaky and host.holds(event_id) for host in self.hosts)
            if event_id in self.open_ids and event_id not in self._fragile and not is_known:
                self.accuse(f"{event_id} was in no key for a moment: a crash would have lost it (CONTRACT 4.4)")
        self._gaps.clear()
        for host in self.hosts:
            host.memory_only.clear()
        for event_id in [each for each in self.open_ids if not self.is_stored(each)]:
            self._check_memory(event_id)
        if self.origin.travelling == 0:
            self._forbidden |= self._purged
            self._purged.clear()
        for host in self.hosts:
            host.faults_before = host.tab.env.storage.faults
            host.was_persistent = host.queue.get_snapshot()["persistent"]
        if self._accusations:
            raise Violation(self._accusations[0])

    def _settle(self) -> None:
        acknowledged, dropped = self.endpoint.acknowledged, self.dropped
        for event_id in [each for each in self.open_ids if each in acknowledged or each in dropped]:
            del self.open_ids[event_id]
            self._fragile.discard(event_id)
            self._copied.discard(event_id)

    def _check_books(self, host: Host) -> None:
        books = host.queue.get_snapshot()
        dropped = sum(count for reason, count in books["dropped"].items() if reason not in UNCOUNTED)
        came = books["enqueued"] + books["recovered"]
        went = books["acknowledged"] + books["pending"] + books["handedOver"] + dropped
        if came != went:
            self.accuse(f"{host.name}: {came} came and {went} went, {books} (CONTRACT 6.2)")
        if host.tab.env.clock.armed > sum(1 for each in self.hosts if each.tab is host.tab):
            self.accuse(f"{host.name} has {host.tab.env.clock.armed} timers armed")

    def _check_memory(self, event_id: str) -> None:
        """It is in no key: then a tab must hold it that says so, or that is about to repair it."""
        for host in self.hosts:
            if host.holds(event_id) and (self.is_settling or not host.queue.get_snapshot()["persistent"]):
                host.memory_only.add(event_id)
                return
        if self.options.has_locks and self.is_settling and event_id in self._fragile:
            # The tab that removed it is to hear of it still.
            return
        if self._may_be_fragile(event_id):
            self.excuse(event_id, "merge")
            return
        self.accuse(f"{event_id} is lost: in no key, not acknowledged, not dropped")

    def _may_be_fragile(self, event_id: str) -> bool:
        """Somebody wrote over it before he knew it, and who would have noticed is gone."""
        is_orphan = self.open_ids[event_id] not in self.hosts
        if event_id in self._copied:
            return True
        if self.options.has_locks:
            # After a purge a tab does not believe late writes: they may be of before it.
            return self.has_purge and event_id in self._fragile
        return event_id in self._fragile or (is_orphan and self.is_settling)

    # -- the calm after it

    def calm(self, evicts: bool) -> None:
        """All faults end, a fresh tab opens; now everything must arrive, and nothing may stay behind."""
        self.note("-- calm")
        self._end_faults()
        for host in list(self.hosts):
            if host.tab.life.state == "frozen":
                host.tab.kill() if evicts else host.tab.come_back()
        # A tab that could not read what others left looks again when it is visible.
        self.world.tell_all("visible")
        self.open_tab()
        # What could not be written is tried again with the next write (CONTRACT 4.6): this is the next.
        for host in [each for each in self.hosts if not each.is_destroyed]:
            self._enqueue(host, click())
        self.check()
        self.let_pass(CALM_LIMIT_MS)
        self.check()
        if not self.options.has_locks:
            # Nobody inherits there: what a destroyed queue wrote late waits for the next start (CONTRACT 5.3), and what
            # tabs put back for each other, because news of its removal were on their way, goes once more.
            self._check_echoes()
            self.open_tab()
            self.let_pass(CALM_LIMIT_MS)
            self.check()
        self._check_arrival()
        self._check_leaks()

    def _end_faults(self) -> None:
        self.world.locks.let_go()
        self.origin.quota_chars = None
        for tab in self.world.tabs:
            storage = tab.env.storage
            storage.is_broken, storage.die_after = False, None
            storage.failing.clear()
        self.endpoint.mood = "well"
        self.world.network.online = True
        self.world.tell_all("online")

    def _check_echoes(self) -> None:
        for event_id in sorted(self.endpoint.acknowledged):
            # A destroyed queue hears of nothing, and may write once more when its last answer comes.
            if self.is_stored(event_id) and not self.options.lag_ms and not any(each.is_destroyed for each in self.hosts):
                raise Violation(f"{event_id} was acknowledged and is still stored: it would be sent with every start")

    def _check_arrival(self) -> None:
        for event_id in list(self.open_ids):
            if any(host.is_destroyed and event_id in host.memory_only for host in self.hosts):
                self.excuse(event_id, "memory")
                continue
            raise Violation(f"{event_id} did not arrive, though all faults were over")
        has_echoes = not self.options.has_locks and self.options.lag_ms > 0
        for key, text in self.origin.texts.items():
            # A tab that joins may write back what the leader has removed, before it has seen that: copies, sent once more at worst.
            is_stale_mirror = key == MAIN_KEY and self.options.lag_ms > 0
            if '"id"' in text and key.startswith(MAIN_KEY) and not has_echoes and not is_stale_mirror:
                raise Violation(f"{key} still holds {_shown(text)}")
        for host in self.hosts:
            books = host.queue.get_snapshot()
            if not host.is_destroyed and (books["pending"] or books["state"] != "idle"):
                raise Violation(f"{host.name} does not come to rest: {books}")

    def _check_leaks(self) -> None:
        for host in self.hosts:
            host.queue.destroy()
        self.timeline.advance(0)
        for tab in self.world.tabs:
            if not tab.life.is_dead and (tab.env.clock.armed or tab.page.listeners):
                raise Violation(f"{tab.name} keeps {tab.env.clock.armed} timers, {tab.page.listeners} listeners (CONTRACT 5.3)")
        if self.world.locks.requests:
            raise Violation(f"{self.world.locks.requests} locks are kept after destroy() (CONTRACT 5.3)")


def _short(uuid: re.Match[str]) -> str:
    """Which tab made an id, and its number there: all that a trace needs of it."""
    return f"<{uuid[1]}{uuid[2]}.{int(uuid[3], 16)}>"


@lru_cache(maxsize=4096)
def _ids_in(text: str) -> frozenset[str]:
    """The ids in a stored text, found without parsing it: it may be no JSON."""
    return frozenset(re.findall(r'"id":"([^"]*)"', text))


def _shown(text: str | None) -> str:
    """The ids in a stored text: all that a trace needs of it."""
    if text is None:
        return "removed"
    ids = [part.partition('"')[0] for part in text.split('"id":"')[1:]]
    return f"[{' '.join(ids)}]" if ids or text == "[]" else repr(text[:40])


def all_offers() -> list[str]:
    """Every way in which an endpoint can take an event: the `offerId` says it."""
    return ["o1", "unwanted", *BLAME_STATUSES]
