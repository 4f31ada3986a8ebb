"""Installs packages of the operating system. Standard library alone: dev.py needs it before there is an environment.

Invariant: nothing else here runs apt-get, and each package is printed with its purpose before it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess


def can_install() -> bool:
    """Whether apt-get can install without a password: on Debian and Ubuntu, as root."""
    return shutil.which("apt-get") is not None and getattr(os, "geteuid", lambda: 1)() == 0


def install(purposes: dict[str, str], instead: str) -> bool:
    """Install Debian packages; whether that worked. Where it is not possible, print `instead`: what a person has to do.

    `purposes` has the name of each package, and the reason why it is needed.
    """
    print("Missing on this machine:")
    for package, purpose in purposes.items():
        print(f"  {package}: {purpose}")
    if can_install():
        print(f"Installing {' '.join(purposes)} with apt-get …", flush=True)
        if _apt_get(list(purposes)):
            return True
        print("apt-get failed, see its output above.")
    print(f"To install by hand: {instead}", flush=True)
    return False


def _apt_get(packages: list[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *packages))
    return all(subprocess.run(["apt-get", *command], env=environment).returncode == 0 for command in commands)
