"""The snippets for other frameworks: a component shows the snapshot of the queue, and leaves no listener behind."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.snippets import BUNDLES, snippets_of
from tests.browser.waiting import wait_for
from tools import node

EXAMPLES = ROOT / "examples" / "frameworks"
PAGE = ROOT / "docs" / "frameworks.md"
FRAMEWORKS = ["angular", "lit", "preact", "solid", "svelte", "vue"]
BUNDLE = Path(__file__).with_name("frameworks") / "bundle.mjs"
HTML = '<!doctype html><title>shop</title><body></body><script type="module" src="framework-{}.js"></script>'


def open_page(browser: WebDriver, endpoint: Endpoint, name: str) -> None:
    """Bundle the page of a framework and load it."""
    command = [str(node.NODE), str(BUNDLE), name, str(BUNDLES / f"framework-{name}.js")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (BUNDLES / f"framework-{name}.html").write_text(HTML.format(name))
    browser.get(endpoint.url_for(f"/build/docs/framework-{name}.html"))
    wait_for(lambda: browser.execute_script("return Boolean(window.page)"), "the page's own script")


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_component_shows_the_snapshot(browser: WebDriver, endpoint: Endpoint, name: str) -> None:
    """A component shows the pending clicks as they come and go; after it is unmounted the queue has no listener and its click has arrived."""
    open_page(browser, endpoint, name)

    def wait_until_shown(pending: str) -> None:
        wait_for(lambda: browser.find_element("tag name", "output").text == pending, f"{pending} pending")

    wait_until_shown("0")
    browser.execute_script("page.click()")
    wait_until_shown("1")
    browser.execute_script("page.flush()")
    wait_until_shown("0")
    assert endpoint.sizes == [1]
    assert browser.execute_script("return page.listeners()") == 1
    browser.execute_script("page.unmount()")
    wait_for(lambda: browser.execute_script("return page.listeners()") == 0, "the component to unsubscribe")
    browser.get("about:blank")


def test_a_closed_queue_sends_everything(browser: WebDriver, endpoint: Endpoint) -> None:
    """`closeQueue` sends 25 clicks in three batches, then the queue is destroyed."""
    open_page(browser, endpoint, "close")
    wait_for(lambda: browser.execute_script("return page.state()") == "destroyed", "the queue to close")
    assert endpoint.sizes == [10, 10, 5]
    browser.get("about:blank")


def test_every_framework_is_in_the_documents() -> None:
    """docs/frameworks.md shows each file of examples/frameworks as it is, in at most ten lines."""
    shown = {snippet.title: snippet.text for snippet in snippets_of(PAGE)}
    assert shown == {f"examples/frameworks/{path.name}": path.read_text() for path in EXAMPLES.glob("*.ts")}
    assert {Path(title).stem for title in shown} == {"close", "queue", *FRAMEWORKS}
    assert [title for title, text in shown.items() if len([line for line in text.splitlines() if line]) > 10] == []


def test_every_pin_is_named() -> None:
    """The page names the version of each framework that is tested."""
    text = PAGE.read_text()
    manifest = (ROOT / "package.json").read_text()
    names = {"@angular/core": "Angular", "lit": "Lit", "preact": "Preact", "solid-js": "Solid", "svelte": "Svelte", "vue": "Vue"}
    for package, title in names.items():
        found = re.search(rf'"{package}": "(\d+)\.', manifest)
        assert found
        assert f"## {title} {found[1]}\n" in text
