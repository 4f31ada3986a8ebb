"""The oracle: which events must still be somewhere, and which losses are allowed.

Invariant: an id that `enqueue` has returned is in the store, or acknowledged, or dropped with a reason that the history
gives cause for. There are only these excuses, each counted in `History.excused`:
 - `stranger`: somebody else emptied or overwrote the key that contained it;
 - `memory`: it was in memory alone, because the store had thrown (CONTRACT 4.6), and the tab died;
 - `purge`: it was accepted before a purge, or by a tab that could not know of it yet (CONTRACT 5.4); then it is never sent once
   all tabs know of the purge;
 - `merge`: tabs without locks, or whose storage events are still on their way, wrote one key at once (CONTRACT 4.3), and
   the tab that accepted it was gone before it could repair that.
"""

from __future__ import annotations

from typing import Any

from clickqueue.platform.ports import Event
from tests.books import UNCOUNTED
from tests.fakes import FakeStorage, Tab
from tests.keys import MARK_KEY
from tests.simulation.state import History, Host
from tests.simulation.stored_ids import ids_in, summary_of


def excuse(history: History, event_id: str, why: str) -> None:
    """Allow the loss of an event; `why` is one of the excuses above."""
    history.note(f"{event_id} is excused: {why}")
    history.excused[event_id] = why
    history.open_ids.pop(event_id, None)


def settle(history: History) -> None:
    """Close the account of what was acknowledged or dropped."""
    acknowledged, dropped = history.endpoint.acknowledged, history.dropped
    for event_id in [each for each in history.open_ids if each in acknowledged or each in dropped]:
        del history.open_ids[event_id]
        history.fragile.discard(event_id)
        history.copied.discard(event_id)


def may_be_lost(history: History, event_id: str) -> bool:
    """Whether a tab overwrote it before it knew it, and the tab that would have repaired that is gone."""
    is_orphan = history.open_ids[event_id] not in history.hosts
    if event_id in history.copied:
        return True
    if history.options.has_locks:
        # After a purge a tab does not believe late writes: they may be of before it. And a tab that began a new stay in its page
        # since, or is gone, does not know any more which journals it has adopted.
        stays = {host.queue._state.own_key for host in history.hosts}
        return event_id in history.fragile and (history.has_purge or not history.overwritten_in[event_id] & stays)
    return event_id in history.fragile or (is_orphan and history.is_settling)


# -- changes of the store


def on_put(history: History, key: str, old: str | None, text: str | None, writer: FakeStorage | None) -> None:
    """The store has changed; `writer` is None where a stranger did it."""
    if history.trace is not None and text != old:
        names = [tab.name for tab in history.world.tabs if tab.env.storage is writer] or ["a stranger"]
        history.note(f"{names[0]} writes {key}: {summary_of(text)}")
    if key == MARK_KEY and text != old:
        _on_mark(history, text, writer)
    if old is None or writer is None:
        return
    for event_id in ids_in(old) - ids_in(text or ""):
        if _is_purged_late(history, event_id, writer):
            excuse(history, event_id, "purge")
        elif event_id in history.open_ids and not history.is_stored(event_id):
            _on_gap(history, event_id, writer.peek(key) != old)
            history.overwritten_in[event_id] = {
                host.queue._state.own_key for host in history.hosts if host.tab.env.storage is writer
            }


def _on_mark(history: History, mark: str | None, writer: FakeStorage | None) -> None:
    """A purge is carried out, perhaps later than it was asked for: it reaches all that its queue does not have.

    A stranger that changes the mark takes the purge back: nothing says of it then.
    """
    if writer is None:
        history.purged.clear()
        history.forbidden.clear()
        return
    purging = [host for host in history.hosts if host.queue._state.purge_mark == mark]
    for event_id in list(history.open_ids):
        if not any(host.has_pending(event_id) for host in purging):
            excuse(history, event_id, "purge")


def _is_purged_late(history: History, event_id: str, writer: FakeStorage) -> bool:
    """Storage refused a purge, which is carried out only now; a tab that could not know of it stored this event meanwhile."""
    purging = [host for host in history.hosts if host.tab.env.storage is writer and host.queue._state.is_purge_due]
    return bool(purging) and event_id in history.open_ids and not any(host.has_pending(event_id) for host in purging)


