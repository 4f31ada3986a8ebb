"""A Content Security Policy of docs/embedding.md lets the queue work, and a policy or a blocker that forbids its requests costs no click."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import OTHER_BATCH, ROOT, SINGLE, Endpoint
from tests.browser.engines import NO_BLOCKER
from tests.browser.host import Host, leave
from tests.browser.snippets import BUNDLES, snippets_of
from tests.browser.waiting import wait_for
from tools import firefox
from tools.browsers import open_browser

SNIPPETS = {snippet.language: snippet.text for snippet in snippets_of(ROOT / "docs" / "embedding.md")}
Change = Callable[[str, Endpoint], str]
MODULE = "/dist/clickqueue.js"
LOADER = """<script nonce="r4nd0m">
  document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: '/build/docs/widget.js' }))
</script>
"""


def policy() -> str:
    """The policy that the guide shows; the browser reports what it refuses."""
    name, value = SNIPPETS["http"].strip().split(": ", 1)
    assert name == "Content-Security-Policy"
    return f"{value}; report-uri /report"


def write(name: str, text: str) -> None:
    """A file under /build/docs/."""
    BUNDLES.mkdir(parents=True, exist_ok=True)
    (BUNDLES / name).write_text(text)


def as_it_is(page: str, endpoint: Endpoint) -> str:
    """The guide's page, to the letter."""
    return page


def imported_from_another_origin(page: str, endpoint: Endpoint) -> str:
    """The module comes from localhost."""
    endpoint.page_headers["Access-Control-Allow-Origin"] = "*"
    return page.replace(MODULE, f"http://localhost:{endpoint.port}{MODULE}")


def loaded_by_a_script(page: str, endpoint: Endpoint) -> str:
    """A script with the nonce adds the widget's script, which has none: the way of `strict-dynamic`."""
    before, rest = page.split('<script type="module" nonce="r4nd0m">\n')
    write("widget.js", rest.removesuffix("</script>\n"))
    return before + LOADER


def open_page(browser: WebDriver, endpoint: Endpoint, page: str) -> None:
    """Load `page` under the guide's policy."""
    write("policy.html", page)
    endpoint.page_headers["Content-Security-Policy"] = policy()
    browser.get(endpoint.url_for("/build/docs/policy.html"))


@pytest.mark.parametrize("change", [as_it_is, imported_from_another_origin, loaded_by_a_script])
def test_a_policy_with_a_nonce_and_strict_dynamic(browser: WebDriver, endpoint: Endpoint, change: Change) -> None:
    """The guide's page loads the module and delivers a click under the guide's policy, without a violation (CONTRACT 7.1)."""
    open_page(browser, endpoint, change(SNIPPETS["html"], endpoint))
    wait_for(lambda: browser.execute_script("return document.querySelector('#offer').onclick !== null"), "the module")
    browser.find_element("id", "offer").click()
    leave(browser, endpoint)
    wait_for(lambda: len(endpoint.store) == 1, "the click at the endpoint")
    assert endpoint.reports == []


def test_the_policy_refuses_a_script_without_the_nonce(browser: WebDriver, endpoint: Endpoint) -> None:
    """The same page without its nonce is refused its script: the policy of the test above is in force."""
    open_page(browser, endpoint, SNIPPETS["html"].replace(' nonce="r4nd0m"', ""))
    wait_for(lambda: endpoint.reports, "the browser's report")
    assert endpoint.reports[0]["csp-report"]["effective-directive"].startswith("script-src")
    assert browser.execute_script("return document.querySelector('#offer').onclick === null")
    browser.get("about:blank")


def test_a_policy_that_forbids_the_endpoint(host: Host, endpoint: Endpoint) -> None:
    """If `connect-src` lacks the endpoint, requests fail and no click is dropped; a page with a better policy delivers it (CONTRACT 3.5)."""
    endpoint.page_headers = {"Content-Security-Policy": "connect-src 'none'"}
    host.open()
    host.start(clock="held")
    ids = host.click(1)
    host.flush()
    wait_for(lambda: host.snapshot()["failures"] == 1, "the refused request")
    assert host.driver.execute_script("return violations") == ["connect-src"]
    assert (host.snapshot()["pending"], host.drops()) == (1, [])
    endpoint.page_headers = {}
    host.open()
    host.start()
    host.wait_until_all_arrived(ids)


@contextmanager
def blocked(driver: WebDriver, part: str) -> Iterator[None]:
    """Requests whose address contains `part` are refused before they leave the browser, until the block ends."""
    if firefox.is_firefox(driver):
        firefox.block(driver, part)
        try:
            yield
        finally:
            firefox.unblock(driver)
        return
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [f"*{part}*"]})
    try:
        yield
    finally:
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def test_a_blocker(host: Host, endpoint: Endpoint) -> None:
    """A request that a blocker refuses is a path failure: its click is kept, retried, and arrives once the blocker lets it (CONTRACT 3.5)."""
    if not host.can_cut:
        pytest.skip(NO_BLOCKER)
    host.start(clock="held")
    with blocked(host.driver, "/api/track/"):
        ids = host.click(1)
        host.go()
        wait_for(lambda: host.snapshot()["failures"] >= 3, "some retries")
        assert (host.snapshot()["pending"], host.drops(), endpoint.requests) == (1, [], [])
    host.wait_until_all_arrived(ids)


@pytest.fixture
def blocked_host(request: pytest.FixtureRequest, browser_name: str, endpoint: Endpoint, tmp_path: Path) -> Iterator[Host]:
    """A host in a browser that refuses requests to `/api/track/click`; WebKitGTK's does so from its start on."""
    if browser_name != "webkit":
        host = request.getfixturevalue("host")
        with blocked(host.driver, SINGLE):
            yield host
        return
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([{"trigger": {"url-filter": SINGLE}, "action": {"type": "block"}}]))
    with open_browser("webkit", arguments=(f"--content-filter={rules}",)) as driver:
        host = Host(driver, endpoint)
        host.open()
        yield host


def test_an_address_that_is_blocked(blocked_host: Host, endpoint: Endpoint) -> None:
    """A click that a blocker keeps from one address is kept, and arrives from the next page that has another address (CONTRACT 3.5)."""
    blocked_host.start(clock="held")
    ids = blocked_host.click(1)
    blocked_host.go()
    wait_for(lambda: blocked_host.snapshot()["failures"] >= 3, "some retries")
    assert (blocked_host.snapshot()["pending"], blocked_host.drops(), endpoint.requests) == (1, [], [])
    blocked_host.open()
    blocked_host.start(options={"endpoint": OTHER_BATCH.removesuffix("/batch")})
    blocked_host.wait_until_all_arrived(ids)
