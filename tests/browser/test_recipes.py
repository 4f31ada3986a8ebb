"""The recipes do what docs/recipes.md says of them."""

from __future__ import annotations

import json
import re

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import CUT, ROOT, Answer, Endpoint
from tests.browser.host import leave
from tests.browser.snippets import Snippet, run, snippets_of
from tests.browser.waiting import wait_for

RECIPES = [snippet for snippet in snippets_of(ROOT / "docs" / "recipes.md") if snippet.language == "js"]
LISTEN = "window.delivered = []\naddEventListener('clicks-delivered', (event) => window.delivered.push(...event.detail.map(({ id }) => id)))\n"


def recipe(word: str) -> Snippet:
    """The one recipe that has this word in its code."""
    (found,) = [snippet for snippet in RECIPES if word in snippet.text]
    return found


def test_there_are_four_recipes() -> None:
    """Every recipe has a test here."""
    assert len(RECIPES) == 4


def test_deliveries_are_reported(browser: WebDriver, endpoint: Endpoint) -> None:
    """Events that the endpoint lists under `retry` are not reported; stored events are, by id."""
    endpoint.otherwise = lambda received: Answer(200, {"retry": received.ids[:1]} if len(endpoint.requests) == 1 else None)
    text = recipe("clicks-delivered").text
    more = "queue.enqueue({ id: 'second', sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' })\nqueue.flush()\n"
    assert run(browser, endpoint, Snippet("js", "recipe-deliveries", LISTEN + text + more)) == []
    wait_for(lambda: browser.execute_script("return delivered.length") == 2, "both reports")
    first, second = browser.execute_script("return delivered")
    assert first == "second"
    assert [received.ids for received in endpoint.requests] == [[second, "second"], [second]]
    browser.get("about:blank")


def test_a_conversion_is_sent_at_once_and_counted_once(browser: WebDriver, endpoint: Endpoint) -> None:
    """Two visits of the same page send the same id without waiting for the batch; it is stored once, with its value."""
    assert run(browser, endpoint, recipe("conversionCents")) == []
    wait_for(lambda: endpoint.sizes == [1], "the conversion")
    assert run(browser, endpoint, recipe("conversionCents")) == []
    wait_for(lambda: endpoint.sizes == [1, 1], "the same conversion again")
    assert {id: event["conversionCents"] for id, event in endpoint.store.items()} == {"order-2026-117": 4900}
    endpoint.repeated.clear()
    browser.get("about:blank")


def test_a_kiosk_leaves_nothing_behind(browser: WebDriver, endpoint: Endpoint) -> None:
    """Undelivered clicks survive a reload in sessionStorage, localStorage stays empty, and all arrive later."""
    endpoint.otherwise = lambda received: CUT
    assert run(browser, endpoint, recipe("kiosk_clicks")) == []
    assert browser.execute_script("return localStorage.length") == 0
    assert list(stored_ids(browser)) == ["kiosk_clicks"]
    assert run(browser, endpoint, recipe("kiosk_clicks")) == []
    kept = {event_id for ids in stored_ids(browser).values() for event_id in ids}
    assert len(kept) == 2
    endpoint.otherwise = lambda received: Answer()
    leave(browser, endpoint)
    wait_for(lambda: endpoint.store.keys() == kept, "both clicks")


def test_a_trace_travels_with_its_click(browser: WebDriver, endpoint: Endpoint) -> None:
    """The stored click has a `traceparent` in the form of the standard."""
    assert run(browser, endpoint, recipe("traceparent")) == []
    leave(browser, endpoint)
    wait_for(lambda: endpoint.store, "the click")
    (event,) = endpoint.store.values()
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", event["traceparent"])


def stored_ids(browser: WebDriver) -> dict[str, list[str]]:
    """The ids in sessionStorage, by the key of their queue."""
    found: dict[str, list[str]] = {}
    for key, text in browser.execute_script("return Object.entries(sessionStorage)"):
        found.setdefault(key.partition(":")[0], []).extend(event["id"] for event in json.loads(text))
    return found
