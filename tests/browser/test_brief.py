"""Runs `brief.test.js`: the four unit tests that the brief itself gives."""

from __future__ import annotations

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.waiting import wait_for

TESTS = (
    "ClickQueue batches events by size (10 events)",
    "ClickQueue batches events by time (5 seconds)",
    "ClickQueue implements exponential backoff retry",
    "ClickQueue persists events offline and flushes on reconnection",
)


@pytest.fixture(scope="module")
def results(browser: WebDriver) -> dict[str, str]:
    """What each of them said, in one page load."""
    with Endpoint() as endpoint:
        browser.get(endpoint.page("brief.html"))
        wait_for(lambda: browser.execute_script("return report.isDone"), "the brief's tests to end")
        results = dict(browser.execute_script("return report.results"))
        browser.get("about:blank")
        endpoint.close()
    return results


@pytest.mark.parametrize("name", TESTS)
def test_the_briefs_own_test_passes(results: dict[str, str], name: str) -> None:
    """Each test of the brief's level 2 holds with a mocked api (CONTRACT 3.1, 3.6, 3.8, 4.1)."""
    assert results[name] == "passed"


def test_no_other_test_was_run(results: dict[str, str]) -> None:
    """The four that run are the four that are listed here."""
    assert tuple(results) == TESTS
