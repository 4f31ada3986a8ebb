"""The worked example of docs/design.md, run over the fakes of the tests: `python -m tools.worked_example` prints it.

Invariant: each line of the example shows what storage contains after the step that it names; no line is written by hand.
"""

from __future__ import annotations

import re
from typing import Any

import tests.fakes as fakes  # First: tests/__init__.py makes src/ known.
from clickqueue.main import ClickQueue


class Scene:
    """Two tabs of one origin; `lines` is what is in storage after each step."""

    def __init__(self) -> None:
        self.world = fakes.World()
        self.tabs: dict[str, fakes.Tab] = {}
        self.queues: dict[str, Any] = {}
        self.apis: dict[str, fakes.FakeApi] = {}
        self.clicks: dict[str, str] = {}
        self.lines: list[str] = []

    def open(self, name: str) -> None:
        """A page with a queue starts. Its locks have not answered yet."""
        tab = self.tabs[name] = self.world.open(name)
        self.apis[name] = fakes.FakeApi(tab.env.clock, lambda call: fakes.HOLD)
        self.queues[name] = ClickQueue({}, self.apis[name], tab.env)

    def click(self, name: str) -> None:
        event_id = self.queues[name].enqueue(fakes.click())
        self.clicks[event_id] = f"click {len(self.clicks) + 1}"

    def run_due_tasks(self) -> None:
        """The browser answers the locks and dispatches the storage events."""
        self.world.timeline.advance(0)

    def show(self, step: str) -> None:
        """Note the step, then the keys and the events in them, with the name of a tab in place of its UUID."""
        self.lines.append(f"{len([line for line in self.lines if line[0] != ' ']) + 1}. {step}")
        contents = {self._short(key): self._events_of(text) for key, text in self.world.origin.texts.items()}
        self.lines += [f"     {key:<20} {events}" for key, events in sorted(contents.items())] or ["     no key"]

    def _short(self, key: str) -> str:
        own_keys = {queue._state.own_key: name for name, queue in self.queues.items()}
        return f"{key.partition(':')[0]}:{own_keys[key]}" if key in own_keys else key

    def _events_of(self, text: str) -> str:
        return ", ".join(self.clicks[event_id] for event_id in re.findall(r'"id":"([^"]+)"', text))


def run() -> list[str]:
    """Two tabs; the first crashes, and the second delivers everything."""
    scene = Scene()
    scene.open("A")
    scene.click("A")
    scene.show("Tab A starts and is clicked. No lock has answered yet: A is joining.")
    scene.run_due_tasks()
    scene.show("A gets its own lock and the main lock: A is the leader.")
    scene.open("B")
    scene.click("B")
    scene.show("Tab B starts and is clicked. B is joining; the main key is not free, so B writes its journal alone.")
    scene.run_due_tasks()
    scene.show("B does not get the main lock: B is a follower, and waits. A now waits for the lock of B's journal.")
    scene.click("A")
    scene.show("A is clicked again.")
    scene.tabs["A"].kill()
    scene.show("A crashes. None of its code runs; the browser gives its locks away.")
    scene.run_due_tasks()
    scene.show(
        "B gets the main lock: B is the leader. It adopts A's clicks into its own journal, removes A's, and sends all three."
    )
    scene.apis["B"].calls[0].resolve()
    scene.run_due_tasks()
    scene.show("The server acknowledges them.")
    return scene.lines


def main() -> None:
    print("\n".join(run()))


if __name__ == "__main__":
    main()
