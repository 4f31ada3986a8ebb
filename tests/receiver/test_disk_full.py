"""A full disk: 503, nothing acknowledged is lost, and all goes on once there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.receiver.load import Load
from tests.receiver.served import served
from tests.receiver.test_kills import check, ids_in
from tests.receiver.waiting import wait_until

SIZE = "3m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True)
    if not made or made.returncode != 0:
        assert not os.environ.get("CI"), f"CI may mount a tmpfs, and could not: {made and made.stderr!r}"
        pytest.skip("only root may mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    """Under load until nothing fits any more, then with a little room again."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_000_000)
    db = f"sqlite:///{small_disk / 'clicks.sqlite3'}"
    # The log of the receiver is elsewhere.
    with served(small_disk.parent, "--db", db) as receiver:
        with Load(receiver.port, size=20) as load:
            wait_until(lambda: 503 in load.statuses, "the disk is full", timeout_s=60)
            full_at = len(load.acknowledged)
            ballast.unlink()
            load.wait_for(100)
        assert receiver.stop() == 0
    check("disk full", load, ids_in(db, None))
    assert full_at > 0
    assert set(load.statuses) == {200, 503}
    assert "full" in receiver.log()
