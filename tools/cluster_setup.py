"""The programs of a PostgreSQL cluster where they are missing: on Debian, as root, from its own packages. Elsewhere it says what to install.

It never fails: the tests skip what cannot run here, and in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from tools import postgres_setup
from tools.debian import install

PURPOSES = {
    "patroni": "which decides who leads, and promotes a standby",
    "etcd": "where Patroni keeps the leader's lock",
    "haproxy": "which leads connections to the leader, and requests to the receivers",
}
# Patroni is content with any of five clients of five stores, so that the one for etcd may be missing.
PACKAGES = {"patroni": ("patroni", "python3-etcd"), "etcd": ("etcd-server",), "haproxy": ("haproxy",)}


def find(program: str) -> str | None:
    """The path of a program, or None. Debian keeps HAProxy where only root's path leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def missing() -> list[str]:
    """The programs that are not on this machine."""
    return [program for program in PACKAGES if not find(program)]


def ensure() -> None:
    """Install what is missing, if this machine lets us."""
    postgres_setup.ensure()
    programs = missing()
    if not programs:
        return
    print("The cluster that the tests start on loopback needs:")
    for program in programs:
        print(f"  {program}, {PURPOSES[program]}")
    packages = tuple(package for program in programs for package in PACKAGES[program])
    if install(packages, f"apt install {' '.join(packages)}, or what your system calls them"):
        disable(programs)


def disable(services: list[str]) -> None:
    """Keep the services of these packages, which have the programs' names, from starting at the next boot."""
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--quiet", *services], check=False)


if __name__ == "__main__":
    ensure()
