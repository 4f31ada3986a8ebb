"""An endpoint on another site gets the last click of a page that is left, with a preflight and without (docs/embedding.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, SINGLE, Endpoint
from tests.browser.host import Host, leave
from tests.browser.snippets import Snippet, run, snippets_of
from tests.browser.visitor import open_visitors
from tests.browser.waiting import wait_for

TIMES = 12
CLICK_AND_LEAVE = "bed.click(document.querySelector('button')); location.href = '/pages/away.html'"


@contextmanager
def endpoint_on_another_site() -> Iterator[Endpoint]:
    """An endpoint that its page reaches as localhost. A fresh one has a fresh origin, whose preflight nobody has cached."""
    with Endpoint() as endpoint:
        endpoint.allowed_origin = "*"
        yield endpoint
        endpoint.close()
    endpoint.check()


def start(host: Host, endpoint: Endpoint, content_type: str) -> None:
    """A page whose clock is held, so that only leaving can send. Each endpoint has a key of its own."""
    host.open()
    address = f"http://localhost:{endpoint.port}{SINGLE}"
    host.start({"storageKey": f"clicks {endpoint.port}"}, {"endpoint": address, "contentType": content_type}, clock="held")


def wait_for_the_click(endpoint: Endpoint) -> None:
    """Until the endpoint has one request with one event in it."""
    wait_for(lambda: endpoint.sizes == [1], "the click")


@pytest.mark.parametrize(("content_type", "methods"), [("text/plain", ["POST"]), ("application/json", ["OPTIONS", "POST"])])
def test_a_click_that_navigates(host: Host, content_type: str, methods: list[str]) -> None:
    """Twelve clicks, each in the task of a navigation, arrive at an endpoint on another site (CONTRACT 5.1)."""
    for _ in range(TIMES):
        with endpoint_on_another_site() as endpoint:
            start(host, endpoint, content_type)
            host.driver.execute_script(CLICK_AND_LEAVE)
            wait_for_the_click(endpoint)
            assert endpoint.methods == methods


def test_the_guides_api(browser: WebDriver, endpoint: Endpoint) -> None:
    """The snippet of docs/embedding.md sends its click to another origin in one request, without a preflight."""
    (shown,) = [snippet for snippet in snippets_of(ROOT / "docs" / "embedding.md") if snippet.language == "js"]
    with endpoint_on_another_site() as other:
        text = shown.text.replace("https://clicks.example", f"http://localhost:{other.port}")
        assert run(browser, endpoint, Snippet("js", "other-site", text)) == []
        leave(browser, endpoint)
        wait_for_the_click(other)
        assert other.methods == ["POST"]


def navigate(host: Host) -> None:
    """Click, and leave for another page of the same site in the same task."""
    host.driver.execute_script(CLICK_AND_LEAVE)
    wait_for(lambda: host.driver.execute_script("return location.pathname === '/pages/away.html'"), "the next page")


def close_the_tab(host: Host) -> None:
    """Click, and close the tab."""
    host.click(1)
    host.driver.close()


@pytest.mark.parametrize("leave", [navigate, close_the_tab])
def test_a_preflight_that_is_answered_too_late_for_the_page(host: Host, leave: Callable[[Host], None]) -> None:
    """The preflight of a last request is answered when its page is gone; the browser sends the request all the same (CONTRACT 5.1)."""
    with open_visitors(host.driver, host.endpoint), endpoint_on_another_site() as endpoint:
        endpoint.may_answer_preflight.clear()
        host.driver.switch_to.new_window("tab")
        start(host, endpoint, "application/json")
        leave(host)
        wait_for(lambda: endpoint.methods == ["OPTIONS"], "the preflight")
        endpoint.may_answer_preflight.set()
        wait_for_the_click(endpoint)
