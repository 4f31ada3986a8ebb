"""Every port of `ports.py` without a browser: one virtual clock, one store, one lock manager, and tabs over them.

The law: nothing here happens by itself. A fake acts when the code under test calls it or when its clock is advanced,
and the same calls in the same order give the same answers. A tab that was killed is mute: what it still says is
dropped and what it waits for never comes. It gets no exception, because the code under test is a guest that
swallows every one, and would go on as if the page still lived.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Callable
from typing import Any, Literal

from clickqueue.ports import Event, LockAnswer, PageNews

Task = Callable[[], None]
Delay = Callable[[], float]

NEVER_MS = 2**31
"""A browser's timer counts in 32 bits: a longer delay overflows and fires at once."""


def nothing() -> None:
    """What is left to do where everything was taken back."""


def at_once() -> float:
    """A delay of none: still a task of its own, as every answer of a browser is."""
    return 0


# -- time


class Timeline:
    """The one order in which everything later happens, for all tabs of a world."""

    __slots__ = ("_due", "_order", "uptime_ms", "wall_ms")

    def __init__(self) -> None:
        self.uptime_ms = 1000.0
        self.wall_ms = 1_700_000_000_000.0
        self._due: list[tuple[float, int, Task]] = []
        self._order = 0

    def post(self, delay_ms: float, task: Task) -> None:
        """Do `task` after `delay_ms`; tasks of one moment happen in the order in which they were posted."""
        self._order += 1
        heapq.heappush(self._due, (self.uptime_ms + max(delay_ms, 0), self._order, task))

    def next_ms(self) -> float | None:
        """The moment of the next task, None where nothing is left to happen."""
        return self._due[0][0] if self._due else None

    def step(self) -> None:
        """Jump to the next task and do it."""
        due_ms, _, task = heapq.heappop(self._due)
        self._move_to(due_ms)
        task()

    def advance(self, ms: float) -> None:
        """Let `ms` pass, doing on the way what falls due."""
        end_ms = self.uptime_ms + ms
        while self._due and self._due[0][0] <= end_ms:
            self.step()
        self._move_to(end_ms)

    def oversleep(self, ms: float) -> None:
        """Let `ms` pass as a throttled tab or a closed laptop does: what fell due meanwhile happens at the end."""
        self._move_to(self.uptime_ms + ms)
        self.advance(0)

    def run_until_idle(self, limit_ms: float) -> bool:
        """Jump from task to task until none is left, for `limit_ms` at most; whether none is left."""
        end_ms = self.uptime_ms + limit_ms
        while self._due and self._due[0][0] <= end_ms:
            self.step()
        return not self._due

    def _move_to(self, uptime_ms: float) -> None:
        passed_ms = uptime_ms - self.uptime_ms
        if passed_ms > 0:
            self.uptime_ms = uptime_ms
            self.wall_ms += passed_ms


class Life:
    """Whether a tab runs, is frozen (in the back/forward cache) or is dead, and so what reaches it."""

    __slots__ = ("_kept", "_mourners", "state")

    def __init__(self) -> None:
        self.state: Literal["running", "frozen", "dead"] = "running"
        self._kept: list[Task] = []
        self._mourners: list[Task] = []

    @property
    def is_dead(self) -> bool:
        return self.state == "dead"

    def run(self, task: Task) -> None:
        """Do it now, keep it until the tab is back, or forget it."""
        if self.state == "running":
            task()
        elif self.state == "frozen":
            self._kept.append(task)

    def at_death(self, task: Task) -> None:
        """What the world does when the tab is gone."""
        self._mourners.append(task)

    def freeze(self) -> None:
        if self.state == "running":
            self.state = "frozen"

    def thaw(self, first: Task) -> None:
        """Run again: `first` what the page hears, then what had to wait."""
        if self.state != "frozen":
            return
        self.state = "running"
        kept, self._kept = self._kept, []
        self.run(first)
        for task in kept:
            self.run(task)

    def kill(self) -> None:
        if self.state == "dead":
            return
        self.state = "dead"
        self._kept = []
        for task in self._mourners:
            task()


