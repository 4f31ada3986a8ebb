"""Which page a record lies in. Whatever moves is written where it goes before it is removed where it was (CONTRACT 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.ports import Env

from clickqueue.pages import FIRST_PAGE_EVENTS, Page


class Shelf:
    """The pages of one tab, of its own family and of those that it has inherited."""

    def __init__(self, env: Env, refuse: Callable[[Any, str], None]) -> None:
        self._env = env
        self._refuse = refuse
        self.pages: list[Page] = []
        # The family that new records go to.
        self.home = ""
        # Whether other tabs write to it too.
        self.is_shared = False
        # Whether storage took the last write.
        self.is_reachable = False

    def records(self) -> list[Record]:
        every: list[Record] = []
        for page in self.pages:
            page.copy_to(every)
        return every

    def page(self, family: str, number: int) -> Page:
        """The page of that number, a new one where there is none yet."""
        for page in self.pages:
            if page.family == family and page.number == number:
                return page
        page = Page(family, number, self.is_shared)
        self.pages.append(page)
        return page

    def open_page(self) -> Page:
        """The page for a new record: the last of the home family, or the next where that is full."""
        last = 0
        for page in self.pages:
            if page.family == self.home:
                last = max(last, page.number)
        page = self.page(self.home, last)
        return page if page.has_room() else self.page(self.home, last + 1)

    def save(self, count: int) -> None:
        """Bring storage up to date, and try again what failed before."""
        if count <= FIRST_PAGE_EVENTS and self._is_scattered():
            self._gather()
        pages: list[Page] = []
        for page in self.pages:
            if page.is_dirty:
                page.write(self._env, self._refuse)
                self.is_reachable = not page.is_dirty
            if page.is_dirty or len(page.records) > 0:
                pages.append(page)
        self.pages = pages

    def has_dirty(self) -> bool:
        """Whether storage lacks something that lies here."""
        for page in self.pages:
            if page.is_dirty:
                return True
        return False

    def _is_scattered(self) -> bool:
        """Whether a page lies under another key than the one that everybody knows."""
        for page in self.pages:
            if page.key != self.home:
                return True
        return False

    def _gather(self) -> None:
        """Move everything to the home family's first page."""
        whole = Page(self.home, 0, self.is_shared)
        for page in self.pages:
            if page.family == self.home:
                page.copy_to(whole.records)
        for page in self.pages:
            if page.family != self.home:
                page.copy_to(whole.records)
        whole.write(self._env, self._refuse)
        if not whole.is_dirty:
            self._replace_all_with(whole)

    def _replace_all_with(self, whole: Page) -> None:
        pages = [whole]
        for page in self.pages:
            if page.key != whole.key:
                page.take_all()
                pages.append(page)
        for record in whole.records:
            record.page = whole
        self.pages = pages
