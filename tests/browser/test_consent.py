"""The gate before consent in a page: storage and network stay untouched until the visitor has answered."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.snippets import Snippet, run
from tests.browser.waiting import wait_for

PAGE = """
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { createConsentGate } from 'clickqueue/consent'

Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })
const api = createWidgetApi({ endpoint: '/api/track/click' })
const open = () => new ClickQueue({}, api)
const click = (offerId) => ({ sessionId: 's', questionId: 'q', offerId, buttonVariantId: 'b' })
window.shop = { gate: createConsentGate(open), strict: createConsentGate(open, { gpc: true }), click }
"""


@pytest.fixture
def page(browser: WebDriver, endpoint: Endpoint) -> WebDriver:
    """A page with two gates, in a browser that sends Global Privacy Control; each was clicked once."""
    assert run(browser, endpoint, Snippet("js", "consent", PAGE)) == []
    browser.execute_script("shop.ids = [shop.gate.enqueue(shop.click('a')), shop.strict.enqueue(shop.click('b'))]")
    assert stored(browser) == []
    return browser


def stored(browser: WebDriver) -> list[str]:
    """The keys in storage, but for the mark of a purge."""
    keys: list[Any] = browser.execute_script("return Object.keys(localStorage)")
    return [key for key in keys if not key.endswith("!")]


def test_a_granted_click_arrives(page: WebDriver, endpoint: Endpoint) -> None:
    """A click from before the consent is stored when `grant()` returns, and arrives with its own id and time."""
    before_ms = page.execute_script("return Date.now()")
    page.execute_script("shop.gate.grant()")
    assert len(stored(page)) > 0
    page.execute_script("shop.gate.grant().flush()")
    (click_id, _) = page.execute_script("return shop.ids")
    wait_for(lambda: click_id in endpoint.store, "the click")
    assert endpoint.store[click_id]["timestamp"] <= before_ms
    page.get("about:blank")


def test_a_denied_click_never_arrives(page: WebDriver, endpoint: Endpoint) -> None:
    """`deny()` after a consent removes what is stored, and the page that is left sends nothing (CONTRACT 5.4)."""
    page.execute_script("shop.gate.grant(); shop.gate.deny()")
    assert stored(page) == []
    assert page.execute_script("return shop.gate.enqueue(shop.click('c'))") is None
    page.get("about:blank")
    page.get(endpoint.page("away.html"))
    assert endpoint.store == {}


def test_the_signal_of_the_browser_denies(page: WebDriver, endpoint: Endpoint) -> None:
    """With `gpc: true` a browser that sends Global Privacy Control gets no queue from `grant()`."""
    assert page.execute_script("return shop.strict.grant()") is None
    assert stored(page) == []
    page.get("about:blank")
    assert endpoint.store == {}