class Timer:
    """An armed `call_later`."""

    __slots__ = ("callback",)

    def __init__(self, callback: Task) -> None:
        self.callback: Task | None = callback


class FakeClock:
    """`Clock` of one tab. Time stands still until it is advanced, and never goes back unless `jump_wall` says so."""

    __slots__ = ("_life", "armed", "timeline")

    def __init__(self, timeline: Timeline | None = None, life: Life | None = None) -> None:
        self.timeline = timeline or Timeline()
        self._life = life or Life()
        self.armed = 0
        """Timers of this tab that neither fired nor were cancelled: 0 after `destroy`, at most 1 before."""

    def now_ms(self) -> int:
        return int(self.timeline.wall_ms)

    def uptime_ms(self) -> float:
        return self.timeline.uptime_ms

    def call_later(self, delay_ms: float, callback: Task) -> Timer:
        timer = Timer(callback)
        self.armed += 1
        self.post(delay_ms if 0 < delay_ms < NEVER_MS else 0, lambda: self._fire(timer))
        return timer

    def cancel(self, handle: Any) -> None:
        if handle is not None and handle.callback is not None:
            handle.callback = None
            self.armed -= 1

    def _fire(self, timer: Timer) -> None:
        callback = timer.callback
        if callback is not None:
            self.cancel(timer)
            callback()

    def post(self, delay_ms: float, task: Task) -> None:
        """What the world does to this tab later: not a timer of the code under test, so not counted as one."""
        self.timeline.post(delay_ms, lambda: self._life.run(task))

    def advance(self, ms: float) -> None:
        self.timeline.advance(ms)

    def run_until_idle(self, limit_ms: float) -> bool:
        return self.timeline.run_until_idle(limit_ms)

    def jump_wall(self, ms: float) -> None:
        """The user or a time server sets the wall clock: no timer moves."""
        self.timeline.wall_ms += ms


# -- storage


class StorageFault(Exception):
    """What a browser throws where it does not store: SecurityError, QuotaExceededError."""


class Origin:
    """The text that all tabs of an origin share, and how late a write of one tab arrives at the others.

    `lag` None: every write is visible everywhere at once, and the others hear of it in a task of their own. Otherwise
    each tab reads its own copy, to which the writes of others travel that many ms, in their order: the channel that is
    separate from the one of the locks. A copy ignores what is older than its own last write to the key, so that all end up the same.
    """

    __slots__ = ("_serial", "_used_chars", "lag", "quota_chars", "texts", "timeline", "travelling", "views")

    def __init__(self, timeline: Timeline | None = None, lag: Delay | None = None) -> None:
        self.timeline = timeline or Timeline()
        self.texts: dict[str, str] = {}
        self.views: list[FakeStorage] = []
        self.lag = lag
        self.quota_chars: int | None = None
        self.travelling = 0
        """How many pieces of news have not arrived yet."""
        self._used_chars = 0
        self._serial = 0

    def open(self, life: Life | None = None) -> FakeStorage:
        """The storage as a tab that starts now sees it."""
        view = FakeStorage(self, life or Life())
        self.views.append(view)
        return view

    def put(self, key: str, text: str | None, writer: FakeStorage | None) -> int:
        """Set or remove (None) a key and tell the others; returns the serial number of the change.

        `writer` is None where a stranger did it: another script, the user in the developer tools, a test.
        """
        self._serial += 1
        old = self.texts.get(key)
        if text == old:
            return self._serial
        self._used_chars += self._chars(key, text) - self._chars(key, old)
        if text is None:
            del self.texts[key]
        else:
            self.texts[key] = text
        for view in self.views:
            if view is not writer:
                view.learn_later(self._serial, key, text)
        return self._serial

    def clear(self) -> None:
        """The user clears the site's data, or a script of the host says `localStorage.clear()`."""
        self._serial += 1
        self.texts.clear()
        self._used_chars = 0
        for view in self.views:
            view.learn_later(self._serial, None, None)

    def has_room(self, key: str, text: str) -> bool:
        if self.quota_chars is None:
            return True
        return self._used_chars + self._chars(key, text) - self._chars(key, self.texts.get(key)) <= self.quota_chars

    @staticmethod
    def _chars(key: str, text: str | None) -> int:
        return 0 if text is None else len(key) + len(text)


