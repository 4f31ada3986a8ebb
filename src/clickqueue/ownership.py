"""Which keys are mine. A key has one writer: whoever holds the Web Lock of the same name, for as long as its tab lives (CONTRACT 4.2).

Everybody wants the main key; who does not get it writes to a key of its own and waits. The owner of the main key is
the heir of all the others: it waits for each of their locks, which fall to it when their tabs die.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clickqueue.adoption import hand_over, restore, stored_keys, take, take_key
from clickqueue.pages import page_number
from clickqueue.runtime import after, before, joined, some
from clickqueue.tab import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from clickqueue.ports import LockAnswer
    from clickqueue.tab import Tab


def begin(tab: Tab) -> None:
    """Live in a key that nobody else can have, not even an heir of the one before, and copy everything to the main one."""
    # Where there are no locks, everybody lives in the main key.
    home = tab.main + ":" + tab.env.ids.new_id() if tab.has_locks else tab.main
    tab.mine = [home]
    tab.known = [home]
    tab.mirror = Page(tab.main)
    tab.heard = []
    tab.is_owner = False
    tab.is_shared = not tab.has_locks
    hand_over(tab, home)


def ask(tab: Tab) -> None:
    """Find out which key is mine, at the start and after a return."""
    if len(tab.releases) == 0:
        # What was written after the page was left may have an heir already.
        begin(tab)
        guest = tab.home
        request(tab, guest, False, lambda answer: on_guest(tab, guest, answer))
        request(tab, tab.main, False, lambda answer: on_main(tab, answer))


def on_guest(tab: Tab, guest: str, answer: LockAnswer) -> None:
    """An heir that saw my key before my lock was there has taken both (Chromium, when a tab writes while it loads)."""
    if answer == "taken" and tab.home == guest:
        # What is stored there is the heir's: start over.
        release(tab)
        ask(tab)


def leave(tab: Tab) -> None:
    """Give up every lock and every stored record: the page may be frozen now (CONTRACT 5.2)."""
    if len(tab.releases) > 0:
        release(tab)
        begin(tab)


def release(tab: Tab) -> None:
    releases = tab.releases
    tab.releases = []
    for end in releases:
        end()


def request(tab: Tab, family: str, should_wait: bool, answer: Callable[[LockAnswer], None]) -> None:
    """A queue that was destroyed meanwhile takes nothing any more: it has not heard what became of its keys."""
    tab.releases.append(tab.env.locks.request(family, should_wait, lambda word: None if tab.is_destroyed else answer(word)))


def on_main(tab: Tab, answer: LockAnswer) -> None:
    """The main key is mine, another tab's, or (where there are no locks) everybody's."""
    heard = tab.heard
    tab.heard = []
    tab.mirror = None
    if answer == "taken":
        request(tab, tab.main, True, lambda later: on_main(tab, later))
        return
    # My own key first. An heir may have taken what I believe to lie there; then the copies in the main one are all there is.
    take_all(tab)
    tab.home = tab.main
    tab.is_owner = answer == "granted"
    tab.has_locks = tab.is_owner
    # The main key first, since what is found in the others is gathered there.
    tab.mine = joined([tab.main], tab.mine)
    take_all(tab)
    for hear_again in heard:
        hear_again()


def take_all(tab: Tab) -> None:
    tab.is_shared = not tab.is_owner
    take(tab, tab.mine)
    scan(tab)


def inherit(tab: Tab, family: str) -> None:
    tab.mine.append(family)
    take(tab, [family])


def scan(tab: Tab) -> None:
    """Wait for every other tab that has something stored."""
    for key in stored_keys(tab):
        watch(tab, key)


def watch(tab: Tab, key: str) -> None:
    """If another tab writes this key, be its heir."""
    main = tab.main + ":"
    guest = after(key, main)
    if tab.is_owner and guest is not None:
        family = main + before(guest, ".")
        if not some(tab.known, lambda known: known == family):
            tab.known.append(family)
            request(tab, family, True, lambda answer: inherit(tab, family))


def retake(tab: Tab) -> None:
    """Storage could not be read when a key became mine: see whether it can be now."""
    if tab.is_owner and tab.is_shared and not tab.is_destroyed:
        take_all(tab)


def hear(tab: Tab, key: str | None, text: str | None) -> None:
    """Another tab wrote `text` to `key`, or emptied the storage. This may come after the lock that the tab left behind."""
    if key is None:
        restore(tab)
        return
    if after(key, tab.main) is None:
        # A key of the host's: looking through them all would cost it dearly.
        return
    if tab.mirror is not None:
        # Not even the key of my own is mine yet: whoever writes there may be its heir.
        tab.heard.append(lambda: hear(tab, key, text))
    elif some(tab.mine, lambda family: page_number(key, family) >= 0):
        take_key(tab, key, text)
    else:
        # All of them: those of another queue in this very page make no news.
        scan(tab)
