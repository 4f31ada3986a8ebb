"""Tabs of any browser that WebDriver drives: it can open, load, close and go back, and asks a page by script.

A driver speaks to one window at a time, so a round has it for itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium.common.exceptions import InvalidSessionIdException, NoSuchWindowException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from tests.chaos.tab import Gone, NoAnswer

ABILITIES: frozenset[str] = frozenset()


@contextmanager
def _translated() -> Iterator[None]:
    """A driver's errors as those of a tab."""
    try:
        yield
    except (NoSuchWindowException, InvalidSessionIdException) as error:
        raise Gone(str(error.msg)) from error
    except WebDriverException as error:
        raise NoAnswer(str(error.msg)) from error


class WebDriverTab:
    """A window of a WebDriver session."""

    def __init__(self, driver: WebDriver, handle: str) -> None:
        self._driver = driver
        self._handle = handle

    def load(self, url: str) -> None:
        """Load a page."""
        with self._turned_to():
            self._driver.get(url)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression, by way of JSON: drivers differ in how they serialise objects."""
        with self._turned_to():
            text = self._driver.execute_script(f"return JSON.stringify({expression})")
        return None if text is None else json.loads(text)

    def back(self) -> None:
        """Go back by script: WebKit's own command waits for a load, which a return from the cache is not."""
        self.run("setTimeout(() => history.back()) && null")

    def close(self) -> None:
        """As a visitor closes a tab."""
        with self._turned_to():
            self._driver.close()

    def do(self, ability: str) -> None:
        """WebDriver has none of these."""
        raise ValueError(f"ability is {ability!r}; allowed: none, WebDriver only opens, loads, closes and goes back")

    def ended_ms(self) -> float | None:
        """Unknown: nobody crashes these tabs."""
        return None

    @contextmanager
    def _turned_to(self) -> Iterator[None]:
        with _translated():
            self._driver.switch_to.window(self._handle)
            yield


class WebDriverBrowser:
    """The windows of one round, beside the one that was there before."""

    abilities = ABILITIES

    def __init__(self, driver: WebDriver) -> None:
        self._driver = driver
        self._first = driver.current_window_handle

    def open(self) -> WebDriverTab:
        """A new tab, in front of the others."""
        with _translated():
            self._driver.switch_to.window(self._first)
            self._driver.switch_to.new_window("tab")
            return WebDriverTab(self._driver, self._driver.current_window_handle)

    def close_all(self) -> None:
        """Close all but the first."""
        for handle in self._driver.window_handles:
            if handle != self._first:
                self._driver.switch_to.window(handle)
                self._driver.close()
        self._driver.switch_to.window(self._first)