class FakeStorage:
    """`Storage` of one tab. Made by `Origin.open`."""

    __slots__ = (
        "_copy",
        "_life",
        "_news_at_ms",
        "_origin",
        "_own",
        "die_after",
        "failing",
        "faults",
        "hear",
        "is_broken",
        "reads",
        "writes",
    )

    def __init__(self, origin: Origin, life: Life) -> None:
        self._origin = origin
        self._life = life
        self._copy = dict(origin.texts) if origin.lag else origin.texts
        self._own: dict[str, int] = {}
        self._news_at_ms = 0.0
        self.hear: Callable[[str | None, str | None], None] = lambda key, text: None
        """Called when another tab changed a key, None when it cleared all."""
        self.is_broken = False
        """Every touch throws: cookies are blocked, the frame is sandboxed."""
        self.failing: set[int] = set()
        """Which writes throw, counted from 1 over the life of the tab."""
        self.die_after: int | None = None
        """Kill the tab after so many more changes: the crash between two writes."""
        self.reads = 0
        self.writes = 0
        self.faults = 0
        """How often this storage has thrown."""

    def read(self, key: str) -> str | None:
        self._touch()
        self.reads += 1
        return self._copy.get(key)

    def read_silently(self, key: str) -> str | None:
        """What the tab would read, without its knowing."""
        return self._copy.get(key)

    def write(self, key: str, text: str) -> None:
        self._touch()
        self.writes += 1
        if self.writes in self.failing or not self._origin.has_room(key, text):
            self.faults += 1
            raise StorageFault("QuotaExceededError")
        self._change(key, text)

    def remove(self, key: str) -> None:
        self._touch()
        self._change(key, None)

    def list_keys(self) -> list[str]:
        self._touch()
        return list(self._copy)

    def learn_later(self, serial: int, key: str | None, text: str | None) -> None:
        """Another tab wrote: it is seen, and heard of, when the news has travelled here."""
        lag, now_ms = self._origin.lag, self._origin.timeline.uptime_ms
        self._news_at_ms = max(self._news_at_ms, now_ms + lag() if lag else now_ms)
        if not self._life.is_dead:
            self._origin.travelling += 1
            self._origin.timeline.post(self._news_at_ms - now_ms, lambda: self._learn(serial, key, text))

    def _learn(self, serial: int, key: str | None, text: str | None) -> None:
        self._origin.travelling -= 1
        if self._copy is not self._origin.texts:
            self._overtake(serial, key, text)
        self._life.run(lambda: self.hear(key, text))

    def _overtake(self, serial: int, key: str | None, text: str | None) -> None:
        for each in list(self._copy) if key is None else [key]:
            if self._own.get(each, 0) > serial:
                continue
            if text is None:
                self._copy.pop(each, None)
            else:
                self._copy[each] = text

    def _touch(self) -> None:
        if self.is_broken:
            self.faults += 1
            raise StorageFault("SecurityError")

    def _change(self, key: str, text: str | None) -> None:
        if self._life.is_dead:
            return
        self._own[key] = self._origin.put(key, text, self)
        if self._copy is not self._origin.texts:
            self._overtake(self._own[key], key, text)
        if self.die_after is not None:
            self.die_after -= 1
            if self.die_after <= 0:
                self._life.kill()


# -- network, page


class FakeNetwork:
    """`Network`: what the browser believes, until `online` is set otherwise."""

    __slots__ = ("online",)

    def __init__(self) -> None:
        self.online = True

    def is_online(self) -> bool:
        return self.online


