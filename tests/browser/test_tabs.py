"""Many tabs of one origin, some of which go: everything that was clicked arrives (CONTRACT 4.2 to 4.4, 6.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import HUNG, OK, Answer, Endpoint
from tests.browser.visitor import Visitor, Visitors, open_visitors, sent_twice
from tests.browser.waiting import wait_for

ENDS = ("close", "crash", "reload", "freeze")
FEW, MANY = 15, 30  # clicks of each tab, before something happens and altogether


@pytest.fixture
def visitors(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitors]:
    """Somebody who opens tab after tab."""
    with open_visitors(browser, endpoint) as visitors:
        yield visitors


@pytest.mark.parametrize("weather", ["fair", "outage"])
@pytest.mark.parametrize("ends", [(end,) for end in ENDS] + [ENDS], ids=[*ENDS, "all"])
def test_whatever_happens_to_a_tab(visitors: Visitors, endpoint: Endpoint, browser_name: str, ends: tuple[str, ...], weather: str) -> None:
    """Tabs click at once while one or four of them end: the server's set of ids is the clicked set, and only
    what was sent and not yet answered at such an end comes twice (CONTRACT 4.2, 4.4, 5.1, 5.2, 6.3)."""
    if browser_name != "chromium" and ends == ("crash",):
        pytest.skip("only Chromium has an address that crashes a tab")
    ends = tuple(end for end in ends if browser_name == "chromium" or end != "crash")
    if weather == "outage":
        endpoint.otherwise = lambda received: Answer(503)
    lives = {end: visitors.open() for end in ends} | {"stay": visitors.open()}
    for name, tab in lives.items():
        tab.begin()
        tab.run(name)
    _wait_for_clicks(endpoint, FEW, *lives)
    for end in ends:
        _end(end, lives[end])
    endpoint.otherwise = lambda received: OK
    for name in ("reload", "freeze"):
        if name in ends:
            _begin_again(name, lives[name])
    _wait_for_clicks(endpoint, MANY, *(name for name in lives if name not in ("close", "crash")))
    _rest([tab for name, tab in lives.items() if name not in ("close", "crash")], endpoint)
    assert set(endpoint.store) - set(endpoint.reports) <= _unreported(endpoint)
    print(f"\n{len(endpoint.store)} events, twice: {dict(sent_twice(endpoint))}")
    assert "stay" not in sent_twice(endpoint)
    assert max(sent_twice(endpoint).values(), default=0) <= 2 * 10


def _wait_for_clicks(endpoint: Endpoint, count: int, *names: str) -> None:
    def clicks(name: str) -> int:
        return sum(each.startswith(name) for each in endpoint.reports)

    wait_for(lambda: all(clicks(name) >= count for name in names), f"{count} clicks in each of {names}")


def _end(end: str, tab: Visitor) -> None:
    ways: dict[str, Any] = {"close": tab.close, "crash": tab.crash, "reload": tab.driver.refresh, "freeze": tab.leave}
    ways[end]()


def _begin_again(end: str, tab: Visitor) -> None:
    """A reloaded page makes a new queue; one that was frozen has its old one, and its visitor clicks on."""
    if end == "freeze":
        assert tab.come_back(), tab.ask("return JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)")
        tab.stop()
    else:
        tab.begin()
    tab.run(f"{end}-again")


def _rest(tabs: list[Visitor], endpoint: Endpoint) -> None:
    """Nobody clicks any more: all that was clicked arrives, and nothing is left behind."""
    for tab in tabs:
        tab.stop()
    wait_for(lambda: set(endpoint.reports) <= set(endpoint.store), "all clicks at the server")
    wait_for(lambda: all(tab.snapshot()["pending"] == 0 for tab in tabs), "all of it acknowledged")
    wait_for(lambda: tabs[0].keys() == [], "an empty storage")


def _unreported(endpoint: Endpoint) -> set[str]:
    """The one click of each tab that the server may not have been told of, because its page went in that moment."""
    last: dict[str, int] = {}
    for name, number in (each.rsplit("-", 1) for each in endpoint.reports):
        last[name] = max(int(number), last.get(name, 0))
    return {f"{name}-{number + 1}" for name, number in last.items()}
