"""The example widget, before and after the queue: its public behaviour is the same, which is why one file tests both."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.endpoint import ROOT, Endpoint, Event
from tests.browser.host import leave
from tests.browser.waiting import wait_for
from tools import node, widget_size

CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"


@pytest.fixture(scope="session", params=widget_size.MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Which of the two widgets, built."""
    widget_size.build(request.param)
    return str(request.param)


class HostPage:
    """A page of a host, with widgets in it."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint, mode: str) -> None:
        self.driver = driver
        self.endpoint = endpoint
        self.mode = mode

    def open(self) -> None:
        self.driver.get(f"{self.endpoint.page('widget.html')}?mode={self.mode}")
        wait_for(lambda: self.driver.title == "ready", "the widget's script")

    def place(self, question: str = "q-1", **more: Any) -> list[WebElement]:
        """Mount a widget; returns its three buttons or links."""
        link_target = more.pop("linkTarget", None)
        self.driver.execute_script("window.mounted = place(...arguments)", question, more, link_target)
        wait_for(lambda: len(self.find(".button")) == 3, "a widget with three offers")
        return self.find(".button")

    def find(self, selector: str) -> list[WebElement]:
        """Elements of the widget that was mounted last."""
        hosts = self.driver.find_elements(By.CSS_SELECTOR, "body > div:last-of-type > div")
        return hosts[0].shadow_root.find_elements(By.CSS_SELECTOR, selector) if hosts else []

    def leave(self) -> None:
        leave(self.driver, self.endpoint)

    def wait_for_clicks(self, count: int) -> list[Event]:
        """Until the endpoint has so many clicks; returns them all."""
        wait_for(lambda: len(self.endpoint.store) >= count, f"{count} clicks at the endpoint")
        return list(self.endpoint.store.values())


@pytest.fixture
def page(browser: WebDriver, endpoint: Endpoint, mode: str) -> Iterator[HostPage]:
    page = HostPage(browser, endpoint, mode)
    page.open()
    yield page
    page.leave()


def test_a_click_in_the_shadow_dom_arrives_with_what_it_is_about(page: HostPage) -> None:
    """A click on an offer reaches the endpoint with session, question, offer and variant, an id, a time and a browser."""
    page.place()[1].click()
    page.leave()
    (click,) = page.wait_for_clicks(1)
    named = {"sessionId": "session-1", "questionId": "q-1", "offerId": "offer-2", "buttonVariantId": "variant-2"}
    assert named.items() <= click.items()
    assert len(click["id"]) > 20
    assert isinstance(click["timestamp"], int)
    assert "Mozilla" in click["userAgent"]


def test_the_visitor_sees_what_was_chosen(page: HostPage) -> None:
    """The chosen offer is marked, and said to who cannot see the mark."""
    page.place()[0].click()
    wait_for(lambda: page.find("[role=status]")[0].text == "Thank you. You chose Offer 1.", "the status to say so")
    assert [button.get_attribute("aria-pressed") for button in page.find(".button")] == ["true", "false", "false"]


def test_the_keyboard_is_enough(page: HostPage, browser: WebDriver) -> None:
    """Tab walks through the offers and Enter chooses one."""
    page.place()
    ActionChains(browser).send_keys(Keys.TAB, Keys.TAB, Keys.ENTER).perform()
    page.leave()
    assert page.wait_for_clicks(1)[0]["offerId"] == "offer-2"


def test_a_screen_reader_can_tell_the_offers_apart(page: HostPage) -> None:
    """Three buttons say the same; their accessible names also say of which offer."""
    names = [button.accessible_name for button in page.place()]
    assert names == ["Try it Offer 1", "Try it Offer 2", "Try it Offer 3"]
    assert page.find("section")[0].accessible_name == "Which one?"


def test_two_widgets_on_one_page(page: HostPage) -> None:
    """Clicks of two widgets arrive, each once, with the question they belong to."""
    for question in ("q-1", "q-2"):
        for button in page.place(question):
            button.click()
    page.leave()
    clicks = page.wait_for_clicks(6)
    assert sorted(click["questionId"] for click in clicks) == ["q-1"] * 3 + ["q-2"] * 3
    assert page.endpoint.duplicates == 0


def test_a_hundred_mounts_leave_nothing_behind(page: HostPage, browser: WebDriver) -> None:
    """Mounted and unmounted 100 times, a widget leaves no element, no listener and no lock."""
    for _ in range(100):
        page.place()
        browser.execute_script("mounted.unmount(); document.querySelector('body > div:last-of-type').remove()")
    assert browser.execute_script("return document.querySelectorAll('body > div').length") == 0
    wait_for(lambda: browser.execute_script("return listeners") == 0, "all listeners to be gone")
    locks = "return navigator.locks.query().then((locks) => locks.held.length + locks.pending.length)"
    wait_for(lambda: browser.execute_script(locks) == 0, "all locks to be given up")


def test_a_click_that_leaves_the_page_arrives(page: HostPage, browser: WebDriver) -> None:
    """A link that leads away in the same click: the click is at the endpoint all the same."""
    page.place(href="/pages/away.html")[2].click()
    wait_for(lambda: browser.current_url.endswith("/away.html"), "the page that the link leads to")
    assert page.wait_for_clicks(1)[0]["offerId"] == "offer-3"


def test_a_link_into_a_new_tab(page: HostPage, browser: WebDriver) -> None:
    """`linkTarget: '_blank'` opens a new tab, and the click arrives."""
    first = browser.current_window_handle
    page.place(href="/pages/away.html", linkTarget="_blank")[0].click()
    wait_for(lambda: len(browser.window_handles) == 2, "the new tab")
    (other,) = set(browser.window_handles) - {first}
    browser.switch_to.window(other)
    browser.close()
    browser.switch_to.window(first)
    assert page.wait_for_clicks(1)[0]["offerId"] == "offer-1"


def test_a_page_with_a_content_security_policy(page: HostPage, browser: WebDriver) -> None:
    """Under a policy without inline styles and scripts the widget has its looks, and its clicks arrive."""
    page.endpoint.page_headers = {"Content-Security-Policy": CSP}
    page.open()
    button = page.place()[0]
    assert button.value_of_css_property("border-top-left-radius") == "10px"
    button.click()
    assert browser.execute_script("return violations") == []
    page.leave()
    page.wait_for_clicks(1)


RENDER_ON_SERVER = """
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { Widget } from './Widget'
const offers = [{ id: 'o', title: 'Offer', text: 'A text.', button: { id: 'v', label: 'Try it', look: 'solid' } }]
const config = { apiUrl: '', sessionId: 's', question: { id: 'q', text: 'Which one?' }, offers }
console.log(renderToString(createElement(Widget, { config })))
"""


def test_it_renders_on_a_server(mode: str) -> None:
    """Without a window the widget can be imported and rendered; no queue is made."""
    command = [str(node.NODE), "--input-type=module"]
    done = subprocess.run(command, input=bundle_for_node(mode), capture_output=True, text=True, check=True)
    assert "Which one?" in done.stdout
    assert done.stderr == ""


def bundle_for_node(mode: str) -> str:
    esbuild = node.MODULES / "esbuild" / "bin" / "esbuild"
    command = [str(esbuild), "--bundle", "--platform=node", "--format=esm", "--jsx=automatic", "--loader=tsx"]
    command.append("--banner:js=import { createRequire } from 'node:module'; const require = createRequire('file:///');")
    folder = ROOT / "examples" / "widget" / mode
    done = subprocess.run(command, cwd=folder, input=RENDER_ON_SERVER, capture_output=True, text=True, check=True)
    return done.stdout
