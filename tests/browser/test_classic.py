"""The classic build in a page: a script tag with its hash loads it, and it makes exactly one global."""

from __future__ import annotations

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from clickqueue import integrity
from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.host import leave
from tests.browser.snippets import BUNDLES, GUIDE, Snippet, bundle, snippets_of
from tests.browser.test_guest import STRICT_CSP
from tests.browser.waiting import wait_for

CLASSIC = "clickqueue.iife.js"
TAG = f'<script src="/dist/{CLASSIC}" integrity="{{}}"></script>'
PAGE = f'<!doctype html><title>shop</title>{TAG}<script src="/pages/classic.js"></script>'
HOOK = """
import * as React from 'react'
import { createRoot } from 'react-dom/client'

const useWidget = clickqueue.createUseWidget(React)
const api = clickqueue.createWidgetApi({ endpoint: '/api/track/click' })
function Offer() {
  const { trackClick } = useWidget({ api, sessionId: 's', config: { maxBatchSize: 1 } })
  const click = () => trackClick({ questionId: 'q', offerId: 'o', buttonVariantId: 'b' })
  return React.createElement('button', { onClick: click }, 'Try it free')
}
createRoot(document.body.appendChild(document.createElement('main'))).render(React.createElement(Offer))
"""
PAGES = [
    pytest.param(page, id=page.title)
    for page in [*snippets_of(GUIDE), *snippets_of(ROOT / "README.md")]
    if page.language == "html"
]


def write_page(name: str, text: str) -> str:
    """Write a page that the endpoint serves; its path."""
    BUNDLES.mkdir(parents=True, exist_ok=True)
    (BUNDLES / name).write_text(text)
    return f"/build/docs/{name}"


@pytest.mark.parametrize("headers", [{}, {"Content-Security-Policy": STRICT_CSP}], ids=["any", "strict policy"])
def test_a_script_tag_with_the_hash_loads_it(browser: WebDriver, endpoint: Endpoint, headers: dict[str, str]) -> None:
    """With the `integrity` that Python gives the script runs, also under a strict policy, and a click arrives (CONTRACT 1.1)."""
    endpoint.page_headers = headers
    browser.get(endpoint.url_for(write_page("classic.html", PAGE.format(integrity(CLASSIC)))))
    exports = "ClickQueue DEFAULTS EMPTY_STATS createConsentGate createUseWidget createWidgetApi postEach"
    assert browser.title == exports
    wait_for(lambda: endpoint.sizes == [1], "the click")
    browser.get("about:blank")


def test_a_wrong_hash_is_refused(browser: WebDriver, endpoint: Endpoint) -> None:
    """A file that is not the one of the hash does not run: the page has no global, and nothing is sent."""
    browser.get(endpoint.url_for(write_page("refused.html", PAGE.format(integrity("clickqueue.js")))))
    assert browser.title == "refused"
    assert endpoint.sizes == []


def test_it_makes_exactly_one_global(browser: WebDriver, endpoint: Endpoint) -> None:
    """Script, clicks and a delivery add the global `clickqueue` and change nothing else of the page (CONTRACT 7.1)."""
    browser.get(endpoint.page("guest.html?classic"))
    # Not asked through the driver, whose own scripts leave globals behind.
    wait_for(lambda: endpoint.reports, "the guest to have been and gone")
    assert endpoint.reports == [{"changes": ["window.clickqueue is new"], "enumerable": []}]
    assert endpoint.sizes == [10]


def test_the_global_has_the_hook(browser: WebDriver, endpoint: Endpoint) -> None:
    """`clickqueue.createUseWidget(React)` renders a component whose click arrives."""
    hook = Snippet("js", "classic-hook", HOOK)
    bundle(hook, ROOT)
    page = f'<!doctype html><title>shop</title><body>{TAG.format(integrity(CLASSIC))}<script type="module" src="{hook.slug}.js"></script>'
    browser.get(endpoint.url_for(write_page("hook.html", page)))
    wait_for(lambda: browser.find_elements("tag name", "button"), "the component")
    browser.find_element("tag name", "button").click()
    wait_for(lambda: endpoint.sizes == [1], "the click")
    browser.get("about:blank")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_documents_works(browser: WebDriver, endpoint: Endpoint, page: Snippet) -> None:
    """A page that README or guide shows works as it stands: a click on its button arrives."""
    browser.get(endpoint.url_for(write_page(f"{page.slug}.html", page.text)))
    wait_for(lambda: browser.execute_script("return document.querySelector('#offer').onclick !== null"), "the script")
    browser.find_element("id", "offer").click()
    leave(browser, endpoint)
    wait_for(lambda: len(endpoint.store) == 1, "the click at the endpoint")
