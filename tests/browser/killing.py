"""A browser whose process is ended from outside, with nothing of a page's leaving in it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.browser.waiting import wait_for


def kill_browser(profile: Path) -> None:
    """End the Chromium that has this profile open, and wait until it is gone."""
    # Chromium's own mark of who has a profile: a link to `host-pid`.
    pid = int((profile / "SingletonLock").readlink().name.rsplit("-", 1)[1])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: _is_gone(pid), "the browser to be gone")


def read_storage(profile: Path) -> bytes:
    """All that localStorage has brought to the disk."""
    return b"".join(_read(file) for file in profile.glob("*/Local Storage/**/*") if file.is_file())


def _read(file: Path) -> bytes:
    with suppress(FileNotFoundError):
        return file.read_bytes()
    return b""


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True
