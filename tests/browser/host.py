"""A person at the host's page: opens it, clicks, pulls the plug. Nothing here looks inside the queue but `snapshot`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.waiting import wait_for
from tools.browsers import can_cut, set_network


class Host:
    """One tab with `bed.html` in it."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint) -> None:
        self.driver = driver
        self.endpoint = endpoint
        self.can_cut = can_cut(driver)
        self._is_cut = False

    def open(self, page: str = "bed.html") -> None:
        """Load the page (anew)."""
        self.driver.get(self.endpoint.page(page))
        # WebKit says now and then that a page is loaded while its modules are not.
        wait_for(lambda: self.driver.execute_script("return Boolean(window.bed)"), "the page's own script")

    def start(self, config: dict[str, Any] | None = None, options: dict[str, Any] | None = None, clock: str = "real") -> None:
        """Make the queue. `clock` is the browser's own ('real'), or one that stands ('held') until `go`."""
        self.driver.execute_script("bed.start(...arguments)", config or {}, options or {}, clock)

    def click(self, times: int = 1) -> list[str]:
        """Click offers with a real mouse; the ids that `enqueue` gave, of all clicks since the page was loaded."""
        buttons = self.driver.find_elements("css selector", "body > button")
        for i in range(times):
            buttons[i % len(buttons)].click()
        return self.clicked()

    def clicked(self) -> list[str]:
        """The ids of all clicks since the page was loaded."""
        return list(self.driver.execute_script("return bed.clicked"))

    def flush(self) -> None:
        """The host's wish."""
        self.driver.execute_script("bed.queue.flush()")

    def go(self) -> None:
        """From now on the held clock jumps from deadline to deadline."""
        self.driver.execute_script("bed.clock.isHeld = false")

    def hold(self) -> None:
        """Stop the clock again."""
        self.driver.execute_script("bed.clock.isHeld = true")

    def snapshot(self) -> dict[str, Any]:
        """What the queue says of itself."""
        return dict(self.driver.execute_script("return bed.queue.getSnapshot()"))

    def drops(self) -> list[list[str]]:
        """What `onDrop` was told: [id, reason, detail]."""
        return list(self.driver.execute_script("return bed.drops"))

    def stored_ids(self) -> list[str]:
        """The ids in localStorage, under all keys of the queue."""
        return list(self.driver.execute_script("return bed.storedIds()"))

    def wait_for_state(self, state: str) -> None:
        """Until the queue is in `state`."""
        wait_for(lambda: self.snapshot()["state"] == state, f"the state {state!r}")

    def wait_until_all_arrived(self, ids: list[str]) -> None:
        """Until the server has every one of `ids`, and the queue knows it."""
        wait_for(lambda: set(ids) <= set(self.endpoint.store), "all events at the server")
        wait_for(lambda: self.snapshot()["pending"] == 0, "all events acknowledged")

    def cut_network(self) -> None:
        """For real: in the browser's network stack where DevTools reach it, and at the server's socket.

        Chromium lifts its emulation for a page that is being replaced a moment before the page goes, so that alone it
        would let a last request through.
        """
        self._is_cut = True
        set_network(self.driver, False)
        self.endpoint.cut()

    def mend_network(self) -> None:
        """Undo `cut_network`."""
        if self._is_cut:
            self._is_cut = False
            self.endpoint.mend()
            set_network(self.driver, True)

    def reload_in_vain(self) -> None:
        """A reload without a network: the page goes, an error page comes."""
        with suppress(WebDriverException):
            self.driver.refresh()


def leave(driver: WebDriver, endpoint: Endpoint) -> None:
    """Follow a link to another page of the same site.

    Not to `about:blank`: Firefox then ends the page's process, now and then before the last request has left (docs/embedding.md).
    """
    driver.get(endpoint.page("away.html"))
