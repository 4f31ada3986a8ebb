"""A queue leaves nothing behind, and a long life needs no more memory than a short one (CONTRACT 5.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.visitor import Visitor
from tests.browser.waiting import wait_for
from tests.keys import MARK_KEY
from tools.browsers import has_devtools

NOTHING: dict[str, list[str]] = {"held": [], "pending": []}
LENT = "return { timers: lent.timers.size, listeners: lent.listeners }"  # some drivers' own timers are among them
HEAP_SLACK_BYTES = 100_000  # what Chromium itself (compiled code, inline caches) may add to a page


@pytest.fixture
def page(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitor]:
    """A page that counts what it lends."""
    page = Visitor(browser, endpoint, browser.current_window_handle)
    page.open("leaks.html")
    yield page
    browser.get("about:blank")


def test_ten_thousand_queues_leave_nothing(page: Visitor) -> None:
    """10 000 queues come and go, and no timer, listener, lock, key or memory of them is left (CONTRACT 5.3)."""
    before = page.ask(LENT)
    page.ask("return cycle(1000)")
    first = _measure(page)
    page.ask("return cycle(9000)")
    wait_for(lambda: page.locks() == NOTHING, "all locks to be free")
    last = _measure(page)
    assert page.ask(LENT) == before
    # The last of them has purged; the mark stays (CONTRACT 5.4).
    assert page.keys() == [MARK_KEY]
    print(f"\nafter 1 000 and after 10 000 cycles: {first} {last}")
    _assert_flat(first, last)


def test_a_destroyed_queue_is_gone_at_once(page: Visitor) -> None:
    """In the very call of `destroy()` timer and listeners go, with an event still waiting (CONTRACT 5.3)."""
    before, during, after = page.ask("""
      const count = () => [lent.timers.size, lent.listeners];
      const before = count();
      bed.start({}, {}, 'real');
      bed.enqueue('a');
      const during = count();
      bed.queue.destroy();
      return [before, during, count()];
    """)
    assert during[0] == before[0] + 1
    assert during[1] > before[1]
    assert after == before
    wait_for(lambda: page.locks() == NOTHING, "the locks to be free")


def test_a_request_in_flight_may_settle(page: Visitor, endpoint: Endpoint) -> None:
    """A queue destroyed with a request in flight removes what is acknowledged, then gives its locks up (CONTRACT 5.3)."""
    before = page.ask(LENT)
    page.begin()
    page.ask("bed.enqueue('a'); bed.queue.flush(); bed.queue.destroy()")
    wait_for(lambda: page.keys() == [], "the acknowledged event to go")
    wait_for(lambda: page.locks() == NOTHING, "the locks to be free")
    assert list(endpoint.store) == ["a"]
    assert page.ask(LENT) == before


def test_a_long_life_of_deliveries(page: Visitor) -> None:
    """A queue that has delivered 12 000 events is no larger than one that delivered 3 000."""
    page.ask("return live(3000, () => Promise.resolve())")
    first = _measure(page)
    page.ask("queue.destroy()")
    page.ask("return live(12000, () => Promise.resolve())")
    last = _measure(page)
    wait_for(lambda: page.ask("return queue.getSnapshot().acknowledged") == 12_000, "the last answer")
    print(f"\nafter 3 000 and after 12 000 events: {first} {last}")
    _assert_flat(first, last)


def test_hours_with_a_failing_server(page: Visitor) -> None:
    """Seven hours of virtual time with a server that fails and a visitor who clicks need no more memory than the first one (CONTRACT 4.7)."""
    before = page.ask(LENT)
    page.ask("return suffer(1)")
    tries = page.ask("return sufferer.tries")
    first = _measure(page)
    page.ask("return suffer(6)")
    last = _measure(page)
    assert page.ask("return sufferer.tries") > 6 * tries
    snapshot = page.ask("return sufferer.queue.getSnapshot()")
    assert snapshot["pending"] == 200
    assert snapshot["enqueued"] == snapshot["pending"] + snapshot["dropped"]["overflow"]
    assert page.ask(LENT)["timers"] <= before["timers"] + 1
    print(f"\nafter one hour and after seven: {first} {last}")
    _assert_flat(first, last)


def _measure(page: Visitor) -> dict[str, float]:
    """Heap and listeners after a garbage collection; nothing where no protocol tells them."""
    if not has_devtools(page.driver):
        return {}
    page.driver.execute_cdp_cmd("Performance.enable", {})
    for _ in range(2):  # what the first one finalises the second one frees
        page.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    metrics = page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics if metric["name"] in ("JSEventListeners", "JSHeapUsedSize")}


def _assert_flat(first: dict[str, float], last: dict[str, float]) -> None:
    if first:
        assert last["JSEventListeners"] <= first["JSEventListeners"]
        assert last["JSHeapUsedSize"] <= first["JSHeapUsedSize"] + HEAP_SLACK_BYTES
