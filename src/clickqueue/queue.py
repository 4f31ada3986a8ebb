"""The life of an event: accepted, stored, sent, settled. After its start nothing here throws into the host (CONTRACT 1.6).

Every call, timer, answer and piece of news changes what it must and then comes to `proceed`, which sends what is due,
arms the one timer for what is due next, and tells the host what has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.adoption import rejoin, restore
from clickqueue.batches import MAX_BODY_BYTES, waiting
from clickqueue.config import check_api, read_config
from clickqueue.event import admit
from clickqueue.losses import drop, drop_overflow
from clickqueue.ownership import ask, hear, leave, release, retake, scan
from clickqueue.pages import place, save
from clickqueue.publish import publish
from clickqueue.runtime import Map, joined, take_out
from clickqueue.schedule import arm, flush, is_parked, next_wake_ms, open_path
from clickqueue.sender import send_all, send_next
from clickqueue.tab import Tab, now_ms_of, report, work_alone

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import Api, Env, PageNews
    from clickqueue.tab import Record

# Others' copies of a settled event turn up within seconds; after this many more they are forgotten. Never in the middle
# of something, since a merging write asks here what it may leave out.
MAX_GONE_IDS = 1000


class Queue:
    """A click queue over whatever ports it is given; `main.ClickQueue` gives it those of a browser.

    Its methods are bound: each may be handed on by itself, as React's `useSyncExternalStore` takes them (CONTRACT 1.3).
    """

    def __init__(self, config: Any, api: Api, env: Env) -> None:
        """Raises TypeError or RangeError for a bad config (CONTRACT 1.6)."""
        settings = read_config(config)
        check_api(api)
        tab = Tab(settings, api, env)
        tab.proceed = lambda: proceed(tab)
        stop = env.page.listen(lambda news, key, text: on_news(tab, news, key, text))
        ask(tab)
        proceed(tab)
        self._tab = tab
        self.enqueue: Callable[[Any], str | None] = lambda event: enqueue(tab, event)
        self.flush: Callable[[], None] = lambda: on_news(tab, "online", None, None)
        self.subscribe: Callable[[Callable[[], None]], Callable[[], None]] = lambda listener: subscribe(tab, listener)
        self.get_snapshot: Callable[[], dict[str, Any]] = lambda: tab.snapshot
        self.purge: Callable[[], None] = lambda: purge(tab)
        self.destroy: Callable[[], None] = lambda: destroy(tab, stop)


def enqueue(tab: Tab, event: Any) -> str | None:
    """Accept an event: it is in storage before its id is returned. None where it is none (CONTRACT 2)."""
    record = None
    if tab.is_destroyed:
        report(tab, event, "invalid", "destroyed")
    else:
        record = admit(tab, event, min(tab.config["maxEventBytes"], tab.config["maxQueueBytes"]), "invalid")
    if record is not None:
        accept(tab, record)
    proceed(tab)
    return record.id if record is not None else None


def subscribe(tab: Tab, listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after each change of the snapshot, until the returned function is called."""

    # One of its own: the same listener may subscribe twice, and each subscription ends by itself.
    def call() -> None:
        listener()

    tab.listeners.append(call)
    return lambda: take_out(tab.listeners, call)


def purge(tab: Tab) -> None:
    """Forget every event, here and in storage: consent was withdrawn (CONTRACT 5.4)."""
    if not tab.is_destroyed:
        # What other tabs leave behind later was clicked before the withdrawal too.
        tab.purged_at_ms = tab.env.clock.now_ms()
        for record in joined(tab.line, []):
            drop(tab, record, "purged", "purge()")
        save(tab)
        proceed(tab)


def destroy(tab: Tab, stop: Callable[[], None]) -> None:
    """Leave no timer and no listener behind; stored events wait for the next start (CONTRACT 5.3)."""
    if not tab.is_destroyed:
        tab.is_destroyed = True
        # It hears no news from now on, so what it still removes it takes out of whatever others have written.
        tab.is_shared = True
        stop()
        # Again when the last answer was heard: what it leaves behind is for the other queues of this page.
        tab.releases.append(stop)
        proceed(tab)
        tab.listeners = []


def work(tab: Tab) -> None:
    """Send what is due, and see to it that we are woken for the rest."""
    retake(tab)
    wake_at_ms = next_wake_ms(tab)
    # Where something is due and nothing can go, a host broke what every page has: the next call goes on.
    while wake_at_ms is not None and wake_at_ms <= now_ms_of(tab) and send_next(tab, waiting(tab), MAX_BODY_BYTES) > 0:
        wake_at_ms = next_wake_ms(tab)
    arm(tab, wake_at_ms)


def accept(tab: Tab, record: Record) -> None:
    if tab.by_id.has(record.id):
        tab.counts["duplicates"] += 1
        return
    # Settled once, and wanted again: then the host means it.
    tab.gone.delete(record.id)
    tab.counts["enqueued"] += 1
    record.due_at_ms = now_ms_of(tab) + tab.config["maxBatchDelay"]
    record.born_after = tab.counts["failures"]
    tab.line.append(record)
    rejoin(tab, record)
    place(tab, record)
    drop_overflow(tab)
    save(tab)


def on_news(tab: Tab, news: PageNews, key: str | None, text: str | None) -> None:
    if news == "storage":
        hear(tab, key, text)
    elif news == "online":
        flush(tab)
    elif news == "visible":
        if is_parked(tab):
            tab.hold_until_ms = 0
            open_path(tab)
        restore(tab)
        scan(tab)
    elif news == "return":
        ask(tab)
    elif news != "offline":
        send_all(tab)
        if news == "leave":
            leave(tab)
    proceed(tab)


def proceed(tab: Tab) -> None:
    # An api may answer at once, and a host may call back: whoever is first finishes the work.
    if tab.is_busy:
        return
    work_alone(tab, lambda: work(tab))
    if tab.gone.size > MAX_GONE_IDS:
        tab.gone = Map()
    if tab.is_destroyed and len(tab.flying) == 0:
        release(tab)
    publish(tab)
