"""`createWidgetApi` over a browser's real fetch: what only a real one can get wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver
from werkzeug import Request, Response

from tests.browser.endpoint import Answer, Endpoint
from tests.browser.snippets import Snippet, run

START = """
import { createWidgetApi } from 'clickqueue'
const event = { id: 'c', sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' }
const request = { batchId: 'batch-1', timestamp: 1700000000000, keepalive: true }
const api = createWidgetApi({ endpoint: '/api/track/click', timeoutMs: 2000 })
const tell = (error) => [error.constructor.name, error.status ?? null, error.message]
const outcome = (promise) => promise.then((value) => ['resolved', value], tell)
"""


class Lab:
    """A page in which a few lines of code use an api; what they put into `said` comes back."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint) -> None:
        self.driver = driver
        self.endpoint = endpoint

    def ask(self, name: str, code: str) -> Any:
        assert run(self.driver, self.endpoint, Snippet("js", f"api-{name}", f"{START}{code}")) == []
        return self.driver.execute_script("return window.said")


@pytest.fixture
def lab(browser: WebDriver, endpoint: Endpoint) -> Iterator[Lab]:
    yield Lab(browser, endpoint)
    browser.get("about:blank")


def test_a_body_that_does_not_end_is_a_timeout(lab: Lab) -> None:
    """The timeout covers the body: headers that come at once do not help."""
    is_over = threading.Event()

    def endless(request: Request) -> Response:
        def body() -> Iterator[bytes]:
            yield b"{"
            is_over.wait(30)

        return Response(body(), content_type="application/json")

    lab.endpoint.expect_request("/endless").respond_with_handler(endless)
    code = "window.said = await outcome(createWidgetApi({ endpoint: '/endless', timeoutMs: 200 }).trackClick(event))"
    said = lab.ask("endless", code)
    is_over.set()
    assert said == ["Error", None, "/endless timed out (200 ms)"]


def test_the_bodies_of_failures_are_read(lab: Lab) -> None:
    """40 keepalive requests of 3 kB fail with a body; an unread one would count against the page's 64 KiB until all later ones fail."""
    lab.endpoint.otherwise = lambda received: Answer(500, {"error": "x" * 100})
    code = """
    window.said = []
    const big = { ...event, note: 'n'.repeat(3000) }
    for (let i = 0; i < 40; i++) said.push((await outcome(api.trackClickBatch([big], request)))[1])
    """
    assert lab.ask("bodies", code) == [500] * 40


def test_a_redirect_acknowledges_nothing(lab: Lab) -> None:
    """A 302 is not followed: the GET that it would become finds a page that answers 204 to everybody."""
    lab.endpoint.answer(Answer(302, None, {"Location": "/elsewhere"}))
    said = lab.ask("redirect", "window.said = await outcome(api.trackClick(event))")
    assert said == ["Error", 0, "/api/track/click redirected; use the final URL"]


def test_a_fetch_that_throws_rejects(lab: Lab) -> None:
    """The page's fetch is looked up at each call; one that was patched to throw at once makes a rejection."""
    code = "window.fetch = () => { throw new RangeError('patched') }\nwindow.said = await outcome(api.trackClick(event))"
    assert lab.ask("patched", code) == ["RangeError", None, "patched"]


def test_a_mocked_fetch_without_a_body_rejects(lab: Lab) -> None:
    """A mock without the fields of a response is no success, and the promise settles."""
    code = "window.fetch = async () => ({ ok: true, status: 200 })\nwindow.said = (await outcome(api.trackClick(event)))[0]"
    assert lab.ask("mocked", code) == "TypeError"


def test_prototype_js_does_not_spoil_the_batch(lab: Lab) -> None:
    """A host's `Array.prototype.toJSON` makes strings of lists; the batch arrives as one all the same."""
    # WebKit's driver writes what a script gives with the page's own JSON, so that the page is mended before it is asked.
    code = """
    Array.prototype.toJSON = () => 'spoilt'
    window.said = await outcome(api.trackClickBatch([event], request))
    delete Array.prototype.toJSON
    """
    lab.ask("prototype", code)
    assert lab.endpoint.requests[0].ids == ["c"]
    assert (lab.endpoint.requests[0].batch_id, lab.endpoint.requests[0].timestamp) == ("batch-1", 1700000000000)


def test_a_date_is_read_by_the_servers_clock(lab: Lab) -> None:
    """`Retry-After` as a date means the same to a visitor whose clock is wrong by decades."""
    lab.endpoint.clock_s = time() - 400 * 86400
    lab.endpoint.answer(Answer(503, None, {"Retry-After": formatdate(lab.endpoint.clock_s + 60, usegmt=True)}))
    code = "Date.now = () => 0\nwindow.said = await api.trackClick(event).catch((error) => error.retryAfterMs)"
    assert lab.ask("date", code) == 60_000


def test_a_wrong_option_throws_a_native_error(lab: Lab) -> None:
    """Options throw at once, as what JavaScript calls them, and are named in the message."""
    code = """
    const tellNative = ({ constructor, name, message }) => [constructor === self[name], name, message]
    const fault = (options) => { try { createWidgetApi(options) } catch (error) { return tellNative(error) } }
    window.said = [fault({ endpoint: '' }), fault({ endpoint: '/', timeoutMs: '1s' }), fault({ endpoint: '/', toString: 1 })]
    """
    empty, wrong, unknown = lab.ask("options", code)
    assert empty == [True, "RangeError", 'clickqueue: options.endpoint is ""; allowed: string, not empty']
    assert wrong == [True, "TypeError", 'clickqueue: options.timeoutMs is "1s"; allowed: whole number from 1 to 600000']
    assert unknown[:2] == [True, "TypeError"]
    assert unknown[2].startswith('clickqueue: options has no "toString"; allowed: ["endpoint","batchEndpoint"')


def test_track_click_may_be_taken_off_its_api(lab: Lab) -> None:
    """`const { trackClick } = api` works: a host that passes the function on has not broken it."""
    assert lab.ask("loose", "const { trackClick } = api\nwindow.said = await outcome(trackClick(event))") == ["resolved", None]
    assert list(lab.endpoint.store) == ["c"]
