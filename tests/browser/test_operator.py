"""The operator's page shows what the demo's server counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from examples.server import Demo, serve
from tests.browser.waiting import wait_for
from tests.receiver.bed import event
from tests.receiver.served import post_batch

BURST = "for (let i = 0; i < 10; i++) document.querySelector('#widget').shadowRoot.querySelector('button').click()"
RESET = "return fetch('/control/reset', { method: 'POST' })"
DRAWN = "return [...document.querySelectorAll('.chart canvas')].filter((canvas) => canvas.width > 0).length"
LIGHT_AND_DARK = ("light", "dark")
INK = "return getComputedStyle(document.querySelector('h1')).color"


class Operator:
    """In front of the two pages of one server."""

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver, self.url = driver, url

    def open_widget(self) -> None:
        self.driver.get(self.url)
        wait_for(lambda: self.driver.execute_script("return Boolean(window.demo && demo.server.isLoaded)"), "the widget's page")

    def follow(self, link: str) -> None:
        self.driver.find_element("css selector", f"a[href='{link}']").click()
        wait_for(lambda: self.driver.current_url.endswith(link), f"the page {link}")

    def read(self, id: str) -> str:
        return str(self.driver.execute_script(f"return document.getElementById('{id}')?.textContent"))

    def wait_for_text(self, id: str, text: str) -> None:
        wait_for(lambda: self.read(id) == text, f"{text!r} in #{id}")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """What the server shares with the test."""
    return Demo(tmp_path / "clicks.sqlite3")


@pytest.fixture
def operator(browser: WebDriver, demo: Demo) -> Iterator[Operator]:
    """A server and a browser, which is left as it was."""
    with serve(demo) as url:
        yield Operator(browser, url)
        browser.get("about:blank")


def test_clicks_are_seen_by_the_operator(operator: Operator, demo: Demo) -> None:
    """Ten clicks in the widget are ten events, nine saved requests and four charts; a second copy is a duplicate, seen live."""
    operator.open_widget()
    operator.driver.execute_script(BURST)
    wait_for(lambda: demo.state()["stored"] == 10, "ten events in the store")
    operator.follow("operator.html")
    operator.wait_for_text("saved", "9")
    assert operator.read("saved-detail") == "10 events came in 1 request, failed ones included."
    assert operator.read("duplicates") == "0"
    assert operator.read("p50").endswith("s")
    assert operator.driver.execute_script(DRAWN) == 4
    post_batch(operator.url, *demo.state()["events"])
    operator.wait_for_text("duplicates", "10")
    assert operator.read("saved") == "8"
    operator.driver.execute_script(RESET)
    operator.wait_for_text("rate-detail", "No event yet. Click in the widget.")
    assert [operator.read(id) for id in ("saved", "duplicates", "p50")] == ["0", "0", "–"]
    operator.follow("widget-offline-test.html")


def test_more_requests_than_clicks(operator: Operator, demo: Demo) -> None:
    """Requests that failed count against the saved ones: one click and three requests are two more, in words and with a minus."""
    demo.answer = "500"
    for _ in range(2):
        with pytest.raises(HTTPError):
            post_batch(operator.url, event(id="a"))
    demo.answer = "ok"
    post_batch(operator.url, event(id="a"))
    operator.driver.get(f"{operator.url}/examples/operator.html")
    operator.wait_for_text("saved", "−2")
    assert operator.read("saved-share") == "more requests than clicks: failed ones are sent again"


def test_a_server_that_is_gone_is_shown(operator: Operator, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server gives no figures the page says so and keeps the last ones."""
    post_batch(operator.url, event(id="a"))
    operator.driver.get(f"{operator.url}/examples/operator.html")
    operator.wait_for_text("saved", "0")
    is_away = "return !document.getElementById('away').hidden"
    assert not operator.driver.execute_script(is_away)
    with monkeypatch.context() as patch:
        patch.setattr(demo, "figures", lambda: "no figures")
        wait_for(lambda: operator.driver.execute_script(is_away), "the notice")
        assert operator.read("saved") == "0"
    wait_for(lambda: not operator.driver.execute_script(is_away), "the end of the notice")


def test_the_theme_goes_with_the_person(operator: Operator) -> None:
    """Light and dark differ, and the other page of the tab opens in the same one."""
    operator.open_widget()
    inks = []
    for theme in LIGHT_AND_DARK:
        operator.driver.find_element("id", "theme").click()
        assert operator.driver.execute_script("return document.documentElement.dataset.theme") == theme
        inks.append(operator.driver.execute_script(INK))
    operator.follow("operator.html")
    wait_for(lambda: operator.driver.execute_script(DRAWN) == 4, "four charts")
    assert operator.driver.execute_script(INK) == inks[1] != inks[0]
