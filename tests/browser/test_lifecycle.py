"""Leaving a page and coming back to it, in every way that a browser has (CONTRACT 5.1, 5.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import OK, Answer, Endpoint, Received
from tests.browser.visitor import Visitor, Visitors, open_visitors
from tests.browser.waiting import wait_for
from tests.keys import KEY

KEEPALIVE_BYTES = 60_000
KEEPALIVE_OF_THE_HOST = """
const request = { method: 'POST', keepalive: true, body: JSON.stringify('x'.repeat(60000)) };
return fetch('/report', request).then((answer) => answer.status);
"""


@pytest.fixture
def visitors(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitors]:
    """Somebody who opens tab after tab."""
    with open_visitors(browser, endpoint) as visitors:
        yield visitors


@pytest.fixture
def page(visitors: Visitors) -> Visitor:
    """The page that is left, in a tab of its own. Its clock stands, so that only leaving can send."""
    page = visitors.open()
    page.begin(clock="held")
    return page


def test_a_click_that_navigates(page: Visitor, endpoint: Endpoint) -> None:
    """A click whose own handler leads to another page still arrives, from the page that is gone (CONTRACT 5.1)."""
    page.ask("bed.enqueue('a'); location.href = '/pages/away.html'")
    wait_for(lambda: list(endpoint.store) == ["a"], "the click")
    assert endpoint.sizes == [1]


def test_a_click_that_closes_the_tab(page: Visitor, endpoint: Endpoint) -> None:
    """A click just before the tab is closed arrives, with no other tab there (CONTRACT 5.1)."""
    page.enqueue("a")
    page.close()
    wait_for(lambda: list(endpoint.store) == ["a"], "the click")
    assert endpoint.sizes == [1]


def test_a_page_that_is_hidden(browser: WebDriver, endpoint: Endpoint) -> None:
    """A page that is covered sends what is unsent; on a phone that is often the last that is heard of it (CONTRACT 5.1)."""
    page = Visitor(browser, endpoint, browser.current_window_handle)
    page.open()
    page.begin(clock="held")
    page.enqueue("a", "b")
    browser.minimize_window()
    try:
        page.wait_until_all_arrived(["a", "b"])
    finally:
        browser.maximize_window()
    assert endpoint.sizes == [2]
    assert page.keys() == []
    browser.get("about:blank")


def test_more_than_fits_the_last_request(visitors: Visitors, endpoint: Endpoint) -> None:
    """A page with 100 kB of events sends at most 60 000 bytes as it goes, the oldest, and leaves the rest to the next load (CONTRACT 5.1)."""
    ids = [f"e{number}" for number in range(33)]
    endpoint.otherwise = lambda received: Answer(503)
    page = visitors.open()
    page.begin(clock="held", options={"headers": {"X-Page": "first"}})
    page.enqueue(*ids, size=3000)
    page.wait_for_state("backing-off")
    endpoint.requests.clear()
    endpoint.otherwise = lambda received: OK
    page.leave()
    page.open()
    # An answer may still have reached the page as it went; whatever is no longer stored has arrived.
    assert set(page.ask("return bed.storedIds()")) | set(endpoint.store) == set(ids)
    page.begin(options={"headers": {"X-Page": "next"}})
    page.wait_until_all_arrived(ids)
    sent = [received for received in endpoint.requests if received.headers["X-Page"] == "first"]
    assert 0 < sum(int(received.headers["Content-Length"]) for received in sent) <= KEEPALIVE_BYTES
    count = sum(len(received.ids) for received in sent)
    assert {each for received in sent for each in received.ids} == set(ids[:count])


def test_the_page_enters_the_back_forward_cache(page: Visitor, endpoint: Endpoint) -> None:
    """A page with a queue enters the back/forward cache and lives on when it comes back; no listener keeps it out (CONTRACT 5.2)."""
    page.ask("window.wasHereBefore = true")
    page.leave()
    assert page.come_back()
    assert page.ask("return window.wasHereBefore")
    wait_for(lambda: KEY in page.locks()["held"], "the lock of the main key")
    page.enqueue(*"abcdefghij")
    page.wait_until_all_arrived(list("abcdefghij"))
    assert endpoint.repeated == []
    assert page.keys() == []


def test_a_page_in_the_cache_holds_no_lock(page: Visitor, visitors: Visitors) -> None:
    """While a page lies in the back/forward cache it holds no lock that another tab would wait for (CONTRACT 5.2)."""
    other = visitors.open()
    page.leave()
    wait_for(lambda: other.locks() == {"held": [], "pending": []}, "the locks to be free")
    other.begin()
    assert KEY in other.locks()["held"]


def test_what_another_tab_delivered_is_not_sent_again(page: Visitor, visitors: Visitors, endpoint: Endpoint) -> None:
    """A page comes back from the cache and finds its events delivered by another tab: it sends none of them (CONTRACT 5.2)."""
    endpoint.otherwise = lambda received: Answer(503)
    page.enqueue("a", "b", "c")
    page.leave()
    endpoint.otherwise = lambda received: OK
    other = visitors.open()
    other.begin()
    other.wait_until_all_arrived(["a", "b", "c"])
    assert page.come_back()
    wait_for(lambda: other.locks()["pending"] == [KEY], "the page to know its role")
    assert page.snapshot()["pending"] == 0
    page.enqueue("d")
    page.flush()
    page.wait_until_all_arrived(["d"])
    assert endpoint.repeated == []
    assert page.keys() == []


def test_what_nobody_delivered_is_sent_on_return(page: Visitor, endpoint: Endpoint) -> None:
    """A page whose last requests failed sends its events when it comes back, once (CONTRACT 5.2)."""
    endpoint.otherwise = lambda received: Answer(503)
    page.enqueue("a", "b", "c")
    page.leave()
    wait_for(lambda: endpoint.requests, "the attempt of the leaving page")
    endpoint.otherwise = lambda received: OK
    assert page.come_back()
    page.go()
    page.wait_until_all_arrived(["a", "b", "c"])
    assert endpoint.repeated == []
    assert page.keys() == []


def test_an_answer_that_came_while_the_page_was_away(page: Visitor, endpoint: Endpoint) -> None:
    """Events sent on leaving and answered meanwhile are settled on return, and not sent again (CONTRACT 5.2)."""
    page.enqueue("a", "b", "c")
    page.leave()
    wait_for(lambda: len(endpoint.store) == 3, "what was sent on leaving")
    assert page.come_back()
    wait_for(lambda: KEY in page.locks()["held"], "the lock of the main key")
    wait_for(lambda: page.snapshot()["pending"] == 0 and page.keys() == [], "everything settled")
    assert endpoint.repeated == []


def test_a_click_between_pagehide_and_freezing(page: Visitor, visitors: Visitors, endpoint: Endpoint) -> None:
    """A script that clicks after `pagehide` is heard too, and what is clicked after the return comes once (CONTRACT 4.2, 5.2)."""
    other = visitors.open()
    other.begin()
    page.ask("addEventListener('pagehide', () => bed.enqueue('late'))")
    page.leave()
    wait_for(lambda: "late" in endpoint.store, "the other tab to deliver it")
    assert page.come_back()
    wait_for(lambda: other.locks()["pending"] == [KEY], "the page to know its role")
    page.enqueue("a", "b")
    page.flush()
    page.wait_until_all_arrived(["a", "b"])
    wait_for(lambda: page.keys() == [], "an empty storage")
    # The page may have sent that one itself, as it was hidden, before another tab could know.
    assert set(endpoint.repeated) <= {"late"}


def test_a_page_comes_and_goes(page: Visitor, visitors: Visitors, endpoint: Endpoint) -> None:
    """Five times away and back, with clicks before and after each: all arrive, beside another tab (CONTRACT 5.2)."""
    other = visitors.open()
    other.begin()
    for number in range(5):
        page.enqueue(f"before {number}")
        page.leave()
        assert page.come_back()
        page.enqueue(f"after {number}")
    page.flush()
    ids = [f"{when} {number}" for number in range(5) for when in ("before", "after")]
    page.wait_until_all_arrived(ids)
    wait_for(lambda: other.keys() == [], "an empty storage")
    print(f"\nsent twice: {endpoint.repeated}")


def test_a_frozen_tab(page: Visitor, visitors: Visitors, endpoint: Endpoint) -> None:
    """A tab that the browser freezes gives its locks up, another delivers for it, and it goes on when it is thawed (CONTRACT 5.2)."""
    if not page.can_cut:  # Chromium's own protocol
        pytest.skip("only DevTools can freeze a tab")
    endpoint.otherwise = lambda received: Answer(503)
    page.enqueue("a", "b")
    other = visitors.open()
    page.driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "frozen"})
    endpoint.otherwise = lambda received: OK
    other.begin()
    other.wait_until_all_arrived(["a", "b"])
    page.driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "active"})
    wait_for(lambda: page.snapshot()["pending"] == 0, "the page to see that they are gone")
    page.enqueue("c")
    page.flush()
    page.wait_until_all_arrived(["c"])
    # The freezing page sends once more itself (CONTRACT 5.1), whatever its heir does; after the thaw nobody does.
    assert sorted(endpoint.repeated) in ([], ["a", "b"])


def test_no_listener_that_disables_the_cache(page: Visitor) -> None:
    """The queue asks for no `unload` and no `beforeunload` (CONTRACT 5.2)."""
    page.ask("""
      window.asked = [];
      const add = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type, ...rest) { asked.push(type); return add.call(this, type, ...rest); };
    """)
    page.begin(clock="held")
    asked = set(page.ask("return asked"))
    assert "pagehide" in asked
    assert not asked & {"unload", "beforeunload"}
    assert page.ask("return [window.onunload, window.onbeforeunload]") == [None, None]


def test_forty_answers_with_bodies(page: Visitor, endpoint: Endpoint) -> None:
    """After 40 answers with bodies, good and bad ones, the page's 64 KiB for keepalive are free again, for its host too (CONTRACT 5.1)."""
    body = {"note": "x" * 3000}

    def answer(received: Received) -> Answer:
        return Answer(503 if len(endpoint.requests) % 4 == 0 else 200, body)

    endpoint.otherwise = answer
    page.ask("for (let i = 0; i < 400; i++) bed.enqueue(`e${i}`, 300)")
    page.go()
    page.wait_until_all_arrived([f"e{number}" for number in range(400)])
    assert len(endpoint.requests) >= 40
    assert page.snapshot()["failures"] == sum(count % 4 == 0 for count in range(1, len(endpoint.requests) + 1))
    assert page.ask(KEEPALIVE_OF_THE_HOST) == 204
