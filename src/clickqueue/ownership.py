"""Which keys are mine. A key has one writer: whoever holds the Web Lock of the same name, for as long as its tab lives (CONTRACT 4.2).

Everybody wants the main key; who does not get it writes to a key of its own and waits. The owner of the main key is
the heir of all the others: it waits for each of their locks, which fall to it when their tabs die.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clickqueue.event import Record
    from clickqueue.journal import Journal
    from clickqueue.ports import Env, LockAnswer

from clickqueue.keys import guest_family, page_number
from clickqueue.runtime import Map


class Ownership:
    """The locks of one tab, and what they bring: `recover` is called with the records that come with a key."""

    def __init__(self, env: Env, main: str, journal: Journal, recover: Callable[[list[Record]], None]) -> None:
        self._env = env
        self._main = main
        self._journal = journal
        self._recover = recover
        self._releases: list[Callable[[], None]] = []
        self._has_left = True
        self._is_owner = False
        # Families that are mine, and those whose tabs I wait for.
        self._mine = Map()
        self._watched = Map()
        self._guest = ""
        self._begin()

    def ask(self) -> None:
        """Find out which key is mine. Until the answer comes, everything stands in a guest key and, copied, in the main one."""
        if self._has_left:
            self._has_left = False
            self._request(self._guest, False, lambda answer: None)
            self._request(self._main, False, lambda answer: self._on_main(answer))

    def leave(self) -> int:
        """Give up every lock and every stored record, for the page may be frozen now; returns how many records."""
        if self._has_left:
            return 0
        self._has_left = True
        self.release()
        return self._begin()

    def release(self) -> None:
        """Give up every lock and every wish for one."""
        releases = self._releases
        self._releases = []
        for release in releases:
            release()

    def hear(self, key: str | None) -> None:
        """Another tab wrote `key`, or emptied the storage."""
        if key is None:
            self._journal.rewrite_all()
            self._journal.save()
            return
        family = self._main if page_number(key, self._main) >= 0 else guest_family(key, self._main)
        if family is None:
            return
        if self._mine.has(family):
            self._recover(self._journal.take_page(family, key, self._ids_elsewhere()))
        else:
            self._watch(family)

    def scan(self) -> None:
        """Wait for every other tab that has something stored."""
        for key in self._journal.stored_keys():
            family = guest_family(key, self._main)
            if family is not None:
                self._watch(family)

    # -- inside

    def _begin(self) -> int:
        """Live in a guest key that nobody else can have: not even an heir of the one before."""
        self._is_owner = False
        self._mine = Map()
        self._watched = Map()
        self._guest = self._main + ":" + self._env.ids.new_id()
        self._mine.set(self._guest, True)
        handed_over = self._journal.leave(self._guest)
        self._journal.mirror_in(self._main)
        return handed_over

    def _request(self, family: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> None:
        self._releases.append(self._env.locks.request(family, should_wait, answer))

    def _on_main(self, answer: LockAnswer) -> None:
        if answer == "taken":
            self._journal.live_in(self._guest, False)
            self._request(self._main, True, lambda later: self._on_main(later))
            return
        self._is_owner = answer == "granted"
        self._journal.live_in(self._main, not self._is_owner)
        self._inherit(self._main)
        self.scan()

    def _watch(self, family: str) -> None:
        if self._is_owner and not self._mine.has(family) and not self._watched.has(family):
            self._watched.set(family, True)
            self._request(family, True, lambda answer: self._inherit(family))

    def _inherit(self, family: str) -> None:
        self._mine.set(family, True)
        self._recover(self._journal.take_family(family, self._ids_elsewhere()))

    def _ids_elsewhere(self) -> Map:
        """What stands in the keys of other guests. A copy of it that a tab left in the main key before its lock
        answered is not the owner's to send."""
        ids = Map()
        for key in self._journal.stored_keys():
            family = guest_family(key, self._main)
            if family is not None and not self._mine.has(family):
                self._journal.read_ids(key, ids)
        return ids
