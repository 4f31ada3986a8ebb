"""The operator's figures are those of the requests that came."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

import pytest

from examples import demo_state
from examples.demo_metrics import MAX_CLICK_AGE_MS, WINDOW_S, Metrics, click_age_ms, percentile
from examples.server import BATCH, SINGLE, Demo, serve

START_MS = 1_800_000_000_000


class Clock:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the demo's server."""
    clock = Clock()
    monkeypatch.setattr(demo_state, "now_ms", clock)
    return clock


def arrive(demo: Demo, *events: dict[str, Any]) -> None:
    """One batch that is stored and answered."""
    entry = demo.note(BATCH, {"events": list(events)})
    demo.settle(entry, "200", demo.book(entry, list(events)))


def clicks(*ids: str, at_ms: int = START_MS) -> list[dict[str, Any]]:
    """Events with these ids, all clicked at `at_ms`."""
    return [{"id": id, "timestamp": at_ms} for id in ids]


def test_events_requests_and_duplicates_are_counted(clock: Clock) -> None:
    """An id counts as stored at its first arrival, as a duplicate at each other, within one batch and between two (CONTRACT 6.3)."""
    demo = Demo()
    arrive(demo, *clicks("a", "b", "b"))
    arrive(demo, *clicks("b", "c"))
    assert demo.figures()["totals"] == {"requests": 2, "stored": 3, "duplicates": 2}


def test_a_refused_request_counts_as_a_request(clock: Clock) -> None:
    """What is refused costs a request and stores nothing."""
    demo = Demo()
    demo.settle(demo.note(SINGLE, {"events": clicks("a")}), "500")
    assert demo.figures()["totals"] == {"requests": 1, "stored": 0, "duplicates": 0}


def test_each_second_has_its_counts(clock: Clock) -> None:
    """The series end with the present second; the sums go on from what happened before the window."""
    demo = Demo()
    arrive(demo, *clicks("a", "b"))
    clock.now_ms += 3000
    arrive(demo, *clicks("b", "c"))
    series = demo.figures()["series"]
    assert {len(values) for values in series.values()} == {WINDOW_S}
    assert series["ageS"] == list(range(1 - WINDOW_S, 1))
    last = {name: values[-4:] for name, values in series.items()}
    assert (last["stored"], last["duplicates"]) == ([2, 0, 0, 1], [0, 0, 0, 1])
    assert (last["clicksSoFar"], last["requestsSoFar"]) == ([2, 2, 2, 3], [1, 1, 1, 2])
    clock.now_ms += WINDOW_S * 1000
    series = demo.figures()["series"]
    assert (set(series["stored"]), set(series["clicksSoFar"]), set(series["requestsSoFar"])) == ({0}, {3}, {2})


def test_latency_is_from_the_click_to_the_commit(clock: Clock) -> None:
    """The percentiles are those of the events that were new; a duplicate has no commit of its own."""
    demo = Demo()
    clock.now_ms += 400
    arrive(demo, *clicks("a"))
    clock.now_ms += 600
    arrive(demo, *clicks("a", "b"))
    figures = demo.figures()
    assert figures["latencyMs"] == {"p50": 400, "p99": 1000}
    assert figures["series"]["p50Ms"][-2:] == [400, 1000]


def test_a_window_without_events_has_no_latency(clock: Clock) -> None:
    """No event means no percentile, and two minutes later the last event is forgotten."""
    demo = Demo()
    empty = {"p50": None, "p99": None}
    assert demo.figures()["latencyMs"] == empty
    arrive(demo, *clicks("a"))
    clock.now_ms += WINDOW_S * 1000
    assert demo.figures()["latencyMs"] == empty


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    """The counts of a second that seems to be over go to the latest one."""
    metrics = Metrics()
    metrics.count_request(START_MS)
    metrics.count_request(START_MS - 5000)
    assert metrics.figures(START_MS)["series"]["requestsSoFar"][-2:] == [0, 2]


@pytest.mark.parametrize(
    "value", [None, "5", True, [], START_MS + 1, START_MS - MAX_CLICK_AGE_MS - 1, 10**400, -(10**400), 1e308]
)
def test_a_timestamp_that_is_no_time_is_left_out(value: object) -> None:
    """Text, a number from the future and one older than seven days give no latency."""
    assert click_age_ms({"id": "a", "timestamp": value}, START_MS) is None


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_the_nearest_rank(percent: int, expected: float) -> None:
    """Of 1 to 100 the percentile p is p, in any order."""
    assert percentile([float(value) for value in range(100, 0, -1)], percent) == expected


def test_a_reset_starts_at_zero(clock: Clock) -> None:
    """Start over: the figures are those of a new server."""
    demo = Demo()
    arrive(demo, *clicks("a"))
    demo.reset()
    assert demo.figures() == Demo().figures()


@pytest.mark.parametrize(("origin", "status"), [(None, 200), ("https://evil.example", 403)])
def test_the_figures_are_served_to_our_page_alone(origin: str | None, status: int) -> None:
    """`/control/metrics` is JSON for the page of this server, and 403 for another origin."""
    with serve(Demo()) as url, closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("GET", "/control/metrics", headers={"Origin": origin} if origin else {})
        response = connection.getresponse()
        answer = json.loads(response.read())
    assert response.status == status
    assert ("totals" in answer) == (status == 200)
