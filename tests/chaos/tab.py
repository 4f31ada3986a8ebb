"""One tab of a browser, as the steps of a round need it: `devtools.py` and `webdriver.py` provide it.

A tab answers or raises: `NoAnswer` while its page cannot run a script (between two documents), `Gone` once it has died.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

from tests.browser.waiting import wait_for


class NoAnswer(Exception):
    """The page did not answer this time; a later call may succeed."""


class Gone(Exception):
    """The tab has crashed or was closed."""


class Tab(Protocol):
    """A tab. `run` evaluates a JavaScript expression and returns its value, which has to be JSON.

    `do` carries out an ability that the browser names; `ended_ms` is the wall time at which the tab died, as far as known.
    """

    def load(self, url: str) -> None: ...
    def run(self, expression: str) -> Any: ...
    def back(self) -> None: ...
    def close(self) -> None: ...
    def do(self, ability: str) -> None: ...
    def ended_ms(self) -> float | None: ...


class Browser(Protocol):
    """A browser. `abilities` names the steps that its tabs can `do` beside those that any WebDriver can."""

    abilities: frozenset[str]

    def open(self) -> Tab: ...
    def close_all(self) -> None: ...


def wait_until(tab: Tab, expression: str, what: str) -> None:
    """Return as soon as a JavaScript expression is true in the tab, whichever document is in it by then."""

    def holds() -> bool:
        with suppress(NoAnswer):
            return bool(tab.run(expression))
        return False

    wait_for(holds, what)
