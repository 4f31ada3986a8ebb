"""The role of a tab among the tabs of its origin. `become` alone changes it.

| role | its journal | copy in the main key | storage events |
|---|---|---|---|
| detached (the page was left) | a fresh key | yes | not processed |
| joining (both locks are requested) | its own key | yes | kept for later |
| follower (another tab leads) | its own key | no | of its own keys: merged |
| leader (has the main lock, waits for that of every other journal) | the main key | no | of its own keys: merged; others: watched |
| peer (there are no Web Locks) | its own key | no | of its own keys: merged |

| event | detached | joining | follower | leader | peer |
|---|---|---|---|---|---|
| start, pageshow, resume | joining | | | | |
| own lock taken | | joining | joining | | |
| main lock granted | | leader | leader | | |
| main lock taken | | follower | | | |
| no locks, or a script stole one | | peer | peer | peer | |
| lock of a journal granted | | | | leader | |
| pagehide, freeze | detached | detached | detached | detached | detached |

The copy in the main key, and the move of a leader's journal to it, come from the contract alone: an accepted event is in the
one documented key in the same call (2.1, 4.1), and a lock answers after that. A tab that leaves forgets its stored
events; they wait in storage, where no other tab rewrites them, for the tab that adopts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.platform.runtime import concat, dispatch_storage, filtered, place_of, some, sorted_by, uuid7
from clickqueue.state import Segment
from clickqueue.storage.journal import journal_of, load_segment, segment_at, start_journal, stored_keys
from clickqueue.storage.purge import forget_mark, mark_key, obey_purge, on_mark
from clickqueue.storage.recovery import adopt, is_stale
from clickqueue.storage.sync import MAX_REPAIRS, save, sync, take_in
from clickqueue.tabs.locks import acquire, end_session, start_session

if TYPE_CHECKING:
    from clickqueue.state import QueueState

DETACHED = 0
JOINING = 1
FOLLOWER = 2
LEADER = 3
PEER = 4


def become(queue: QueueState, role: int) -> None:
    queue.role = role
    # Until a lock has decided who leads, the head segment is copied to the main key (CONTRACT 4.1, 4.2).
    queue.mirror = Segment(queue.main_key) if role < FOLLOWER else None


def hand_over(queue: QueueState, role: int) -> None:
    """Leave every stored event to the tab that adopts it, and start a journal that no other tab can have adopted."""
    kept = filtered(queue.pending, lambda record: record.segment.is_dirty)
    queue.counts["handedOver"] += len(queue.pending) - len(kept)
    queue.pending = kept
    queue.watched = []
    queue.early_texts = []
    become(queue, role)
    queue.own_key = queue.main_key + ":" + uuid7(queue.env)
    start_journal(queue, queue.own_key)
    save(queue)


def join(queue: QueueState) -> None:
    """Find out which role this tab has: at the start, and when a page that was left is back."""
    if queue.role == DETACHED:
        hand_over(queue, JOINING)
        forget_mark(queue)
        try:
            start_session(queue)
        except Exception:
            on_no_lock(queue)
            return
        acquire(queue, queue.own_key, False, lambda is_granted: on_own_lock(queue, is_granted), lambda error: on_no_lock(queue))
        # Where there are no locks the first request has failed by now.
        if queue.role == JOINING:
            acquire(queue, queue.main_key, False, lambda is_granted: on_main_lock(queue, is_granted), lambda error: on_no_lock(queue))


def detach(queue: QueueState) -> None:
    """The page is left and may be frozen now: give up every lock and every stored event (CONTRACT 5.2)."""
    end_session(queue)
    hand_over(queue, DETACHED)


def on_own_lock(queue: QueueState, is_granted: bool) -> Any:
    """Taken: a leader saw the key before the lock was requested (Chromium, where a tab writes while it loads)."""
    if is_granted:
        return queue.session.until_end
    detach(queue)
    join(queue)
    return None


def on_main_lock(queue: QueueState, is_granted: bool) -> Any:
    until_end = queue.session.until_end
    if is_granted:
        lead(queue)
        queue.proceed()
        return until_end
    show_mirror(queue)
    become(queue, FOLLOWER)
    queue.early_texts = []
    acquire(queue, queue.main_key, True, lambda later: on_main_lock(queue, later), lambda error: on_no_lock(queue))
    return None


def show_mirror(queue: QueueState) -> None:
    """The leader may be a queue of this page, and a page gets no storage event of its own writes."""
    if queue.mirror is not None and queue.mirror.known_text is not None:
        dispatch_storage(queue.env, queue.main_key, queue.mirror.known_text)


def leave_for_good(queue: QueueState) -> None:
    """The queue is destroyed and its last response has come: its journal is for the leader, or for the next start."""
    if queue.session is not None:
        show_mirror(queue)
        end_session(queue)
        dispatch_storage(queue.env, queue.own_key, None)


def on_no_lock(queue: QueueState) -> None:
    """There are no Web Locks, or a script of the page stole one: from now on every tab is a peer, and duplicates may happen."""
    detach(queue)
    become(queue, PEER)
    look(queue, True)
    queue.proceed()


def lead(queue: QueueState) -> None:
    """Move to the main key. Every event that was written there meanwhile counts, also where it was overwritten since."""
    early_texts = queue.early_texts
    become(queue, LEADER)
    start_journal(queue, queue.main_key)
    for early in early_texts:
        if journal_of(queue, early[0]) == queue.main_key:
            take_in(queue, load_segment(queue, early[0]), early[1])
    queue.early_texts = filtered(early_texts, lambda early: journal_of(queue, early[0]) != queue.main_key)
    look(queue, True)


def look(queue: QueueState, is_start: bool) -> None:
    """Read every key: this tab's own ones, and those of others that are its to adopt or to watch."""
    obey_purge(queue)
    queue.is_blind = False
    orphans: list[str] = []
    try:
        # The head segment last, since events that are found go to the front of the queue.
        for storage_key in sorted_by(stored_keys(queue), lambda storage_key: -place_of(storage_key, queue.main_key)[1]):
            journal = journal_of(queue, storage_key)
            if journal == queue.journal_key:
                sync(queue, load_segment(queue, storage_key))
            elif journal == queue.own_key or (queue.role == PEER and (is_start or is_stale(queue, storage_key))):
                orphans.append(storage_key)
            elif journal is not None and journal != queue.main_key:
                watch_journal(queue, journal)
    except Exception:
        queue.is_blind = True
    # Also the segments whose keys another script has removed.
    for segment in concat(queue.segments, []):
        sync(queue, segment)
    adopt(queue, orphans)


