"""A package of two screens for the tests of the build: small Python modules in folders, with the runtime of the real queue."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools import build, node

PORTS = """
class Storage(Protocol):
    def get_item(self, key: str) -> str | None: ...
class Window(Protocol):
    local_storage: Storage
"""

BROWSER = """
document: Any
def is_hidden() -> bool:
    return document.hidden
"""

QUEUE = """
from __future__ import annotations
from typing import TYPE_CHECKING, Any
from clickqueue.platform.runtime import Map, field
if TYPE_CHECKING:
    from clickqueue.platform.ports import Window
LIMITS: dict[str, Any] = {"max_size": 2, "text": "a === null"}
class Line:
    def __init__(self, env: Window, size: int) -> None:
        if size < 0:
            raise ValueError("size: got " + str(size) + "; give more")
        self.page_window = env
        self.batch_size = size
        self.listeners: list[Any] = []
class Range:
    def __init__(self, first: int) -> None:
        self.first_index = first
        self.last_index = self.first_index + 2
class Queue:
    def __init__(self, env: Window, size: int) -> None:
        line = Line(env, size)
        self.enqueue = lambda event: enqueue(line, event)
        self.get_snapshot = lambda: snapshot_of(line)
        self.flush = lambda: flush(env)
        self.subscribe = lambda value: subscribe(value)
        self.purge = lambda: Line(env, -1)
def enqueue(line: Line, event: dict[str, Any]) -> str | None:
    if event["id"] is None:
        return None
    line.listeners.append(event["id"])
    seen = Map()
    seen.set("a", line.batch_size)
    return event["id"] + str(len(line.listeners)) + str(seen.get("a")) + str(Range(4).last_index)
def snapshot_of(line: Line) -> dict[str, Any]:
    later = lambda: line.page_window.local_storage.get_item("a")
    return {"stored_text": later(), "has_map": field({"a": 1}, "a") == 1}
def flush(env: Window) -> str:
    total = 0
    for index in range(3):
        total -= index
    try:
        Line(env, total)
    except Exception as error:
        return "caught " + error.message
    return "not caught"
def subscribe(value: Any) -> str:
    if value == "":
        return "empty"
    if value == 0:
        return "0"
    return "x" if value == "x" else "other"
"""

MAIN = """
from clickqueue.delivery.queue import LIMITS, Queue
__all__ = ["ClickQueue", "DEFAULT_LIMITS", "create_widget_api"]
DEFAULT_LIMITS = LIMITS
ClickQueue = Queue
def create_widget_api(options):
    return {"track_click": options}
"""

REACT = """
from clickqueue.main import ClickQueue
__all__ = ["create_use_widget"]
def create_use_widget(env):
    return ClickQueue(env, 7).get_snapshot()
"""

FILES = {
    "platform/ports.py": PORTS,
    "platform/browser.py": BROWSER,
    "delivery/queue.py": QUEUE,
    "main.py": MAIN,
    "react.py": REACT,
    "clickqueue.d.ts": "export {}\n",
}

TWINS = ("platform/runtime.py", "platform/runtime.js")


def write_package(root: Path) -> Path:
    """Write the package into `root`/src/clickqueue; returns that folder."""
    package = root / "src" / "clickqueue"
    for name, text in (FILES | {twin: (build.SOURCE / twin).read_text() for twin in TWINS}).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in ("delivery", "platform"):
        (package / folder / "__init__.py").touch()
    return package


def dist_of(source: Path) -> Path:
    """The folder that the built files of this package are written to."""
    return source.parent.parent / "dist"


def run_script(dist: Path, script: str) -> str:
    """Run a script beside the built files under Node; returns what it printed."""
    (dist / "script.mjs").write_text(script)
    command = [str(node.NODE), "--enable-source-maps", "script.mjs"]
    return subprocess.run(command, cwd=dist, capture_output=True, text=True, check=True).stdout.strip()


def line_of(text: str, python: str = QUEUE) -> int:
    """The number of the line in a module that contains this text."""
    return 1 + next(index for index, line in enumerate(python.splitlines()) if text in line)
