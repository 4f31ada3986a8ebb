"""Every endpoint gets the same load by turns, in several rounds, so that another process on the machine slows all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.receiver.postgres import Postgres, free_port
from tests.receiver.served import ROOT, environment, served
from tests.receiver.waiting import wait_until

CONNECTIONS = (1, 8, 64)
PLAIN, RECEIVER = "plain", "receiver"
# Who answers, and how many events a request has.
SUBJECTS = ((PLAIN, 1), (RECEIVER, 1), (RECEIVER, 10))
DATABASES = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Point:
    """The subject of one row of the table. `rate` is in events per second; 0 is a closed load."""

    database: str
    rate: int
    connections: int
    subject: str
    size: int


@dataclass
class Result:
    """All rounds of one point."""

    events: int = 0
    seconds: float = 0
    failed: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    client_cpu_s: float = 0
    endpoint_cpu_s: float = 0

    def per_second(self) -> float:
        """Events per second that were acknowledged."""
        return self.events / self.seconds

    def cpu_us(self) -> float:
        """CPU time of the endpoint for each event, its database not included; 0 where it is not known."""
        return self.endpoint_cpu_s / self.events * 1e6 if self.events else 0

    def client_share(self) -> float:
        """How much of one core the client used; near 1 it is the client that limits."""
        return self.client_cpu_s / self.seconds

    def quantile_ms(self, share: float) -> float:
        """The latency of a request that this share of all stays below."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def points(rate: int) -> list[Point]:
    """All that is measured; neighbours are those that are compared."""
    return [
        Point(database, per_second, connections, subject, size)
        for database in DATABASES
        for per_second in (0, rate)
        for connections in CONNECTIONS
        for subject, size in SUBJECTS
    ]


@dataclass(frozen=True)
class Endpoint:
    """A process that takes events."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """CPU time that it has used so far; 0 on systems without /proc."""
        file = Path(f"/proc/{self.pid}/stat")
        if not file.exists():
            return 0
        # The fields behind the name, which may have spaces; the 12th and 13th are the ticks in user mode and in the kernel.
        ticks = file.read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def plain(folder: Path, url: str) -> Iterator[Endpoint]:
    """The plain handler in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tools.bench_receiver.plain", "--db", url, "--port", str(port)]
    with (folder / f"plain-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment())
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, "the plain handler answers")
        yield Endpoint(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    """Whether there is any answer, a 404 included."""
    try:
        urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except URLError as error:
        return hasattr(error, "code")
    return True


@contextmanager
def receiver(folder: Path, url: str) -> Iterator[Endpoint]:
    """The receiver in a process of its own."""
    with served(folder, "--db", url) as started:
        assert started.process
        yield Endpoint(started.port, started.process.pid)


@contextmanager
def endpoints(folder: Path) -> Iterator[dict[tuple[str, str], Endpoint]]:
    """Two endpoints for each database, each with a table of its own."""
    server = Postgres(folder / "postgres")
    with ExitStack() as stack:
        server.start()
        stack.callback(server.stop)
        started = {}
        for subject, start in ((PLAIN, plain), (RECEIVER, receiver)):
            server.query(f"CREATE DATABASE {subject}")
            urls = (f"sqlite:///{folder / subject}.sqlite3", server.url.removesuffix("postgres") + subject)
            for database, url in zip(DATABASES, urls, strict=True):
                started[database, subject] = stack.enter_context(start(folder, url))
        yield started


def measure(endpoint: Endpoint, point: Point, seconds: float, prefix: str) -> dict[str, object]:
    """One round of one point. Raises CalledProcessError where the endpoint closes a connection."""
    job: dict[str, float | str] = {"port": endpoint.port, "connections": point.connections, "size": point.size}
    job |= {"per_second": point.rate / point.size, "seconds": seconds, "prefix": prefix}
    command = [sys.executable, "-m", "tools.bench_receiver.client", json.dumps(job)]
    before_s = endpoint.cpu_s()
    result: dict[str, object] = json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)
    return result | {"endpoint_cpu_s": endpoint.cpu_s() - before_s}


def measure_by_turns(folder: Path, rate: int, seconds: float, rounds: int) -> dict[Point, Result]:
    """The results of every point, in the order of the table."""
    results = {point: Result() for point in points(rate)}
    with endpoints(folder) as started:
        for number in range(rounds):
            for order, (point, result) in enumerate(results.items()):
                print(f"\rround {number + 1} of {rounds}, point {order + 1} of {len(results)}   ", end="", file=sys.stderr)
                endpoint = started[point.database, point.subject]
                add(result, measure(endpoint, point, seconds / rounds, f"{number}-{order}"))
    print(file=sys.stderr)
    return results


def add(result: Result, measured: dict[str, object]) -> None:
    """Add one round."""
    for name, value in measured.items():
        setattr(result, name, getattr(result, name) + value)
