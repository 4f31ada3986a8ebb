"""Steps of the host's script: it enqueues events of all kinds, flushes and purges."""

from __future__ import annotations

from typing import Any

from clickqueue.platform.ports import Event
from tests.fakes import click
from tests.simulation import oracle
from tests.simulation.options import BIG_CHARS
from tests.simulation.state import History, Host


def do_click(history: History, number: int, count: int, offer: str) -> None:
    """So many new events; `offer` is the `offerId`, which decides what the endpoint answers."""
    host = history.running_host(number)
    for index in range(count):
        if host is not None and host.is_running:
            enqueue(history, host, click(index, offerId=offer))


def do_click_big(history: History, number: int, count: int) -> None:
    """Events so large that few fit into one request."""
    host = history.running_host(number)
    for index in range(count):
        if host is not None and host.is_running:
            enqueue(history, host, click(index, note="x" * BIG_CHARS))


def do_click_again(history: History, number: int, index: int) -> None:
    """The host enqueues the same event again, perhaps in another tab."""
    host = history.running_host(number)
    if host is not None and history.open_ids:
        event_id = list(history.open_ids)[index % len(history.open_ids)]
        enqueue(history, host, click(1, id=event_id))


def do_click_dropped(history: History, index: int) -> None:
    """The host enqueues once more an event that its queue alone has dropped: from now on it must arrive like any other."""
    if not history.dropped:
        return
    event_id, host = list(history.dropped.items())[index % len(history.dropped)]
    if host is None or host.is_destroyed or not host.is_running:
        return
    if event_id not in history.endpoint.acknowledged:
        del history.dropped[event_id]
        host.accepted.pop(event_id, None)
        enqueue(history, host, click(1, id=event_id))


def do_click_junk(history: History, number: int, index: int) -> None:
    """Something that is no event must be refused."""
    host = history.running_host(number)
    if host is None:
        return
    cycle: dict[str, Any] = click()
    cycle["self"] = cycle
    large = click(note="x" * 2 * BIG_CHARS)
    junk: tuple[Any, ...] = (None, "text", 7, [], {}, click(sessionId=""), click(id=5), cycle, large)
    if host.queue.enqueue(junk[index % len(junk)]) is not None:
        history.add_violation("junk was accepted (CONTRACT 2.4)")


def do_old_click(history: History, number: int) -> None:
    """An event from before `maxEventAge`."""
    host = history.running_host(number)
    if host is not None:
        enqueue(history, host, click(timestamp=history.timeline.wall_ms - 8 * 86_400_000))


def do_flush(history: History, number: int) -> None:
    """The host calls `flush()`."""
    host = history.running_host(number)
    if host is not None:
        host.queue.flush()


def do_purge(history: History, number: int) -> None:
    """The visitor withdraws the consent: none of the open events may be sent once every tab knows of it."""
    host = history.running_host(number)
    if host is None or host.is_destroyed:
        return
    history.has_purge = True
    purged = list(history.open_ids)
    for event_id in purged:
        oracle.excuse(history, event_id, "purge")
    host.queue.purge()
    if not host.is_shaky and not host.tab.life.is_dead:
        history.purged.update(purged)


def enqueue(history: History, host: Host, event: Event) -> None:
    """Enqueue an event that must be accepted, unless the queue is destroyed."""
    if event.get("id") not in history.open_ids:
        _forget_flight(host, event.get("id"))
    # Handed in again it is another event, which may be sent in the same call.
    for purged in (history.purged, history.forbidden):
        purged.discard(event.get("id") or "")
    event_id = host.queue.enqueue(event)
    if not host.is_running:
        return
    history.note(f"{host.name} accepts {event_id}")
    if event_id is None:
        if not host.is_destroyed:
            history.add_violation(f"{host.name} refused a click")
        return
    if host.is_destroyed:
        history.add_violation(f"{host.name} accepted a click after destroy() (CONTRACT 5.3)")
    _on_accepted(history, host, event_id)


def _on_accepted(history: History, host: Host, event_id: str) -> None:
    is_new = event_id not in history.open_ids
    if is_new:
        host.clicks += 1
        host.accepted[event_id] = host.clicks
    if event_id not in history.dropped and event_id not in history.endpoint.acknowledged:
        history.open_ids.setdefault(event_id, host)
        history.accepted += 1
        if is_new and not history.is_stored(event_id) and not host.is_shaky:
            history.add_violation(f"{event_id} was accepted and is not in storage (CONTRACT 2.1)")
        if oracle.is_before_mark(history, host):
            oracle.excuse(history, event_id, "purge")


def _forget_flight(host: Host, event_id: str | None) -> None:
    """An event that was dropped in flight and is enqueued again is another one."""
    for ids in [each for each in host.in_flight if event_id in each]:
        ids.remove(str(event_id))