class FakePage:
    """`Page`: the test tells the news, `page.tell('hidden')`."""

    __slots__ = ("_hearers", "_life")

    def __init__(self, life: Life | None = None) -> None:
        self._life = life or Life()
        self._hearers: list[Callable[[PageNews, str | None, str | None], None]] = []

    @property
    def listeners(self) -> int:
        """How many listen: 0 after `destroy`."""
        return len(self._hearers)

    def user_agent(self) -> str:
        return "Fake/1.0"

    def listen(self, hear: Callable[[PageNews, str | None, str | None], None]) -> Task:
        # Wrapped, so that one function that listens twice is two listeners.
        def hearer(news: PageNews, key: str | None, text: str | None) -> None:
            hear(news, key, text)

        def stop() -> None:
            if hearer in self._hearers:
                self._hearers.remove(hearer)
            self.tell("visible")

        self._hearers.append(hearer)
        return stop

    def tell(self, news: PageNews, key: str | None = None, text: str | None = None) -> None:
        """Call everybody who listened when it began and still does when it is his turn, while the tab lives."""
        for hearer in list(self._hearers):
            if hearer in self._hearers and not self._life.is_dead:
                hearer(news, key, text)


# -- locks


class LockRequest:
    """One request for a lock, from its asking to its giving up."""

    __slots__ = ("answer", "is_over", "life", "lock")

    def __init__(self, life: Life, lock: str, answer: Callable[[LockAnswer], None]) -> None:
        self.life = life
        self.lock = lock
        self.answer = answer
        self.is_over = False

    def hear(self, word: LockAnswer) -> None:
        if not self.is_over:
            self.answer(word)


class LockManager:
    """The locks of an origin as the Web Locks specification has them: exclusive, first come first served.

    Who gets a lock is decided when the request arrives: in the very moment, or after `way()` ms where there is one.
    The answer travels `delay()` ms, or until `let_go` where `is_holding` is set.
    """

    __slots__ = ("_held", "_on_hold", "_waiting", "delay", "is_holding", "is_missing", "timeline", "way")

    def __init__(self, timeline: Timeline | None = None, delay: Delay = at_once, way: Delay | None = None) -> None:
        self.timeline = timeline or Timeline()
        self.way = way
        self._held: dict[str, LockRequest] = {}
        self._waiting: dict[str, list[LockRequest]] = {}
        self._on_hold: list[Task] = []
        self.delay = delay
        self.is_holding = False
        self.is_missing = False
        """No Web Locks here: an insecure context, an old browser. The answer comes at once."""

    def open(self, life: Life | None = None, nudge: Task = nothing) -> FakeLocks:
        """The locks as one tab sees them; what it holds falls to whoever waits when it dies.

        `nudge` lets the queues of the tab look at their storage: one of them may hold what another finds taken.
        """
        life = life or Life()
        life.at_death(lambda: self._bury(life))
        return FakeLocks(self, life, nudge)

    def held_by(self, lock: str) -> Life | None:
        request = self._held.get(lock)
        return request.life if request else None

    @property
    def requests(self) -> int:
        """Held and waiting ones: 0 when every tab has cleaned up."""
        return len(self._held) + sum(map(len, self._waiting.values()))

    def ask(self, request: LockRequest, should_wait: bool) -> None:
        waiting = self._waiting.setdefault(request.lock, [])
        if request.lock not in self._held:
            self._held[request.lock] = request
            self._tell(request, "granted")
        elif should_wait:
            waiting.append(request)
        else:
            self._tell(request, "taken")

    def give_up(self, request: LockRequest) -> None:
        if request.is_over:
            return
        request.is_over = True
        waiting = self._waiting.get(request.lock, [])
        if request in waiting:
            waiting.remove(request)
        if self._held.get(request.lock) is request:
            self._pass_on(request.lock, waiting)

    def let_go(self) -> None:
        """Send the answers that were on hold, and hold no more."""
        self.is_holding = False
        answers, self._on_hold = self._on_hold, []
        for answer in answers:
            answer()

    def _pass_on(self, lock: str, waiting: list[LockRequest]) -> None:
        del self._held[lock]
        if waiting:
            heir = waiting.pop(0)
            self._held[lock] = heir
            self._tell(heir, "granted")

    def _tell(self, request: LockRequest, word: LockAnswer) -> None:
        def answer() -> None:
            self.timeline.post(self.delay(), lambda: request.life.run(lambda: request.hear(word)))

        if self.is_holding:
            self._on_hold.append(answer)
        else:
            answer()

    def _bury(self, life: Life) -> None:
        # The waiting ones first, or the dead tab would be its own heir.
        for waiting in self._waiting.values():
            for request in [each for each in waiting if each.life is life]:
                self.give_up(request)
        for request in [each for each in self._held.values() if each.life is life]:
            self.give_up(request)


