"""CONTRACT 3.6: the delays after delivery failures."""

from __future__ import annotations

import pytest

from tests.unit.harness import DOWN, HOUR_MS, MINUTE_MS, Harness, down, single


def test_the_delays_double_up_to_the_limit() -> None:
    """The delays are 2 s, 4 s, 8 s, 16 s, 30 s, then 30 s again and again (CONTRACT 3.6)."""
    harness = single([DOWN] * 9)
    harness.clock.run_until_idle(10 * MINUTE_MS)
    assert harness.gaps_ms == [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000]


def test_nothing_leaves_before_the_delay_is_over() -> None:
    """Nothing leaves a millisecond earlier, whatever is enqueued meanwhile (CONTRACT 3.6)."""
    harness = single(down)
    harness.settle()
    harness.advance(1999)
    harness.click(30)
    assert len(harness.sizes) == 1
    assert harness.state == "backing-off"
    harness.advance(1)
    assert len(harness.sizes) == 2


def test_the_host_may_choose_first_and_longest_delay() -> None:
    """`initialRetryDelay` and `maxRetryDelay` set the first and the longest delay (CONTRACT 1.4, 3.6)."""
    harness = single([DOWN] * 5, initialRetryDelay=100, maxRetryDelay=700)
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms == [100, 200, 400, 700, 700]


def test_a_first_delay_above_the_longest_is_cut() -> None:
    """`maxRetryDelay` is the limit of the first delay, too (CONTRACT 3.6)."""
    harness = single([DOWN] * 2, initialRetryDelay=5000, maxRetryDelay=1000)
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms == [1000, 1000]


def test_any_success_resets_the_delay() -> None:
    """After a success the next failure waits 2 s again (CONTRACT 3.6)."""
    harness = single([DOWN, DOWN, None, DOWN, DOWN])
    harness.advance(6000)
    harness.click()
    harness.clock.run_until_idle(MINUTE_MS)
    assert harness.gaps_ms[3:] == [2000, 4000]


@pytest.mark.parametrize(("dice", "first_ms"), [(0.0, 2000), (0.5, 1500), (0.999, 1001)])
def test_jitter_takes_a_part_of_the_delay_off(dice: float, first_ms: float) -> None:
    """`retryJitter` is the fraction of each delay that is taken off at random (CONTRACT 1.4)."""
    harness = Harness({"maxBatchSize": 1, "retryJitter": 0.5}, [DOWN])
    harness.env.ids.dice = dice
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [first_ms]


def test_without_jitter_the_delays_are_exact() -> None:
    """By default `retryJitter` is 0, and nothing is taken off (CONTRACT 1.4)."""
    harness = Harness({"maxBatchSize": 1}, [DOWN])
    harness.env.ids.dice = 0.9
    harness.click()
    harness.advance(MINUTE_MS)
    assert harness.gaps_ms == [2000]


def test_a_corrected_wall_clock_moves_no_deadline() -> None:
    """A wall clock that jumps changes no delay (CONTRACT 3.6)."""
    harness = single([DOWN] * 2)
    harness.settle()
    harness.clock.jump_wall(-10 * HOUR_MS)
    harness.advance(2000)
    harness.clock.jump_wall(20 * HOUR_MS)
    harness.advance(4000)
    assert harness.gaps_ms == [2000, 4000]


def test_a_timer_that_overslept_sends_once() -> None:
    """A computer that slept over many delays makes one attempt when it wakes (CONTRACT 3.6)."""
    harness = single(down)
    harness.settle()
    harness.clock.timeline.oversleep(HOUR_MS)
    assert len(harness.sizes) == 2
