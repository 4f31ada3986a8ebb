"""The demo page, for a person who breaks things: it shows what is, and every way out of a mess works."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from examples import demo_switches
from examples.server import ROOT, Demo, serve
from tests.browser.waiting import wait_for
from tests.keys import MARK_KEY
from tests.receiver.bed import event
from tests.receiver.served import post_batch

IS_LOADED = "return Boolean(window.demo && demo.server.isLoaded)"
CLICK = "for (let i = 0; i < 10; i++) document.querySelector('#widget').shadowRoot.querySelector('button').click()"
CLICK_LATER = "document.querySelector('#widget').shadowRoot.querySelector('[data-offer=later]').click()"
SWITCH = "document.querySelector('#network').click()"
KEYS = "return Object.keys(localStorage)"
TICKS = "return [...document.querySelectorAll('#tries .is-done')].map((item) => item.dataset.try)"
STATUSES = "return [...document.querySelectorAll('.badge')].map((badge) => badge.dataset.status)"
REMARKS = "return [...document.querySelector('clickqueue-inspector').shadowRoot.querySelectorAll('ul li')].map((item) => item.textContent)"
DROPS = "return [...document.querySelectorAll('[data-lane=dropped]:not([hidden]) .chip')].map((chip) => chip.textContent)"
LANDMARKS = """
return [...document.querySelectorAll('section, [role=region]')].map((place) =>
  place.ariaLabel ?? document.getElementById(place.getAttribute('aria-labelledby')).textContent)