class FakeLocks:
    """`Locks` of one tab. Made by `LockManager.open`."""

    __slots__ = ("_arrives_at_ms", "_life", "_nudge", "manager")

    def __init__(self, manager: LockManager, life: Life, nudge: Task) -> None:
        self.manager = manager
        self._life = life
        self._nudge = nudge
        self._arrives_at_ms = 0.0

    def request(self, lock: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> Task:
        if self._life.is_dead:
            return nothing
        if self.manager.is_missing:
            answer("missing")
            return nothing

        def hear(word: LockAnswer) -> None:
            answer(word)
            if word == "taken":
                self._nudge()

        request = LockRequest(self._life, lock, hear)
        self._send(request, should_wait)
        return lambda: self.manager.give_up(request)

    def _send(self, request: LockRequest, should_wait: bool) -> None:
        """Requests of one tab arrive in their order; what it took back, or died over, on the way never arrives."""
        way, timeline = self.manager.way, self.manager.timeline
        if way is None:
            self.manager.ask(request, should_wait)
            return
        self._arrives_at_ms = max(self._arrives_at_ms, timeline.uptime_ms + way())
        timeline.post(self._arrives_at_ms - timeline.uptime_ms, lambda: self._arrive(request, should_wait))

    def _arrive(self, request: LockRequest, should_wait: bool) -> None:
        if not request.is_over and not self._life.is_dead:
            self.manager.ask(request, should_wait)


# -- ids, JSON


class FakeIds:
    """`Ids` that count: `a-1`, `a-2`. `dice` is the number that `random` gives."""

    __slots__ = ("_count", "_prefix", "dice")

    def __init__(self, prefix: str = "id") -> None:
        if "." in prefix or ":" in prefix:
            raise ValueError(f"FakeIds prefix {prefix!r}: no '.' and no ':', as in every id (CONTRACT 2.2)")
        self._prefix = prefix
        self._count = 0
        self.dice = 0.0

    def new_id(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def random(self) -> float:
        return self.dice


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"Unexpected token {word} in JSON")


_DROPPED = object()
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FRACTION = re.compile(r"[:,\[]-?[0-9]+[.eE]")


class FakeJson:
    """`Json` with the meaning that JavaScript gives it, which is not quite the one of Python's `json`.

    Functions vanish, numbers without a fraction show none, NaN is null, a lone surrogate is escaped.
    """

    __slots__ = ()

    _fast = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
    _load = json.JSONDecoder(parse_constant=_refuse_constant).decode

    def dump(self, value: Any) -> Any:
        try:
            text = FakeJson._fast(value)
        except (TypeError, ValueError):
            return self._dump_slowly(value)
        # May look so inside of a string as well: then the walk finds nothing to do.
        return text if text.isascii() and not _FRACTION.search(text) else self._dump_slowly(value)

    def load(self, text: str) -> Any:
        return FakeJson._load(text)

    def size_bytes(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

    def _dump_slowly(self, value: Any) -> Any:
        plain = self._plain(value, [])
        if plain is _DROPPED:
            return None
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found.group()):x}", FakeJson._fast(plain))

    def _plain(self, value: Any, above: list[Any]) -> Any:
        if isinstance(value, float):
            return self._number(value)
        if value is None or isinstance(value, (str, int)):
            return value
        if callable(value):
            return _DROPPED
        if not isinstance(value, (dict, list)):
            raise TypeError(f"Do not know how to serialize {value!r}")
        if any(value is each for each in above):
            raise TypeError("Converting circular structure to JSON")
        if isinstance(value, list):
            items = [self._plain(item, [*above, value]) for item in value]
            return [None if item is _DROPPED else item for item in items]
        fields = {key: self._plain(item, [*above, value]) for key, item in value.items()}
        return {key: item for key, item in fields.items() if item is not _DROPPED}

    @staticmethod
    def _number(value: float) -> float | int | None:
        if value - value != 0:
            return None
        return int(value) if value.is_integer() and abs(value) < 1e21 else value


