"""Many tabs of one origin, some of which go: everything that was clicked arrives (CONTRACT 4.2 to 4.4, 6.3)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import OK, Answer, Endpoint, Received
from tests.browser.engines import NO_CRASH, caches_locks, can_crash
from tests.browser.visitor import QUICK, Visitor, Visitors, open_visitors, sent_twice
from tests.browser.waiting import wait_for
from tests.keys import KEY

ENDS = ("close", "crash", "reload", "freeze")
RETURNING = ("reload", "freeze")
CLICKS = 15
WITHOUT_LOCKS = "visitor.html?locks=missing"


@pytest.fixture
def visitors(browser: WebDriver, endpoint: Endpoint) -> Iterator[Visitors]:
    """Somebody who opens tab after tab."""
    with open_visitors(browser, endpoint) as visitors:
        yield visitors


@pytest.mark.parametrize("weather", ["fair", "outage"])
@pytest.mark.parametrize("ends", [(end,) for end in ENDS] + [ENDS], ids=[*ENDS, "all"])
def test_whatever_happens_to_a_tab(
    visitors: Visitors, endpoint: Endpoint, browser_name: str, ends: tuple[str, ...], weather: str
) -> None:
    """However tabs end while all click: what arrives is what was clicked; twice only what an ending page sent (CONTRACT 4.2, 4.4, 5.2, 6.3)."""
    if not can_crash(browser_name):
        ends = tuple(end for end in ends if end != "crash") or pytest.skip(NO_CRASH)
    endpoint.otherwise = _fail if weather == "outage" else _accept
    tabs = {name: visitors.open() for name in (*ends, "stay")}
    for name, tab in tabs.items():
        tab.begin(options=_named(name))
        tab.run(name)
    _wait_for_clicks(endpoint, *tabs)
    for end in ends:
        _end(end, tabs[end])
    endpoint.otherwise = _accept
    alive = {name: tab for name, tab in tabs.items() if name in (*RETURNING, "stay")}
    _begin_again(alive, caches_locks(browser_name))
    _wait_for_clicks(endpoint, *(f"{name} again" for name in alive))
    _rest(list(alive.values()), endpoint)
    wait_for(lambda: alive["stay"].keys() == [], "an empty storage")
    assert set(endpoint.store) - set(endpoint.reports) <= _unreported(endpoint)
    print(f"\n{len(endpoint.store)} events came, of these twice: {dict(sent_twice(endpoint))}")
    assert set(sent_twice(endpoint)) <= set(ends), "clicks that met no end came twice"
    assert all(_senders(endpoint, each) & set(ends) for each in endpoint.repeated), (
        "two pages that met no end sent the same click"
    )


@pytest.mark.parametrize("who", ["owner", "guest"])
@pytest.mark.parametrize("end", ["close", "crash", "leave"])
def test_a_tab_that_ends_hands_over(visitors: Visitors, endpoint: Endpoint, browser_name: str, end: str, who: str) -> None:
    """What a tab could not deliver goes to the tab that waits for its lock, which needs no timer and no click for it (CONTRACT 4.2)."""
    if end == "crash" and not can_crash(browser_name):
        pytest.skip(NO_CRASH)
    endpoint.otherwise = lambda received: Answer(503) if received.headers["X-Page"] == who else OK
    tabs = {name: visitors.open() for name in ("owner", "guest")}
    for name, tab in tabs.items():
        tab.begin(clock="held", options=_named(name))
    gone = tabs.pop(who)
    (heir,) = tabs.values()
    gone.enqueue("a", "b", "c")
    ended_s = time.monotonic()
    _end(end, gone)
    wait_for(lambda: list(endpoint.store) == ["a", "b", "c"], "the heir to deliver")
    wait_for(lambda: heir.snapshot()["pending"] == 0, "all of it acknowledged")
    print(f"\nafter {endpoint.requests[-1].at_s - ended_s:.3f} s")
    assert heir.snapshot()["recovered"] == heir.snapshot()["acknowledged"] == 3
    assert endpoint.repeated == []
    assert heir.keys() == []


def test_each_tab_writes_to_its_own_journal(visitors: Visitors, endpoint: Endpoint) -> None:
    """Each tab has a journal with its own events, and the main key is a copy of the leader's (CONTRACT 4.1, 4.2)."""
    endpoint.otherwise = _fail
    tabs = {name: visitors.open() for name in ("owner", "guest")}
    for name, tab in tabs.items():
        tab.begin(clock="held")
        tab.enqueue(name)
    (main, mirrored), *journals = _stored(tabs["owner"])
    assert (main, mirrored) == (KEY, ["owner"])
    assert all(key.startswith(f"{KEY}:") for key, _ in journals)
    assert [ids for _, ids in journals] == [["owner"], ["guest"]]


def test_a_click_before_the_lock_has_answered(visitors: Visitors, endpoint: Endpoint, browser_name: str) -> None:
    """A tab that clicks in the very call that made its queue, and then dies, loses nothing (CONTRACT 4.2)."""
    owner, guest = visitors.open(), visitors.open()
    owner.begin(clock="held")
    guest.ask("bed.start({}, {}, 'held'); bed.enqueue('early')")
    _end("crash" if can_crash(browser_name) else "close", guest)
    owner.wait_until_all_arrived(["early"])
    assert owner.keys() == []


def test_two_queues_in_one_page(visitors: Visitors, endpoint: Endpoint) -> None:
    """Two queues with the same key in one page share nothing but the key's name, and inherit like two tabs (CONTRACT 4.2)."""
    page = visitors.open()
    page.begin(clock="held")
    page.ask("window.first = bed.queue; bed.enqueue('first')")
    page.begin(clock="held")
    page.enqueue("second")
    assert [ids for _, ids in _stored(page)] == [["first"], ["first"], ["second"]]
    page.ask("first.destroy()")
    page.wait_until_all_arrived(["first"])
    page.flush()
    page.wait_until_all_arrived(["second"])
    assert endpoint.repeated == []
    assert page.keys() == []


