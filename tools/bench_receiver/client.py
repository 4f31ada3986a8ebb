"""A process that only posts, and so is not what limits a measurement. It reads one job as JSON and prints one result.

Closed: each connection posts again as soon as it has its answer. Open: requests arrive at a fixed rate whatever the answers
do, and a latency counts from the moment at which a request should have left. A slow answer so delays those behind it, as it does for visitors.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any, cast

import uvloop

HEAD = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
EVENT = (
    '{"id":"%s-%d","sessionId":"s-%d","questionId":"q-1","offerId":"o-7","buttonVariantId":"blue",'
    '"timestamp":1767225600000,"userAgent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}'
)
SINGLE, BATCH = b"/api/track/click", b"/api/track/click/batch"


class Connection(asyncio.Protocol):
    """One connection that is kept alive: one request, then its answer."""

    _transport: asyncio.Transport
    _answered: asyncio.Future[int]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        # uvloop's class is like asyncio's, and no kind of it.
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def post(self, request: bytes) -> asyncio.Future[int]:
        """Send a request; the future gives the status of its answer."""
        self._received = b""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        """Part of an answer, usually all of it."""
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self._received, 0, end)
        if len(self._received) >= end + 4 + (int(length[1]) if length else 0):
            self._answered.set_result(int(self._received[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is lost: a pending answer will not come."""
        answered = getattr(self, "_answered", None)
        if answered and not answered.done():
            answered.set_exception(exc or ConnectionError("closed before the answer"))

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


def requests(prefix: str, size: int) -> Iterator[bytes]:
    """Requests without end, each with events of ids that are new."""
    number = 0
    while True:
        events = [EVENT % (prefix, each, each % 1000) for each in range(number, number + size)]
        number += size
        body = events[0] if size == 1 else f'{{"events":[{",".join(events)}],"batchId":"{prefix}","timestamp":1767225605000}}'
        yield HEAD % (SINGLE if size == 1 else BATCH, len(body)) + body.encode()


class Job:
    """One measurement."""

    def __init__(self, port: int, connections: int, size: int, per_second: float, seconds: float, prefix: str) -> None:
        self._port = port
        self._connections = connections
        self._seconds = seconds
        self._interval_s = 1 / per_second if per_second else 0.0
        self._requests = requests(prefix, size)
        self._size = size
        self._arrivals = 0
        self._latencies_ms: list[float] = []
        self._failed = 0

    async def run(self) -> dict[str, Any]:
        """Open the connections, post from all of them, and return `{events, seconds, failed, latencies_ms, client_cpu_s}`."""
        loop = asyncio.get_running_loop()
        opened = [await loop.create_connection(Connection, "127.0.0.1", self._port) for _ in range(self._connections)]
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        work = self._post_at_rate if self._interval_s else self._post_at_once
        await asyncio.gather(*(work(connection, start_s) for _, connection in opened))
        took_s, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
        for _, connection in opened:
            connection.close()
        counted = {"events": len(self._latencies_ms) * self._size, "failed": self._failed, "latencies_ms": self._latencies_ms}
        return counted | {"seconds": took_s, "client_cpu_s": cpu_s}

    async def _post_at_once(self, connection: Connection, start_s: float) -> None:
        while (now_s := time.perf_counter()) < start_s + self._seconds:
            await self._post(connection, now_s)

    async def _post_at_rate(self, connection: Connection, start_s: float) -> None:
        """Take the next arrival that no other connection has; it may be due, or overdue."""
        while True:
            due_s = start_s + self._arrivals * self._interval_s
            # An overloaded endpoint never catches up: as long again is enough to see that.
            if due_s >= start_s + self._seconds or time.perf_counter() > start_s + 2 * self._seconds:
                return
            self._arrivals += 1
            await asyncio.sleep(max(due_s - time.perf_counter(), 0))
            await self._post(connection, due_s)

    async def _post(self, connection: Connection, since_s: float) -> None:
        status = await connection.post(next(self._requests))
        if status in (200, 204):
            self._latencies_ms.append((time.perf_counter() - since_s) * 1000)
        else:
            self._failed += 1


if __name__ == "__main__":
    # Buffered even with PYTHONUNBUFFERED: an unbuffered write to a pipe may write only part of a long result.
    with open(sys.stdout.fileno(), "w", closefd=False) as output:
        json.dump(uvloop.run(Job(**json.loads(sys.argv[1])).run()), output)
