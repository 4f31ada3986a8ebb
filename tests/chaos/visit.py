"""One tab of a round and the visitor in it: carries out steps, and logs each deed and each click that was accepted.

A deed is logged before it is done where it ends a page, so that the log never says later than it was.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.chaos.log import Click, Log, Purge, Queue, Told, now_ms
from tests.chaos.plan import KEYS, Step
from tests.chaos.tab import Gone, NoAnswer, Tab, wait_until

SETTINGS = {
    "maxBatchDelay": 300,
    "initialRetryDelay": 100,
    "maxRetryDelay": 600,
    "maxQueueSize": 5000,
    "maxQueueBytes": 4_000_000,
}
"""Quick, so that an outage costs a round no minutes; large, so that nothing overflows."""


class Visit:
    """A visitor's tab. Its state is `here`, `away`, `frozen` or `gone`."""

    def __init__(self, tab: Tab, number: int, keys: str, origin: str, log: Log) -> None:
        self.tab = tab
        self.state = "here"
        self.is_online = True
        self.page = ""
        self._tab_name = f"t{number}"
        self._keys = KEYS[keys]
        self._origin = origin
        self._log = log
        self._loads = itertools.count(1)
        self._numbers = itertools.count(1)
        tab.load(f"{origin}/?{self._tab_name}")
        self._start_page()

    # -- what a step does

    def click(self, step: Step, then: str = "") -> None:
        """Click, and do what comes `then` in the same task."""
        prefix = self._prefix()
        arguments = (prefix, step.size, step.who, step.how == "own id", then)
        with self._may_be_unsure(prefix):
            self._take(self._call("click", *arguments))

    def flush(self, step: Step | None = None) -> None:
        """The host's `flush()`."""
        self._call("flush")

    def reload(self, step: Step) -> None:
        """Click and reload."""
        self.go_online()
        self._log.leave(self.page, "reload")
        with suppress(NoAnswer):
            self.click(step, f"reload {step.how}")
        self._start_page()

    def leave(self, step: Step) -> None:
        """Click and follow a link; the page may go into the back/forward cache."""
        self.go_online()
        self._log.leave(self.page, "leave")
        with suppress(NoAnswer):
            self.click(step, f"leave {step.how}")
        self.state = "away"
        wait_until(self.tab, "document.title === 'away'", f"{self.page} to be left")

    def come_back(self, step: Step) -> None:
        """The browser's back button."""
        self.tab.back()
        wait_until(self.tab, "Boolean(window.chaos)", f"{self.page} to come back")
        self.state = "here"
        if self.tab.run("chaos.name") is None:
            self._start_page()
        else:
            self._log.come_back(self.page)

    def close(self, step: Step) -> None:
        """Click and close the tab."""
        self.click(step)
        self.end("close")
        self.tab.close()

    def crash(self, step: Step) -> None:
        """Click and crash the tab."""
        self.click(step)
        self.end("crash")
        self.tab.do("crash")

    def freeze(self, step: Step) -> None:
        """Click and freeze the page."""
        self.click(step)
        self._log.leave(self.page, "freeze")
        self.state = "frozen"
        self.tab.do("freeze")

    def resume(self, step: Step | None = None) -> None:
        """Let a frozen page go on."""
        self.tab.do("resume")
        self._log.come_back(self.page)
        self.state = "here"

    def destroy(self, step: Step) -> None:
        """Click, destroy the page's queues, and make new ones."""
        destroyed = [name for name in self._log.queues if name.startswith(f"{self.page}/q")]
        for name in destroyed:
            self._log.leave(name, "destroy")
        self.click(step, "destroy")
        self._start_queues()

    def purge(self, step: Step) -> None:
        """Click, and withdraw the consent in each queue of the page."""
        self.click(step)
        for name, at_ms in self._call("purge"):
            self._log.purges.append(Purge(name, self._log.queues[name].key, at_ms))

    def open_frame(self, step: Step) -> None:
        """Click in a frame with a queue of its own, which is removed in the same task, or later."""
        self.go_online()
        self._call("openFrame")
        wait_until(self.tab, "chaos.isFrameReady()", f"a frame in {self.page}")
        name, prefix = f"{self.page}/f{next(self._numbers)}", self._prefix()
        wanted = [[name, self._keys[0]]]
        is_removed = step.how == "at once"
        self._log.queues[name] = Queue(name, self._keys[0], now_ms())
        if is_removed:
            self._log.leave(name, "frame removed")
        with self._may_be_unsure(prefix):
            self._take(self._call("clickInFrame", prefix, step.size, wanted, self._settings, self._options, is_removed))

    def drop_frames(self, step: Step) -> None:
        """Remove the frames that were left."""
        for name in self._log.queues:
            if name.startswith(f"{self.page}/f"):
                self._log.leave(name, "frame removed")
        for report in self._call("dropFrames"):
            self._take(report)

    def go_offline(self, step: Step) -> None:
        """Cut the tab's network."""
        if self.is_online:
            self._log.leave(self.page, "offline")
            self.tab.do("offline")
            self.is_online = False

    def go_online(self, step: Step | None = None) -> None:
        """Mend it; without it nothing can be loaded."""
        if not self.is_online:
            self.tab.do("online")
            self.is_online = True
            self._log.come_back(self.page)

    def show(self, step: Step) -> None:
        """Bring the tab to the front, and so hide another."""
        self.tab.do("front")

    def end(self, why: str, at_ms: float | None = None) -> None:
        """Note that the tab is no more, from now on or since then."""
        self._log.leave(self.page, why, at_ms)
        self.state = "gone"

    # -- what a round asks

    def take_report(self) -> None:
        """Log what the page's queues say now."""
        self._take(self._call("report"))

    def flush_parked(self) -> None:
        """The host's `flush()` for those that wait for it (CONTRACT 3.7)."""
        self._call("flushParked")

    def keys(self, prefixes: list[str]) -> dict[str, str]:
        """What is in the origin's storage under these beginnings of keys."""
        return dict(self._call("keys", prefixes))

    # -- inside

    @property
    def _settings(self) -> dict[str, Any]:
        return {**SETTINGS, "maxRetries": self._log.max_retries}

    @property
    def _options(self) -> dict[str, Any]:
        return {"timeoutMs": self._log.timeout_ms}

    def _prefix(self) -> str:
        return f"{self.page}-{next(self._numbers)}"

    def _call(self, name: str, *arguments: object) -> Any:
        return self.tab.run(f"chaos.{name}({', '.join(map(json.dumps, arguments))})")

    def _start_page(self) -> None:
        """Wait for a document without a name yet, and make its queues."""
        wait_until(self.tab, "Boolean(window.chaos) && chaos.name === null", f"{self._tab_name} to load")
        self.page = f"{self._tab_name}.{next(self._loads)}"
        self._start_queues()

    def _start_queues(self) -> None:
        wanted = [[f"{self.page}/q{next(self._numbers)}", key] for key in self._keys]
        for name, key in wanted:
            self._log.queues[name] = Queue(name, key, now_ms())
        self._call("start", self.page, wanted, self._settings, self._options)

    @contextmanager
    def _may_be_unsure(self, prefix: str) -> Iterator[None]:
        """A click whose answer was lost may or may not have been accepted."""
        try:
            yield
        except (NoAnswer, Gone):
            self._log.unsure.append(prefix)
            raise

    def _take(self, report: dict[str, Any]) -> None:
        for event_id, mark, queue in report.get("accepted", []):
            self._log.clicks.append(Click(event_id, mark, queue, report["at"]))
        self._log.thrown += [(self.page, text) for text in report["thrown"]]
        self._log.refused += [(queue, mark) for queue, mark in report["refused"]]
        self._log.told += [Told(*told) for told in report["told"]]
        self._log.snapshots += [(name, snapshot) for name, snapshot in report["snapshots"] if snapshot]


DEEDS: dict[str, Callable[[Visit, Step], None]] = {
    "click": Visit.click,
    "close": Visit.close,
    "crash": Visit.crash,
    "destroy": Visit.destroy,
    "drop frame": Visit.drop_frames,
    "flush": Visit.flush,
    "frame": Visit.open_frame,
    "freeze": Visit.freeze,
    "front": Visit.show,
    "leave": Visit.leave,
    "offline": Visit.go_offline,
    "online": Visit.go_online,
    "purge": Visit.purge,
    "reload": Visit.reload,
    "resume": Visit.resume,
    "return": Visit.come_back,
}
"""Of each step of a plan that needs a tab, what is done in it."""
