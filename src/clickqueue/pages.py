"""What lies in storage. Whatever moves is written where it goes before it is removed where it was; removal is by id (CONTRACT 4.4).

Storage may fail at any call: the page then stays dirty, storage stays as it was, and the next `save` tries again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.event import admit
from clickqueue.runtime import after, array_text, find, joined, keep, kind, some, take_out, whole
from clickqueue.tab import NOWHERE, Page

if TYPE_CHECKING:
    from clickqueue.tab import Record, Tab

# A lone tab with this many events has them all under the one documented key (CONTRACT 4.1); 50 events cost 0.2 ms a write.
FIRST_PAGE_EVENTS = 50
# Later pages are as small as a batch: a click then costs no more with 1 000 pending than with 10, and acknowledging
# a batch mostly means removing one key.
LATER_PAGE_EVENTS = 10
# What lies in storage may have grown by its `retryCount` since it was accepted, so its limit is only what one
# request can carry (60 000 bytes, CONTRACT 3.1), not the host's `maxEventBytes`.
MAX_STORED_EVENT_BYTES = 59000


def has_id(records: list[Record], event_id: str) -> bool:
    return some(records, lambda record: record.id == event_id)


def is_new(tab: Tab, record: Record) -> bool:
    """Whether this event is neither pending here nor settled."""
    return not tab.by_id.has(record.id) and not tab.gone.has(record.id)


def page_number(key: str, family: str) -> int:
    """Which page of the family a key is, -1 where it is none."""
    return 0 if key == family else whole(after(key, family + "."))


def page_at(tab: Tab, key: str) -> Page:
    """The page under that key, a new one where there is none yet."""
    page = find(tab.pages, lambda page: page.key == key)
    if page is None:
        page = Page(key)
        tab.pages.append(page)
    return page


def page_key(family: str, number: int) -> str:
    return family + "." + str(number) if number > 0 else family


def open_page(tab: Tab) -> Page:
    """The page for a new record: the last of the home family, or the next where that is full."""
    page = page_at(tab, page_key(tab.home, tab.last_page))
    room = LATER_PAGE_EVENTS if tab.last_page > 0 else FIRST_PAGE_EVENTS
    # Without locks, tabs that each moved the other's events from page to page would lose them: there is one page only.
    if len(page.records) < room or not tab.has_locks:
        return page
    tab.last_page += 1
    return page_at(tab, page_key(tab.home, tab.last_page))


def place(tab: Tab, record: Record) -> None:
    """Give a record of the line its place in storage; `save` brings it there."""
    lay(tab, record, open_page(tab))
    soil(tab, record)


def lay(tab: Tab, record: Record, page: Page) -> None:
    """From now on this is the page that the record lies in."""
    take_out(record.stored_in.records, record)
    page.records.append(record)
    record.stored_in = page
    tab.by_id.set(record.id, record)


def remove(tab: Tab, record: Record) -> None:
    """Let go of a record; `save` takes it out of storage."""
    tab.gone.set(record.id, True)
    tab.by_id.delete(record.id)
    soil(tab, record)
    take_out(tab.line, record)
    take_out(record.stored_in.records, record)
    record.stored_in = NOWHERE


def soil(tab: Tab, record: Record) -> None:
    """Storage no longer holds of this record what it should."""
    record.stored_in.is_dirty = True
    record.stored_in.answers = 0
    if tab.mirror is not None:
        tab.mirror.is_dirty = True


def salvage(tab: Tab, page: Page, text: str | None, reason: str) -> list[Record]:
    """The events in what lies under a page's key. Rubbish among them is reported and makes the page dirty (CONTRACT 4.5)."""
    records: list[Record] = []
    items: Any = [text]
    try:
        items = tab.env.json.load(text) if text is not None else []
    except Exception:
        # Then the text itself is the one thing found, and no event.
        pass
    for item in items if kind(items) == "list" else [items]:
        record = admit(tab, item, MAX_STORED_EVENT_BYTES, reason)
        if record is None:
            page.is_dirty = True
        else:
            records.append(record)
    return records


def write(tab: Tab, page: Page, records: list[Record]) -> bool:
    """Make storage hold these records under the page's key, next to those of others where it is shared; whether that worked."""
    try:
        if tab.is_shared or page is tab.mirror:
            stored = salvage(tab, page, tab.env.storage.read(page.key), "corrupt")
            records = joined(keep(stored, lambda record: is_new(tab, record)), records)
        if len(records) > 0:
            tab.env.storage.write(page.key, array_text(records, lambda record: record.text))
        else:
            tab.env.storage.remove(page.key)
        page.is_dirty = False
    except Exception:
        page.is_dirty = True
    return not page.is_dirty


def save(tab: Tab) -> None:
    """Bring storage up to date, and try again what failed before."""
    if len(tab.line) <= FIRST_PAGE_EVENTS and some(tab.pages, lambda page: page.key != tab.home):
        gather(tab)
    for page in joined(tab.pages, []):
        if page.is_dirty and write(tab, page, page.records) and len(page.records) == 0:
            take_out(tab.pages, page)
    if tab.mirror is not None and tab.mirror.is_dirty:
        write(tab, tab.mirror, tab.line)


def gather(tab: Tab) -> None:
    """Move everything to the one key that everybody knows."""
    first = page_at(tab, tab.home)
    if write(tab, first, tab.line):
        for record in tab.line:
            record.stored_in.is_dirty = True
            lay(tab, record, first)
        first.is_dirty = False
        tab.last_page = 0
