"""How a batch goes out, and what becomes of its events when the answer comes (CONTRACT 3.4, 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.backoff import backoff_ms
from clickqueue.batches import MAX_BODY_BYTES, form, size_of, waiting
from clickqueue.event import count_retry
from clickqueue.losses import drop, drop_if_expired, is_idle
from clickqueue.pages import remove, save, soil
from clickqueue.runtime import attempt, field, keep, kind, message_of, take_out
from clickqueue.schedule import PROBE_MS, flush, is_parked, open_path
from clickqueue.tab import is_pending, now_ms_of, work_alone
from clickqueue.verdict import blame_of, is_wanted_again, refusal_of, retry_after_ms

if TYPE_CHECKING:
    from clickqueue.tab import Batch, Record, Tab


def send_next(tab: Tab, failed: Batch | None, max_bytes: int) -> int:
    """Send what failed before, else a new batch, if it fits; how many bytes went."""
    batch = form(tab, max_bytes) if failed is None else failed
    batch.records = keep(batch.records, is_pending)
    size_bytes = size_of(batch.records)
    if size_bytes > MAX_BODY_BYTES:
        # Events came back to it, and not as they were (`rejoin`): they travel anew.
        for record in batch.records:
            record.batch = None
        return send_next(tab, None, max_bytes)
    if len(batch.records) == 0 or size_bytes > max_bytes:
        return 0
    send(tab, batch)
    return size_bytes


def send_all(tab: Tab) -> None:
    """The page is being left: send what may go with it, oldest first, without waiting for answers (CONTRACT 5.1)."""
    if tab.env.network.is_online():
        # An api that answers at once must not start the next round in between.
        work_alone(tab, lambda: send_while_it_goes(tab))


def send_while_it_goes(tab: Tab) -> None:
    left_bytes = MAX_BODY_BYTES - size_of(keep(tab.line, lambda record: not is_idle(record)))
    failures = tab.counts["failures"]
    # What the server does not want yet is not offered again by each visitor who goes from tab to tab (CONTRACT 3.6).
    is_held = tab.hold_until_ms > now_ms_of(tab)
    sent_bytes = 1
    while sent_bytes > 0 and tab.counts["failures"] == failures:
        sent_bytes = send_next(tab, None if is_held else waiting(tab), left_bytes)
        left_bytes -= sent_bytes


def send(tab: Tab, batch: Batch) -> None:
    tab.tried_at_ms = now_ms_of(tab)
    tab.counts["batches"] += 1
    tab.flying.append(batch)
    batch.is_flying = True
    attempt(
        lambda: call(tab, batch),
        lambda answer: on_answer(tab, batch, answer),
        lambda error: on_error(tab, batch, error),
    )


def call(tab: Tab, batch: Batch) -> Any:
    events: list[Any] = []
    for record in batch.records:
        events.append(tab.env.json.load(record.text))
    # Every request fits: there is one at a time, or several within the same bytes when the page is left (CONTRACT 5.1).
    request = {"batchId": batch.id, "timestamp": tab.env.clock.now_ms(), "keepalive": True}
    return tab.api.track_click_batch(events, request)


def land(tab: Tab, batch: Batch) -> list[Record]:
    """No longer in flight; these of its events are still ours."""
    batch.is_flying = False
    take_out(tab.flying, batch)
    return keep(batch.records, is_pending)


def on_answer(tab: Tab, batch: Batch, answer: Any) -> None:
    if field(answer, "ok") is False:
        # A host's own api that returns what `fetch` returned, which is no error for a 500 either.
        on_error(tab, batch, answer)
        return
    tab.failures = 0
    open_path(tab)
    land(tab, batch)
    for record in batch.records:
        is_ours = is_pending(record)
        refusal = refusal_of(answer, record.id)
        if refusal is None and not is_wanted_again(answer, record.id):
            # Also what was handed over when the page was left: should it come back to us, it is settled.
            remove(tab, record)
            tab.counts["acknowledged"] += 1 if is_ours else 0
        elif refusal is not None and is_ours:
            drop(tab, record, "rejected", refusal)
        elif is_ours:
            note_retry(tab, record)
            put_back(tab, record)
    rest(tab)


def on_error(tab: Tab, batch: Batch, error: Any) -> None:
    note_error(tab, error)
    records = land(tab, batch)
    for record in records:
        note_retry(tab, record)
    blame = blame_of(error)
    # For all that left together: the longest wait that the server asked for (CONTRACT 3.6).
    tab.hold_until_ms = max(tab.hold_until_ms, now_ms_of(tab) + retry_after_ms(error))
    if blame is None:
        note_failure(tab)
    else:
        # Somebody answered: the path works.
        tab.failures = 0
        open_path(tab)
        on_blame(tab, batch, blame, str(field(error, "status")))
    rest(tab)


def note_error(tab: Tab, error: Any) -> None:
    status = field(error, "status")
    tab.counts["failures"] += 1
    tab.last_failure = {
        "status": status if kind(status) == "number" else None,
        "message": message_of(error),
        "at": tab.env.clock.now_ms(),
    }


def rest(tab: Tab) -> None:
    if tab.is_flush_wanted and len(tab.flying) == 0:
        flush(tab)
    save(tab)
    tab.proceed()


def note_failure(tab: Tab) -> None:
    """The path failed. Requests that left together fail together, which counts once; offline it does not count (CONTRACT 3.8)."""
    if len(tab.flying) == 0:
        if tab.env.network.is_online():
            tab.failures += 1
        delay_ms = PROBE_MS if is_parked(tab) else backoff_ms(tab.failures, tab.config, tab.env.ids.random())
        tab.retry_at_ms = now_ms_of(tab) + delay_ms


def on_blame(tab: Tab, batch: Batch, reason: str, status: str) -> None:
    """Halve the batch until the culprit stands alone, and give that one some more chances."""
    for record in keep(batch.records, is_pending):
        # Of the batch as it was sent: what has expired since may have been the culprit.
        record.company = len(batch.records) / 2
        if record.company >= 1:
            record.batch = None
            record.due_at_ms = 0
        else:
            blame(tab, record, reason, status)


def blame(tab: Tab, record: Record, reason: str, status: str) -> None:
    record.refusals += 1
    if record.refusals >= tab.config["maxRetries"]:
        drop(tab, record, reason, "status " + status)
    else:
        put_back(tab, record)


def note_retry(tab: Tab, record: Record) -> None:
    count_retry(tab, record)
    soil(tab, record)
    drop_if_expired(tab, record)


def put_back(tab: Tab, record: Record) -> None:
    """To the back of the queue, for another day."""
    if is_pending(record):
        take_out(tab.line, record)
        tab.line.append(record)
        record.batch = None
        record.born_after = -1
        record.due_at_ms = now_ms_of(tab) + max(tab.config["maxBatchDelay"], tab.config["initialRetryDelay"])
