"""The checks of a history: at each request, after each step, and when everything has come to rest.

Invariant: a check changes nothing but the account of the events, and names the promise that it found broken.
"""

from __future__ import annotations

from typing import Any

from clickqueue.platform.ports import Event
from clickqueue.platform.texts import utf8_bytes
from tests.books import check_books
from tests.keys import KEY, MARK_KEY
from tests.simulation import oracle
from tests.simulation.state import History, Host, Violation
from tests.simulation.stored_ids import summary_of

# -- at each request


def check_request(history: History, host: Host, ids: list[str], events: list[Event], request: dict[str, Any]) -> None:
    """A batch is alone, within its limits, without purged events, and its id names the same events each time."""
    config, batch_id = history.options.config, request["batchId"]
    if host.in_flight and not host.is_leaving:
        history.add_violation(f"{host.name} has two requests in flight (CONTRACT 3.2)")
    if not ids or len(set(ids)) != len(ids) or len(ids) > config.get("maxBatchSize", 10):
        history.add_violation(f"{host.name} sends a batch of {len(ids)} (CONTRACT 3.1)")
    body_bytes = utf8_bytes(host.tab.env.json.stringify({"events": events, **request}))
    if body_bytes > history.options.max_body_bytes:
        history.add_violation(f"{host.name} sends {body_bytes} bytes (CONTRACT 3.1)")
    if not set(ids) <= set(host.batches.setdefault(batch_id, ids)):
        history.add_violation(f"{host.name} sends other events under {batch_id} (CONTRACT 3.3)")
    for each in ids:
        _check_order(history, host, each)
        if each in history.forbidden:
            history.add_violation(f"{host.name} sends {each}, which was purged (CONTRACT 5.4)")


def _check_order(history: History, host: Host, event_id: str) -> None:
    place = host.accepted.get(event_id)
    is_first = event_id not in host.sent
    host.sent.add(event_id)
    if place is None or not is_first:
        return
    # An event that was handed over to another tab and came back has lost its place.
    is_whole = history.options.has_locks and host.queue.get_snapshot()["handedOver"] == 0
    if place < host.last_first_sent and is_whole:
        history.add_violation(f"{host.name} sends {event_id} after a later one (CONTRACT 3.2)")
    host.last_first_sent = max(host.last_first_sent, place)


# -- after each step


def check(history: History) -> None:
    """Every event is accounted for, and every queue's counters are even."""
    oracle.settle(history)
    for host in history.hosts:
        _check_counters(history, host)
    _check_gaps(history)
    for host in history.hosts:
        host.memory_only.clear()
    for event_id in [each for each in history.open_ids if not history.is_stored(each)]:
        _check_unstored(history, event_id)
    if history.origin.travelling == 0 and not any(host.is_shaky or host.tab.env.storage.is_broken for host in history.hosts):
        history.forbidden |= history.purged
        history.purged.clear()
    for host in history.hosts:
        host.faults_before = host.tab.env.storage.faults
        host.was_persistent = host.queue.get_snapshot()["persistent"]
    if history.violations:
        raise Violation(history.violations[0])


def _check_counters(history: History, host: Host) -> None:
    fault = check_books(host.queue.get_snapshot())
    if fault:
        history.add_violation(f"{host.name}: {fault} (CONTRACT 6.2)")
    if host.tab.env.clock.armed > sum(1 for each in history.hosts if each.tab is host.tab):
        history.add_violation(f"{host.name} has {host.tab.env.clock.armed} timers armed")


def _check_gaps(history: History) -> None:
    for event_id in sorted(history.gaps):
        if event_id in history.open_ids and event_id not in history.fragile:
            history.add_violation(f"{event_id} was in no key for a moment: a crash would have lost it (CONTRACT 4.4)")
    history.gaps.clear()


def _check_unstored(history: History, event_id: str) -> None:
    """It is in no key: then a tab has it in memory and says so in its snapshot, or is about to repair it."""
    for host in history.hosts:
        if host.has_pending(event_id) and (history.is_settling or not host.queue.get_snapshot()["persistent"]):
            host.memory_only.add(event_id)
            return
    if history.options.has_locks and history.is_settling and event_id in history.fragile:
        # The tab that removed it is still to get the storage event.
        return
    if oracle.may_be_lost(history, event_id):
        oracle.excuse(history, event_id, "merge")
        return
    history.add_violation(f"{event_id} is lost: in no key, not acknowledged, not dropped")


# -- at rest


def check_echoes(history: History) -> None:
    """Nothing acknowledged is still stored."""
    for event_id in sorted(history.endpoint.acknowledged):
        # A destroyed queue gets no storage events, and may write once more when its last answer comes.
        is_excusable = history.options.lag_ms > 0 or any(each.is_destroyed for each in history.hosts)
        if history.is_stored(event_id) and not is_excusable:
            raise Violation(f"{event_id} was acknowledged and is still stored: it would be sent at every start")


def check_arrival(history: History) -> None:
    """Every event has arrived, no key is left, and every queue is idle."""
    for event_id in list(history.open_ids):
        if any(host.is_destroyed and event_id in host.memory_only for host in history.hosts):
            oracle.excuse(history, event_id, "memory")
            continue
        raise Violation(f"{event_id} did not arrive, though all faults were over")
    _check_keys(history)
    for host in history.hosts:
        books = host.queue.get_snapshot()
        if not host.is_destroyed and (books["pending"] or books["state"] != "idle"):
            raise Violation(f"{host.name} does not come to rest: {books}")


def _check_keys(history: History) -> None:
    has_lag = history.options.lag_ms > 0
    has_echoes = not history.options.has_locks and has_lag
    for key, text in history.origin.texts.items():
        # A tab that joins may write back what the leader has removed, before it has seen that: copies, sent once more at worst.
        is_stale_mirror = key == KEY and has_lag
        is_journal = key.startswith(KEY) and key != MARK_KEY
        if '"id"' in text and is_journal and not has_echoes and not is_stale_mirror:
            raise Violation(f"{key} still contains {summary_of(text)}")


def check_leaks(history: History) -> None:
    """After `destroy()` no timer, listener or lock is left."""
    for host in history.hosts:
        host.queue.destroy()
    history.timeline.advance(0)
    for tab in history.world.tabs:
        if not tab.life.is_dead and (tab.env.clock.armed or tab.page.listeners):
            raise Violation(f"{tab.name} keeps {tab.env.clock.armed} timers, {tab.page.listeners} listeners (CONTRACT 5.3)")
    if history.world.locks.requests:
        raise Violation(f"{history.world.locks.requests} locks are kept after destroy() (CONTRACT 5.3)")
