"""A browser that is ended from outside and started again on the same profile (CONTRACT 2.1, 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.endpoint import OK, Answer, Endpoint
from tests.browser.engines import NO_PROFILE, STORAGE_IS_LOCKED
from tests.browser.killing import kill_browser, read_storage
from tests.browser.visitor import Visitor, Visitors
from tests.browser.waiting import wait_for
from tools.browsers import open_browser


@pytest.fixture
def profile(browser_name: str, tmp_path: Path) -> Path:
    """A profile that outlives its browser."""
    if browser_name == "webkit":
        pytest.skip(NO_PROFILE)
    return tmp_path


@contextmanager
def _open(name: str, profile: Path, endpoint: Endpoint) -> Iterator[Visitors]:
    with open_browser(name, profile=profile) as driver:
        yield Visitors(driver, endpoint)


@pytest.mark.parametrize("tabs", [1, 3])
def test_a_killed_browser_delivers_when_it_is_back(profile: Path, endpoint: Endpoint, browser_name: str, tabs: int) -> None:
    """A browser is killed in an outage and started again: one tab delivers what localStorage had on the disk of all tabs (CONTRACT 4.1, 4.2)."""
    if browser_name == "firefox":
        pytest.skip(STORAGE_IS_LOCKED)
    endpoint.otherwise = lambda received: Answer(503)
    ids = [f"{tab}-{number}" for tab in range(tabs) for number in range(4)]
    with _open(browser_name, profile, endpoint) as visitors:
        for tab in range(tabs):
            visitor = visitors.open()
            visitor.begin()
            visitor.enqueue(*(each for each in ids if each.startswith(f"{tab}-")))
        wait_for(lambda: all(f'"{each}"'.encode() in read_storage(profile) for each in ids), "localStorage to reach the disk")
        kill_browser(profile)
    endpoint.otherwise = lambda received: OK
    with _open(browser_name, profile, endpoint) as visitors:
        visitor = visitors.open()
        visitor.begin()
        visitor.wait_until_all_arrived(ids)
        wait_for(lambda: visitor.keys() == [], "an empty storage")
    assert endpoint.repeated == []


def test_a_browser_that_is_closed_loses_nothing(profile: Path, endpoint: Endpoint, browser_name: str) -> None:
    """A browser that is closed the usual way right after a click has written it: the next start delivers (CONTRACT 2.1)."""
    endpoint.otherwise = lambda received: Answer(503)
    with _open(browser_name, profile, endpoint) as visitors:
        visitor: Visitor = visitors.open()
        visitor.begin()
        visitor.enqueue("last")
    endpoint.otherwise = lambda received: OK
    with _open(browser_name, profile, endpoint) as visitors:
        visitor = visitors.open()
        visitor.begin()
        visitor.wait_until_all_arrived(["last"])
