"""The world of one story: tabs over one storage, a queue in each, and a clock that a story advances."""

from __future__ import annotations

from typing import Any

from tests.fakes import FakeApi, Tab, World
from tests.twin.border import Border, Borders
from tests.twin.recorder import Recorder


class Story:
    """A world, and a queue in each tab of it."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.world = World()
        self.apis: list[FakeApi] = []
        self._borders = Borders(self.recorder)

    def open(self, *outcomes: Any, **config: Any) -> tuple[Tab, Border]:
        """A new tab with a queue whose api answers with these outcomes, then acknowledges everything."""
        tab = self.world.open()
        return tab, self.queue(tab, *outcomes, **config)

    def queue(self, tab: Tab, *outcomes: Any, **config: Any) -> Border:
        """A queue in this tab; one outcome that is a function gives the outcome of each call."""
        api = FakeApi(tab.env.clock, outcomes[0] if outcomes and callable(outcomes[0]) else list(outcomes))
        self.apis.append(api)
        return self._borders.queue(config, api, tab.env)

    def wait(self, ms: float = 0) -> None:
        self.world.timeline.advance(ms)

    def texts(self) -> str:
        """Everything in storage."""
        return " ".join(self.world.origin.texts.values())