# -- the endpoint, as the host's api hides it


class Failure(Exception):
    """How `createWidgetApi` fails: an error with the `status` of the answer, None where there was none."""

    def __init__(self, status: int | None = None, retry_after_ms: float | None = None) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.retryAfterMs = retry_after_ms


class Promise:
    """As much of a promise as `attempt` needs: settles once, answers in a task of its own, never inside `then`."""

    __slots__ = ("_hearers", "_is_decided", "_post", "_settled")

    def __init__(self, post: Callable[[float, Task], None]) -> None:
        self._post = post
        self._hearers: list[tuple[Callable[[Any], None], Callable[[Any], None]]] = []
        self._is_decided = False
        self._settled: tuple[bool, Any] | None = None

    def then(self, done: Callable[[Any], None], failed: Callable[[Any], None]) -> None:
        self._hearers.append((done, failed))
        if self._settled:
            is_done, value = self._settled
            self._post(0, lambda: self._answer(is_done, value))

    def resolve(self, value: Any = None, delay_ms: float = 0) -> None:
        self._settle(True, value, delay_ms)

    def reject(self, error: Exception, delay_ms: float = 0) -> None:
        self._settle(False, error, delay_ms)

    def _settle(self, is_done: bool, value: Any, delay_ms: float) -> None:
        if not self._is_decided:
            self._is_decided = True
            self._post(delay_ms, lambda: self._answer(is_done, value))

    def _answer(self, is_done: bool, value: Any) -> None:
        self._settled = (is_done, value)
        hearers, self._hearers = self._hearers, []
        for done, failed in hearers:
            (done if is_done else failed)(value)


class Call:
    """One `track_click_batch`, and its answer where the script said HOLD: `call.resolve()`, `call.reject(error)`."""

    __slots__ = ("at_ms", "events", "promise", "request")

    def __init__(self, events: list[Event], request: dict[str, Any], at_ms: float, promise: Promise) -> None:
        self.events = [dict(event) for event in events]
        self.request = dict(request)
        self.at_ms = at_ms
        self.promise = promise

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]

    def resolve(self, value: Any = None) -> None:
        self.promise.resolve(value)

    def reject(self, error: Exception) -> None:
        self.promise.reject(error)


HOLD: Any = object()
"""An outcome of `FakeApi`: the answer waits for the test."""

Outcome = Any


class FakeApi:
    """`Api` with scripted answers, one for each call; after the last one everything is acknowledged.

    An outcome is an exception (the promise fails with it), HOLD, or any value (it resolves to it). A function instead
    of a list is asked for the outcome of each call. `delay_ms` None answers without a promise: returns or raises.
    """

    __slots__ = ("_clock", "_script", "calls", "delay_ms")

    def __init__(
        self,
        clock: FakeClock,
        script: list[Outcome] | Callable[[Call], Outcome] | None = None,
        delay_ms: float | None = 0,
    ) -> None:
        self._clock = clock
        self._script = script if callable(script) else list(script or [])
        self.delay_ms = delay_ms
        self.calls: list[Call] = []

    def track_click_batch(self, events: list[Event], request: dict[str, Any]) -> Any:
        call = Call(events, request, self._clock.uptime_ms(), Promise(self._clock.post))
        self.calls.append(call)
        outcome = self._outcome(call)
        if outcome is HOLD:
            return call.promise
        if self.delay_ms is None:
            return self._now(outcome)
        if isinstance(outcome, Exception):
            call.promise.reject(outcome, self.delay_ms)
        else:
            call.promise.resolve(outcome, self.delay_ms)
        return call.promise

    def then(self, *outcomes: Outcome) -> None:
        """Append to the script."""
        assert isinstance(self._script, list), "a script that is a function takes no further outcomes"
        self._script.extend(outcomes)

    @property
    def ids(self) -> list[str]:
        """Every id that was sent, in order, as often as it was sent."""
        return [each for call in self.calls for each in call.ids]

    def _outcome(self, call: Call) -> Outcome:
        if isinstance(self._script, list):
            return self._script.pop(0) if self._script else None
        return self._script(call)

    @staticmethod
    def _now(outcome: Outcome) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


