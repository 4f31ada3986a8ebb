"""A receiver as people run it: a process of its own, on a free port of 127.0.0.1, stopped by its own handle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

from tests.receiver.bed import BATCH, batch
from tests.receiver.waiting import wait_until

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "clickqueue_receiver.main")
ADDRESS = re.compile(r"serves http://127\.0\.0\.1:(\d+)/")


def environment() -> dict[str, str]:
    """The environment, with src/ known to Python and no setting of the receiver."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLICKQUEUE_")}
    return kept | {"PYTHONPATH": str(ROOT / "src")}


class Served:
    """One receiver. After `kill` or `stop` it can be started again, on the same port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._log = folder / f"receiver-{id(self)}.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers, whatever it answers."""
        before = len(self.log())
        with self._log.open("ab") as log:
            command = [*COMMAND, "--port", str(self.port), *self._options]
            self.process = started = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, env=environment())
        wait_until(lambda: ADDRESS.search(self.log()[before:]) or started.poll() is not None, "it says its address")
        found = ADDRESS.search(self.log()[before:])
        assert found, self.log()
        self.port = int(found[1])
        wait_until(lambda: self.health() != 0, f"the receiver answers; its log: {self.log()}")

    def health(self) -> int:
        """The status of /healthz, or 0 without an answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=10) as answer:
                return int(answer.status)
        except URLError as error:
            return int(getattr(error, "code", 0))
        except OSError:
            return 0

    def log(self) -> str:
        """All that it has printed."""
        return self._log.read_text() if self._log.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, as by a machine that loses its power."""
        self.signal(signal.SIGKILL)
        assert self.process
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """A receiver that runs until the block ends."""
    receiver = Served(folder, *options)
    try:
        receiver.start()
        yield receiver
    finally:
        if receiver.process and receiver.process.poll() is None:
            receiver.kill()


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[Any]:
    """One command of `clickqueue-receiver`, to its end."""
    return subprocess.run([*COMMAND, *arguments], cwd=folder, env=environment() | variables, capture_output=True, timeout=60)


def post_batch(address: str, *events: Any) -> None:
    """Send events as a visitor's browser does, and assert that they are taken."""
    request = urllib.request.Request(address + BATCH, batch(*events), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