"""


class Person:
    """In front of the page."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        self.driver.get(url)
        self.wait_until(IS_LOADED, "the page and the server's first word")

    def ask(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def wait_until(self, script: str, what: str) -> None:
        wait_for(lambda: self.ask(script), what)

    def wait_for_state(self, state: str) -> None:
        self.wait_until(f"return demo.queue.getSnapshot().state === '{state}'", f"the state {state!r}")

    def start_over(self) -> None:
        self.ask("window.isOld = true; document.querySelector('#reset').click()")
        self.wait_until(f"if (!window.isOld) {IS_LOADED}", "the new page")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """What the server shares with the test."""
    return Demo(tmp_path / "clicks.sqlite3")


@pytest.fixture
def url(demo: Demo) -> Iterator[str]:
    """A server that runs as long as the test."""
    with serve(demo) as url:
        yield url


@pytest.fixture
def person(browser: WebDriver) -> Iterator[Person]:
    """Leaves the browser as it was."""
    first = browser.current_window_handle
    yield Person(browser)
    for handle in set(browser.window_handles) - {first}:
        browser.switch_to.window(handle)
        browser.close()
    browser.switch_to.window(first)
    browser.get("about:blank")


@pytest.mark.parametrize(("answer", "state"), [("500", "backing-off"), ("hangs", "sending")])
def test_starting_over_leaves_nothing(person: Person, demo: Demo, url: str, answer: str, state: str) -> None:
    """Whatever was broken: "Start over" gives a page and a server that know of no click, no failure and no wait."""
    person.open(url)
    fresh = person.ask("return demo.queue.getSnapshot()")
    person.ask(CLICK)
    person.wait_until("return document.querySelector('[data-try=burst].is-done')", "the first of the tries")
    demo.answer = answer
    person.ask(CLICK)
    person.wait_for_state(state)
    person.start_over()
    assert person.ask("return demo.queue.getSnapshot()") == fresh
    assert person.ask(KEYS) == [MARK_KEY]
    assert person.ask("return JSON.parse(sessionStorage.getItem('demo-tries') || '[]')") == []
    assert demo.state() == {"answer": "ok", "requests": [], "received": 0, "stored": 0, "events": []}
    person.ask(CLICK)
    person.wait_until("return demo.server.stored === 10", "ten clicks, as at the first time")


def test_starting_over_in_the_middle_of_a_burst(person: Person, demo: Demo, url: str) -> None:
    """Clicks that a burst still makes while the page starts over are nowhere afterwards."""
    person.open(url)
    person.ask("document.querySelector('#burst').click()")
    person.start_over()
    assert person.ask("return [demo.queue.getSnapshot().recovered, demo.server.stored]") == [0, 0]
    assert demo.state()["received"] == 0


def test_a_server_that_stops_and_starts(person: Person, tmp_path: Path) -> None:
    """A server that is gone is noticed and waited for, also by "Start over"; when it is back the open page goes on."""
    database = str(tmp_path / "clicks.sqlite3")
    with run_demo(database, 0) as url:
        person.open(url)
    person.ask(CLICK)
    person.wait_for_state("backing-off")
    person.wait_until(
        "return !document.querySelector('#away').hidden && document.querySelector('#answers').disabled", "the notice"
    )
    person.ask("document.querySelector('#reset').click()")
    person.wait_until("return document.querySelector('#network').ariaChecked === 'true'", "the end of a vain try to start over")
    with run_demo(database, int(url.rpartition(":")[2])) as again:
        assert again == url
        person.wait_until("return demo.server.stored === 10", "the clicks, and the news of them")
        person.wait_until(
            "return document.querySelector('#away').hidden && !document.querySelector('#answers').disabled", "no notice"
        )


@contextmanager
def run_demo(database: str, port: int) -> Iterator[str]:
    """`dev.py demo`, until the block ends; its address."""
    command = [sys.executable, "-m", "tools.demo", "--database", database, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = re.search(r"http://[\d.:]+", process.stdout.readline())
            assert address, "the demo says no address"
            yield address[0]
        finally:
            process.terminate()


def test_more_tabs_than_connections(person: Person, url: str) -> None:
    """With a tab more than a browser has connections for a server (six) the last one works like the first."""
    for _ in range(7):
        person.driver.switch_to.new_window("tab")
        person.driver.get(url)
        # WebKit shows no new tab by itself.
        person.wait_until("return Boolean(window.demo && (document.hidden || demo.server.isLoaded))", "the page")


@pytest.mark.parametrize(("answer", "stored", "rejected"), [("poison", 9, 1), ("portal", 0, 0)])
def test_a_poison_event_and_a_portal(person: Person, demo: Demo, url: str, answer: str, stored: int, rejected: int) -> None:
    """A rejected event is dropped, and shown with its reason; behind a captive portal everything is kept (CONTRACT 3.5)."""
    person.open(url)
    demo.answer = answer
    person.ask(CLICK)
    person.wait_for_state("idle" if answer == "poison" else "backing-off")
    snapshot = person.ask("return demo.queue.getSnapshot()")
    assert (snapshot["acknowledged"], snapshot["dropped"]["rejected"]) == (stored, rejected)
    assert snapshot["pending"] == 10 - stored - rejected
    row = "return document.querySelector('#log').innerText"
    person.wait_until(f"{row}.includes('{'9 new, 1 rejected' if answer == 'poison' else 'portal'}')", "the row in the log")
    assert demo.state()["stored"] == stored
    person.wait_until(f"const chips = (() => {{ {DROPS} }})(); return chips.length === {rejected}", "the chips of the drops")
    assert person.ask(DROPS) == ["1 rejected"] * rejected
    assert person.ask(REMARKS)[2] == ("dropped: 1 rejected" if rejected else "nothing dropped")
    assert ("drop" in person.ask(TICKS)) == bool(rejected)


def test_a_422_isolates_its_event(person: Person, demo: Demo, url: str) -> None:
    """A batch that is refused because of one event is bisected: the others are stored, and that one is kept for its next try (CONTRACT 3.5)."""
    person.open(url)
    demo.answer = "422"
    person.ask(f"{CLICK_LATER}; {CLICK}")
    person.wait_until("return demo.queue.getSnapshot().acknowledged === 10", "the ten others")
    assert person.ask("return demo.queue.getSnapshot().pending") == 1
    person.wait_until("return demo.server.stored === 10", "the server's word")
    person.wait_until(f"const all = (() => {{ {STATUSES} }})(); return all.includes('422')", "the rows")
    demo.answer = "ok"
    person.wait_until("return demo.server.stored === 11", "its next try")


def test_the_tries_are_ticked_when_they_are_done(person: Person, url: str) -> None:
    """The try "Cut the network, click, reload" is done after the reload, and "Connect again" when everything has arrived."""
    person.open(url)
    person.ask(f"{SWITCH}; {CLICK_LATER}")
    person.wait_until("return document.querySelector('#seconds').textContent === 'offline'", "the word for it")
    assert person.ask(TICKS) == []
    person.ask("window.isOld = true; document.querySelector('#reload').click()")
    person.wait_until(f"if (!window.isOld) {IS_LOADED}", "the new page")
    person.wait_until("return document.querySelector('[data-try=cut].is-done')", "the tick for the reload")
    assert person.ask(TICKS) == ["cut"]
    person.ask(SWITCH)
    person.wait_until("return document.querySelector('[data-try=mend].is-done')", "the tick for the arrival")


def test_a_hung_request_ends(person: Person, demo: Demo, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of a request that the page gave up is "hung" some time after it, and not in flight for good."""
    monkeypatch.setattr(demo_switches, "HANG_S", 1)
    person.open(url)
    demo.answer = "hangs"
    person.ask(CLICK)
    person.wait_until(f"const all = (() => {{ {STATUSES} }})(); return all[0] === 'open'", "the request")
    person.ask(SWITCH)
    person.wait_until(f"const all = (() => {{ {STATUSES} }})(); return all[0] === 'hung'", "its end")
    demo.answer = "ok"
    person.ask(SWITCH)
    person.wait_until("return demo.server.stored === 10", "the events")
    person.wait_until(f"const all = (() => {{ {STATUSES} }})(); return all.join() === '200,hung'", "both rows")


def test_the_focus_stays_on_a_stored_event(person: Person, url: str) -> None:
    """A stored event that has the focus, and is open, keeps both while others are stored."""
    person.open(url)
    person.ask(f"{SWITCH}; {CLICK_LATER}")
    person.wait_until("return document.querySelector('#keys summary')", "the event in localStorage")
    person.ask(
        "const summary = document.querySelector('#keys summary'); summary.focus(); summary.click(); window.focused = summary"
    )
    person.ask(CLICK)
    person.wait_until("return document.querySelectorAll('#keys summary').length >= 11", "the other events")
    assert person.ask("return document.activeElement === focused && focused.isConnected && focused.parentElement.open")


def test_names_for_a_screen_reader(person: Person, url: str) -> None:
    """No two regions have the same name, and the name of the theme button contains the text that is seen on it."""
    person.open(url)
    names = person.ask(LANDMARKS)
    assert len(names) == len(set(names)) > 5
    for _ in range(3):
        button = person.driver.find_element("id", "theme")
        assert button.text in person.ask("return document.querySelector('#theme').ariaLabel")
        button.click()


def test_a_page_catches_up(person: Person, demo: Demo, url: str) -> None:
    """A page that was hidden and is seen again shows what the server saw in the meantime."""
    person.open(url)
    person.driver.minimize_window()
    try:
        person.wait_until("return document.hidden", "the page to be hidden")
        post_batch(url, event(id="a"))
        demo.answer = "500"
    finally:
        person.driver.maximize_window()
    person.wait_until("return demo.server.stored === 1 && document.querySelector('[value=\"500\"]').checked", "the news")
