"""How a batch is sent, and how its response settles its events (CONTRACT 3.4, 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.delivery.backoff import backoff_ms
from clickqueue.delivery.batches import MAX_BODY_BYTES, batch_to_retry, form_batch, request_bytes, requeue
from clickqueue.delivery.rejections import bisect
from clickqueue.delivery.schedule import PROBE_MS, flush, is_parked, reset_backoff
from clickqueue.delivery.verdict import is_retry_requested, rejected_item_reason, rejection_reason, retry_after_ms
from clickqueue.drops import drop, drop_if_expired
from clickqueue.platform.runtime import attempt, concat, field, filtered, kind
from clickqueue.platform.texts import message_of
from clickqueue.platform.web import now_ms, parse_json, to_json
from clickqueue.state import NEVER_MS, is_online, is_pending, run_guarded, unsettled, uptime_ms
from clickqueue.storage.journal import mark_dirty, remove
from clickqueue.storage.sync import save

if TYPE_CHECKING:
    from clickqueue.state import Batch, QueueState, Record


def send_next(queue: QueueState, failed: Batch | None, max_bytes: int) -> int:
    """Send the batch that failed before, else a new one, if it fits. Returns how many bytes left."""
    batch = form_batch(queue, max_bytes) if failed is None else failed
    batch.records = unsettled(queue, batch)
    size_bytes = request_bytes(batch.records)
    if len(batch.records) == 0 or size_bytes > max_bytes:
        return 0
    return size_bytes if send(queue, batch) else 0


def send_before_leaving(queue: QueueState) -> None:
    """The page may never run again: send what fits, oldest first, without waiting for responses (CONTRACT 5.1).

    It sends nothing while `Retry-After` is in force: the events are stored, and the next page sends them (CONTRACT 3.6).
    """
    if is_online(queue) and queue.retry_after_until_ms <= uptime_ms(queue):
        queue.is_leaving = True
        # An api that answers at once must not start the next round in between.
        run_guarded(queue, lambda: send_within_budget(queue))
        queue.is_leaving = False


def send_within_budget(queue: QueueState) -> None:
    left_bytes = MAX_BODY_BYTES
    for batch in queue.in_flight:
        left_bytes -= request_bytes(batch.records)
    failures = queue.counts["failures"]
    sent_bytes = 1
    while sent_bytes > 0 and queue.counts["failures"] == failures:
        sent_bytes = send_next(queue, batch_to_retry(queue), left_bytes)
        left_bytes -= sent_bytes


def send(queue: QueueState, batch: Batch) -> bool:
    """Send a batch. Returns False where a broken host prevented both the request and its failure."""
    queue.last_attempt_at_ms = uptime_ms(queue)
    queue.counts["batches"] += 1
    before = queue.in_flight
    queue.in_flight = concat(before, [batch])
    batch.is_in_flight = True
    try:
        attempt(
            lambda: call_api(queue, batch),
            lambda answer: on_answer(queue, batch, answer),
            lambda error: on_error(queue, batch, error),
        )
    except Exception:
        # Near the end of the host's stack even a handler may overflow; these lines make no call.
        queue.in_flight = before
        batch.is_in_flight = False
        return False
    return True


def call_api(queue: QueueState, batch: Batch) -> Any:
    events: list[Any] = []
    for record in batch.records:
        events.append(parse_json(queue.env, record.json_text))
    # Every request fits (CONTRACT 5.1). The host's own requests may have used up the bytes that the page's keepalive requests
    # share, so after a network error the next attempt is one without it, unless the page is left.
    keepalive = queue.is_leaving or not batch.has_network_error
    request = {"batchId": batch.id, "timestamp": now_ms(queue.env), "keepalive": keepalive}
    return queue.api.track_click_batch(events, request)


def end_request(queue: QueueState, batch: Batch) -> None:
    batch.is_in_flight = False
    queue.in_flight = filtered(queue.in_flight, lambda other: other is not batch)


def on_answer(queue: QueueState, batch: Batch, answer: Any) -> None:
    if field(answer, "ok") is False:
        # A host's own api that returns the Response of `fetch`, which is no error at any status.
        on_error(queue, batch, answer)
        return
    end_request(queue, batch)
    reset_backoff(queue)
    for record in batch.records:
        reason = rejected_item_reason(answer, record.id)
        if reason is None and not is_retry_requested(answer, record.id):
            # By its id, also where it was handed over when the page was left, and recovered since (CONTRACT 5.2).
            queue.counts["acknowledged"] += 1 if queue.by_id.has(record.id) else 0
            remove(queue, record.id)
        elif is_pending(queue, record):
            if reason is not None:
                drop(queue, record, "rejected", reason)
            else:
                count_attempt(queue, record)
                requeue(queue, record)
    save_and_proceed(queue)


def on_error(queue: QueueState, batch: Batch, error: Any) -> None:
    end_request(queue, batch)
    note_failure(queue, error)
    for record in unsettled(queue, batch):
        count_attempt(queue, record)
    until_ms = uptime_ms(queue) + retry_after_ms(error)
    queue.retry_after_until_ms = max(queue.retry_after_until_ms, until_ms)
    reason = rejection_reason(error)
    if reason is None:
        batch.has_network_error = field(error, "status") is None
        back_off(queue)
    else:
        # A server has answered: the network works.
        reset_backoff(queue)
        bisect(queue, batch, reason, message_of(error))
    save_and_proceed(queue)


def note_failure(queue: QueueState, error: Any) -> None:
    queue.counts["failures"] += 1
    queue.fresh_count = 0
    queue.fresh_due_at_ms = NEVER_MS
    queue.last_failure = {
        "status": field(error, "status"),
        "message": message_of(error),
        "at": now_ms(queue.env),
    }


def save_and_proceed(queue: QueueState) -> None:
    if len(queue.in_flight) == 0 and queue.is_flush_wanted:
        flush(queue)
    save(queue)
    queue.proceed()


def back_off(queue: QueueState) -> None:
    """A delivery failed. Requests that left together fail together, which counts once; offline it does not count (CONTRACT 3.8)."""
    if len(queue.in_flight) == 0:
        if is_online(queue):
            queue.consecutive_failures += 1
        delay_ms = backoff_ms(queue.consecutive_failures, queue.config, queue.env.Math.random())
        queue.retry_at_ms = uptime_ms(queue) + (PROBE_MS if is_parked(queue) else delay_ms)


def count_attempt(queue: QueueState, record: Record) -> None:
    """One more sending without an acknowledgement (CONTRACT 3.10); an event that has grown too old is dropped now."""
    bump_retry_count(queue, record)
    mark_dirty(queue, record.segment)
    drop_if_expired(queue, record)


def bump_retry_count(queue: QueueState, record: Record) -> None:
    try:
        event = parse_json(queue.env, record.json_text)
        count = field(event, "retryCount")
        event["retryCount"] = count + 1 if kind(count) == "number" else 1
        text = to_json(queue.env, event)
        if field(parse_json(queue.env, text), "id") == record.id:
            record.json_text = text
    except Exception:
        # A host that broke JSON after the event was accepted: the event stays as it was.
        pass
