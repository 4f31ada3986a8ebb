"""One program of the cluster: started under a user that is not root, stopped by its own pid, never by its name."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.receiver.postgres import owner


def offspring(pid: int) -> list[int]:
    """The processes that a process has started, and theirs, from the nearest to the farthest."""
    try:
        children = [int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in (task / "children").read_text().split()]
    except OSError:
        return []
    return children + [each for child in children for each in offspring(child)]


def kill(pids: list[int]) -> None:
    """SIGKILL for each of them, at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Program:
    """A command with a folder and a log of its own. It can be killed and started again."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.folder = folder
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting for anything."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C"}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, cwd=self.folder, env=environment, user=owner(), start_new_session=True
            )

    def pids(self) -> list[int]:
        """Its process and all that it has started."""
        if not self._process or self._process.poll() is not None:
            return []
        return [self._process.pid, *offspring(self._process.pid)]

    def kill(self) -> None:
        """SIGKILL for it and all that it has started."""
        kill(self.pids())
        if self._process:
            self._process.wait(30)

    def log(self) -> str:
        """The end of all that it has printed."""
        path = self.folder / "log"
        return path.read_text()[-2_000:] if path.exists() else ""
