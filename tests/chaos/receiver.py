"""A receiver behind the server of a round: all that the round stores is in its SQLite file, in spite of SIGKILL in mid-request.

The server in front draws the faults, so that a round means the same with a receiver as without.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.receiver.bed import BATCH
from tests.receiver.served import Served

# The second request, and then each sixth: also a slow browser sends so many, and a restart takes a second.
KILL_FIRST, KILL_EVERY = 2, 6
TIMEOUT_S = 10  # as long as the client waits


class Receiver:
    """One process at a time, on one port and one file."""

    def __init__(self, served: Served, file: Path) -> None:
        self._served = served
        self._file = file
        self._numbers = itertools.count(1)
        self._restarting = threading.Lock()
        self.is_spared = False

    def store(self, batch: dict[str, Any]) -> dict[str, Any] | None:
        """Its answer to a batch; None where it stored nothing, as far as anybody knows: it was killed, or is not back yet."""
        if not self._is_last():
            return self._post(batch, lambda: None)
        try:
            return self._post(batch, self._served.kill)
        finally:
            self._restart()

    def _post(self, batch: dict[str, Any], then: Callable[[], None]) -> dict[str, Any] | None:
        """Send a batch, do something, and read the answer."""
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self._served.port, timeout=TIMEOUT_S)) as connection:
                connection.request("POST", BATCH, json.dumps(batch), {"Content-Type": "application/json"})
                then()
                answer = connection.getresponse()
                # At the end of a round it is asked to stop, while a last copy of an event may be under way.
                assert answer.status in (200, 503), f"the receiver answered {answer.status} {answer.read()!r}"
                return dict(json.loads(answer.read())) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None

    def _restart(self) -> None:
        """Start it again, and let the lock go."""
        try:
            self._served.kill()  # Where the request failed before.
            self._served.start()
        finally:
            self._restarting.release()

    def _is_last(self) -> bool:
        """Whether it is killed during this request; then the lock is taken."""
        is_wanted = next(self._numbers) % KILL_EVERY == KILL_FIRST and not self.is_spared
        return is_wanted and self._restarting.acquire(blocking=False)

    def stored(self) -> list[str]:
        """The ids in its table, after it was asked to stop."""
        with self._restarting:
            assert self._served.stop() == 0, self._served.log()
        with closing(sqlite3.connect(self._file)) as connection:
            return [event_id for (event_id,) in connection.execute("SELECT id FROM clicks")]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver with an empty table, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="clickqueue-chaos-") as folder:
        file = Path(folder) / "clicks.sqlite3"
        served = Served(Path(folder), "--db", f"sqlite:///{file}", "--log-level", "warning")
        served.start()
        try:
            yield Receiver(served, file)
        finally:
            if served.process and served.process.poll() is None:
                served.kill()
