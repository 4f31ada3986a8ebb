"""Whether a tab runs, is frozen or is dead, and so what reaches it.

Invariant: a dead tab is mute. Its calls have no effect and nothing reaches it. It gets no exception, because the code under
test is a guest that swallows every one, and would go on as if the page still lived.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Task = Callable[[], None]


class Life:
    """The life of one tab."""

    __slots__ = ("_at_death", "_kept", "state")

    def __init__(self) -> None:
        self.state: Literal["running", "frozen", "dead"] = "running"
        self._kept: list[Task] = []
        self._at_death: list[Task] = []

    @property
    def is_dead(self) -> bool:
        return self.state == "dead"

    def run(self, task: Task) -> None:
        """Run it now, keep it until the tab is back, or forget it."""
        if self.state == "running":
            task()
        elif self.state == "frozen":
            self._kept.append(task)

    def at_death(self, task: Task) -> None:
        """Run `task` when the tab is dead."""
        self._at_death.append(task)

    def freeze(self) -> None:
        if self.state == "running":
            self.state = "frozen"

    def thaw(self, first: Task) -> None:
        """Run again: `first` the events of the page, then what had to wait."""
        if self.state != "frozen":
            return
        self.state = "running"
        kept, self._kept = self._kept, []
        self.run(first)
        for task in kept:
            self.run(task)

    def kill(self) -> None:
        if self.state == "dead":
            return
        self.state = "dead"
        self._kept = []
        for task in self._at_death:
            task()
