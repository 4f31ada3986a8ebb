"""How much of localStorage Chromium loses when its process is killed: `python -m tests.browser.measure_kill [--runs N] [--watch SECONDS]`.

A queue can do nothing about it: `setItem` has returned, and the browser writes to the disk later. The figures stand in
docs/guarantees.md.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import threading
import time
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.endpoint import Endpoint
from tests.browser.killing import kill_browser, read_storage
from tools.browsers import open_browser

WRITE_EVERY_MS = 100
WRITE = f"setInterval(() => localStorage.setItem('probe', 'at' + Date.now()), {WRITE_EVERY_MS})"
READ = "return localStorage.getItem('probe')"


def main() -> None:
    """Print a line for each run, then for the watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="how often a browser is killed")
    parser.add_argument("--watch", type=float, default=180, help="for how many seconds the disk is watched without a kill")
    options = parser.parse_args()
    lost_ms = [measure_kill(random.uniform(2, 15)) for _ in range(options.runs)]
    if lost_ms:
        print(
            f"{options.runs} kills lost {min(lost_ms):.0f} to {max(lost_ms):.0f} ms, median {sorted(lost_ms)[len(lost_ms) // 2]:.0f} ms"
        )
    if options.watch:
        measure_delay(options.watch)


def measure_kill(life_s: float) -> float:
    """The age, when the browser was killed, of the last write that is there after a restart."""
    with Endpoint() as endpoint, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with open_browser("chromium", profile=Path(folder)) as driver:
            _start(driver, endpoint)
            threading.Event().wait(life_s)
            killed_at_ms = time.time() * 1000
            kill_browser(Path(folder))
        with open_browser("chromium", profile=Path(folder)) as driver:
            driver.get(endpoint.page("away.html"))
            last = driver.execute_script(READ)
        endpoint.close()
    lost_ms = killed_at_ms - int(last[2:]) if last else life_s * 1000
    print(
        f"killed after {life_s:4.1f} s: the last {lost_ms:5.0f} ms are lost{'' if last else ', which is everything'}", flush=True
    )
    return lost_ms


def measure_delay(watch_s: float) -> None:
    """When the disk gets what a page writes ten times a second, told without a kill."""
    with Endpoint() as endpoint, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with open_browser("chromium", profile=Path(folder)) as driver:
            _start(driver, endpoint)
            begin_s, newest, worst_ms = time.time(), "", 0.0
            while time.time() < begin_s + watch_s:
                found = max(re.findall(r"at(\d{13})", read_storage(Path(folder)).decode("latin-1")), default="")
                if found != newest:
                    print(
                        f"after {time.time() - begin_s:5.1f} s the disk has what is {time.time() * 1000 - int(found):5.0f} ms old",
                        flush=True,
                    )
                    newest = found
                if newest:
                    worst_ms = max(worst_ms, time.time() * 1000 - int(newest))
                threading.Event().wait(0.05)
            print(f"in {watch_s:.0f} s the disk was at most {worst_ms:.0f} ms behind")
        endpoint.close()


def _start(driver: WebDriver, endpoint: Endpoint) -> None:
    driver.get(endpoint.page("away.html"))
    driver.execute_script(WRITE)


if __name__ == "__main__":
    main()
