"""The fake Web Locks are what the specification says, or every test above them proves nothing."""

from __future__ import annotations

from typing import Any

from tests.fakes import AbortController, FakeLocks, Life, LockManager, Promise, Timeline, World


class Holder:
    """Requests a lock, and holds it until `release`."""

    def __init__(self, locks: FakeLocks, heard: list[str], name: str, lock_name: str = "lock", **options: Any) -> None:
        self.end = AbortController()
        self.heard = heard
        self.name = name
        self.promise = locks.request(lock_name, options, self._on_lock)
        self.promise.then(lambda value: heard.append(f"{name} ended"), lambda error: heard.append(f"{name} {error}"))

    def _on_lock(self, lock: Any) -> Any:
        self.heard.append(f"{self.name} {'granted' if lock else 'taken'}")
        return self.end.signal.until_aborted() if lock else None

    def release(self) -> None:
        self.end.abort()


def test_the_first_gets_it_and_the_others_wait_in_line() -> None:
    """Exclusive and first come, first served; callbacks come in a task of their own."""
    timeline = Timeline()
    manager = LockManager(timeline)
    heard: list[str] = []
    one, two, three = (Holder(manager.open(), heard, name) for name in "abc")
    assert heard == []
    timeline.advance(0)
    assert heard == ["a granted"]
    one.release()
    one.release()
    timeline.advance(0)
    assert heard[1:] == ["b granted", "a ended"]
    two.release()
    timeline.advance(0)
    three.release()
    assert (heard[3:], manager.requests) == (["c granted", "b ended"], 0)


def test_a_callback_that_returns_nothing_gives_the_lock_back() -> None:
    """At once, and the promise of the request resolves to what was returned; a callback that raises rejects it."""
    timeline = Timeline()
    manager = LockManager(timeline)
    heard: list[Any] = []
    manager.open().request("lock", {}, lambda lock: lock).then(heard.append, heard.append)
    manager.open().request("lock", {}, lambda lock: 1 / 0).then(heard.append, lambda error: heard.append(type(error)))
    timeline.advance(0)
    assert (heard, manager.requests) == (["lock", ZeroDivisionError], 0)


def test_a_lock_ends_with_the_promise_of_its_callback() -> None:
    """Whether it resolves or rejects."""
    timeline = Timeline()
    manager = LockManager(timeline)
    heard: list[Any] = []
    for reject in (False, True):
        promise = Promise(timeline.post)
        manager.open().request("lock", {}, lambda lock, promise=promise: promise).then(heard.append, heard.append)  # type: ignore[misc]
        timeline.advance(0)
        assert manager.held_by("lock") is not None
        fault = ValueError("fault")
        promise.reject(fault) if reject else promise.resolve("value")
        timeline.advance(0)
        assert (heard[-1], manager.requests) == (fault if reject else "value", 0)


def test_a_request_that_does_not_wait_finds_the_lock_taken() -> None:
    """With `ifAvailable` the lock is None then; another name is another lock."""
    timeline = Timeline()
    locks = LockManager(timeline).open()
    heard: list[str] = []
    Holder(locks, heard, "1")
    Holder(locks, heard, "2", ifAvailable=True)
    Holder(locks, heard, "3", "other", ifAvailable=True)
    timeline.advance(0)
    assert heard == ["1 granted", "2 taken", "3 granted", "2 ended"]


def test_an_aborted_request_is_never_granted() -> None:
    """Waiting, or granted with the callback still to come: the next one gets the lock, and the promise rejects."""
    timeline = Timeline()
    manager = LockManager(timeline, delay=lambda: 3)
    heard: list[str] = []
    controllers = [AbortController() for _ in "abc"]
    for name, controller in zip("abc", controllers, strict=True):
        Holder(manager.open(), heard, name, signal=controller.signal)
    controllers[1].abort()
    controllers[0].abort()
    timeline.advance(3)
    assert heard == ["b AbortError", "a AbortError", "c granted"]
    Holder(manager.open(), heard, "d", signal=controllers[0].signal)
    timeline.advance(3)
    assert heard[3:] == ["d AbortError"]


