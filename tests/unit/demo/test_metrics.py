"""The operator's figures are those of the requests that came."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from examples.demo_metrics import MAX_CLICK_AGE_MS, WINDOW_S, Metrics, click_age_ms, percentile
from examples.server import Demo, serve

START = datetime(2027, 1, 15, 8, tzinfo=UTC)
START_MS = round(START.timestamp() * 1000)


class Clock:
    """Metrics, and the moment at which requests arrive."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.now_ms = START_MS

    def arrive(self, stored: int, duplicates: int = 0) -> None:
        """A request with so many new events, all clicked at START, and so many known ones."""
        self.metrics.count_request(self.now_ms)
        self.metrics.count_commit(self.now_ms, [START] * stored, duplicates)

    def figures(self) -> dict[str, Any]:
        """As the operator's page gets them now."""
        return self.metrics.figures(self.now_ms)


def test_a_refused_request_counts_as_a_request() -> None:
    """A request that is refused stores nothing, and still counts."""
    clock = Clock()
    clock.arrive(3, 1)
    clock.metrics.count_request(clock.now_ms)
    assert clock.figures()["totals"] == {"requests": 2, "stored": 3, "duplicates": 1}


def test_each_second_has_its_counts() -> None:
    """The series end with the present second; the sums go on from what happened before the window."""
    clock = Clock()
    clock.arrive(2)
    clock.now_ms += 3000
    clock.arrive(1, 1)
    series = clock.figures()["series"]
    assert {len(values) for values in series.values()} == {WINDOW_S}
    assert series["ageS"] == list(range(1 - WINDOW_S, 1))
    last = {name: values[-4:] for name, values in series.items()}
    assert (last["stored"], last["duplicates"]) == ([2, 0, 0, 1], [0, 0, 0, 1])
    assert (last["clicksSoFar"], last["requestsSoFar"]) == ([2, 2, 2, 3], [1, 1, 1, 2])
    clock.now_ms += WINDOW_S * 1000
    series = clock.figures()["series"]
    assert (set(series["stored"]), set(series["clicksSoFar"]), set(series["requestsSoFar"])) == ({0}, {3}, {2})


def test_latency_is_from_the_click_to_the_commit() -> None:
    """The percentiles are those of the events that were new; a duplicate has no commit of its own."""
    clock = Clock()
    clock.now_ms += 400
    clock.arrive(1)
    clock.now_ms += 600
    clock.arrive(1, 1)
    figures = clock.figures()
    assert figures["latencyMs"] == {"p50": 400, "p99": 1000}
    assert figures["series"]["p50Ms"][-2:] == [400, 1000]


def test_a_window_without_events_has_no_latency() -> None:
    """No event means no percentile, and two minutes later the last event is forgotten."""
    clock = Clock()
    empty = {"p50": None, "p99": None}
    assert clock.figures()["latencyMs"] == empty
    clock.arrive(1)
    clock.now_ms += WINDOW_S * 1000
    assert clock.figures()["latencyMs"] == empty


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    """The counts of a second that seems to be over go to the latest one."""
    metrics = Metrics()
    metrics.count_request(START_MS)
    metrics.count_request(START_MS - 5000)
    assert metrics.figures(START_MS)["series"]["requestsSoFar"][-2:] == [0, 2]


@pytest.mark.parametrize("age_ms", [None, -1, MAX_CLICK_AGE_MS + 1])
def test_a_timestamp_that_is_no_time_is_left_out(age_ms: int | None) -> None:
    """A click without a time, from the future, or older than seven days gives no latency."""
    clicked_at = None if age_ms is None else START - timedelta(milliseconds=age_ms)
    assert click_age_ms(clicked_at, START_MS) is None


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 50), (99, 99), (100, 100)])
def test_a_percentile_is_the_nearest_rank(percent: int, expected: float) -> None:
    """Of 1 to 100 the percentile p is p, in any order."""
    assert percentile([float(value) for value in range(100, 0, -1)], percent) == expected


def test_a_reset_starts_at_zero() -> None:
    """Start over: the figures are those of a new server."""
    clock = Clock()
    clock.arrive(1, 1)
    clock.metrics.clear()
    assert clock.figures() == Clock().figures()


@pytest.mark.parametrize(("origin", "status"), [(None, 200), ("https://evil.example", 403)])
def test_the_figures_are_served_to_our_page_alone(tmp_path: Path, origin: str | None, status: int) -> None:
    """`/control/metrics` is JSON for the page of this server, and 403 for another origin."""
    address = serve(Demo(tmp_path / "clicks.sqlite3"))
    with address as url, closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("GET", "/control/metrics", headers={"Origin": origin} if origin else {})
        response = connection.getresponse()
        answer = json.loads(response.read())
    assert response.status == status
    assert ("totals" in answer) == (status == 200)