def is_before_mark(history: History, host: Host) -> bool:
    """Whether there was a purge that this tab does not know of yet."""
    mark, state = history.origin.texts.get(MARK_KEY), host.queue._state
    return mark is not None and mark != state.purge_mark and not state.is_purge_due


def _on_gap(history: History, event_id: str, is_stale: bool) -> None:
    """It is in no key now; a writer that had not yet read what it overwrote could not know it."""
    # Its tab says that it could not store it, and a crash loses it: a copy in the mirror was all that was stored (CONTRACT 4.6).
    is_memory = any(host.is_shaky and host.has_pending(event_id) for host in history.hosts)
    # A tab that learns of a purge of before drops all that it finds in the mirror: nothing says which of it came later.
    is_purged_copy = history.has_purge and event_id in history.copied
    if not history.is_merging and not is_memory and not is_purged_copy:
        history.gaps.add(event_id)
    elif history.is_merging and is_stale:
        history.fragile.add(event_id)


# -- death of a tab


def on_death(history: History, tab: Tab) -> None:
    """The events that only this tab had in memory are lost with it; a loss that no promise forbids is excused."""
    history.note(f"{tab.name} dies")
    for host in [each for each in history.hosts if each.tab is tab]:
        for event_id in [each for each in history.open_ids if host.has_pending(each)]:
            _on_loss_of_memory(history, host, event_id)
        history.hosts.remove(host)
    _excuse_unrepaired(history)


def _on_loss_of_memory(history: History, host: Host, event_id: str) -> None:
    is_stored = history.is_stored(event_id)
    if host.is_shaky and not is_stored:
        excuse(history, event_id, "memory")
    elif host.is_shaky:
        # Perhaps only in the mirror, which another tab may overwrite that does not know it.
        history.copied.add(event_id)
    elif history.is_settling and not is_stored:
        excuse(history, event_id, "merge")


def _excuse_unrepaired(history: History) -> None:
    """A write was removed before its storage event arrived, and a tab that was to get that event is gone."""
    if history.is_settling:
        for event_id in [each for each in history.fragile if each in history.open_ids and not history.is_stored(each)]:
            excuse(history, event_id, "merge")


# -- drops


def on_drop(history: History, host: Host, event: Any, reason: str) -> None:
    """A queue has dropped an event; a reason without a cause in this history is a violation."""
    history.note(f"{host.name} drops {event!r:.60}: {reason}")
    event_id = event.get("id") if isinstance(event, dict) else None
    if reason in UNCOUNTED or not isinstance(event_id, str):
        return
    if not _has_cause(history, host, event, event_id, reason):
        history.add_violation(f"{host.name} dropped {event_id} as {reason} without cause")
    history.dropped[event_id] = host if history.dropped.get(event_id, host) is host else None
    # Should it come back from a copy, its place is another.
    host.accepted.pop(event_id, None)


def _has_cause(history: History, host: Host, event: Event, event_id: str, reason: str) -> bool:
    config, endpoint = history.options.config, history.endpoint
    if reason == "purged":
        # Also what was clicked in another tab before that tab knew of it.
        return history.has_purge
    if reason == "overflow":
        # An event that was handed over in flight and is back is an event like any other.
        is_idle = not any(event_id in ids for ids in host.in_flight) or host.queue.get_snapshot()["handedOver"] > 0
        return is_idle and ("maxQueueSize" in config or "maxQueueBytes" in config)
    if reason == "expired":
        is_old = history.timeline.wall_ms - event["timestamp"] > config.get("maxEventAge", 7 * 86_400_000)
        return is_old and endpoint.offered[event_id] > 0
    if reason == "too_large":
        return endpoint.blamed[event_id, 413] >= 1 and event["offerId"] == "big"
    rejections = sum(endpoint.blamed[event_id, status] for status in (400, 422, 413))
    return reason == "rejected" and (event_id in endpoint.refused or rejections >= config.get("maxRetries", 10))