def test_a_signal_does_not_end_a_lock_that_is_held() -> None:
    """From the callback on the request is beyond its signal."""
    timeline = Timeline()
    manager = LockManager(timeline)
    heard: list[str] = []
    controller = AbortController()
    Holder(manager.open(), heard, "a", signal=controller.signal)
    timeline.advance(0)
    controller.abort()
    timeline.advance(0)
    assert (heard, manager.requests) == (["a granted"], 1)


def test_a_signal_excludes_a_request_that_does_not_wait() -> None:
    """NotSupportedError, by the promise."""
    timeline = Timeline()
    heard: list[str] = []
    Holder(LockManager(timeline).open(), heard, "a", ifAvailable=True, signal=AbortController().signal)
    timeline.advance(0)
    assert heard == ["a NotSupportedError: signal excludes ifAvailable and steal"]


def test_a_lock_can_be_stolen() -> None:
    """The thief has it before those who wait, and the promise of the request that held it rejects."""
    timeline = Timeline()
    manager = LockManager(timeline)
    heard: list[str] = []
    Holder(manager.open(), heard, "a")
    Holder(manager.open(), heard, "b")
    timeline.advance(0)
    thief = Life()
    Holder(manager.open(thief), heard, "c", steal=True)
    timeline.advance(0)
    assert (sorted(heard[1:]), manager.held_by("lock")) == (["a AbortError: stolen", "c granted"], thief)


def test_a_request_may_have_a_way_to_go() -> None:
    """With `way` it is decided on arrival; requests of one tab do not overtake, and one that was aborted is lost."""
    ways = iter([5.0, 1.0, 2.0, 1.0, 1.0])
    timeline = Timeline()
    manager = LockManager(timeline, way=lambda: next(ways))
    one, two = manager.open(), manager.open()
    heard: list[str] = []
    controller = AbortController()
    Holder(one, heard, "1", "first")
    Holder(one, heard, "2", "second", ifAvailable=True)
    Holder(two, heard, "3", "first", ifAvailable=True)
    Holder(two, heard, "4", "third", signal=controller.signal)
    controller.abort()
    timeline.advance(10)
    assert heard == ["4 AbortError", "3 granted", "2 granted"]
    dying = Life()
    Holder(manager.open(dying), heard, "5", "third")
    dying.kill()
    timeline.advance(10)
    assert (heard[3:], manager.held_by("third")) == ([], None)


def test_a_dead_tabs_lock_goes_to_the_next() -> None:
    """Held and waiting requests of a killed tab vanish; it is not next in its own queue."""
    world = World()
    one, two = world.open(), world.open()
    heard: list[str] = []
    Holder(one.env.locks, heard, "one")
    Holder(one.env.locks, heard, "one again")
    Holder(two.env.locks, heard, "two")
    world.timeline.advance(0)
    one.kill()
    world.timeline.advance(0)
    assert (heard, world.locks.held_by("lock"), world.locks.requests) == (["one granted", "two granted"], two.life, 1)


def test_callbacks_can_be_held_back() -> None:
    """`is_holding` until `let_go`: the moment before a lock is granted can be as long as a test needs."""
    timeline = Timeline()
    manager = LockManager(timeline)
    manager.is_holding = True
    heard: list[str] = []
    Holder(manager.open(), heard, "a")
    timeline.advance(1000)
    assert (heard, manager.held_by("lock") is None) == ([], False)
    manager.let_go()
    timeline.advance(0)
    assert heard == ["a granted"]


def test_where_there_are_no_locks_the_navigator_has_none() -> None:
    """`is_missing`: `navigator.locks` is undefined in an insecure context."""
    world = World()
    world.locks.is_missing = True
    assert world.open().env.navigator.locks is None
