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

from examples.server import ROOT, Demo, serve
from tests.browser.waiting import wait_for
from tests.receiver.bed import event
from tests.receiver.served import post_batch

IS_LOADED = "return Boolean(window.demo && demo.server.isLoaded)"
CLICK = "for (let i = 0; i < 10; i++) document.querySelector('#widget').shadowRoot.querySelector('button').click()"
KEYS = "return Object.keys(localStorage)"


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
    assert person.ask(KEYS) == []
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
    """A server that is gone is waited for, also by "Start over"; when it is back the open page goes on as if nothing had been."""
    database = str(tmp_path / "clicks.sqlite3")
    with run_demo(database, 0) as url:
        person.open(url)
    person.ask(CLICK)
    person.wait_for_state("backing-off")
    person.ask("document.querySelector('#reset').click()")
    person.wait_until("return document.querySelector('#network').ariaChecked === 'true'", "the end of a vain try to start over")
    with run_demo(database, int(url.rpartition(":")[2])) as again:
        assert again == url
        person.wait_until("return demo.server.stored === 10", "the clicks, and the news of them")


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
    """What the receiver rejects is dropped, and shown; behind a captive portal everything is kept (CONTRACT 3.5)."""
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
