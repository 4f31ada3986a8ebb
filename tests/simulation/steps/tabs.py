"""Steps of tabs: opened, closed, crashed, frozen, left and returned to.

Invariant of all steps: one that finds nobody to happen to does nothing, so that a plan with steps left out is a plan.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes import Tab
from tests.simulation.page import open_tab, start_queue
from tests.simulation.state import History, Host

MAX_TABS = 4
MAX_TABS_WITHOUT_LOCKS = 3
"""As many as a visitor has; without locks each gets a storage event of every write of each, which takes long."""


def do_open(history: History) -> None:
    """One more tab, up to the most that a visitor has."""
    most = MAX_TABS if history.options.has_locks else MAX_TABS_WITHOUT_LOCKS
    if len({host.tab.name for host in history.hosts}) < most:
        open_tab(history)


def do_open_twin(history: History, number: int) -> None:
    """A second widget in the same page."""
    host = history.running_host(number)
    if host is not None:
        start_queue(history, host.tab)


def do_kill(history: History, number: int) -> None:
    """A tab crashes."""
    host = history.running_host(number)
    if host is not None:
        host.tab.kill()


def do_doom(history: History, number: int, changes: int) -> None:
    """A tab will crash right after so many more changes of the store."""
    host = history.running_host(number)
    if host is not None:
        host.tab.env.storage.die_after = changes


def do_close(history: History, number: int, hidden_first: bool) -> None:
    """The user closes a tab."""
    _while_leaving(history, history.running_host(number), lambda tab: tab.close(hidden_first))


def do_reload(history: History, number: int) -> None:
    """The user reloads a page."""
    if history.running_host(number) is not None:
        do_close(history, number, False)
        do_open(history)


def do_leave(history: History, number: int, hidden_first: bool) -> None:
    """A page goes into the back/forward cache."""
    _while_leaving(history, history.running_host(number), lambda tab: tab.leave(hidden_first))


def do_return(history: History, number: int) -> None:
    """A page comes back from the back/forward cache."""
    host = history.frozen_host(number)
    if host is not None:
        host.tab.come_back()


def do_freeze(history: History, number: int) -> None:
    """The browser freezes a tab in the background."""
    _while_leaving(history, history.running_host(number), lambda tab: tab.freeze())


def do_resume(history: History, number: int) -> None:
    """The browser runs a frozen tab again."""
    host = history.frozen_host(number)
    if host is not None:
        host.tab.resume()


def do_come_or_go(history: History, number: int) -> None:
    """A frozen page comes back; where there is none, a page is left."""
    if history.frozen_host(number) is None:
        do_leave(history, number, False)
    else:
        do_return(history, number)


def do_evict(history: History, number: int) -> None:
    """The browser needs the memory of a page in the back/forward cache."""
    host = history.frozen_host(number)
    if host is not None:
        host.tab.kill()


def do_tell(history: History, number: int, event: str) -> None:
    """A page gets an event by itself."""
    host = history.running_host(number)
    if event == "hidden":
        _while_leaving(history, host, lambda tab: tab.page.tell("hidden"))
    elif host is not None:
        host.tab.page.tell(event)  # type: ignore[arg-type]


def do_destroy(history: History, number: int) -> None:
    """A host destroys its queue."""
    host = history.running_host(number)
    if host is not None:
        host.queue.destroy()
        host.is_destroyed = True


def _while_leaving(history: History, host: Host | None, action: Callable[[Tab], None]) -> None:
    """Do something to a page in which its queues may send all at once (CONTRACT 5.1)."""
    if host is None:
        return
    mates = [each for each in history.hosts if each.tab is host.tab]
    for mate in mates:
        mate.is_leaving = True
    action(host.tab)
    for mate in mates:
        mate.is_leaving = False
        # Events that are handed over may come back in another order.
        mate.accepted.clear()
