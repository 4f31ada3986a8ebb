"""CONTRACT 3.8: while the browser is offline only a probe leaves every ten minutes; `online` sends all in the same call."""

from __future__ import annotations

from tests.fakes import HOLD, Failure, World
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness, down


def test_offline_nothing_is_sent() -> None:
    """Offline neither a full batch nor a due one is sent, and no failure is counted (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click(25)
    harness.advance(9 * MINUTE_MS)
    assert harness.sizes == []
    assert (harness.stats["isOnline"], harness.stats["pending"], harness.stats["failures"]) == (False, 25, 0)


def test_online_flushes_in_the_same_call() -> None:
    """`online` sends the pending events before it returns, full batch or not (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click()
    harness.go_online()
    assert harness.sizes == [1]


def test_online_flushes_batch_after_batch() -> None:
    """`online` sends all events that were enqueued offline, without a further delay (CONTRACT 3.8, 3.9)."""
    harness = Harness()
    harness.go_offline()
    ids = harness.click(34)
    harness.go_online()
    harness.settle()
    assert harness.sizes == [10, 10, 10, 4]
    assert harness.api.ids == ids


def test_offline_is_noticed_without_an_event() -> None:
    """`navigator.onLine` is read at each attempt, so no `offline` event is needed (CONTRACT 3.8)."""
    harness = Harness({"maxBatchSize": 1})
    harness.world.network.online = False
    harness.click()
    assert harness.sizes == []


def test_offline_a_probe_leaves_every_ten_minutes() -> None:
    """Offline one request leaves every 10 minutes, since `onLine` may be wrong (CONTRACT 3.8)."""
    harness = Harness(script=down)
    harness.go_offline()
    harness.click(10)
    harness.advance(HOUR_MS)
    assert (len(harness.sizes), set(harness.gaps_ms)) == (6, {10 * MINUTE_MS})


def test_a_page_that_opens_offline_waits_ten_minutes_for_its_first_probe() -> None:
    """The first probe leaves 10 minutes after the start of the queue (CONTRACT 3.8)."""
    world = World()
    world.timeline.advance(HOUR_MS)
    world.network.online = False
    harness = Harness(world=world)
    harness.click(10)
    harness.advance(10 * MINUTE_MS - 1)
    assert harness.sizes == []
    harness.advance(1)
    assert harness.sizes == [10]


def test_a_probe_that_succeeds_delivers() -> None:
    """The events of a probe that succeeds are acknowledged (CONTRACT 3.8)."""
    harness = Harness()
    harness.go_offline()
    harness.click(3)
    harness.advance(10 * MINUTE_MS)
    assert (harness.stats["acknowledged"], harness.stats["isOnline"]) == (3, False)


def test_offline_uses_up_no_retry() -> None:
    """Failed probes do not count: back online the delays start with 2 s (CONTRACT 3.8)."""
    harness = Harness({"maxRetries": 3}, down)
    harness.go_offline()
    harness.click()
    harness.advance(5 * HOUR_MS)
    probes = len(harness.sizes)
    assert harness.state != "parked"
    harness.go_online()
    harness.advance(6500)
    assert harness.gaps_ms[probes:] == [2000, 4000]


def test_a_network_that_fails_a_request_in_flight_uses_up_no_retry() -> None:
    """A request that fails while the browser is offline does not count towards parking (CONTRACT 3.8)."""
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, [HOLD])
    harness.click()
    harness.go_offline()
    harness.api.calls[0].reject(Failure())
    harness.settle()
    assert harness.state != "parked"


def test_online_true_never_stops_the_backoff() -> None:
    """After `online` a failed attempt waits as long as its number in the row says (CONTRACT 3.6, 3.8)."""
    harness = Harness({"maxBatchSize": 1}, down)
    harness.click()
    harness.advance(2000 + 4000)
    assert len(harness.sizes) == 3
    harness.tab.page.tell("online")
    assert len(harness.sizes) == 4
    harness.advance(15_999)
    assert len(harness.sizes) == 4
    harness.advance(1)
    assert len(harness.sizes) == 5
