"""CONTRACT 3.6 and 3.7: how long to wait after a failure of the path, and when to stop asking by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes import HOLD, Failure, World
from tests.unit.harness import HOUR_MS, MINUTE_MS, Harness

DOWN = Failure(503)


def down(call: Any) -> Failure:
    """An endpoint that fails every time."""
    return DOWN


def one(script: Any, **config: Any) -> Harness:
    """A queue that sends each click at once, with one click."""
    harness = Harness({"maxBatchSize": 1, **config}, script)
    harness.click()
    return harness


# -- 3.6


def test_the_delays_double_up_to_the_limit() -> None:
    """2 s, 4 s, 8 s, 16 s, 30 s, then 30 s again and again (CONTRACT 3.6)."""
    harness = one([DOWN] * 9)
    harness.clock.run_until_idle(10 * MINUTE_MS)
    assert harness.gaps_ms == [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000]


def test_nothing_goes_before_the_delay_is_over() -> None:
    """Not one millisecond earlier, whatever is clicked meanwhile (CONTRACT 3.6)."""
    harness = one(down)
    harness.settle()
    harness.advance(1999)
    harness.click(30)
    assert len(harness.sizes) == 1
    assert harness.state == "backing-off"
    harness.advance(1)
    assert len(harness.sizes) == 2


def test_the_host_may_choose_first_and_longest_delay() -> None:
    """initialRetryDelay and maxRetryDelay are the host's (CONTRACT 1.4, 3.6)."""
    harness = one([DOWN] * 5, initialRetryDelay=100, maxRetryDelay=700)
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms == [100, 200, 400, 700, 700]


def test_a_first_delay_above_the_longest_is_cut() -> None:
    """maxRetryDelay is the limit of the first delay, too (CONTRACT 3.6)."""
    harness = one([DOWN] * 2, initialRetryDelay=5000, maxRetryDelay=1000)
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms == [1000, 1000]


def test_any_success_resets_the_delay() -> None:
    """After a success the next failure waits 2 s again (CONTRACT 3.6)."""
    harness = one([DOWN, DOWN, None, DOWN, DOWN])
    harness.advance(6000)
    harness.click()
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms[3:] == [2000, 4000]


@pytest.mark.parametrize(("dice", "first_ms"), [(0.0, 2000), (0.5, 1500), (0.999, 1001)])
def test_jitter_takes_a_part_of_the_delay_off(dice: float, first_ms: float) -> None:
    """retryJitter is the fraction of each delay that chance may take off, so that tabs do not come back together (CONTRACT 1.4)."""
    harness = Harness({"maxBatchSize": 1, "retryJitter": 0.5}, [DOWN])
    harness.env.ids.dice = dice
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [first_ms]


