"""`clickqueue/inspect` in a page: the panel shows what the queue does, and leaves nothing behind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Answer, Endpoint
from tests.browser.snippets import Snippet, run
from tests.browser.test_guest import STRICT_CSP
from tests.browser.waiting import wait_for

PAGE = """
import { ClickQueue, createWidgetApi } from 'clickqueue'
import { mountInspector } from 'clickqueue/inspect'

addEventListener('securitypolicyviolation', ({ violatedDirective }) => faults.push(violatedDirective))
const queue = new ClickQueue({}, createWidgetApi({ endpoint: '/api/track/click' }))
let listeners = 0
const subscribe = (listener) => {
  const unsubscribe = queue.subscribe(listener)
  listeners += 1
  return () => { listeners -= 1; unsubscribe() }
}
window.shop = {
  click: () => queue.enqueue({ sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }),
  panel: mountInspector({ ...queue, subscribe }),
  inner: mountInspector(queue, document.body.appendChild(document.createElement('main'))),
  listeners: () => listeners,
}
"""
SHOWN = r"""
const root = shop.panel.shadowRoot
return {
  state: root.querySelector('output').value,
  counts: Object.fromEntries([...root.querySelectorAll('dl div')].map((row) => [row.firstChild.textContent, Number(row.lastChild.textContent)])),
  remarks: [...root.querySelectorAll('ul li')].map((remark) => remark.textContent.replaceAll('\u00a0', ' ')),
  colours: [...root.querySelectorAll('ul li')].map((remark) => remark.className),
  lines: [...root.querySelectorAll('ol li')].map((line) => line.lastChild.data.trim()),
  elements: root.querySelectorAll('*').length,
  place: [getComputedStyle(shop.panel).position, getComputedStyle(shop.inner).position],
}
"""


def shown(browser: WebDriver) -> dict[str, Any]:
    """The panel as a person sees it."""
    return dict(browser.execute_script(SHOWN))


def test_the_panel_shows_the_life_of_the_queue(browser: WebDriver, endpoint: Endpoint) -> None:
    """A click, a failure and a delivery are shown as they happen, under a strict policy; the button flushes, and `remove()` unsubscribes."""
    endpoint.page_headers = {"Content-Security-Policy": STRICT_CSP}
    endpoint.answer(Answer(503))
    assert run(browser, endpoint, Snippet("js", "inspector", PAGE)) == []
    assert (shown(browser)["state"], shown(browser)["place"]) == ("idle", ["fixed", "static"])
    browser.execute_script("shop.click(); shop.click()")
    assert shown(browser)["counts"] | {"accepted": 2, "pending": 2} == shown(browser)["counts"]
    flush = "shop.panel.shadowRoot.querySelector('button').click()"
    browser.execute_script(flush)
    wait_for(lambda: shown(browser)["state"] == "backing-off", "the failure")
    assert re.fullmatch(r"last failure: 503 \(.+\) at \d\d:\d\d:\d\d", shown(browser)["remarks"][1])
    browser.execute_script(flush)
    wait_for(lambda: shown(browser)["state"] == "idle", "the delivery")
    last = shown(browser)
    assert last["counts"] | {"acknowledged": 2, "pending": 0, "failures": 1} == last["counts"]
    assert last["remarks"][2:] == ["nothing dropped", "2 accepted = 2 acknowledged + 0 pending + 0 handed over + 0 dropped"]
    assert last["lines"][0] == "state sending → idle, acknowledged 0 → 2, pending 2 → 0, inFlight 2 → 0"
    assert last["lines"][-1] == "state idle, pending 0"
    assert browser.execute_script("return [shop.listeners(), faults]") == [1, []]
    browser.execute_script("shop.panel.remove()")
    assert browser.execute_script("return shop.listeners()") == 0
    browser.get("about:blank")


def test_drops_and_a_wrong_balance_are_shown(browser: WebDriver, endpoint: Endpoint) -> None:
    """Drops are listed by reason; an event that was never accepted is not in the balance, and a wrong sum is marked (CONTRACT 6.2)."""
    assert run(browser, endpoint, Snippet("js", "inspector", PAGE)) == []
    browser.execute_script("shop.panel.queue.enqueue({}); shop.panel.queue.purge()")
    assert (shown(browser)["remarks"][2], shown(browser)["colours"][2:]) == ("dropped: 1 invalid", ["bad", "good"])
    browser.execute_script("shop.click(); shop.panel.queue.purge()")
    assert shown(browser)["remarks"][2:] == [
        "dropped: 1 invalid, 1 purged",
        "1 accepted = 0 acknowledged + 0 pending + 0 handed over + 1 dropped",
    ]
    browser.execute_script("shop.panel.show('', { ...shop.panel.queue.getSnapshot(), pending: 1 })")
    assert shown(browser)["remarks"][3] == "1 accepted but 0 acknowledged + 1 pending + 0 handed over + 1 dropped"
    assert shown(browser)["colours"][3] == "bad"
    browser.get("about:blank")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_chooses_the_colours(browser: WebDriver, endpoint: Endpoint, scheme: str) -> None:
    """A `color-scheme` that the page gives to the element holds inside of it."""
    assert run(browser, endpoint, Snippet("js", "inspector", PAGE)) == []
    browser.execute_script("shop.panel.style.colorScheme = arguments[0]", scheme)
    ground = browser.execute_script("return getComputedStyle(shop.panel.shadowRoot.querySelector('details')).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 34, 44)"}[scheme]
    browser.get("about:blank")


def test_text_of_a_server_stays_text(browser: WebDriver, endpoint: Endpoint) -> None:
    """A message with markup is shown as it is: the panel gets no element from it."""
    assert run(browser, endpoint, Snippet("js", "inspector", PAGE)) == []
    before = shown(browser)["elements"]
    message = "<img src=x onerror=alert(1)>"
    change = {"state": "parked", "lastFailure": {"status": None, "message": message, "at": 1}}
    browser.execute_script(
        """
        const queue = shop.panel.queue
        const snapshot = { ...queue.getSnapshot(), ...arguments[0] }
        shop.panel.show(arguments[0].lastFailure.message, snapshot)
        """,
        change,
    )
    assert shown(browser)["remarks"][1].startswith(f"last failure: no response ({message}) at ")
    assert shown(browser)["elements"] == before + 2, "one line more, and the time in it"
    browser.get("about:blank")
