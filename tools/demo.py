"""Serve the demo; with `--play`, drive it through six scenarios in a headless browser.

Invariant: only the server's store counts. The exit code is 1 when an event that was clicked is not in it.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver.remote.webdriver import WebDriver
from sqlalchemy.exc import DBAPIError

from examples.server import ROOT, Demo, serve
from tools.browsers import NAMES, NoBrowser, can_cut, choose, open_browser, set_network

OUT = ROOT / "build" / "demo"
PORT = 8765  # the same each time, so that an open page finds the server that was stopped and started
LATENCY_MS = 400  # without a delay nobody could see the request
PICTURE_SIZE = (1280, 1250)  # of the window: the picture ends below the queue; docs/demo.png is a copy of it
PATIENCE_S = 20  # the longest wait of the play is the timer of 5 s

FIND_OFFERS = "return [...document.querySelector('#widget').shadowRoot.querySelectorAll('button')]"
READ_KEY = "return JSON.parse(localStorage.getItem('srv_click_queue') || '[]').length"


@dataclass
class Row:
    """One scenario, as it is printed."""

    scenario: str
    clicked: int
    requested: str
    stored: int
    received: int
    is_right: bool


class Play:
    """A person at the demo page: clicks, reads, and takes a picture."""

    def __init__(self, driver: WebDriver, demo: Demo, picture: Path) -> None:
        self.driver, self.demo, self.picture = driver, demo, picture
        self.rows: list[Row] = []

    def run(self) -> None:
        """The six scenarios, in their order."""
        self.rapid()
        self.single()
        self.cut()
        self.mend()
        self.fail()
        self.recover()

    def rapid(self) -> None:
        """Ten rapid clicks make one request."""
        before = self._begin(10)
        self.wait_for(lambda: self._received() >= before.received + 10)
        sizes = self._sizes(before)
        self._note("1  ten rapid clicks", before, 10, sizes == [10])

    def single(self) -> None:
        """One click is sent when the timer fires."""
        started_s = time.monotonic()
        before = self._begin(1)
        self.wait_for(lambda: self._received() > before.received)
        waited_s = time.monotonic() - started_s
        self._note(f"2  one click, sent after {waited_s:.1f} s", before, 1, self._sizes(before) == [1])

    def cut(self) -> None:
        """While the network is cut, nothing is sent and everything is kept."""
        self._set_network(False)
        before = self._begin(4)
        self.wait_for(lambda: self._stored() == 4)
        self._note("3  network cut, four clicks", before, 4, self._sizes(before) == [])

    def mend(self) -> None:
        """The network is back: the kept events arrive without a click."""
        before = self._begin(0)
        self._set_network(True)
        self.wait_for(lambda: self._received() >= before.received + 4)
        self._note("4  network back", before, 0, self._sizes(before) == [4])

    def fail(self) -> None:
        """While the server fails, everything is kept; the picture is taken before the third try."""
        self.demo.answer = "500"
        before = self._begin(7)
        self.wait_for(lambda: self._failures() == 2)
        self._take_picture()
        self._note("5  server fails, seven clicks", before, 7, set(self._sizes(before)) == {7})

    def recover(self) -> None:
        """The server answers again: the next try delivers everything."""
        before = self._begin(0)
        self.demo.answer = "ok"
        self.wait_for(lambda: self._received() >= before.received + 7)
        self._note("6  server answers again", before, 0, set(self._sizes(before)) == {7})

    def missing(self) -> set[str]:
        """The ids of events that were clicked and are not in the server's store."""
        clicked = set(self.driver.execute_script("return demo.clicked"))
        return clicked - {event["id"] for event in self.demo.state()["events"]}

    def _begin(self, clicks: int) -> _Mark:
        state = self.demo.state()
        mark = _Mark(requests=state["received"], received=state["stored"])
        offers = self.driver.execute_script(FIND_OFFERS)
        for i in range(clicks):
            offers[i % len(offers)].click()
        return mark

    def _note(self, scenario: str, before: _Mark, clicked: int, is_right: bool) -> None:
        is_kept = self._stored() > 0
        if not is_kept:
            self.wait_for(lambda: self._stored() == 0)
        sizes = self._sizes(before)
        requested = f"{len(sizes)} ({' + '.join(map(str, sizes))} event{'' if sizes == [1] else 's'})" if sizes else "0"
        received = self._received() - before.received
        self.rows.append(Row(scenario, clicked, requested, self._stored(), received, is_right))

    def _sizes(self, before: _Mark) -> list[int]:
        return [len(r["ids"]) for r in self.demo.state()["requests"] if r["number"] > before.requests]

    def _received(self) -> int:
        """The number of stored events; -1 while a request is open, since only an acknowledged event has left the queue."""
        state = self.demo.state()
        is_open = any(request["status"] == "open" for request in state["requests"])
        in_flight = self.driver.execute_script("return demo.queue.getSnapshot().inFlight")
        return -1 if is_open or in_flight else int(state["stored"])

    def _failures(self) -> int:
        return int(self.driver.execute_script("return demo.queue.getSnapshot().failures"))

    def _take_picture(self) -> None:
        """Wait for the last chip to land."""
        landed = "return document.querySelectorAll('[data-lane=received] .chip:not(.more)').length >= demo.server.stored"
        still = "return document.getAnimations().every((a) => a.playState !== 'running' || !(a.effect.target.matches('.chip')))"
        self.wait_for(lambda: bool(self.driver.execute_script(landed)) and bool(self.driver.execute_script(still)))
        self.driver.save_screenshot(str(self.picture))

    def _stored(self) -> int:
        return int(self.driver.execute_script(READ_KEY))

    def _set_network(self, is_up: bool) -> None:
        """Cut the network itself where the browser allows it, else use the page's own switch."""
        if can_cut(self.driver):
            set_network(self.driver, is_up)
        else:
            self.driver.find_element("id", "network").click()

    def wait_for(self, condition: Callable[[], bool]) -> bool:
        """Wait until `condition` is true, at most `PATIENCE_S`; returns whether it is. The table then shows the fault."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline_s:
                return False
            threading.Event().wait(0.05)
        return True


@dataclass
class _Mark:
    requests: int
    received: int


def play(browser: str | None, database: Path) -> int:
    """Drive the page, print the table, save the picture; the exit code."""
    OUT.mkdir(parents=True, exist_ok=True)
    picture = OUT / "demo.png"
    demo = Demo(database, LATENCY_MS)
    with serve(demo) as url, open_browser(choose(browser), size=PICTURE_SIZE, arguments=("--hide-scrollbars",)) as driver:
        driver.get(url)
        scene = Play(driver, demo, picture)
        if not scene.wait_for(lambda: bool(driver.execute_script("return Boolean(window.demo && demo.server.isLoaded)"))):
            print(f"The page at {url} did not start. Open it in a browser and read the console.", file=sys.stderr)
            return 1
        scene.run()
        missing = scene.missing()
        print(table(scene.rows))
        clicked = len(driver.execute_script("return demo.clicked"))
    print(f"\n{clicked} clicks were made, {clicked - len(missing)} are in the server's store. The picture is {picture}.")
    if missing:
        print(f"Missing: {', '.join(sorted(missing))}", file=sys.stderr)
    return 1 if missing or clicked == 0 or not all(row.is_right for row in scene.rows) else 0


def table(rows: list[Row]) -> str:
    """The rows as a table: clicks, requests, stored and received events."""
    head = ("scenario", "clicked", "requests", "kept in localStorage", "received", "")
    lines = [head] + [
        (r.scenario, str(r.clicked), r.requested, str(r.stored), str(r.received), "ok" if r.is_right else "WRONG") for r in rows
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([text[0], "─" * len(text[0]), *text[1:]])


class BadPort(Exception):
    """The port cannot be used; the text contains the remedy."""


def choose_port(wanted: int | None) -> int:
    """The wanted port. Without one it is `PORT`, or 0 (any free port) where that is in use. Raises BadPort."""
    if wanted is None and not is_free(PORT):
        print(f"Port {PORT} is in use; using a free port. Choose one with --port.")
        return 0
    if wanted is not None and not (wanted in range(65_536) and is_free(wanted)):
        allowed = "a port from 0 to 65535 where nobody else listens"
        raise BadPort(f"--port is {wanted}; allowed is {allowed}: choose another, or leave it out.")
    return PORT if wanted is None else wanted


def is_free(port: int) -> bool:
    """Whether a server can listen there."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def stay(database: Path, port: int) -> int:
    """Serve until Ctrl+C."""
    demo = Demo(database, LATENCY_MS)
    with serve(demo, port) as url:
        print(f"Open {url} in a browser. Press Ctrl+C to stop the server.")
        print(f"Events are stored in {database}, in the table `clicks` of clickqueue_receiver.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
    return 0


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--play", action="store_true", help="drive six scenarios in a headless browser, and save a picture")
    parser.add_argument("--browser", choices=NAMES, help="the browser of --play; default: the first that is installed")
    parser.add_argument("--database", type=Path, help="an SQLite file; default: build/demo/clicks.sqlite3, with --play a new one")
    parser.add_argument("--port", type=int, help=f"default: {PORT}, or a free one if that is in use")
    options = parser.parse_args(arguments)
    try:
        if not options.play:
            return stay(options.database or OUT / "clicks.sqlite3", choose_port(options.port))
        with tempfile.TemporaryDirectory(prefix="clickqueue-demo-") as folder:
            return play(options.browser, options.database or Path(folder) / "clicks.sqlite3")
    except DBAPIError as error:
        print(f"--database is {options.database or OUT}; allowed is an SQLite file, or a new one: {error.orig}", file=sys.stderr)
        return 2
    except (NoBrowser, BadPort) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
