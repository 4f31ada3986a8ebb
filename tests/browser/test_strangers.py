"""What strangers do to our storage and to the page around us: nothing throws, nothing of ours is lost (CONTRACT 1.6, 4.5, 4.6, 7.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Answer, Endpoint
from tests.browser.visitor import Visitor
from tests.browser.waiting import wait_for
from tests.keys import KEY


def _event(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "sessionId": "s",
        "questionId": "q",
        "offerId": "o",
        "buttonVariantId": "b",
        "timestamp": 1,
        "userAgent": "u",
    } | more


GOOD = [_event("x"), _event("y")]
UNDER_THE_KEY: dict[str, tuple[str, list[str], int]] = {
    # What lies there, which of its events are good, and how much is counted as corrupt.
    "broken JSON": ('[{"id":"x","sess', [], 1),
    "nothing": ("", [], 1),
    "an object": ('{"a":1}', [], 1),
    "an object with a length": ('{"length":2}', [], 1),
    "a number": ("42", [], 1),
    "a text": ('"str"', [], 1),
    "null": ("null", [], 1),
    "a list of null": ("[null]", [], 1),
    "a list of nothing": ("[{}]", [], 1),
    "a list of lists": ("[[1]]", [], 1),
    "an empty list": ("[]", [], 0),
    "one bad among good": (json.dumps([GOOD[0], {"id": 7}, GOOD[1]]), ["x", "y"], 1),
    "a __proto__ key": (f'[{json.dumps(GOOD[0])[:-1]},"__proto__":{{"polluted":true}}}}]', ["x"], 0),
    "a __proto__ event": (f'[{{"__proto__":{json.dumps(GOOD[0])}}}]', [], 1),
    "an id that is a key of Object": (json.dumps([_event("__proto__"), _event("constructor")]), ["__proto__", "constructor"], 0),
    "the same event twice": (json.dumps([GOOD[0], GOOD[0]]), ["x"], 0),
    "an older format": (json.dumps({"version": 1, "events": GOOD}), [], 1),
    "no timestamp": (json.dumps([{key: value for key, value in GOOD[0].items() if key != "timestamp"}]), [], 1),
    "a timestamp of text": (json.dumps([_event("x", timestamp="yesterday")]), [], 1),
    "3 MB of text": (json.dumps(["x" * 3_000_000]), [], 1),
    "an event of 100 kB": (json.dumps([_event("x", more="x" * 100_000), GOOD[1]]), ["y"], 1),
    "deeply nested": ("[" * 5000 + "]" * 5000, [], 1),
}


@pytest.fixture
def page(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitor]:
    """A page that can turn hostile."""
    page = Visitor(browser, endpoint, browser.current_window_handle)
    page.open("strangers.html")
    yield page
    browser.get("about:blank")


@pytest.mark.parametrize("what", UNDER_THE_KEY)
def test_what_can_lie_under_the_key(page: Visitor, endpoint: Endpoint, what: str) -> None:
    """Whatever a stranger left under our key: what is good is delivered, the rest counted, the key healed, new clicks go on (CONTRACT 4.5)."""
    text, good, corrupt = UNDER_THE_KEY[what]
    page.driver.execute_script("localStorage.setItem(arguments[0], arguments[1])", KEY, text)
    page.begin()
    page.enqueue("new")
    page.wait_until_all_arrived([*good, "new"])
    assert sorted(endpoint.store) == sorted([*good, "new"])
    assert page.snapshot()["dropped"]["corrupt"] == corrupt
    assert page.snapshot()["recovered"] == len(good)
    assert page.keys() == []
    assert page.ask("return ({}).polluted === undefined")


def test_two_thousand_events_under_the_key(page: Visitor, endpoint: Endpoint) -> None:
    """2 000 good events under the key: 1 000 are kept and sent, the older ones counted as overflow, the pages behave (CONTRACT 4.5, 4.7)."""
    page.driver.execute_script(
        """
        const event = (number) => ({ id: `e${number}`, sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b',
                                     timestamp: number, userAgent: 'u' });
        localStorage.setItem(arguments[0], JSON.stringify(Array.from({ length: 2000 }, (_, number) => event(number))));
        """,
        KEY,
    )
    page.begin()
    page.wait_until_all_arrived([f"e{number}" for number in range(1000, 2000)])
    snapshot = page.snapshot()
    assert snapshot["recovered"] == snapshot["acknowledged"] + snapshot["dropped"]["overflow"] == 2000
    assert snapshot["dropped"]["corrupt"] == 0
    assert page.keys() == []


def test_strange_keys_beside_ours(page: Visitor, endpoint: Endpoint) -> None:
    """Keys that only look like ours are neither read nor removed, those that are ours are delivered (CONTRACT 4.1, 7.2)."""
    theirs = {f"{KEY}.x": "a", f"{KEY}.-1": "b", f"{KEY}s": "c", "other": "d", f"{KEY}.1e3": "e"}
    page.driver.execute_script("Object.assign(localStorage, arguments[0])", theirs)
    page.driver.execute_script("localStorage.setItem(arguments[0], arguments[1])", f"{KEY}.7", json.dumps([GOOD[0]]))
    page.driver.execute_script("localStorage.setItem(arguments[0], arguments[1])", f"{KEY}:dead.2", json.dumps([GOOD[1]]))
    page.begin()
    page.wait_until_all_arrived(["x", "y"])
    wait_for(lambda: page.ask("return Object.entries(localStorage).length") == len(theirs), "our keys to go")
    assert dict(page.ask("return { ...localStorage }")) == theirs


@pytest.mark.parametrize(
    "what", ["prototypeJs", "pollution", "nullStorage", "hiddenStorage", "brokenStorage", "brokenLocks", "refusedLocks"]
)
def test_a_host_that_was_hostile_before(page: Visitor, endpoint: Endpoint, what: str) -> None:
    """In a page that was spoiled before the queue came, clicks arrive as they were made (CONTRACT 4.3, 4.6, 7.2)."""
    page.open(f"strangers.html?{what}")
    # Not with arguments, which a driver copies with all that they inherit.
    page.ask("bed.start({ maxBatchDelay: 50 }, {}, 'real')")
    page.enqueue("a", "b", "c")
    page.wait_until_all_arrived(["a", "b", "c"])
    assert [set(event) for event in endpoint.store.values()] == [set(GOOD[0])] * 3
    assert isinstance(endpoint.requests[0].timestamp, int)
    assert page.snapshot()["persistent"] is ("Storage" not in what)


@pytest.mark.parametrize("what", ["prototypeJs", "pollution"])
def test_a_spoiled_page_stores_what_others_can_read(page: Visitor, endpoint: Endpoint, what: str) -> None:
    """What is stored in a page with a spoiled `Array.prototype` is the documented JSON array, which the next load delivers (CONTRACT 4.1)."""
    endpoint.otherwise = lambda received: Answer(503)
    page.open(f"strangers.html?{what}")
    page.ask("bed.start({}, {}, 'held')")
    page.enqueue("a", "b")
    page.ask("strangers.mend()")
    assert page.ask(f"return JSON.parse(localStorage.getItem('{KEY}')).map((event) => event.id)") == ["a", "b"]
    page.open("strangers.html")
    endpoint.otherwise = lambda received: Answer()
    page.begin()
    page.wait_until_all_arrived(["a", "b"])


@pytest.mark.parametrize(
    "what", ["brokenFetch", "deadFetch", "brokenTimers", "brokenParse", "brokenStringify", "hiddenStorage", "nullStorage"]
)
def test_a_host_that_turns_hostile(page: Visitor, endpoint: Endpoint, what: str) -> None:
    """A host breaks something while events wait: nothing throws at it, and when it is mended they arrive (CONTRACT 1.6, 4.6)."""
    page.begin({"maxBatchDelay": 60_000})
    page.enqueue("a", "b")
    given = page.ask(f"return strangers.duringALife('{what}')")
    assert given == (None if what in ("brokenParse", "brokenStringify") else "late")
    page.flush()
    page.wait_until_all_arrived(["a", "b"] + ([given] if given else []))
    wait_for(lambda: page.keys() == [], "an empty storage")


def test_a_host_that_clears_the_storage(page: Visitor, endpoint: Endpoint) -> None:
    """`localStorage.clear()` of the page itself loses no event that waits: all arrive, and the next write stores them again (CONTRACT 4.6)."""
    page.begin(clock="held")
    page.enqueue("a", "b")
    page.ask("localStorage.clear()")
    page.enqueue("c")
    assert page.ask("return bed.storedIds()") == ["a", "b", "c"]
    page.flush()
    page.wait_until_all_arrived(["a", "b", "c"])
    assert endpoint.repeated == []


def test_a_host_that_overwrites_our_key(page: Visitor, endpoint: Endpoint) -> None:
    """Rubbish written over our key mid-life costs no event of this page, and the next write heals it (CONTRACT 4.5)."""
    page.begin({"maxBatchDelay": 60_000})
    page.enqueue("a", "b")
    page.ask(f"localStorage.setItem('{KEY}', 'rubbish')")
    page.enqueue("c")
    assert page.ask("return bed.storedIds()") == ["a", "b", "c"]
    page.flush()
    page.wait_until_all_arrived(["a", "b", "c"])
    assert page.keys() == []


def test_a_quota_that_comes_and_goes(page: Visitor, endpoint: Endpoint) -> None:
    """Storage fills up and is emptied while clicks go on: all arrive, none twice, nothing of the host's is gone (CONTRACT 4.6)."""
    page.begin(clock="held")
    page.enqueue("a", "b")
    page.ask("bed.fillStorage()")
    before = page.ask("return Object.keys(localStorage).filter((key) => key.startsWith('host.')).length")
    page.enqueue("c", "d")
    assert page.snapshot()["persistent"] is False
    assert page.ask("return Object.keys(localStorage).filter((key) => key.startsWith('host.')).length") == before
    page.ask("Object.keys(localStorage).filter((key) => key.startsWith('host.')).forEach((key) => localStorage.removeItem(key))")
    page.enqueue("e")
    assert page.ask("return bed.storedIds()") == ["a", "b", "c", "d", "e"]
    page.flush()
    page.wait_until_all_arrived(list("abcde"))
    assert endpoint.repeated == []
    assert page.keys() == []
