"""The time that a click takes in the page: `enqueue` with its write to localStorage, and the answer that removes a batch.

The output is for people. Nothing here passes or fails, since a time depends on the load of the machine. The rows that are
compared are measured by turns, so that a disturbance affects all of them.
"""

from __future__ import annotations

import argparse
import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

from selenium.webdriver.remote.webdriver import WebDriver

from tools import browsers, cliffs, node
from tools.bench_receiver import main as receiver

SCRIPT = (node.ROOT / "tools" / "bench.js").read_text()
ASYNC = "const done = arguments[arguments.length - 1]; (async function () { %s }).apply(null, arguments).then(done, (e) => done(String(e)))"
PENDING = (10, 50, 100, 500, 1000)
QUEUES = 10
"""Queues side by side, each with so many pending events: 10,000 events of 250 bytes are half of what an origin may store."""
DEEDS = ("write", "accept", "acknowledge")

Costs = dict[str, float]


class Files(SimpleHTTPRequestHandler):
    """Serves files without a log, to a page that is alone in its process: its clock then ticks every 5 µs, else every 100."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve() -> Iterator[str]:
    """Serve the project's files over HTTP, since a file: page has no storage; returns the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=node.ROOT))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def measure(driver: WebDriver, pending: int) -> Costs:
    """Microseconds of each operation."""
    costs = driver.execute_async_script(ASYNC % SCRIPT, pending, QUEUES)
    if isinstance(costs, str):
        raise SystemExit(f"The page failed: {costs}")
    return {deed: float(costs[deed]) for deed in DEEDS}


def measure_by_turns(driver: WebDriver, rounds: int) -> dict[int, list[Costs]]:
    """The costs of every round for each number of pending events."""
    rows: dict[int, list[Costs]] = {pending: [] for pending in PENDING}
    for number in range(rounds):
        for pending, costs in rows.items():
            print(f"\rround {number + 1} of {rounds}, {pending} pending   ", end="", file=sys.stderr, flush=True)
            costs.append(measure(driver, pending))
    print(file=sys.stderr)
    return rows


def show(rows: dict[int, list[Costs]]) -> str:
    """Medians, and how the last row compares with the first."""
    medians = {pending: {deed: median(each[deed] for each in costs) for deed in DEEDS} for pending, costs in rows.items()}
    lines = [f"{'pending':>8}" + "".join(f"{deed:>13}" for deed in DEEDS)]
    lines += [f"{pending:>8}" + "".join(f"{costs[deed]:>13.0f}" for deed in DEEDS) for pending, costs in medians.items()]
    few, many = PENDING[0], PENDING[-1]
    ratios = (f"{deed} {medians[many][deed] / medians[few][deed]:.2f}" for deed in DEEDS[1:])
    return "\n".join([*lines, "", f"Time with {many} pending, divided by the time with {few}: {', '.join(ratios)}."])


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["receiver"]:
        return receiver.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="bench", description="Measure the time that a click takes, in a browser.")
    parser.add_argument("--browser", choices=browsers.NAMES, help="default: the first that is installed")
    parser.add_argument("--rounds", type=int, default=20, help="measurements for each row (20)")
    wish = parser.parse_args(arguments)
    name = browsers.choose(wish.browser)
    with serve() as origin, browsers.open_browser(name) as driver:
        driver.set_script_timeout(120)
        driver.get(f"{origin}/dist/size.json")
        measure(driver, 100)  # the engine compiles what runs often
        rows = measure_by_turns(driver, wish.rounds)
        cliffs_text = cliffs.show(driver)
    print(f"{name}: median µs of {wish.rounds} rounds for one setItem of one event, one click, and the answer to one batch\n")
    print(show(rows))
    print(f"\nRatios of two times of this run, one for each situation:\n\n{cliffs_text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
