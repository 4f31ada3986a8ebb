"""Debian's packages, installed where this machine lets us. None of their services starts, since the tests start programs of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian's packages ask it before they start a service; 101 forbids it. Containers usually have one.
POLICY = Path("/usr/sbin/policy-rc.d")
FORBID = "#!/bin/sh\nexit 101\n"


def install(packages: tuple[str, ...], remedy: str, how: Callable[..., bool] | None = None) -> bool:
    """Install packages by `how` (by `apt`), or print the remedy; whether they are there now. Never raises."""
    if shutil.which("apt-get") is not None and os.geteuid() == 0:
        print(f"installing {' '.join(packages)} with apt-get …", flush=True)
        if (how or apt)(*packages):
            return True
        print("apt-get failed, see its output above; ", end="")
    print(f"to have {'it' if len(packages) == 1 else 'them'}: {remedy}", flush=True)
    return False


def apt(*packages: str) -> bool:
    """Install packages of the distribution; whether that worked."""
    surroundings = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *packages))
    with no_service_starts():
        return all(subprocess.run(["apt-get", *command], env=surroundings).returncode == 0 for command in commands)


@contextmanager
def no_service_starts() -> Iterator[None]:
    """Forbid it for the block; a policy that is there already is somebody's choice, and stays."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text(FORBID)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
