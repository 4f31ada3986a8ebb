"""Debian's packages, installed where this machine allows it. Standard library alone: dev.py needs it before there is an environment.

Invariant: nothing else here runs apt-get; each package is printed with its purpose before it is installed; none of its services
starts, because the tests start programs of their own.
"""

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


def can_install() -> bool:
    """Whether apt-get can install without a password: on Debian and Ubuntu, as root."""
    return shutil.which("apt-get") is not None and getattr(os, "geteuid", lambda: 1)() == 0


def install(purposes: dict[str, str], remedy: str, how: Callable[..., bool] | None = None) -> bool:
    """Install packages by `how` (by `apt`), or print the remedy; whether they are there now. Never raises.

    `purposes` has the name of each package, and the reason why it is needed.
    """
    print("Missing on this machine:")
    for package, purpose in purposes.items():
        print(f"  {package}: {purpose}")
    if can_install():
        print(f"Installing {' '.join(purposes)} with apt-get …", flush=True)
        if (how or apt)(*purposes):
            return True
        print("apt-get failed; see its output above.")
    print(f"To install by hand: {remedy}", flush=True)
    return False


def apt(*packages: str) -> bool:
    """Install packages of the distribution; whether that worked."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *packages))
    with no_service_starts():
        return all(subprocess.run(["apt-get", *command], env=environment).returncode == 0 for command in commands)


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
