"""CONTRACT 5.3: `destroy()` ends a queue at once; its stored events wait for the next start."""

from __future__ import annotations

from tests.fakes import HOLD, World, click, never_answers
from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness


def test_destroy_leaves_no_timer_and_no_listener() -> None:
    """In every state no timer and no listener is left when `destroy()` returns (CONTRACT 5.3)."""
    for script, ms in (([HOLD], 5000), ([DOWN], 5000), ([], 0), ([], 10_000)):
        harness = Harness(script=script)
        harness.click(3)
        harness.advance(ms)
        harness.queue.destroy()
        assert (harness.clock.armed, harness.tab.page.listeners, harness.state) == (0, 0, "destroyed")


def test_destroy_gives_up_the_locks() -> None:
    """With nothing in flight the locks are released in the same call (CONTRACT 5.3)."""
    harness = Harness()
    harness.click(3)
    harness.queue.destroy()
    assert harness.world.locks.requests == 0


def test_destroy_before_the_locks_answered() -> None:
    """A lock that is granted after `destroy()` is released (CONTRACT 5.3)."""
    harness = Harness(is_settled=False)
    harness.click(3)
    harness.queue.destroy()
    harness.settle()
    assert harness.world.locks.requests == 0


def test_stored_events_wait_for_the_next_start() -> None:
    """`destroy()` sends nothing and removes no event; the next tab sends them (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.stored()) == ([], ids)
    next_tab = Harness(world=harness.world)
    next_tab.advance(MINUTE_MS)
    assert (next_tab.api.ids, next_tab.texts) == (ids, {})


def test_a_request_in_flight_may_settle() -> None:
    """Events that are acknowledged after `destroy()` are removed, and then the lock is released (CONTRACT 5.3)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(12)
    harness.queue.destroy()
    assert harness.world.locks.requests > 0
    harness.api.calls[0].resolve()
    harness.settle()
    assert (harness.stored(), harness.stats["acknowledged"]) == (ids[10:], 10)
    assert (harness.world.locks.requests, harness.clock.armed, harness.sizes) == (0, 0, [10])


def test_a_queue_that_never_leads_leaves_no_copy() -> None:
    """A response after `destroy()` writes no copy of the events where the lock of the main key was not granted (CONTRACT 5.3)."""
    lock_delay_ms = [0]
    harness = Harness(script=[HOLD], world=World(lock_delay=lambda: lock_delay_ms[0]))
    harness.click(10)
    lock_delay_ms[0] = 1000
    harness.tab.leave()
    harness.tab.come_back()
    harness.click(2)
    harness.queue.destroy()
    next_tab = Harness(world=harness.world)
    next_tab.advance(MINUTE_MS)
    harness.api.calls[0].resolve()
    harness.settle()
    assert harness.texts == {}


def test_a_request_in_flight_may_fail() -> None:
    """A failure after `destroy()` is not retried, and the events stay stored (CONTRACT 5.3)."""
    harness = Harness(script=[HOLD])
    ids = harness.click(10)
    harness.queue.destroy()
    harness.api.calls[0].reject(DOWN)
    harness.advance(HOUR_MS)
    assert (harness.stored(), harness.sizes) == (ids, [10])
    assert (harness.world.locks.requests, harness.clock.armed) == (0, 0)


def test_calls_after_destroy_do_nothing() -> None:
    """`destroy()`, `flush()`, `subscribe()` and `purge()` after `destroy()` change nothing (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    harness.queue.destroy()
    harness.queue.flush()
    harness.queue.subscribe(lambda: None)()
    harness.queue.purge()
    harness.advance(HOUR_MS)
    assert (harness.state, harness.sizes, harness.stored()) == ("destroyed", [], ids)


def test_after_destroy_nothing_is_accepted() -> None:
    """`enqueue` returns null, and the drop is `invalid` (CONTRACT 5.3)."""
    harness = Harness()
    harness.queue.destroy()
    event = click()
    assert harness.queue.enqueue(event) is None
    assert [(told, reason) for told, reason, _ in harness.drops] == [(event, "invalid")]
    assert (harness.stats["dropped"]["invalid"], harness.stats["enqueued"], harness.texts) == (1, 0, {})


def test_page_events_after_destroy_do_nothing() -> None:
    """No event of the page sends, removes or locks anything after `destroy()` (CONTRACT 5.3)."""
    harness = Harness()
    ids = harness.click(3)
    harness.queue.destroy()
    for event in ("online", "hidden", "leave", "return", "visible", "offline"):
        harness.tab.page.tell(event)
    harness.advance(HOUR_MS)
    assert (harness.sizes, harness.stored(), harness.world.locks.requests) == ([], ids, 0)


def test_after_destroy_another_tab_adopts() -> None:
    """The lock is free, so another tab adopts and delivers the events (CONTRACT 4.2, 5.3)."""
    world = World()
    first = Harness(script=never_answers, world=world)
    second = Harness(world=world)
    ids = first.click(3)
    first.queue.destroy()
    second.advance(MINUTE_MS)
    assert second.api.ids == ids