# -- all of it in one place


class Env:
    """`Env`, whose ports are fakes: what a test asks of them stands beside what the queue asks."""

    __slots__ = ("clock", "ids", "json", "locks", "network", "page", "storage")

    def __init__(
        self,
        storage: FakeStorage,
        clock: FakeClock,
        network: FakeNetwork,
        page: FakePage,
        locks: FakeLocks,
        ids: FakeIds,
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.network = network
        self.page = page
        self.locks = locks
        self.ids = ids
        self.json = FakeJson()


class World:
    """One browser with one origin: a clock, a store, the locks, the line, and the tabs that are opened in it."""

    __slots__ = ("locks", "network", "origin", "tabs", "timeline")

    def __init__(self, lag: Delay | None = None, lock_delay: Delay = at_once, lock_way: Delay | None = None) -> None:
        self.timeline = Timeline()
        self.origin = Origin(self.timeline, lag)
        self.locks = LockManager(self.timeline, lock_delay, lock_way)
        self.network = FakeNetwork()
        self.tabs: list[Tab] = []

    def open(self, tab: str | None = None) -> Tab:
        """A new tab, `a`, `b`, ... where it is given no name; its ids start with it."""
        opened = Tab(self, tab or chr(ord("a") + len(self.tabs)))
        self.tabs.append(opened)
        return opened

    def tell_all(self, news: PageNews) -> None:
        """What every running tab hears at once."""
        for tab in list(self.tabs):
            if tab.life.state == "running":
                tab.page.tell(news)

    def set_online(self, online: bool) -> None:
        """The browser changes its mind about the line, and says so in every tab."""
        if self.network.online != online:
            self.network.online = online
            self.tell_all("online" if online else "offline")


class Tab:
    """One page: its ports, and what a user and a browser do to it."""

    __slots__ = ("env", "life", "name", "page")

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.life = Life()
        self.page = FakePage(self.life)
        storage = world.origin.open(self.life)
        storage.hear = lambda key, text: self.page.tell("storage", key, text)
        clock = FakeClock(world.timeline, self.life)
        locks = world.locks.open(self.life, lambda: self.page.tell("visible"))
        self.env = Env(storage, clock, world.network, self.page, locks, FakeIds(name))

    def kill(self) -> None:
        """The renderer crashes: no word of it to the page."""
        self.life.kill()

    def close(self, hidden_first: bool = False) -> None:
        """The user closes the tab; hidden first where another tab covered it before."""
        self._say_goodbye(hidden_first)
        self.life.kill()

    def leave(self, hidden_first: bool = False) -> None:
        """The user goes elsewhere; the page waits in the back/forward cache."""
        self._say_goodbye(hidden_first)
        self.life.freeze()

    def come_back(self) -> None:
        """The user presses "back": `return`, then `visible`, then what had to wait."""

        def greet() -> None:
            self.page.tell("return")
            self.page.tell("visible")

        self.life.thaw(greet)

    def _say_goodbye(self, hidden_first: bool) -> None:
        # HTML has it so: a visible page hears `pagehide` before `visibilitychange`.
        self.page.tell("hidden" if hidden_first else "leave")
        self.page.tell("leave" if hidden_first else "hidden")


def make_env() -> Env:
    """Every port of a lone tab in a world of its own."""
    return World().open().env


def click(number: int = 1, **fields: Any) -> Event:
    """A click with the four fields that a host must give; further ones by name."""
    return {"sessionId": "s1", "questionId": f"q{number}", "offerId": "o1", "buttonVariantId": "b1", **fields}