def watch_journal(queue: QueueState, journal: str) -> None:
    """The leader waits for the lock of every other journal, which it gets when the tab of that journal is gone."""
    if queue.role == LEADER and not some(queue.watched, lambda watched: watched == journal):
        queue.watched.append(journal)
        acquire(queue, journal, True, lambda is_granted: on_orphan(queue, journal), lambda error: on_no_lock(queue))


def on_orphan(queue: QueueState, journal: str) -> Any:
    """A journal has no tab any more. Its lock is given back at once: nobody else asks for it."""
    queue.watched = filtered(queue.watched, lambda watched: watched != journal)
    keys: list[str] = []
    for early in queue.early_texts:
        keys.append(early[0])
    try:
        keys = concat(keys, stored_keys(queue))
    except Exception:
        queue.is_blind = True
    adopt(queue, filtered(keys, lambda storage_key: journal_of(queue, storage_key) == journal))
    queue.proceed()
    return None


def on_storage_event(queue: QueueState, storage_key: str | None, text: str | None) -> None:
    """Another tab wrote `text` to a key; None: it removed the key. A key of None: it emptied the storage."""
    journal = journal_of(queue, storage_key) if storage_key is not None else None
    if storage_key is None:
        look(queue, False)
    elif storage_key == mark_key(queue):
        on_mark(queue, text)
        save(queue)
    elif journal is not None and queue.role != DETACHED:
        obey_purge(queue)
        on_write(queue, storage_key, journal, text)


def on_write(queue: QueueState, storage_key: str, journal: str, text: str | None) -> None:
    if queue.role == JOINING and text is not None:
        queue.early_texts.append([storage_key, text])
    elif journal == queue.journal_key:
        # The text first: a write of this tab may have overwritten it before it was read (locks and storage are separate
        # channels). Then the text that is stored by now.
        take_in(queue, segment_at(queue, storage_key), text)
        if queue.repairs < MAX_REPAIRS:
            sync(queue, segment_at(queue, storage_key))
            save(queue)
    elif queue.role == LEADER:
        queue.early_texts = filtered(queue.early_texts, lambda early: early[0] != storage_key)
        if text is not None:
            queue.early_texts.append([storage_key, text])
        watch_journal(queue, journal)
