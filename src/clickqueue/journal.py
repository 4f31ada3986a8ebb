"""What is pending, and that storage holds it: a record is accepted once it is written, and removed only by its id.

The journal decides where a record lies, never whether it is sent. Storage may fail at any call: the page then stays
dirty and is tried again with the next write (CONTRACT 4.6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Env
    from clickqueue.stats import Stats

from clickqueue.keys import page_number
from clickqueue.pages import Page
from clickqueue.runtime import Map, ordered
from clickqueue.shelf import Shelf


class Journal:
    """The pending records of one tab."""

    def __init__(self, env: Env, stats: Stats) -> None:
        self._env = env
        self._refuse = lambda raw, detail: stats.drop(raw, "corrupt", detail)
        self._shelf = Shelf(env, self._refuse)
        self._by_id = Map()
        # A copy of everything, in the main key, while nobody has said yet whose that is (CONTRACT 4.1, 4.2).
        self._mirror: Page | None = None
        self.count = 0
        self.size_bytes = 0

    # -- where new records go

    def live_in(self, home: str, is_shared: bool) -> None:
        """Write to this family from now on, and no more to a mirror."""
        self._shelf.home = home
        self._shelf.is_shared = is_shared
        self._mirror = None

    def mirror_in(self, family: str) -> None:
        """Copy what is pending into a key that another tab may be writing."""
        self._mirror = Page(family, 0, True)
        self._mirror.records = self.records()
        self._mirror.is_dirty = self.count > 0
        try:
            self._env.storage.read(family)
            self._shelf.is_reachable = True
        except Exception:
            self._shelf.is_reachable = False

    def is_persistent(self) -> bool:
        """Whether storage works and holds every pending record."""
        return self._shelf.is_reachable and not self._shelf.has_dirty()

    # -- records

    def has(self, event_id: str) -> bool:
        return self._by_id.has(event_id)

    def records(self) -> list[Record]:
        """Every pending record."""
        return self._shelf.records()

    def add(self, record: Record) -> None:
        """Hold a record; `save` brings it to storage."""
        self._hold(record, self._shelf.open_page())
        if self._mirror is not None:
            self._mirror.records.append(record)
            self._mirror.is_dirty = True

    def rewrite(self, record: Record) -> None:
        """The record's text has changed."""
        if record.page is not None:
            record.page.is_dirty = True

    def remove(self, record: Record) -> None:
        """Let go of a record; `save` takes it out of storage."""
        if record.page is not None:
            record.page.take(record)
            if self._mirror is not None:
                self._mirror.take(record)
            self._forget(record)

    def save(self) -> None:
        """Bring storage up to date, and try again what failed before."""
        self._shelf.save(self.count)
        if self._mirror is not None and self._mirror.is_dirty:
            self._mirror.write(self._env, self._refuse)

    # -- what other tabs left, or wrote

    def stored_keys(self) -> list[str]:
        """Every key in storage. None where it cannot be read; what is there must not be overwritten then, but merged."""
        try:
            return self._env.storage.list_keys()
        except Exception:
            self._shelf.is_shared = True
            return []

    def read_ids(self, key: str, ids: Map) -> None:
        """Add the ids of the events under a key of somebody else."""
        try:
            for record in Page(key, 0, False).read(self._env, ignore):
                ids.set(record.id, True)
        except Exception:
            # Not to know them costs a duplicate, never an event.
            pass

    def take_family(self, family: str, except_ids: Map) -> list[Record]:
        """Make all pages of a family mine; returns the records that were not known here, but for those excepted."""
        found: list[Record] = []
        numbers: list[int] = []
        for key in self.stored_keys():
            if page_number(key, family) >= 0:
                numbers.append(page_number(key, family))
        for number in ordered(numbers):
            self._adopt(self._shelf.page(family, number), except_ids, found)
        return found

    def take_page(self, family: str, key: str, except_ids: Map) -> list[Record]:
        """Look at a key of mine that another tab wrote; returns the records that were not known here."""
        found: list[Record] = []
        page = self._shelf.page(family, page_number(key, family))
        if page.is_shared:
            self._repair(page)
        else:
            self._adopt(page, except_ids, found)
        return found

    def rewrite_all(self) -> None:
        """Storage was emptied by somebody: put everything back."""
        for page in self._shelf.pages:
            page.is_dirty = True
        if self._mirror is not None:
            self._mirror.is_dirty = True

    def leave(self, home: str) -> int:
        """Hand every stored record to whoever reads it next; returns how many. What is only in memory stays."""
        handed_over = 0
        pages = self._shelf.pages
        self._shelf.pages = []
        self.live_in(home, self._shelf.is_shared)
        for page in pages:
            for record in page.records:
                if page.is_dirty:
                    self._shelf.open_page().put(record)
                else:
                    self._forget(record)
                    handed_over += 1
        return handed_over

    # -- inside

    def _hold(self, record: Record, page: Page) -> None:
        page.put(record)
        self._by_id.set(record.id, record)
        self.count += 1
        self.size_bytes += record.size_bytes

    def _forget(self, record: Record) -> None:
        record.page = None
        self._by_id.delete(record.id)
        self.count -= 1
        self.size_bytes -= record.size_bytes

    def _adopt(self, page: Page, except_ids: Map, found: list[Record]) -> None:
        """Hold what lies under a page's key, and write the page again where that is not the whole of it."""
        try:
            stored = page.read(self._env, self._refuse)
        except Exception:
            page.is_shared = True
            return
        is_dirty = page.is_dirty
        for record in stored:
            if not self.has(record.id) and not except_ids.has(record.id):
                self._hold(record, page)
                found.append(record)
        # Not simply always: two tabs that both answered each other's writes would never end.
        page.is_dirty = is_dirty or len(stored) != len(page.records) or page.lacks(stored)

    def _repair(self, page: Page) -> None:
        """Put back what another tab's write has lost."""
        try:
            stored = page.read(self._env, ignore)
            page.is_dirty = page.is_dirty or page.lacks(stored)
        except Exception:
            page.is_dirty = True


def ignore(raw: Any, detail: str) -> None:
    """Rubbish in a page that others own is theirs to report."""
