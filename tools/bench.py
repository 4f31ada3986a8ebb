"""What a click costs the page: `enqueue`, its write to localStorage included, with few and with many events pending.

Printed for people. Nothing here passes or fails: a time depends on who else is using the machine.
"""

from __future__ import annotations

import argparse
import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from statistics import median, quantiles

from selenium.webdriver.remote.webdriver import WebDriver

from tools import browsers, node

SCRIPT = (node.ROOT / "tools" / "bench.js").read_text()
ASYNC = "const done = arguments[arguments.length - 1]; (async function () { %s }).apply(null, arguments).then(done, (e) => done(String(e)))"
PENDING = (0, 10, 100, 500, 950)


class Quiet(SimpleHTTPRequestHandler):
    """Files, without a word about each."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve() -> Iterator[str]:
    """The project's files over HTTP, since a file: page has no storage; gives the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=node.ROOT))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def measure(driver: WebDriver, pending: int, rounds: int, clicks: int) -> list[float]:
    """Microseconds for one `enqueue`, once for each round."""
    costs = driver.execute_async_script(ASYNC % SCRIPT, pending, rounds, clicks)
    if isinstance(costs, str):
        raise SystemExit(f"The page failed: {costs}")
    return list(map(float, costs))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench", description="Measure what a click costs, in a browser.")
    parser.add_argument("--browser", choices=browsers.NAMES, help="default: the first that this machine has")
    parser.add_argument("--rounds", type=int, default=20, help="queues for each row (20)")
    parser.add_argument("--clicks", type=int, default=50, help="measured clicks in each (50)")
    wish = parser.parse_args(arguments)
    name = browsers.choose(wish.browser)
    medians = {}
    with serve() as origin, browsers.open_browser(name) as driver:
        driver.get(f"{origin}/dist/size.json")
        measure(driver, 10, 5, wish.clicks)  # the engine compiles what runs often
        print(f"{name}: µs for one enqueue, {wish.rounds} rounds of {wish.clicks} clicks\n")
        print(f"{'pending':>8}{'median':>10}{'best':>10}{'worst 10 %':>12}")
        for pending in PENDING:
            costs = measure(driver, pending, wish.rounds, wish.clicks)
            medians[pending] = median(costs)
            print(f"{pending:>8}{medians[pending]:>10.0f}{min(costs):>10.0f}{quantiles(costs, n=10)[-1]:>12.0f}", flush=True)
    print(f"\nWith {PENDING[-1]} pending a click costs {medians[PENDING[-1]] / medians[10]:.2f} times what it costs with 10.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
