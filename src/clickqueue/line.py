"""The order in which events leave: first come, first sent, and a batch keeps its events until it is answered (CONTRACT 3.2, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Ids

from clickqueue.runtime import take_out

# A page's keepalive requests share 64 KiB (Fetch standard, "inflight keepalive bytes"); the rest is left to the
# batch's own envelope and to the host.
MAX_BODY_BYTES = 60000
# batchId, timestamp and brackets around the events, and a comma after each, with room to spare.
ENVELOPE_BYTES = 200


class Batch:
    """Events that travel together, under one id for all their attempts."""

    def __init__(self, batch_id: str, records: list[Record]) -> None:
        self.id = batch_id
        self.records = records
        self.is_flying = False

    def size_bytes(self) -> int:
        size_bytes = ENVELOPE_BYTES
        for record in self.records:
            size_bytes += record.size_bytes + 1
        return size_bytes

    def own_records(self) -> list[Record]:
        """Those that are still ours: the others were dropped or handed over since the batch was made."""
        return own(self.records)


class Line:
    """Batches that wait for an answer or for a retry, then the unsent."""

    def __init__(self, ids: Ids, max_events: int) -> None:
        self._ids = ids
        self._max_events = max_events
        self.batches: list[Batch] = []
        self.unsent: list[Record] = []

    def flying(self) -> list[Batch]:
        """The batches in flight: one, or several when the page was left."""
        batches: list[Batch] = []
        for batch in self.batches:
            if batch.is_flying:
                batches.append(batch)
        return batches

    def in_flight(self) -> int:
        """How many events are in flight."""
        count = 0
        for batch in self.flying():
            count += len(batch.own_records())
        return count

    def waiting(self) -> Batch | None:
        """The first batch that is to be sent again."""
        for batch in self.batches:
            if not batch.is_flying:
                return batch
        return None

    def form(self, max_bytes: int) -> Batch | None:
        """Make the next batch of what is unsent; None where nothing is, or nothing that fits.

        An event that the server has refused travels alone, so that its neighbours are not split again and again.
        """
        batch = Batch(self._ids.new_id(), [])
        rest: list[Record] = []
        for record in self.unsent:
            if len(rest) > 0 or not self._fits(record, batch, max_bytes):
                rest.append(record)
            else:
                batch.records.append(record)
        if len(batch.records) == 0:
            return None
        self.unsent = rest
        self.batches.append(batch)
        return batch

    def departing(self, max_bytes: int) -> list[Batch]:
        """Every batch that may go while the page is being left: oldest first, as far as the bytes reach (CONTRACT 5.1)."""
        batches: list[Batch] = []
        for batch in self.flying():
            max_bytes -= batch.size_bytes()
        for batch in self.batches:
            if not batch.is_flying and batch.size_bytes() <= max_bytes:
                max_bytes -= batch.size_bytes()
                batches.append(batch)
        formed = self.form(max_bytes)
        while formed is not None:
            max_bytes -= formed.size_bytes()
            batches.append(formed)
            formed = self.form(max_bytes)
        return batches

    def _fits(self, record: Record, batch: Batch, max_bytes: int) -> bool:
        if batch.size_bytes() + record.size_bytes + 1 > max_bytes:
            return False
        if len(batch.records) == 0:
            return True
        return record.refusals == 0 and batch.records[0].refusals == 0 and len(batch.records) < self._max_events

    def put_first(self, records: list[Record]) -> None:
        """Records from storage: older than what was clicked since."""
        for record in self.unsent:
            records.append(record)
        self.unsent = records

    def split(self, batch: Batch) -> None:
        """Two halves in its place, each a batch of its own."""
        first = Batch(self._ids.new_id(), [])
        second = Batch(self._ids.new_id(), [])
        records = batch.own_records()
        for record in records:
            half = first if len(first.records) * 2 < len(records) else second
            half.records.append(record)
        batches: list[Batch] = []
        for other in self.batches:
            if other is batch:
                batches.append(first)
                batches.append(second)
            else:
                batches.append(other)
        self.batches = batches

    def finish(self, batch: Batch) -> None:
        take_out(self.batches, batch)

    def rejoin(self, record: Record) -> bool:
        """Whether a record read from storage is in flight from here; then it is in that batch again (CONTRACT 5.2)."""
        for batch in self.batches:
            for index in range(len(batch.records)):
                if batch.records[index].id == record.id:
                    batch.records[index] = record
                    return True
        return False

    def oldest_idle(self) -> Record | None:
        """The oldest event not in flight, which is the one that an overflow costs (CONTRACT 4.7)."""
        batch = self.waiting()
        if batch is not None:
            return batch.records[0]
        return self.unsent[0] if len(self.unsent) > 0 else None

    def drop_lost(self) -> None:
        """Let go of records that are no longer ours. What is in flight stays, to hear its answer."""
        self.unsent = own(self.unsent)
        batches: list[Batch] = []
        for batch in self.batches:
            if not batch.is_flying:
                batch.records = batch.own_records()
            if len(batch.records) > 0:
                batches.append(batch)
        self.batches = batches


def own(records: list[Record]) -> list[Record]:
    """Those that the journal still holds."""
    kept: list[Record] = []
    for record in records:
        if record.page is not None:
            kept.append(record)
    return kept
