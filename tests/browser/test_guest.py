"""A guest in somebody's page leaves no trace in it (CONTRACT 1.1, 7)."""

from __future__ import annotations

import subprocess

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import ROOT, Endpoint
from tests.browser.host import Host
from tests.browser.waiting import wait_for
from tools.node import NODE

# Images because WebKit itself asks for /favicon.ico, and reports the policy's refusal to the page.
STRICT_CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'"

# Whatever an import must not touch throws when it is touched.
TRAPS = """
for (const name of ['window', 'document', 'localStorage', 'sessionStorage', 'navigator', 'fetch', 'addEventListener', 'location']) {
  Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error(`${name} was touched`); } });
}
const before = JSON.stringify([Reflect.ownKeys(globalThis).map(String), Reflect.ownKeys(Array.prototype).map(String)]);
const module = await import(process.argv[1]);
const after = JSON.stringify([Reflect.ownKeys(globalThis).map(String), Reflect.ownKeys(Array.prototype).map(String)]);
if (before !== after) throw new Error('globals changed');
console.log(Object.keys(module).sort().join(' '));
"""


# Node has everything of a browser that a queue needs but these. There is no `dispatchEvent` and no `StorageEvent`: the queue does without.
WAYS = """
const { ClickQueue } = await import(process.argv[1]);
class Shop extends ClickQueue {
  twice(click) { return this.enqueue(click) === this.enqueue(click); }
}
const nothing = () => null;
const localStorage = Object.create({ getItem: nothing, setItem: nothing, removeItem: nothing });
const document = { addEventListener: nothing, removeEventListener: nothing };
const locks = { request: async (name, options, callback) => callback({ name }) };
const page = { ...document, localStorage, document, navigator: { onLine: false, userAgent: '', locks } };
const env = { ...page, Date, Math, JSON, performance, crypto, AbortController, setTimeout, clearTimeout };
const click = { id: 'c', sessionId: 's', questionId: 'q', offerId: 'o', buttonVariantId: 'b' };
const api = { trackClickBatch: nothing };
for (const queue of [new ClickQueue({}, api, env), ClickQueue({}, api, env), new Shop({}, api, env)]) {
  const { enqueue, getSnapshot, subscribe, flush, purge, destroy } = queue;
  enqueue(click);
  flush();
  subscribe(nothing)();
  const { pending } = getSnapshot();
  purge();
  const { dropped } = getSnapshot();
  console.log(queue instanceof ClickQueue, queue instanceof Shop && queue.twice(click), pending, dropped.purged);
  destroy();
}
"""


def test_every_way_to_make_a_queue() -> None:
    """With `new`, without it, and as a class of the host's own; each method also by itself (CONTRACT 1.2, 1.3)."""
    address = (ROOT / "dist" / "clickqueue.js").as_uri()
    command = [str(NODE), "--input-type=module", "--eval", WAYS, address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("true false 1 1\n" * 2 + "true true 1 1\n", "")


@pytest.mark.parametrize(
    ("file", "exports"),
    [
        ("clickqueue.js", "ClickQueue DEFAULTS EMPTY_STATS createWidgetApi postEach"),
        ("use-widget.js", "createUseWidget"),
        ("consent.js", "createConsentGate"),
    ],
)
def test_an_import_touches_nothing(file: str, exports: str) -> None:
    """A server (Node, no window) can import the module, which exports these names and no more (CONTRACT 1.1)."""
    address = (ROOT / "dist" / file).as_uri()
    command = [str(NODE), "--input-type=module", "--eval", TRAPS, address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == exports


def test_the_host_page_is_unmarked(browser: WebDriver, endpoint: Endpoint) -> None:
    """Import, clicks and a delivery change no global, no prototype and no built-in; `for (k in [])` is empty (CONTRACT 7.1)."""
    browser.get(endpoint.page("guest.html"))
    # Not asked through the driver, whose own scripts leave globals behind.
    wait_for(lambda: endpoint.reports, "the guest to have been and gone")
    assert endpoint.reports == [{"changes": [], "enumerable": []}]
    assert endpoint.sizes == [10]


def test_a_strict_content_security_policy(host: Host, endpoint: Endpoint) -> None:
    """Under a policy that allows scripts and requests of its own origin and nothing else, clicks arrive without a violation (CONTRACT 7.1)."""
    endpoint.page_headers = {"Content-Security-Policy": STRICT_CSP}
    host.open("bed.html?strict")
    host.start()
    host.wait_until_all_arrived(host.click(10))
    assert host.driver.execute_script("return violations") == []


def test_a_click_inside_a_shadow_dom(host: Host, endpoint: Endpoint) -> None:
    """A click on a button inside a Shadow DOM arrives like any other, with the fields of CONTRACT 1.5."""
    host.start(clock="held")
    button = host.driver.execute_script("return document.querySelector('#widget').shadowRoot.querySelector('button')")
    button.click()
    host.flush()
    host.wait_until_all_arrived(host.clicked())
    event = endpoint.requests[0].events[0]
    assert {name: event[name] for name in ("sessionId", "questionId", "offerId", "buttonVariantId")} == {
        "sessionId": "session",
        "questionId": "question",
        "offerId": "shadow",
        "buttonVariantId": "a",
    }
    assert event["userAgent"] == host.driver.execute_script("return navigator.userAgent")
    assert isinstance(event["timestamp"], int)
    assert event["id"] == host.clicked()[0]


def test_a_destroyed_queue_is_silent(host: Host, endpoint: Endpoint) -> None:
    """After `destroy()` nothing more is sent or accepted; the stored click waits for the next start (CONTRACT 5.3)."""
    host.start(clock="held")
    ids = host.click(1)
    host.driver.execute_script("bed.queue.destroy()")
    host.go()
    assert host.click(1)[-1] is None
    assert endpoint.requests == []
    assert host.stored_ids() == ids
    host.start()
    host.wait_until_all_arrived(ids)