def test_without_jitter_chance_has_no_say() -> None:
    """retryJitter is 0 by default: the delays are exact (CONTRACT 1.4)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.env.ids.dice = 0.9
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [2000]


def test_a_corrected_wall_clock_moves_no_deadline() -> None:
    """Delays are counted on a clock that only grows (CONTRACT 3.6)."""
    harness = one([DOWN] * 2)
    harness.settle()
    harness.clock.jump_wall(-10 * HOUR_MS)
    harness.advance(2000)
    harness.clock.jump_wall(20 * HOUR_MS)
    harness.advance(4000)
    assert harness.gaps_ms == [2000, 4000]


def test_a_timer_that_overslept_sends_once() -> None:
    """A laptop that was closed over many delays makes one attempt when it wakes (CONTRACT 3.6)."""
    harness = one(down)
    harness.settle()
    harness.clock.timeline.oversleep(HOUR_MS)
    assert len(harness.sizes) == 2


@pytest.mark.parametrize("status", [None, 200, 301, 401, 404, 429, 500, 503])
def test_retry_after_makes_a_delay_longer(status: int | None) -> None:
    """On any status the server may ask for more patience (CONTRACT 3.6)."""
    harness = one([Failure(status, 7000)])
    harness.advance(6999)
    assert len(harness.sizes) == 1
    harness.advance(1)
    assert len(harness.sizes) == 2


@pytest.mark.parametrize("status", [400, 413, 422])
def test_retry_after_holds_for_a_blame_too(status: int) -> None:
    """`retryAfterMs` counts on any status: the halves wait as long (CONTRACT 3.5, 3.6)."""
    harness = Harness({"maxBatchSize": 2}, [Failure(status, 90_000)])
    harness.click(2)
    harness.advance(89_999)
    assert harness.sizes == [2]
    harness.advance(1)
    assert harness.sizes == [2, 1, 1]


@pytest.mark.parametrize("retry_after_ms", [0, 1, 1999, -5, -1e12])
def test_retry_after_makes_a_delay_never_shorter(retry_after_ms: float) -> None:
    """The own delay is the least (CONTRACT 3.6)."""
    harness = one([Failure(429, retry_after_ms)])
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [2000]


@pytest.mark.parametrize("retry_after_ms", [HOUR_MS, HOUR_MS + 1, 10**9, 1e300])
def test_retry_after_is_capped_at_one_hour(retry_after_ms: float) -> None:
    """A server may ask for patience, not for silence (CONTRACT 3.6)."""
    harness = one([Failure(429, retry_after_ms)])
    harness.advance(5 * HOUR_MS)
    assert harness.gaps_ms == [HOUR_MS]


@pytest.mark.parametrize("retry_after_ms", ["90000", None, True, [], [90_000], {}, float("nan"), float("inf")], ids=repr)
def test_a_retry_after_that_is_no_number_says_nothing(retry_after_ms: Any) -> None:
    """What is not a finite number of ms is not there (CONTRACT 3.6)."""
    harness = one([Failure(503, retry_after_ms)])
    harness.advance(5 * HOUR_MS)
    assert harness.gaps_ms == [2000]


def test_retry_after_is_forgotten_with_the_next_answer() -> None:
    """It belongs to the delay that it was said for (CONTRACT 3.6)."""
    harness = one([Failure(503, 50_000), DOWN, None])
    harness.clock.run_until_idle(HOUR_MS)
    assert harness.gaps_ms == [50_000, 4000]


def test_a_hidden_page_keeps_to_retry_after() -> None:
    """A page that is left sends nothing that the server wants later, new events neither; they are stored (CONTRACT 3.6, 5.1)."""
    harness = Harness(script=[Failure(429, HOUR_MS), None])
    first = harness.click()
    harness.advance(5000)
    harness.tab.page.tell("hidden")
    new = harness.click()
    harness.tab.page.tell("hidden")
    assert ([call.ids for call in harness.api.calls], harness.stored()) == ([first], first + new)
    harness.advance(HOUR_MS)
    assert [call.ids for call in harness.api.calls] == [first, first, new]


# -- 3.7


def parked(script: Any = down, **config: Any) -> Harness:
    """A parked queue with one event."""
    harness = one(script, maxRetries=3, **config)
    harness.advance(2000 + 4000)
    assert (harness.state, len(harness.sizes)) == ("parked", 3)
    return harness


def test_failures_in_a_row_park_the_queue() -> None:
    """After maxRetries path failures in a row it is parked, and not before (CONTRACT 3.7)."""
    harness = one(down)
    harness.advance(2000 + 4000 + 8000 + 16_000 + 4 * 30_000)
    assert (harness.state, len(harness.sizes)) == ("backing-off", 9)
    harness.advance(30_000)
    assert (harness.state, len(harness.sizes)) == ("parked", 10)


def test_a_success_between_keeps_it_from_being_parked() -> None:
    """Only failures in a row count (CONTRACT 3.7)."""
    harness = one([DOWN, DOWN, None, DOWN, DOWN, None], maxRetries=3)
    harness.advance(6000)
    harness.click()
    harness.advance(6000)
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 2)


def test_a_blame_between_keeps_it_from_being_parked() -> None:
    """Somebody answered, so the failures before it are over (CONTRACT 3.5, 3.7)."""
    harness = Harness({"maxBatchSize": 1, "maxRetries": 2}, [DOWN, Failure(400), DOWN])
    harness.click(2)
    harness.advance(2000)
    harness.settle()
    assert (harness.stats["failures"], harness.state) == (3, "backing-off")


def test_parked_drops_nothing() -> None:
    """No event is given up, however long the server is away (CONTRACT 3.7)."""
    harness = parked()
    ids = harness.click(40)
    harness.advance(6 * 24 * HOUR_MS)
    assert (harness.state, harness.drops, harness.stats["pending"]) == ("parked", [], 41)
    assert set(ids) < set(harness.stored())


def test_parked_it_probes_every_ten_minutes() -> None:
    """By itself it tries once in 10 minutes (CONTRACT 3.7)."""
    harness = parked()
    harness.advance(HOUR_MS)
    assert harness.gaps_ms[2:] == [10 * MINUTE_MS] * 6


def test_a_probe_that_succeeds_ends_the_parking() -> None:
    """Then everything goes, and a later failure begins with 2 s (CONTRACT 3.6, 3.7)."""
    harness = parked([DOWN] * 3)
    harness.advance(10 * MINUTE_MS)
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 1)
    harness.api.then(DOWN)
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms[-1] == 2000


def online(harness: Harness) -> None:
    harness.tab.page.tell("online")


def visible(harness: Harness) -> None:
    harness.tab.page.tell("visible")


@pytest.mark.parametrize("way_out", [online, visible])
def test_parked_the_page_can_wake_it(way_out: Callable[[Harness], None]) -> None:
    """It tries again at once when the browser says `online` and when the page becomes visible (CONTRACT 3.7)."""
    harness = parked([DOWN] * 3)
    way_out(harness)
    assert len(harness.sizes) == 4
    harness.settle()
    assert (harness.state, harness.stats["acknowledged"]) == ("idle", 1)


@pytest.mark.parametrize("way_out", [online, visible])
def test_a_vain_attempt_leaves_it_parked(way_out: Callable[[Harness], None]) -> None:
    """One attempt each; when it fails, the 10 minutes begin anew (CONTRACT 3.7)."""
    harness = parked()
    way_out(harness)
    harness.advance(10 * MINUTE_MS - 1)
    assert (harness.state, len(harness.sizes)) == ("parked", 4)
    harness.advance(1)
    assert len(harness.sizes) == 5


def test_parked_a_full_new_batch_tries_again() -> None:
    """A new batch that falls due by its size is sent in the same call (CONTRACT 3.1, 3.7)."""
    harness = Harness({"maxBatchSize": 2, "maxRetries": 1}, [DOWN])
    ids = harness.click(2)
    harness.advance(1)
    assert harness.state == "parked"
    harness.click()
    assert len(harness.sizes) == 1
    harness.click()
    assert harness.api.ids == ids * 2
    harness.settle()
    assert harness.stats["acknowledged"] == 4


def test_parked_a_new_batch_that_falls_due_by_time_tries_again() -> None:
    """A single new click tries after maxBatchDelay, the old batch first (CONTRACT 3.1, 3.7)."""
    harness = Harness({"maxRetries": 1}, [DOWN])
    harness.click()
    harness.advance(5001)
    assert harness.state == "parked"
    harness.click()
    harness.advance(4999)
    assert len(harness.sizes) == 1
    harness.advance(1)
    assert harness.stats["acknowledged"] == 2


def test_a_click_in_the_very_moment_of_the_parking_is_new() -> None:
    """A batch falls due by its own time, also when it came in the millisecond of the failure (CONTRACT 3.7)."""
    harness = Harness({"maxRetries": 1}, [DOWN])
    harness.click()
    harness.advance(5000)
    assert harness.state == "parked"
    harness.click()
    harness.advance(5000)
    assert harness.stats["acknowledged"] == 2


def test_parked_the_next_page_tries_at_once() -> None:
    """A page load starts afresh (CONTRACT 3.7)."""
    world = World()
    harness = Harness({"maxRetries": 1, "maxBatchSize": 1}, down, world=world)
    harness.click()
    harness.settle()
    assert harness.state == "parked"
    harness.tab.close()
    heir = Harness(world=world)
    assert heir.sizes == [1]
    heir.settle()
    assert heir.texts == {}


def test_parked_retry_after_still_makes_the_wait_longer() -> None:
    """A server that asks for an hour gets it, parked or not (CONTRACT 3.6, 3.7)."""
    harness = one([Failure(503, HOUR_MS), DOWN], maxRetries=1)
    harness.advance(HOUR_MS - 1)
    assert (harness.state, len(harness.sizes)) == ("parked", 1)
    harness.advance(1)
    assert len(harness.sizes) == 2


def test_parked_a_new_batch_waits_for_retry_after_too() -> None:
    """A server that asks for an hour gets it, whatever is clicked meanwhile (CONTRACT 3.6, 3.7)."""
    harness = one([Failure(503, HOUR_MS)], maxRetries=1)
    harness.settle()
    harness.click(3)
    harness.advance(HOUR_MS - 1)
    assert (harness.state, harness.sizes) == ("parked", [1])
    harness.advance(1)
    assert harness.stats["acknowledged"] == 4


def test_visible_does_not_shorten_a_mere_backoff() -> None:
    """Becoming visible is a way out of the parking alone (CONTRACT 3.6, 3.7)."""
    harness = one(down)
    harness.settle()
    visible(harness)
    assert len(harness.sizes) == 1


def test_parked_with_a_request_in_flight_is_sending() -> None:
    """The state says what the queue waits for (CONTRACT 6.1)."""
    harness = parked([DOWN] * 3 + [HOLD])
    online(harness)
    assert harness.state == "sending"
