"""When a batch goes out, and what becomes of its events. Everything that decides either lives here (CONTRACT 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.journal import Journal
    from clickqueue.ports import Api, Env
    from clickqueue.stats import Stats

from clickqueue.event import count_retry
from clickqueue.gate import Gate
from clickqueue.line import MAX_BODY_BYTES, Batch, Line
from clickqueue.runtime import attempt
from clickqueue.state import state_of
from clickqueue.verdict import Failure, Receipt


# Later than any time that a page lives to see.
NEVER_MS = 1000000000000000


class Sender:
    """The line of events, the gate before it, and the api behind it. `rest` is called whenever an answer is dealt with."""

    def __init__(self, env: Env, config: dict[str, Any], api: Api, journal: Journal, stats: Stats) -> None:
        self._env = env
        self._config = config
        self._api = api
        self._journal = journal
        self._stats = stats
        self.line = Line(env.ids, config["maxBatchSize"])
        self.gate = Gate(env, config)
        self.rest: Callable[[], None] = lambda: None
        # What is unsent goes as soon as the path allows, full batch or not (CONTRACT 3.9).
        self._is_flushing = False

    # -- when

    def flush(self) -> None:
        """Send everything, batch after batch, whatever the path was like."""
        self.gate.open()
        self._is_flushing = len(self.line.unsent) > 0

    def wake_at_ms(self) -> float | None:
        """When there is something to do next; None where only an event or an answer can change that."""
        line = self.line
        gate = self.gate
        if len(line.flying()) > 0 or (line.waiting() is None and len(line.unsent) == 0):
            return None
        if not self._env.network.is_online():
            return gate.probe_at_ms()
        if gate.is_parked():
            # Only events that came since count here: the others have already been waited for in vain.
            since_ms = gate.failed_at_ms + self._config["maxBatchDelay"]
            wake_at_ms = self._due_at_ms(since_ms, gate.retry_at_ms)
        else:
            wake_at_ms = max(gate.retry_at_ms, 0 if line.waiting() is not None else self._due_at_ms(-1, NEVER_MS))
        return max(wake_at_ms, gate.hold_until_ms)

    def _due_at_ms(self, since_ms: float, latest_ms: float) -> float:
        """When the events due after `since_ms` make a batch: at once when they fill one, else with the first of them."""
        if self._is_flushing:
            return 0
        fresh = 0
        due_at_ms = latest_ms
        for record in self.line.unsent:
            if record.due_at_ms > since_ms:
                due_at_ms = min(due_at_ms, record.due_at_ms)
                # What was sent before comes back by time alone, or a server that refuses it would be hammered.
                fresh += 0 if record.was_sent else 1
        return 0 if fresh >= self._config["maxBatchSize"] else due_at_ms

    def state(self, is_destroyed: bool) -> str:
        gate = self.gate
        return state_of(is_destroyed, self.line.in_flight(), self._journal.count, gate.failures, gate.is_parked())

    # -- out

    def send_next(self) -> None:
        """Send the batch whose turn it is."""
        batch = self.line.waiting()
        if batch is None:
            batch = self.line.form(MAX_BODY_BYTES)
        if batch is not None:
            self._send(batch)

    def send_all(self) -> None:
        """The page is being left: send what may go with it, without waiting for answers (CONTRACT 5.1)."""
        if self._env.network.is_online():
            for batch in self.line.departing(MAX_BODY_BYTES):
                self._send(batch)

    def _send(self, batch: Batch) -> None:
        self.gate.tried_at_ms = self._env.clock.uptime_ms()
        batch.is_flying = True
        for record in batch.records:
            record.was_sent = True
        self._stats.batches += 1
        attempt(
            lambda: self._call(batch),
            lambda answer: self._on_answer(batch, answer),
            lambda error: self._on_error(batch, error),
        )

    def _call(self, batch: Batch) -> Any:
        events: list[Any] = []
        for record in batch.records:
            events.append(self._env.json.load(record.text))
        # Every request fits: one at a time, or together within the same bytes when the page is left.
        request = {"batchId": batch.id, "timestamp": self._env.clock.now_ms(), "keepalive": True}
        return self._api.track_click_batch(events, request)

    # -- back

    def _on_answer(self, batch: Batch, answer: Any) -> None:
        self.line.finish(batch)
        self.gate.succeed()
        receipt = Receipt(answer)
        for record in batch.own_records():
            if receipt.rejected.has(record.id):
                self.drop(record, "rejected", receipt.rejected.get(record.id))
            elif receipt.again.has(record.id):
                self._count_retry(record)
                self._put_back(record)
            else:
                self._journal.remove(record)
                self._stats.acknowledged += 1
        self._finish()

    def _on_error(self, batch: Batch, error: Any) -> None:
        failure = Failure(error)
        batch.is_flying = False
        self._stats.failures += 1
        for record in batch.own_records():
            self._count_retry(record)
        if failure.blame is None:
            self._fail()
        else:
            self.gate.succeed()
            self._blame(batch, failure.blame, failure.detail)
        self.gate.hold(failure.retry_after_ms)
        self._finish()

    def _finish(self) -> None:
        self.line.drop_lost()
        self._is_flushing = self._is_flushing and len(self.line.unsent) > 0
        self._journal.save()
        self.rest()

    def _fail(self) -> None:
        """The path failed. Requests that left together fail together, which counts once."""
        self._is_flushing = False
        if len(self.line.flying()) == 0:
            self.gate.fail()

    def _blame(self, batch: Batch, reason: str, detail: str) -> None:
        """The server blames the events: halve the batch until the culprit stands alone (CONTRACT 3.5)."""
        records = batch.own_records()
        if len(records) > 1:
            self.line.split(batch)
            return
        self.line.finish(batch)
        for record in records:
            record.refusals += 1
            if record.refusals >= self._config["maxRetries"]:
                self.drop(record, reason, detail)
            else:
                self._put_back(record)

    def _count_retry(self, record: Record) -> None:
        """An attempt without an acknowledgement; for an event past its age it was the last (CONTRACT 3.10, 4.8)."""
        count_retry(record, self._env)
        self._journal.rewrite(record)
        if self._env.clock.now_ms() - record.timestamp_ms > self._config["maxEventAge"]:
            self.drop(record, "expired", "older than maxEventAge, and offered once more in vain")

    def _put_back(self, record: Record) -> None:
        """To the back of the queue, for another day."""
        delay_ms = max(self._config["maxBatchDelay"], self._config["initialRetryDelay"])
        record.due_at_ms = self._env.clock.uptime_ms() + delay_ms
        self.line.unsent.append(record)

    def drop(self, record: Record, reason: str, detail: str) -> None:
        """Give an event up, and say why."""
        self._journal.remove(record)
        self._stats.drop(plain(record, self._env), reason, detail)


def plain(record: Record, env: Env) -> Any:
    """The event of a record; its text where the host has broken JSON meanwhile."""
    try:
        return env.json.load(record.text)
    except Exception:
        return record.text
