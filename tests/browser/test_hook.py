"""`createUseWidget` in real React, under its StrictMode, and in Preact."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Answer, Endpoint
from tests.browser.waiting import wait_for
from tools import node

HERE = ROOT / "tests" / "browser" / "hook"
LOCKS = "return navigator.locks.query().then((locks) => locks.held.length + locks.pending.length)"


@pytest.fixture(scope="session", params=["react", "preact"])
def library(request: pytest.FixtureRequest) -> str:
    """The page of a library, bundled; React in its development build, for only that one mounts twice."""
    command = [str(node.MODULES / "esbuild" / "bin" / "esbuild"), str(HERE / f"{request.param}.js"), "--bundle", "--format=esm"]
    command += ["--define:process.env.NODE_ENV='development'", f"--outdir={ROOT / 'build' / 'hook'}", "--log-level=warning"]
    subprocess.run(command, check=True)
    return str(request.param)


class HookPage:
    """A page with one component that uses the hook."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint, library: str) -> None:
        self.driver = driver
        self.endpoint = endpoint
        self.library = library

    def open(self) -> None:
        self.driver.get(f"{self.endpoint.page('hook.html')}?{self.library}")
        wait_for(lambda: self.driver.title == "ready", "the bundle")

    def mount(self, **props: Any) -> None:
        self.driver.execute_script("page.mount(arguments[0])", props)
        # A component is on the screen a frame before its effects have run, and the queue comes with them.
        wait_for(lambda: self.ask("listeners > 0") or "allowed" in self.shown(), "the component and its queue")

    def unmount(self) -> None:
        self.driver.execute_script("page.unmount()")

    def click(self) -> str:
        self.driver.find_element("tag name", "button").click()
        return str(self.driver.execute_script("return page.ids.at(-1)"))

    def shown(self) -> str:
        return str(self.ask("document.querySelector('output')?.textContent ?? ''"))

    def wait_for(self, text: str) -> None:
        wait_for(lambda: text in self.shown(), f"{text!r} to be shown")

    def ask(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")


@pytest.fixture
def page(browser: WebDriver, endpoint: Endpoint, library: str) -> Iterator[HookPage]:
    page = HookPage(browser, endpoint, library)
    page.open()
    yield page
    browser.get("about:blank")


def test_a_click_is_shown_and_delivered(page: HookPage, endpoint: Endpoint) -> None:
    """Pending clicks are on the screen until the endpoint has them; the library has nothing to complain of."""
    page.mount()
    page.wait_for("0 pending, online")
    clicked = page.click()
    page.wait_for("1 pending")
    page.wait_for("0 pending")
    assert endpoint.store[clicked]["sessionId"] == "session-1"
    assert page.ask("page.complaints") == []


def test_a_double_mount_delivers_once(page: HookPage, endpoint: Endpoint) -> None:
    """After StrictMode's mount, unmount and mount a batch of clicks goes out once, from a queue that is alive."""
    page.mount()
    clicked = [page.click() for _ in range(10)]
    # Not the text: "10 pending" has "0 pending" in it.
    wait_for(lambda: page.ask("page.snapshot.acknowledged") == 10, "the queue to hear the answer")
    assert (endpoint.sizes, list(endpoint.store)) == ([10], clicked)
    assert page.ask("page.snapshot.state") == "idle"


def test_track_click_is_one_function(page: HookPage) -> None:
    """`trackClick` stays the same function through renders, so it may stand in dependency lists."""
    page.mount()
    page.driver.execute_script("page.trackClicks.clear()")
    for _ in range(3):
        page.driver.execute_script("page.renderAgain()")
    page.wait_for("render 4")
    assert page.ask("page.trackClicks.size") == 1


def test_an_unmount_sends_what_is_unsent(page: HookPage, endpoint: Endpoint) -> None:
    """A widget that is taken away with a click still waiting sends it."""
    page.mount()
    clicked = page.click()
    page.unmount()
    wait_for(lambda: clicked in endpoint.store, "the click at the endpoint")


def test_what_an_unmounted_widget_could_not_send_is_not_lost(page: HookPage, endpoint: Endpoint) -> None:
    """The endpoint fails at the unmount: the click lies in storage, and the next page's widget delivers it."""
    endpoint.otherwise = lambda received: Answer(503)
    page.mount()
    clicked = page.click()
    page.unmount()
    wait_for(lambda: len(endpoint.requests) > 0, "an attempt")
    endpoint.otherwise = lambda received: Answer(200)
    page.open()
    page.mount()
    wait_for(lambda: clicked in endpoint.store, "the click at the endpoint")


def test_a_hundred_mounts_leave_nothing_behind(page: HookPage) -> None:
    """Mounted and unmounted 100 times: no listener, no lock, and the next mount works."""
    for _ in range(100):
        page.mount()
        page.unmount()
    wait_for(lambda: page.ask("listeners") == 0, "all listeners to be gone")
    wait_for(lambda: page.driver.execute_script(LOCKS) == 0, "all locks to be given up")
    page.mount()
    assert page.ask("listeners") > 0
    page.click()
    page.wait_for("1 pending")


def test_a_wrong_config_reaches_the_error_boundary(page: HookPage) -> None:
    """A wrong config is the component's error, and says which field (CONTRACT 1.6)."""
    page.mount(config={"maxBatchSize": 0})
    page.wait_for("config.maxBatchSize is 0; allowed: whole number from 1 to 1000")


@pytest.mark.parametrize("library", ["react"], indirect=True)
def test_what_a_server_rendered_is_hydrated(page: HookPage, endpoint: Endpoint) -> None:
    """The first render in the browser is the server's, so React finds no mismatch; then the widget is alive."""
    page.mount(isFromServer=True)
    assert page.ask("page.fromServer") == "Take it0 pending, online, render 1"
    clicked = page.click()
    page.wait_for("1 pending")
    page.unmount()
    wait_for(lambda: clicked in endpoint.store, "the click at the endpoint")
    assert page.ask("page.complaints") == []
