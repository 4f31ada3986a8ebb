"""Web Locks, as the specification has them: exclusive, first come first served, and given away when a tab ends.

Invariant: a lock has one holder. Whether a request is granted is decided when it arrives: in the very moment, or after `way()` ms
where there is one. The callback is called `delay()` ms later, or at `let_go` where `is_holding` is set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.clock import Delay, Timeline, at_once
from tests.fakes.life import Life, Task
from tests.fakes.promise import Promise


class LockFault(Exception):
    """The DOMException with which `request` rejects: AbortError, NotSupportedError."""


class AbortSignal:
    """Calls back at once when its controller aborts; a promise's reaction would be a microtask, before anything else."""

    __slots__ = ("_callbacks", "aborted")

    def __init__(self) -> None:
        self.aborted = False
        self._callbacks: list[Callable[[Any], Any]] = []

    def then(self, done: Callable[[Any], Any], failed: Callable[[Any], Any]) -> None:
        """As a promise it settles when the signal is aborted."""
        if self.aborted:
            done(None)
        else:
            self._callbacks.append(done)

    def until_aborted(self) -> AbortSignal:
        """What `runtime.end_of` asks for."""
        return self

    def fire(self) -> None:
        if not self.aborted:
            self.aborted = True
            for callback in self._callbacks:
                callback(None)


class AbortController:
    __slots__ = ("signal",)

    def __init__(self) -> None:
        self.signal = AbortSignal()

    def abort(self) -> None:
        self.signal.fire()


class LockRequest:
    """One request for a lock, until it has ended."""

    __slots__ = ("callback", "is_called", "is_over", "life", "lock_name", "promise")

    def __init__(self, life: Life, lock_name: str, callback: Callable[[Any], Any], promise: Promise) -> None:
        self.life = life
        self.lock_name = lock_name
        self.callback = callback
        self.promise = promise
        self.is_called = False
        self.is_over = False


class LockManager:
    """The locks of an origin."""

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
        """There are no Web Locks: an insecure context, an old browser. `navigator.locks` is None."""

    def open(self, life: Life | None = None) -> FakeLocks:
        """The locks as one tab sees them; those that it has go to the next in the queue when it dies."""
        life = life or Life()
        life.at_death(lambda: self._end_all_of(life))
        return FakeLocks(self, life)

    def held_by(self, lock_name: str) -> Life | None:
        request = self._held.get(lock_name)
        return request.life if request else None

    @property
    def requests(self) -> int:
        """Held and waiting ones: 0 when every tab has cleaned up."""
        return len(self._held) + sum(map(len, self._waiting.values()))

    def decide(self, request: LockRequest, options: dict[str, Any]) -> None:
        """A request has arrived."""
        held = self._held.get(request.lock_name)
        waiting = self._waiting.setdefault(request.lock_name, [])
        if held is None:
            self._grant(request)
        elif options.get("ifAvailable"):
            self._answer(request, None)
        elif options.get("steal"):
            waiting.insert(0, request)
            self.end(held)
            held.promise.reject(LockFault("AbortError: stolen"))
        else:
            waiting.append(request)

    def end(self, request: LockRequest) -> None:
        """The request waits no more, or its lock goes to the next."""
        if request.is_over:
            return
        request.is_over = True
        waiting = self._waiting.get(request.lock_name, [])
        if request in waiting:
            waiting.remove(request)
        if self._held.get(request.lock_name) is request:
            del self._held[request.lock_name]
            if waiting:
                self._grant(waiting.pop(0))

    def abort(self, request: LockRequest) -> None:
        """Its signal was aborted: from its callback on the request is beyond that."""
        if not request.is_called and not request.is_over:
            self.end(request)
            request.promise.reject(LockFault("AbortError"))

    def let_go(self) -> None:
        """Deliver the answers that were on hold, and hold no more."""
        self.is_holding = False
        answers, self._on_hold = self._on_hold, []
        for answer in answers:
            answer()

    def _grant(self, request: LockRequest) -> None:
        self._held[request.lock_name] = request
        self._answer(request, request.lock_name)

    def _answer(self, request: LockRequest, lock: str | None) -> None:
        def answer() -> None:
            self.timeline.post(self.delay(), lambda: request.life.run(lambda: self._call(request, lock)))

        if self.is_holding:
            self._on_hold.append(answer)
        else:
            answer()

    def _call(self, request: LockRequest, lock: str | None) -> None:
        if request.is_over:
            return
        request.is_called = True
        try:
            result = request.callback(lock)
        except Exception as error:
            self._fail(request, error)
            return
        if hasattr(result, "then"):
            result.then(lambda value: self._finish(request, value), lambda error: self._fail(request, error))
        else:
            self._finish(request, result)

    def _finish(self, request: LockRequest, value: Any) -> None:
        self.end(request)
        request.promise.resolve(value)

    def _fail(self, request: LockRequest, error: Exception) -> None:
        self.end(request)
        request.promise.reject(error)

    def _end_all_of(self, life: Life) -> None:
        # The waiting ones first, or the dead tab would be next in its own queue.
        for waiting in self._waiting.values():
            for request in [each for each in waiting if each.life is life]:
                self.end(request)
        for request in [each for each in self._held.values() if each.life is life]:
            self.end(request)


class FakeLocks:
    """`navigator.locks` of one tab. Made by `LockManager.open`."""

    __slots__ = ("_arrives_at_ms", "_life", "manager")

    def __init__(self, manager: LockManager, life: Life) -> None:
        self.manager = manager
        self._life = life
        self._arrives_at_ms = 0.0

    def request(self, lock_name: str, options: dict[str, Any], callback: Callable[[Any], Any]) -> Promise:
        promise = Promise(lambda delay_ms, task: self.manager.timeline.post(delay_ms, lambda: self._life.run(task)))
        signal = options.get("signal")
        if signal is not None and (options.get("ifAvailable") or options.get("steal")):
            promise.reject(LockFault("NotSupportedError: signal excludes ifAvailable and steal"))
        elif signal is not None and signal.aborted:
            promise.reject(LockFault("AbortError"))
        elif not self._life.is_dead:
            request = LockRequest(self._life, lock_name, callback, promise)
            if signal is not None:
                signal.then(lambda value: self.manager.abort(request), lambda error: None)
            self._send(request, options)
        return promise

    def _send(self, request: LockRequest, options: dict[str, Any]) -> None:
        """Requests of one tab arrive in their order; one that was aborted, or whose tab died, on the way never arrives."""
        way, timeline = self.manager.way, self.manager.timeline
        if way is None:
            self.manager.decide(request, options)
            return
        self._arrives_at_ms = max(self._arrives_at_ms, timeline.uptime_ms + way())
        timeline.post(self._arrives_at_ms - timeline.uptime_ms, lambda: self._arrive(request, options))

    def _arrive(self, request: LockRequest, options: dict[str, Any]) -> None:
        if not request.is_over and not self._life.is_dead:
            self.manager.decide(request, options)
