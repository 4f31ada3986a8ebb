"""Any version of the module adopts what any other has stored, in any order (CONTRACT 5.5).

`pages/clickqueue-0.1.0.js` is the first released file, byte for byte but for the address of its map.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import OK, Answer, Endpoint
from tests.browser.visitor import Visitor, Visitors, open_visitors
from tests.browser.waiting import wait_for

PAGE = "versions.html"
# More than the head segment of 0.1.0, and than the mirror of later versions.
MANY = 65
ORDERS = [("first", "current"), ("current", "first")]


@pytest.fixture
def visitors(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitors]:
    """Tabs of one origin."""
    with open_visitors(browser, endpoint) as visitors:
        yield visitors


@pytest.mark.parametrize(("before", "after"), ORDERS)
def test_what_one_version_stored_another_sends(visitors: Visitors, endpoint: Endpoint, before: str, after: str) -> None:
    """65 events that a page with one version could not deliver are sent by the next page, with the other (CONTRACT 5.5)."""
    endpoint.otherwise = lambda received: Answer(503)
    tab = _open(visitors, before)
    _enqueue(tab, "left", MANY)
    tab.open(PAGE)
    endpoint.otherwise = lambda received: OK
    tab.ask(f"bed.start('{after}')")
    _all_arrive(endpoint, tab, {f"left-{number}" for number in range(MANY)})


@pytest.mark.parametrize("end", ["close", "leave"])
@pytest.mark.parametrize(("leader", "follower"), ORDERS)
@pytest.mark.parametrize("who", [0, 1], ids=["the leader ends", "the follower ends"])
def test_a_tab_of_each_version(visitors: Visitors, endpoint: Endpoint, leader: str, follower: str, who: int, end: str) -> None:
    """Whichever of two tabs ends, the other one delivers its events, whatever their versions (CONTRACT 4.2, 5.5)."""
    endpoint.otherwise = lambda received: Answer(503)
    tabs = [_open(visitors, leader), _open(visitors, follower)]
    for name, tab in enumerate(tabs):
        _enqueue(tab, str(name), MANY)
    gone = tabs.pop(who)
    if end == "close":
        gone.close()
    else:
        gone.leave()
    endpoint.otherwise = lambda received: OK
    _all_arrive(endpoint, tabs[0], {f"{name}-{number}" for name in range(2) for number in range(MANY)})


def _open(visitors: Visitors, version: str) -> Visitor:
    """A tab whose locks have been decided."""
    tab = visitors.open(PAGE)
    tab.ask(f"bed.start('{version}')")
    wait_for(lambda: tab.ask(LOCKS_ASKED), "the locks of the tab")
    return tab


LOCKS_ASKED = "return navigator.locks.query().then(({ held, pending }) => held.length + pending.length >= 2)"


def _enqueue(tab: Visitor, name: str, count: int) -> None:
    tab.ask(f"bed.enqueue('{name}', {count})")


def _all_arrive(endpoint: Endpoint, tab: Visitor, ids: set[str]) -> None:
    wait_for(lambda: set(endpoint.store) == ids, "all events")
    wait_for(lambda: tab.ask("return bed.keys()") == [], "an empty storage")