def test_two_queues_in_one_page_the_other_way(visitors: Visitors, endpoint: Endpoint) -> None:
    """It is the same when the second of two queues in a page goes first (CONTRACT 4.2)."""
    page = visitors.open()
    page.begin(clock="held")
    page.ask("window.first = bed.queue")
    page.begin(clock="held")
    page.enqueue("second")
    page.ask("bed.queue.destroy(); bed.queue = first")
    page.wait_until_all_arrived(["second"])
    assert page.keys() == []


def test_a_second_queue_that_clicks_at_once(visitors: Visitors, endpoint: Endpoint) -> None:
    """Its copy in the main key goes as soon as the lock has answered; the page's first queue leads (CONTRACT 4.1)."""
    page = visitors.open()
    page.begin(clock="held")
    page.ask("window.first = bed.queue; bed.start({}, {}, 'held'); bed.enqueue('early')")
    wait_for(lambda: len(page.keys()) == 1, "the copy to go")
    assert [(key == KEY, ids) for key, ids in _stored(page)] == [(False, ["early"])]
    page.flush()
    page.wait_until_all_arrived(["early"])
    assert endpoint.repeated == []
    assert page.keys() == []


def test_without_web_locks(visitors: Visitors, endpoint: Endpoint) -> None:
    """Without locks two tabs that click at once lose nothing; what their writes put back goes with the next load (CONTRACT 4.3)."""
    endpoint.otherwise = _fail
    tabs = [visitors.open(WITHOUT_LOCKS) for _ in range(2)]
    for number, tab in enumerate(tabs):
        tab.start(QUICK)
        tab.run(f"tab {number}")
    _wait_for_clicks(endpoint, "tab 0", "tab 1")
    endpoint.otherwise = _accept
    _rest(tabs, endpoint)
    assert set(endpoint.store) == set(endpoint.reports)
    print(f"\n{len(endpoint.store)} events came, of these twice: {dict(sent_twice(endpoint))}; put back: {_stored(tabs[0])}")
    tabs[1].close()
    tabs[0].open(WITHOUT_LOCKS)
    tabs[0].start(QUICK)
    wait_for(lambda: tabs[0].keys() == [], "an empty storage")


def test_without_web_locks_the_next_load_recovers(visitors: Visitors, endpoint: Endpoint) -> None:
    """Where there are no locks, what a page could not deliver comes with the next load (CONTRACT 4.1, 4.3)."""
    endpoint.otherwise = _fail
    tab = visitors.open(WITHOUT_LOCKS)
    tab.start(clock="held")
    tab.enqueue("a", "b")
    tab.open(WITHOUT_LOCKS)
    endpoint.otherwise = _accept
    tab.start()
    tab.wait_until_all_arrived(["a", "b"])
    assert tab.keys() == []


def _fail(received: Received) -> Answer:
    return Answer(503)


def _accept(received: Received) -> Answer:
    return OK


def _wait_for_clicks(endpoint: Endpoint, *names: str) -> None:
    def clicks(name: str) -> int:
        return sum(each.startswith(f"{name}-") for each in endpoint.reports)

    wait_for(lambda: all(clicks(name) >= CLICKS for name in names), f"{CLICKS} clicks in each of {names}")


def _end(end: str, tab: Visitor) -> None:
    ways: dict[str, Any] = {"close": tab.close, "crash": tab.crash, "reload": tab.reload, "freeze": tab.leave, "leave": tab.leave}
    ways[end]()


def _begin_again(alive: dict[str, Visitor], is_cached: bool) -> None:
    """A reloaded page makes a new queue, one that was in the back/forward cache has its old one; then their visitors click on."""
    for name, tab in alive.items():
        if name == "freeze":
            assert tab.come_back() is is_cached, tab.ask(
                "return JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"
            )
        if name == "reload" or (name == "freeze" and not is_cached):
            tab.begin(options=_named(f"{name} again"))
        tab.stop()
    wait_for(lambda: alive["stay"].locks()["pending"].count(KEY) == len(alive) - 1, "every tab to know its role")
    for name, tab in alive.items():
        tab.run(f"{name} again")


def _rest(tabs: list[Visitor], endpoint: Endpoint) -> None:
    """Nobody clicks any more, and all that was clicked arrives."""
    for tab in tabs:
        tab.stop()
    wait_for(lambda: set(endpoint.reports) <= set(endpoint.store), "all clicks at the server")
    wait_for(lambda: all(tab.snapshot()["pending"] == 0 for tab in tabs), "all of it acknowledged")


def _named(page: str) -> dict[str, Any]:
    return {"headers": {"X-Page": page}}


def _senders(endpoint: Endpoint, event_id: str) -> set[str]:
    return {received.headers["X-Page"] for received in endpoint.requests if event_id in received.ids}


def _unreported(endpoint: Endpoint) -> set[str]:
    """The one click of each tab that the server may not have been told of, because its page went in that moment."""
    last: dict[str, int] = {}
    for name, number in (each.rsplit("-", 1) for each in endpoint.reports):
        last[name] = max(int(number), last.get(name, 0))
    return {f"{name}-{number + 1}" for name, number in last.items()}


def _stored(tab: Visitor) -> list[tuple[str, list[str]]]:
    """Each key of the queue and the ids under it."""
    script = "return bed.keys().map((key) => [key, JSON.parse(localStorage.getItem(key)).map((event) => event.id)])"
    return [(key, ids) for key, ids in tab.ask(script)]
