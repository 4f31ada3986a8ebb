"""A widget in a frame delivers its clicks, on whatever site the host is, and however the frame ends (docs/embedding.md)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.embedded import OPAQUE, OTHER_SITE, OWN_ORIGIN, SITE, EmbeddedWidget
from tests.browser.endpoint import OK, Answer, Endpoint
from tests.browser.visitor import open_visitors
from tests.browser.waiting import wait_for
from tests.keys import KEY

ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
IS_FREE = "return navigator.locks.request(arguments[0], { ifAvailable: true }, (lock) => lock !== null)"
CLICK = "document.querySelector('button').click()"


@pytest.fixture
def widget(browser: WebDriver, endpoint: Endpoint) -> Iterator[EmbeddedWidget]:
    """A widget that is not embedded yet."""
    yield EmbeddedWidget(browser, endpoint)
    browser.switch_to.default_content()
    browser.get("about:blank")


@pytest.mark.parametrize("sandbox", [None, OWN_ORIGIN])
def test_a_frame_on_another_site(widget: EmbeddedWidget, endpoint: Endpoint, sandbox: str | None) -> None:
    """A click in a cross-site frame is stored in the same call, and arrives with the origin of the widget (CONTRACT 2.1)."""
    widget.embed(sandbox=sandbox)
    widget.start(clock="held")
    ids = widget.click(2)
    assert set(widget.stored_ids()) == set(ids)
    assert widget.snapshot()["persistent"] is True
    widget.flush()
    widget.wait_until_all_arrived(ids)
    assert endpoint.requests[0].headers["Origin"] == endpoint.url_for("").rstrip("/")
    assert endpoint.methods == ["POST"]


def test_the_storage_of_a_frame_is_partitioned(widget: EmbeddedWidget, endpoint: Endpoint) -> None:
    """The widget's own site does not see the clicks of a frame on another site; the next visit to that other site delivers them."""
    endpoint.otherwise = lambda received: Answer(503)
    widget.embed(OTHER_SITE)
    widget.start(clock="held")
    ids = widget.click(2)
    widget.embed(SITE)
    assert widget.stored_ids() == []
    endpoint.otherwise = lambda received: OK
    widget.embed(OTHER_SITE)
    assert set(widget.stored_ids()) == set(ids)
    widget.start()
    widget.wait_until_all_arrived(ids)
    assert widget.snapshot()["recovered"] == 2


def test_locks_are_partitioned_like_storage(widget: EmbeddedWidget, endpoint: Endpoint) -> None:
    """A frame on another site is granted the lock of the main key while a tab of the widget's own site holds it (CONTRACT 4.2)."""
    with open_visitors(widget.driver, endpoint) as visitors:
        tab = visitors.open()
        tab.begin(clock="held")
        assert KEY in tab.locks()["held"]
        widget.driver.switch_to.new_window("tab")
        widget.embed(OTHER_SITE)
        assert widget.driver.execute_script(IS_FREE, KEY)
        widget.embed(SITE)
        assert not widget.driver.execute_script(IS_FREE, KEY)


@pytest.mark.parametrize("allowed_origin", ["null", "*"])
@pytest.mark.parametrize(("content_type", "methods"), [("text/plain", ["POST"]), ("application/json", ["OPTIONS", "POST"])])
def test_a_sandboxed_frame(
    widget: EmbeddedWidget, endpoint: Endpoint, allowed_origin: str, content_type: str, methods: list[str]
) -> None:
    """A sandboxed frame without an origin sends from memory, as `Origin: null`, to an endpoint that allows it (CONTRACT 4.6)."""
    endpoint.page_headers = ANY_ORIGIN
    endpoint.allowed_origin = allowed_origin
    widget.embed(sandbox=OPAQUE)
    widget.start(clock="held", options={"contentType": content_type})
    ids = widget.click(2)
    assert widget.snapshot()["persistent"] is False
    widget.flush()
    widget.wait_until_all_arrived(ids)
    assert endpoint.requests[0].headers["Origin"] == "null"
    assert endpoint.methods == methods


def test_a_sandboxed_frame_stores_nothing(widget: EmbeddedWidget, endpoint: Endpoint) -> None:
    """The clicks that a sandboxed frame has not delivered end with it: the next one finds nothing (CONTRACT 4.6)."""
    endpoint.page_headers = ANY_ORIGIN
    endpoint.allowed_origin = "*"
    endpoint.otherwise = lambda received: Answer(503)
    widget.embed(sandbox=OPAQUE)
    widget.start(clock="held", options={"contentType": "text/plain"})
    widget.click(2)
    widget.embed(sandbox=OPAQUE)
    widget.start(options={"contentType": "text/plain"})
    assert widget.snapshot()["recovered"] == widget.snapshot()["pending"] == 0


@pytest.mark.parametrize(("headers", "outcome"), [({}, "refused"), (ANY_ORIGIN, "loaded")])
def test_the_module_in_a_sandboxed_frame(
    widget: EmbeddedWidget, endpoint: Endpoint, headers: dict[str, str], outcome: str
) -> None:
    """To a sandboxed frame every server is another origin: the module needs `Access-Control-Allow-Origin`."""
    endpoint.page_headers = headers
    widget.embed(sandbox=OPAQUE, page="module.html")
    assert widget.driver.execute_script("return outcome") == outcome


def test_a_frame_that_is_removed_in_the_task_of_the_click(widget: EmbeddedWidget, endpoint: Endpoint) -> None:
    """A host removes the frame in the task of the click: the click arrives from the frame that is gone (CONTRACT 5.1)."""
    widget.embed(SITE)
    widget.start(clock="held")
    widget.run_in_the_host(f"frames[0].{CLICK}; frame.remove()")
    wait_for(lambda: endpoint.sizes == [1], "the click")


ASK_TO_BE_REMOVED = f"addEventListener('message', () => {{ {CLICK}; parent.postMessage('remove', '*') }})"


@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
@pytest.mark.parametrize("sandbox", [None, OPAQUE])
def test_a_frame_that_asks_to_be_removed(
    widget: EmbeddedWidget, endpoint: Endpoint, sandbox: str | None, content_type: str
) -> None:
    """A widget posts its host a message in the task of the click, and the host removes the frame: the click arrives (CONTRACT 5.1)."""
    endpoint.page_headers = ANY_ORIGIN
    endpoint.allowed_origin = "*"
    widget.embed(sandbox=sandbox)
    widget.start(clock="held", options={"contentType": content_type})
    widget.driver.execute_script(ASK_TO_BE_REMOVED)
    widget.run_in_the_host("frame.contentWindow.postMessage('click', '*')")
    wait_for(lambda: endpoint.sizes == [1], "the click")


def test_a_frame_that_is_removed_while_the_endpoint_fails(widget: EmbeddedWidget, endpoint: Endpoint) -> None:
    """The click of a removed frame stays stored until the next frame delivers it (CONTRACT 5.1)."""
    endpoint.otherwise = lambda received: Answer(503)
    widget.embed()
    widget.start(clock="held")
    widget.driver.execute_script(ASK_TO_BE_REMOVED)
    widget.run_in_the_host("frame.contentWindow.postMessage('click', '*')")
    wait_for(lambda: endpoint.sizes == [1], "the attempt of the removed frame")
    endpoint.otherwise = lambda received: OK
    widget.embed()
    ids = set(widget.stored_ids())
    assert len(ids) == 1
    widget.start()
    widget.wait_until_all_arrived(list(ids))
