"""Runs rounds in a browser that is open: by the DevTools protocol where it has one, else by WebDriver.

Chromium has many rounds side by side, each a browser context; a WebDriver session has one at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver

from tests.chaos.devtools import DevTools, DevToolsBrowser
from tests.chaos.round import Outcome, run_round
from tests.chaos.webdriver import WebDriverBrowser
from tools.browsers import has_devtools, open_browser

LOGS = Path(__file__).resolve().parents[2] / "build" / "chaos"
INSECURE_HOST = "insecure.test"
RESOLVER = f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1"

Runner = Callable[[int], Outcome]
"""Runs the round of a seed."""


@contextmanager
def rounds_in(driver: WebDriver, seconds: float, has_locks: bool = True, has_receiver: bool = False) -> Iterator[Runner]:
    """Rounds in this browser; without locks they need `RESOLVER` among its arguments."""
    host = "127.0.0.1" if has_locks else INSECURE_HOST
    if not has_devtools(driver):
        yield lambda seed: run_round(WebDriverBrowser(driver), seed, seconds, has_locks, host, has_receiver)
        return
    with closing(DevTools(driver)) as devtools:
        yield lambda seed: run_round(DevToolsBrowser(devtools), seed, seconds, has_locks, host, has_receiver)


@contextmanager
def open_runner(name: str, seconds: float, has_locks: bool, has_receiver: bool) -> Iterator[Runner]:
    """A runner that any number of threads may call: with one Chromium, or with a browser for each round."""
    if name == "chromium":
        with open_browser(name, arguments=(RESOLVER,)) as driver, rounds_in(driver, seconds, has_locks, has_receiver) as run:
            yield run
        return

    def run_alone(seed: int) -> Outcome:
        with open_browser(name) as driver, rounds_in(driver, seconds, has_locks, has_receiver) as run:
            return run(seed)

    yield run_alone


def write_log(outcome: Outcome) -> Path:
    """Keep everything that is known of a round."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{outcome.log.seed}.json"
    path.write_text(json.dumps({"findings": [list(each) for each in outcome.findings], **outcome.log.as_json()}, indent=1))
    return path
