"""Several tabs of one origin, side by side in one browser, and all that can happen to one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.host import Host
from tests.browser.waiting import wait_for
from tools.browsers import crash_tab

QUICK = {"maxBatchDelay": 50, "initialRetryDelay": 50, "maxRetryDelay": 200, "maxRetries": 1000}
"""So that an outage costs a test no minutes."""


class Window:
    """A driver that turns to one window before each word."""

    def __init__(self, driver: WebDriver, handle: str) -> None:
        self._driver = driver
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        self._driver.switch_to.window(self._handle)
        return getattr(self._driver, name)


class Visitor(Host):
    """One tab with `visitor.html` in it."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint, handle: str) -> None:
        super().__init__(Window(driver, handle), endpoint)  # type: ignore[arg-type]
        self._browser = driver
        self._handle = handle

    def open(self, page: str = "visitor.html") -> None:
        """Load the page (anew)."""
        super().open(page)

    def begin(self, config: dict[str, Any] | None = None, options: dict[str, Any] | None = None, clock: str = "real") -> None:
        """Make a quick queue, and wait until it knows its role."""
        before = self._locks_asked()
        self.start({**QUICK, **(config or {})}, options, clock)
        wait_for(lambda: self._locks_asked() >= before + 2, "a lock for the tab's own journal, and one for the main key")

    def run(self, name: str) -> None:
        """Click without a pause, as `name-0`, `name-1`, … until the page is gone or `stop`."""
        self.ask(f"void bed.run('{name}')")

    def stop(self) -> None:
        """Click no more."""
        self.ask("bed.isRunning = false")

    def ask(self, script: str) -> Any:
        """What JavaScript gives; a promise is waited for."""
        return self.driver.execute_script(script)

    def enqueue(self, *ids: str, size: int = 100) -> None:
        """Click, with ids of our own."""
        for each in ids:
            assert self.ask(f"return bed.enqueue('{each}', {size})") == each

    def keys(self) -> list[str]:
        """The queue's keys in this origin's storage."""
        return list(self.ask("return bed.keys()"))

    def locks(self) -> dict[str, list[str]]:
        """The origin's locks, of all its tabs."""
        return dict(self.ask("return bed.locks()"))

    def crash(self) -> None:
        """End the page's process as a bug of the browser would."""
        self._browser.switch_to.window(self._handle)
        crash_tab(self._browser)

    def close(self) -> None:
        """As a visitor closes a tab."""
        self.driver.close()

    def reload(self) -> None:
        """The browser's button for that."""
        self.driver.refresh()

    def leave(self) -> None:
        """Follow a link."""
        self.driver.get(self.endpoint.page("away.html"))

    def return_to_queue(self) -> None:
        """The browser's back button. A page that was not in the cache is loaded anew, and makes a new queue as a host's page does."""
        if not self.come_back():
            self.begin(clock="held")

    def come_back(self) -> bool:
        """The browser's back button; whether the page came from the back/forward cache."""
        self.driver.back()
        wait_for(lambda: self.ask("return Boolean(window.bed && bed.returns && bed.returns.length)"), "the page to show")
        return bool(self.ask("return bed.returns.at(-1)"))

    def _locks_asked(self) -> int:
        return int(self.ask("return bed.askedLocks()"))


class Visitors:
    """The tabs of one test."""

    def __init__(self, driver: WebDriver, endpoint: Endpoint) -> None:
        self._driver = driver
        self._endpoint = endpoint

    def open(self, page: str = "visitor.html") -> Visitor:
        """A new tab with the page in it, and no queue yet."""
        self._driver.switch_to.new_window("tab")
        visitor = Visitor(self._driver, self._endpoint, self._driver.current_window_handle)
        visitor.open(page)
        return visitor


@contextmanager
def open_visitors(driver: WebDriver, endpoint: Endpoint) -> Iterator[Visitors]:
    """Tabs until the block ends; then the one that was there before is in front again."""
    first = driver.current_window_handle
    try:
        yield Visitors(driver, endpoint)
    finally:
        for handle in driver.window_handles:
            if handle != first:
                driver.switch_to.window(handle)
                driver.close()
        driver.switch_to.window(first)


def sent_twice(endpoint: Endpoint) -> Counter[str]:
    """How many events came although the store had them, by the visitor who clicked them."""
    return Counter(each.rsplit("-", 1)[0] for each in endpoint.repeated)
