"""What other tabs left in storage, or wrote there: their events come to me with their key, mine come back where they were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.losses import drop, drop_overflow
from clickqueue.pages import has_id, is_new, lay, page_at, page_number, place, salvage, save, soil
from clickqueue.runtime import Map, joined, keep, ordered, some
from clickqueue.tab import NOWHERE, now_ms_of

if TYPE_CHECKING:
    from clickqueue.tab import Page, Record, Tab

# Tabs put back what the writes of others have lost. Two that both take a key for theirs, for the moment that a lock's
# answer needs, or three without locks whose news travel slowly, could answer each other for ever. After this many
# answers without anything new, the next change of one's own must do; the events are in memory all the while.
MAX_ANSWERS = 10


def stored_keys(tab: Tab) -> list[str]:
    """Every key in storage. Where they cannot be told, we merge with what is there, as with what cannot be read."""
    try:
        return tab.env.storage.list_keys()
    except Exception:
        page_at(tab, tab.home).is_dirty = True
        tab.is_shared = True
        return []


def take(tab: Tab, families: list[str]) -> None:
    """Make all pages of these families mine. Nothing is written before all of them are read."""
    found: list[Record] = []
    for family in families:
        read_family(tab, family, found)
    recover(tab, joined(found, tab.line), found)


def read_family(tab: Tab, family: str, found: list[Record]) -> None:
    keys = stored_keys(tab)
    # Also those that somebody has removed.
    for page in tab.pages:
        keys.append(page.key)
    for key in ordered(keep(keys, lambda key: page_number(key, family) >= 0), lambda key: page_number(key, family)):
        try:
            take_page(tab, page_at(tab, key), tab.env.storage.read(key), True, found)
        except Exception:
            # What cannot be read must not be overwritten: from now on we merge, until it can be.
            tab.is_shared = True


def take_key(tab: Tab, key: str, text: str | None) -> None:
    """Another tab wrote `text` to a key of mine. By now something else may stand there, of mine or of that tab: both count."""
    found: list[Record] = []
    page = page_at(tab, key)
    try:
        if not tab.is_shared:
            take_page(tab, page, text, True, found)
        # Where all tabs write, only what stands there now counts, or they would answer old news for ever; and what is
        # new there is theirs to send.
        take_page(tab, page, tab.env.storage.read(key), not tab.is_shared, found)
    except Exception:
        page.is_dirty = True
    if len(found) > 0:
        # Storage may hold something else by now than what was found.
        page.is_dirty = True
        page.answers = 0
    elif page.is_dirty:
        page.answers += 1
    if page.answers < MAX_ANSWERS:
        recover(tab, joined(tab.line, found), found)


def take_page(tab: Tab, page: Page, text: str | None, is_mine: bool, found: list[Record]) -> None:
    """Add to `found` what I do not know of a page; it is written again if that is not all there is to it."""
    tab.last_page = max(tab.last_page, page_number(page.key, tab.home))
    stored = salvage(tab, page, text, "" if tab.is_shared else "corrupt")
    for record in stored:
        if is_mine and is_new(tab, record):
            lay(tab, record, page)
            found.append(record)
        elif is_mine:
            claim(tab, record.id, page)
    is_lacking = some(page.records, lambda record: not has_id(stored, record.id))
    # Not simply always: two tabs that both answered each other's writes would never end. An empty page is to go.
    if is_lacking or (is_mine and (len(page.records) == 0 or len(stored) != len(page.records))):
        page.is_dirty = True


def claim(tab: Tab, event_id: str, page: Page) -> None:
    """If a pending event of mine is in no other key yet (a quota forbade it), then this is where it lies."""
    record = tab.by_id.get(event_id)
    if record is not None and record.stored_in.is_dirty:
        lay(tab, record, page)


def recover(tab: Tab, line: list[Record], found: list[Record]) -> None:
    """Some in this line are new to me. They have waited for a page already, so they are due."""
    tab.counts["recovered"] += len(found)
    tab.line = line
    for record in found:
        record.due_at_ms = now_ms_of(tab)
        rejoin(tab, record)
        if record.timestamp_ms <= tab.purged_at_ms:
            drop(tab, record, "purged", "purge()")
    drop_overflow(tab)
    save(tab)
    tab.proceed()


def rejoin(tab: Tab, record: Record) -> None:
    """Back from the back/forward cache: what is still in flight from here is not sent again (CONTRACT 5.2)."""
    for batch in tab.flying:
        if has_id(batch.records, record.id):
            record.batch = batch
            batch.records.append(record)


def restore(tab: Tab) -> None:
    """Somebody emptied the storage, or may have written to it unheard: write everything anew."""
    page_at(tab, tab.home).is_dirty = True
    for record in tab.line:
        soil(tab, record)
    save(tab)


def hand_over(tab: Tab, home: str) -> None:
    """Leave every stored record to whoever reads it next. What is only in memory moves to the new home."""
    kept = keep(tab.line, lambda record: record.stored_in.is_dirty)
    tab.counts["handedOver"] += len(tab.line) - len(kept)
    for record in tab.line:
        record.stored_in = NOWHERE
    tab.by_id = Map()
    tab.line = kept
    tab.pages = []
    tab.home = home
    tab.last_page = 0
    for record in kept:
        place(tab, record)
    save(tab)
