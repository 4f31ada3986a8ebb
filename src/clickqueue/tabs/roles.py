"""The role of a tab among the tabs of its origin. `become` alone changes it.

| role | mirror in the main key | storage events |
|---|---|---|
| detached (the page was left) | no | of its own keys |
| joining (both locks are requested) | yes | of its own keys |
| leader (has the main lock, waits for that of every other journal) | yes | of its own keys, and of every journal |
| follower (another tab leads) | no | of its own keys |
| peer (there are no Web Locks) | no | of its own keys |

| event | detached | joining | leader | follower | peer |
|---|---|---|---|---|---|
| start, pageshow, resume | joining | | | | |
| own lock taken | | joining | | | |
| own key removed | | joining | joining | joining | |
| main lock granted | | leader | | leader | |
| main lock taken | | follower | | | |
| no locks, or a script stole one | | peer | peer | peer | |
| pagehide, freeze | detached | detached | detached | detached | detached |

Every tab writes its events to a journal of its own and sends them; no other tab writes there. The leader adopts the journals of
tabs that are gone, and their last writes, of which it may get the storage event in a later role. A tab that learns of a purge
joins again, with a journal of the new mark. A tab that leaves forgets its stored events; they wait in storage for the tab that
adopts them. The mirror comes from the contract alone: an accepted event of a lone tab is in the one documented key in the same
call (2.1, 4.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import attempt, filtered
from clickqueue.platform.web import dispatch_storage
from clickqueue.state import DETACHED, FOLLOWER, JOINING, LEADER, PEER
from clickqueue.storage.adoption import adopt
from clickqueue.storage.journal import journal_of, start_journal, stored_keys
from clickqueue.storage.purge_mark import is_purged
from clickqueue.storage.sync import read_mirror, rewrite, save, write_mirror
from clickqueue.tabs.locks import acquire, end_session, start_session

if TYPE_CHECKING:
    from clickqueue.state import QueueState


def become(queue: QueueState, role: int) -> None:
    queue.role = role
    queue.mirror_text = None


def hand_over(queue: QueueState, role: int) -> None:
    """Leave every stored event to the tab that adopts it, and start a journal that no other tab can have adopted."""
    kept = filtered(queue.pending, lambda record: record.segment.is_dirty)
    queue.counts["handedOver"] += len(queue.pending) - len(kept)
    queue.pending = kept
    become(queue, role)
    start_journal(queue)
    save(queue)


def join(queue: QueueState) -> None:
    """Find out which role this tab has: at the start, and when a page that was left is back."""
    if queue.role == DETACHED:
        hand_over(queue, JOINING)
        if not start_session(queue, lambda: on_no_lock(queue)):
            on_no_lock(queue)
            return
        acquire(queue, queue.own_key, False, lambda is_granted: on_own_lock(queue, is_granted))
        # Where there are no locks the first request has failed by now.
        if queue.role == JOINING:
            acquire(queue, queue.main_key, False, lambda is_granted: on_main_lock(queue, is_granted))


def detach(queue: QueueState) -> None:
    """The page is left and may be frozen now: give up every lock and every stored event (CONTRACT 5.2)."""
    end_session(queue)
    hand_over(queue, DETACHED)


def rejoin(queue: QueueState) -> None:
    """The journal is the leader's now: what is pending moves to a new one. Some of it is sent twice, since the leader may have it too,
    and may lack the last write (locks and storage are separate channels).
    """
    end_session(queue)
    rewrite(queue, None)
    become(queue, DETACHED)
    join(queue)


def renew(queue: QueueState) -> None:
    """Begin a journal of the present mark."""
    if queue.role == DETACHED or queue.role == PEER:
        start_journal(queue)
    else:
        rejoin(queue)


def on_own_lock(queue: QueueState, is_granted: bool) -> Any:
    """Keep the own lock; rejoin if a leader took it, which saw the key before the request (Chromium, where a tab writes while it loads)."""
    if is_granted:
        return queue.session.until_end
    rejoin(queue)
    return None


def on_main_lock(queue: QueueState, is_granted: bool) -> Any:
    until_end = queue.session.until_end
    if is_granted:
        become(queue, LEADER)
        look(queue)
        queue.proceed()
        return until_end
    # The leader's mirror belongs there.
    if read_mirror(queue):
        write_mirror(queue, [])
    become(queue, FOLLOWER)
    acquire(queue, queue.main_key, True, lambda later: on_main_lock(queue, later))
    return None


def leave_for_good(queue: QueueState) -> None:
    """The queue is destroyed and its last response has come: its journal is for the leader, or for the next start."""
    if queue.session is not None:
        end_session(queue)
        # The leader may be a queue of this page, and a page gets no storage event of its own writes.
        dispatch_storage(queue.env, queue.own_key, None)


def on_no_lock(queue: QueueState) -> None:
    """There are no Web Locks, or a script of the page stole one: from now on every tab is a peer, and duplicates may happen."""
    detach(queue)
    become(queue, PEER)
    look(queue)
    queue.proceed()


def look(queue: QueueState) -> None:
    """Find the journals of other tabs: a peer adopts them at once, a leader those that no tab has any more."""
    if queue.role == PEER:
        adopt(queue, lambda journal: journal != queue.own_key, [])
        return
    adopt(queue, lambda journal: journal == queue.main_key, [])
    attempt(lambda: watch_all(queue))


def watch_all(queue: QueueState) -> None:
    for storage_key in stored_keys(queue):
        watch_journal(queue, journal_of(queue, storage_key), [])


def watch_journal(queue: QueueState, journal: Any, late_texts: list[str | None]) -> None:
    """Adopt a journal that no tab has any more; wait for the lock of any other, which the leader gets when its tab is gone."""
    if is_adopted(queue, journal):
        adopt_orphan(queue, journal, late_texts)
    elif journal != queue.main_key and journal != queue.own_key and queue.watched.get(journal) is not queue.session:
        queue.watched.set(journal, queue.session)
        acquire(queue, journal, True, lambda is_granted: adopt_orphan(queue, journal, []))


def is_adopted(queue: QueueState, journal: Any) -> bool:
    """Whether this tab has adopted the journal, in whatever role: nobody else looks at it any more."""
    return queue.watched.get(journal) is False


def adopt_orphan(queue: QueueState, journal: str, late_texts: list[str | None]) -> Any:
    """No tab has this journal any more, nor ever will. Its lock is given back at once: nobody else asks for it."""
    queue.watched.set(journal, False)
    adopt(queue, lambda other: other == journal, late_texts)
    queue.proceed()
    return None


def on_storage_event(queue: QueueState, storage_key: str | None, text: str | None) -> None:
    """Another tab wrote `text` to a key; None: it removed the key. A key of None: it emptied the storage."""
    journal = journal_of(queue, storage_key) if storage_key is not None else queue.own_key
    if journal == queue.own_key:
        if queue.role == PEER or queue.role == DETACHED:
            rewrite(queue, storage_key)
            save(queue)
        else:
            # A leader found the journal before its lock was requested, and has adopted it; or a script emptied the storage.
            rejoin(queue)
    elif journal is not None and (queue.role == LEADER or is_adopted(queue, journal)):
        # The events of a tab's last writes may come after its journal was adopted (locks and storage are separate channels).
        watch_journal(queue, journal, [] if is_purged(queue, journal) else [text])
