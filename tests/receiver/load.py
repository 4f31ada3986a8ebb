"""Clients that post batches from many connections, like a fleet of queues: what is not acknowledged is sent again, by the same id."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from types import TracebackType

from tests.receiver.bed import BATCH, batch, event
from tests.receiver.waiting import wait_until

# A queue waits for seconds; these want to be back as soon as the receiver is.
PAUSE_S = 0.05
TIMEOUT_S = 10


class Load:
    """Posts batches until the block ends. `acknowledged` are the ids that a 200 stood for, `sent` all that ever left."""

    def __init__(self, port: int, connections: int = 8, size: int = 10) -> None:
        self._port = port
        self._size = size
        self._numbers = itertools.count()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._post) for _ in range(connections)]
        self.acknowledged: set[str] = set()
        self.sent: set[str] = set()
        self.statuses: list[int] = []
        self.failures = 0

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more events are acknowledged."""
        wanted = len(self.acknowledged) + more
        wait_until(
            lambda: len(self.acknowledged) >= wanted, f"{more} more events are acknowledged; so far {self.statuses[-20:]}", 60
        )

    def _post(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        while not self._is_over.is_set():
            events = [event(id=f"load-{next(self._numbers)}") for _ in range(self._size)]
            self.sent.update(each["id"] for each in events)
            # A batch is offered until it is taken, or the block ends.
            while not self._is_taken(connection, events) and not self._is_over.wait(PAUSE_S):
                connection.close()
        connection.close()

    def _is_taken(self, connection: http.client.HTTPConnection, events: list[dict[str, object]]) -> bool:
        try:
            connection.request("POST", BATCH, batch(*events), {"content-type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.failures += 1
            return False
        self.statuses.append(answer.status)
        if answer.status != 200:
            return False
        counts = json.loads(body)
        assert counts["accepted"] + counts["duplicates"] == len(events), body
        self.acknowledged.update(str(each["id"]) for each in events)
        return True
