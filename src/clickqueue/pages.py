"""What lies in storage. Whatever moves is written where it goes before it is removed where it was; removal is by id (CONTRACT 4.4).

Storage may fail at any call: the page then stays dirty, storage stays as it was, and the next `save` tries again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickqueue.event import admit
from clickqueue.runtime import after, find, joined, keep, kind, take_out, whole
from clickqueue.tab import Page, report

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
# Others' copies of a settled event turn up within seconds; when this many were settled and nothing is pending, they are
# forgotten.
MAX_GONE_IDS = 1000


def has_id(records: list[Record], event_id: str) -> bool:
    return find(records, lambda record: record.id == event_id) is not None


def is_new(tab: Tab, record: Record) -> bool:
    """Whether this event is neither pending here nor settled."""
    return not has_id(tab.line, record.id) and find(tab.gone, lambda event_id: event_id == record.id) is None


def members(tab: Tab, page: Page) -> list[Record]:
    """The records that lie in a page."""
    return keep(tab.line, lambda record: record.page is page)


def page_number(key: str, family: str) -> int:
    """Which page of the family a key is, -1 where it is none."""
    digits = after(key, family + ".")
    return 0 if key == family else whole(digits if digits is not None else "")


def page_at(tab: Tab, family: str, number: int) -> Page:
    """The page of that number, a new one where there is none yet."""
    page = find(tab.pages, lambda page: page.family == family and page.number == number)
    if page is None:
        page = Page(family, number)
        tab.pages.append(page)
    return page


def open_page(tab: Tab) -> Page:
    """The page for a new record: the last of the home family, or the next where that is full."""
    last = 0
    for page in tab.pages:
        if page.family == tab.home:
            last = max(last, page.number)
    page = page_at(tab, tab.home, last)
    room = FIRST_PAGE_EVENTS if last == 0 else LATER_PAGE_EVENTS
    return page if len(members(tab, page)) < room else page_at(tab, tab.home, last + 1)


def place(tab: Tab, record: Record) -> None:
    """Give a record of the line its place in storage; `save` brings it there."""
    page = open_page(tab)
    record.page = page
    page.is_empty = False
    soil(tab, page)


def remove(tab: Tab, record: Record) -> None:
    """Let go of a record; `save` takes it out of storage."""
    page = record.page
    if page is not None:
        tab.gone.append(record.id)
        soil(tab, page)
        take_out(tab.line, record)
        record.page = None


def soil(tab: Tab, page: Page) -> None:
    """Storage no longer holds what it should."""
    page.is_dirty = True
    page.answers = 0
    if tab.mirror is not None:
        tab.mirror.is_dirty = True


def salvage(tab: Tab, page: Page, text: str | None, reason: str) -> list[Record]:
    """The events in what lies under a page's key. Rubbish among them is reported and makes the page dirty (CONTRACT 4.5)."""
    records: list[Record] = []
    items = parse(tab, text) if text is not None else records
    if kind(items) != "list":
        report(tab, text, reason, "stored page is not a JSON array")
        page.is_dirty = True
        return records
    for item in items:
        record = admit(tab, item, MAX_STORED_EVENT_BYTES, reason)
        if record is not None:
            records.append(record)
    page.is_dirty = page.is_dirty or len(records) < len(items)
    return records


def parse(tab: Tab, text: str) -> Any:
    try:
        return tab.env.json.load(text)
    except Exception:
        return None


def write(tab: Tab, page: Page, records: list[Record]) -> bool:
    """Make storage hold these records under the page's key, next to those of others where it is shared; whether that worked."""
    try:
        if tab.is_shared or page is tab.mirror:
            stored = salvage(tab, page, tab.env.storage.read(page.key), "corrupt")
            records = joined(keep(stored, lambda record: is_new(tab, record)), records)
        text = ""
        for record in records:
            text += ("," if len(text) > 0 else "") + record.text
        if len(text) > 0:
            tab.env.storage.write(page.key, "[" + text + "]")
        else:
            tab.env.storage.remove(page.key)
        page.is_dirty = False
    except Exception:
        page.is_dirty = True
    return not page.is_dirty


def save(tab: Tab) -> None:
    """Bring storage up to date, and try again what failed before."""
    if len(tab.line) <= FIRST_PAGE_EVENTS and find(tab.pages, lambda page: page.key != tab.home) is not None:
        gather(tab)
    for page in tab.pages:
        if page.is_dirty:
            records = members(tab, page)
            page.is_empty = len(records) == 0
            tab.is_reachable = write(tab, page, records)
    tab.pages = keep(tab.pages, lambda page: page.is_dirty or not page.is_empty)
    if len(tab.gone) > MAX_GONE_IDS and len(tab.pages) == 0:
        tab.gone = []
    if tab.mirror is not None and tab.mirror.is_dirty:
        write(tab, tab.mirror, tab.line)


def gather(tab: Tab) -> None:
    """Move everything to the one key that everybody knows."""
    first = page_at(tab, tab.home, 0)
    if write(tab, first, tab.line):
        first.is_empty = False
        for record in tab.line:
            page = record.page
            if page is not None and page is not first:
                page.is_dirty = True
                record.page = first
